//! The cache of verified tokens: a hit saves the signature check and nothing else.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use http::Request;
use tower_auth::{
    Answer, AuthError, Authenticator, Bearer, CacheLimits, Clock, Credentials, Identity, Issuer,
    JwtVerifier, JwtVerifierBuilder, Keys, PeerCertificates,
};

use crate::support::{
    pki::{Authority, client},
    tokens::{
        AUDIENCE, ISSUER, NOW, P256_PEM, Signing, all_keys, assert_refused_by, clock_at, issuer,
        judge, token, token_by,
    },
};

fn builder(clock: &Clock) -> JwtVerifierBuilder {
    JwtVerifier::builder().issuer(issuer(all_keys())).with_clock(clock.clone())
}

fn remembering() -> (JwtVerifier, Clock) {
    let clock = clock_at(NOW);
    (builder(&clock).with_cache(CacheLimits::new()).build().unwrap(), clock)
}

#[test]
fn a_token_that_comes_again_costs_no_signature_check() {
    let (verifier, _) = remembering();
    let token = token().compact();
    let first = judge(&verifier, &token).unwrap();
    for _ in 0..100 {
        let again = judge(&verifier, &token).unwrap();
        assert_eq!(again.claims(), first.claims());
        assert_eq!((again.subject(), again.issuer()), (first.subject(), first.issuer()));
        assert_eq!((again.method(), again.expires_at()), (first.method(), first.expires_at()));
    }
    assert_eq!(verifier.signature_checks(), 1);
}

#[test]
fn without_a_cache_each_token_costs_one() {
    let verifier = builder(&clock_at(NOW)).build().unwrap();
    let token = token().compact();
    (0..3).for_each(|_| drop(judge(&verifier, &token).unwrap()));
    assert_eq!((verifier.signature_checks(), verifier.cache_size()), (3, (0, 0)));
}

#[test]
fn the_end_of_a_token_counts_on_a_hit() {
    let (verifier, clock) = remembering();
    let token = token().claim("exp", NOW + 100).compact();
    judge(&verifier, &token).unwrap();
    clock.advance(Duration::from_secs(129));
    judge(&verifier, &token).unwrap();
    clock.advance(Duration::from_secs(1));
    assert_refused_by(&verifier, &token, "the token has expired");
    assert_eq!(verifier.signature_checks(), 1);
}

#[test]
fn what_was_found_out_too_long_ago_is_found_out_again() {
    let clock = clock_at(NOW);
    let limits = CacheLimits::new().with_max_age(Duration::from_secs(60));
    let verifier = builder(&clock).with_cache(limits).build().unwrap();
    let token = token().compact();
    for (advance, checks) in [(0, 1), (59, 1), (1, 2), (59, 2), (1, 3)] {
        clock.advance(Duration::from_secs(advance));
        judge(&verifier, &token).unwrap();
        assert_eq!(verifier.signature_checks(), checks);
    }
}

#[test]
fn the_age_of_a_token_counts_on_a_hit() {
    let clock = clock_at(NOW);
    let issuer = issuer(all_keys()).with_max_age(Duration::from_secs(120));
    let verifier = JwtVerifier::builder().issuer(issuer).with_clock(clock.clone());
    let verifier = verifier.with_cache(CacheLimits::new()).build().unwrap();
    let token = token().compact();
    judge(&verifier, &token).unwrap();
    clock.advance(Duration::from_secs(90));
    assert_refused_by(&verifier, &token, "older than is allowed");
}

#[test]
fn a_token_that_was_refused_is_not_remembered() {
    let (verifier, _) = remembering();
    let (good, other) = (token().compact(), token().claim("sub", "mallory").compact());
    let forged =
        format!("{}.{}", good.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
    for checks in 1..4 {
        assert_refused_by(&verifier, &forged, "the signature is not good");
        assert_eq!((verifier.signature_checks(), verifier.cache_size().0), (checks, 0));
    }
    judge(&verifier, &good).unwrap();
    assert_refused_by(&verifier, &forged, "the signature is not good");
}

#[test]
fn a_token_that_differs_anywhere_is_another_one() {
    let (verifier, _) = remembering();
    let good = token_by(Signing::Hs256).compact();
    judge(&verifier, &good).unwrap();
    for place in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[place] = match bytes[place] {
            b'.' => continue,
            b'A' => b'B',
            _ => b'A',
        };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(judge(&verifier, &changed).is_err(), "at {place}");
    }
    assert_eq!(verifier.cache_size().0, 1);
}

/// The credentials of a request over a connection with this certificate.
fn over(token: &str, peer: PeerCertificates) -> Bearer {
    let request = Request::builder().header("authorization", format!("Bearer {token}"));
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    parts.extensions.insert(peer);
    Bearer::from_parts(&parts).unwrap().unwrap()
}

fn answer(verifier: &JwtVerifier, credentials: Bearer) -> Result<Identity, AuthError> {
    match verifier.answer(credentials) {
        Answer::Now(judgement) => judgement,
        Answer::Later(_) => panic!("no waiting is needed"),
    }
}

