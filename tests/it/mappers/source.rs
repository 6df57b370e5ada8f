//! Permissions that are asked for: what is remembered, for whom, and what happens when nobody answers.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use http::{HeaderName, HeaderValue};
use tokio::{sync::Semaphore, time::Instant};
use tower::Layer;
use tower_auth::{
    AuthError, AuthErrorKind, CacheLimits, CachedPermissions, Clock, Identity, ImpersonationLayer,
    PermissionClaimLayer, PermissionSource, Permissions, Tenant, TenantLayer, require,
};

use crate::support::{
    callers::{basic, grpc, keys, known, nobody, request, tokens, user, with},
    probe::{Probe, send},
};

const S: Duration = Duration::from_secs(1);

/// Grants the names of who asks, counts how often it is asked, and waits for a permit each time.
#[derive(Clone)]
struct Table(Arc<Rows>);

struct Rows {
    more: Mutex<Vec<&'static str>>,
    error: Mutex<Option<AuthErrorKind>>,
    generation: AtomicU64,
    asked: AtomicUsize,
    permits: Semaphore,
}

impl Table {
    fn new() -> Self {
        let table = Self::closed();
        table.0.permits.add_permits(1_000_000);
        table
    }

    /// Answers nobody until there are permits.
    fn closed() -> Self {
        Self(Arc::new(Rows {
            more: Mutex::default(),
            error: Mutex::default(),
            generation: AtomicU64::new(1),
            asked: AtomicUsize::new(0),
            permits: Semaphore::new(0),
        }))
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    fn fail(&self, kind: impl Into<Option<AuthErrorKind>>) {
        *self.0.error.lock().unwrap() = kind.into();
    }
}

impl PermissionSource for Table {
    async fn permissions(
        &self,
        identity: Identity,
        tenant: Option<Tenant>,
    ) -> Result<Permissions, AuthError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        self.0.permits.acquire().await.unwrap().forget();
        if let Some(kind) = *self.0.error.lock().unwrap() {
            return Err(kind.into());
        }
        let tenant = tenant.as_ref().map_or("-", Tenant::as_str);
        let issuer = identity.issuer().unwrap_or("-");
        let outer = identity.outer().map_or("-", Identity::subject);
        let row = format!("{}/{issuer}/{}/{outer}/{tenant}", identity.method(), identity.subject());
        let more = self.0.more.lock().unwrap().clone();
        Ok([row].into_iter().collect::<Permissions>().with_granted(more))
    }

    fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::SeqCst)
    }
}

fn clock() -> Clock {
    Clock::manual(SystemTime::UNIX_EPOCH + 1_000_000 * S)
}

fn cached(table: &Table, clock: &Clock) -> CachedPermissions<Table> {
    let limits = CacheLimits::new().with_max_age(30 * S).with_max_entries(1_000);
    table.clone().cached(limits).with_clock(clock.clone())
}

/// As the layer asks.
async fn ask(
    source: &impl PermissionSource,
    identity: &Identity,
    tenant: Option<&str>,
) -> Result<Vec<String>, AuthErrorKind> {
    let tenant = tenant.map(|name| Tenant::new(name).unwrap());
    let answer = match source.remembered(identity, tenant.as_ref()) {
        Some(answer) => answer,
        None => source.permissions(identity.clone(), tenant).await,
    };
    let names = answer.map(|all| all.iter().map(str::to_owned).collect());
    names.map_err(|error| error.kind())
}

