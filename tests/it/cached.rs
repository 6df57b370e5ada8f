//! Judgements that are remembered: which, for how long, and for whom they count.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use tokio::sync::Semaphore;
use tower::Layer;
use tower_auth::{
    Answer, AuthError, AuthErrorKind, Authenticator, Basic, BasicAuthLayer, CacheLimits, Cached,
    Clock, Identity, Secret, TenantLayer,
};

use crate::support::{
    callers::{authorized, basic_line, with},
    probe::{Probe, send},
};

const S: Duration = Duration::from_secs(1);

/// Knows one password, counts how often it is asked, and waits for a permit each time.
#[derive(Clone)]
struct Store(Arc<Inner>);

struct Inner {
    password: Mutex<&'static str>,
    error: Mutex<Option<AuthErrorKind>>,
    expires_at: Mutex<Option<SystemTime>>,
    generation: AtomicU64,
    asked: AtomicUsize,
    permits: Semaphore,
}

impl Store {
    fn new() -> Self {
        Self(Arc::new(Inner {
            password: Mutex::new("open sesame"),
            error: Mutex::default(),
            expires_at: Mutex::default(),
            generation: AtomicU64::new(1),
            asked: AtomicUsize::new(0),
            permits: Semaphore::new(1_000_000),
        }))
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

impl Authenticator<Basic> for Store {
    async fn authenticate(&self, credentials: Basic) -> Result<Identity, AuthError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.0.permits.acquire().await.unwrap().forget();
        if let Some(kind) = *self.0.error.lock().unwrap() {
            return Err(kind.into());
        }
        if *credentials.password() != Secret::new(*self.0.password.lock().unwrap()) {
            return Err(AuthError::invalid("wrong"));
        }
        let identity = Identity::new(credentials.username());
        Ok(match *self.0.expires_at.lock().unwrap() {
            Some(end) => identity.with_expiry(end),
            None => identity,
        })
    }

    fn generation(&self, _: &Basic) -> u64 {
        self.0.generation.load(Ordering::SeqCst)
    }
}

fn clock() -> Clock {
    Clock::manual(SystemTime::UNIX_EPOCH + 1_000_000 * S)
}

fn cached(store: &Store, clock: &Clock) -> Cached<Store> {
    let limits = CacheLimits::new().with_max_age(60 * S).with_max_entries(100);
    store.clone().cached(limits).with_clock(clock.clone())
}

async fn login<A: Authenticator<Basic>>(
    judge: &A,
    name: &str,
    password: &str,
) -> Result<String, AuthErrorKind> {
    let credentials = Basic::new(name, Secret::new(password));
    let judged = match judge.answer(credentials) {
        Answer::Now(judged) => judged,
        Answer::Later(credentials) => judge.authenticate(credentials).await,
    };
    judged.map(|identity| identity.subject().to_owned()).map_err(|error| error.kind())
}

#[tokio::test]
async fn nk_t20_the_same_login_twice_is_judged_once() {
    let (store, clock) = (Store::new(), clock());
    let judge = cached(&store, &clock);
    for _ in 0..5 {
        assert_eq!(login(&judge, "alice", "open sesame").await.unwrap(), "alice");
    }
    assert_eq!((store.asked(), judge.cache_size().0), (1, 1));
}

#[tokio::test]
async fn nk_t14_without_a_cache_each_login_is_judged() {
    let store = Store::new();
    for _ in 0..2 {
        login(&store, "alice", "open sesame").await.unwrap();
    }
    assert_eq!(store.asked(), 2);
}

/// Length-prefixed: no other split of the same bytes is the same user and password.
#[tokio::test]
async fn other_credentials_are_judged_anew() {
    let (store, clock) = (Store::new(), clock());
    let judge = cached(&store, &clock);
    *store.0.password.lock().unwrap() = "bc";
    login(&judge, "a", "bc").await.unwrap();
    *store.0.password.lock().unwrap() = "never";
    for (name, password) in [("ab", "c"), ("abc", ""), ("", "abc"), ("a", "b"), ("A", "bc")] {
        let refused = login(&judge, name, password).await.unwrap_err();
        assert_eq!(refused, AuthErrorKind::InvalidCredentials, "{name:?} {password:?}");
    }
    assert_eq!(store.asked(), 6);
}

#[tokio::test]
async fn a_judgement_ends_with_its_age_its_credentials_or_a_clock_that_goes_back() {
    let (store, clock) = (Store::new(), clock());
    let judge = cached(&store, &clock);
    let ask = async || login(&judge, "alice", "open sesame").await.unwrap();
    ask().await;
    clock.advance(59 * S);
    ask().await;
    assert_eq!(store.asked(), 1);
    clock.advance(S);
    *store.0.expires_at.lock().unwrap() = Some(clock.now() + 10 * S);
    ask().await;
    assert_eq!(store.asked(), 2, "60 seconds are over");
    clock.advance(9 * S);
    ask().await;
    assert_eq!(store.asked(), 2);
    clock.advance(S);
    ask().await;
    assert_eq!(store.asked(), 3, "the credentials have ended");
    ask().await;
    assert_eq!(store.asked(), 4, "what has ended is not remembered");
}

#[tokio::test]
async fn a_new_generation_remembers_nothing_of_the_last() {
    let (store, clock) = (Store::new(), clock());
    let judge = cached(&store, &clock);
    login(&judge, "alice", "open sesame").await.unwrap();
    *store.0.password.lock().unwrap() = "changed";
    store.0.generation.store(2, Ordering::SeqCst);
    let refused = login(&judge, "alice", "open sesame").await.unwrap_err();
    assert_eq!(refused, AuthErrorKind::InvalidCredentials);
    assert_eq!(store.asked(), 2);
}

#[tokio::test]
async fn refusals_are_remembered_where_that_is_asked_for() {
    let (store, clock) = (Store::new(), clock());
    let judge = cached(&store, &clock);
    for _ in 0..3 {
        login(&judge, "alice", "wrong").await.unwrap_err();
    }
    assert_eq!(store.asked(), 3, "not by default");

    let judge = cached(&store, &clock).with_refusals(5 * S);
    for _ in 0..3 {
        let refused = login(&judge, "alice", "wrong").await.unwrap_err();
        assert_eq!(refused, AuthErrorKind::InvalidCredentials);
    }
    assert_eq!(store.asked(), 4);
    clock.advance(5 * S);
    login(&judge, "alice", "wrong").await.unwrap_err();
    assert_eq!(store.asked(), 5);
    for kind in [AuthErrorKind::Unavailable, AuthErrorKind::Overloaded] {
        *store.0.error.lock().unwrap() = Some(kind);
        let before = store.asked();
        for _ in 0..2 {
            assert_eq!(login(&judge, "bob", "x").await.unwrap_err(), kind);
        }
        assert_eq!(store.asked(), before + 2, "what is no judgement is not remembered");
    }
}

#[tokio::test]
async fn many_at_once_cause_one_judgement() {
    let (store, clock) = (Store::new(), clock());
    store.0.permits.forget_permits(usize::MAX);
    let judge = cached(&store, &clock);
    let spawn = |password: &'static str| {
        let judge = judge.clone();
        tokio::spawn(async move { login(&judge, "alice", password).await })
    };
    let (good, bad): (Vec<_>, Vec<_>) =
        (0..100).map(|_| (spawn("open sesame"), spawn("wrong"))).unzip();
    while store.asked() < 2 {
        tokio::task::yield_now().await;
    }
    store.0.permits.add_permits(2);
    for task in good {
        assert_eq!(task.await.unwrap().unwrap(), "alice");
    }
    for task in bad {
        assert_eq!(task.await.unwrap().unwrap_err(), AuthErrorKind::InvalidCredentials);
    }
    assert_eq!(store.asked(), 2);
}

