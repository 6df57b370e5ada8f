//! What the gate costs in allocations, over the service behind it.
//!
//! A binary of its own, because counting needs an allocator of its own.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use http::{Request, Response, request::Parts};
use tower::{Layer, Service};
use tower_auth::{
    Answer, AuthError, AuthErrorKind, AuthLayer, Authenticator, Check, Credentials, GateLayer,
    Identity, Scheme, Verdict,
};

/// Answers at once and allocates nothing.
#[derive(Clone)]
struct Bare;

impl Service<Request<()>> for Bare {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        black_box(request);
        ready(Ok(Response::new(())))
    }
}

/// Decides by the path of the request, so that one check gives every verdict.
#[derive(Clone)]
struct ByPath;

#[derive(Clone)]
struct Marker(#[expect(dead_code, reason = "a grant with something in it")] u64);

impl Check for ByPath {
    type Grant = Marker;

    fn check(&self, parts: &Parts) -> Verdict<Marker> {
        match parts.uri.path() {
            "/granted" => Verdict::Granted(Marker(1)),
            "/passed" => Verdict::Passed,
            "/denied" => Verdict::Denied(AuthErrorKind::PermissionDenied.into()),
            _ => Verdict::Pending(Box::pin(async { Ok(Marker(1)) })),
        }
    }

    fn admit(&self, grant: Marker, parts: &mut Parts) {
        parts.extensions.insert(grant);
    }
}

/// Credentials that are always there.
struct Known;

impl Credentials for Known {
    const NAME: &'static str = "Known";

    fn from_parts(_: &Parts) -> Result<Option<Self>, AuthError> {
        Ok(Some(Self))
    }
}

/// Knows its one caller by heart.
struct ByHeart(Identity);

impl Authenticator<Known> for ByHeart {
    async fn authenticate(&self, _: Known) -> Result<Identity, AuthError> {
        Ok(self.0.clone())
    }

    fn answer(&self, _: Known) -> Answer<Known> {
        Answer::Now(Ok(self.0.clone()))
    }
}

/// Allocations of one call, from the request to the response.
fn allocations<S>(service: &mut S, path: &'static str) -> u64
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let mut request = Request::new(());
    *request.uri_mut() = path.parse().expect("a path");
    allocations_of_request(service, request)
}

fn allocations_of_request<S>(service: &mut S, request: Request<()>) -> u64
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let counted = allocation_counter::measure(|| {
        let mut response = pin!(service.call(request));
        let polled = response.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Ok(_))));
    });
    counted.count_total
}

#[cfg(all(feature = "jwt", feature = "testing"))]
mod tokens {
    use tower_auth::{CacheLimits, Issuer, JwtAuthLayer, JwtVerifier, Keys, TestAuthority};

    use super::*;

    /// A request with this token, through a verifier that remembers.
    fn allocations_of(token: &str) -> u64 {
        let authority = TestAuthority::offline("https://login.example.com");
        let token = token.replace("GOOD", &authority.token("alice").sign());
        let value = http::HeaderValue::try_from(format!("Bearer {token}")).expect("a value");
        let keys = Keys::from_jwks(authority.jwks());
        let verifier = JwtVerifier::builder()
            .issuer(Issuer::new(authority.issuer(), authority.audience(), keys))
            .with_cache(CacheLimits::new())
            .build()
            .expect("a good configuration");
        let mut service = JwtAuthLayer::new(verifier).layer(Bare);
        let request = || {
            let mut request = Request::new(());
            request.headers_mut().insert(http::header::AUTHORIZATION, value.clone());
            request
        };
        // The first request fills the cache, the second makes this thread's counts.
        (0..2).for_each(|_| assert!(allocations_of_request(&mut service, request()) > 0));
        allocations_of_request(&mut service, request())
    }

    #[test]
    fn a_remembered_token_allocates_no_more_than_a_grant() {
        assert_eq!(allocations_of("GOOD"), over_bare("/granted"));
    }

    #[test]
    fn garbage_allocates_as_a_denial_does() {
        let buffer = 1;
        assert_eq!(allocations_of("a.b.c"), over_bare("/denied") + buffer);
    }
}

#[cfg(feature = "mtls")]
mod certificates {
    use tower_auth::{
        CertificateFilter, CertificateFilters, CertificateList, CertificateRules,
        MtlsIdentityLayer, NameTemplate, PeerCertificates,
    };

