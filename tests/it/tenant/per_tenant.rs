//! What tenants have of their own: loaded when it is needed, once, and anew when somebody says so.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use tower_auth::{AuthErrorKind, BoxError, Clock, PerTenant, Tenant, TenantLoader};

use super::{Asked, tenant};

/// What is loaded for each tenant: a text; nothing; or a failure, where it is not set at all.
#[derive(Clone, Default)]
pub(super) struct Shelf {
    texts: Arc<Mutex<HashMap<&'static str, Option<&'static str>>>>,
    pub(super) asked: Asked,
}

impl Shelf {
    pub(super) fn of<const N: usize>(texts: [(&'static str, &'static str); N]) -> Self {
        let shelf = Self::default();
        texts.into_iter().for_each(|(tenant, text)| shelf.put(tenant, Some(text)));
        shelf
    }

    pub(super) fn put(&self, tenant: &'static str, text: Option<&'static str>) {
        self.texts.lock().unwrap().insert(tenant, text);
    }

    pub(super) fn break_down(&self, tenant: &str) {
        self.texts.lock().unwrap().remove(tenant);
    }
}

impl TenantLoader<&'static str> for Shelf {
    async fn load(&self, tenant: Tenant) -> Result<Option<&'static str>, BoxError> {
        self.asked.note(&tenant);
        let texts = self.texts.lock().unwrap();
        texts.get(tenant.as_str()).copied().ok_or_else(|| "the shelf is broken".into())
    }
}

async fn text(shelf: &PerTenant<&'static str>, name: &str) -> Result<&'static str, AuthErrorKind> {
    match shelf.get(&tenant(name)).await {
        Ok(text) => Ok(text.map_or("nobody's", |text| *text)),
        Err(error) => Err(error.kind()),
    }
}

#[tokio::test]
async fn each_is_loaded_by_itself_and_once() {
    let shelf = Shelf::of([("acme", "a"), ("globex", "g")]);
    let loaded = PerTenant::new(shelf.clone());
    assert_eq!(shelf.asked.total(), 0, "nothing is loaded before it is needed");
    assert_eq!(loaded.loaded(&tenant("acme")), None);
    for _ in 0..3 {
        assert_eq!(text(&loaded, "acme").await, Ok("a"));
    }
    assert_eq!((shelf.asked.count("acme"), shelf.asked.count("globex")), (1, 0));
    assert_eq!(loaded.loaded(&tenant("acme")).as_deref(), Some(&"a"));
    assert_eq!(text(&loaded.clone(), "globex").await, Ok("g"));
    assert_eq!(loaded.size(), 2);
}

#[tokio::test]
async fn that_there_is_no_such_tenant_counts_for_ten_seconds() {
    let (shelf, clock) = (Shelf::default(), Clock::manual(SystemTime::UNIX_EPOCH));
    let loaded = PerTenant::new(shelf.clone()).with_clock(clock.clone());
    shelf.put("initech", None);
    assert_eq!(text(&loaded, "initech").await, Ok("nobody's"));
    shelf.put("initech", Some("i"));
    clock.advance(Duration::from_millis(9_999));
    assert_eq!(text(&loaded, "initech").await, Ok("nobody's"));
    assert_eq!(shelf.asked.total(), 1);
    clock.advance(Duration::from_millis(1));
    assert_eq!(text(&loaded, "initech").await, Ok("i"));
    assert_eq!(loaded.size(), 1);
}

#[tokio::test]
async fn a_reload_takes_effect_at_once_and_one_that_fails_changes_nothing() {
    let shelf = Shelf::of([("acme", "old"), ("globex", "g")]);
    let loaded = PerTenant::new(shelf.clone());
    assert_eq!(text(&loaded, "acme").await, Ok("old"));
    assert_eq!(text(&loaded, "globex").await, Ok("g"));

    shelf.put("acme", Some("new"));
    assert_eq!(text(&loaded, "acme").await, Ok("old"), "nobody has said so yet");
    loaded.reload(&tenant("acme")).await.unwrap();
    assert_eq!(text(&loaded, "acme").await, Ok("new"));

    shelf.break_down("acme");
    let error = loaded.reload(&tenant("acme")).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Unavailable);
    assert_eq!(text(&loaded, "acme").await, Ok("new"), "the last good one stays");
    let status = loaded.status(&tenant("acme"));
    assert_eq!((status.is_loaded, status.failures), (true, 1));
    assert_eq!(status.last_error.as_deref(), Some("the shelf is broken"));

    // A tenant that is gone is gone, whatever was loaded before.
    shelf.put("acme", None);
    loaded.reload(&tenant("acme")).await.unwrap();
    assert_eq!(text(&loaded, "acme").await, Ok("nobody's"));
    assert!(!loaded.status(&tenant("acme")).is_loaded);
    assert_eq!(shelf.asked.count("globex"), 1, "others are left alone");
}

