//! Users, rules, anonymous callers and impersonation together, after the rows of Nussknacker. Where this
//! crate is stricter the test says so.

use std::fs;

use http::{HeaderName, Request};
use tempfile::TempDir;
use tower::{Layer, ServiceBuilder, util::BoxCloneSyncService};
use tower_auth::{
    BasicAuthLayer, Identity, ImpersonationLayer, PermissionClaimLayer, TenantLayer, Users,
    UsersFile, UsersRules, require,
};

use crate::support::{
    callers::basic_line,
    probe::{Probe, send},
};

const CONF: &str = r#"
rules: [
  { role: "Admin", isAdmin: true }
  { role: "LimitedReader", categories: ["Category1"], permissions: ["Read"] }
  { role: "LimitedWriter", categories: ["Category1"], permissions: ["Read", "Write"] }
  { role: "AllPermissions", categories: ["Category1", "Category2"],
    permissions: ["Read", "Write", "Deploy", "Demo", "Impersonate"] }
  { role: "Technical", globalPermissions: ["impersonate"] }
  { role: "Anonymous", categories: ["Category2"], permissions: ["Read"] }
]
users: [
  { identity: "admin", password: "admin", roles: ["Admin"] }
  { identity: "limitedReader", password: "limitedReader", roles: ["LimitedReader"] }
  { identity: "writer", password: "writer", roles: ["LimitedWriter"] }
  { identity: "allpermuser", password: "allpermuser", roles: ["AllPermissions"] }
  { identity: "technical", password: "technical", roles: ["Technical"] }
  { identity: "noroles", password: "noroles", roles: [] }
  { identity: "gone", password: "gone", roles: ["LimitedReader"], disabled: true }
]
"#;

struct World {
    users: Users,
    rules: UsersRules,
    _folder: TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("users.conf");
        fs::write(&path, CONF).unwrap();
        let file = UsersFile::at(&path).danger_allow_clear_text_passwords();
        let users = Users::builder().file(file).without_reload().build().unwrap();
        let rules = users.rules().unwrap();
        Self { users, rules, _folder: folder }
    }

    fn basic(&self) -> BasicAuthLayer {
        BasicAuthLayer::new(self.users.clone()).with_realm("nussknacker-test")
    }

    fn impersonation(&self) -> ImpersonationLayer {
        ImpersonationLayer::new(self.users.clone(), self.rules.clone())
            .with_header(HeaderName::from_static("nu-impersonate-user-identity"))
            .allow_any_tenant()
    }
}

/// A request and what is demanded of it.
#[derive(Clone, Copy, Default)]
struct Ask<'a> {
    /// `name:password`.
    user: Option<&'a str>,
    acts_as: Option<&'a str>,
    category: Option<&'a str>,
    permission: Option<&'static str>,
    anonymous: bool,
}

/// How it went: the status, the subject that the handler saw, and who impersonates it.
#[derive(Debug, Eq, PartialEq)]
struct Went(u16, Option<String>, Option<String>);

fn refused(status: u16) -> Went {
    Went(status, None, None)
}

fn served(subject: &str) -> Went {
    Went(200, Some(subject.to_owned()), None)
}

impl Ask<'_> {
    async fn of(self, world: &World) -> Went {
        let mut basic = world.basic();
        if self.anonymous {
            let nobody = Identity::anonymous().with_claim("roles", vec!["Anonymous"]);
            basic = basic.allow_anonymous_as(nobody);
        }
        let category = TenantLayer::from_path("/categories").allow_absent();
        let outer = ServiceBuilder::new()
            .layer(basic)
            .layer(world.impersonation())
            .layer(category.with_membership_rule(world.rules.clone()))
            .layer(PermissionClaimLayer::new(world.rules.clone()));
        let probe = Probe::new();
        let service = match self.permission {
            Some(permission) => {
                BoxCloneSyncService::new(outer.service(require(permission).layer(probe.clone())))
            }
            None => BoxCloneSyncService::new(outer.service(probe.clone())),
        };
        let status = send(&service, self.request()).await.status().as_u16();
        if probe.calls() == 0 {
            return refused(status);
        }
        let head = probe.head();
        let identity = Identity::from_extensions(&head.extensions).unwrap();
        assert!(head.headers.is_empty(), "neither password nor target reach a handler");
        let impersonator = identity.impersonator().map(|caller| caller.subject().to_owned());
        Went(status, Some(identity.subject().to_owned()), impersonator)
    }

    fn request(self) -> Request<()> {
        let path = self.category.map_or("/".to_owned(), |name| format!("/categories/{name}"));
        let mut request = Request::builder().uri(path);
        if let Some((name, password)) = self.user.and_then(|user| user.split_once(':')) {
            request = request.header("authorization", basic_line(name, password));
        }
        if let Some(target) = self.acts_as {
            request = request.header("nu-impersonate-user-identity", target);
        }
        request.body(()).unwrap()
    }
}

