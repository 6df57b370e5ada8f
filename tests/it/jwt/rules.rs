//! What an application may demand of tokens beyond the usual.

use std::time::Duration;

use serde_json::json;
use tower_auth::{Issuer, JwtVerifier};

use crate::support::tokens::{
    NOW, Token, all_keys, assert_refused_by, issuer, judge, token, verifier_of,
};

fn by(change: impl FnOnce(Issuer) -> Issuer) -> JwtVerifier {
    verifier_of(change(issuer(all_keys())))
}

#[test]
fn authorized_parties_are_held_against_both_names() {
    let verifier = by(|issuer| issuer.with_authorized_parties(["shop", "office"]));
    let refused = "the token was issued to another client";
    judge(&verifier, token().claim("azp", "shop").compact()).unwrap();
    judge(&verifier, token().claim("client_id", "office").compact()).unwrap();
    judge(&verifier, token().claim("azp", "shop").claim("client_id", "office").compact()).unwrap();
    let bad = [
        token(),
        token().claim("azp", "evil"),
        token().claim("azp", "SHOP"),
        token().claim("azp", "shop").claim("client_id", "evil"),
        token().claim("azp", "evil").claim("client_id", "shop"),
        token().claim("azp", json!(["shop"])),
        token().claim("azp", json!(null)),
        token().claim("azp", json!(null)).claim("client_id", "shop"),
    ];
    bad.into_iter().for_each(|token| assert_refused_by(&verifier, token.compact(), refused));
}

#[test]
fn claims_can_be_required_with_and_without_a_value() {
    let verifier =
        by(|issuer| issuer.with_required_claim("realm.roles").with_required_value("tid", "acme"));
    let good = || token().claim("realm", json!({ "roles": ["a"] })).claim("tid", "acme");
    judge(&verifier, good().compact()).unwrap();
    let bad = [
        (good().without("tid"), "tid"),
        (good().claim("tid", "globex"), "tid"),
        (good().claim("tid", json!(["acme"])), "tid"),
        (good().without("realm"), "realm.roles"),
        (good().claim("realm", json!({ "roles": null })), "realm.roles"),
    ];
    for (token, claim) in bad {
        let reason = format!("the required claim {claim} is not as it must be");
        assert_refused_by(&verifier, token.compact(), &reason);
    }
}

/// The leeway is 30 s.
#[test]
fn the_age_is_counted_from_iat() {
    let verifier = by(|issuer| issuer.with_max_age(Duration::from_secs(60)));
    let issued = |at: u64| token().claim("iat", at).compact();
    for good in [NOW, NOW - 60, NOW - 89, NOW + 30] {
        judge(&verifier, issued(good)).unwrap();
    }
    assert_refused_by(&verifier, issued(NOW - 90), "the token is older than is allowed");
    assert_refused_by(&verifier, issued(NOW + 31), "the token is from the future");
    assert_refused_by(&verifier, token().without("iat").compact(), "no iat");
}

#[test]
fn the_lifetime_is_from_iat_to_exp() {
    let verifier = by(|issuer| issuer.with_max_lifetime(Duration::from_secs(600)));
    let lives = |seconds: u64| token().claim("iat", NOW).claim("exp", NOW + seconds).compact();
    judge(&verifier, lives(600)).unwrap();
    assert_refused_by(&verifier, lives(601), "the token lives longer than is allowed");
    assert_refused_by(&verifier, token().without("iat").compact(), "no iat");
    let huge = token().claim("iat", 0).claim("exp", 253_402_300_799_u64).compact();
    assert_refused_by(&verifier, huge, "the token lives longer than is allowed");
}

#[test]
fn without_such_a_rule_the_date_of_issue_does_not_count() {
    let plain = by(|issuer| issuer);
    judge(&plain, token().claim("iat", NOW + 3600).compact()).unwrap();
    judge(&plain, token().without("iat").compact()).unwrap();
}

#[test]
fn bcp_03_bcp_09_rules_and_keys_of_one_issuer_are_not_anothers() {
    use crate::support::tokens::{AUDIENCE, P256_PEM, RSA_PEM, Signing, clock, token_by};
    use tower_auth::{Algorithm, Keys};

    let verifier = JwtVerifier::builder()
        .issuer(
            Issuer::new("https://strict", AUDIENCE, Keys::from_pem(P256_PEM, Algorithm::ES256))
                .with_algorithms([Algorithm::ES256])
                .with_required_claim("jti"),
        )
        .issuer(Issuer::new("https://lax", "other-api", Keys::from_pem(RSA_PEM, Algorithm::RS256)))
        .with_clock(clock())
        .build()
        .unwrap();
    let of = |token: Token, issuer: &str| token.claim("iss", issuer);
    let es = || token_by(Signing::Es256);
    let rs = || token_by(Signing::Rs256);
    judge(&verifier, of(es(), "https://strict").claim("jti", "7").compact()).unwrap();
    judge(&verifier, of(rs(), "https://lax").claim("aud", "other-api").compact()).unwrap();
    assert_refused_by(&verifier, of(es(), "https://strict").compact(), "the required claim jti");
    let mixed = [
        (of(rs(), "https://strict").claim("jti", "7"), "no key matches"),
        (of(es(), "https://lax").claim("aud", "other-api"), "no key matches"),
        (of(rs(), "https://lax"), "the aud is not this service"),
        (of(es(), "https://strict").claim("jti", "7").claim("aud", "other-api"), "the aud"),
        (of(es(), "https://strict/").claim("jti", "7"), "the iss is not trusted"),
    ];
    mixed.into_iter().for_each(|(token, why)| assert_refused_by(&verifier, token.compact(), why));
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let issuer = issuer(all_keys())
        .with_leeway(Duration::from_secs(301))
        .with_max_age(Duration::ZERO)
        .with_authorized_parties([""])
        .for_tenants([""])
        .with_audience("");
    let error = JwtVerifier::builder().issuer(issuer).build().unwrap_err();
    assert_eq!(error.problems().count(), 5, "{error}");
}
