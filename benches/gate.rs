//! What a gate costs over the service behind it.
//!
//! Per iteration: a request with eight header fields is built, sent through the service, polled to
//! completion, and its response dropped. The last lines are the figures of this one run:
//! `gate_*_over_bare` are ratios of medians, `gate_granted_extra_ns` is a difference of medians.

#[allow(dead_code, reason = "the other benchmarks need more of it")]
mod common;

use std::{convert::Infallible, path::Path};

use http::{Request, Response, request::Parts};
use tower::{Layer, service_fn};
use tower_auth::{AuthErrorKind, Check, GateLayer, Verdict};

use crate::common::{ROUNDS, headers, in_round, measure, median};

/// Gives the one verdict it was made for.
#[derive(Clone, Copy)]
enum Fixed {
    Granted,
    Denied,
    Pending,
}

#[derive(Clone)]
struct Marker;

impl Check for Fixed {
    type Grant = Marker;

    fn check(&self, _: &Parts) -> Verdict<Marker> {
        match self {
            Self::Granted => Verdict::Granted(Marker),
            Self::Denied => Verdict::Denied(AuthErrorKind::PermissionDenied.into()),
            Self::Pending => Verdict::Pending(Box::pin(async { Ok(Marker) })),
        }
    }

    fn admit(&self, grant: Marker, parts: &mut Parts) {
        parts.extensions.insert(grant);
    }
}

fn figures(home: &Path) -> Option<()> {
    let bare = median(home, "bare")?;
    for name in ["granted", "denied", "pending"] {
        println!("figure gate_{name}_over_bare {:.3} ratio", median(home, name)? / bare);
    }
    println!("figure gate_granted_extra_ns {:.1} ns", median(home, "granted")? - bare);
    Some(())
}

fn main() {
    let home = tempfile::tempdir().expect("a folder for criterion's results");
    let mut criterion = common::criterion(home.path());
    let bare = service_fn(async |request: Request<()>| {
        drop(request);
        Ok::<_, Infallible>(Response::new(()))
    });
    let headers = headers("Basic YWxpY2U6d29uZGVybGFuZA==");
    for round in 0..ROUNDS {
        let mut turn = |name, check| {
            let gate = GateLayer::new(check).layer(bare);
            measure(&mut criterion, &in_round(name, round), gate, &headers);
        };
        turn("granted", Fixed::Granted);
        turn("denied", Fixed::Denied);
        turn("pending", Fixed::Pending);
        measure(&mut criterion, &in_round("bare", round), bare, &headers);
    }
    criterion.final_summary();
    if figures(home.path()).is_none() {
        println!("no figures: nothing was measured");
    }
}
