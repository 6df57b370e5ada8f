//! A caller who acts as somebody else. Rows NK-* are those of the seed systems.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use http::{HeaderName, HeaderValue, Request, Response, request::Parts};
use tower::{Layer, Service};
use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, Basic, BasicAuthLayer, ClaimPermissions, Directory,
    Identity, ImpersonationLayer, ImpersonationRules, PermissionClaimLayer, Permissions,
    ProblemJson, TenantLayer, require,
};

use crate::support::{
    callers::{basic, bearer, grpc, keys, known, nobody, tokens, user, with},
    challenges::schemes,
    events::Events,
    probe::{Probe, send},
};

const HEADER: &str = "x-impersonate-user";

/// Knows everybody but `nobody`, and counts how often it is asked.
#[derive(Clone, Default)]
struct Staff(Arc<AtomicUsize>);

impl Staff {
    fn asked(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Directory for Staff {
    async fn find(&self, subject: &str) -> Result<Option<Identity>, AuthError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Ok((subject != "nobody").then(|| known(subject)))
    }
}

/// Administrators and `technical` have the right; administrators are protected.
struct ByRole;

impl ImpersonationRules for ByRole {
    fn may_impersonate(&self, caller: &Identity) -> bool {
        matches!(caller.claims().str("roles"), Some("admin" | "technical"))
    }

    fn is_protected(&self, target: &Identity) -> bool {
        target.claims().str("roles") == Some("admin")
    }
}

fn impersonation() -> ImpersonationLayer {
    ImpersonationLayer::new(Staff::default(), ByRole)
}

fn tenant() -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant"))
}

fn permissions() -> PermissionClaimLayer {
    PermissionClaimLayer::new(ClaimPermissions::at("roles"))
}

fn acting_as(request: Request<()>, target: &str) -> Request<()> {
    with(request, HEADER, target)
}

/// The answer, and the head that the handler saw.
async fn reached<L>(layers: L, request: Request<()>) -> (Response<String>, Option<Parts>)
where
    L: Layer<Probe>,
    L::Service: Service<Request<()>, Response = Response<String>> + Clone,
    <L::Service as Service<Request<()>>>::Error: std::fmt::Debug,
{
    let probe = Probe::new();
    let response = send(&layers.layer(probe.clone()), request).await;
    let head = (probe.calls() == 1).then(|| probe.head());
    assert_eq!(head.is_some(), response.status() == 200 && response.headers().is_empty());
    (response, head)
}

/// The status, and who acts for whom.
async fn outcome<L>(layers: L, request: Request<()>) -> (u16, Option<(String, Option<String>)>)
where
    L: Layer<Probe>,
    L::Service: Service<Request<()>, Response = Response<String>> + Clone,
    <L::Service as Service<Request<()>>>::Error: std::fmt::Debug,
{
    let (response, head) = reached(layers, request).await;
    let acting = head.map(|head| {
        let identity = Identity::from_extensions(&head.extensions).expect("established");
        let impersonator = identity.impersonator().map(|caller| caller.subject().to_owned());
        (identity.subject().to_owned(), impersonator)
    });
    (response.status().as_u16(), acting)
}

fn acts(target: &str, caller: &str) -> (u16, Option<(String, Option<String>)>) {
    (200, Some((target.to_owned(), Some(caller.to_owned()))))
}

const DENIED: (u16, Option<(String, Option<String>)>) = (403, None);

#[tokio::test]
async fn nk_t11_an_administrator_acts_as_a_user() {
    let request = acting_as(user("admin"), "user");
    assert_eq!(outcome((basic(), impersonation()), request).await, acts("user", "admin"));
}

#[tokio::test]
async fn nk_t12_a_wrong_password_stays_a_wrong_password() {
    let staff = Staff::default();
    let wrong = with(nobody(), "authorization", "Basic YWRtaW46d3Jvbmc=");
    let layers = (basic(), ImpersonationLayer::new(staff.clone(), ByRole));
    assert_eq!(outcome(layers, acting_as(wrong, "user")).await, (401, None));
    assert_eq!(staff.asked(), 0);
}

