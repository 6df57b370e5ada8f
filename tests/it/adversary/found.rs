//! Ways in, and ways to take a service down, that somebody found by trying.
use std::{
    error::Error,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use http::{HeaderName, Request, Response, Uri, request::Parts};
use tower::{Layer, ServiceExt};
use tower_auth::{
    AuthError, Authenticator, Bearer, BoxError, CacheLimits, Fetch, Identity, Issuer,
    IssuerQuestion, JwtAuthLayer, JwtVerifier, Keys, RemoteKeys, RevocationList, TenantLayer,
    TestAuthority, TokenLocation,
};

use crate::support::{
    callers::{authorized, with},
    probe::Probe,
    tokens::{self, NOW, clock, token},
};

const S: Duration = Duration::from_secs(1);

fn of(authority: &TestAuthority) -> Issuer {
    let keys = RemoteKeys::from_openid_discovery().with_fetch(authority.clone());
    Issuer::new(authority.issuer(), authority.audience(), keys)
}

fn why(result: Result<Identity, AuthError>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!(
            "{}: {}",
            error.kind(),
            error.source().map(ToString::to_string).unwrap_or_default()
        ),
    }
}

async fn ask(verifier: &JwtVerifier, token: &str) -> String {
    why(verifier.authenticate(Bearer::new(token)).await)
}