#[test]
fn the_certificate_of_the_connection_counts_on_a_hit() {
    let (verifier, _) = remembering();
    let authority = Authority::new("remembered tokens");
    let shown = |uri| PeerCertificates::from_der([authority.sign(&client(uri)).der()]);
    let (mine, other) = (shown("spiffe://example/alice"), shown("spiffe://example/mesh-a"));
    let thumbprint = mine.leaf().unwrap().unwrap().sha256_thumbprint().to_owned();
    let token = token().claim("cnf", serde_json::json!({ "x5t#S256": thumbprint })).compact();
    answer(&verifier, over(&token, mine.clone())).unwrap();
    assert!(answer(&verifier, over(&token, other)).is_err());
    assert!(answer(&verifier, over(&token, PeerCertificates::none())).is_err());
    assert!(answer(&verifier, Bearer::new(token.as_str())).is_err());
    answer(&verifier, over(&token, mine)).unwrap();
    assert_eq!(verifier.signature_checks(), 1);
}

#[test]
fn revocation_counts_on_a_hit() {
    let revoked = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&revoked);
    let verifier = builder(&clock_at(NOW))
        .with_cache(CacheLimits::new())
        .with_revocation(move |_: &Identity| {
            let refusal = || Err(AuthError::invalid("revoked"));
            if flag.load(Ordering::SeqCst) { refusal() } else { Ok(()) }
        })
        .build()
        .unwrap();
    let token = token().compact();
    judge(&verifier, &token).unwrap();
    revoked.store(true, Ordering::SeqCst);
    assert_refused_by(&verifier, &token, "revoked");
    revoked.store(false, Ordering::SeqCst);
    judge(&verifier, &token).unwrap();
    assert_eq!(verifier.signature_checks(), 1);
}

#[test]
fn the_bounds_hold_and_what_is_used_stays_longer() {
    let limits = CacheLimits::new().with_max_entries(10);
    let verifier = builder(&clock_at(NOW)).with_cache(limits).build().unwrap();
    let favourite = token_by(Signing::Hs256).claim("jti", "favourite").compact();
    judge(&verifier, &favourite).unwrap();
    for number in 0..100 {
        judge(&verifier, token_by(Signing::Hs256).claim("jti", number.to_string()).compact())
            .unwrap();
        judge(&verifier, &favourite).unwrap();
        assert!(verifier.cache_size().0 <= 10);
    }
    assert_eq!(verifier.signature_checks(), 101, "the favourite was verified once");
}

#[test]
fn the_bound_in_bytes_holds() {
    let limits = CacheLimits::new().with_max_bytes(50_000);
    let verifier = builder(&clock_at(NOW)).with_cache(limits).build().unwrap();
    for number in 0..100 {
        judge(&verifier, token_by(Signing::Hs256).claim("jti", number.to_string()).compact())
            .unwrap();
        assert!(verifier.cache_size().1 <= 50_000);
    }
    assert!(verifier.cache_size().0 > 5);
    let large = token_by(Signing::Hs256).claim("x", vec!["y"; 1_000]).compact();
    judge(&verifier, &large).unwrap();
    judge(&verifier, &large).unwrap();
    assert_eq!(verifier.signature_checks(), 102, "it is larger than the whole cache");
}

/// Whoever comes first verifies; the others get what came of it. The token is large, so that the
/// verification takes long enough for the others to come.
#[test]
fn eight_threads_with_one_token_make_one_signature_check() {
    let builder = builder(&clock_at(NOW)).with_max_token_bytes(8_000_000);
    let verifier = builder.with_cache(CacheLimits::new()).build().unwrap();
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    for round in 0..4 {
        let token = token_by(Signing::Rs512).claim("x", "y".repeat(1_000_000));
        let token = token.claim("jti", round.to_string()).compact();
        let start = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    let judged = runtime().block_on(verifier.authenticate(Bearer::new(&*token)));
                    assert_eq!(judged.unwrap().subject(), "alice");
                });
            }
        });
        assert_eq!(verifier.signature_checks(), round + 1);
    }
}

#[test]
fn a_bad_token_is_refused_to_all_who_bring_it() {
    let (verifier, _) = remembering();
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    for round in 0..20 {
        let token = token_by(Signing::OtherRs256).claim("jti", round.to_string()).compact();
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    start.wait();
                    let judged = runtime().block_on(verifier.authenticate(Bearer::new(&*token)));
                    assert!(judged.is_err());
                });
            }
        });
    }
    assert_eq!(verifier.cache_size().0, 0);
}

#[test]
fn a_cache_that_can_hold_nothing_is_a_mistake() {
    for limits in [
        CacheLimits::new().with_max_entries(0),
        CacheLimits::new().with_max_bytes(0),
        CacheLimits::new().with_max_age(Duration::ZERO),
    ] {
        let keys = Keys::from_pem(P256_PEM, tower_auth::Algorithm::ES256);
        let builder = JwtVerifier::builder().issuer(Issuer::new(ISSUER, AUDIENCE, keys));
        let error = builder.with_cache(limits).build().unwrap_err();
        assert!(error.to_string().contains("a cache that can hold nothing"), "{error}");
    }
}
