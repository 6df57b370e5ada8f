//! What a client certificate costs: in each request, in the handshake, and in memory for as long as the
//! connection is open.
//!
//! Per request: the service is called with eight header fields and what the server knows of the connection.
//! Per handshake: a connection over loopback, TLS 1.3 with P-256 and a client certificate, until the server has
//! sent a byte. The last lines are the figures of this one run. The allocator counts, which takes some
//! nanoseconds of everything alike.

mod certificates_parts;
#[allow(dead_code, reason = "the other benchmarks need more of it")]
mod common;

use std::{
    convert::Infallible,
    future::Future,
    path::Path,
    pin::pin,
    task::{Context, Poll, Waker},
};

use criterion::Criterion;
use http::{HeaderMap, Request, Response, StatusCode};
use tower::{Layer, Service, service_fn};
use tower_auth::{CertificateRules, GateLayer, MtlsIdentityLayer, PeerCertificates};

use crate::{
    certificates_parts::{connections, pki::Pki, server::Servers},
    common::{Granted, ROUNDS, figure, headers, in_round, median},
};

/// A request of a connection; `parse` reads the certificate anew, as those do who keep nothing of it.
struct Requests {
    headers: HeaderMap,
    peer: PeerCertificates,
    chain: Vec<Vec<u8>>,
}

impl Requests {
    fn send<S>(&self, service: &mut S, parse: bool) -> StatusCode
    where
        S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
    {
        let mut request = Request::new(());
        *request.headers_mut() = self.headers.clone();
        let peer = if parse {
            PeerCertificates::from_der(self.chain.iter().cloned())
        } else {
            self.peer.clone()
        };
        request.extensions_mut().insert(peer);
        let answer = pin!(service.call(request));
        match answer.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(response)) => response.status(),
            Poll::Pending => unreachable!("nothing here waits"),
        }
    }

    fn allocations<S>(&self, mut service: S) -> f64
    where
        S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
    {
        assert_eq!(self.send(&mut service, false), StatusCode::OK);
        let counted = allocation_counter::measure(|| {
            self.send(&mut service, false);
        });
        #[allow(clippy::cast_precision_loss, reason = "a handful")]
        let counted = counted.count_total as f64;
        counted
    }
}

/// The service behind the gate.
fn bare() -> impl Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone {
    service_fn(async |request: Request<()>| {
        drop(request);
        Ok::<_, Infallible>(Response::new(()))
    })
}

fn per_request(criterion: &mut Criterion, requests: &Requests, auth: &MtlsIdentityLayer) {
    for round in 0..ROUNDS {
        let mut turn = |name, parse| {
            let mut service = auth.layer(bare());
            criterion.bench_function(&in_round(name, round), |bencher| {
                bencher.iter(|| requests.send(&mut service, parse));
            });
        };
        turn("kept", false);
        turn("parsed", true);
        let mut granted = GateLayer::new(Granted).layer(bare());
        criterion.bench_function(&in_round("granted", round), |bencher| {
            bencher.iter(|| requests.send(&mut granted, false));
        });
    }
}

fn per_handshake(criterion: &mut Criterion, servers: &Servers) {
    for round in 0..ROUNDS {
        criterion.bench_function(&in_round("rustls", round), |bencher| {
            bencher.iter(|| servers.handshake(servers.plain));
        });
        criterion.bench_function(&in_round("listener", round), |bencher| {
            bencher.iter(|| servers.handshake(servers.ours));
        });
    }
}

fn print(home: &Path) -> Option<()> {
    let (kept, granted) = (median(home, "kept")?, median(home, "granted")?);
    figure("warm_request_extra_ns", kept - granted, "ns");
    figure("per_request_parse_over_ours", median(home, "parsed")? / kept, "ratio");
    figure("handshake_over_rustls", median(home, "listener")? / median(home, "rustls")?, "ratio");
    Some(())
}

fn main() {
    let home = tempfile::tempdir().expect("a folder for criterion's results");
    let mut criterion = common::criterion(home.path());
    let pki = Pki::new();
    let chain = vec![pki.client_der()];
    let peer = PeerCertificates::from_der(chain.iter().cloned());
    let requests = Requests { headers: headers("none"), peer, chain };
    // An identity is kept for the rules that made it, so these are the same ones all the time.
    let auth = MtlsIdentityLayer::new(CertificateRules::new());
    per_request(&mut criterion, &requests, &auth);
    let servers = Servers::start(&pki);
    per_handshake(&mut criterion, &servers);
    criterion.final_summary();
    let guarded = requests.allocations(auth.layer(bare()));
    let extra = guarded - requests.allocations(GateLayer::new(Granted).layer(bare()));
    figure("warm_request_extra_allocations", extra, "allocations");
    if print(home.path()).is_none() {
        println!("no times: nothing was measured");
    }
    connections::print(&pki);
}