    use super::*;

    #[test]
    fn a_connection_is_read_once_however_much_the_rules_ask_for() {
        let params = rcgen::CertificateParams::new(["alice.contoso.com".to_owned()]);
        let key = rcgen::KeyPair::generate().expect("a key");
        let der = params.expect("a name").self_signed(&key).expect("a certificate").der().to_vec();
        let connection = PeerCertificates::from_der([der]);
        let filter = CertificateFilter::new().with_subject_alternative_name("*.contoso.com");
        let rules = CertificateRules::new()
            .subject_by(NameTemplate::dns("{name}.contoso.com").expect("a template"))
            .with_filters(CertificateFilters::new([filter]).expect("a filter"))
            .with_deny_list(CertificateList::new())
            .with_details();
        let mut service = MtlsIdentityLayer::new(rules).layer(Bare);
        let mut measure = || {
            let mut request = Request::new(());
            request.extensions_mut().insert(connection.clone());
            allocations_of_request(&mut service, request)
        };
        let (first, second) = (measure(), measure());
        assert!(first > 20, "{first} allocations: the first request reads nothing?");
        assert!(second <= 2, "{second} allocations");
    }
}

#[cfg(feature = "client")]
mod outgoing {
    use tower_auth::{AccessToken, AuthorizationLayer, BoxError, CloneBody, NoReplay, Replay};

    use super::*;

    const ORIGIN: &str = "https://orders.example.com";

    /// A request that has a field already, so that there is room for another one.
    fn allocations_of<R: Replay<()>>(layer: &AuthorizationLayer<R>) -> u64 {
        let mut request = Request::new(());
        *request.uri_mut() = "https://orders.example.com/orders".parse().expect("a URI");
        request.headers_mut().insert("accept", http::HeaderValue::from_static("*/*"));
        let mut service = layer.layer(Bare);
        let counted = allocation_counter::measure(|| {
            let mut response = pin!(service.call(request));
            let polled = response.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(polled, Poll::<Result<_, BoxError>>::Ready(Ok(_))));
        });
        counted.count_total
    }

    #[tokio::test]
    async fn a_token_at_hand_allocates_nothing() {
        let fixed = AuthorizationLayer::basic("worker01", "password").for_origin(ORIGIN);
        let fixed = fixed.build().expect("a good configuration");
        let source = || async { AccessToken::new("token") };
        let tokens = AuthorizationLayer::tokens(source).for_origin(ORIGIN);
        let tokens = tokens.build().expect("a good configuration");
        tokens.warm_up().await.expect("a token");
        for layer in [fixed, tokens] {
            // The first request makes the counts that the field's bytes are shared by.
            let _ = allocations_of(&layer);
            assert_eq!(allocations_of(&layer.clone().with_replay(NoReplay)), 0);
            let copies = allocations_of(&layer.with_replay(CloneBody));
            assert!(copies <= 5, "{copies} allocations");
        }
    }
}

fn over_bare(path: &'static str) -> u64 {
    let bare = allocations(&mut Bare, path);
    assert_eq!(bare, 0, "the yardstick allocates nothing");
    allocations(&mut GateLayer::new(ByPath).layer(Bare), path)
}

#[test]
fn an_immediate_grant_allocates_for_the_extension_only() {
    // The map of extensions, its table and the boxed value.
    assert_eq!(over_bare("/granted"), 3);
}

#[test]
fn a_pass_allocates_nothing() {
    assert_eq!(over_bare("/passed"), 0);
}

#[test]
fn a_waiting_grant_allocates_once_more() {
    assert_eq!(over_bare("/pending"), 4);
}

#[test]
fn a_denial_allocates_for_headers_and_the_error_of_the_response() {
    // The header map's two tables, and map, table and value of the extensions.
    assert_eq!(over_bare("/denied"), 5);
}

#[test]
fn an_authentication_layer_allocates_no_more_than_the_gate() {
    // Only the mark on the identity is new: it becomes the caller's own copy.
    let scheme = Scheme::new(ByHeart(Identity::new("alice")));
    let mut service = AuthLayer::new(scheme).layer(Bare);
    // The first request makes this thread's reference counts.
    let _ = allocations(&mut service, "/");
    let allocated = allocations(&mut service, "/");
    assert!(allocated <= 5, "{allocated} allocations");
}