/// Metadata that points at this machine.
#[derive(Clone)]
struct Lying(Arc<Mutex<Vec<String>>>, &'static str);
impl Fetch for Lying {
    async fn get(&self, url: &Uri, _: usize) -> Result<Response<Vec<u8>>, BoxError> {
        self.0.lock().unwrap().push(url.to_string());
        let body = format!(r#"{{"issuer":"https://idp.example","jwks_uri":"{}"}}"#, self.1);
        Ok(Response::new(body.into()))
    }
}

/// What a rejection can print.
async fn printed(layer: JwtAuthLayer, request: Request<()>) -> String {
    let seen = Arc::new(Mutex::new(String::new()));
    let log = Arc::clone(&seen);
    let layer = layer.with_rejection(move |error: &AuthError, parts: &Parts| {
        *log.lock().unwrap() = format!("{:?}", parts.headers);
        let mut response = Response::new(String::new());
        *response.status_mut() = error.kind().status();
        response
    });
    layer.layer(Probe::new()).oneshot(request).await.unwrap();
    seen.lock().unwrap().clone()
}

/// An idle service is never ready again.
#[tokio::test(start_paused = true)]
async fn idle_service_gets_ready_again() {
    let authority = TestAuthority::offline("https://a.example");
    let verifier = JwtVerifier::builder().issuer(of(&authority)).build().unwrap();
    verifier.warm_up().await.unwrap();
    assert!(verifier.is_ready());
    // A night without traffic; a readiness probe asks every ten seconds.
    let mut ready_at_last = true;
    for _ in 0..(2 * 360) {
        tokio::time::sleep(10 * S).await;
        ready_at_last = verifier.is_ready();
    }
    let fetches = verifier.key_status()[0].fetches;
    assert!(
        ready_at_last,
        "not ready after 2 h without tokens, provider healthy, fetches {fetches}"
    );
}

/// (tenant, issuer) pairs: fetches and evictions by junk.
#[tokio::test(start_paused = true)]
async fn junk_with_made_up_tenants_causes_one_fetch() {
    let authority = TestAuthority::offline("https://a.example");
    let asked = Arc::new(AtomicUsize::new(0));
    let (of_resolver, count) = (authority.clone(), Arc::clone(&asked));
    let verifier = JwtVerifier::builder()
        .issuers_resolved_by(move |question: IssuerQuestion| {
            count.fetch_add(1, Ordering::SeqCst);
            let known = (question.issuer == of_resolver.issuer()).then(|| of(&of_resolver));
            async move { Ok(known) }
        })
        .build()
        .unwrap();
    let service = TenantLayer::from_header(HeaderName::from_static("x-tenant"))
        .layer(JwtAuthLayer::new(verifier).layer(Probe::new()));
    let junk = authority.token("x").with_header("kid", "nope").signed_by_another_key().sign();
    for number in 0..500 {
        let request = with(authorized(format!("Bearer {junk}")), "x-tenant", &format!("t{number}"));
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 401);
    }
    let (requests, asked) = (authority.requests(), asked.load(Ordering::SeqCst));
    assert!(
        requests <= 4,
        "500 unsigned tokens: {requests} requests to the provider, {asked} questions"
    );
}

/// The same by a forger who needs no tenant: junk names of an attacker evict nobody, but tenants do.
#[tokio::test(start_paused = true)]
async fn hot_issuers_leave_room_for_another() {
    let names = ["https://a.example", "https://b.example", "https://c.example"];
    let all: Vec<TestAuthority> = names.map(TestAuthority::offline).into();
    let found = all.clone();
    let verifier = JwtVerifier::builder()
        .issuers_resolved_by(move |question: IssuerQuestion| {
            let known = found.iter().find(|a| a.issuer() == question.issuer).map(of);
            async move { Ok(known) }
        })
        .with_resolved_limits(CacheLimits::new().with_max_entries(2))
        .build()
        .unwrap();
    let tokens: Vec<String> = all.iter().map(|a| a.token("alice").sign()).collect();
    // Two are hot.
    for _ in 0..3 {
        assert_eq!(ask(&verifier, &tokens[0]).await, "ok");
        assert_eq!(ask(&verifier, &tokens[1]).await, "ok");
    }
    assert_eq!(ask(&verifier, &tokens[2]).await, "ok", "a valid token of the third issuer");
}

// 2c. And falls through to the Temporal profile.
#[tokio::test(start_paused = true)]
async fn evicted_issuer_does_not_fall_through_to_temporal() {
    let names = ["https://a.example", "https://b.example", "https://strict.example"];
    let all: Vec<TestAuthority> = names.map(TestAuthority::offline).into();
    let (found, strict) = (all.clone(), all[2].clone());
    let verifier = JwtVerifier::builder()
        .issuer(Issuer::temporal(Keys::from_jwks(strict.jwks())))
        .issuers_resolved_by(move |question: IssuerQuestion| {
            let known = found.iter().find(|a| a.issuer() == question.issuer).map(of);
            async move { Ok(known) }
        })
        .with_resolved_limits(CacheLimits::new().with_max_entries(2))
        .build()
        .unwrap();
    let other = strict.token("mallory").for_audience("another-service").sign();
    for _ in 0..3 {
        assert_eq!(ask(&verifier, &all[0].token("a").sign()).await, "ok");
        assert_eq!(ask(&verifier, &all[1].token("b").sign()).await, "ok");
    }
    let after = ask(&verifier, &other).await;
    assert_ne!(after, "ok", "a token for another audience of an issuer that the resolver knows");
}

/// Withdrawn by the resolver, alive in the cache.
#[tokio::test(start_paused = true)]
async fn cached_token_ends_with_what_the_resolver_says() {
    let clock = clock();
    let authority = TestAuthority::builder().with_clock(clock.clone()).offline("https://a.example");
    let (is_trusted, old) = (Arc::new(AtomicBool::new(true)), authority.jwks());
    let (flag, name, audience) =
        (Arc::clone(&is_trusted), authority.issuer().to_owned(), authority.audience().to_owned());
    let verifier = JwtVerifier::builder()
        .issuers_resolved_by(move |_: IssuerQuestion| {
            let known = flag.load(Ordering::SeqCst).then(|| {
                Issuer::new(name.as_str(), audience.as_str(), Keys::from_jwks(old.as_str()))
            });
            async move { Ok(known) }
        })
        .with_resolved_limits(CacheLimits::new().with_max_age(10 * S))
        .with_cache(CacheLimits::new().with_max_age(3600 * S))
        .with_clock(clock.clone())
        .build()
        .unwrap();
    let token = authority.token("alice").lasting(7200 * S).sign();
    let another = authority.token("bob").lasting(7200 * S).sign();
    assert_eq!(ask(&verifier, &token).await, "ok");
    is_trusted.store(false, Ordering::SeqCst);
    clock.advance(3500 * S);
    assert!(ask(&verifier, &another).await.contains("not trusted"));
    assert_ne!(
        ask(&verifier, &token).await,
        "ok",
        "58 minutes after the resolver stopped trusting the issuer"
    );
}

/// Revoked until its expiry, alive in the leeway.
#[test]
fn revoked_token_stays_revoked_in_the_leeway() {
    let clock = clock();
    let list = RevocationList::with_clock(clock.clone());
    let verifier = JwtVerifier::builder()
        .issuer(tokens::issuer(tokens::all_keys()).with_leeway(300 * S))
        .with_revocation(list.clone())
        .with_clock(clock.clone())
        .build()
        .unwrap();
    let text = token().claim("jti", "7").claim("exp", NOW + 60).compact();
    let identity = tokens::judge(&verifier, &text).unwrap();
    list.revoke_token(identity.issuer().unwrap(), "7", identity.expires_at().unwrap());
    assert!(tokens::judge(&verifier, &text).is_err());
    clock.advance(61 * S);
    // Somebody else logs out.
    list.revoke_token(tokens::ISSUER, "8", SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 600));
    let answer = tokens::judge(&verifier, &text);
    assert!(answer.is_err(), "a revoked token is accepted again until exp + leeway");
}

