//! A service with a method of each kind, served over one pipe, and a client of it.

use std::{
    convert::Infallible,
    error::Error,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use http::{Request, Response, Uri, uri::PathAndQuery};
use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;
use tonic::{
    Status, Streaming,
    body::Body,
    client,
    metadata::MetadataMap,
    server,
    service::Routes,
    transport::{Channel, Endpoint, Server},
};
use tower::{Layer, Service, service_fn, util::BoxCloneServiceLayer};
use tower_auth::{BoxFuture, Clock, IdentityEnd, RequestEvidence};

use crate::{
    examples::tonic_service::Text,
    support::tokens::{self, Token},
};

pub(super) type Layers = BoxCloneServiceLayer<Routes, Request<Body>, Response<Body>, Infallible>;

/// Layers of any type.
pub(super) fn boxed<L>(layers: L) -> Layers
where
    L: Layer<Routes> + Send + Sync + 'static,
    L::Service: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    <L::Service as Service<Request<Body>>>::Future: Send,
{
    BoxCloneServiceLayer::new(layers)
}

type Answers = BoxStream<'static, Result<String, Status>>;

/// Answers on all paths; the last segment is the method. Streams end with the identity of the caller.
#[derive(Clone)]
pub(super) struct Orders {
    calls: Arc<AtomicUsize>,
    /// Counts the streams of answers that are still there.
    open: Arc<()>,
    clock: Clock,
}

impl Orders {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { calls: Arc::default(), open: Arc::new(()), clock: clock.clone() }
    }

    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// How many streams of answers there are.
    pub(super) fn open(&self) -> usize {
        // One of them is this one's, one the server's; each call has its own.
        Arc::strong_count(&self.open)
    }

    /// Ends a stream with the caller. Who is not known has no end.
    fn guarded<T>(self, request: &tonic::Request<T>, answers: Answers) -> Answers {
        let answers = answers.map(move |answer| {
            let _open = &self.open;
            answer
        });
        match IdentityEnd::from_extensions(request.extensions()) {
            Some(end) => end.with_clock(self.clock).guard(answers).boxed(),
            None => answers.boxed(),
        }
    }

    async fn get(request: tonic::Request<String>) -> Result<tonic::Response<String>, Status> {
        let who = subject(&request)?;
        if request.get_ref() == "later" {
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
        Ok(tonic::Response::new(format!("{who}: {}", request.get_ref())))
    }

    async fn collect(
        request: tonic::Request<Streaming<String>>,
    ) -> Result<tonic::Response<String>, Status> {
        let who = subject(&request)?;
        let count = request.into_inner().try_fold(0, async |count, _| Ok(count + 1)).await?;
        Ok(tonic::Response::new(format!("{who}: {count}")))
    }

    /// What the message says, and then nothing for ever where that is `watch`.
    async fn list(
        self,
        request: tonic::Request<String>,
    ) -> Result<tonic::Response<Answers>, Status> {
        let who = subject(&request)?;
        let first = stream::iter([Ok(format!("{who}: {}", request.get_ref()))]);
        let answers = match request.get_ref().as_str() {
            "watch" => first.chain(stream::pending()).boxed(),
            _ => first.boxed(),
        };
        Ok(tonic::Response::new(self.guarded(&request, answers)))
    }

    /// Each message, as it comes.
    async fn chat(
        self,
        request: tonic::Request<Streaming<String>>,
    ) -> Result<tonic::Response<Answers>, Status> {
        let who = subject(&request)?;
        let (metadata, extensions, messages) = request.into_parts();
        let request = tonic::Request::from_parts(metadata, extensions, ());
        let answers = messages.map_ok(move |text| format!("{who}: {text}")).boxed();
        Ok(tonic::Response::new(self.guarded(&request, answers)))
    }
}

fn subject<T>(request: &tonic::Request<T>) -> Result<String, Status> {
    // What a rule opens has no identity.
    let identity = request.identity();
    Ok(identity.map_or("nobody", |identity| identity.subject()).to_owned())
}

impl<B> Service<Request<B>> for Orders
where
    B: http_body::Body + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>> + Send,
    B::Data: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let this = self.clone();
        Box::pin(async move {
            let mut grpc = server::Grpc::new(Text);
            let method = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
            Ok(match method.as_str() {
                "Collect" => grpc.client_streaming(service_fn(Self::collect), request).await,
                "List" | "Watch" => {
                    let list = service_fn(|request| this.clone().list(request));
                    grpc.server_streaming(list, request).await
                }
                "Chat" | "ServerReflectionInfo" => {
                    let chat = service_fn(|request| this.clone().chat(request));
                    grpc.streaming(chat, request).await
                }
                _ => grpc.unary(service_fn(Self::get), request).await,
            })
        })
    }
}

