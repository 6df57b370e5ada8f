//! Clients that are slow with their handshakes.

use std::{num::NonZeroUsize, time::Duration};

use tokio::{
    io::AsyncReadExt,
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tower_auth::CertificateRules;

use crate::{
    mtls::listener::{Pki, bind, serve},
    support::tls::soon,
};

/// Longer than any test runs.
const NEVER: Duration = Duration::from_secs(3600);

fn only(handshakes: usize) -> NonZeroUsize {
    NonZeroUsize::new(handshakes).unwrap()
}

#[tokio::test]
async fn clients_that_stall_delay_nobody_else() {
    let pki = Pki::new();
    let builder = pki.required().with_handshake_timeout(NEVER).with_max_handshakes(only(33));
    let (to, _) = serve(bind(builder).await, CertificateRules::new());
    let mut stalled = Vec::new();
    for _ in 0..32 {
        stalled.push(soon(TcpStream::connect(to)).await.unwrap());
    }
    for _ in 0..3 {
        soon(pki.alice().get(to)).await.unwrap();
    }
}

#[tokio::test]
async fn a_handshake_that_takes_too_long_is_ended() {
    let pki = Pki::new();
    let limit = Duration::from_millis(50);
    let listener = bind(pki.required().with_handshake_timeout(limit)).await;
    let mut stalled = soon(TcpStream::connect(listener.local_addr())).await.unwrap();
    // The server closes the connection: there is nothing to read, or it was reset.
    let read = soon(stalled.read(&mut [0])).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

#[tokio::test]
async fn a_place_is_free_again_when_a_handshake_is_ended() {
    let pki = Pki::new();
    let limit = Duration::from_millis(50);
    let builder = pki.required().with_handshake_timeout(limit).with_max_handshakes(only(1));
    let (to, _) = serve(bind(builder).await, CertificateRules::new());
    let mut stalled = soon(TcpStream::connect(to)).await.unwrap();
    assert!(matches!(soon(stalled.read(&mut [0])).await, Ok(0) | Err(_)));
    // A handshake of one's own may be ended too where the machine is busy.
    soon(async { while pki.alice().get(to).await.is_err() {} }).await;
}

#[tokio::test]
async fn the_oldest_handshake_makes_room() {
    let pki = Pki::new();
    let builder = pki.required().with_handshake_timeout(NEVER).with_max_handshakes(only(2));
    let listener = bind(builder).await;
    let handle = listener.handle();
    let (to, _) = serve(listener, CertificateRules::new());
    let mut first = soon(TcpStream::connect(to)).await.unwrap();
    let mut second = soon(TcpStream::connect(to)).await.unwrap();

    soon(pki.alice().get(to)).await.unwrap();
    assert!(matches!(soon(first.read(&mut [0])).await, Ok(0) | Err(_)));
    let counts = handle.status().handshakes;
    assert_eq!((counts.displaced, counts.completed, counts.timed_out), (1, 1, 0));
    // The other one goes on being waited for.
    assert!(timeout(Duration::from_millis(50), second.read(&mut [0])).await.is_err());
}

#[tokio::test]
async fn a_crowd_of_stalled_clients_displaces_only_itself() {
    let pki = Pki::new();
    let builder = pki.required().with_handshake_timeout(NEVER).with_max_handshakes(only(8));
    let (to, _) = serve(bind(builder).await, CertificateRules::new());
    let from_elsewhere = TcpSocket::new_v4().unwrap();
    from_elsewhere.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let slow = soon(from_elsewhere.connect(to)).await.unwrap();

    let mut crowd = Vec::new();
    for _ in 0..64 {
        crowd.push(soon(TcpStream::connect(to)).await.unwrap());
    }
    // Until the listener has taken the last of them.
    assert!(matches!(soon(crowd[50].read(&mut [0])).await, Ok(0) | Err(_)));
    // The oldest of all is not of the crowd, and can go on.
    let answered = soon(pki.alice().get_over(slow)).await;
    assert_eq!(answered.unwrap().1, "spiffe://example/alice");
}

#[tokio::test]
async fn a_failed_handshake_gives_its_place_back() {
    let pki = Pki::new();
    let builder = pki.required().with_handshake_timeout(NEVER).with_max_handshakes(only(1));
    let (to, _) = serve(bind(builder).await, CertificateRules::new());
    for _ in 0..4 {
        assert!(soon(pki.nobody().get(to)).await.is_err());
        drop(soon(TcpStream::connect(to)).await.unwrap());
    }
    soon(pki.alice().get(to)).await.unwrap();
}

#[tokio::test]
async fn a_dropped_listener_accepts_nobody() {
    let pki = Pki::new();
    let listener = bind(pki.required().with_handshake_timeout(NEVER)).await;
    let to = listener.local_addr();
    let mut stalled = soon(TcpStream::connect(to)).await.unwrap();
    drop(listener);
    // Handshakes under way end with the listener, and the socket is closed.
    let read = soon(stalled.read(&mut [0])).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    soon(async { while TcpStream::connect(to).await.is_ok() {} }).await;
}
