//! What messages demand beyond their envelopes: another tenant, commands for others (TI-14, TI-15 and TI-T10 to
//! TI-T16).

mod callers;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::{HeaderName, Request};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{
    AuthError, AuthErrorKind, ClaimMapper, Demands, Identity, MessageAuthorizer, MessageDemands,
    PathRules, Permissions, Policy, TemporalPermissions, Tenant, TenantLayer, TestIdentityLayer,
};
use tracing::Level;

use crate::support::events::Events;

const WRITE: &str = "temporal:namespace:write";

/// Counts what it is asked.
#[derive(Clone)]
struct Counting(TemporalPermissions, Arc<AtomicUsize>);

impl ClaimMapper for Counting {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.permissions(identity, tenant)
    }
}

fn worker() -> Identity {
    let permissions = ["acme:write", "globex:write", "initech:read", "hooli:write"];
    // hooli is a namespace that the tenant layer knows nothing of.
    Identity::new("worker")
        .with_claim("permissions", permissions.to_vec())
        .with_claim("tenant", vec!["acme", "globex", "initech"])
}

type Judged = Result<Option<String>, AuthErrorKind>;

/// One message of a caller for a tenant, or for none.
async fn judge_as(
    identity: Identity,
    tenant: Option<&str>,
    authorizer: &MessageAuthorizer,
    message: impl Demands,
) -> Judged {
    let layers = (
        TestIdentityLayer::new(identity),
        TenantLayer::from_header(HeaderName::from_static("x-tenant")).allow_absent(),
    );
    let service = layers.layer(service_fn(async |request: Request<()>| {
        let granted = authorizer.authorize(request.extensions(), &message);
        Ok::<_, std::convert::Infallible>(http::Response::new(Some(granted)))
    }));
    let mut request = Request::new(());
    if let Some(tenant) = tenant {
        request.headers_mut().insert("x-tenant", tenant.parse().unwrap());
    }
    let granted = service.oneshot(request).await.unwrap().into_body().expect("let through");
    granted.map(|grant| grant.tenant().map(ToString::to_string)).map_err(|error| error.kind())
}

async fn judge(tenant: Option<&str>, message: impl Demands) -> Judged {
    judge_as(worker(), tenant, &authorizer(), message).await
}

fn authorizer() -> MessageAuthorizer {
    MessageAuthorizer::new(TemporalPermissions::new())
}

#[tokio::test]
async fn the_message_must_be_for_the_tenant_of_the_request() {
    use AuthErrorKind::TenantDenied;

    for (named, expected) in [
        (&["acme"][..], Ok(Some("acme".to_owned()))),
        (&["acme", "acme"], Ok(Some("acme".to_owned()))),
        (&[], Ok(Some("acme".to_owned()))),
        (&["globex"], Err(TenantDenied)),
        (&["acme", "globex"], Err(TenantDenied)),
        (&["globex", "acme"], Err(TenantDenied)),
        (&["Acme"], Err(TenantDenied)),
        (&[""], Err(TenantDenied)),
        (&["acme "], Err(TenantDenied)),
    ] {
        let message = |demands: &mut MessageDemands| {
            named.iter().for_each(|name| {
                demands.of_tenant(*name);
            });
        };
        assert_eq!(judge(Some("acme"), message).await, expected, "{named:?}");
    }
}

/// TI-10, TI-12, TI-13, TI-14.
#[tokio::test]
async fn commands_for_other_tenants_need_a_right_there() {
    use AuthErrorKind::{PermissionDenied, TenantDenied};

    for (other, requirement, expected) in [
        ("globex", WRITE, Ok(())),
        ("acme", WRITE, Ok(())),
        ("initech", WRITE, Err(PermissionDenied)),
        ("initech", "temporal:namespace:read", Ok(())),
        // A right in the token is not enough where the caller does not belong there.
        ("hooli", WRITE, Err(TenantDenied)),
        ("umbrella", WRITE, Err(TenantDenied)),
        ("", WRITE, Err(TenantDenied)),
        ("../globex", WRITE, Err(TenantDenied)),
    ] {
        let message = |demands: &mut MessageDemands| {
            demands.of_tenant("acme").requires(WRITE).requires_in(other, requirement);
        };
        let judged = judge(Some("acme"), message).await.map(drop);
        assert_eq!(judged, expected, "{other}: {requirement}");
    }
    // The first that is denied refuses all of it (TI-12).
    let mixed = |demands: &mut MessageDemands| {
        demands.requires_in("globex", WRITE).requires_in("initech", WRITE);
    };
    assert_eq!(judge(Some("acme"), mixed).await, Err(PermissionDenied));
    let own = |demands: &mut MessageDemands| {
        demands.requires("temporal:namespace:admin");
    };
    assert_eq!(judge(Some("acme"), own).await, Err(PermissionDenied));
}

