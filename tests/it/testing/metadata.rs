//! What the issuer tells about itself lies where the specifications put it.

use http::header::CONTENT_TYPE;
use serde_json::Value;
use tower_auth::TestAuthority;

fn metadata(authority: &TestAuthority, path: &str) -> Value {
    let response = authority.answer(path);
    assert_eq!(response.status(), 200, "{path}");
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    serde_json::from_slice(response.body()).unwrap()
}

#[test]
fn both_documents_name_the_issuer_and_its_keys() {
    let authority = TestAuthority::offline("https://login.example.com");
    let discovery = metadata(&authority, "/.well-known/openid-configuration");
    assert_eq!(discovery["issuer"], "https://login.example.com");
    assert_eq!(discovery["jwks_uri"], "https://login.example.com/jwks.json");
    assert_eq!(discovery["id_token_signing_alg_values_supported"][0], "ES256");
    assert_eq!(discovery, metadata(&authority, "/.well-known/oauth-authorization-server"));
    assert_eq!(
        authority.discovery_url(),
        "https://login.example.com/.well-known/openid-configuration"
    );
}

#[test]
fn an_issuer_with_a_path_has_its_documents_where_the_specifications_say() {
    let authority = TestAuthority::offline("https://login.example.com/realms/acme");
    let discovery = metadata(&authority, "/realms/acme/.well-known/openid-configuration");
    assert_eq!(discovery["jwks_uri"], "https://login.example.com/realms/acme/jwks.json");
    let of_8414 = metadata(&authority, "/.well-known/oauth-authorization-server/realms/acme");
    assert_eq!(discovery, of_8414);
    assert_eq!(authority.answer("/realms/acme/jwks.json").status(), 200);
    assert_eq!(authority.answer("/jwks.json").status(), 404);
}

#[test]
fn a_slash_at_the_end_belongs_to_the_issuer_and_not_to_the_addresses() {
    let authority = TestAuthority::offline("https://login.example.com/");
    let discovery = metadata(&authority, "/.well-known/openid-configuration");
    assert_eq!(discovery["issuer"], "https://login.example.com/");
    assert_eq!(authority.jwks_url(), "https://login.example.com/jwks.json");
}

#[test]
fn a_name_that_is_no_url_has_its_documents_at_the_root() {
    for name in ["", "orders", "a name with spaces"] {
        let authority = TestAuthority::offline(name);
        assert_eq!(authority.answer("/jwks.json").status(), 200, "{name:?}");
        assert_eq!(authority.issuer(), name);
    }
}

#[test]
fn requests_are_counted_whatever_is_answered() {
    let authority = TestAuthority::offline("https://login.example.com");
    let _ = authority.jwks();
    assert_eq!((authority.requests(), authority.jwks_requests()), (0, 0));
    let _ = authority.answer("/jwks.json");
    let _ = authority.answer("/authorize");
    authority.break_down();
    let _ = authority.answer("/jwks.json");
    let _ = authority.answer("/.well-known/openid-configuration");
    assert_eq!((authority.requests(), authority.jwks_requests()), (4, 2));
}
