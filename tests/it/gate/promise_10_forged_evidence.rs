//! Promise 10: evidence on a request was put there by a check of this request; nobody outside of
//! the crate can forge it.

use http::{HeaderName, Request};
use tower::Layer;
use tower_auth::{
    AuthErrorKind, ClaimPermissions, Identity, PermissionClaimLayer, Permissions, Permitted,
    Tenant, TenantLayer, require,
};

use crate::support::{
    callers::{basic, nobody, user, with},
    probe::{Probe, send},
};

/// What other middleware, or a confused handler, might insert.
fn forged() -> Request<()> {
    let mut request = nobody();
    let root = Identity::new("root").with_claim("tenant", "acme").with_claim("roles", "admin");
    let everything: Permissions = ["admin", "orders:write"].into_iter().collect();
    let extensions = request.extensions_mut();
    extensions.insert(root.clone());
    extensions.insert(Some(root));
    extensions.insert(everything.clone());
    extensions.insert(Some(everything));
    extensions.insert(Tenant::new("acme").expect("a name"));
    extensions.insert(AuthErrorKind::MissingCredentials);
    request
}

#[test]
fn inserted_evidence_is_not_seen() {
    let request = forged();
    let extensions = request.extensions();
    assert!(Identity::from_extensions(extensions).is_none());
    assert!(Permissions::from_extensions(extensions).is_none());
    assert!(Tenant::from_extensions(extensions).is_none());
    assert!(Permitted::from_extensions(extensions).is_none());
}

#[tokio::test]
async fn inserted_evidence_opens_no_gate() {
    let permissions = || PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let header = || TenantLayer::from_header(HeaderName::from_static("x-tenant"));
    let probe = Probe::new();

    let status = send(&basic().layer(probe.clone()), forged()).await.status();
    assert_eq!(status, 401);
    let status = send(&permissions().layer(probe.clone()), forged()).await.status();
    assert_eq!(status, 500);
    let status = send(&require("admin").layer(probe.clone()), forged()).await.status();
    assert_eq!(status, 500);
    let claim = TenantLayer::from_claim("tenant").layer(probe.clone());
    assert_eq!(send(&claim, forged()).await.status(), 500);
    let status = send(&header().layer(probe.clone()), forged()).await.status();
    assert_eq!(status, 403);
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn inserted_evidence_does_not_mix_with_what_was_established() {
    let probe = Probe::new();
    let layers = (
        basic(),
        TenantLayer::from_header(HeaderName::from_static("x-tenant")),
        PermissionClaimLayer::new(ClaimPermissions::at("roles")),
    );
    let service = layers.layer(probe.clone());
    let mut request = with(user("reader@globex"), "x-tenant", "globex");
    *request.extensions_mut() = forged().extensions().clone();

    assert_eq!(send(&service, request).await.status(), 200);
    let head = probe.head();
    let identity = Identity::from_extensions(&head.extensions).expect("admitted");
    assert_eq!(identity.subject(), "reader@globex");
    assert!(identity.outer().is_none());
    assert_eq!(Tenant::from_extensions(&head.extensions).unwrap().as_str(), "globex");
    let permissions = Permissions::from_extensions(&head.extensions).expect("mapped");
    assert!(permissions.contains("reader") && !permissions.contains("admin"));
}

#[tokio::test]
async fn header_fields_named_like_evidence_are_nothing_but_header_fields() {
    let probe = Probe::new();
    for name in ["identity", "x-identity", "x-user", "x-forwarded-user", "remote-user", "tenant"] {
        let request = with(nobody(), name, "root");
        assert_eq!(send(&basic().layer(probe.clone()), request).await.status(), 401, "{name}");
    }
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn certificates_in_header_fields_are_not_read() {
    use tower_auth::{CertificateRules, MtlsIdentityLayer, NameKind};

    let layer = MtlsIdentityLayer::new(CertificateRules::subject_from(NameKind::Uri));
    let probe = Probe::new();
    for name in ["x-forwarded-client-cert", "client-cert", "x-ssl-client-cert", "x-client-verify"] {
        let request = with(nobody(), name, "Subject=\"CN=root\";URI=spiffe://acme/root");
        let answer = send(&layer.clone().layer(probe.clone()), request).await;
        assert_eq!(answer.status(), 500, "nothing is known of the connection: {name}");

        let request = with(nobody(), name, "Subject=\"CN=root\";URI=spiffe://acme/root");
        let request = crate::support::callers::without_certificate(request);
        let answer = send(&layer.clone().layer(probe.clone()), request).await;
        assert_eq!(answer.status(), 401, "{name}");
    }
    assert_eq!(probe.calls(), 0);
}
