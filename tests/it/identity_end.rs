//! Answers that take longer than the identity lasts, in virtual time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use futures_util::{FutureExt, Stream, StreamExt, stream};
use http::Request;
use tokio::time::{Instant, advance, sleep};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{
    AuthError, AuthErrorKind, CacheLimits, CertificateEntry, CertificateFilter, CertificateFilters,
    CertificateList, CertificateRules, ClientCertificate, Clock, Identity, IdentityEnd, Issuer,
    JwtAuthLayer, JwtVerifier, Keys, MtlsIdentityLayer, PeerCertificates, RevocationList,
    TestAuthority, TestIdentityLayer,
};

use crate::support::pki::Authority;

const SECOND: Duration = Duration::from_secs(1);

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// Moves both clocks, a second at a time.
async fn pass(clock: &Clock, seconds: u32) {
    for _ in 0..seconds {
        clock.advance(SECOND);
        advance(SECOND).await;
        tokio::task::yield_now().await;
    }
}

fn kind(end: &mut (impl Future<Output = AuthError> + Unpin)) -> Option<AuthErrorKind> {
    end.now_or_never().map(|error| error.kind())
}

#[tokio::test(start_paused = true)]
async fn it_comes_when_the_identity_expires_and_not_before() {
    let clock = Clock::manual(now());
    let identity = Identity::new("alice").with_expiry(now() + 60 * SECOND);
    let end = IdentityEnd::of(&identity).with_clock(clock.clone());
    let mut end = Box::pin(end.reached());
    assert_eq!(kind(&mut end), None);
    pass(&clock, 59).await;
    assert_eq!(kind(&mut end), None);
    pass(&clock, 1).await;
    assert_eq!(kind(&mut end), Some(AuthErrorKind::ExpiredCredentials));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_forward_is_noticed_within_the_interval() {
    let clock = Clock::manual(now());
    let identity = Identity::new("alice").with_expiry(now() + 3600 * SECOND);
    let end = IdentityEnd::of(&identity).with_clock(clock.clone()).with_interval(5 * SECOND);
    let started = Instant::now();
    let mut end = Box::pin(end.reached());
    assert_eq!(kind(&mut end), None);
    clock.advance(7200 * SECOND);
    assert_eq!(end.await.kind(), AuthErrorKind::ExpiredCredentials);
    assert_eq!(started.elapsed(), 5 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn it_never_comes_for_an_identity_that_lasts() {
    let end = IdentityEnd::of(&Identity::new("alice"));
    let mut end = Box::pin(end.reached());
    let waited = tokio::time::timeout(Duration::from_secs(30 * 86_400), &mut end).await;
    assert!(waited.is_err());
}

#[tokio::test(start_paused = true)]
async fn what_the_recheck_says_ends_it_unless_it_cannot_say() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let identity = Identity::new("alice").with_recheck(move |identity| {
        assert_eq!(identity.subject(), "alice");
        match count.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(()),
            1 => Err(AuthError::unavailable("the store is down")),
            _ => Err(AuthError::invalid("logged out")),
        }
    });
    let started = Instant::now();
    let error = IdentityEnd::of(&identity).reached().await;
    assert_eq!(error.kind(), AuthErrorKind::InvalidCredentials);
    assert_eq!(started.elapsed(), 2 * IdentityEnd::DEFAULT_INTERVAL);
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test(start_paused = true)]
async fn the_identities_outside_count_as_well() {
    let clock = Clock::manual(now());
    for (inner, outer) in [(3600, 60), (60, 3600)] {
        let of = |name: &str, lasts| Identity::new(name).with_expiry(clock.now() + lasts * SECOND);
        let layers =
            (TestIdentityLayer::new(of("o", outer)), TestIdentityLayer::new(of("i", inner)));
        let service = layers.layer(service_fn(async |request: Request<()>| {
            let end = IdentityEnd::from_extensions(request.extensions());
            Ok::<_, std::convert::Infallible>(http::Response::new(end))
        }));
        let end = service.oneshot(Request::new(())).await.unwrap().into_body().unwrap();
        let mut end = Box::pin(end.with_clock(clock.clone()).reached());
        assert_eq!(kind(&mut end), None);
        pass(&clock, 61).await;
        assert_eq!(kind(&mut end), Some(AuthErrorKind::ExpiredCredentials));
    }
    assert!(IdentityEnd::from_extensions(Request::new(()).extensions()).is_none());
}

/// What a request by this token opens, as long as it is not read to its end.
async fn opened(layer: &JwtAuthLayer, token: &str) -> IdentityEnd {
    let service = layer.layer(service_fn(async |request: Request<()>| {
        let end = IdentityEnd::from_extensions(request.extensions());
        Ok::<_, std::convert::Infallible>(http::Response::new(end))
    }));
    let line = format!("Bearer {token}");
    let request = Request::builder().header("authorization", line).body(()).unwrap();
    service.oneshot(request).await.unwrap().into_body().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_revoked_token_ends_the_stream_that_it_opened() {
    let clock = Clock::manual(now());
    let authority = TestAuthority::builder().with_clock(clock.clone()).offline("https://a.example");
    for cached in [false, true] {
        let revoked = RevocationList::with_clock(clock.clone());
        let keys = Keys::from_jwks(authority.jwks());
        let mut builder = JwtVerifier::builder()
            .issuer(Issuer::new(authority.issuer(), authority.audience(), keys))
            .with_clock(clock.clone())
            .with_revocation(revoked.clone());
        if cached {
            builder = builder.with_cache(CacheLimits::new());
        }
        let layer = JwtAuthLayer::new(builder.build().unwrap());
        let token = authority.token("alice").with_claim("jti", "7").sign();
        // The second request is answered from what is remembered, if anything is.
        let _first = opened(&layer, &token).await;
        let end = opened(&layer, &token).await;
        let mut end = Box::pin(end.with_clock(clock.clone()).reached());
        assert_eq!(kind(&mut end), None);
        revoked.revoke_token(authority.issuer(), "7", clock.now() + 3600 * SECOND);
        pass(&clock, 10).await;
        assert_eq!(kind(&mut end), Some(AuthErrorKind::InvalidCredentials));
    }
}

fn guarded<S>(stream: S, lasts: u32) -> impl Stream<Item = Result<u32, tonic::Status>> + Unpin
where
    S: Stream<Item = Result<u32, tonic::Status>> + Unpin,
{
    let clock = Clock::manual(now());
    let identity = Identity::new("alice").with_expiry(now() + lasts * SECOND);
    let end = IdentityEnd::of(&identity).with_clock(clock.clone()).with_interval(SECOND);
    // The time of day goes with the timer.
    let ticking = stream.then(move |item| {
        clock.advance(SECOND);
        sleep(SECOND).map(|()| item)
    });
    end.guard(Box::pin(ticking))
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_ended_with_unauthenticated() {
    let items = guarded(stream::iter(0..).map(Ok), 5);
    let items: Vec<_> = items.map(|item| item.map_err(|status| status.code())).collect().await;
    let (last, before) = items.split_last().unwrap();
    assert_eq!(*last, Err(tonic::Code::Unauthenticated));
    assert!(before.iter().all(Result::is_ok) && (3..=5).contains(&before.len()), "{items:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_by_itself_is_left_as_it_is() {
    let refused = tonic::Status::not_found("no such order");
    let items = guarded(stream::iter([Ok(1), Err(refused), Ok(2)]), 60);
    let items: Vec<_> = items.map(|item| item.map_err(|status| status.code())).collect().await;
    assert_eq!(items, [Ok(1), Err(tonic::Code::NotFound), Ok(2)]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_a_pause_ends_as_well() {
    let clock = Clock::manual(now());
    let identity = Identity::new("alice").with_expiry(now() + SECOND);
    let end = IdentityEnd::of(&identity).with_clock(clock.clone());
    let mut items = Box::pin(end.guard(stream::repeat(1).map(Ok::<_, AuthError>)));
    assert!(items.next().await.unwrap().is_ok());
    pass(&clock, 1).await;
    assert_eq!(items.next().await.unwrap().unwrap_err().kind(), AuthErrorKind::ExpiredCredentials);
    assert!(items.next().await.is_none());
}

/// A certificate that a list names, or filters stop naming, while the stream is open.
#[tokio::test(start_paused = true)]
async fn a_certificate_that_does_not_count_any_more_ends_the_stream() {
    let clock = Clock::manual(now());
    let der = Authority::new("clients").client("spiffe://example/alice").der();
    let certificate = ClientCertificate::from_der(der.clone()).unwrap();
    let (denied, allowed) = (CertificateList::new(), CertificateList::new());
    allowed.add([CertificateEntry::of(&certificate)]);
    let filters = |organization: &str| {
        CertificateFilters::new([CertificateFilter::new().with_common_name(organization)]).unwrap()
    };
    let filtered = filters("client");
    type Change<'c> = Box<dyn Fn() + 'c>;
    let cases: [(CertificateRules, Change<'_>); 3] = [
        (
            CertificateRules::new().with_deny_list(denied.clone()),
            Box::new(|| denied.add([CertificateEntry::of_issuer_and_serial(&certificate)])),
        ),
        (
            CertificateRules::new().with_allow_list(allowed.clone()),
            Box::new(|| allowed.replace([])),
        ),
        (
            CertificateRules::new().with_filters(filtered.clone()),
            Box::new(|| {
                let other = CertificateFilter::new().with_common_name("other");
                filtered.replace([other]).unwrap();
            }),
        ),
    ];
    for (rules, change) in cases {
        let peer = PeerCertificates::from_der([der.clone()]);
        let layer = MtlsIdentityLayer::new(rules.with_clock(Clock::system()));
        let service = layer.layer(service_fn(async |request: Request<()>| {
            let end = IdentityEnd::from_extensions(request.extensions());
            Ok::<_, std::convert::Infallible>(http::Response::new(end))
        }));
        let mut request = Request::new(());
        request.extensions_mut().insert(peer);
        let end = service.oneshot(request).await.unwrap().into_body().expect("let in");
        let mut end = Box::pin(end.with_clock(clock.clone()).reached());
        assert_eq!(kind(&mut end), None);
        change();
        pass(&clock, 10).await;
        assert_eq!(kind(&mut end), Some(AuthErrorKind::InvalidCredentials));
    }
}

/// Whoever was let in for a minute is in for a minute, whatever becomes of the time of day.
#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_lengthens_nothing() {
    let clock = Clock::manual(now());
    let identity = Identity::new("alice").with_expiry(now() + 60 * SECOND);
    let started = Instant::now();
    // A clock that is set back again and again: one that stands still.
    let end = IdentityEnd::of(&identity).with_clock(clock).reached();
    let error = tokio::time::timeout(3600 * SECOND, end).await.expect("it ends");
    assert_eq!(error.kind(), AuthErrorKind::ExpiredCredentials);
    assert_eq!(started.elapsed(), 60 * SECOND);
}
