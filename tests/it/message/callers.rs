//! Messages of callers who act through somebody else, and in tenants that are none.

use http::{HeaderName, Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{
    AuthError, AuthErrorKind, Directory, Identity, ImpersonationLayer, ImpersonationRules,
    MessageAuthorizer, MessageDemands, RegisteredTenants, TemporalPermissions, Tenant, TenantLayer,
    TenantState, TestIdentityLayer,
};

const WRITE: &str = "temporal:namespace:write";

fn of(subject: &str, tenants: &[&str]) -> Identity {
    Identity::new(subject)
        .with_claim("tenant", tenants.to_vec())
        .with_claim("permissions", vec!["temporal-system:write"])
}

fn by_header() -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant")).allow_absent()
}

fn authorizer() -> MessageAuthorizer {
    MessageAuthorizer::new(TemporalPermissions::new()).allow_tenant_of_message("tenant")
}

/// What becomes of a message inside of these layers.
macro_rules! judged {
    ($layers:expr, $request:expr, $message:expr) => {{
        let message = $message;
        let service = $layers.layer(service_fn(async |request: Request<()>| {
            let granted = authorizer().authorize(request.extensions(), &message);
            Ok::<_, std::convert::Infallible>(Response::new(Some(granted)))
        }));
        let granted = service.oneshot($request).await.unwrap().into_body().expect("let through");
        granted.map(drop).map_err(|error| error.kind())
    }};
}

struct Staff;

impl Directory for Staff {
    async fn find(&self, subject: &str) -> Result<Option<Identity>, AuthError> {
        Ok(Some(of(subject, &["acme", "globex"])))
    }
}

impl ImpersonationRules for Staff {
    fn may_impersonate(&self, _: &Identity) -> bool {
        true
    }

    fn is_protected(&self, _: &Identity) -> bool {
        false
    }
}

/// Whoever may act as somebody in the own tenants may not by leaving the tenant to the message.
#[tokio::test]
async fn who_acts_as_somebody_does_so_in_the_own_tenants() {
    let own = || ImpersonationLayer::new(Staff, Staff);
    for (name, reach, expected) in [
        ("acme", own(), Ok(())),
        ("globex", own(), Err(AuthErrorKind::TenantDenied)),
        ("globex", own().allow_any_tenant(), Ok(())),
    ] {
        let layers = (TestIdentityLayer::new(of("admin", &["acme"])), reach, by_header());
        let request = || Request::builder().header("x-impersonate-user", "eve").body(()).unwrap();
        let for_it = |demands: &mut MessageDemands| {
            demands.of_tenant(name);
        };
        assert_eq!(judged!(layers.clone(), request(), for_it), expected, "{name}");
        let in_it = |demands: &mut MessageDemands| {
            demands.requires_in(name, WRITE);
        };
        assert_eq!(judged!(layers, request(), in_it), expected, "{name}");
    }
}

/// A machine of one tenant, and a person of another on it.
#[tokio::test]
async fn those_outside_must_not_belong_to_another_tenant() {
    for (machine, expected) in [
        (of("machine", &["acme"]), Err(AuthErrorKind::TenantDenied)),
        (of("machine", &["acme", "globex"]), Ok(())),
        (Identity::new("machine"), Ok(())),
    ] {
        let person = TestIdentityLayer::new(of("person", &["globex"]));
        let layers = (TestIdentityLayer::new(machine.clone()), person, by_header());
        let for_it = |demands: &mut MessageDemands| {
            demands.of_tenant("globex");
        };
        assert_eq!(judged!(layers.clone(), Request::new(()), for_it), expected, "{machine:?}");
        let in_it = |demands: &mut MessageDemands| {
            demands.requires_in("globex", WRITE);
        };
        assert_eq!(judged!(layers, Request::new(()), in_it), expected, "{machine:?}");
    }
}

fn in_acme() -> Request<()> {
    Request::builder().header("x-tenant", "acme").body(()).unwrap()
}

#[tokio::test]
async fn a_tenant_that_is_none_is_none_in_messages_either() {
    let known = ["acme", "globex"].map(|name| Tenant::new(name).unwrap());
    let layers = (
        TestIdentityLayer::new(of("worker", &["acme", "globex", "initech"])),
        by_header().with_known_tenants(known),
    );
    for (name, expected) in [("globex", Ok(())), ("initech", Err(AuthErrorKind::TenantDenied))] {
        let message = |demands: &mut MessageDemands| {
            demands.requires_in(name, WRITE);
        };
        assert_eq!(judged!(layers.clone(), in_acme(), message), expected, "{name}");
    }
}

/// Nobody waits for a registry inside of a handler: what it was not asked is not known.
#[tokio::test]
async fn what_a_registry_says_counts_in_messages() {
    let registry = RegisteredTenants::new(async |tenant: Tenant| {
        Ok(if tenant.as_str() == "initech" { TenantState::Suspended } else { TenantState::Active })
    });
    let layers = (
        TestIdentityLayer::new(of("worker", &["acme", "globex", "initech"])),
        by_header().with_registry(registry.clone()),
    );
    for (name, expected) in [("globex", Ok(())), ("initech", Err(AuthErrorKind::TenantDenied))] {
        let message = |demands: &mut MessageDemands| {
            demands.requires_in(name, WRITE);
        };
        let judged = judged!(layers.clone(), in_acme(), message);
        assert_eq!(judged, Err(AuthErrorKind::Unavailable), "{name}");
        let _ = registry.check(&Tenant::new(name).unwrap()).await;
        assert_eq!(judged!(layers.clone(), in_acme(), message), expected, "{name}");
    }
    // A stranger does not learn which tenants there are.
    let layers = (TestIdentityLayer::new(of("stranger", &["acme"])), layers.1);
    for name in ["globex", "initech", "hooli"] {
        let message = |demands: &mut MessageDemands| {
            demands.requires_in(name, WRITE);
        };
        let judged = judged!(layers.clone(), in_acme(), message);
        assert_eq!(judged, Err(AuthErrorKind::TenantDenied), "{name}");
    }
}