#[tokio::test]
async fn metadata_cannot_point_at_loopback() {
    for uri in [
        "http://127.0.0.1:2375/v1/containers/json",
        "http://localhost:9200/_all",
        "http://[::1]:80/",
        "https://169.254.169.254/latest/",
        "http://metadata.example/",
    ] {
        let lying = Lying(Arc::default(), uri);
        let keys = RemoteKeys::from_openid_discovery().with_fetch(lying.clone());
        let verifier = JwtVerifier::builder()
            .issuer(Issuer::new("https://idp.example", "x", keys))
            .build()
            .unwrap();
        let _ = verifier.warm_up().await;
        println!(
            "{uri}: {:?} {:?}",
            lying.0.lock().unwrap(),
            verifier.key_status()[0].last_error.as_ref().map(|e| &e.1)
        );
    }
    let lying = Lying(Arc::default(), "http://127.0.0.1:2375/v1/containers/json");
    let keys = RemoteKeys::from_openid_discovery().with_fetch(lying.clone());
    let verifier = JwtVerifier::builder()
        .issuer(Issuer::new("https://idp.example", "x", keys))
        .build()
        .unwrap();
    let _ = verifier.warm_up().await;
    let asked = lying.0.lock().unwrap().clone();
    assert_eq!(asked.len(), 1, "{asked:?}");
}

/// A lifetime that lies in the future.
#[test]
fn max_lifetime_bounds_the_life_of_a_token() {
    let clock = clock();
    let verifier = JwtVerifier::builder()
        .issuer(tokens::issuer(tokens::all_keys()).with_max_lifetime(3600 * S))
        .with_clock(clock.clone())
        .build()
        .unwrap();
    let ten_years = 10 * 365 * 86400;
    let text = token()
        .without("nbf")
        .claim("iat", NOW + ten_years - 3600)
        .claim("exp", NOW + ten_years)
        .compact();
    assert!(
        tokens::judge(&verifier, &text).is_err(),
        "good for ten years under a lifetime of an hour"
    );
}