#[tokio::test]
async fn who_waits_for_somebody_who_gives_up_is_judged() {
    let (store, clock) = (Store::new(), clock());
    store.0.permits.forget_permits(usize::MAX);
    let judge = cached(&store, &clock);
    let spawn = || {
        let judge = judge.clone();
        tokio::spawn(async move { login(&judge, "alice", "open sesame").await })
    };
    let first = spawn();
    while store.asked() < 1 {
        tokio::task::yield_now().await;
    }
    let second = spawn();
    tokio::task::yield_now().await;
    first.abort();
    assert!(first.await.is_err());
    store.0.permits.add_permits(1);
    assert_eq!(second.await.unwrap().unwrap(), "alice");
}

#[tokio::test]
async fn the_cache_keeps_to_its_bounds() {
    let (store, clock) = (Store::new(), clock());
    let judge = cached(&store, &clock);
    for number in 0..1_000 {
        login(&judge, &format!("user-{number}"), "open sesame").await.unwrap();
    }
    assert_eq!(judge.cache_size().0, 100);
    let limits = CacheLimits::new().with_max_bytes(20_000);
    let judge = store.clone().cached(limits);
    for number in 0..1_000 {
        login(&judge, &format!("user-{number}"), "open sesame").await.unwrap();
    }
    let (entries, bytes) = judge.cache_size();
    assert!(entries > 5 && bytes <= 20_000, "{entries} {bytes}");
}

