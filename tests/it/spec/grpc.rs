//! gRPC over HTTP/2, by real tonic clients and servers. The rows of the table are in `table.rs`.

use std::time::Duration;

use tokio::net::TcpListener;
use tonic::{
    Code, Request,
    transport::{Channel, Endpoint, Server, server::TcpIncoming},
};
use tower_auth::{AuthError, AuthLayer, Scheme};

use crate::{
    examples::tonic_service::{Orders, Text},
    support::schemes::{ApiKey, SECRET, passwords},
};

/// Serves the orders of the example behind a layer, and connects to it.
async fn connect(layer: AuthLayer) -> Channel {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let server = Server::builder().layer(layer).add_service(Orders);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(socket)));
    Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

async fn call(channel: &Channel, key: Option<&str>) -> Result<String, (Code, String)> {
    let mut request = Request::new(String::new());
    if let Some(key) = key {
        request.metadata_mut().insert("x-api-key", key.parse().unwrap());
    }
    let mut grpc = tonic::client::Grpc::new(channel.clone());
    grpc.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/orders.v1.Orders/List");
    match grpc.unary(request, path, Text).await {
        Ok(response) => Ok(response.into_inner()),
        Err(status) => Err((status.code(), status.message().to_owned())),
    }
}

fn by_key(judge: fn(bool) -> Result<(), AuthError>) -> AuthLayer {
    AuthLayer::new(Scheme::new(move |ApiKey(key): ApiKey| async move {
        judge(key.expose() == SECRET.as_bytes()).map(|()| tower_auth::Identity::new("robot"))
    }))
}

#[tokio::test]
async fn grpc_01_and_02_clients_understand_who_they_are_taken_for() {
    let known = |known| if known { Ok(()) } else { Err(AuthError::invalid("unknown key")) };
    let channel = connect(by_key(known)).await;
    assert_eq!(call(&channel, Some(SECRET)).await, Ok("orders of robot".to_owned()));
    let refused = |message: &str| Err((Code::Unauthenticated, message.to_owned()));
    assert_eq!(call(&channel, None).await, refused("no credentials were presented"));
    assert_eq!(call(&channel, Some("wrong")).await, refused("the credentials were not accepted"));
}

#[tokio::test]
async fn grpc_03_outages_and_faults_have_codes_of_their_own() {
    let down = connect(by_key(|_| Err(AuthError::unavailable("no database")))).await;
    let answer = call(&down, Some(SECRET)).await.unwrap_err();
    assert_eq!(answer, (Code::Unavailable, "authentication is temporarily unavailable".to_owned()));

    let broken = connect(by_key(|_| Err(AuthError::misconfigured("no wires")))).await;
    assert_eq!(call(&broken, Some(SECRET)).await.unwrap_err().0, Code::Internal);
}

/// The health service and all others are covered: what is open is opened explicitly.
#[tokio::test]
async fn grpc_10_no_service_is_exempt() {
    let channel = connect(AuthLayer::new(Scheme::basic(passwords))).await;
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/grpc.health.v1.Health/Check");
    let status = grpc.unary(Request::new(String::new()), path, Text).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
}

/// A client that streams and never ends is refused before it has sent anything.
#[tokio::test]
async fn grpc_09_an_early_refusal_does_not_hang_a_streaming_client() {
    let channel = connect(AuthLayer::new(Scheme::basic(passwords))).await;
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/orders.v1.Orders/List");
    let endless = Request::new(tokio_stream::pending::<String>());
    let call = grpc.client_streaming(endless, path, Text);
    let status = tokio::time::timeout(Duration::from_secs(30), call).await.expect("an answer");
    assert_eq!(status.unwrap_err().code(), Code::Unauthenticated);
}
