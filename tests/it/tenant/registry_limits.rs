//! What a registry costs: one question at a time for a tenant, a bound on what is remembered, and
//! nobody who waits for somebody else's tenant.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Semaphore, time::Instant};
use tower_auth::{
    AuthErrorKind, BoxError, Identity, PerTenant, RegisteredTenants, Tenant, TenantState,
};

use super::{Asked, asking, by_header, settle, status, tenant};
use crate::support::callers::{basic, user};

/// Answers when it is let; the tenant `hung` gets no answer at all.
fn held(asked: &Asked, doors: &Arc<Semaphore>) -> RegisteredTenants {
    let (asked, doors) = (asked.clone(), Arc::clone(doors));
    RegisteredTenants::new(move |tenant: Tenant| {
        let (asked, doors) = (asked.clone(), Arc::clone(&doors));
        async move {
            asked.note(&tenant);
            if tenant.as_str() == "hung" {
                std::future::pending::<()>().await;
            }
            doors.acquire().await?.forget();
            Ok(TenantState::Active)
        }
    })
}

#[tokio::test(start_paused = true)]
async fn many_requests_for_one_tenant_are_one_question() {
    let (asked, doors) = (Asked::default(), Arc::new(Semaphore::new(0)));
    let registry = held(&asked, &doors);
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let registry = registry.clone();
            tokio::spawn(async move { registry.check(&tenant("acme")).await })
        })
        .collect();
    settle().await;
    assert_eq!(asked.total(), 1);
    doors.add_permits(1);
    for request in requests {
        assert!(request.await.unwrap().is_ok());
    }
    assert_eq!((asked.total(), registry.size()), (1, 1));
}

/// What is under way when everything is forgotten may have been answered before the change: whoever comes
/// afterwards is not told that answer.
#[tokio::test(start_paused = true)]
async fn an_answer_that_was_asked_for_before_is_not_for_those_who_come_after() {
    let (asked, doors) = (Asked::default(), Arc::new(Semaphore::new(0)));
    let is_suspended = Arc::new(AtomicBool::new(false));
    let registry = {
        let (asked, doors, is_suspended) =
            (asked.clone(), Arc::clone(&doors), Arc::clone(&is_suspended));
        RegisteredTenants::new(move |tenant: Tenant| {
            asked.note(&tenant);
            let suspended = is_suspended.load(Ordering::SeqCst);
            let doors = Arc::clone(&doors);
            async move {
                doors.acquire().await?.forget();
                Ok(if suspended { TenantState::Suspended } else { TenantState::Active })
            }
        })
    };
    let ask = || {
        let registry = registry.clone();
        tokio::spawn(async move { registry.check(&tenant("acme")).await })
    };
    let before = ask();
    settle().await;
    is_suspended.store(true, Ordering::SeqCst);
    registry.forget_all();
    let after = [ask(), ask()];
    settle().await;
    assert_eq!(asked.total(), 2, "those who come after ask once, and anew");
    doors.add_permits(2);
    assert!(before.await.unwrap().is_ok());
    for after in after {
        assert_eq!(after.await.unwrap().unwrap_err().kind(), AuthErrorKind::TenantDenied);
    }
    // Nor does the old answer count when it comes last.
    assert!(registry.check(&tenant("acme")).await.is_err());
    assert_eq!(asked.total(), 2);
}

/// As before, where the newer answer comes first.
#[tokio::test(start_paused = true)]
async fn an_old_answer_that_comes_late_takes_no_place() {
    let doors = Arc::new(Mutex::new(Vec::new()));
    let loaded = {
        let doors = Arc::clone(&doors);
        PerTenant::new(move |_: Tenant| {
            let (door, opened) = tokio::sync::oneshot::channel::<Result<&'static str, BoxError>>();
            doors.lock().unwrap().push(door);
            async move { opened.await?.map(Some) }
        })
    };
    let ask = || {
        let loaded = loaded.clone();
        tokio::spawn(async move { loaded.get(&tenant("acme")).await.unwrap() })
    };
    let before = ask();
    settle().await;
    loaded.reload_all();
    let after = ask();
    settle().await;
    let mut opened = std::mem::take(&mut *doors.lock().unwrap()).into_iter();
    let (old, new) = (opened.next().unwrap(), opened.next().unwrap());
    new.send(Ok("new")).unwrap();
    assert_eq!(after.await.unwrap().as_deref(), Some(&"new"));
    old.send(Ok("old")).unwrap();
    assert_eq!(before.await.unwrap().as_deref(), Some(&"old"), "it was asked before");
    assert_eq!(loaded.loaded(&tenant("acme")).as_deref(), Some(&"new"));
}