#[tokio::test]
async fn a_judgement_counts_for_the_tenant_it_was_made_for() {
    let store = Store::new();
    let by_tenant = {
        let asked = store.clone();
        move |credentials: Basic| {
            asked.0.asked.fetch_add(1, Ordering::SeqCst);
            let tenant = credentials.requested_tenant().map(ToString::to_string);
            async move {
                match tenant.as_deref() {
                    Some("acme") => Ok(Identity::new("alice").with_claim("tenant", "acme")),
                    _ => Err(AuthError::invalid("of another tenant")),
                }
            }
        }
    };
    let layer = BasicAuthLayer::new(by_tenant.cached(CacheLimits::new()));
    let tenant = TenantLayer::from_header(http::HeaderName::from_static("x-tenant"));
    let service = tenant.layer(layer.layer(Probe::new()));
    let request = |tenant| with(authorized(basic_line("alice", "x")), "x-tenant", tenant);
    for _ in 0..2 {
        assert_eq!(send(&service, request("acme")).await.status(), 200);
        assert_eq!(send(&service, request("globex")).await.status(), 401);
    }
    assert_eq!(store.asked(), 3, "acme once, globex each time");
}

#[tokio::test]
async fn an_anonymous_answer_is_not_remembered_as_somebody() {
    let judge = (async |_: Basic| Ok(Identity::anonymous())).cached(CacheLimits::new());
    let service = BasicAuthLayer::new(judge.clone()).layer(Probe::new());
    for _ in 0..2 {
        let answer = send(&service, authorized(basic_line("alice", "x"))).await;
        assert_eq!(answer.status(), 500);
    }
    assert_eq!(judge.cache_size().0, 0);
}

#[tokio::test]
async fn a_cache_without_room_remembers_nothing() {
    let store = Store::new();
    for limits in [
        CacheLimits::new().with_max_entries(0),
        CacheLimits::new().with_max_bytes(0),
        CacheLimits::new().with_max_age(Duration::ZERO),
    ] {
        let (judge, before) = (store.clone().cached(limits), store.asked());
        for _ in 0..2 {
            login(&judge, "alice", "open sesame").await.unwrap();
        }
        assert_eq!(store.asked(), before + 2, "{limits:?}");
    }
}

/// An outage is nobody's judgement: each who waited asks once, and all of them at once.
#[tokio::test]
async fn nobody_waits_twice_for_what_comes_to_nothing() {
    let (store, clock) = (Store::new(), clock());
    store.0.permits.forget_permits(usize::MAX);
    *store.0.error.lock().unwrap() = Some(AuthErrorKind::Unavailable);
    let judge = cached(&store, &clock);
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let judge = judge.clone();
            tokio::spawn(async move { login(&judge, "alice", "open sesame").await })
        })
        .collect();
    let until = async |asked| {
        while store.asked() < asked {
            tokio::task::yield_now().await;
        }
    };
    until(1).await;
    store.0.permits.add_permits(1);
    until(10).await;
    store.0.permits.add_permits(9);
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap_err(), AuthErrorKind::Unavailable);
    }
}

#[tokio::test]
async fn a_bounded_number_waits_for_one_judgement() {
    let (store, clock) = (Store::new(), clock());
    store.0.permits.forget_permits(usize::MAX);
    let judge = cached(&store, &clock);
    let tasks: Vec<_> = (0..1_100)
        .map(|_| {
            let judge = judge.clone();
            tokio::spawn(async move { login(&judge, "alice", "open sesame").await })
        })
        .collect();
    while store.asked() < 1 {
        tokio::task::yield_now().await;
    }
    store.0.permits.add_permits(1);
    let (mut admitted, mut overloaded) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => admitted += 1,
            Err(kind) => {
                assert_eq!(kind, AuthErrorKind::Overloaded);
                overloaded += 1;
            }
        }
    }
    assert_eq!((admitted, overloaded, store.asked()), (1_025, 75, 1));
}

/// Who judges may look at where a request comes from.
#[tokio::test]
async fn a_judgement_counts_for_the_address_it_was_made_for() {
    let by_address = async |credentials: Basic| match credentials.peer_address() {
        Some(address) if address.is_loopback() => Ok(Identity::new("alice")),
        _ => Err(AuthError::invalid("from another network")),
    };
    let judge = by_address.cached(CacheLimits::new());
    let from = |address: &str| {
        Basic::new("alice", Secret::new("x")).with_peer_address(address.parse().unwrap())
    };
    assert!(judge.authenticate(from("127.0.0.1")).await.is_ok());
    assert!(matches!(judge.answer(from("127.0.0.1")), Answer::Now(Ok(_))));
    assert!(matches!(judge.answer(from("192.0.2.1")), Answer::Later(_)));
    assert!(judge.authenticate(from("192.0.2.1")).await.is_err());
}

#[test]
fn nothing_secret_is_printed() {
    struct Shown;
    impl std::fmt::Debug for Shown {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Shown")
        }
    }
    let text = format!("{:?}", Cached::new(Shown, CacheLimits::new()));
    assert!(text.starts_with("Cached { authenticator: Shown, limits:"), "{text}");
}
