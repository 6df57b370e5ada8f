//! [`Server`]: the issuer on a socket of this machine.

use std::{io, net::Ipv4Addr, sync::Arc};

use axum::{Router, body::Body, http::Uri, routing::get};
use tokio::{net::TcpListener, sync::oneshot};

use crate::testing::state::State;

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    /// Nothing is ever sent: that this half is gone is the sign to stop.
    _running: oneshot::Sender<()>,
}

/// A socket that nobody answers yet, so that the issuer can be named after its port.
pub(super) async fn listen() -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let issuer = format!("http://{}", listener.local_addr()?);
    Ok((listener, issuer))
}

impl Server {
    pub(super) fn start(listener: TcpListener, state: Arc<State>) -> Self {
        let (running, stopped) = oneshot::channel();
        let answer = get(async move |uri: Uri| state.answer(uri.path()).map(Body::from));
        let app: Router = Router::new().fallback_service(answer);
        // Graceful: an answer under way is finished, and connections that idle end with the server.
        let serve = axum::serve(listener, app).with_graceful_shutdown(async move {
            let _ = stopped.await;
        });
        tokio::spawn(async move { serve.await });
        Self { _running: running }
    }
}
