//! A small tonic service behind the same layers; refusals are answered with a `grpc-status`.
//!
//! ```text
//! cargo run --example tonic --all-features
//! printf '\0\0\0\0\0' > empty.bin
//! call='curl -si --http2-prior-knowledge -H content-type:application/grpc -H te:trailers --data-binary @empty.bin'
//! $call http://127.0.0.1:50051/orders.v1.Orders/List                      # grpc-status: 16
//! $call -u alice:pw http://127.0.0.1:50051/orders.v1.Orders/List          # a message
//! $call -u mallory:pw http://127.0.0.1:50051/orders.v1.Orders/List        # grpc-status: 7
//! ```
//!
//! The service is written by hand, where a real one would be generated from a `.proto` file.

use std::{
    convert::Infallible,
    error::Error,
    task::{Context, Poll},
};

use bytes::{Buf, BufMut};
use tonic::{
    Request, Response, Status,
    body::Body,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    server::{Grpc, NamedService},
    transport::{Server, server::Router},
};
use tower::{
    Layer, Service,
    layer::util::{Identity as NoLayer, Stack},
    service_fn,
};
use tower_auth::{
    AuthError, Basic, BasicAuthLayer, BoxFuture, Identity, PermissionClaimLayer, Permissions,
    Tenant, require,
};

type Auth = (BasicAuthLayer, PermissionClaimLayer);

pub(crate) fn app() -> Router<Stack<Auth, NoLayer>> {
    let auth = (BasicAuthLayer::new(accounts), PermissionClaimLayer::new(permissions));
    Server::builder().layer(auth).add_service(require("orders:read").layer(Orders))
}

async fn accounts(credentials: Basic) -> Result<Identity, AuthError> {
    Ok(Identity::new(credentials.username()))
}

fn permissions(identity: &Identity, _: Option<&Tenant>) -> Result<Permissions, AuthError> {
    let granted = (identity.subject() == "alice").then_some("orders:read");
    Ok(granted.into_iter().collect())
}

/// A handler, as a generated service would call it.
async fn list(request: Request<String>) -> Result<Response<String>, Status> {
    let identity = Identity::from_extensions(request.extensions());
    let identity = identity.ok_or_else(|| Status::internal("no authentication layer"))?;
    Ok(Response::new(format!("orders of {}", identity.subject())))
}

/// What a generated server does: it finds the method and decodes its message.
#[derive(Clone)]
pub(crate) struct Orders;

impl NamedService for Orders {
    const NAME: &'static str = "orders.v1.Orders";
}

impl Service<http::Request<Body>> for Orders {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            Ok(match request.uri().path() {
                "/orders.v1.Orders/List" => Grpc::new(Text).unary(service_fn(list), request).await,
                _ => Status::unimplemented("no such method").into_http(),
            })
        })
    }
}

/// Messages of plain text, where a generated service would have protobuf.
#[derive(Clone, Copy)]
pub(crate) struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = buffer.copy_to_bytes(buffer.remaining()).to_vec();
        String::from_utf8(bytes).map(Some).map_err(|_| Status::invalid_argument("not UTF-8"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    Ok(app().serve("127.0.0.1:50051".parse()?).await?)
}
