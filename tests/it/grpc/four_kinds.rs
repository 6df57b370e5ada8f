//! Calls of all four kinds through the layers, and refusals of each.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use http::HeaderName;
use tonic::{Code, Status, transport::Channel};
use tower_auth::{
    AuthErrorKind, ClaimPermissions, JwtAuthLayer, PermissionClaimLayer, TenantLayer, require,
};

use super::served::{
    Kind, Layers, Messages, Orders, Sent, boxed, call, connected, messages, reader,
};
use crate::support::{
    callers::refusing_tokens,
    tls::soon,
    tokens::{self, Signing, clock, token_by},
};

fn layers() -> Layers {
    boxed((
        JwtAuthLayer::new(tokens::verifier().clone()),
        TenantLayer::from_header(HeaderName::from_static("x-tenant")),
        PermissionClaimLayer::new(ClaimPermissions::at("scope")),
        require("orders:read"),
    ))
}

fn good() -> Sent {
    Sent::by(&reader()).with("x-tenant", "acme")
}

/// Says two things and then nothing, for ever.
fn endless() -> (Messages, std::sync::Weak<()>) {
    let alive = Arc::new(());
    let held = Arc::downgrade(&alive);
    let silence = stream::poll_fn(move |_| {
        let _alive = &alive;
        std::task::Poll::Pending
    });
    (messages(&["a", "b"]).chain(silence).boxed(), held)
}

async fn answers(channel: &Channel, kind: Kind) -> Result<Vec<String>, Status> {
    soon(call(channel, kind, &good(), messages(&["a", "b"]))).await
}

#[tokio::test]
async fn callers_who_are_admitted_are_answered() {
    let orders = Orders::new(&clock());
    let channel = connected(layers(), &orders).await;
    for (kind, expected) in [
        (Kind::Unary, &["alice: a"][..]),
        (Kind::ClientStreaming, &["alice: 2"]),
        (Kind::ServerStreaming, &["alice: a"]),
        (Kind::Bidirectional, &["alice: a", "alice: b"]),
    ] {
        assert_eq!(answers(&channel, kind).await.unwrap(), expected, "{kind:?}");
    }
    assert_eq!(orders.calls(), 4);
}

/// Rows GRPC-02, GRPC-09 and TI-T20: whoever is refused is told so while the stream of requests is
/// open, the stream is let go of, and the next call takes the same connection.
#[tokio::test]
async fn refusals_arrive_while_clients_are_still_sending() {
    let acme = |token: &tokens::Token| Sent::by(token).with("x-tenant", "acme");
    let good_token = reader().compact();
    let twice = good().with("authorization", &format!("Bearer {good_token}"));
    let refused = [
        ("nothing", Sent::nothing().with("x-tenant", "acme"), Code::Unauthenticated),
        ("garbage", Sent::bearer("garbage").with("x-tenant", "acme"), Code::Unauthenticated),
        ("forged", acme(&token_by(Signing::OtherRs256)), Code::Unauthenticated),
        ("expired", acme(&reader().expired()), Code::Unauthenticated),
        ("two lines", twice, Code::Unauthenticated),
        ("no permission", acme(&reader().without("scope")), Code::PermissionDenied),
        ("another tenant", Sent::by(&reader()).with("x-tenant", "globex"), Code::PermissionDenied),
        ("no tenant", Sent::by(&reader()), Code::PermissionDenied),
    ];
    let orders = Orders::new(&clock());
    let channel = connected(layers(), &orders).await;
    for kind in Kind::ALL {
        for (what, sent, code) in &refused {
            let (messages, held) = endless();
            let status = soon(call(&channel, kind, sent, messages)).await.unwrap_err();
            assert_eq!(status.code(), *code, "{what}, {kind:?}: {status:?}");
            soon(async {
                while held.strong_count() > 0 {
                    tokio::task::yield_now().await;
                }
            })
            .await;
            let served = orders.calls();
            assert!(answers(&channel, kind).await.is_ok(), "the next call after {what}");
            assert_eq!(orders.calls(), served + 1);
        }
    }
    assert_eq!(orders.calls(), 4 * refused.len(), "no refused call was served");
}

/// Rows GRPC-02 and GRPC-03: the code of the table for every refusal and every kind of call.
#[tokio::test]
async fn every_refusal_has_its_code() {
    for refusal in AuthErrorKind::ALL {
        let orders = Orders::new(&clock());
        let channel = connected(boxed(refusing_tokens(refusal)), &orders).await;
        for kind in Kind::ALL {
            let status = soon(call(&channel, kind, &good(), endless().0)).await.unwrap_err();
            let expected = Code::from_i32(refusal.grpc_code().into());
            assert_eq!(status.code(), expected, "{refusal}, {kind:?}");
            assert_eq!(status.message(), refusal.message());
        }
        assert_eq!(orders.calls(), 0);
    }
}