/// TI-T16: once for each namespace.
#[tokio::test]
async fn claims_are_mapped_once_for_each_tenant() {
    let asked = Arc::new(AtomicUsize::new(0));
    let authorizer =
        MessageAuthorizer::new(Counting(TemporalPermissions::new(), Arc::clone(&asked)));
    let message = |demands: &mut MessageDemands| {
        for _ in 0..5_000 {
            demands.of_tenant("acme").requires(WRITE).requires_in("acme", WRITE);
            demands.requires_in("globex", WRITE).requires_in("initech", "temporal:namespace:read");
        }
    };
    let judged = judge_as(worker(), Some("acme"), &authorizer, message).await;
    assert_eq!(judged, Ok(Some("acme".to_owned())));
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_tenant_that_only_the_message_names_counts_where_that_is_allowed() {
    use AuthErrorKind::{PermissionDenied, TenantDenied};

    let message = |name: &'static str, requirement: &'static str| {
        move |demands: &mut MessageDemands| {
            demands.of_tenant(name).requires(requirement);
        }
    };
    let ask = async |authorizer: &MessageAuthorizer, name, requirement| {
        judge_as(worker(), None, authorizer, message(name, requirement)).await
    };
    assert_eq!(ask(&authorizer(), "acme", WRITE).await, Err(TenantDenied));
    let allowed = authorizer().allow_tenant_of_message("tenant");
    assert_eq!(ask(&allowed, "acme", WRITE).await, Ok(Some("acme".to_owned())));
    assert_eq!(ask(&allowed, "initech", WRITE).await, Err(PermissionDenied));
    assert_eq!(ask(&allowed, "hooli", WRITE).await, Err(TenantDenied));
    assert_eq!(ask(&allowed, "", WRITE).await, Err(TenantDenied));
    // Where the request names one, that is the one.
    let judged = judge_as(worker(), Some("globex"), &allowed, message("acme", WRITE)).await;
    assert_eq!(judged, Err(TenantDenied));
    // Without any tenant only the system scope counts.
    let nowhere = |demands: &mut MessageDemands| {
        demands.requires(WRITE);
    };
    assert_eq!(judge(None, nowhere).await, Err(PermissionDenied));
    let nothing = |_: &mut MessageDemands| {};
    assert_eq!(judge(None, nothing).await, Ok(None));
}

/// Without a tenant of the request, nothing says who belongs to others unless that was set.
#[tokio::test]
async fn where_nothing_says_who_belongs_to_a_tenant_nobody_does() {
    let message = |demands: &mut MessageDemands| {
        demands.requires_in("globex", WRITE);
    };
    assert_eq!(judge(None, message).await, Err(AuthErrorKind::TenantDenied));
    let allowed = authorizer().allow_tenant_of_message("tenant");
    assert_eq!(judge_as(worker(), None, &allowed, message).await, Ok(None));
}

#[tokio::test]
async fn what_a_message_may_demand_is_bounded() {
    let many = |number: usize| {
        move |demands: &mut MessageDemands| {
            for part in 0..number {
                demands.requires(
                    format!("not missing-{part}").parse::<tower_auth::Requirement>().unwrap(),
                );
            }
        }
    };
    assert_eq!(judge(Some("acme"), many(MessageDemands::MAX)).await.map(drop), Ok(()));
    let refused = judge(Some("acme"), many(MessageDemands::MAX + 1)).await;
    assert_eq!(refused, Err(AuthErrorKind::PermissionDenied));

    let names: Vec<String> = (0..65).map(|number| format!("t{number}")).collect();
    let everywhere = Identity::new("worker")
        .with_claim("permissions", vec!["temporal-system:write"])
        .with_claim("tenant", [names.clone(), vec!["acme".to_owned()]].concat());
    for (tenants, expected) in [(64, Ok(())), (65, Err(AuthErrorKind::PermissionDenied))] {
        let message = |demands: &mut MessageDemands| {
            names[..tenants].iter().for_each(|name| {
                demands.requires_in(name.as_str(), WRITE);
            });
        };
        let judged = judge_as(everywhere.clone(), Some("acme"), &authorizer(), message).await;
        assert_eq!(judged.map(drop), expected);
    }
}

#[tokio::test]
async fn anonymous_callers_are_asked_to_log_in() {
    let nobody = Identity::anonymous().with_claim("tenant", "acme");
    let message = |demands: &mut MessageDemands| {
        demands.requires(WRITE);
    };
    let layers = (
        tower_auth::AuthLayer::first_of([]).allow_anonymous_as(nobody),
        TenantLayer::from_header(HeaderName::from_static("x-tenant")),
    );
    let service = layers.layer(service_fn(async |request: Request<()>| {
        let granted = authorizer().authorize(request.extensions(), &message);
        Ok::<_, std::convert::Infallible>(http::Response::new(granted.err()))
    }));
    let request = Request::builder().header("x-tenant", "acme").body(()).unwrap();
    let error = service.oneshot(request).await.unwrap().into_body().unwrap();
    assert_eq!(error.kind(), AuthErrorKind::MissingCredentials);
}

#[test]
fn without_authentication_it_is_misconfigured() {
    let message = |_: &mut MessageDemands| {};
    let error = authorizer().authorize(&http::Extensions::new(), &message).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Misconfigured);
}

