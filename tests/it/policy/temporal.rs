//! The authorizer of the Temporal server: rows TZ and TP, over the table of the example.

use http::Request;
use tower_auth::{
    Access, AuthErrorKind, ClaimMapper, Identity, Permissions, Policy, RpcRules, RuleLint,
    TemporalPermissions, Tenant,
};

use super::post;
use crate::examples::temporal_rules::RULES;

const WORKFLOW: &str = "/temporal.api.workflowservice.v1.WorkflowService";
const OPERATOR: &str = "/temporal.api.operatorservice.v1.OperatorService";
const ADMIN: &str = "/temporal.server.api.adminservice.v1.AdminService";
const HEALTH: &str = "/grpc.health.v1.Health";

fn rules() -> RpcRules {
    RpcRules::from_json(RULES).unwrap()
}

fn policy() -> Policy {
    Policy::new(rules(), TemporalPermissions::new())
}

fn held(identity: &Identity, tenant: &Tenant) -> Permissions {
    TemporalPermissions::new().permissions(identity, Some(tenant)).unwrap()
}

fn with(roles: &[&str]) -> Identity {
    Identity::new("caller").with_claim("permissions", roles.to_vec())
}

fn access(method: &str) -> String {
    rules().access_to(method).to_string()
}

/// What a caller with these roles is answered, for a namespace or none.
fn answer(roles: &[&str], method: &str, namespace: &str) -> Result<(), AuthErrorKind> {
    let tenant = Tenant::new(namespace).ok();
    let explanation = policy().explain(&with(roles), tenant.as_ref(), &post(method));
    explanation.refusal().map_or(Ok(()), Err)
}

const SYSTEM_ADMIN: &[&str] = &["temporal-system:admin"];
const SYSTEM_WRITER: &[&str] = &["temporal-system:write"];
const SYSTEM_READER: &[&str] = &["temporal-system:read"];
const N_ADMIN: &[&str] = &["test-namespace:admin"];
const N_WRITER: &[&str] = &["test-namespace:write"];
const N_READER: &[&str] = &["test-namespace:read"];
const N_WORKER: &[&str] = &["test-namespace:worker"];
const BAR_ADMIN: &[&str] = &["bar:admin"];
const NONE: &[&str] = &[];

/// Rows TZ-T1 to TZ-T24, TZ-T27 and TZ-T30 to TZ-T37.
#[rustfmt::skip]
#[test]
fn tz_t_the_table_of_the_authorizer() {
    let own = "test-namespace";
    let respond = format!("{WORKFLOW}/RespondWorkflowTaskCompleted");
    let start = format!("{WORKFLOW}/StartWorkflowExecution");
    let admin = format!("{ADMIN}/AddSearchAttributes");
    let operator = format!("{OPERATOR}/ListSearchAttributes");
    let info = format!("{WORKFLOW}/GetSystemInfo");
    let health = format!("{HEALTH}/Check");
    let list = format!("{WORKFLOW}/ListNamespaces");
    let cluster = format!("{WORKFLOW}/GetClusterInfo");
    let poll = format!("{WORKFLOW}/PollWorkflowTaskQueue");
    let update = format!("{WORKFLOW}/UpdateNamespace");
    let register = format!("{WORKFLOW}/RegisterNamespace");
    for (row, roles, method, namespace, allowed) in [
        ("T1", SYSTEM_ADMIN, &*respond, "bar", true),
        ("T2", SYSTEM_ADMIN, &*admin, "", true),
        ("T3", SYSTEM_ADMIN, &*start, own, true),
        ("T4", SYSTEM_WRITER, &*respond, "bar", true),
        ("T7", SYSTEM_READER, &*respond, "bar", false),
        ("T8", SYSTEM_READER, &*admin, "", false),
        ("T10", N_ADMIN, &*admin, "", false),
        ("T11", N_ADMIN, &*start, own, true),
        ("T13", BAR_ADMIN, &*respond, "bar", true),
        ("T15", N_WRITER, &*admin, "", false),
        ("T16", N_WRITER, &*start, own, true),
        ("T18", N_WRITER, &*respond, "bar", false),
        ("T19", N_READER, &*admin, "", false),
        ("T20", N_READER, &*start, own, false),
        ("T21", N_READER, &*respond, "bar", false),
        ("T22", N_READER, &*info, "", true),
        ("T23", N_READER, &*operator, own, true),
        ("T24", NONE, &*info, "", true),
        ("T24", NONE, &*health, "", true),
        ("T27", SYSTEM_ADMIN, "/OtherService/Method1", "", false),
        ("T30", N_ADMIN, &*list, own, false),
        ("T30", N_ADMIN, &*cluster, own, false),
        ("T31", SYSTEM_READER, &*list, "", true),
        ("T32", N_WORKER, &*poll, own, false),
        ("T34", &["temporal-system:read", "test-namespace:write"], &*start, own, true),
        ("T36", N_ADMIN, &*update, own, true),
        ("T36", N_ADMIN, &*update, "other", false),
        ("T37", N_WRITER, &*register, own, false),
        ("TZ-7", N_ADMIN, &*register, own, true),
        ("TZ-6", N_ADMIN, &*start, "", false),
        ("TZ-6", SYSTEM_WRITER, &*start, "", true),
        ("TZ-4", &["test-namespace:worker", "test-namespace:read"], &*start, own, false),
        ("TZ-4", &["test-namespace:worker", "test-namespace:read"], &*operator, own, true),
        ("TZ-9", N_WORKER, &*operator, own, false),
        // What the namespace is makes no difference to what is asked of the system.
        ("T4", SYSTEM_WRITER, &*admin, "", false),
        ("T10", N_ADMIN, &*admin, own, false),
        ("T15", N_WRITER, &*admin, own, false),
        ("T19", N_READER, &*admin, own, false),
        ("T32", N_WORKER, &*start, own, false),
        ("T36", N_ADMIN, &*update, "bar", false),
        ("T37", N_WRITER, &*update, own, false),
        ("nobody", NONE, &*operator, own, false),
    ] {
        let expected = if allowed { Ok(()) } else { Err(AuthErrorKind::PermissionDenied) };
        assert_eq!(answer(roles, method, namespace), expected, "{row}: {roles:?} {method} {namespace}");
    }
}

