//! A rehearsal refuses nothing that rules would refuse, and nobody can forget that it is one.

use http::Request;
use tower::Layer;
use tower_auth::{AuthError, Identity, Permissions, Permitted, Policy, RpcRules, Tenant};

use super::{both_kinds, post};
use crate::support::{
    callers::{SECRET, basic, basic_line, with},
    events::Events,
    probe::{Probe, send},
};

const LIST: &str = "/o.v1.Orders/List";
const UNHEARD: &str = "/o.v1.Orders/Unheard";

fn alice(path: &str) -> Request<()> {
    with(post(path), "authorization", &basic_line("alice", SECRET))
}

#[tokio::test]
async fn what_would_be_refused_is_let_through_told_and_counted() {
    let events = Events::record();
    for policy in both_kinds() {
        let rehearsal = policy.clone().danger_rehearse();
        let event = events.one();
        assert_eq!((event.level, event.field("rules")), (tracing::Level::WARN, "2"));

        let probe = Probe::new();
        let service = rehearsal.guard(basic()).layer(probe.clone());
        for (count, (path, kind)) in [
            (LIST, "permission_denied"),
            (UNHEARD, "permission_denied"),
            ("/o.v1.Orders//List", "ambiguous_path"),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(send(&service, alice(path)).await.status(), 200, "{path}");
            assert!(Permitted::from_extensions(&probe.head().extensions).is_none());
            let warnings = events.take();
            let warnings: Vec<_> =
                warnings.iter().filter(|event| event.level == tracing::Level::WARN).collect();
            assert_eq!(warnings.len(), 1, "{path}: {warnings:?}");
            assert_eq!(warnings[0].field("kind"), kind);
            assert_eq!(
                (warnings[0].field("http_method"), warnings[0].field("path")),
                ("POST", path)
            );
            assert_eq!(rehearsal.status().would_have_refused, u64::try_from(count).unwrap() + 1);
        }
        assert!(policy.status().is_rehearsal, "also by the handle it was made of");

        rehearsal.replace_rules(rehearsal.rules());
        let told: Vec<_> = events.take().into_iter().map(|event| event.level).collect();
        assert_eq!(told, [tracing::Level::INFO, tracing::Level::WARN], "it is said again");

        // The clone that rehearses is the only one that lets through.
        let strict = policy.guard(basic()).layer(Probe::new());
        assert_eq!(send(&strict, alice(LIST)).await.status(), 403);
        events.take();
    }
}

#[tokio::test]
async fn authentication_and_wiring_are_never_rehearsed() {
    for policy in both_kinds() {
        let rehearsal = policy.danger_rehearse();
        let guarded = rehearsal.guard(basic()).layer(Probe::new());
        assert_eq!(send(&guarded, post(LIST)).await.status(), 401);
        assert_eq!(send(&guarded, post("/o.v1.Orders//List")).await.status(), 401);
        let bad = with(post(LIST), "authorization", &basic_line("alice", "wrong"));
        assert_eq!(send(&guarded, bad).await.status(), 401);
        let alone = rehearsal.clone().layer(Probe::new());
        assert_eq!(send(&alone, post(LIST)).await.status(), 500);
        assert_eq!(rehearsal.status().would_have_refused, 0);
    }
}

#[tokio::test]
async fn an_outage_is_never_rehearsed() {
    let rules = RpcRules::builder().method(LIST, "orders:read").build().unwrap();
    let policy = Policy::new(rules, |_: &Identity, _: Option<&Tenant>| {
        Err::<Permissions, _>(AuthError::unavailable("the table of roles is away"))
    });
    let service = policy.danger_rehearse().guard(basic()).layer(Probe::new());
    assert_eq!(send(&service, alice(LIST)).await.status(), 503);
}

#[test]
fn a_policy_that_counts_says_so() {
    let [policy, _] = both_kinds();
    let status = policy.status();
    assert!(!status.is_rehearsal);
    assert_eq!((status.version, status.rules, status.would_have_refused), (1, 2, 0));
}