/// The four kinds of calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Unary,
    ClientStreaming,
    ServerStreaming,
    Bidirectional,
}

impl Kind {
    pub(super) const ALL: [Self; 4] =
        [Self::Unary, Self::ClientStreaming, Self::ServerStreaming, Self::Bidirectional];

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Unary => "/orders.v1.Orders/Get",
            Self::ClientStreaming => "/orders.v1.Orders/Collect",
            Self::ServerStreaming => "/orders.v1.Orders/List",
            Self::Bidirectional => "/orders.v1.Orders/Chat",
        }
    }
}

/// The client's end of a pipe with a server at the other.
pub(super) fn served(layers: Layers, orders: &Orders) -> DuplexStream {
    // Small windows: what is not read does not fit in.
    let mut server = Server::builder()
        .initial_stream_window_size(65_535)
        .initial_connection_window_size(65_535)
        .layer(layers);
    let routes = Routes::from(axum::Router::new().fallback_service(orders.clone()));
    let (near, far) = tokio::io::duplex(16_384);
    // A server ends when there are no more connections to come.
    let incoming = stream::iter([Ok::<_, std::io::Error>(far)]).chain(stream::pending());
    tokio::spawn(server.add_routes(routes).serve_with_incoming(incoming));
    near
}

/// A client with one connection, and no way to open another.
pub(super) async fn connected(layers: Layers, orders: &Orders) -> Channel {
    let mut near = Some(served(layers, orders));
    let connect = service_fn(move |_: Uri| {
        let near = near.take().map(TokioIo::new);
        std::future::ready(near.ok_or_else(|| std::io::Error::other("the connection was lost")))
    });
    let endpoint = Endpoint::from_static("http://orders.example.com");
    endpoint.connect_with_connector(connect).await.unwrap()
}

/// What a client sends along with a call.
#[derive(Clone, Default)]
pub(super) struct Sent(pub(super) MetadataMap, Option<Duration>);

impl Sent {
    pub(super) fn nothing() -> Self {
        Self::default()
    }

    pub(super) fn by(token: &Token) -> Self {
        Self::bearer(token.compact())
    }

    pub(super) fn bearer(token: impl fmt::Display) -> Self {
        Self::nothing().with("authorization", &format!("Bearer {token}"))
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.append(name, value.parse().unwrap());
        self
    }

    /// As `grpc-timeout`.
    pub(super) const fn within(mut self, timeout: Duration) -> Self {
        self.1 = Some(timeout);
        self
    }

    fn around<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        *request.metadata_mut() = self.0.clone();
        if let Some(timeout) = self.1 {
            request.set_timeout(timeout);
        }
        request
    }
}

/// A token of somebody of the tenant `acme` who may read orders.
pub(super) fn reader() -> Token {
    tokens::token().claim("scope", "orders:read").claim("tenant", "acme")
}

pub(super) type Messages = BoxStream<'static, String>;

pub(super) fn messages(texts: &[&str]) -> Messages {
    stream::iter(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).boxed()
}

/// Opens a call; its answers come one by one.
pub(super) async fn open(
    channel: &Channel,
    (kind, path): (Kind, &'static str),
    sent: &Sent,
    mut messages: Messages,
) -> Result<Answers, Status> {
    let mut client = client::Grpc::new(channel.clone());
    client.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
    let path = PathAndQuery::from_static(path);
    let one = |text: String| stream::iter([Ok(text)]).boxed();
    Ok(match kind {
        Kind::Unary => {
            let message = sent.around(messages.next().await.unwrap_or_default());
            one(client.unary(message, path, Text).await?.into_inner())
        }
        Kind::ClientStreaming => {
            one(client.client_streaming(sent.around(messages), path, Text).await?.into_inner())
        }
        Kind::ServerStreaming => {
            let message = sent.around(messages.next().await.unwrap_or_default());
            client.server_streaming(message, path, Text).await?.into_inner().boxed()
        }
        Kind::Bidirectional => {
            client.streaming(sent.around(messages), path, Text).await?.into_inner().boxed()
        }
    })
}

/// Calls, and gathers the answers.
pub(super) async fn call(
    channel: &Channel,
    kind: Kind,
    sent: &Sent,
    messages: Messages,
) -> Result<Vec<String>, Status> {
    open(channel, (kind, kind.path()), sent, messages).await?.try_collect().await
}
