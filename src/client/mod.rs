//! Outgoing calls: [`AuthorizationLayer`] puts credentials into requests, and tokens are renewed before
//! anybody has to wait for them.
//!
//! What a token source knows is in a file of its own; when it is asked, and what happens when it fails,
//! is written once, in `tokens`.

mod access_token;
mod answer;
mod builder;
mod client_credentials;
mod endpoint;
mod error;
mod file;
mod form;
mod future;
mod kuflow;
mod layer;
mod line;
mod origin;
mod post;
mod renewal;
mod replay;
#[cfg(feature = "reqwest")]
mod reqwest;
mod service;
mod status;
mod token_source;
mod tokens;

pub use self::{
    access_token::AccessToken,
    builder::AuthorizationLayerBuilder,
    client_credentials::{ClientCredentials, ClientCredentialsBuilder},
    error::{ClientAuthError, ClientAuthErrorKind},
    file::TokenFile,
    future::AuthorizationFuture,
    kuflow::{KuflowTokens, KuflowTokensBuilder},
    layer::AuthorizationLayer,
    post::Post,
    renewal::Renewal,
    replay::{CloneBody, NoReplay, Replay},
    service::AuthorizationService,
    status::TokenStatus,
    token_source::TokenSource,
};
