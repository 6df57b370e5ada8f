//! The layer around real clients: hyper's, reqwest's and tonic's.

use std::{future::IntoFuture, net::SocketAddr};

use axum::{Router, routing::get};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, header::AUTHORIZATION, uri::PathAndQuery};
use http_body_util::{BodyExt, Empty, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tonic::{
    Code, Status,
    transport::{Channel, Endpoint},
};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_auth::{AuthorizationLayer, BoxError, ClientAuthError};

use super::issuer::{Play, Source};
use crate::examples::tonic_service::{self, Text};

async fn listen(router: Router) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(axum::serve(socket, router).into_future());
    address
}

fn echo() -> Router {
    let echo = async |headers: HeaderMap| headers[AUTHORIZATION].to_str().unwrap().to_owned();
    Router::new().route("/", get(echo))
}

#[tokio::test]
async fn hyper_with_whole_uris() {
    let address = listen(echo()).await;
    let client: hyper_util::client::legacy::Client<_, Full<Bytes>> =
        hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http();
    let origin = format!("http://{address}");
    let layer = AuthorizationLayer::bearer("t").for_origin(&origin).build().unwrap();
    let request = Request::get(origin + "/").body(Full::default()).unwrap();
    let response = layer.layer(client).oneshot(request).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "Bearer t");
}

#[tokio::test]
async fn hyper_by_a_connection() {
    let address = listen(echo()).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let client =
        service_fn(move |request: Request<Empty<Bytes>>| sender.clone().send_request(request));
    let layer = AuthorizationLayer::bearer("t").connected_to(format!("http://{address}"));
    let layer = layer.build().unwrap();
    let request = Request::get(format!("http://{address}/")).body(Empty::new()).unwrap();
    let response = layer.layer(client).oneshot(request).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "Bearer t");
}

#[tokio::test]
async fn reqwest_behind_an_adapter() {
    let address = listen(echo()).await;
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let client = service_fn(move |request: Request<Bytes>| {
        let client = client.clone();
        async move {
            let response = client.execute(request.try_into()?).await?;
            Ok::<Response<reqwest::Body>, reqwest::Error>(response.into())
        }
    });
    let origin = format!("http://{address}");
    let layer =
        AuthorizationLayer::basic("worker01", "password").for_origin(&origin).build().unwrap();
    let request = Request::get(origin).body(Bytes::new()).unwrap();
    let response = layer.layer(client).oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "Basic d29ya2VyMDE6cGFzc3dvcmQ=");
}

/// The gRPC service of the example, and a channel to it.
async fn grpc() -> (String, Channel) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", socket.local_addr().unwrap());
    let incoming = tonic::transport::server::TcpIncoming::from(socket);
    tokio::spawn(tonic_service::app().serve_with_incoming(incoming));
    let channel = Endpoint::from_shared(origin.clone()).unwrap().connect().await.unwrap();
    (origin, channel)
}

async fn list<S>(client: S) -> Result<String, Status>
where
    S: tonic::client::GrpcService<tonic::body::Body>,
    S::ResponseBody: http_body::Body<Data = Bytes> + Send + 'static,
    <S::ResponseBody as http_body::Body>::Error: Into<BoxError> + Send,
{
    let mut grpc = tonic::client::Grpc::new(client);
    grpc.ready().await.map_err(|_| Status::unknown("not ready"))?;
    let path = PathAndQuery::from_static("/orders.v1.Orders/List");
    let answer = grpc.unary(tonic::Request::new(String::new()), path, Text).await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn ti_t31_tonic_by_a_channel() {
    let (origin, channel) = grpc().await;
    let basic = || AuthorizationLayer::basic("alice", "pw");
    let layer = basic().connected_to(origin).build().unwrap();
    assert_eq!(list(layer.layer(channel.clone())).await.unwrap(), "orders of alice");

    let unaware = basic().for_origin("https://orders.example.com").build().unwrap();
    let status = list(unaware.layer(channel)).await.unwrap_err();
    let error = std::error::Error::source(&status).unwrap();
    assert!(error.is::<ClientAuthError>(), "{status:?}");
}

#[tokio::test]
async fn tonic_has_a_fresh_token_for_the_next_call() {
    let (origin, channel) = grpc().await;
    let source = Source::lasting(3600);
    let layer = AuthorizationLayer::tokens(source.clone()).connected_to(origin).build().unwrap();
    // The service knows Basic only, so a good token becomes what it knows.
    let client = ServiceBuilder::new()
        .layer(layer)
        .map_request(|mut request: Request<tonic::body::Body>| {
            if request.headers()[AUTHORIZATION] == "Bearer token-2" {
                request.headers_mut().insert(AUTHORIZATION, "Basic YWxpY2U6cHc=".parse().unwrap());
            }
            request
        })
        .service(channel);
    assert_eq!(list(client.clone()).await.unwrap_err().code(), Code::Unauthenticated);
    assert_eq!(list(client).await.unwrap(), "orders of alice");
    assert_eq!(source.asked(), 2);
}

#[tokio::test]
async fn an_outage_of_the_source_is_unavailable_to_tonic() {
    let (origin, channel) = grpc().await;
    let source = Source::new(Play::Fail);
    let layer = AuthorizationLayer::tokens(source).connected_to(origin).build().unwrap();
    let client = ServiceBuilder::new()
        .map_err(|error: BoxError| match error.downcast::<ClientAuthError>() {
            Ok(error) => Status::from(*error).into(),
            Err(error) => error,
        })
        .layer(layer)
        .service(channel);
    let status = list(client).await.unwrap_err();
    assert_eq!((status.code(), status.message()), (Code::Unavailable, "no token can be had now"));
}
