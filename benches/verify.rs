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
use tower_auth::{CacheLimits, Check, GateLayer, JwtAuthLayer, Verdict};

use crate::{
    common::{headers, measure, send},
    verify_parts::{
        figures, memory, scaling,
        tokens::{self, AUDIENCE, ISSUER, Key},
    },
};

/// Grants at once: the gate and nothing else.
#[derive(Clone, Copy)]
struct Granted;

impl Check for Granted {
    type Grant = &'static str;

    fn check(&self, _: &http::request::Parts) -> Verdict<Self::Grant> {
        Verdict::Granted("granted")
    }

    fn admit(&self, grant: Self::Grant, parts: &mut http::request::Parts) {
        parts.extensions.insert(grant);
    }
}

/// Makes sure that what is timed does what its name says.
fn checked<S>(
    criterion: &mut Criterion,
    name: &str,
    mut service: S,
    headers: &HeaderMap,
    status: StatusCode,
) where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    assert_eq!(send(&mut service, headers).status(), status, "{name}");
    measure(criterion, name, service, headers);
}

fn decode(criterion: &mut Criterion, name: &str, key: Key, token: &str) {
    let decoding_key: DecodingKey = key.decoding_key();
    let mut validation = Validation::new(key.engine());
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| {
            jsonwebtoken::decode::<tokens::Claims>(black_box(token), &decoding_key, &validation)
                .expect("a good token")
        });
    });
}

fn by_algorithm<S>(criterion: &mut Criterion, service: &S)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone,
{
    for key in Key::ALL {
        let (name, token) = (key.name(), tokens::token(key));
        let headers = headers(&format!("Bearer {token}"));
        let plain = JwtAuthLayer::new(tokens::verifier(&[key], 1));
        let cached = tokens::builder(&[key], 1).with_cache(CacheLimits::new());
        let cached = JwtAuthLayer::new(cached.build().expect("a good configuration"));

        decode(criterion, &format!("{name}_decode"), key, &token);
        tokens::verify_alone(criterion, &format!("{name}_verify"), key, &token);
        let (uncached, ok) = (format!("{name}_uncached"), StatusCode::OK);
        checked(criterion, &uncached, plain.layer(service.clone()), &headers, ok);
        let hit = format!("{name}_cached");
        checked(criterion, &hit, cached.layer(service.clone()), &headers, ok);
    }
}

fn refused<S>(criterion: &mut Criterion, service: &S)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone,
{
    let verifier = tokens::verifier(&Key::ALL, 1);
    let layer = JwtAuthLayer::new(verifier.clone());
    let before = verifier.signature_checks();
    for (name, token) in tokens::refused_early() {
        let headers = headers(&format!("Bearer {token}"));
        let service = layer.layer(service.clone());
        checked(criterion, &format!("early_{name}"), service, &headers, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(verifier.signature_checks(), before, "refused early: no key was asked");

    for key in [Key::Rs256, Key::Es256] {
        let headers = headers(&format!("Bearer {}", tokens::forged(key)));
        let name = format!("{}_bad_signature", key.name());
        let service = layer.layer(service.clone());
        checked(criterion, &name, service, &headers, StatusCode::UNAUTHORIZED);
    }
    let missing = headers_without_authorization();
    let service = layer.layer(service.clone());
    checked(criterion, "missing", service, &missing, StatusCode::UNAUTHORIZED);
}

fn headers_without_authorization() -> HeaderMap {
    let mut headers = headers("none");
    headers.remove(http::header::AUTHORIZATION);
    headers
}

fn many_issuers<S>(criterion: &mut Criterion, service: &S)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone,
{
    let headers = headers(&format!("Bearer {}", tokens::token(Key::Es256)));
    for issuers in [1, 1_000] {
        let layer = JwtAuthLayer::new(tokens::verifier(&[Key::Es256], issuers));
        let name = format!("issuers_{issuers}");
        checked(criterion, &name, layer.layer(service.clone()), &headers, StatusCode::OK);
    }
}

fn main() {
    tokens::install_engine();
    let home = tempfile::tempdir().expect("a folder for criterion's results");
    let mut criterion = Criterion::default().output_directory(home.path()).configure_from_args();
    let bare = service_fn(async |request: Request<()>| {
        drop(request);
        Ok::<_, Infallible>(Response::new(()))
    });
    let plain = headers("Bearer none");
    measure(&mut criterion, "bare", bare, &plain);
    measure(&mut criterion, "granted", GateLayer::new(Granted).layer(bare), &plain);
    by_algorithm(&mut criterion, &bare);
    refused(&mut criterion, &bare);
    many_issuers(&mut criterion, &bare);
    criterion.final_summary();
    if figures::print(home.path()).is_none() {
        println!("no figures: nothing was measured");
        return;
    }
    scaling::print(&bare);
    memory::print();
}