#[tokio::test]
async fn nk_t36_the_target_acts_and_the_caller_stays_known() {
    let layers = (keys(), basic(), impersonation());
    let request = with(acting_as(user("technical"), "editor"), "x-api-key", "gateway");
    let (_, head) = reached(layers, request).await;
    let head = head.expect("served");
    assert!(!head.headers.contains_key(HEADER), "the field is for the layer");

    let identity = Identity::from_extensions(&head.extensions).expect("established");
    assert_eq!(identity.subject(), "editor");
    assert_eq!(identity.method(), "Impersonation");
    assert_eq!(identity.claims().str("roles"), Some("editor"));
    assert_eq!(identity.claims().iter().count(), 1, "none of the caller's claims");

    let caller = identity.impersonator().expect("kept");
    assert_eq!((caller.subject(), caller.method()), ("technical", "Basic"));
    assert!(caller.impersonator().is_none());
    let gateway = caller.outer().expect("kept");
    assert_eq!((gateway.subject(), gateway.method()), ("gateway", "ApiKey"));
    assert!(gateway.impersonator().is_none());
}

#[tokio::test]
async fn a_request_without_the_field_goes_on_as_it_is() {
    let staff = Staff::default();
    let layers = || (basic(), ImpersonationLayer::new(staff.clone(), ByRole));
    for name in ["admin", "writer"] {
        let expected = (200, Some((name.to_owned(), None)));
        assert_eq!(outcome(layers(), user(name)).await, expected);
    }
    let open = (basic().allow_anonymous(), impersonation());
    assert_eq!(outcome(open, nobody()).await, (200, Some(("anonymous".to_owned(), None))));
    assert_eq!(staff.asked(), 0);
}

#[tokio::test]
async fn nk_t7_t8_t9_t43_t44_anonymous_callers_and_logins_are_as_ever() {
    let guest = || Identity::anonymous().with_claim("roles", "reader");
    let open = || basic().allow_anonymous_as(guest());
    let layers = |needed: &'static str| (open(), impersonation(), permissions(), require(needed));
    let acts_alone = |name: &str| (200, Some((name.to_owned(), None)));
    assert_eq!(outcome(layers("reader"), nobody()).await, acts_alone("anonymous"));
    assert_eq!(outcome(layers("admin"), nobody()).await, (401, None));
    assert_eq!(outcome(layers("admin"), user("admin")).await, acts_alone("admin"));
    let wrong = || with(nobody(), "authorization", "Basic YWRtaW46d3Jvbmc=");
    assert_eq!(outcome(layers("reader"), wrong()).await, (401, None));
    assert_eq!(outcome(layers("reader"), acting_as(wrong(), "user")).await, (401, None));
}

/// Nussknacker looked the target up first, so that anybody could find out who exists (NK-24).
#[tokio::test]
async fn nk_23_t38_t46_who_has_no_right_causes_no_look_up() {
    let staff = Staff::default();
    let layers = || (basic(), ImpersonationLayer::new(staff.clone(), ByRole));
    for target in ["limitedReader", "nobody", "admin", "writer", ""] {
        assert_eq!(outcome(layers(), acting_as(user("writer"), target)).await, DENIED, "{target}");
    }
    assert_eq!(staff.asked(), 0);
    let allowed = outcome(layers(), acting_as(user("technical"), "limitedReader")).await;
    assert_eq!(allowed, acts("limitedReader", "technical"));
    assert_eq!(staff.asked(), 1, "who has it causes one");
}

#[tokio::test]
async fn nk_t39_who_can_impersonate() {
    let second = || impersonation().with_header(HeaderName::from_static("x-second"));
    let layers = || (basic(), impersonation(), second());
    for (name, expected) in [
        ("admin", acts("user", "admin")),
        ("technical", acts("user", "technical")),
        ("writer", DENIED),
    ] {
        assert_eq!(outcome(layers(), acting_as(user(name), "user")).await, expected, "{name}");
    }
    // Impersonated, as somebody who would have the right.
    let chain = with(acting_as(user("admin"), "technical"), "x-second", "user");
    assert_eq!(outcome(layers(), chain).await, DENIED);
}

#[tokio::test]
async fn nk_26_no_chains_whatever_lies_between() {
    let second = || impersonation().with_header(HeaderName::from_static("x-second"));
    let request = || with(acting_as(user("admin"), "user"), "x-api-key", "technical");
    let layers = || (basic(), impersonation(), keys(), second());
    let without = outcome(layers(), request()).await;
    assert_eq!(without, (200, Some(("technical".to_owned(), None))));
    assert_eq!(outcome(layers(), with(request(), "x-second", "reader")).await, DENIED);

    // The same caller without an impersonation further out has the right.
    let request = with(with(user("admin"), "x-api-key", "technical"), "x-second", "reader");
    assert_eq!(outcome(layers(), request).await, acts("reader", "technical"));
}

