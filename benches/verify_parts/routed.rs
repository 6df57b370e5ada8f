//! The same around an axum router, which is what most services are.
//!
//! The floor is the router alone, asked with the same header fields. A request that is refused does not
//! get as far as that.

use std::path::Path;

use axum::{Router, body::Body, routing::get};
use criterion::Criterion;
use http::{HeaderMap, StatusCode};
use tower::Layer;
use tower_auth::JwtAuthLayer;

use super::tokens::{self, Key};
use crate::common::{figure, headers, in_round, measure, median, send};

const KEYS: [Key; 3] = [Key::Rs256, Key::Es256, Key::EdDsa];

pub(crate) fn run(criterion: &mut Criterion, round: usize) {
    let router = Router::new().route("/orders/{id}", get(async || "an order"));
    for key in KEYS {
        let (name, token) = (key.name(), tokens::token(key));
        let good = headers(&format!("Bearer {token}"));
        let forged = headers(&format!("Bearer {}", tokens::forged(key)));
        let layer = JwtAuthLayer::new(tokens::verifier(&[key], 1));
        let cases = [
            ("routed_floor", None, &good, StatusCode::OK),
            ("routed", Some(&layer), &good, StatusCode::OK),
            ("routed_bad_signature", Some(&layer), &forged, StatusCode::UNAUTHORIZED),
        ];
        for (case, layer, headers, status) in cases {
            let name = in_round(&format!("{name}_{case}"), round);
            case_of(criterion, &name, &router, layer, headers, status);
        }
    }
}

fn case_of(
    criterion: &mut Criterion,
    name: &str,
    router: &Router,
    layer: Option<&JwtAuthLayer>,
    headers: &HeaderMap,
    status: StatusCode,
) {
    let Some(layer) = layer else {
        measure::<_, Body, _>(criterion, name, router.clone(), headers);
        return;
    };
    let mut guarded = layer.layer(router.clone());
    assert_eq!(send::<_, Body, _>(&mut guarded, headers).status(), status, "{name}");
    measure::<_, Body, _>(criterion, name, guarded, headers);
}

pub(crate) fn print(home: &Path) -> Option<()> {
    for name in KEYS.map(Key::name) {
        let ns = |case: &str| median(home, &format!("{name}_{case}"));
        let router = ns("routed_floor")?;
        let floor = router + ns("verify")?;
        let good = ns("routed")?;
        let bad = ns("routed_bad_signature")? - router - ns("verify_forged")?;
        figure(&format!("{name}_above_verify_and_router_ns"), good - floor, "ns");
        figure(&format!("{name}_over_verify_and_router"), good / floor, "ratio");
        figure(&format!("{name}_bad_signature_above_verify_and_router_ns"), bad, "ns");
        let bad_over_good = ns("routed_bad_signature")? / good;
        figure(&format!("{name}_routed_bad_signature_over_valid"), bad_over_good, "ratio");
    }
    Some(())
}
