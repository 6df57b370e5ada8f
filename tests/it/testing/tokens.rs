//! Tokens are accepted until they are changed, and each change is refused for its own reason.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tower_auth::{Algorithm, ClientCertificate, TestAuthority, TestToken};

use super::{NOW, authority, clock, verifier};
use crate::support::{
    pki::{Authority, client},
    tokens::{assert_refused_by, judge},
};

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// A change of a token.
type Change = fn(TestToken) -> TestToken;

/// One part of a token, read without looking at the signature.
fn part(token: &str, position: usize) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    let part = token.split('.').nth(position).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn every_algorithm_signs_what_a_verifier_accepts_and_a_stranger_is_refused() {
    for algorithm in ALGORITHMS {
        let builder = TestAuthority::builder().with_algorithm(algorithm).with_clock(clock());
        let authority = builder.offline("https://login.example.com");
        let verifier = verifier(&authority);
        let token = authority.token("alice");
        assert_eq!(part(&token.sign(), 0)["alg"], algorithm.as_str());
        assert_eq!(judge(&verifier, token.sign()).unwrap().subject(), "alice", "{algorithm:?}");
        let forged = token.signed_by_another_key();
        assert_refused_by(&verifier, forged.sign(), "the signature is not good");
    }
}

#[test]
fn a_token_says_what_is_documented() {
    let authority = authority();
    let token = authority.token("alice").sign();
    assert_eq!(part(&token, 0), json!({ "alg": "ES256", "kid": "key-1", "typ": "at+jwt" }));
    let claims = json!({
        "iss": "https://login.example.com", "sub": "alice", "aud": "test-api",
        "client_id": "test-client", "jti": "token-1", "iat": NOW, "nbf": NOW, "exp": NOW + 600,
    });
    assert_eq!(part(&token, 1), claims);
    assert_eq!(part(&authority.token("alice").sign(), 1)["jti"], "token-2");
}

#[test]
fn the_identity_has_what_the_token_was_given() {
    let authority = authority();
    let token = authority.token("alice").with_claim("roles", vec!["editor"]).sign();
    let identity = judge(&verifier(&authority), token).unwrap();
    assert_eq!(identity.issuer(), Some(authority.issuer()));
    assert_eq!(identity.claims().get("roles"), Some(&json!(["editor"])));
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 600);
    assert_eq!(identity.expires_at(), Some(expiry));
}

#[test]
fn each_change_is_refused_for_its_own_reason() {
    let changes: [(Change, &str); 19] = [
        (TestToken::expired, "the token has expired"),
        (TestToken::not_yet_valid, "the token is not valid yet"),
        (TestToken::signed_by_another_key, "the signature is not good"),
        (|token| token.lasting(Duration::ZERO).with_claim("exp", NOW - 30), "has expired"),
        (|token| token.for_audience("another-api"), "the aud is not this service"),
        (|token| token.for_audience(vec!["a", "b"]), "the aud is not this service"),
        (|token| token.without_claim("aud"), "the aud is not this service"),
        (|token| token.without_claim("sub"), "no sub"),
        (|token| token.without_claim("exp"), "no exp"),
        (|token| token.without_claim("iss"), "the iss is not trusted"),
        (|token| token.with_claim("iss", "https://evil.example"), "the iss is not trusted"),
        (|token| token.with_claim("iat", "yesterday"), "the iat is not a date"),
        (|token| token.bound_to("nobody's"), "bound to a certificate"),
        (|token| token.with_claim("cnf", json!({ "jkt": "x" })), "a proof that is not understood"),
        (|token| token.with_header("typ", "logout+jwt"), "the typ is not one of an access token"),
        (|token| token.with_header("kid", "key-7"), "no key matches"),
        (|token| token.with_header("alg", "ES384"), "no key matches"),
        (|token| token.with_header("alg", "none"), "the alg is not supported"),
        (|token| token.without_header("alg"), "the header names no alg"),
    ];
    let authority = authority();
    let verifier = verifier(&authority);
    for (change, reason) in changes {
        assert_refused_by(&verifier, change(authority.token("alice")).sign(), reason);
    }
}

#[test]
fn harmless_changes_are_accepted() {
    let changes: [Change; 7] = [
        |token| token.without_claim("nbf"),
        |token| token.without_claim("jti").without_claim("iat").without_claim("never there"),
        |token| token.without_header("typ").without_header("never there"),
        |token| token.without_header("kid"),
        |token| token.with_header("typ", "JWT"),
        |token| token.for_audience(vec!["another-api", TestAuthority::DEFAULT_AUDIENCE]),
        |token| token.expired().with_claim("exp", NOW + 1),
    ];
    let authority = authority();
    let verifier = verifier(&authority);
    for (position, change) in changes.into_iter().enumerate() {
        let judgement = judge(&verifier, change(authority.token("alice")).sign());
        assert!(judgement.is_ok(), "change {position}: {judgement:?}");
    }
}

#[test]
fn the_audience_of_the_authority_is_that_of_its_tokens() {
    let builder = TestAuthority::builder().with_audience("orders-api").with_clock(clock());
    let authority = builder.offline("https://login.example.com");
    assert!(judge(&verifier(&authority), authority.token("alice").sign()).is_ok());
    assert_eq!(part(&authority.token("alice").sign(), 1)["aud"], "orders-api");
}

#[test]
fn times_come_from_the_clock() {
    let clock = clock();
    let authority = TestAuthority::builder().with_clock(clock.clone()).offline("https://a.example");
    let early = authority.token("alice");
    clock.advance(Duration::from_millis(60_500));
    let late = authority.token("alice").lasting(Duration::from_millis(5_900)).sign();
    assert_eq!(part(&early.sign(), 1)["iat"], NOW, "the time is that of `token`");
    assert_eq!(part(&late, 1)["iat"], NOW + 60);
    assert_eq!(part(&late, 1)["exp"], NOW + 65, "whole seconds");
}

#[tokio::test]
async fn a_bound_token_is_good_on_the_connection_of_its_certificate() {
    use http::{Request, Response};
    use tower::{Layer, ServiceExt, service_fn};
    use tower_auth::{JwtAuthLayer, PeerCertificates};

    let certificate = Authority::new("testing").sign(&client("spiffe://example/alice")).der();
    let thumbprint = ClientCertificate::from_der(certificate.as_slice()).unwrap();
    let authority = authority();
    let token = authority.token("alice").bound_to(thumbprint.sha256_thumbprint()).sign();
    let service =
        JwtAuthLayer::new(verifier(&authority)).layer(service_fn(async |_: Request<()>| {
            Ok::<_, std::convert::Infallible>(Response::new(()))
        }));
    let mut request = crate::support::callers::bearer(&token);
    request.extensions_mut().insert(PeerCertificates::from_der([certificate]));
    assert_eq!(service.oneshot(request).await.unwrap().status(), 200);
}

#[test]
fn debug_shows_no_claim_values_and_no_key() {
    let authority = authority();
    let token = authority.token("alice-in-debug");
    let text = format!("{authority:?} {token:?}");
    assert!(text.contains("ES256") && text.contains("\"sub\""), "{text}");
    assert!(!text.contains("alice-in-debug"), "{text}");
}