#[tokio::test]
async fn all_are_loaded_anew_when_they_are_needed_next() {
    let shelf = Shelf::of([("acme", "old"), ("globex", "old"), ("initech", "old")]);
    let loaded = PerTenant::new(shelf.clone());
    for name in ["acme", "globex", "initech"] {
        assert_eq!(text(&loaded, name).await, Ok("old"));
    }
    shelf.put("acme", Some("new"));
    shelf.break_down("globex");
    loaded.reload_all();
    assert_eq!(shelf.asked.total(), 3, "nothing yet");
    assert_eq!(loaded.loaded(&tenant("acme")), None);
    assert_eq!(text(&loaded, "acme").await, Ok("new"));
    assert_eq!(text(&loaded, "globex").await, Ok("old"), "the last good one stays");
    assert_eq!(text(&loaded, "acme").await, Ok("new"));
    assert_eq!(text(&loaded, "globex").await, Ok("old"));
    assert_eq!((shelf.asked.count("acme"), shelf.asked.count("globex")), (2, 2));
}

#[tokio::test]
async fn failures_are_remembered_for_a_pause_that_doubles() {
    let (shelf, clock) = (Shelf::default(), Clock::manual(SystemTime::UNIX_EPOCH));
    let loaded = PerTenant::new(shelf.clone()).with_clock(clock.clone());
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let error = loaded.get(&tenant("acme")).await.unwrap_err();
        pauses.push(error.retry_after().unwrap());
        assert!(loaded.get(&tenant("acme")).await.is_err());
        clock.advance(Duration::from_secs(error.retry_after().unwrap()));
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert_eq!(shelf.asked.total(), 8);
    assert_eq!(loaded.status(&tenant("acme")).failures, 8);
    shelf.put("acme", Some("a"));
    assert_eq!(text(&loaded, "acme").await, Ok("a"));
    assert_eq!(loaded.status(&tenant("acme")).failures, 0);
}

#[tokio::test]
async fn with_an_age_what_is_older_is_loaded_anew_and_kept_while_that_fails() {
    let shelf = Shelf::of([("acme", "old")]);
    let clock = Clock::manual(SystemTime::UNIX_EPOCH);
    let loaded = PerTenant::new(shelf.clone())
        .with_max_age(Duration::from_secs(60))
        .with_clock(clock.clone());
    assert_eq!(text(&loaded, "acme").await, Ok("old"));
    shelf.break_down("acme");
    clock.advance(Duration::from_secs(60));
    assert_eq!(text(&loaded, "acme").await, Ok("old"));
    assert_eq!(loaded.status(&tenant("acme")).failures, 1);
    shelf.put("acme", Some("new"));
    assert_eq!(text(&loaded, "acme").await, Ok("old"), "the pause is not over");
    clock.advance(Duration::from_secs(1));
    assert_eq!(text(&loaded, "acme").await, Ok("new"));
}

#[tokio::test]
async fn no_more_tenants_are_remembered_than_may_be() {
    let loaded =
        PerTenant::new(async |tenant: Tenant| Ok(Some(tenant.to_string()))).with_max_tenants(10);
    for number in 0..500 {
        let name = tenant(&format!("t{number}"));
        assert_eq!(loaded.get(&name).await.unwrap().as_deref(), Some(&name.to_string()));
        assert!(loaded.size() <= 10);
    }
    assert_eq!(loaded.size(), 10);
    let none = loaded.with_max_tenants(0);
    assert!(none.get(&tenant("acme")).await.unwrap().is_some(), "no room is no refusal");
    assert_eq!(none.size(), 0);
}
