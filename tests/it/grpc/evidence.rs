//! What methods of a service learn of their request.

use http::HeaderName;
use tonic::Code;
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{
    ClaimPermissions, Identity, PermissionClaimLayer, RequestEvidence, TenantLayer,
    TestIdentityLayer, require,
};

fn said<T: RequestEvidence>(request: &T) -> Vec<Result<String, Code>> {
    let code = |status: tonic::Status| status.code();
    vec![
        request.identity().map(|it| it.subject().to_owned()).map_err(code),
        Ok(request.tenant().map_or_else(String::new, ToString::to_string)),
        request.permissions().map(|it| it.iter().collect()).map_err(code),
        request.permitted().map(|it| it.requirement().to_string()).map_err(code),
    ]
}

#[tokio::test]
async fn what_the_layers_established_is_there() {
    let identity = Identity::new("alice").with_claim("tenant", "acme").with_claim("scope", "read");
    let guarded = (
        TestIdentityLayer::new(identity),
        TenantLayer::from_header(HeaderName::from_static("x-tenant")),
        PermissionClaimLayer::new(ClaimPermissions::at("scope")),
        require("read"),
    );
    let service = service_fn(async |request: http::Request<()>| {
        let (parts, ()) = request.into_parts();
        let of_http = said(&parts.extensions);
        let request = tonic::Request::from_parts(Default::default(), parts.extensions, ());
        assert_eq!(said(&request), of_http);
        Ok::<_, std::convert::Infallible>(http::Response::new(of_http))
    });
    let request = http::Request::builder().header("x-tenant", "acme").body(()).unwrap();
    let response = guarded.layer(service).oneshot(request).await.unwrap();
    let expected = ["alice", "acme", "read", "read"].map(|it| Ok(it.to_owned()));
    assert_eq!(response.into_body(), expected);
}

#[test]
fn a_layer_that_is_missing_is_loud() {
    let internal = || Err(Code::Internal);
    assert_eq!(
        said(&tonic::Request::new(())),
        [internal(), Ok(String::new()), internal(), internal()]
    );
}
