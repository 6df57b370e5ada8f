//! Issuers of well-known providers, with tokens shaped like theirs.

use serde_json::{Value, json};
use tower_auth::{
    ClaimMapper, ClaimPermissions, Identity, Issuer, JwtVerifier, JwtVerifierBuilder, Keys,
    RemoteKeys,
};

use crate::support::tokens::{
    NOW, Signing, Token, assert_refused_by, clock, judge, jwk_with, jwks, token_by,
};

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const API: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

/// MS-5: the keys of Azure have `x5t` and `x5c` and no `alg`.
fn keys() -> Keys {
    let azure = json!({
        "kid": "k1", "use": "sig", "x5t": "k1", "x5c": ["MIIC/TCCAeWgAwIBAgII"],
        "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
    });
    Keys::from_jwks(jwks([jwk_with(Signing::Rs256, &azure)]))
}

fn verifier(issuer: Issuer) -> JwtVerifier {
    JwtVerifier::builder().issuer(issuer.with_keys(keys())).with_clock(clock()).build().unwrap()
}

fn token(issuer: &str, audience: &str, claims: Value) -> Token {
    let token = token_by(Signing::Rs256).header("kid", "k1");
    let token = token.claim("iss", issuer).claim("aud", audience);
    let Value::Object(claims) = claims else { panic!("claims are an object") };
    claims.into_iter().fold(token, |token, (name, value)| token.claim(&name, value))
}

fn permissions(identity: &Identity, claim: &str) -> Vec<String> {
    let mapped = ClaimPermissions::at(claim).permissions(identity, None).unwrap();
    let mut all: Vec<String> = mapped.iter().map(str::to_owned).collect();
    all.sort();
    all
}

fn azure_v2() -> Token {
    let claims = json!({
        "tid": TENANT, "azp": "client", "oid": "o-1", "ver": "2.0", "uti": "u", "rh": "r",
        "roles": ["temporal-system:read", "default:write"], "azpacr": "1",
    });
    token(&format!("https://login.microsoftonline.com/{TENANT}/v2.0"), API, claims)
}

#[test]
fn ms_t1_ms_t4_azure_version_2() {
    let verifier = verifier(Issuer::azure_v2(TENANT, API));
    let identity = judge(&verifier, azure_v2().compact()).unwrap();
    assert_eq!(permissions(&identity, "roles"), ["default:write", "temporal-system:read"]);
}

#[test]
fn ms_t5_without_roles_there_are_no_permissions() {
    let verifier = verifier(Issuer::azure_v2(TENANT, API));
    let identity = judge(&verifier, azure_v2().without("roles").compact()).unwrap();
    assert!(permissions(&identity, "roles").is_empty());
}

#[test]
fn ms_t9_a_token_for_another_application_of_the_tenant_is_refused() {
    let verifier = verifier(Issuer::azure_v2(TENANT, API));
    let other = azure_v2().claim("aud", "00000003-0000-0000-c000-000000000000");
    assert_refused_by(&verifier, other.compact(), "the aud is not this service");
    let foreign = azure_v2().claim("tid", "another-tenant");
    assert_refused_by(&verifier, foreign.compact(), "the required claim tid");
}

#[test]
fn ms_11_azure_version_1_has_another_issuer_and_audience() {
    let claims = json!({ "tid": TENANT, "appid": "client", "ver": "1.0", "scp": "orders.read" });
    let v1 =
        || token(&format!("https://sts.windows.net/{TENANT}/"), "api://orders", claims.clone());
    let only_v2 = verifier(Issuer::azure_v2(TENANT, API));
    assert_refused_by(&only_v2, v1().compact(), "the iss is not trusted");
    let both = JwtVerifier::builder()
        .issuer(Issuer::azure_v2(TENANT, API).with_keys(keys()))
        .issuer(Issuer::azure_v1(TENANT, "api://orders").with_keys(keys()))
        .with_clock(clock())
        .build()
        .unwrap();
    judge(&both, v1().compact()).unwrap();
    judge(&both, azure_v2().compact()).unwrap();
}

#[test]
fn b17_keycloaks_roles_of_the_realm_and_of_clients_are_kept_apart() {
    let claims = json!({
        "typ": "Bearer", "azp": "shop", "sid": "s", "acr": "1", "scope": "openid email",
        "nonce": "old versions put one in",
        "realm_access": { "roles": ["offline_access", "reader"] },
        "resource_access": { "orders-api": { "roles": ["editor"] }, "other": { "roles": ["admin"] } },
    });
    let of = || token("https://login.example.com/realms/acme", "orders-api", claims.clone());
    let verifier = verifier(Issuer::keycloak("https://login.example.com/", "acme", "orders-api"));
    let identity = judge(&verifier, of().compact()).unwrap();
    assert_eq!(permissions(&identity, "realm_access.roles"), ["offline_access", "reader"]);
    assert_eq!(permissions(&identity, "/resource_access/orders-api/roles"), ["editor"]);
    let all = [
        permissions(&identity, "realm_access.roles"),
        permissions(&identity, "/resource_access/orders-api/roles"),
    ];
    assert!(!all.concat().contains(&"admin".to_owned()));
    for kind in ["ID", "Refresh"] {
        assert!(judge(&verifier, of().claim("typ", kind).compact()).is_err());
    }
}

#[test]
fn auth0_has_a_slash_at_the_end_and_several_audiences() {
    let claims = json!({
        "aud": ["https://orders", "https://acme.eu.auth0.com/userinfo"], "azp": "shop",
        "scope": "openid read:orders", "permissions": ["read:orders"], "gty": "password",
    });
    let verifier = verifier(Issuer::auth0("acme.eu.auth0.com", "https://orders"));
    let of = |issuer: &str| token(issuer, "", claims.clone());
    let identity = judge(&verifier, of("https://acme.eu.auth0.com/").compact()).unwrap();
    assert_eq!(permissions(&identity, "permissions"), ["read:orders"]);
    let bare = of("https://acme.eu.auth0.com").compact();
    assert_refused_by(&verifier, bare, "the iss is not trusted");
}

#[test]
fn okta_names_its_server_in_the_issuer() {
    let claims = json!({
        "ver": 1, "jti": "AT.x", "cid": "shop", "uid": "00u1", "scp": ["orders:read"],
        "auth_time": NOW - 60,
    });
    let verifier = verifier(Issuer::okta("acme.okta.com", "default", "api://orders"));
    let of = |issuer: &str| token(issuer, "api://orders", claims.clone());
    let identity = judge(&verifier, of("https://acme.okta.com/oauth2/default").compact()).unwrap();
    assert_eq!(permissions(&identity, "scp"), ["orders:read"]);
    assert!(judge(&verifier, of("https://acme.okta.com").compact()).is_err());
}

#[test]
fn each_provider_can_be_set_up_with_its_own_keys() {
    let issuers = [
        Issuer::azure_v1(TENANT, API),
        Issuer::azure_v2(TENANT, API),
        Issuer::keycloak("https://login.example.com", "acme", "orders-api"),
        Issuer::auth0("acme.eu.auth0.com", "https://orders"),
        Issuer::okta("acme.okta.com", "default", "api://orders"),
        Issuer::temporal(RemoteKeys::from_jwks_url("https://login.example.com/jwks.json")),
    ];
    let builder = issuers.into_iter().fold(JwtVerifier::builder(), JwtVerifierBuilder::issuer);
    let sources: Vec<String> =
        builder.build().unwrap().key_status().into_iter().map(|status| status.source).collect();
    assert!(sources.iter().all(|source| source.starts_with("https://")), "{sources:?}");
    assert_eq!(sources.len(), 6);
}