const ADMIN: Ask<'_> = Ask {
    user: Some("admin:admin"),
    acts_as: None,
    category: None,
    permission: None,
    anonymous: false,
};
const READER: Ask<'_> = Ask { user: Some("limitedReader:limitedReader"), ..ADMIN };
const WRITER: Ask<'_> = Ask { user: Some("writer:writer"), ..ADMIN };
const ALL: Ask<'_> = Ask { user: Some("allpermuser:allpermuser"), ..ADMIN };
const TECHNICAL: Ask<'_> = Ask { user: Some("technical:technical"), ..ADMIN };
const NOBODY: Ask<'_> = Ask { user: None, ..ADMIN };

/// What only an administrator has: no rule grants it.
const ADMIN_ONLY: Option<&str> = Some("admin");

#[tokio::test]
async fn nk_t1_to_t5_who_gets_in() {
    let world = World::new();
    assert_eq!(READER.of(&world).await, served("limitedReader"));
    assert_eq!(NOBODY.of(&world).await, refused(401));
    let wrong = Ask { user: Some("admin:wrong"), ..ADMIN };
    assert_eq!(wrong.of(&world).await, refused(401));
    let unknown = Ask { user: Some("unknown:unknown"), ..ADMIN };
    assert_eq!(unknown.of(&world).await, refused(401));
    let disabled = Ask { user: Some("gone:gone"), ..ADMIN };
    assert_eq!(disabled.of(&world).await, refused(401));
    let forbidden = Ask { permission: ADMIN_ONLY, ..READER };
    assert_eq!(forbidden.of(&world).await, refused(403));
}

