//! What a client can make the listener hold: bytes of a handshake, and connections that nobody takes.

use std::{num::NonZeroUsize, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::sleep,
};

use super::{Pki, bind};
use crate::support::tls::soon;

/// The start of a record with a `ClientHello` of this length.
fn beginning(record: u16, hello: [u8; 3]) -> Vec<u8> {
    let [high, low] = record.to_be_bytes();
    let [a, b, c] = hello;
    vec![0x16, 3, 1, high, low, 1, a, b, c]
}

#[tokio::test]
async fn byte_by_byte_is_no_way_to_more_time() {
    let pki = Pki::new();
    let builder = pki.required().with_handshake_timeout(Duration::from_millis(50));
    let listener = bind(builder).await;
    let mut slow = soon(TcpStream::connect(listener.local_addr())).await.unwrap();
    soon(async {
        for byte in beginning(0x4000, [0, 0x3f, 0xf0]).into_iter().chain(std::iter::repeat(0)) {
            if slow.write_all(&[byte]).await.is_err() {
                break;
            }
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(listener.handle().status().handshakes.timed_out, 1);
}

#[tokio::test]
async fn a_client_hello_that_is_too_long_ends_the_handshake() {
    let pki = Pki::new();
    let listener = bind(pki.required().with_handshake_timeout(Duration::from_secs(3600))).await;
    let mut client = soon(TcpStream::connect(listener.local_addr())).await.unwrap();
    let mut record = beginning(0x4000, [0xff, 0xff, 0xff]);
    record.resize(5 + 0x4000, 0);
    let mut next = vec![0x16, 3, 1, 0x40, 0];
    next.resize(5 + 0x4000, 0);
    soon(async {
        // What is not read at once is refused with a reset.
        while client.write_all(&record).await.is_ok() {
            record.clone_from(&next);
        }
        let mut rest = Vec::new();
        let _ = client.read_to_end(&mut rest).await;
    })
    .await;
    let counts = listener.handle().status().handshakes;
    assert_eq!((counts.failed, counts.timed_out, counts.completed), (1, 0, 0));
}

#[tokio::test]
async fn no_more_connections_are_accepted_than_the_application_takes() {
    let pki = Pki::new();
    let two = NonZeroUsize::new(2).unwrap();
    let builder = pki.required().with_handshake_timeout(Duration::from_secs(3600));
    let mut listener = bind(builder.with_max_handshakes(two)).await;
    let (to, handle) = (listener.local_addr(), listener.handle());
    let mut clients = JoinSet::new();
    for _ in 0..6 {
        // One after the other, so that none makes room for another.
        let (alice, before) = (pki.alice(), handle.status().handshakes.completed);
        clients.spawn(async move { alice.connect(to).await.is_ok() });
        if before < 4 {
            soon(async {
                while handle.status().handshakes.completed == before {
                    tokio::task::yield_now().await;
                }
            })
            .await;
        }
    }
    sleep(Duration::from_millis(50)).await;
    assert_eq!(handle.status().handshakes.completed, 4, "twice as many as may be under way");
    for _ in 0..6 {
        soon(listener.accept()).await;
    }
    while let Some(connected) = soon(clients.join_next()).await {
        assert!(connected.unwrap());
    }
    assert_eq!(handle.status().handshakes.displaced, 0);
}
