//! The audience (RFC 7519, section 4.1.3; row JOSE-21), with the table TA of the systems we come from.

use serde_json::{Value, json};
use tower_auth::{Issuer, JwtVerifier};

use crate::support::tokens::{
    ISSUER, all_keys, assert_accepted, assert_refused, assert_refused_by, clock, judge, token,
};

const AUD: &str = "the aud is not this service";

fn verifier_for(audience: &str) -> JwtVerifier {
    JwtVerifier::builder()
        .issuer(Issuer::new(ISSUER, audience, all_keys()))
        .with_clock(clock())
        .build()
        .unwrap()
}

#[track_caller]
fn table(rows: &[(&str, Value, &str, bool)]) {
    for (row, aud, wanted, passes) in rows {
        let token = token().claim("aud", aud.clone()).compact();
        match judge(&verifier_for(wanted), token) {
            Ok(_) => assert!(passes, "{row}: {aud} must not pass for {wanted}"),
            Err(reason) => {
                assert!(!passes, "{row}: {reason}");
                assert_eq!(reason, AUD, "{row}");
            }
        }
    }
}

#[test]
fn ta_1_to_9_one_audience_must_be_ours() {
    table(&[
        ("TA-1", json!("example.com"), "example.com", true),
        ("TA-2", json!(["example.com", "example.example.com"]), "example.com", true),
        ("TA-2", json!(["example.example.com", "example.com"]), "example.com", true),
        ("TA-5", json!([1, 2, 3]), "example.com", false),
        ("TA-6", json!("not.example.com"), "example.com", false),
        ("TA-8", json!([""]), "example.com", false),
        ("TA-9", json!(["not.example.com", "example.example.com"]), "example.com", false),
    ]);
}

/// Where the systems we come from do not require an audience these pass; here one is always required.
#[test]
fn ta_10_no_audience_is_a_refusal() {
    table(&[
        ("TA-10", json!(null), "example.com", false),
        ("TA-10", json!([]), "example.com", false),
        ("TA-10", json!(""), "example.com", false),
    ]);
    assert_refused_by(&verifier_for("example.com"), token().without("aud").compact(), AUD);
}

#[test]
fn ta_12_dates_in_text_are_refused() {
    for claim in ["iat", "nbf", "exp"] {
        let reason = format!("the {claim} is not a date");
        assert_refused(token().claim(claim, "foo").compact(), &reason);
    }
}

#[test]
fn jose_21_one_element_of_another_type_spoils_the_whole_array() {
    table(&[
        ("number", json!(["a", 1]), "a", false),
        ("null", json!([null, "a"]), "a", false),
        ("array", json!(["a", ["a"]]), "a", false),
        ("nested", json!([["a"]]), "a", false),
        ("object", json!([{ "aud": "a" }, "a"]), "a", false),
        ("bool", json!(["a", true]), "a", false),
        ("object", json!({ "a": "a" }), "a", false),
        ("number", json!(1), "1", false),
        ("bool", json!(true), "true", false),
    ]);
}

#[test]
fn jose_21_an_audience_is_compared_byte_for_byte() {
    table(&[
        ("case", json!("Orders"), "orders", false),
        ("prefix", json!("order"), "orders", false),
        ("suffix", json!("orders-api"), "orders", false),
        ("space", json!("orders "), "orders", false),
        ("list in text", json!("orders billing"), "orders", false),
        ("list in text", json!("orders,billing"), "orders", false),
        ("slash", json!("https://orders.example/"), "https://orders.example", false),
        ("wildcard", json!("*"), "orders", false),
        ("ours is no pattern", json!("orders"), "*", false),
        ("NUL", json!("orders\0"), "orders", false),
        ("equal", json!("https://orders.example/"), "https://orders.example/", true),
    ]);
}

#[test]
fn an_audience_of_many_elements_is_searched_to_its_end() {
    let mut many = vec![json!("x"); 500];
    many.push(json!("orders-api"));
    assert_accepted(token().claim("aud", many).compact());
}
