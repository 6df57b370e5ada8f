//! Tokens that are good and do not count any more.

use std::time::{Duration, SystemTime};

use tower_auth::{CacheLimits, JwtVerifier, RevocationList};

use crate::support::tokens::{
    ISSUER, NOW, Token, all_keys, assert_refused_by, clock_at, issuer, judge, token,
};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn revoking() -> (JwtVerifier, RevocationList) {
    let clock = clock_at(NOW);
    let list = RevocationList::with_clock(clock.clone());
    let verifier = JwtVerifier::builder()
        .issuer(issuer(all_keys()))
        .with_clock(clock)
        .with_cache(CacheLimits::new())
        .with_revocation(list.clone())
        .build();
    (verifier.unwrap(), list)
}

fn with_jti(jti: &str) -> Token {
    token().claim("jti", jti)
}

#[test]
fn a_token_is_revoked_by_its_jti_and_issuer() {
    let (verifier, list) = revoking();
    let (token, other) = (with_jti("7").compact(), with_jti("8").compact());
    judge(&verifier, &token).unwrap();
    list.revoke_token("https://other.example", "7", at(NOW + 600));
    judge(&verifier, &token).unwrap();
    list.revoke_token(ISSUER, "7", at(NOW + 600));
    assert_refused_by(&verifier, &token, "the token has been revoked");
    judge(&verifier, &other).unwrap();
}

#[test]
fn a_subject_is_revoked_up_to_a_time() {
    let (verifier, list) = revoking();
    let issued = |iat: u64| token().claim("iat", iat).compact();
    list.revoke_subject(ISSUER, "alice", at(NOW));
    let refused = "the subject's tokens have been revoked";
    assert_refused_by(&verifier, issued(NOW - 1), refused);
    assert_refused_by(&verifier, token().without("iat").compact(), refused);
    judge(&verifier, issued(NOW)).unwrap();
    judge(&verifier, token().claim("sub", "bob").compact()).unwrap();
}

#[test]
fn everybody_is_revoked_up_to_a_time() {
    let (verifier, list) = revoking();
    let (old, new) = (token().compact(), token().claim("iat", NOW + 1).compact());
    judge(&verifier, &old).unwrap();
    list.revoke_all(at(NOW));
    assert_refused_by(&verifier, &old, "all tokens of that time have been revoked");
    judge(&verifier, &new).unwrap();
}

#[test]
fn a_later_revocation_never_takes_an_earlier_one_back() {
    let (verifier, list) = revoking();
    let token = token().claim("iat", NOW - 10).compact();
    list.revoke_subject(ISSUER, "alice", at(NOW));
    list.revoke_subject(ISSUER, "alice", at(NOW - 100));
    assert!(judge(&verifier, &token).is_err());
    list.revoke_all(at(NOW));
    list.revoke_all(at(NOW - 100));
    assert!(judge(&verifier, &token).is_err());
}

#[test]
fn where_any_issuer_is_accepted_the_one_that_the_token_names_counts() {
    use crate::support::tokens::{Signing, jwk_with, jwks, token_by};
    use serde_json::json;
    use tower_auth::{Issuer, Keys};

    let key = jwk_with(Signing::Es256, &json!({ "kid": "a" }));
    let list = RevocationList::new();
    let verifier = JwtVerifier::builder()
        .issuer(Issuer::temporal(Keys::from_jwks(jwks([key]))))
        .with_clock(clock_at(NOW))
        .with_revocation(list.clone())
        .build()
        .unwrap();
    let token = token_by(Signing::Es256).header("kid", "a").claim("jti", "7").compact();
    judge(&verifier, &token).unwrap();
    list.revoke_tokens([("https://other", "7"), (ISSUER, "7")], at(NOW * 2));
    assert_refused_by(&verifier, &token, "the token has been revoked");
}
