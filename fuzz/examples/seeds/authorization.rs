//! Field lines, in the form of the target `authorization`.

use crate::Seed;

/// One line each, or a few.
const LINES: [(&str, &str); 52] = [
    ("none", ""),
    ("bearer", "ABearer {token}"),
    ("bearer-any-case", "AbEARER {token}"),
    ("bearer-two-spaces", "ABearer  {token}"),
    ("bearer-space-after", "ABearer {token} "),
    ("bearer-space-before", "A Bearer {token}"),
    ("bearer-tab", "ABearer\t{token}"),
    ("bearer-padded", "ABearer {token}="),
    ("bearer-quoted", "ABearer \"{token}\""),
    ("bearer-comma", "ABearer {token}, Basic {basic}"),
    ("bearer-alone", "ABearer"),
    ("bearer-nothing", "ABearer "),
    ("bearer-no-dot", "ABearer abcdef"),
    ("bearer-dots", "ABearer ...."),
    ("bearer-no-space", "ABearer{token}"),
    ("bearer-none", "ABearer eyJhbGciOiJub25lIn0.e30."),
    ("bearer-longer", "ABearerX {token}"),
    ("bare-token", "A{token}"),
    ("basic", "ABasic {basic}"),
    ("basic-any-case", "AbAsIc {basic}"),
    ("basic-wrong", "ABasic YWxpY2U6d29uZGVybGFuZB=="),
    ("basic-unpadded", "ABasic YWxpY2U6d29uZGVybGFuZA"),
    ("basic-no-colon", "ABasic YWxpY2U="),
    ("basic-no-user", "ABasic OnBhc3M="),
    ("basic-control", "ABasic YTpiAAo="),
    ("basic-not-utf8", "ABasic gYE6gYE="),
    ("basic-token", "ABasic {token}"),
    ("bearer-basic", "ABearer {basic}"),
    ("other-scheme", "ADigest username=\"alice\""),
    ("no-scheme", "A:{token}"),
    ("two-schemes", "ABearer {token}\nABasic {basic}"),
    ("two-same", "ABearer {token}\nABearer {token}"),
    ("two-empty", "ABearer {token}\nA "),
    ("cookie", "Csession={token}"),
    ("cookie-quoted", "Csession=\"{token}\""),
    ("cookie-among", "Ca=1; session={token}; b=2"),
    ("cookie-lines", "Ca=1\nCsession={token}\nCb=2;c"),
    ("cookie-twice", "Csession={token}; session={token}"),
    ("cookie-other-case", "CSession={token}"),
    ("cookie-space", "Csession ={token}"),
    ("cookie-prefix", "Cxsession={token};session"),
    ("cookie-half-quoted", "Csession=\"{token}"),
    ("cookie-empty", "Csession=; ;;a=1"),
    ("cookie-and-bearer", "Csession={token}\nABearer {token}"),
    ("cookie-and-basic", "Csession={token}\nABasic {basic}"),
    ("socket", "Wchat, {ws}{token64}"),
    ("socket-lines", "Wchat\nW{ws}{token64}\nWother,,x"),
    ("socket-padded", "W{ws}{token64}="),
    ("socket-plain", "W{ws}{token}"),
    ("socket-empty", "W{ws}"),
    ("field", "X{token}"),
    ("field-and-other", "X{token}\nADigest x\nCa=1\nWchat"),
];

pub(crate) fn seeds() -> Vec<Seed> {
    let mut seeds: Vec<Seed> =
        LINES.into_iter().map(|(name, lines)| (name, lines.as_bytes().to_vec())).collect();
    seeds.push(("field-not-ascii", b"X\xe9{token}\nA\xff\nC\xff=\x80".to_vec()));
    seeds.push(("bearer-long", [b"ABearer ".to_vec(), vec![b'a'; 8500]].concat()));
    seeds
}