#[tokio::test]
async fn the_answer_is_what_routes_are_held_against() {
    async fn grants(identity: Identity, tenant: Option<Tenant>) -> Result<Permissions, AuthError> {
        let tenant = tenant.map(|tenant| tenant.to_string()).unwrap_or_default();
        Ok([format!("{tenant}:{}", identity.subject())].into_iter().collect())
    }
    let tenants = || TenantLayer::from_header(HeaderName::from_static("x-tenant"));
    for (name, source) in [
        ("bare", PermissionClaimLayer::resolved_by(grants)),
        ("cached", PermissionClaimLayer::resolved_by(grants.cached(CacheLimits::new()))),
        ("an Arc", PermissionClaimLayer::resolved_by(Arc::new(grants))),
    ] {
        let probe = Probe::new();
        let service = (basic(), tenants(), source, require("acme:alice@acme")).layer(probe.clone());
        for (round, calls) in [(1, 1), (2, 2)] {
            let acme = with(user("alice@acme"), "x-tenant", "acme");
            assert_eq!(send(&service, acme).await.status(), 200, "{name} {round}");
            let globex = with(user("alice@globex"), "x-tenant", "globex");
            assert_eq!(send(&service, globex).await.status(), 403, "{name} {round}");
            assert_eq!(probe.calls(), calls, "{name}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_remembered_until_it_has_aged() {
    let (table, clock) = (Table::new(), clock());
    let source = cached(&table, &clock);
    let alice = Identity::new("alice");
    ask(&source, &alice, None).await.unwrap();
    clock.advance(30 * S - Duration::from_millis(1));
    let before = ask(&source, &alice, None).await.unwrap();
    assert_eq!((table.asked(), source.cache_size().0), (1, 1));
    table.0.more.lock().unwrap().push("new");
    clock.advance(Duration::from_millis(1));
    assert_ne!(ask(&source, &alice, None).await.unwrap(), before);
    assert_eq!(table.asked(), 2);
}

/// The age begins with the question.
#[tokio::test]
async fn a_slow_answer_ages_while_it_is_waited_for() {
    let (table, clock) = (Table::closed(), clock());
    let source = cached(&table, &clock);
    let alice = Identity::new("alice");
    let asking = tokio::spawn({
        let (source, alice) = (source.clone(), alice.clone());
        async move { ask(&source, &alice, None).await }
    });
    while table.asked() == 0 {
        tokio::task::yield_now().await;
    }
    clock.advance(20 * S);
    table.0.permits.add_permits(2);
    asking.await.unwrap().unwrap();
    clock.advance(10 * S);
    ask(&source, &alice, None).await.unwrap();
    assert_eq!(table.asked(), 2);
}

#[tokio::test]
async fn another_generation_has_other_answers() {
    let (table, clock) = (Table::new(), clock());
    let source = cached(&table, &clock);
    let alice = Identity::new("alice");
    for (generation, asked) in [(1, 1), (1, 1), (2, 2), (2, 2)] {
        table.0.generation.store(generation, Ordering::SeqCst);
        ask(&source, &alice, None).await.unwrap();
        assert_eq!(table.asked(), asked, "{generation}");
    }
}

#[tokio::test]
async fn whoever_is_somebody_else_is_asked_for_anew() {
    let (table, clock) = (Table::new(), clock());
    let source = cached(&table, &clock);
    let of = |subject: &str, issuer: Option<&str>| {
        let identity = Identity::new(subject);
        issuer.map_or(identity.clone(), |issuer| identity.with_issuer(issuer))
    };
    let mut seen = Vec::new();
    for (subject, issuer, tenant) in [
        ("alice", None, None),
        ("alice", None, Some("acme")),
        ("alice", None, Some("globex")),
        ("alice", Some(""), None),
        ("alice", Some("https://a.example"), None),
        ("alice", Some("https://b.example"), None),
        ("alic", Some("ehttps://a.example"), None),
        ("Alice", Some("https://a.example"), None),
        ("", Some("alice"), None),
    ] {
        let name = format!("{subject} {issuer:?} {tenant:?}");
        let first = ask(&source, &of(subject, issuer), tenant).await.unwrap();
        assert!(!seen.contains(&first) || issuer == Some(""), "{name}");
        seen.push(first);
        assert_eq!(table.asked(), seen.len(), "{name}");
        ask(&source, &of(subject, issuer), tenant).await.unwrap();
        assert_eq!(table.asked(), seen.len(), "{name}");
    }
    // What else is said of somebody makes no difference, and is documented not to.
    ask(&source, &of("alice", None).with_claim("scope", "all"), None).await.unwrap();
    assert_eq!(table.asked(), seen.len());
}

/// The same subject by another way, behind somebody else, or as somebody else.
#[tokio::test]
async fn the_way_of_an_identity_is_part_of_the_question() {
    let table = Table::new();
    let layer = PermissionClaimLayer::resolved_by(cached(&table, &clock()));
    let key = |name: &'static str| with(request().body(()).unwrap(), "x-api-key", name);
    let as_bob = |caller| with(user(caller), "x-impersonate-user", "bob");
    let by_password = (basic(), layer.clone()).layer(Probe::new());
    let by_key = (keys(), layer.clone()).layer(Probe::new());
    let both = (keys(), tokens(), layer.clone()).layer(Probe::new());
    let impersonating = (basic(), impersonation(), layer).layer(Probe::new());

    let mut asked = 0;
    for round in [0, 1] {
        let new = usize::from(round == 0);
        let mut anew = |name: &str| {
            asked += new;
            assert_eq!(table.asked(), asked, "{name}");
        };
        send(&by_password, user("bob")).await;
        anew("by password");
        send(&by_key, key("bob")).await;
        anew("by key");
        for outer in ["gateway", "other"] {
            let line = HeaderValue::from_static("Bearer bob");
            let mut behind = key(outer);
            behind.headers_mut().insert(http::header::AUTHORIZATION, line);
            send(&both, behind).await;
            anew(outer);
        }
        for caller in ["technical", "admin"] {
            send(&impersonating, as_bob(caller)).await;
            anew(caller);
        }
        send(&impersonating, user("bob")).await;
        assert_eq!(table.asked(), asked, "as oneself");
    }
}

fn impersonation() -> ImpersonationLayer {
    struct Staff;
    impl tower_auth::Directory for Staff {
        async fn find(&self, subject: &str) -> Result<Option<Identity>, AuthError> {
            Ok(Some(known(subject)))
        }
    }
    struct Anybody;
    impl tower_auth::ImpersonationRules for Anybody {
        fn may_impersonate(&self, _: &Identity) -> bool {
            true
        }
        fn is_protected(&self, _: &Identity) -> bool {
            false
        }
    }
    ImpersonationLayer::new(Staff, Anybody)
}

#[tokio::test]
async fn no_permissions_and_refusals_are_answers_and_outages_are_none() {
    for (kind, remembered) in [
        (AuthErrorKind::PermissionDenied, true),
        (AuthErrorKind::TenantDenied, true),
        (AuthErrorKind::Unavailable, false),
        (AuthErrorKind::Overloaded, false),
        (AuthErrorKind::Misconfigured, false),
    ] {
        let (table, clock) = (Table::new(), clock());
        let source = cached(&table, &clock);
        table.fail(kind);
        for _ in 0..3 {
            let refused = ask(&source, &Identity::new("alice"), None).await;
            assert_eq!(refused.unwrap_err(), kind);
        }
        assert_eq!(table.asked(), if remembered { 1 } else { 3 }, "{kind}");
        table.fail(None);
        clock.advance(30 * S);
        ask(&source, &Identity::new("alice"), None).await.unwrap();
    }
}

#[tokio::test]
async fn no_permissions_are_remembered() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&asked);
    let nothing = move |_: Identity, _: Option<Tenant>| {
        counting.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Ok(Permissions::default()))
    };
    let source = nothing.cached(CacheLimits::new());
    for _ in 0..3 {
        assert!(ask(&source, &Identity::new("alice"), None).await.unwrap().is_empty());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

async fn crowd(
    source: &CachedPermissions<Table>,
    size: usize,
) -> Vec<tokio::task::JoinHandle<Result<Vec<String>, AuthErrorKind>>> {
    let asking = |_| {
        let source = source.clone();
        tokio::spawn(async move { ask(&source, &Identity::new("alice"), None).await })
    };
    let crowd: Vec<_> = (0..size).map(asking).collect();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    crowd
}

#[tokio::test]
async fn many_with_one_question_cause_one_answer_or_one_failure() {
    for failure in [None, Some(AuthErrorKind::Unavailable)] {
        let (table, clock) = (Table::closed(), clock());
        let source = cached(&table, &clock);
        table.fail(failure);
        let crowd = crowd(&source, 500).await;
        table.0.permits.add_permits(2_000);
        for one in crowd {
            assert_eq!(one.await.unwrap().err(), failure);
        }
        assert_eq!(table.asked(), 1, "{failure:?}");
    }
}

#[tokio::test]
async fn too_many_with_one_question_are_told_to_come_back() {
    let (table, clock) = (Table::closed(), clock());
    let source = cached(&table, &clock);
    let crowd = crowd(&source, 1_027).await;
    table.0.permits.add_permits(2_000);
    let mut refused = 0;
    for one in crowd {
        match one.await.unwrap() {
            Ok(_) => {}
            Err(kind) => {
                assert_eq!(kind, AuthErrorKind::Overloaded);
                refused += 1;
            }
        }
    }
    assert_eq!((table.asked(), refused), (1, 2));
}

/// Who goes away takes nobody along, and does not send all the others at once.
#[tokio::test]
async fn where_the_one_that_asks_goes_away_the_next_one_asks() {
    let (table, clock) = (Table::closed(), clock());
    let source = cached(&table, &clock);
    let mut crowd = crowd(&source, 100).await;
    for gone in 1..=50 {
        let before = table.asked();
        crowd.remove(0).abort();
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        let more = table.asked() - before;
        assert!(more <= 1 && (gone > 1 || more == 1), "{gone}: {more} ask instead");
    }
    let asked = table.asked();
    table.0.permits.add_permits(2_000);
    for one in crowd {
        one.await.unwrap().unwrap();
    }
    assert_eq!(table.asked(), asked);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_hangs_is_waited_for_5_seconds() {
    let layers = |source: CachedPermissions<Table>| {
        [
            (PermissionClaimLayer::resolved_by(Table::closed()), 5),
            (PermissionClaimLayer::resolved_by(source.clone()), 5),
            (PermissionClaimLayer::resolved_by(source).with_timeout(2 * S), 2),
        ]
    };
    for (layer, seconds) in layers(cached(&Table::closed(), &clock())) {
        let probe = Probe::new();
        let service = (basic(), layer).layer(probe.clone());
        let start = Instant::now();
        let (one, other) =
            tokio::join!(send(&service, user("alice")), send(&service, grpc(user("alice"))));
        assert_eq!((one.status().as_u16(), start.elapsed().as_secs()), (503, seconds));
        assert_eq!(one.headers()["retry-after"], "1");
        assert_eq!(other.headers()["grpc-status"], "14");
        assert_eq!(probe.calls(), 0);
    }
}

#[tokio::test]
async fn a_source_that_fails_refuses_by_the_kind_of_its_error() {
    for (kind, status) in [
        (AuthErrorKind::Unavailable, 503),
        (AuthErrorKind::PermissionDenied, 403),
        (AuthErrorKind::Misconfigured, 500),
    ] {
        let table = Table::new();
        table.fail(kind);
        let probe = Probe::new();
        let layer = PermissionClaimLayer::resolved_by(cached(&table, &clock()));
        let service = (basic(), layer).layer(probe.clone());
        for _ in 0..2 {
            assert_eq!(send(&service, user("alice")).await.status(), status, "{kind}");
        }
        assert_eq!(probe.calls(), 0);
    }
}

#[tokio::test]
async fn a_source_that_panics_admits_nobody_and_stands_in_nobodys_way() {
    let panics = Arc::new(AtomicUsize::new(1));
    let left = Arc::clone(&panics);
    let source = move |_: Identity, _: Option<Tenant>| {
        let left = Arc::clone(&left);
        async move {
            tokio::task::yield_now().await;
            assert!(left.swap(0, Ordering::SeqCst) == 0, "a row that nobody thought of");
            Ok(["a"].into_iter().collect())
        }
    };
    let probe = Probe::new();
    let layer = PermissionClaimLayer::resolved_by(source.cached(CacheLimits::new()));
    let service = (basic(), layer).layer(probe.clone());
    let (one, other) = tokio::join!(send(&service, user("alice")), send(&service, user("alice")));
    assert_eq!((one.status().as_u16(), other.status().as_u16()), (500, 200));
    assert_eq!(probe.calls(), 1);
}

#[tokio::test]
async fn nobody_is_asked_for_who_has_not_logged_in() {
    let table = Table::new();
    let layer = PermissionClaimLayer::resolved_by(cached(&table, &clock()));
    assert_eq!(send(&layer.clone().layer(Probe::new()), nobody()).await.status(), 500);
    assert_eq!(send(&(basic(), layer).layer(Probe::new()), nobody()).await.status(), 401);
    assert_eq!(table.asked(), 0);
}

#[tokio::test]
async fn what_is_remembered_is_bounded() {
    let (table, clock) = (Table::new(), clock());
    for (limits, most) in [
        (CacheLimits::new().with_max_entries(10), (10, 64 << 20)),
        (CacheLimits::new().with_max_bytes(40_000), (1_000, 40_000)),
        (CacheLimits::new().with_max_entries(0), (0, 0)),
    ] {
        let source = table.clone().cached(limits).with_clock(clock.clone());
        for number in 0..1_000 {
            ask(&source, &Identity::new(format!("user-{number}")), None).await.unwrap();
            let (entries, bytes) = source.cache_size();
            assert!(entries <= most.0 && bytes <= most.1, "{entries} {bytes} {most:?}");
        }
    }
}
