//! Rows GRPC-01, GRPC-08 and CVE-2026-33186: paths that are none, as bytes of HTTP/2.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::request::Parts;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tower_auth::{
    Access, AuthErrorKind, Check, ClaimPermissions, GateLayer, Policy, RpcRules, Verdict,
};

use super::served::{Layers, Orders, boxed, served};
use crate::support::{callers::refusing_tokens, tls::soon, tokens::clock};

const OPEN: &str = "/orders.v1.Orders/Get";

/// Counts what comes as far as the layers of this crate.
#[derive(Clone, Default)]
struct Seen(Arc<AtomicUsize>);

impl Check for Seen {
    type Grant = ();

    fn check(&self, _: &Parts) -> Verdict<()> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Verdict::Passed
    }

    fn admit(&self, (): (), _: &mut Parts) {}
}

/// Every method of the service is open, so that nothing but the form of a path refuses.
fn open_to_all(seen: &Seen) -> Layers {
    let rules = RpcRules::builder().service("orders.v1.Orders", Access::Open).build().unwrap();
    let policy = Policy::new(rules, ClaimPermissions::at("scope"));
    let guard = policy.guard(refusing_tokens(AuthErrorKind::InvalidCredentials));
    boxed((GateLayer::new(seen.clone()), guard))
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Fields as HPACK has them without tables and without Huffman's code (RFC 7541, section 6.2.2).
fn head(path: Option<&str>) -> Vec<u8> {
    let literal = |block: &mut Vec<u8>, text: &str| {
        block.push(u8::try_from(text.len()).unwrap());
        block.extend(text.as_bytes());
    };
    // `:method: POST` and `:scheme: http` of the static table.
    let mut block = vec![0x83, 0x86];
    let mut fields = vec![(":authority", "o"), ("content-type", "application/grpc")];
    fields.extend(path.map(|path| (":path", path)));
    fields.sort_by_key(|(name, _)| !name.starts_with(':'));
    for (name, value) in fields.into_iter().chain([("te", "trailers")]) {
        block.push(0);
        literal(&mut block, name);
        literal(&mut block, value);
    }
    block
}

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// How a stream was answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Answer {
    /// By one block of fields that is the end as well.
    OneBlock,
    /// By fields, with more to come.
    Served,
    /// By an error of the stream.
    Reset,
}

struct Client(DuplexStream, u32);

impl Client {
    async fn new(layers: Layers, orders: &Orders) -> Self {
        let mut pipe = served(layers, orders);
        pipe.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        pipe.write_all(&frame(4, 0, 0, &[])).await.unwrap();
        Self(pipe, 1)
    }

    /// Opens a stream, with a message and the end unless it is to stay open.
    async fn call(&mut self, path: Option<&str>, stays_open: bool) -> Answer {
        let stream = self.1;
        self.1 += 2;
        let mut sent = frame(HEADERS, END_HEADERS, stream, &head(path));
        sent.extend(frame(0, u8::from(!stays_open), stream, &[0, 0, 0, 0, 1, b'x']));
        self.0.write_all(&sent).await.unwrap();
        loop {
            let mut start = [0; 9];
            self.0.read_exact(&mut start).await.unwrap();
            let [_, a, b, kind, flags, id @ ..] = start;
            let mut payload = vec![0; usize::from(u16::from_be_bytes([a, b]))];
            self.0.read_exact(&mut payload).await.unwrap();
            match kind {
                _ if u32::from_be_bytes(id) != stream => {}
                // The first field of an answer is `:status: 200` of the static table.
                HEADERS if payload.first() == Some(&0x88) && flags & END_STREAM != 0 => {
                    return Answer::OneBlock;
                }
                HEADERS => return Answer::Served,
                RST_STREAM => return Answer::Reset,
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn paths_that_are_none_are_refused_and_the_connection_goes_on() {
    let (seen, orders) = (Seen::default(), Orders::new(&clock()));
    let mut client = Client::new(open_to_all(&seen), &orders).await;
    for path in [
        // No slash at the start, or nothing at all.
        Some("orders.v1.Orders/Get"),
        Some("Get"),
        Some(""),
        None,
        Some("*"),
        Some("?/orders.v1.Orders/Get"),
        Some("http://o/orders.v1.Orders/Get"),
        Some("\\orders.v1.Orders/Get"),
        Some(" /orders.v1.Orders/Get"),
        // Something more, or less, than a service and a method.
        Some("/"),
        Some("//orders.v1.Orders/Get"),
        Some("/orders.v1.Orders//Get"),
        Some("/orders.v1.Orders/Get/"),
        Some("/orders.v1.Orders/./Get"),
        Some("/x/../orders.v1.Orders/Get"),
        Some("/orders.v1.Orders/%47et"),
        Some("/orders%2ev1.Orders/Get"),
        Some("/orders.v1.Orders/Get;x"),
        Some("/orders.v1.Orders/Get\u{e9}"),
        Some("/orders.v1.Orders\\Get"),
    ] {
        for stays_open in [false, true] {
            let answer = soon(client.call(path, stays_open)).await;
            assert_ne!(answer, Answer::Served, "{path:?}");
        }
        let before = orders.calls();
        assert_eq!(soon(client.call(Some(OPEN), false)).await, Answer::Served, "after {path:?}");
        assert_eq!(orders.calls(), before + 1, "{path:?} was served");
    }
}

/// Which of them the protocol stops, and which come as far as the rules.
#[tokio::test]
async fn what_begins_without_a_slash_never_comes_as_far_as_a_rule() {
    for (path, answer, comes) in [
        (Some("orders.v1.Orders/Get"), Answer::Reset, 0),
        (Some(""), Answer::Reset, 0),
        (Some("*"), Answer::OneBlock, 1),
        (Some("//orders.v1.Orders/Get"), Answer::OneBlock, 1),
        (Some("/orders.v1.Orders/Get/"), Answer::OneBlock, 1),
        (Some(OPEN), Answer::Served, 1),
    ] {
        let (seen, orders) = (Seen::default(), Orders::new(&clock()));
        let mut client = Client::new(open_to_all(&seen), &orders).await;
        assert_eq!(soon(client.call(path, false)).await, answer, "{path:?}");
        assert_eq!(seen.0.load(Ordering::SeqCst), comes, "{path:?}");
    }
}
