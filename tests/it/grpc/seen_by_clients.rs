//! What a client of tonic is told by the rejections, over a connection.

use http::HeaderName;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower_auth::{
    AuthErrorKind, ClaimPermissions, GrpcErrorInfo, JwtAuthLayer, PermissionClaimLayer,
    TemporalRejection, TenantLayer, require,
};

use super::served::{Kind, Layers, Orders, Sent, boxed, call, connected, messages, reader};
use crate::support::{
    callers::refusing_tokens,
    tls::soon,
    tokens::{self, clock},
};

async fn refused(layers: Layers, kind: Kind, sent: &Sent) -> Status {
    let orders = Orders::new(&clock());
    let channel = connected(layers, &orders).await;
    let status = soon(call(&channel, kind, sent, messages(&["a"]))).await.unwrap_err();
    assert_eq!(orders.calls(), 0);
    status
}

fn detailed() -> Layers {
    let info = || GrpcErrorInfo::new("orders.example.com");
    boxed((
        JwtAuthLayer::new(tokens::verifier().clone()).with_rejection(info()),
        TenantLayer::from_header(HeaderName::from_static("x-tenant")).with_rejection(info()),
        PermissionClaimLayer::new(ClaimPermissions::at("scope")),
        require("orders:read").with_rejection(info()),
    ))
}

#[tokio::test]
async fn details_arrive_with_every_kind_of_call() {
    let of_acme = |sent: Sent| sent.with("x-tenant", "acme");
    for kind in Kind::ALL {
        for (sent, code, reason, scope) in [
            (Sent::nothing(), Code::Unauthenticated, "MISSING_CREDENTIALS", None),
            (Sent::bearer("garbage"), Code::Unauthenticated, "UNREADABLE_CREDENTIALS", None),
            (Sent::by(&reader().expired()), Code::Unauthenticated, "EXPIRED_CREDENTIALS", None),
            (Sent::by(&reader()), Code::PermissionDenied, "TENANT_DENIED", None),
            (
                of_acme(Sent::by(&reader().without("scope"))),
                Code::PermissionDenied,
                "PERMISSION_DENIED",
                Some("orders:read"),
            ),
        ] {
            let status = refused(detailed(), kind, &sent).await;
            assert_eq!(status.code(), code, "{reason}, {kind:?}");
            let details = status.check_error_details().unwrap();
            let told = details.error_info().unwrap();
            assert_eq!((told.reason.as_str(), &*told.domain), (reason, "orders.example.com"));
            assert_eq!(told.metadata.get("scope").map(String::as_str), scope);
            assert!(!told.metadata.contains_key("cause"));
        }
    }
}

/// Rows TI-6 to TI-9, TI-T2, TI-T4 and TI-T33.
#[tokio::test]
async fn a_temporal_server_says_one_thing_to_all() {
    for refusal in AuthErrorKind::ALL {
        for kind in Kind::ALL {
            let layer = refusing_tokens(refusal).with_rejection(TemporalRejection::new());
            let status = refused(boxed(layer), kind, &Sent::bearer("x")).await;
            let told = (status.code(), status.message());
            assert_eq!(told, (Code::PermissionDenied, TemporalRejection::MESSAGE), "{refusal}");
            assert!(status.details().is_empty());
        }
        let rejection = TemporalRejection::new().expose_authorizer_errors();
        let layer = refusing_tokens(refusal).with_rejection(rejection);
        let status = refused(boxed(layer), Kind::Unary, &Sent::bearer("x")).await;
        let expected = match refusal {
            AuthErrorKind::Unavailable => Code::Unavailable,
            AuthErrorKind::Overloaded => Code::ResourceExhausted,
            AuthErrorKind::Misconfigured => Code::Internal,
            _ => Code::PermissionDenied,
        };
        assert_eq!(status.code(), expected, "{refusal}");
    }
}
