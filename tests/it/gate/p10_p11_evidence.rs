//! Promises 10 and 11: evidence comes from checks of this request only, and a check that lacks its
//! input refuses loudly.

use http::{HeaderName, Request};
use tower_auth::{
    AuthErrorKind, AuthLayer, ClaimPermissions, Identity, PermissionClaimLayer, Permissions,
    Permitted, Tenant, TenantLayer, require,
};

use crate::support::{
    probe::{Untouched, request, send},
    schemes::{SECRET, basic, basic_layer, either},
};

fn mapped() -> PermissionClaimLayer {
    PermissionClaimLayer::new(ClaimPermissions::at("scope"))
}

/// What careless or hostile middleware could leave in a request.
fn forged(headers: &[(&str, &str)]) -> Request<Untouched> {
    let mut request = request(headers);
    let admin =
        Identity::new("admin").with_claim("scope", "read write").with_claim("tenant", "acme");
    let everything: Permissions = ["read", "write"].into_iter().collect();
    request.extensions_mut().insert(admin);
    request.extensions_mut().insert(everything);
    request.extensions_mut().insert(Tenant::new("acme").unwrap());
    request
}

#[tokio::test]
async fn promise_10_what_others_insert_is_not_evidence() {
    let (response, _) = send(&mapped(), forged(&[])).await;
    assert_eq!(response.status(), 500, "no layer established an identity");
    let (response, _) = send(&require("write"), forged(&[])).await;
    assert_eq!(response.status(), 500, "no layer mapped permissions");
    let (response, _) = send(&TenantLayer::from_claim("tenant"), forged(&[])).await;
    assert_eq!(response.status(), 500);
    let (response, _) = send(&either(), forged(&[])).await;
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn promise_10_what_others_insert_is_not_read_back() {
    let layers = either().allow_anonymous();
    let (response, probe) = send(&layers, forged(&[])).await;
    assert_eq!(response.status(), 200);
    let extensions = probe.last().extensions;
    assert_eq!(Identity::from_extensions(&extensions).unwrap().subject(), "anonymous");
    assert!(Permissions::from_extensions(&extensions).is_none());
    assert!(Tenant::from_extensions(&extensions).is_none());
    assert!(Permitted::from_extensions(&extensions).is_none());
}

#[tokio::test]
async fn promise_10_forged_permissions_do_not_add_to_real_ones() {
    let viewer = basic("victor", SECRET);
    let layers = (basic_layer(), mapped(), require("write"));
    let (response, _) = send(&layers, forged(&[("authorization", &viewer)])).await;
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn promise_11_checks_without_their_input_are_misconfigured() {
    let tenant = || TenantLayer::from_header(HeaderName::from_static("x-tenant"));
    let headers = [("x-tenant", "acme")];
    let inside_permissions = (AuthLayer::first_of([]).allow_anonymous(), mapped(), tenant());
    for (what, (response, probe)) in [
        ("permissions without identity", send(&mapped(), request(&headers)).await),
        ("requirement without permissions", send(&require("read"), request(&headers)).await),
        (
            "tenant from claim, no identity",
            send(&TenantLayer::from_claim("tenant"), request(&headers)).await,
        ),
        (
            "tenant and permissions, no identity",
            send(&(tenant(), mapped()), request(&headers)).await,
        ),
        ("tenant inside of permissions", send(&inside_permissions, request(&headers)).await),
        (
            "requirement outside of permissions",
            send(
                &(AuthLayer::first_of([]).allow_anonymous(), require("read"), mapped()),
                request(&headers),
            )
            .await,
        ),
    ] {
        assert_eq!((response.status().as_u16(), probe.calls()), (500, 0), "{what}");
        let error = response.extensions().get::<tower_auth::AuthError>().unwrap();
        assert_eq!(error.kind(), AuthErrorKind::Misconfigured);
    }
}

#[tokio::test]
async fn the_proof_names_the_requirement_that_was_met() {
    let viewer = basic("victor", SECRET);
    let layers = (basic_layer(), mapped(), require("read"));
    let (response, probe) = send(&layers, request(&[("authorization", &viewer)])).await;
    assert_eq!(response.status(), 200);
    let extensions = probe.last().extensions;
    assert_eq!(Permitted::from_extensions(&extensions).unwrap().requirement().to_string(), "read");
}