#[tokio::test]
async fn each_answer_is_one_event() {
    for (other, decision, level) in
        [("globex", "granted", Level::DEBUG), ("umbrella", "denied", Level::INFO)]
    {
        let events = Events::record();
        let message = |demands: &mut MessageDemands| {
            demands.requires_in(other, WRITE);
        };
        let _ = judge(Some("acme"), message).await;
        let events = events.take();
        let of_messages: Vec<_> =
            events.iter().filter(|event| event.field("check") == "message").collect();
        assert_eq!(of_messages.len(), 1, "{events:?}");
        assert_eq!(of_messages[0].field("decision"), decision);
        assert_eq!(of_messages[0].level, level);
    }
}

#[tokio::test]
async fn the_mapper_of_a_policy_is_that_of_now() {
    let rules = PathRules::builder().path("/**", WRITE).build().unwrap();
    let policy = Policy::new(rules, TemporalPermissions::new());
    let authorizer = MessageAuthorizer::of(&policy);
    let message = || {
        |demands: &mut MessageDemands| {
            demands.requires(WRITE);
        }
    };
    let ask = async || judge_as(worker(), Some("acme"), &authorizer, message()).await.map(drop);
    assert_eq!(ask().await, Ok(()));
    policy.replace_mapper(|_: &Identity, _: Option<&Tenant>| Ok(Permissions::default()));
    assert_eq!(ask().await, Err(AuthErrorKind::PermissionDenied));
}

/// A request of tonic, whose error is a status.
#[tokio::test]
async fn requests_of_tonic_carry_the_message() {
    struct Start(&'static str);

    impl Demands for Start {
        fn demands(&self, demands: &mut MessageDemands) {
            demands.of_tenant(self.0).requires(WRITE);
        }
    }

    async fn start(request: tonic::Request<Start>) -> Result<(), tonic::Status> {
        authorizer().authorize_request(&request)?;
        Ok(())
    }

    let layers = (
        TestIdentityLayer::new(worker()),
        TenantLayer::from_header(HeaderName::from_static("temporal-namespace")),
    );
    let service = layers.layer(service_fn(async |request: Request<Start>| {
        let (parts, message) = request.into_parts();
        let request = tonic::Request::from_parts(Default::default(), parts.extensions, message);
        let code = start(request).await.err().map(|status| status.code());
        Ok::<_, std::convert::Infallible>(http::Response::new(code))
    }));
    for (named, code) in [("acme", None), ("globex", Some(tonic::Code::PermissionDenied))] {
        let request = Request::builder().header("temporal-namespace", "acme");
        let request = request.body(Start(named)).unwrap();
        assert_eq!(service.clone().oneshot(request).await.unwrap().into_body(), code);
    }
}
