//! Every registered claim, in every JSON type, and absent: nothing that is wrong is taken for absent
//! (CVE-2026-25537). Rows JOSE-19 to 22.

use serde_json::{Value, json};

use crate::support::tokens::{AUDIENCE, ISSUER, NOW, assert_accepted, assert_refused, token};

/// The reason of a refusal, or none where the token is good.
type Verdict = Option<&'static str>;

const GOOD: Verdict = None;
const ISS: Verdict = Some("the iss is not trusted");
const AUD: Verdict = Some("the aud is not this service");
const SUB: Verdict = Some("no sub");
const EXP: Verdict = Some("the exp is not a date");
const NBF: Verdict = Some("the nbf is not a date");
const IAT: Verdict = Some("the iat is not a date");
const JTI: Verdict = Some("the jti is not a string");

/// Claim; absent; then as null, true, "foo", a date in text, "", [], [1], {}, 0 and -1.
#[rustfmt::skip]
const TABLE: [(&str, Verdict, [Verdict; 10]); 7] = [
    //       absent           null true "foo" "18.." ""  []   [1]  {}   0                              -1
    ("exp", Some("no exp"), [EXP, EXP, EXP, EXP, EXP, EXP, EXP, EXP, Some("the token has expired"), EXP]),
    ("nbf", GOOD,           [NBF, NBF, NBF, NBF, NBF, NBF, NBF, NBF, GOOD,                          NBF]),
    ("iat", GOOD,           [IAT, IAT, IAT, IAT, IAT, IAT, IAT, IAT, GOOD,                          IAT]),
    ("aud", AUD,            [AUD, AUD, AUD, AUD, AUD, AUD, AUD, AUD, AUD,                           AUD]),
    ("iss", ISS,            [ISS, ISS, ISS, ISS, ISS, ISS, ISS, ISS, ISS,                           ISS]),
    ("sub", SUB,            [SUB, SUB, GOOD, GOOD, SUB, SUB, SUB, SUB, SUB,                         SUB]),
    ("jti", GOOD,           [JTI, JTI, GOOD, GOOD, GOOD, JTI, JTI, JTI, JTI,                        JTI]),
];

#[track_caller]
fn assert_verdict(token: String, verdict: Verdict) {
    match verdict {
        None => drop(assert_accepted(token)),
        Some(reason) => assert_refused(token, reason),
    }
}

#[test]
fn every_registered_claim_has_its_type() {
    for (claim, absent, by_type) in TABLE {
        assert_verdict(token().without(claim).compact(), absent);
        let types = [
            Value::Null,
            json!(true),
            json!("foo"),
            json!(NOW.to_string()),
            json!(""),
            json!([]),
            json!([1]),
            json!({}),
            json!(0),
            json!(-1),
        ];
        for (value, verdict) in types.into_iter().zip(by_type) {
            assert_verdict(token().claim(claim, value).compact(), verdict);
        }
    }
}

#[test]
fn every_registered_claim_is_good_in_its_own_type() {
    for (claim, value) in [
        ("exp", json!(NOW + 1)),
        ("nbf", json!(NOW)),
        ("iat", json!(NOW)),
        ("aud", json!(AUDIENCE)),
        ("aud", json!([AUDIENCE])),
        ("iss", json!(ISSUER)),
        ("sub", json!("alice")),
    ] {
        assert_accepted(token().claim(claim, value).compact());
    }
}

#[test]
fn a_claim_of_another_case_is_another_claim() {
    for (claim, capital, reason) in [
        ("exp", "Exp", "no exp"),
        ("aud", "AUD", "the aud"),
        ("iss", "Iss", "the iss"),
        ("sub", "SUB", "no sub"),
    ] {
        let good = match claim {
            "exp" => json!(NOW + 60),
            "aud" => json!(AUDIENCE),
            "iss" => json!(ISSUER),
            _ => json!("alice"),
        };
        assert_refused(token().without(claim).claim(capital, good).compact(), reason);
    }
    // And does not get in the way of the right one.
    assert_accepted(token().claim("EXP", 0).claim("Aud", "other").claim("ISS", "other").compact());
}

#[test]
fn jose_22_iss_and_sub_are_compared_and_kept_exactly() {
    for near in [
        "https://login.example.com/",
        "HTTPS://login.example.com",
        "https://login.example.com ",
        "https://login.example.com\0",
        "https://login.example.co",
        "https://login.example.com.evil.example",
        "ttps://login.example.com",
        "",
    ] {
        assert_refused(token().claim("iss", near).compact(), "the iss is not trusted");
    }
    for sub in ["Alice", " alice ", "alice\0", "\u{e9}", "e\u{301}", "auth0|1234"] {
        assert_eq!(assert_accepted(token().claim("sub", sub).compact()).subject(), sub);
    }
}
