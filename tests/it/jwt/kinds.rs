//! An access token, and not one of the other things that look like one (BCP-14, BCP-15, AT-01).

use serde_json::json;
use tower_auth::{Issuer, JwtVerifier};

use crate::support::tokens::{
    Token, all_keys, assert_refused_by, issuer, judge, token, verifier, verifier_of,
};

fn by(change: impl FnOnce(Issuer) -> Issuer) -> JwtVerifier {
    verifier_of(change(issuer(all_keys())))
}

/// What RFC 9068 demands beside the rest.
fn access_token() -> Token {
    token().header("typ", "at+jwt").claim("client_id", "shop").claim("jti", "7")
}

#[test]
fn id_tokens_are_refused_by_their_marks() {
    let other = "an ID token is not an access token";
    for mark in ["at_hash", "c_hash", "s_hash", "nonce"] {
        for value in [json!("x"), json!(null), json!(7)] {
            assert_refused_by(verifier(), token().claim(mark, value).compact(), other);
        }
        judge(&by(Issuer::allow_id_tokens), token().claim(mark, "x").compact()).unwrap();
    }
    assert_refused_by(verifier(), token().claim("typ", "ID").compact(), other);
    judge(&by(Issuer::allow_id_tokens), token().claim("typ", "ID").compact()).unwrap();
    for kind in ["Refresh", "Offline", "Logout"] {
        for verifier in [verifier(), &by(Issuer::allow_id_tokens)] {
            let kept = token().claim("typ", kind).header("typ", "at+jwt").compact();
            assert_refused_by(verifier, kept, "a token that is to be kept");
        }
    }
    assert_refused_by(verifier(), token().claim("token_use", "id").compact(), other);
    let hidden = token().claim("token_use", "id").claim("typ", "Bearer");
    assert_refused_by(verifier(), hidden.compact(), other);
}

#[test]
fn an_issuer_that_says_it_is_an_access_token_is_believed() {
    let with_nonce = || token().claim("nonce", "x");
    judge(verifier(), with_nonce().header("typ", "at+jwt").compact()).unwrap();
    judge(verifier(), with_nonce().header("typ", "APPLICATION/AT+JWT").compact()).unwrap();
    judge(verifier(), with_nonce().claim("typ", "Bearer").compact()).unwrap();
    judge(verifier(), with_nonce().claim("token_use", "access").compact()).unwrap();
}

#[test]
fn logout_tokens_are_refused_whatever_else_is_allowed() {
    let events = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    for verifier in [by(|issuer| issuer), by(Issuer::allow_id_tokens)] {
        let logout = token().claim("events", events.clone());
        assert_refused_by(&verifier, logout.compact(), "a logout token");
        judge(&verifier, token().claim("events", json!({ "other": {} })).compact()).unwrap();
    }
}

#[test]
fn at_01_the_profile_wants_its_type() {
    let profile = by(Issuer::rfc9068);
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        judge(&profile, access_token().header("typ", typ).compact()).unwrap();
    }
    for typ in ["JWT", "at+jwt ", "text/at+jwt", "application/application/at+jwt", "", "jwt"] {
        let token = access_token().header("typ", typ).compact();
        assert_refused_by(&profile, token, "the typ is not one of an access token");
    }
    assert_refused_by(&profile, access_token().without_header("typ").compact(), "no typ");
}

#[test]
fn at_02_the_profile_wants_its_claims() {
    let profile = by(Issuer::rfc9068);
    for (claim, reason) in [
        ("iss", "the iss is not trusted"),
        ("exp", "no exp"),
        ("aud", "the aud is not this service"),
        ("sub", "no sub"),
        ("client_id", "the required claim client_id"),
        ("iat", "the required claim iat"),
        ("jti", "the required claim jti"),
    ] {
        assert_refused_by(&profile, access_token().without(claim).compact(), reason);
        judge(&profile, access_token().compact()).unwrap();
    }
}

#[test]
fn types_can_be_chosen() {
    let chosen = by(|issuer| issuer.with_types(["application/vnd.acme+jwt", "JWT"]));
    judge(&chosen, token().header("typ", "vnd.acme+jwt").compact()).unwrap();
    judge(&chosen, token().compact()).unwrap();
    judge(&chosen, token().without_header("typ").compact()).unwrap();
    let other = token().header("typ", "at+jwt").compact();
    assert_refused_by(&chosen, other, "the typ is not one of an access token");

    let required = by(Issuer::require_type);
    assert_refused_by(&required, token().without_header("typ").compact(), "no typ");
    let none: [&str; 0] = [];
    let error = JwtVerifier::builder().issuer(issuer(all_keys()).with_types(none)).build();
    assert!(error.unwrap_err().to_string().contains("no `typ` is accepted"));
}
