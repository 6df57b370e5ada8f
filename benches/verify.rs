//! What judging a token costs, remembered or not, good or bad.
//!
//! Per iteration: a request with eight header fields is built, sent through layer and gate around a
//! service that does nothing, polled to completion, and its response dropped. `decode` is
//! `jsonwebtoken::decode` into a struct of claims, on the same token. The last lines are the figures
//! of this one run.

mod common;
mod verify_parts;

use std::{convert::Infallible, hint::black_box};

use criterion::Criterion;
use http::{HeaderMap, Request, Response, StatusCode};
use jsonwebtoken::{DecodingKey, Validation};
use tower::{Layer, Service, service_fn};
use tower_auth::{CacheLimits, GateLayer, JwtAuthLayer};

use crate::{
    common::{Granted, ROUNDS, headers, in_round, measure, send},
    verify_parts::{
        figures, routed, scaling,
        tokens::{self, AUDIENCE, ISSUER, Key},
    },
};

/// One turn of each benchmark.
struct Round<'c, S> {
    criterion: &'c mut Criterion,
    number: usize,
    bare: S,
}

impl<S> Round<'_, S>
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone,
{
    fn run(&mut self) {
        let plain = headers("Bearer none");
        let gate = GateLayer::new(Granted).layer(self.bare.clone());
        self.measure("bare", self.bare.clone(), &plain);
        self.measure("granted", gate, &plain);
        Key::ALL.into_iter().for_each(|key| self.by_algorithm(key));
        self.refused();
        self.many_issuers();
    }

    fn measure<T>(&mut self, name: &str, service: T, headers: &HeaderMap)
    where
        T: Service<Request<()>, Response = Response<()>, Error = Infallible>,
    {
        measure(self.criterion, &in_round(name, self.number), service, headers);
    }

    /// Makes sure that what is timed does what its name says.
    fn guarded(
        &mut self,
        name: &str,
        layer: &JwtAuthLayer,
        headers: &HeaderMap,
        status: StatusCode,
    ) {
        let mut service = layer.layer(self.bare.clone());
        assert_eq!(send(&mut service, headers).status(), status, "{name}");
        self.measure(name, service, headers);
    }

    fn by_algorithm(&mut self, key: Key) {
        let (name, token) = (key.name(), tokens::token(key));
        let headers = headers(&format!("Bearer {token}"));
        let plain = JwtAuthLayer::new(tokens::verifier(&[key], 1));
        let cached = tokens::builder(&[key], 1).with_cache(CacheLimits::new());
        let cached = JwtAuthLayer::new(cached.build().expect("a good configuration"));

        self.decode(&format!("{name}_decode"), key, &token);
        let verify = in_round(&format!("{name}_verify"), self.number);
        tokens::verify_alone(self.criterion, &verify, key, &token);
        self.guarded(&format!("{name}_uncached"), &plain, &headers, StatusCode::OK);
        let forged = crate::headers(&format!("Bearer {}", tokens::forged(key)));
        let verify = in_round(&format!("{name}_verify_forged"), self.number);
        tokens::verify_alone(self.criterion, &verify, key, &tokens::forged(key));
        let bad = format!("{name}_bad_signature");
        self.guarded(&bad, &plain, &forged, StatusCode::UNAUTHORIZED);
        self.guarded(&format!("{name}_cached"), &cached, &headers, StatusCode::OK);
    }

    fn decode(&mut self, name: &str, key: Key, token: &str) {
        let decoding_key: DecodingKey = key.decoding_key();
        let mut validation = Validation::new(key.engine());
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        self.criterion.bench_function(&in_round(name, self.number), |bencher| {
            bencher.iter(|| {
                let token = black_box(token);
                jsonwebtoken::decode::<tokens::Claims>(token, &decoding_key, &validation)
                    .expect("a good token")
            });
        });
    }

    fn refused(&mut self) {
        let verifier = tokens::verifier(&Key::ALL, 1);
        let layer = JwtAuthLayer::new(verifier.clone());
        let refusal = StatusCode::UNAUTHORIZED;
        for (name, token) in tokens::refused_early() {
            let headers = headers(&format!("Bearer {token}"));
            self.guarded(&format!("early_{name}"), &layer, &headers, refusal);
        }
        let mut missing = headers("none");
        missing.remove(http::header::AUTHORIZATION);
        self.guarded("missing", &layer, &missing, refusal);
        assert_eq!(verifier.signature_checks(), 0, "refused early: no key was asked");
    }

    fn many_issuers(&mut self) {
        let headers = headers(&format!("Bearer {}", tokens::token(Key::Es256)));
        for issuers in [1, 1_000] {
            let layer = JwtAuthLayer::new(tokens::verifier(&[Key::Es256], issuers));
            self.guarded(&format!("issuers_{issuers}"), &layer, &headers, StatusCode::OK);
        }
    }
}

fn main() {
    tokens::install_engine();
    let home = tempfile::tempdir().expect("a folder for criterion's results");
    let mut criterion = common::criterion(home.path());
    let bare = service_fn(async |request: Request<()>| {
        drop(request);
        Ok::<_, Infallible>(Response::new(()))
    });
    for number in 0..ROUNDS {
        Round { criterion: &mut criterion, number, bare }.run();
        routed::run(&mut criterion, number);
    }
    criterion.final_summary();
    if figures::print(home.path()).and_then(|()| routed::print(home.path())).is_none() {
        println!("no figures: nothing was measured");
        return;
    }
    scaling::print(&bare);
}
