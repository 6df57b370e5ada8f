//! Bugs that other crates have or had: we do not. The numbers are those of our register; those about
//! fetching are in `jwks`, b17 is in `jwt::providers`.

use std::convert::Infallible;

use http::{Request, Response};
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{AuthError, Fetch, Issuer, JwtAuthLayer, JwtVerifier, Keys, RemoteKeys};

use crate::support::tokens::{
    AUDIENCE, ISSUER, Signing, all_keys, assert_accepted, assert_refused, clock, issuer, judge,
    jwk, token, token_by, verifier, verifier_of,
};

async fn send(layer: &JwtAuthLayer, authorization: &str) -> Response<()> {
    let service =
        layer.layer(service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(()))));
    let request = Request::builder().header("authorization", authorization).body(()).unwrap();
    service.oneshot(request).await.unwrap()
}

/// B2: the issuer is checked also where the place of the keys is given.
#[tokio::test]
async fn b02_the_place_of_the_keys_does_not_replace_the_issuer() {
    let keys = RemoteKeys::from_jwks_url("https://keys.example/").with_fetch(Canned);
    let verifier = verifier_of(Issuer::new(ISSUER, AUDIENCE, keys));
    verifier.warm_up().await.unwrap();
    judge(&verifier, token().compact()).unwrap();
    assert!(judge(&verifier, token().claim("iss", "https://evil.example").compact()).is_err());
    assert!(judge(&verifier, token().without("iss").compact()).is_err());
    assert!(judge(&verifier, token().without("aud").compact()).is_err());
}

struct Canned;

impl Fetch for Canned {
    async fn get(
        &self,
        _: &http::Uri,
        _: usize,
    ) -> Result<Response<Vec<u8>>, tower_auth::BoxError> {
        let keys = json!({ "keys": [jwk(Signing::Es256)] });
        Ok(Response::new(keys.to_string().into_bytes()))
    }
}

/// B7, B14, B16, B22: with issuer and audience configured, tokens lack neither, and have them in
/// their own types.
#[test]
fn b07_b14_b16_b22_issuer_and_audience_are_never_missing() {
    assert_refused(token().without("iss").without("aud").compact(), "the iss");
    assert_refused(token().without("aud").compact(), "the aud");
    for iss in [json!(7), json!([ISSUER]), json!(null)] {
        assert_refused(token().claim("iss", iss).compact(), "the iss");
    }
    for aud in [json!({ AUDIENCE: true }), json!({}), json!(7)] {
        assert_refused(token().claim("aud", aud).compact(), "the aud");
    }
}

/// B8: a token that has an `aud` is not refused for having one.
#[test]
fn b08_an_audience_is_no_reason_for_a_refusal() {
    assert_accepted(token().claim("aud", vec![AUDIENCE, "another"]).compact());
}

/// B9: an Ed25519 key without `alg` verifies `EdDSA`, and nothing of HMAC.
#[test]
fn b09_an_ed25519_key_needs_no_alg() {
    let verifier = verifier_of(issuer(Keys::from_jwk(jwk(Signing::EdDsa).to_string())));
    judge(&verifier, token_by(Signing::EdDsa).compact()).unwrap();
    assert!(judge(&verifier, token_by(Signing::Hs256).compact()).is_err());
}

/// B12: the client that is given is used for discovery and for keys.
#[tokio::test]
async fn b12_the_client_is_used_for_everything() {
    let authority = tower_auth::TestAuthority::offline("https://login.example.com");
    let keys = RemoteKeys::from_openid_discovery().with_fetch(authority.clone());
    let issuer = Issuer::new(authority.issuer(), authority.audience(), keys);
    let verifier = JwtVerifier::builder().issuer(issuer).build().unwrap();
    verifier.warm_up().await.unwrap();
    assert_eq!((authority.requests(), authority.jwks_requests()), (2, 1));
}

/// B13, B20, B34: whatever is wrong with a token is 401 with a challenge that says so.
#[tokio::test]
async fn b13_b20_b34_a_bad_token_is_401_with_a_challenge() {
    let layer = JwtAuthLayer::new(verifier().clone());
    let bad = [
        "a.b.c".to_owned(),
        "x".to_owned(),
        "a.b.c.d.e".to_owned(),
        token().header("alg", "none").compact(),
        token().header("kid", 7).compact(),
        token().header("kid", "unknown").claim("sub", Value::Null).compact(),
        token().without("sub").compact(),
        token().expired().compact(),
        token_by(Signing::OtherRs256).compact(),
        token().with_claims_text("not JSON"),
        token().claim("iss", "https://evil.example").compact(),
    ];
    for token in bad {
        let response = send(&layer, &format!("Bearer {token}")).await;
        assert_eq!(response.status(), 401, "{token}");
        let challenge = response.headers()["www-authenticate"].to_str().unwrap();
        assert!(
            challenge.starts_with("Bearer realm=\"api\", error=\"invalid_token\""),
            "{challenge}"
        );
    }
}

/// B4, B30: the scheme in any case; parameters apart by commas.
#[tokio::test]
async fn b04_b30_the_scheme_has_no_case_and_the_challenge_has_commas() {
    let layer = JwtAuthLayer::new(verifier().clone());
    for scheme in ["bearer", "BEARER", "bEARER"] {
        assert_eq!(send(&layer, &format!("{scheme} {}", token().compact())).await.status(), 200);
    }
    let refused = send(&layer, "bearer x").await;
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert_eq!(challenge.matches(", ").count(), 2, "{challenge}");
}

/// B37: two back ends in one build, and nobody has installed one for the process.
#[test]
fn b37_no_engine_of_the_process_is_asked() {
    assert_accepted(token_by(Signing::Rs256).compact());
    assert_accepted(token_by(Signing::Es256).compact());
}

/// B39: no credentials is no `invalid_token`.
#[tokio::test]
async fn b39_no_credentials_are_not_bad_ones() {
    let service = JwtAuthLayer::new(verifier().clone())
        .layer(service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(()))));
    let response = service.oneshot(Request::new(())).await.unwrap();
    assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"api\"");
    let error: &AuthError = response.extensions().get().unwrap();
    assert_eq!(error.kind(), tower_auth::AuthErrorKind::MissingCredentials);
}

/// A verifier cannot be built without saying whom and what for.
#[test]
fn b02_b16_there_is_no_verifier_without_issuer_and_audience() {
    assert!(JwtVerifier::builder().build().is_err());
    for (iss, aud) in [("", AUDIENCE), (ISSUER, "")] {
        let builder = JwtVerifier::builder().issuer(Issuer::new(iss, aud, all_keys()));
        assert!(builder.with_clock(clock()).build().is_err());
    }
}
