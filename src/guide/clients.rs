//! Credentials in outgoing calls, and what happens to them.
//!
//! [`AuthorizationLayer`](crate::AuthorizationLayer) goes around a client that is a service of
//! [`http::Request`]s. Three things are asked of every request before it gets an `Authorization` field:
//! has it none of its own, does it go where the credentials belong, and can nobody read them on the way?
//! A `Host` field must name one of the same places: where several services share an entrance, it decides
//! which of them is handed the credentials. Requests to loopback never go by way of a proxy.
//!
//! # tonic
//!
//! A `Channel` takes requests whose URI is only a path, and puts the host in further inside. So the layer
//! is told where the channel leads, in the words that the channel was told:
//!
//! ```
//! # #[cfg(all(feature = "tonic", feature = "reqwest"))]
//! # fn main() -> Result<(), tower_auth::BoxError> {
//! use tonic::{Status, transport::Endpoint};
//! use tower::ServiceBuilder;
//! use tower_auth::{AuthorizationLayer, BoxError, ClientAuthError, KuflowTokens};
//!
//! const ENGINE: &str = "https://engine.kuflow.com";
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let source = KuflowTokens::new("https://api.kuflow.com/v2024-06-14", "worker01", "password").build()?;
//! let layer = AuthorizationLayer::tokens(source).connected_to(ENGINE).build()?;
//! let channel = Endpoint::from_static(ENGINE).connect_lazy();
//!
//! let client = ServiceBuilder::new()
//!     // A source that is out of reach becomes UNAVAILABLE, and not UNKNOWN.
//!     .map_err(|error: BoxError| match error.downcast::<ClientAuthError>() {
//!         Ok(error) => Status::from(*error).into(),
//!         Err(error) => error,
//!     })
//!     .layer(layer)
//!     .service(channel);
//! # let _ = client; // a generated client takes it: OrdersClient::new(client)
//! # Ok(())
//! # })
//! # }
//! # #[cfg(not(all(feature = "tonic", feature = "reqwest")))]
//! # fn main() {}
//! ```
//!
//! The layer takes your word for where a connection leads. The body of a gRPC call cannot be cloned, so no
//! call is sent twice; after an `UNAUTHENTICATED` another token is asked for, and the next call waits for it.
//! A stream has the token that it was opened with. When a server ends it for that, open it again.
//!
//! # hyper
//!
//! hyper-util's `Client` takes whole URIs: say [`for_origin`](crate::AuthorizationLayerBuilder::for_origin).
//! `SendRequest` is a connection, as tonic's channel is.
//!
//! # reqwest
//!
//! reqwest has requests of its own, so it stands behind a small adapter; the example `client` runs it:
//!
//! ```no_run
//! # #[cfg(feature = "reqwest")]
//! # async fn start() -> Result<(), tower_auth::BoxError> {
//! use http::{Request, Response};
//! use tower::{Layer, ServiceExt, service_fn};
//! use tower_auth::{AuthorizationLayer, ClientCredentials, CloneBody};
//!
//! let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
//! let client = service_fn(move |request: Request<String>| {
//!     let client = client.clone();
//!     async move {
//!         let response = client.execute(request.try_into()?).await?;
//!         Ok::<Response<reqwest::Body>, reqwest::Error>(response.into())
//!     }
//! });
//!
//! let source = ClientCredentials::with_basic("https://login.example.com/token", "billing", "s3cr3t").build()?;
//! let layer = AuthorizationLayer::tokens(source).for_origin("https://orders.example.com").build()?;
//! let orders = layer.with_replay(CloneBody).layer(client);
//!
//! let request = Request::get("https://orders.example.com/orders").body(String::new())?;
//! let response = orders.oneshot(request).await?;
//! # let _ = response;
//! # Ok(())
//! # }
//! # fn main() {}
//! ```
//!
//! # Redirects
//!
//! A client that follows redirects by itself does so inside of the layer, which sees the first URI alone.
//! Whether the token goes along to another host is up to that client then: switch redirects off, or follow
//! them outside of the layer (tower-http's `FollowRedirect` around it), where each one is held against the
//! origins again.
//!
//! # The life of a token
//!
//! | When | What calls do |
//! |---|---|
//! | there is none yet | wait for one question to the source, 5 s at most; [`warm_up`](crate::AuthorizationLayer::warm_up) spares them that |
//! | it is good | take it at once |
//! | 80 % of its life are over, a tenth of that more or less by chance | take it; the first one has the next asked for |
//! | the source fails, and it has not ended | take it; the source is asked again after 1 s, doubled up to a minute |
//! | it has ended, and the source fails | fail at once within such a pause, else after one question |
//! | a server refused it | wait for one question, and take what is there afterwards |
//!
//! A token that a server refused causes a question once in 30 s, whoever asks. That is what protects the
//! source from a server that refuses everything; such a server holds other calls of the same layer up for
//! one question in 30 s. Give servers of different owners layers of their own, which is better in any case:
//! a token that two servers accept is one that either can use at the other (RFC 9700, section 2.3).
//!
//! Time is counted from the moment at which the source was asked. A machine that slept may hold a token
//! that ended meanwhile: the server's refusal then brings the next.
//!
//! # Where tokens come from
//!
//! | Source | What it knows |
//! |---|---|
//! | [`ClientCredentials`](crate::ClientCredentials) | RFC 6749, section 4.4: by Basic, in the body, or by client certificate |
//! | [`KuflowTokens`](crate::KuflowTokens) | KuFlow's `POST /authentications` |
//! | [`TokenFile`](crate::TokenFile) | a file that somebody else renews, as Kubernetes does |
//! | a closure, or a [`TokenSource`](crate::TokenSource) of your own | what you know |
//!
//! Endpoints are asked by a [`Post`](crate::Post); with the feature `reqwest` that is
//! [`HttpFetch`](crate::HttpFetch) unless you say otherwise:
//!
//! ```no_run
//! # #[cfg(feature = "reqwest")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use tower_auth::{ClientCredentials, HttpFetch};
//!
//! let certificate = std::fs::read("billing.pem")?; // the chain and its key
//! let client = HttpFetch::builder().with_client_certificate(certificate).build()?;
//! let source = ClientCredentials::with_certificate("https://login.example.com/token", "billing")
//!     .with_client(client)
//!     .build()?;
//! # let _ = source;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "reqwest"))]
//! # fn main() {}
//! ```
//!
//! # What to watch
//!
//! [`token_status`](crate::AuthorizationLayer::token_status) tells whether there is a token and until when,
//! how often the source was asked, how often it failed in a row and why, and how many requests were sent
//! twice. [`events`](super::events) tell of each answer of a source.
