//! tonic takes the layers, and its clients read the refusals.

use http::{HeaderName, uri::PathAndQuery};
use tokio::sync::oneshot;
use tonic::{
    Code,
    client::Grpc,
    transport::{Channel, Endpoint, Server, server::TcpIncoming},
};
use tower_auth::TenantLayer;

use crate::{
    examples::tonic_service::Text,
    support::callers::{basic, user},
};

/// The code of a call by this user for this tenant.
async fn call(channel: Channel, name: Option<&str>, tenant: Option<&str>) -> Code {
    let mut client = Grpc::new(channel);
    let mut request = tonic::Request::new(String::new());
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
    client.unary(request, path, Text).await.expect_err("no service is there").code()
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
