//! A registry says which tenants there are, and is asked by nobody who does not belong to one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use http::Request;
use tower_auth::{
    AuthErrorKind, AuthLayer, BoxError, Clock, Identity, RegisteredTenants, Tenant, TenantLayer,
    TenantRegistry, TenantState,
};

use super::{Asked, DENIED, asking, by_header, of, status, tenant};
use crate::{
    gate::promise_12_tenant_agreement::outcome,
    support::{
        callers::{basic, nobody, user},
        events::Events,
    },
};

/// A registry whose answers are set by hand. What is not set is an outage.
#[derive(Clone, Default)]
pub(super) struct Registry {
    answers: Arc<Mutex<HashMap<&'static str, TenantState>>>,
    pub(super) asked: Asked,
}

impl Registry {
    pub(super) fn with(self, tenant: &'static str, state: TenantState) -> Self {
        self.set(tenant, state);
        self
    }

    pub(super) fn set(&self, tenant: &'static str, state: TenantState) {
        self.answers.lock().unwrap().insert(tenant, state);
    }

    pub(super) fn break_down(&self) {
        self.answers.lock().unwrap().clear();
    }
}

impl TenantRegistry for Registry {
    async fn state(&self, tenant: Tenant) -> Result<TenantState, BoxError> {
        self.asked.note(&tenant);
        let answers = self.answers.lock().unwrap();
        answers.get(tenant.as_str()).copied().ok_or_else(|| "the registry is away".into())
    }
}

pub(super) fn registry() -> Registry {
    Registry::default()
        .with("acme", TenantState::Active)
        .with("globex", TenantState::Active)
        .with("paused", TenantState::Suspended)
        .with("nowhere", TenantState::Unknown)
}

fn layer(registry: &Registry) -> TenantLayer {
    by_header().with_registry(RegisteredTenants::new(registry.clone()))
}

fn from(name: &str, tenant: &str) -> Request<()> {
    asking(user(name), tenant)
}

#[tokio::test]
async fn only_an_active_tenant_is_one_in_both_orders() {
    for (name, asked, expected) in [
        ("alice@acme", "acme", of("acme")),
        ("alice@paused", "paused", DENIED),
        ("alice@nowhere", "nowhere", DENIED),
        ("alice@acme", "globex", DENIED),
        ("alice@away", "away", (503, None)),
    ] {
        let registry = registry();
        let outside = outcome((layer(&registry), basic()), from(name, asked)).await;
        let inside = outcome((basic(), layer(&registry)), from(name, asked)).await;
        assert_eq!((&outside, &inside), (&expected, &expected), "{name} {asked}");
    }
}

#[tokio::test]
async fn nobody_makes_the_registry_answer_about_a_tenant_they_do_not_belong_to() {
    let registry = registry();
    let layers = layer(&registry);
    let wrong = crate::support::callers::authorized(crate::support::callers::basic_line(
        "alice@acme",
        "looking-glass",
    ));
    let mut strangers = vec![(nobody(), 401), (wrong, 401), (user("alice@initech"), 403)];
    for (request, expected) in strangers.drain(..) {
        for name in ["acme", "paused", "nowhere", "away", "made-up"] {
            let mut request_of = Request::new(());
            *request_of.headers_mut() = request.headers().clone();
            let outside = status(&(layers.clone(), basic()), asking(request_of, name)).await;
            let mut request_of = Request::new(());
            *request_of.headers_mut() = request.headers().clone();
            let inside = status(&(basic(), layers.clone()), asking(request_of, name)).await;
            assert_eq!((outside, inside), (expected, expected), "{name}");
        }
    }
    assert_eq!(registry.asked.total(), 0);
    assert_eq!(status(&(layers, basic()), from("alice@acme", "acme")).await, 200);
    assert_eq!(registry.asked.total(), 1, "the control");
}

#[tokio::test]
async fn the_reason_is_in_the_event_and_nowhere_else() {
    for (name, reason) in
        [("paused", "the tenant is suspended"), ("nowhere", "the registry knows no such tenant")]
    {
        let events = Events::record();
        let caller = format!("alice@{name}");
        let layers = (basic(), layer(&registry()));
        assert_eq!(status(&layers, from(&caller, name)).await, 403);
        let event = events.take().pop().unwrap();
        assert_eq!(event.field("kind"), "tenant_denied");
        assert!(event.field("error").contains(reason), "{event:?}");
    }
}