#[tokio::test]
async fn a_rejection_cannot_print_the_token() {
    let down = async |_: Bearer| Err::<Identity, _>(AuthError::unavailable("keys out of reach"));
    let mut shown = Vec::new();
    let places: [(&str, TokenLocation, Request<()>); 4] = [
        (
            "cookie",
            TokenLocation::cookie("session"),
            with(Request::new(()), "cookie", "session=SECRET.a.b"),
        ),
        (
            "bare",
            TokenLocation::bare_field(HeaderName::from_static("authorization-extras")),
            with(Request::new(()), "authorization-extras", "SECRET.a.b"),
        ),
        (
            "field",
            TokenLocation::field(HeaderName::from_static("x-auth")),
            with(Request::new(()), "x-auth", "Bearer SECRET.a.b"),
        ),
        (
            "ws",
            TokenLocation::websocket_protocol("b."),
            with(
                Request::new(()),
                "sec-websocket-protocol",
                &format!("b.{}, chat", tokens::base64url("SECRET.a.b")),
            ),
        ),
    ];
    for (name, place, request) in places {
        let text = printed(JwtAuthLayer::reading_from([place], down), request).await;
        if text.contains("SECRET") || text.contains(&tokens::base64url("SECRET")) {
            shown.push(format!("{name}: {text}"));
        }
    }
    let two = with(authorized("Bearer FIRST.a.b"), "authorization", "Bearer SECRET.a.b");
    let text = printed(JwtAuthLayer::new(down), two).await;
    if text.contains("SECRET") {
        shown.push(format!("second line: {text}"));
    }
    assert!(shown.is_empty(), "{shown:#?}");
}

/// A second reading of the claims that differs from the first.
#[test]
fn second_reading_is_the_first() {
    let list = RevocationList::new();
    let verifier = JwtVerifier::builder()
        .issuer(tokens::issuer(tokens::all_keys()))
        .with_revocation(list.clone())
        .with_clock(clock())
        .build()
        .unwrap();
    let claims = token()
        .claim("jti", "7")
        .claim("user_metadata", serde_json::json!({"$serde_json::private::RawValue": "not json"}));
    let text = claims.compact();
    list.revoke_token(
        tokens::ISSUER,
        "7",
        SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000),
    );
    let answer = tokens::judge(&verifier, &text);
    assert!(answer.is_err(), "accepted with claims {:?}", answer.unwrap().claims());
}

/// The same with roles.
#[tokio::test]
async fn a_string_does_not_become_a_role() {
    use tower::ServiceBuilder;
    use tower_auth::{PermissionClaimLayer, Roles, require};
    let verifier = JwtVerifier::builder()
        .issuer(tokens::issuer(tokens::all_keys()))
        .with_clock(clock())
        .build()
        .unwrap();
    let roles = Roles::builder().grant("admin", ["orders:delete"]).build().unwrap();
    let service = ServiceBuilder::new()
        .layer(JwtAuthLayer::new(verifier))
        .layer(PermissionClaimLayer::new(roles.from_claim("resource_access.orders.roles")))
        .layer(require("orders:delete"))
        .service(Probe::new());
    let text = token().with_claims_text(format!(r#"{{"iss":"{}","aud":"{}","sub":"mallory","exp":{},"resource_access":{{"$serde_json::private::RawValue":"{{\"orders\":{{\"roles\":[\"admin\"]}}}}"}}}}"#, tokens::ISSUER, tokens::AUDIENCE, NOW + 60));
    let response = service.oneshot(authorized(format!("Bearer {text}"))).await.unwrap();
    assert_eq!(response.status(), 401, "a string of the user's choice became a role");
}

/// A map of strings becomes anything.
#[test]
fn a_string_stays_a_string() {
    let verifier = JwtVerifier::builder()
        .issuer(tokens::issuer(tokens::all_keys()))
        .with_clock(clock())
        .build()
        .unwrap();
    // What a provider signs that lets users set attributes, string to string.
    let text = token().with_claims_text(format!(r#"{{"iss":"{}","aud":"{}","sub":"mallory","exp":{},"attributes":{{"$serde_json::private::RawValue":"{{\"roles\":[\"admin\"]}}"}}}}"#, tokens::ISSUER, tokens::AUDIENCE, NOW + 60));
    // Whoever reads the claims as a type of theirs would follow the instruction.
    tokens::assert_refused_by(&verifier, &text, "an instruction to another reader");
}
