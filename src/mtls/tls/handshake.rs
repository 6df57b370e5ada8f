//! [`Handshakes`]: accepts connections and completes their handshakes, side by side.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{
        Semaphore,
        mpsc::{self, OwnedPermit},
    },
    time::{sleep, timeout},
};
use tokio_rustls::{LazyConfigAcceptor, rustls::server::Acceptor};

use super::{handle::HandshakeCounts, refresh::Tls, stream::TlsStream, under_way::UnderWay};
use crate::event;

pub(super) type Accepted = (TlsStream, SocketAddr);

pub(super) struct Handshakes {
    pub(super) tls: Arc<Tls>,
    pub(super) limit: Duration,
    pub(super) max_under_way: usize,
    pub(super) done: mpsc::Sender<Accepted>,
}

/// What became of handshakes.
#[derive(Default)]
pub(super) struct Counts {
    completed: AtomicU64,
    failed: AtomicU64,
    timed_out: AtomicU64,
    displaced: AtomicU64,
}

impl Handshakes {
    /// Room for as many connections that wait to be taken as for handshakes under way.
    pub(super) fn room(max_under_way: usize) -> usize {
        max_under_way.saturating_mul(2).min(Semaphore::MAX_PERMITS)
    }

    /// Runs until the listener is gone; the handshakes under way end with it.
    pub(super) async fn run(self, socket: TcpListener) {
        let mut under_way = UnderWay::new(self.max_under_way);
        // A place for the connection once its handshake is complete: where the application takes none, no
        // more are accepted.
        while let Ok(place) = self.done.clone().reserve_owned().await {
            let (stream, remote_addr) = accept(&socket).await;
            let handshake = complete(Arc::clone(&self.tls), stream, remote_addr, self.limit, place);
            if under_way.start(remote_addr.ip(), handshake) {
                count(&self.tls.counts.displaced);
            }
        }
    }
}

async fn accept(socket: &TcpListener) -> (TcpStream, SocketAddr) {
    let mut is_told = false;
    loop {
        match socket.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_connection(&error) => {}
            // Out of file descriptors, mostly: to try again at once would only burn the processor.
            Err(error) => {
                if !is_told {
                    event::accept_failed(&error);
                }
                is_told = true;
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};

    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn complete(
    tls: Arc<Tls>,
    stream: TcpStream,
    remote_addr: SocketAddr,
    limit: Duration,
    place: OwnedPermit<Accepted>,
) {
    match timeout(limit, handshake(&tls, stream, remote_addr)).await {
        Ok(Ok(stream)) => {
            count(&tls.counts.completed);
            place.send((stream, remote_addr));
        }
        Ok(Err(error)) => {
            count(&tls.counts.failed);
            event::handshake_failed(remote_addr, &error);
        }
        Err(_) => {
            count(&tls.counts.timed_out);
            event::handshake_failed(remote_addr, &io::ErrorKind::TimedOut.into());
        }
    }
}

async fn handshake(tls: &Tls, stream: TcpStream, remote_addr: SocketAddr) -> io::Result<TlsStream> {
    // Answers are small and complete: to hold them back for more helps nobody.
    stream.set_nodelay(true)?;
    let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let loaded = tls.loaded();
    let policy = loaded.policy(hello.client_hello().server_name());
    let stream = hello.into_stream(Arc::clone(&policy.config)).await?;
    let refused = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    policy.check_resumed(stream.get_ref().1).map_err(refused)?;
    Ok(TlsStream::new(stream, remote_addr, policy.host.clone()))
}

impl Counts {
    pub(super) fn now(&self) -> HandshakeCounts {
        HandshakeCounts {
            completed: self.completed.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            timed_out: self.timed_out.load(Ordering::Relaxed),
            displaced: self.displaced.load(Ordering::Relaxed),
        }
    }
}

fn count(of: &AtomicU64) {
    of.fetch_add(1, Ordering::Relaxed);
}
