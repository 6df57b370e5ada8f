//! Rules and paths, in the forms of the target `rules`.

use crate::Seed;

const INPUTS: [(&str, &str); 34] = [
    ("empty", ""),
    ("one", "GET\n/a\n /a x"),
    ("none-matches", "GET\n/b\n /a x"),
    ("any", "GET\n/a/b\n /a/* x\n /a/b y"),
    ("deep", "GET\n/a/b/c\n /a/** x\n /** y"),
    ("deep-between", "GET\n/a/b/c/d\n /a/**/d x"),
    ("deep-twice", "GET\n/a/b/a/b\n /**/a/**/b x\n /**/b/** y"),
    ("deep-often", "GET\n/a/a/a/a/a/a\n /**/a/**/a/**/a/**/b x\n /**/a/**/a/**/a y"),
    ("globs", "GET\n/report-7.pdf\n /report-?.pd* x\n /*.pdf y"),
    ("stars", "GET\n/aaaaaaab\n /a*a*a*c x\n /*a*b y"),
    ("exposed", "GET\n/a/b\n /a/** x\n /a/b open"),
    ("denied", "GET\n/a\n /a deny\n /** authenticated"),
    ("methods", "HEAD\n/a\nPOST /a x\nGET /a y"),
    ("slash-at-end", "GET\n/a/\n /a/* x\n /a y"),
    ("root", "GET\n/\n /* x\n / y"),
    ("letters", "GET\n/%C3%BCber%20uns\n /\u{fc}ber* x"),
    ("escaped-slash", "GET\n/a%2fb\n /** open"),
    ("escaped-dots", "GET\n/a/%2e%2e/b\n /** open"),
    ("escaped-percent", "GET\n/a%252fb\n /** open"),
    ("escaped-letter", "GET\n/%61\n /** open"),
    ("dots", "GET\n/a/../b\n /** open"),
    ("slashes", "GET\n/a//b\n /** open"),
    ("parameters", "GET\n/a;x=1/b\n /** open"),
    ("backslash", "GET\n/a\\b\n /** open"),
    ("half-an-escape", "GET\n/a%2\n /** open"),
    ("not-utf-8", "GET\n/%ff\n /** open"),
    (
        "paths-json",
        r#"{"rules":[{"paths":["/a/**"],"methods":["GET"],"require":"a and b"},{"paths":["/"],"expose":true}]}"#,
    ),
    ("paths-yaml", "rules:\n  - { paths: [/a/**], authenticated: true }\n"),
    ("paths-toml", "[[rules]]\npaths = ['/a']\ndeny = true\n"),
    (
        "rpc-json",
        r#"{"rules":[{"service":"s.S","methods":["A","B"],"require":"x"},{"service":"s.S","methods":["*"],"open":true}]}"#,
    ),
    ("rpc-yaml", "rules:\n  - { service: s.S, methods: ['*'], deny: true }\n"),
    ("rpc-toml", "[[rules]]\nservice = 's.S'\nmethods = ['A']\nauthenticated = true\n"),
    ("two-accesses", r#"{"rules":[{"paths":["/"],"expose":true,"deny":true}]}"#),
    ("aliases", "a: &a [x,x]\nrules: [*a,*a]\n"),
];

pub(crate) fn seeds() -> Vec<Seed> {
    INPUTS.iter().map(|(name, input)| (*name, input.as_bytes().to_vec())).collect()
}