/// `charset` is quoted here, as RFC 7617 has it.
#[tokio::test]
async fn nk_15_and_t6_the_challenge_names_the_realm() {
    let service = World::new().basic().layer(Probe::new());
    let answer = send(&service, NOBODY.request()).await;
    let challenge = &answer.headers()["www-authenticate"];
    assert_eq!(challenge, r#"Basic realm="nussknacker-test", charset="UTF-8""#);
}

#[tokio::test]
async fn nk_20_t7_t9_anonymous_callers_have_one_role() {
    let world = World::new();
    let nobody = Ask { anonymous: true, category: Some("Category2"), ..NOBODY };
    let read = Ask { permission: Some("Read"), ..nobody };
    assert_eq!(read.of(&world).await, served("anonymous"));
    let admin = Ask { anonymous: true, permission: ADMIN_ONLY, ..ADMIN };
    assert_eq!(admin.of(&world).await, served("admin"));
    let wrong = Ask { user: Some("admin:wrong"), ..read };
    assert_eq!(wrong.of(&world).await, refused(401), "wrong credentials never fall back");
}

/// As the old stack does: to log in may help.
#[tokio::test]
async fn nk_21_and_t8_anonymous_callers_are_asked_to_log_in() {
    let world = World::new();
    for ask in [
        Ask { permission: ADMIN_ONLY, ..NOBODY },
        Ask { category: Some("Category2"), permission: Some("Write"), ..NOBODY },
        Ask { category: Some("Category1"), permission: Some("Read"), ..NOBODY },
    ] {
        assert_eq!(Ask { anonymous: true, ..ask }.of(&world).await, refused(401));
    }
}

#[tokio::test]
async fn nk_11_and_t82_no_roles_at_all_are_403_everywhere() {
    let ask = Ask { user: Some("noroles:noroles"), ..ADMIN };
    assert_eq!(ask.of(&World::new()).await, refused(403));
}

#[tokio::test]
async fn nk_50_a_category_is_a_tenant_of_those_who_have_a_permission_in_it() {
    let world = World::new();
    for (ask, category, permission, status) in [
        (READER, "Category1", "Read", 200),
        (READER, "Category1", "Write", 403),
        (READER, "Category2", "Read", 403),
        (READER, "category1", "Read", 403),
        (WRITER, "Category1", "Write", 200),
        (ALL, "Category2", "Deploy", 200),
        (ALL, "Category3", "Read", 403),
        (ADMIN, "Category2", "Deploy", 200),
        (ADMIN, "Unknown", "Anything", 200),
        (TECHNICAL, "Category1", "Read", 403),
    ] {
        let ask = Ask { category: Some(category), permission: Some(permission), ..ask };
        assert_eq!(ask.of(&world).await.0, status, "{:?} {category} {permission}", ask.user);
    }
}

#[tokio::test]
async fn nk_t48_only_administrators_pass_where_no_rule_leads() {
    let world = World::new();
    let only = |ask: Ask<'static>| Ask { permission: ADMIN_ONLY, ..ask };
    assert_eq!(only(ADMIN).of(&world).await, served("admin"));
    assert_eq!(only(ALL).of(&world).await, refused(403));
    let unknown = Ask { user: Some("unknown:x"), ..only(ADMIN) };
    assert_eq!(unknown.of(&world).await, refused(401));
}

#[tokio::test]
async fn nk_t11_t36_who_has_the_right_acts_as_others_and_stays_known() {
    let world = World::new();
    for caller in ["admin", "technical"] {
        let user = format!("{caller}:{caller}");
        let ask = Ask {
            user: Some(&user),
            acts_as: Some("limitedReader"),
            category: Some("Category1"),
            permission: Some("Read"),
            ..ADMIN
        };
        let both = Went(200, Some("limitedReader".to_owned()), Some(caller.to_owned()));
        assert_eq!(ask.of(&world).await, both);
        let more = Ask { permission: Some("Write"), ..ask };
        assert_eq!(
            more.of(&world).await,
            refused(403),
            "the target's permissions, not the caller's"
        );
    }
}

/// The same answer for all of them, so nobody learns who exists (NK-24). A permission of a category
/// that is called like the global one is another one.
#[tokio::test]
async fn nk_22_to_26_t12_t38_t39_t41_t46_who_may_not_act_as_whom() {
    let world = World::new();
    let acts_as = |ask: Ask<'static>, target| Ask { acts_as: Some(target), ..ask };
    for ask in [
        acts_as(WRITER, "limitedReader"),
        acts_as(ALL, "limitedReader"),
        acts_as(WRITER, "unknown"),
        acts_as(TECHNICAL, "unknown"),
        acts_as(TECHNICAL, "gone"),
        acts_as(TECHNICAL, "admin"),
        acts_as(ADMIN, "admin"),
        acts_as(ADMIN, ""),
    ] {
        assert_eq!(ask.of(&world).await, refused(403), "{:?} as {:?}", ask.user, ask.acts_as);
    }
    let wrong = Ask { user: Some("admin:wrong"), ..acts_as(ADMIN, "limitedReader") };
    assert_eq!(wrong.of(&world).await, refused(401));
    for anonymous in [false, true] {
        let nobody = Ask { anonymous, ..acts_as(NOBODY, "limitedReader") };
        assert_eq!(nobody.of(&world).await, refused(401), "NK-27");
    }
}

/// Where administrators may be impersonated they have what the rules name, and no more.
#[tokio::test]
async fn nk_25_an_impersonated_administrator_is_none() {
    let world = World::new();
    let ask = |permission| {
        let layers = ServiceBuilder::new()
            .layer(world.basic())
            .layer(world.impersonation().allow_protected_targets())
            .layer(TenantLayer::from_path("/categories").with_membership_rule(world.rules.clone()))
            .layer(PermissionClaimLayer::new(world.rules.clone()))
            .layer(require(permission));
        let request =
            Ask { acts_as: Some("admin"), category: Some("Category1"), ..TECHNICAL }.request();
        async move { send(&layers.service(Probe::new()), request).await.status() }
    };
    assert_eq!(ask("Deploy").await, 200);
    assert_eq!(ask("global:impersonate").await, 200);
    assert_eq!(ask("admin").await, 403);
}

#[tokio::test]
async fn nk_t42_t44_users_can_be_shown_what_they_may_do() {
    let world = World::new();
    let map = |role: &str| {
        let identity = Identity::new("x").with_claim("roles", vec![role]);
        serde_json::to_value(world.rules.permission_map(&identity)).unwrap()
    };
    let expected = serde_json::json!({
        "isAdmin": false, "categories": { "Category1": ["Read"] }, "globalPermissions": [],
    });
    assert_eq!(map("LimitedReader"), expected);
    assert_eq!(map("limitedREADER"), expected);
    let expected = serde_json::json!({
        "isAdmin": true, "categories": {}, "globalPermissions": [],
    });
    assert_eq!(map("Admin"), expected);
    assert_eq!(map("Anonymous")["categories"], serde_json::json!({ "Category2": ["Read"] }));
}

/// The documented pair of KuFlow, and its hash in the documentation of Nussknacker.
#[tokio::test]
async fn kf_02_nk_13_t18_documented_credentials() {
    const HASH: &str = "$2a$12$oA3U7DXkT5eFkyB8GbtKzuVqxUCU0zDmcueBYV218zO/JFQ9/bzY6";
    let users = Users::builder().user(tower_auth::User::new("worker01", HASH)).build().unwrap();
    let service = BasicAuthLayer::new(users).layer(Probe::new());
    let request = |line: &str| Request::builder().header("authorization", line).body(()).unwrap();
    let documented = "Basic d29ya2VyMDE6cGFzc3dvcmQ=";
    assert_eq!(basic_line("worker01", "password"), documented);
    assert_eq!(send(&service, request(documented)).await.status(), 200);
    let wrong = basic_line("worker01", "password2");
    assert_eq!(send(&service, request(&wrong)).await.status(), 401);
    assert_eq!(send(&service, NOBODY.request()).await.status(), 401);
}

/// A password of more than 72 bytes is a failed login and no error of the server (NK-19); the work for an
/// unknown name is that of a known one (NK-17); a status and no text says what went wrong (NK-14).
#[tokio::test]
async fn nk_14_17_19_what_goes_wrong_looks_the_same() {
    let world = World::new();
    let service = world.basic().layer(Probe::new());
    let mut answers = Vec::new();
    for (name, password) in [
        ("admin", "p".repeat(73)),
        ("admin", "wrong".to_owned()),
        ("nobody", "admin".to_owned()),
        ("gone", "gone".to_owned()),
    ] {
        let line = basic_line(name, &password);
        let request = Request::builder().header("authorization", line).body(()).unwrap();
        let answer = send(&service, request).await;
        answers.push((answer.status(), answer.headers().clone(), answer.into_body()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0].0, 401);
}

/// Providers are types that are known to the compiler: a method without one does not build (NK-48). What
/// needs no login has no layer around it (NK-49, T49). The scheme has no case, and one space (NK-51).
#[tokio::test]
async fn nk_49_51_t49_open_routes_and_the_name_of_the_scheme() {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    let world = World::new();
    let app = Router::new()
        .route("/config", get(|| async { "config" }))
        .route_layer(world.basic())
        .route("/health", get(|| async { "OK" }));
    let status = async |path: &str, line: Option<String>| {
        let mut request = Request::builder().uri(path);
        if let Some(line) = line {
            request = request.header("authorization", line);
        }
        let request = request.body(Body::empty()).unwrap();
        app.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    assert_eq!(status("/health", None).await, 200);
    assert_eq!(status("/config", None).await, 401);
    let line = basic_line("admin", "admin");
    for (line, expected) in [
        (line.clone(), 200),
        (line.replace("Basic", "bAsIc"), 200),
        (line.replace("Basic ", "Basic  "), 401),
        (line.replace("Basic ", "Basic\t"), 401),
    ] {
        assert_eq!(status("/config", Some(line.clone())).await, expected, "{line:?}");
    }
}