/// The one who asked hangs up: the others go on by themselves.
#[tokio::test(start_paused = true)]
async fn whoever_asked_may_hang_up() {
    let (asked, doors) = (Asked::default(), Arc::new(Semaphore::new(0)));
    let registry = held(&asked, &doors);
    let ask = || {
        let registry = registry.clone();
        tokio::spawn(async move { registry.check(&tenant("acme")).await })
    };
    let first = ask();
    settle().await;
    let second = ask();
    settle().await;
    first.abort();
    settle().await;
    doors.add_permits(1);
    assert!(second.await.unwrap().is_ok());
    assert_eq!(asked.total(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_hangs_ends_after_five_seconds_and_delays_nobody_else() {
    let (asked, doors) = (Asked::default(), Arc::new(Semaphore::new(9)));
    let layers = (basic(), by_header().with_registry(held(&asked, &doors)));
    let start = Instant::now();
    let hung = {
        let layers = layers.clone();
        tokio::spawn(async move {
            let status = status(&layers, asking(user("alice@hung"), "hung")).await;
            (status, start.elapsed())
        })
    };
    settle().await;
    assert_eq!(asked.count("hung"), 1);
    assert_eq!(status(&layers, asking(user("alice@acme"), "acme")).await, 200);
    assert_eq!(start.elapsed(), Duration::ZERO);
    let (answer, waited) = hung.await.unwrap();
    assert_eq!(answer, 503);
    assert!((5..6).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test]
async fn what_is_remembered_is_bounded_whatever_is_asked_for() {
    for state in [TenantState::Active, TenantState::Unknown, TenantState::Suspended] {
        let registry =
            RegisteredTenants::new(move |_: Tenant| async move { Ok(state) }).with_max_tenants(10);
        // An operator may ask for everything, so the bound is put to use.
        let layer = by_header()
            .with_registry(registry.clone())
            .with_operators("all", |_: &Identity, _: &Tenant| true);
        for number in 0..500 {
            let request = asking(user("sue"), &format!("t{number}"));
            let expected = if state == TenantState::Active { 200 } else { 403 };
            assert_eq!(status(&(layer.clone(), basic()), request).await, expected);
        }
        let expected = if state == TenantState::Active { 10 } else { 0 };
        assert_eq!(registry.size(), expected, "{state:?}");
    }
}

/// Names that nobody has do not push out those that somebody has.
#[tokio::test]
async fn made_up_names_push_nobody_out() {
    let asked = Asked::default();
    let counting = asked.clone();
    let registry = RegisteredTenants::new(move |tenant: Tenant| {
        counting.note(&tenant);
        let is_known = tenant.as_str() == "acme";
        async move { Ok(if is_known { TenantState::Active } else { TenantState::Unknown }) }
    })
    .with_max_tenants(5);
    assert!(registry.check(&tenant("acme")).await.is_ok());
    for number in 0..200 {
        assert!(registry.check(&tenant(&format!("t{number}"))).await.is_err());
    }
    assert!(registry.check(&tenant("acme")).await.is_ok());
    assert_eq!((asked.count("acme"), registry.size()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_names_that_were_never_known_are_asked_for_at_a_time() {
    let is_open = Arc::new(AtomicBool::new(true));
    let under_way = Arc::new(AtomicUsize::new(0));
    let (open, count) = (Arc::clone(&is_open), Arc::clone(&under_way));
    let registry = RegisteredTenants::new(move |_: Tenant| {
        let (open, count) = (Arc::clone(&open), Arc::clone(&count));
        async move {
            if !open.load(Ordering::SeqCst) {
                count.fetch_add(1, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            Ok(TenantState::Active)
        }
    });
    assert!(registry.check(&tenant("acme")).await.is_ok());
    is_open.store(false, Ordering::SeqCst);
    let waiting: Vec<_> = (0..64)
        .map(|number| {
            let registry = registry.clone();
            tokio::spawn(async move { registry.check(&tenant(&format!("t{number}"))).await })
        })
        .collect();
    settle().await;
    assert_eq!(under_way.load(Ordering::SeqCst), 64);
    let refused = registry.check(&tenant("t64")).await.unwrap_err();
    assert_eq!(refused.kind(), AuthErrorKind::Overloaded);
    assert!(registry.check(&tenant("acme")).await.is_ok(), "remembered");
    // Known before, and to be asked for anew: it has a turn all the same.
    is_open.store(true, Ordering::SeqCst);
    registry.forget_all();
    assert!(registry.check(&tenant("acme")).await.is_ok());
    for request in waiting {
        assert_eq!(request.await.unwrap().unwrap_err().kind(), AuthErrorKind::Unavailable);
    }
    // All turns were given back.
    assert!(registry.check(&tenant("t64")).await.is_ok());
}