/// Row TZ-T26: nobody at all.
#[test]
fn tz_t26_without_claims_only_health_is_answered() {
    let nobody = Identity::anonymous();
    let request = |method: &str| post(method);
    policy()
        .permits([
            (&nobody, None, request(&format!("{WORKFLOW}/GetSystemInfo")), Ok(())),
            (&nobody, None, request(&format!("{HEALTH}/Check")), Ok(())),
            (
                &nobody,
                None,
                request(&format!("{WORKFLOW}/StartWorkflowExecution")),
                Err(AuthErrorKind::MissingCredentials),
            ),
        ])
        .unwrap();
}

/// Row TZ-2: streaming health and reflection are denied to everybody.
#[test]
fn tz_02_only_check_of_health_is_open() {
    for method in [
        format!("{HEALTH}/Watch"),
        format!("{HEALTH}/List"),
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo".to_owned(),
    ] {
        assert_eq!(rules().access_to(&method), &Access::Denied, "{method}");
        assert!(answer(SYSTEM_ADMIN, &method, "").is_err());
    }
}

/// Rows TZ-T39 and TZ-T40: sums of roles are what they are, and nothing else is a role.
#[test]
fn tz_t39_t40_roles_add_up_and_other_words_are_none() {
    let tenant = Tenant::new("n").unwrap();
    for bits in 0_u8..16 {
        let roles = [(1, "worker"), (2, "Read"), (4, "WRITE"), (8, "admin")];
        let roles = roles.into_iter().filter(|(bit, _)| bits & bit != 0);
        let roles: Vec<_> = roles.map(|(_, role)| format!("n:{role}")).collect();
        let identity = Identity::new("u").with_claim("permissions", roles);
        let held = held(&identity, &tenant);
        for (level, needed) in [("read", 2), ("write", 4), ("admin", 8)] {
            assert_eq!(
                held.contains(&format!("temporal:namespace:{level}")),
                bits >= needed,
                "{bits}"
            );
            assert!(!held.contains(&format!("temporal:system:{level}")));
        }
    }
    for odd in ["n:superuser", "n: admin", "n:admin:x", "nadmin", "N:admin", "n:32"] {
        assert_eq!(held(&with(&[odd]), &tenant), Permissions::default(), "{odd}");
    }
}

