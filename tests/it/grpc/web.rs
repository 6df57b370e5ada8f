//! Row GRPC-07: refusals that gRPC-Web clients can read, outside and inside of the layer that translates.

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::TryStreamExt;
use http::{HeaderName, Request, Response, uri::PathAndQuery};
use http_body_util::BodyExt;
use tonic::{Code, Status, body::Body, client, service::Routes};
use tonic_web::{GrpcWebCall, GrpcWebClientLayer, GrpcWebLayer};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::JwtAuthLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::served::{Kind, Layers, Orders, boxed, reader};
use crate::{
    examples::tonic_service::Text,
    support::tokens::{self, clock},
};

fn auth() -> JwtAuthLayer {
    JwtAuthLayer::new(tokens::verifier().clone())
}

fn both_orders() -> [(&'static str, Layers); 2] {
    [
        ("outside", boxed((auth(), GrpcWebLayer::new()))),
        ("inside", boxed((GrpcWebLayer::new(), auth()))),
    ]
}

async fn send(layers: &Layers, orders: &Orders, request: Request<Body>) -> Response<Body> {
    let routes = Routes::from(axum::Router::new().fallback_service(orders.clone()));
    layers.layer(routes).oneshot(request).await.unwrap()
}

/// A call by a gRPC-Web client.
async fn call(
    layers: &Layers,
    orders: &Orders,
    token: Option<&str>,
) -> Result<Vec<String>, Status> {
    let (layers, orders) = (layers.clone(), orders.clone());
    let network = service_fn(move |request: Request<GrpcWebCall<Body>>| {
        let (layers, orders) = (layers.clone(), orders.clone());
        async move { Ok::<_, Status>(send(&layers, &orders, request.map(Body::new)).await) }
    });
    let mut client = client::Grpc::new(GrpcWebClientLayer::new().layer(network));
    let mut request = tonic::Request::new("a".to_owned());
    if let Some(token) = token {
        let line = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", line);
    }
    let path = PathAndQuery::from_static(Kind::ServerStreaming.path());
    client.server_streaming(request, path, Text).await?.into_inner().try_collect().await
}

#[tokio::test]
async fn a_client_reads_the_refusal() {
    for (place, layers) in both_orders() {
        let orders = Orders::new(&clock());
        let good = reader().compact();
        assert_eq!(call(&layers, &orders, Some(&good)).await.unwrap(), ["alice: a"], "{place}");
        let expired = reader().expired().compact();
        for token in [None, Some("garbage"), Some(&*expired)] {
            let status = call(&layers, &orders, token).await.unwrap_err();
            assert_eq!(status.code(), Code::Unauthenticated, "{place}: {status:?}");
            assert!(!status.message().is_empty());
        }
        assert_eq!(orders.calls(), 1);
    }
}

/// As it is on the wire: 200 and the type of the request. The status is in the header fields, or in the
/// trailers at the end of the body, which is base64 where the client asked for text.
#[tokio::test]
async fn the_bytes_are_of_the_form_that_was_asked_for() {
    for (place, layers) in both_orders() {
        for content_type in ["application/grpc-web", "application/grpc-web-text"] {
            let request = Request::post(Kind::Unary.path())
                .header("content-type", format!("{content_type}+proto"))
                .header("accept", format!("{content_type}+proto"))
                .body(Body::empty());
            let orders = Orders::new(&clock());
            let response = send(&layers, &orders, request.unwrap()).await;
            assert_eq!(response.status(), 200);
            let answered = response.headers()["content-type"].to_str().unwrap();
            let answered = answered.strip_suffix("+proto").unwrap_or(answered);
            assert_eq!(answered, content_type, "{place}");
            let in_headers = response.headers().get("grpc-status").cloned();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let body = match content_type {
                "application/grpc-web-text" => STANDARD.decode(&body).unwrap(),
                _ => body.to_vec(),
            };
            match in_headers {
                Some(status) => assert_eq!((status.as_bytes(), &*body), (&b"16"[..], &b""[..])),
                None => assert!(String::from_utf8_lossy(&body).contains("grpc-status:16")),
            }
        }
    }
}

/// A script of another origin reads what the answer lets it read, refusals as well; and its browser asks
/// before without credentials.
#[tokio::test]
async fn behind_cors_a_browser_may_read_it() {
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::exact("https://app.example.com".parse().unwrap()))
        .allow_headers(["authorization", "content-type"].map(HeaderName::from_static))
        .expose_headers(["grpc-status", "grpc-message"].map(HeaderName::from_static));
    let layers = boxed((cors, auth(), GrpcWebLayer::new()));
    let orders = Orders::new(&clock());
    let from_app = |method: &str| {
        let request = Request::builder().method(method).uri(Kind::Unary.path());
        request.header("origin", "https://app.example.com")
    };
    let asked = from_app("OPTIONS")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .body(Body::empty());
    let allowed = send(&layers, &orders, asked.unwrap()).await;
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://app.example.com");
    let call = from_app("POST").header("content-type", "application/grpc-web");
    let refused = send(&layers, &orders, call.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.headers()["grpc-status"], "16");
    let exposed = refused.headers()["access-control-expose-headers"].to_str().unwrap();
    assert_eq!(exposed, "grpc-status,grpc-message");
    assert_eq!(orders.calls(), 0);
}
