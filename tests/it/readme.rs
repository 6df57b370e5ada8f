//! The pieces of code in the README: what stands here compiles, and it is what stands there.

use std::time::Duration;

use axum::Router;
use tower::Layer;
use tower_auth::{
    Authenticator, AuthorizationLayer, AuthorizationService, BasicAuthLayer, CacheLimits,
    ClaimMapper, ClaimPermissions, ClientCredentials, ConfigError, FailureThrottle, Failures,
    Identity, Issuer, JwtAuthLayer, JwtVerifier, Keys, PermissionClaimLayer, PermissionSource,
    Tenant, TestIdentityLayer, Users, UsersFile, require,
};

use crate::support::{
    callers::nobody,
    probe::{Probe, send},
};

#[rustfmt::skip]
mod ten_lines {
    // README
    use axum::{Router, routing::get};
    use tower_auth::{BasicAuthLayer, Identity, PermissionClaimLayer, Roles, User, Users, require};

    fn app() -> Result<Router, tower_auth::ConfigError> {
        // htpasswd -nbBC 10 alice wonderland
        let alice = User::new("alice", "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6");
        let users = Users::builder().user(alice.with_claim("roles", "editor")).build()?;
        let roles = Roles::builder().grant("editor", ["orders:read", "orders:write"]).build()?;
        let auth = (BasicAuthLayer::new(users), PermissionClaimLayer::new(roles.from_claim("roles")));

        Ok(Router::new()
            .route("/orders", get(list).route_layer(require("orders:read")))
            .route_layer(auth)) // route_layer: an unknown path stays 404
    }

    async fn list(identity: Identity) -> String {
        format!("orders of {}", identity.subject())
    }
    // end

    #[test]
    fn ten_lines_make_an_application() {
        assert!(app().is_ok());
    }
}

#[rustfmt::skip]
fn remote_issuer(router: Router) -> Result<Router, ConfigError> {
    // README
    let issuer = Issuer::new("https://login.example.com", "orders-api", Keys::from_openid_discovery());
    let verifier = JwtVerifier::builder().issuer(issuer).with_cache(CacheLimits::new()).build()?;
    let app = router.route_layer(JwtAuthLayer::new(verifier));
    // end
    Ok(app)
}

#[rustfmt::skip]
fn users_file(router: Router) -> Result<Router, ConfigError> {
    // README
    let users = Users::builder().file(UsersFile::htpasswd("/etc/orders/htpasswd")).build()?;
    let throttle = FailureThrottle::new().with_address_limit(Failures::per_minute(20));
    let app = router.route_layer(BasicAuthLayer::new(throttle.around(users)?.cached(CacheLimits::new())));
    // end
    Ok(app)
}

#[rustfmt::skip]
fn permissions(grants: impl PermissionSource) -> [PermissionClaimLayer; 2] {
    // README
    let staff = ClaimPermissions::at("realm_access.roles").stripped_of("orders-").when("https://login.example.com");
    let partners = ClaimPermissions::at("scope").prefixed("partner:").when("https://id.partner.example");
    let from_claims = PermissionClaimLayer::new(staff.and(partners));

    let limits = CacheLimits::new().with_max_age(Duration::from_secs(30));
    let from_table = PermissionClaimLayer::resolved_by(grants.cached(limits));
    // end
    [from_claims, from_table]
}

#[rustfmt::skip]
fn outgoing<C>(client: C, secret: &str) -> Result<AuthorizationService<C>, ConfigError> {
    // README
    let source = ClientCredentials::with_basic("https://login.example.com/token", "billing", secret).build()?;
    let layer = AuthorizationLayer::tokens(source).for_origin("https://orders.example.com").build()?;
    let client = layer.layer(client);
    // end
    Ok(client)
}

/// The lines between `// README` and `// end`, without the indentation that they have here.
fn pieces() -> Vec<String> {
    let mut lines = include_str!("readme.rs").lines();
    let mut pieces = Vec::new();
    while let Some(start) = lines.find(|line| line.trim() == "// README") {
        let indentation = start.len() - start.trim_start().len();
        let piece = lines.by_ref().take_while(|line| line.trim() != "// end");
        let piece = piece.map(|line| line.get(indentation..).unwrap_or_default().to_owned() + "\n");
        pieces.push(piece.collect());
    }
    pieces
}

#[test]
fn the_readme_has_them_word_for_word() {
    let readme = include_str!("../../README.md");
    let pieces = pieces();
    assert_eq!(pieces.len(), 5);
    for piece in pieces {
        assert!(readme.contains(&format!("```rust\n{piece}```")), "not in the README:\n{piece}");
    }
}

#[tokio::test]
async fn permissions_of_claims_and_of_a_table() {
    let grants =
        |_: Identity, _: Option<Tenant>| std::future::ready(Ok(["a"].into_iter().collect()));
    let alice =
        Identity::new("alice").with_issuer("https://id.partner.example").with_claim("scope", "a");
    for (layer, name) in permissions(grants).into_iter().zip(["partner:a", "a"]) {
        let auth = (TestIdentityLayer::new(alice.clone()), layer, require(name));
        let service = auth.layer(Probe::new());
        assert_eq!(send(&service, nobody()).await.status(), 200, "{name}");
    }
}

#[test]
fn a_remote_issuer_is_no_mistake() {
    assert!(remote_issuer(Router::new().route("/", axum::routing::get(|| async {}))).is_ok());
}

#[test]
fn outgoing_calls_are_no_mistake() {
    assert!(outgoing((), "s3cr3t").is_ok());
}

#[test]
fn a_file_that_is_not_there_is_one() {
    let error = users_file(Router::new()).unwrap_err();
    assert!(error.to_string().contains("/etc/orders/htpasswd"), "{error}");
}