#[tokio::test]
async fn nk_25_t41_administrators_are_protected_unless_a_setting_says_otherwise() {
    let request = || acting_as(user("admin@acme"), "admin@globex");
    assert_eq!(outcome((basic(), impersonation()), request()).await, DENIED);
    let allowed = impersonation().allow_protected_targets();
    let expected = acts("admin@globex", "admin@acme");
    assert_eq!(outcome((basic(), allowed), request()).await, expected);
}

/// The directory may know more of a caller than its credentials gave it.
#[tokio::test]
async fn nobody_acts_as_itself() {
    let staff = Staff::default();
    let layers = (basic(), ImpersonationLayer::new(staff.clone(), ByRole));
    assert_eq!(outcome(layers, acting_as(user("technical"), "technical")).await, DENIED);
    assert_eq!(staff.asked(), 0);

    let by_alias = async |_: String| Ok(Some(known("technical")));
    let layers = (basic(), ImpersonationLayer::new(by_alias, ByRole));
    assert_eq!(outcome(layers, acting_as(user("technical"), "TECHNICAL")).await, DENIED);
}

#[tokio::test]
async fn nk_27_an_anonymous_caller_is_asked_to_log_in() {
    let layers = (basic().allow_anonymous(), impersonation());
    let (response, _) = reached(layers, acting_as(nobody(), "user")).await;
    assert_eq!(response.status(), 401);
    assert_eq!(schemes(response.headers()), ["Basic"]);

    // Not even one who would have the right.
    let guest = Identity::anonymous().with_claim("roles", "admin");
    let layers = (basic().allow_anonymous_as(guest), impersonation());
    assert_eq!(outcome(layers, acting_as(nobody(), "user")).await, (401, None));
}

#[tokio::test]
async fn a_layer_in_the_wrong_place_is_loud() {
    for request in [nobody(), acting_as(nobody(), "user"), user("admin")] {
        assert_eq!(outcome(impersonation(), request).await, (500, None));
    }
    let inside_of_rights = || (basic(), permissions(), impersonation());
    for request in [user("admin"), acting_as(user("admin"), "user")] {
        assert_eq!(outcome(inside_of_rights(), request).await, (500, None));
    }
}