#[tokio::test]
async fn an_anonymous_member_of_a_tenant_that_is_none_is_asked_to_log_in() {
    for name in ["paused", "nowhere", "globex"] {
        let guest = Identity::anonymous().with_claim("tenant", vec!["paused", "nowhere"]);
        let open = || AuthLayer::first_of([]).allow_anonymous_as(guest.clone());
        let registry = registry();
        let layers = layer(&registry);
        assert_eq!(status(&(layers.clone(), open()), asking(nobody(), name)).await, 401);
        assert_eq!(status(&(open(), layers), asking(nobody(), name)).await, 401);
    }
}

#[tokio::test]
async fn every_tenant_layer_of_a_request_asks_its_registry() {
    let strict = Registry::default().with("acme", TenantState::Suspended);
    let lenient = Registry::default().with("acme", TenantState::Active);
    let (strict, lenient) = (layer(&strict), layer(&lenient));
    let request = || from("alice@acme", "acme");
    for expected in [
        outcome((strict.clone(), lenient.clone(), basic()), request()).await,
        outcome((lenient.clone(), strict.clone(), basic()), request()).await,
        outcome((strict.clone(), basic(), lenient.clone()), request()).await,
        outcome((lenient.clone(), basic(), strict.clone()), request()).await,
        outcome((basic(), lenient.clone(), strict), request()).await,
    ] {
        assert_eq!(expected, DENIED);
    }
    assert_eq!(outcome((lenient.clone(), basic(), lenient), request()).await, of("acme"));
}

#[tokio::test]
async fn answers_are_remembered_and_refusals_for_a_shorter_time() {
    let (registry, clock) = (registry(), Clock::manual(SystemTime::UNIX_EPOCH));
    let remembered = RegisteredTenants::new(registry.clone()).with_clock(clock.clone());
    let (acme, paused) = (tenant("acme"), tenant("paused"));
    let mut counts = Vec::new();
    for second in 0..61 {
        assert!(remembered.check(&acme).await.is_ok());
        let refused = remembered.check(&paused).await.unwrap_err();
        assert_eq!(refused.kind(), AuthErrorKind::TenantDenied);
        counts.push((second, registry.asked.count("acme"), registry.asked.count("paused")));
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(counts[9], (9, 1, 1));
    assert_eq!(counts[10], (10, 1, 2));
    assert_eq!(counts[59], (59, 1, 6));
    assert_eq!(counts[60], (60, 2, 7));

    // A suspension is seen once the answer is too old, or at once where somebody says so.
    registry.set("acme", TenantState::Suspended);
    assert!(remembered.check(&acme).await.is_ok());
    remembered.forget_all();
    assert_eq!(remembered.check(&acme).await.unwrap_err().kind(), AuthErrorKind::TenantDenied);
    registry.set("acme", TenantState::Active);
    clock.advance(Duration::from_secs(10));
    assert!(remembered.check(&acme).await.is_ok());
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_nothing_count_for_longer() {
    let registry = registry();
    let late = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
    let remembered = RegisteredTenants::new(registry.clone()).with_clock(late);
    assert!(remembered.check(&tenant("acme")).await.is_ok());
    let early = remembered.with_clock(Clock::manual(SystemTime::UNIX_EPOCH));
    registry.set("acme", TenantState::Suspended);
    assert!(early.check(&tenant("acme")).await.is_err());
}

#[tokio::test]
async fn an_outage_is_503_for_those_who_are_not_remembered_and_then_ends() {
    let (registry, clock) = (registry(), Clock::manual(SystemTime::UNIX_EPOCH));
    let remembered = RegisteredTenants::new(registry.clone()).with_clock(clock.clone());
    let (acme, globex) = (tenant("acme"), tenant("globex"));
    assert!(remembered.check(&acme).await.is_ok());
    registry.break_down();
    assert!(remembered.check(&acme).await.is_ok(), "remembered");
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let error = remembered.check(&globex).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Unavailable);
        let pause = error.retry_after().unwrap();
        pauses.push(pause);
        // Nobody asks during the pause.
        let asked = registry.asked.count("globex");
        clock.advance(Duration::from_millis(pause * 1000 - 1));
        assert!(remembered.check(&globex).await.is_err());
        assert_eq!(registry.asked.count("globex"), asked);
        clock.advance(Duration::from_millis(1));
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);

    // Too old: whether acme is suspended by now is not known, so it is not guessed.
    assert_eq!(remembered.check(&acme).await.unwrap_err().kind(), AuthErrorKind::Unavailable);
    registry.set("acme", TenantState::Active);
    registry.set("globex", TenantState::Active);
    clock.advance(Duration::from_secs(60));
    assert!(remembered.check(&acme).await.is_ok());
    assert!(remembered.check(&globex).await.is_ok());
}
