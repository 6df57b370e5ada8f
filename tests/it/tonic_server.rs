//! tonic takes the layers, and its clients read the refusals.

use http::{HeaderName, uri::PathAndQuery};
use tokio::sync::oneshot;
use tonic::{
    Code, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::{Channel, Endpoint, Server, server::TcpIncoming},
};
use tower_auth::TenantLayer;

use crate::support::callers::{basic, user};

/// The code of a call by this user for this tenant.
async fn call(channel: Channel, name: Option<&str>, tenant: Option<&str>) -> Code {
    let mut client = Grpc::new(channel);
    let mut request = tonic::Request::new(Empty);
    if let Some(name) = name {
        let line = user(name).headers()["authorization"].clone();
        let line = line.to_str().expect("ASCII").parse().expect("ASCII");
        request.metadata_mut().insert("authorization", line);
    }
    if let Some(tenant) = tenant {
        let tenant = tenant.parse().expect("ASCII");
        request.metadata_mut().insert("x-tenant", tenant);
    }
    client.ready().await.expect("connected");
    let path = PathAndQuery::from_static("/orders.v1.Orders/Create");
    let answer: Result<tonic::Response<Empty>, _> = client.unary(request, path, Nothing).await;
    answer.expect_err("no service is there").code()
}

#[tokio::test]
async fn tonic_takes_the_layers_and_its_clients_read_the_refusals() {
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = incoming.local_addr().unwrap().port();
    let (stop, stopped) = oneshot::channel::<()>();
    let tenant = TenantLayer::from_header(HeaderName::from_static("x-tenant"));
    let serving = Server::builder()
        .layer((basic(), tenant))
        .add_routes(tonic::service::Routes::default())
        .serve_with_incoming_shutdown(incoming, async { drop(stopped.await) });
    let server = tokio::spawn(serving);

    let endpoint = Endpoint::from_shared(format!("http://127.0.0.1:{port}")).unwrap();
    let channel = endpoint.connect().await.unwrap();
    let alice = Some("alice@acme");
    let called = [
        call(channel.clone(), None, Some("acme")).await,
        call(channel.clone(), alice, None).await,
        call(channel.clone(), alice, Some("globex")).await,
        call(channel.clone(), alice, Some("acme")).await,
    ];
    let denied = Code::PermissionDenied;
    assert_eq!(called, [Code::Unauthenticated, denied, denied, Code::Unimplemented]);

    drop(channel);
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

/// A message of no bytes.
#[derive(Debug)]
struct Empty;

/// Its codec.
#[derive(Default)]
struct Nothing;

impl Codec for Nothing {
    type Encode = Empty;
    type Decode = Empty;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Nothing {
    type Item = Empty;
    type Error = Status;

    fn encode(&mut self, _: Empty, _: &mut EncodeBuf<'_>) -> Result<(), Status> {
        Ok(())
    }
}

impl Decoder for Nothing {
    type Item = Empty;
    type Error = Status;

    fn decode(&mut self, _: &mut DecodeBuf<'_>) -> Result<Option<Empty>, Status> {
        Ok(Some(Empty))
    }
}