/// Every reason for a 403, and nothing in the answer that tells them apart.
#[tokio::test]
async fn nk_24_the_answer_does_not_say_why() {
    type Wire = (u16, String, String);
    type Caller<'c> = &'c dyn Fn(&str) -> Request<()>;
    fn wire(response: Response<String>) -> Wire {
        let error = response.extensions().get::<AuthError>().expect("sealed");
        assert_eq!(error.kind(), AuthErrorKind::PermissionDenied);
        (response.status().as_u16(), format!("{:?}", response.headers()), response.into_body())
    }
    let blames = async |_: String| Err(AuthError::invalid("no such user"));
    let requests = |caller: Caller<'_>| {
        let of_acme = |request| with(request, "x-tenant", "acme");
        let mut requests: Vec<_> = [
            acting_as(caller("writer~acme"), "reader@acme"),
            acting_as(caller("admin~acme"), "nobody"),
            acting_as(caller("admin~acme"), "admin@globex"),
            acting_as(caller("admin~acme"), "admin@acme,globex"),
            acting_as(caller("admin~acme"), "reader@globex"),
            acting_as(caller("admin~acme"), "reader"),
            acting_as(caller("admin~acme"), "admin@acme"),
            acting_as(caller("admin~acme"), ""),
            acting_as(acting_as(caller("admin~acme"), "reader@acme"), "reader@acme"),
        ]
        .into_iter()
        .map(of_acme)
        .collect();
        let long = "x".repeat(257);
        requests.push(of_acme(acting_as(caller("admin~acme"), &long)));
        requests
    };
    let password = |name: &str| user(&name.replace('~', "@"));
    let callers: [Caller<'_>; 4] =
        [&password, &|name| grpc(password(name)), &|name| bearer(name), &|name| grpc(bearer(name))];
    for (position, caller) in callers.into_iter().enumerate() {
        let mut answers = Vec::new();
        for request in requests(caller) {
            let layer = impersonation().with_rejection(ProblemJson);
            let either = AuthLayer::first_of([
                tower_auth::Scheme::basic(crate::support::callers::judge),
                tower_auth::Scheme::bearer(crate::support::callers::judge_token),
            ]);
            let service = (tenant(), either, layer).layer(Probe::new());
            answers.push(wire(send(&service, request).await));
        }
        let layer = ImpersonationLayer::new(blames, ByRole).with_rejection(ProblemJson);
        let service = (tokens(), layer).layer(Probe::new());
        let blamed = send(&service, acting_as(bearer("admin"), "reader")).await;
        assert_eq!(wire(blamed).0, 403);
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{position}: {answers:#?}");
    }
}

#[tokio::test]
async fn a_field_that_is_not_one_readable_name_is_refused() {
    let staff = Staff::default();
    let layers = || (basic(), ImpersonationLayer::new(staff.clone(), ByRole));
    let long = "x".repeat(257);
    for bytes in [&b""[..], b"\xFF", b"a\tb", b"\xC2\x85", long.as_bytes()] {
        let mut request = user("admin");
        let value = HeaderValue::from_bytes(bytes).expect("a header value");
        request.headers_mut().append(HEADER, value);
        assert_eq!(outcome(layers(), request).await, DENIED, "{bytes:?}");
    }
    for [first, second] in [["user", "user"], ["user", ""], ["user", "editor"]] {
        let request = acting_as(acting_as(user("admin"), first), second);
        assert_eq!(outcome(layers(), request).await, DENIED);
    }
    assert_eq!(staff.asked(), 0);

    let longest = "x".repeat(256);
    for name in [&longest, "j\u{f6}rg", "a, b", "a b"] {
        let mut request = user("admin");
        let value = HeaderValue::from_bytes(name.as_bytes()).expect("a header value");
        request.headers_mut().append(HEADER, value);
        assert_eq!(outcome(layers(), request).await, acts(name, "admin"));
    }
}

#[tokio::test]
async fn nk_22_the_field_can_have_another_name() {
    const NAME: &str = "nu-impersonate-user-identity";
    let layers = || (basic(), impersonation().with_header(HeaderName::from_static(NAME)));
    let request = with(user("admin"), NAME, "user");
    assert_eq!(outcome(layers(), request).await, acts("user", "admin"));
    let other = outcome(layers(), acting_as(user("admin"), "user")).await;
    assert_eq!(other, (200, Some(("admin".to_owned(), None))));
}

#[tokio::test]
async fn the_target_must_belong_to_the_tenant_wherever_that_is_found() {
    for (caller, target, expected) in [
        ("admin@acme", "user@acme", acts("user@acme", "admin@acme")),
        ("admin@acme", "user@globex", DENIED),
        ("admin@acme", "user", DENIED),
        ("admin@globex", "user@acme", DENIED),
        ("admin@acme,globex", "user@acme", acts("user@acme", "admin@acme,globex")),
    ] {
        let request = || with(acting_as(user(caller), target), "x-tenant", "acme");
        let outcomes = [
            outcome((tenant(), basic(), impersonation()), request()).await,
            outcome((basic(), tenant(), impersonation()), request()).await,
            outcome((basic(), impersonation(), tenant()), request()).await,
        ];
        assert!(outcomes.iter().all(|it| *it == expected), "{caller} {target}: {outcomes:?}");
    }
}

#[tokio::test]
async fn the_rights_are_those_of_the_target() {
    let layers = |needed: &'static str| (basic(), impersonation(), permissions(), require(needed));
    let request = || acting_as(user("admin"), "editor");
    assert_eq!(outcome(layers("editor"), request()).await, acts("editor", "admin"));
    assert_eq!(outcome(layers("admin"), request()).await, DENIED);
    let (_, head) = reached((basic(), impersonation(), permissions()), request()).await;
    let head = head.expect("served");
    let permissions = Permissions::from_extensions(&head.extensions).expect("mapped");
    assert!(permissions.contains("editor") && !permissions.contains("admin"));
}

#[tokio::test]
async fn the_target_acts_for_no_longer_than_the_caller() {
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let ending = move |identity: Identity, end: Option<u64>| match end {
        Some(seconds) => identity.with_expiry(at(seconds)),
        None => identity,
    };
    for (caller, target, expected) in [
        (Some(9), Some(5), Some(5)),
        (Some(5), Some(9), Some(5)),
        (Some(5), None, Some(5)),
        (None, Some(5), Some(5)),
        (None, None, None),
    ] {
        let auth = BasicAuthLayer::new(move |user: Basic| async move {
            Ok::<_, AuthError>(ending(known(user.username()), caller))
        });
        let directory = move |name: String| async move { Ok(Some(ending(known(&name), target))) };
        let layers = (auth, ImpersonationLayer::new(directory, ByRole));
        let (_, head) = reached(layers, acting_as(user("admin"), "user")).await;
        let head = head.expect("served");
        let identity = Identity::from_extensions(&head.extensions).expect("established");
        assert_eq!(identity.expires_at(), expected.map(at), "{caller:?} {target:?}");
    }
}

#[tokio::test]
async fn a_directory_that_fails_lets_nobody_in() {
    let request = || acting_as(user("admin"), "user");
    let away = async |_: String| Err(AuthError::unavailable("moving house"));
    let layers = (basic(), ImpersonationLayer::new(away, ByRole));
    assert_eq!(outcome(layers, request()).await, (503, None));

    let anonymous = async |_: String| Ok(Some(Identity::anonymous()));
    let layers = (basic(), ImpersonationLayer::new(anonymous, ByRole));
    assert_eq!(outcome(layers, request()).await, (500, None));

    let broken =
        async |_: String| -> Result<Option<Identity>, AuthError> { unreachable!("broken") };
    let layers = (basic(), ImpersonationLayer::new(broken, ByRole));
    assert_eq!(outcome(layers, request()).await, (500, None));
}

#[tokio::test]
async fn an_event_names_both() {
    let events = Events::record();
    let service = (basic(), impersonation(), permissions()).layer(Probe::new());
    send(&service, acting_as(user("admin"), "user")).await;
    let written = events.take();
    let [authentication, impersonation, mapped] = written.as_slice() else {
        panic!("one event per decision: {written:#?}");
    };
    assert!(!authentication.fields.contains_key("impersonator"));
    for (event, check) in [(impersonation, "impersonation"), (mapped, "permission_claims")] {
        assert_eq!(event.field("check"), check);
        assert_eq!(event.field("decision"), "granted");
        assert_eq!(event.field("method"), "Impersonation");
        assert_eq!(event.field("subject"), "user");
        assert_eq!(event.field("impersonator"), "admin");
    }

    send(&service, user("admin")).await;
    let passed = &events.take()[1];
    assert_eq!((passed.field("decision"), passed.field("subject")), ("passed", "admin"));
    assert!(!passed.fields.contains_key("impersonator"));

    send(&service, acting_as(user("admin"), "nobody")).await;
    let denied = &events.take()[1];
    assert_eq!(denied.names(), ["check", "decision", "error", "kind", "method", "scheme"]);
    assert!(denied.field("error").ends_with("there is no such subject"), "{denied:?}");
}

/// What an authenticator kept of another request is not who acts in this one.
#[tokio::test]
async fn an_impersonator_is_not_remembered() {
    let (_, head) = reached((basic(), impersonation()), acting_as(user("admin"), "user")).await;
    let kept = head.expect("served");
    let kept = Identity::from_extensions(&kept.extensions).expect("established").clone();
    assert!(kept.impersonator().is_some());

    let remembers = BasicAuthLayer::new(move |_: Basic| {
        let kept = kept.clone();
        async move { Ok::<_, AuthError>(kept) }
    });
    let alone = outcome(remembers.clone(), user("user")).await;
    assert_eq!(alone, (200, Some(("user".to_owned(), None))));
    let stacked = outcome((keys(), remembers), with(user("user"), "x-api-key", "robot")).await;
    assert_eq!(stacked, (200, Some(("user".to_owned(), None))));
}

/// By a rule, who does not belong to a tenant may not act as somebody who does; unless the layer says
/// that the right reaches over all tenants.
#[tokio::test]
async fn across_tenants_only_where_the_layer_says_so() {
    let members = |identity: &Identity, _: &tower_auth::Tenant| identity.subject() == "bob";
    let tenant = || {
        let header = HeaderName::from_static("x-tenant");
        TenantLayer::from_header(header).with_membership_rule(members)
    };
    let request = || with(with(user("technical"), HEADER, "bob"), "x-tenant", "acme");
    for (impersonation, status) in
        [(impersonation(), 403), (impersonation().allow_any_tenant(), 200)]
    {
        let inside = (basic(), impersonation.clone(), tenant()).layer(Probe::new());
        assert_eq!(send(&inside, request()).await.status(), status);
        // Outside the caller itself is asked.
        let outside = (tenant(), basic(), impersonation).layer(Probe::new());
        assert_eq!(send(&outside, request()).await.status(), 403);
    }
}