/// Row TZ-5: roles of the system hold in all namespaces, those of a namespace never in the cluster.
#[test]
fn tz_05_scopes() {
    let method = format!("{OPERATOR}/ListClusters");
    assert!(answer(N_ADMIN, &method, "test-namespace").is_err());
    assert!(answer(SYSTEM_ADMIN, &method, "test-namespace").is_ok());
}

/// Row TI-16: a stream names no namespace when it is opened, so it takes a role of the system.
#[test]
fn ti_16_streams_take_a_role_of_the_system() {
    let method = format!("{ADMIN}/StreamWorkflowReplicationMessages");
    assert!(answer(N_ADMIN, &method, "").is_err());
    assert!(answer(SYSTEM_ADMIN, &method, "").is_ok());
    let method = format!("{WORKFLOW}/PollWorkflowTaskQueue");
    assert!(answer(N_ADMIN, &method, "").is_err());
    assert!(answer(SYSTEM_WRITER, &method, "").is_ok());
}

/// Rows TP-T1 to TP-T5.
#[test]
fn tp_t_scope_and_access_of_methods() {
    assert_eq!(
        access(&format!("{WORKFLOW}/RespondActivityTaskCompleted")),
        "requires temporal:namespace:write"
    );
    assert_eq!(
        access("/temporal.api.nexusservice.v1.NexusService/DispatchNexusTask"),
        "requires temporal:namespace:write"
    );
    assert_eq!(access("/OtherService/Method1"), "denied");
    assert_eq!(access(&format!("{WORKFLOW}/SomeAPI")), "denied");
    assert_eq!(access(&format!("{ADMIN}/SomeAPI")), "requires temporal:system:admin");
    assert_eq!(access("SomeAPI"), "denied");
    assert_eq!(access(""), "denied");
}

/// The numbers of the table: nothing was lost when it was written down.
#[test]
fn the_table_is_whole() {
    let count = |access: &str, service: &str| {
        let rules = rules();
        let of = rules.rules().iter().filter(|rule| format!("/{}", rule.service_name()) == service);
        let of = of.filter(|rule| rule.access().to_string() == access);
        of.map(|rule| rule.method_names().len()).sum::<usize>()
    };
    assert_eq!(count("requires temporal:namespace:admin", WORKFLOW), 3);
    assert_eq!(count("requires temporal:system:read", WORKFLOW) + count("open", WORKFLOW), 4);
    assert_eq!(count("requires temporal:namespace:read", WORKFLOW), 46);
    assert_eq!(count("requires temporal:namespace:write", WORKFLOW), 70);
    assert_eq!(count("requires temporal:system:admin", OPERATOR), 8);
    assert_eq!(count("requires temporal:namespace:admin", OPERATOR), 3);
    assert_eq!(count("requires temporal:namespace:read", OPERATOR), 1);
    assert_eq!(count("requires temporal:system:admin", ADMIN), 1, "all there are");
    assert_eq!(count("open", HEALTH), 1);
}

/// As a repository test of Temporal's does it: what a new version of the server adds is noticed.
#[test]
fn a_new_method_is_noticed() {
    let rules = rules();
    let mut descriptor: Vec<String> = rules
        .rules()
        .iter()
        .flat_map(|rule| {
            let methods = rule.method_names().iter().filter(|method| *method != "*");
            methods.map(|method| format!("/{}/{method}", rule.service_name()))
        })
        .collect();
    descriptor.push(format!("{ADMIN}/AddSearchAttributes"));
    let lint = |descriptor: &[String]| rules.lint(descriptor.iter().map(String::as_str));
    assert_eq!(lint(&descriptor), []);
    let new = format!("{WORKFLOW}/TeleportWorkflow");
    descriptor.push(new.clone());
    assert_eq!(lint(&descriptor), [RuleLint::Uncovered(new)]);
    descriptor.retain(|name| !name.ends_with("/QueryWorkflow"));
    assert!(
        lint(&descriptor).contains(&RuleLint::UnknownMethod(format!("{WORKFLOW}/QueryWorkflow")))
    );
}

#[test]
fn the_path_is_all_that_is_looked_at() {
    let with_query = Request::post(format!("{WORKFLOW}/StartWorkflowExecution?x=/GetSystemInfo"));
    let explanation = policy().explain(&with(NONE), None, &with_query.body(()).unwrap());
    assert_eq!(explanation.access(), &Access::from("temporal:namespace:write"));
}
