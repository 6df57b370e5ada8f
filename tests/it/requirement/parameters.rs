//! Parameters of the route in a requirement.

use axum::{Router, body::Body, extract::Path, routing::get};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt};
use tower_auth::{
    AuthError, AuthErrorKind, Identity, PermissionClaimLayer, Permissions, Permitted, RequireLayer,
    Requirement, Tenant, all, not, require,
};

use crate::support::{
    callers::{basic, nobody, user},
    challenges::challenges,
    probe::{Probe, send},
};

const DEPLOY: &str = "projects/{project}:deploy";

/// May deploy project 42, and everything of project 7.
fn mapper() -> PermissionClaimLayer {
    PermissionClaimLayer::new(|_: &Identity, _: Option<&Tenant>| {
        let names = ["projects/42:deploy", "projects/7:*", "projects/x:y:deploy", "deploy"];
        Ok::<Permissions, AuthError>(names.into_iter().collect())
    })
}

fn app(path: &str, layer: RequireLayer) -> Router {
    let handler = get(async |Path(_): Path<Vec<String>>, permitted: Permitted| {
        permitted.requirement().to_string()
    });
    Router::new().route(path, handler).route_layer(layer).layer(mapper()).layer(basic())
}

async fn ask(app: Router, path: &str) -> (StatusCode, String) {
    let (mut parts, ()) = user("alice").into_parts();
    parts.uri = path.parse().unwrap();
    let response = app.oneshot(Request::from_parts(parts, Body::empty())).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_value_is_what_the_router_matched() {
    let app = || app("/projects/{project}/deploy", require(DEPLOY));
    for (path, status) in [
        ("/projects/42/deploy", 200),
        ("/projects/7/deploy", 200),
        ("/projects/%34%32/deploy", 200),
        ("/projects/42/deploy?project=41", 200),
        ("/projects/41/deploy?project=42", 403),
        ("/projects/421/deploy", 403),
        ("/projects/42x/deploy", 403),
    ] {
        assert_eq!(ask(app(), path).await.0, status, "{path}");
    }
    let (_, shown) = ask(app(), "/projects/42/deploy").await;
    assert_eq!(shown, "projects/42:deploy", "the proof has the value");
}

/// Each would make another permission of the name, or of what somebody else reads in it.
#[tokio::test]
async fn a_value_never_reaches_beyond_its_part() {
    let app = || app("/projects/{project}/deploy", require(DEPLOY));
    let long = format!("/projects/{}/deploy", "7".repeat(129));
    for path in [
        "/projects/x:y/deploy",
        "/projects/x%3Ay/deploy",
        "/projects/*/deploy",
        "/projects/%2A/deploy",
        "/projects/7%2F42/deploy",
        "/projects/42%20/deploy",
        "/projects/42%2509/deploy",
        "/projects/4%00/deploy",
        "/projects/42./deploy",
        "/projects/%7Bproject%7D/deploy",
        "/projects/%C3%A4/deploy",
        long.as_str(),
    ] {
        assert_eq!(ask(app(), path).await.0, 403, "{path}");
    }
}

#[tokio::test]
async fn a_parameter_that_is_not_there_is_a_fault_of_the_wiring() {
    for requirement in [
        Requirement::from("teams/{team}:deploy"),
        Requirement::from(DEPLOY).or("deploy"),
        not(DEPLOY),
    ] {
        let app = app("/projects/{other}/deploy", require(requirement.clone()));
        assert_eq!(ask(app, "/projects/42/deploy").await.0, 500, "{requirement}");
    }
    // Outside of the router nothing has been matched yet.
    let service = (basic(), mapper(), require(DEPLOY)).layer(Probe::new());
    let response = send(&service, user("alice")).await;
    let error = response.extensions().get::<AuthError>().unwrap();
    assert_eq!(error.kind(), AuthErrorKind::Misconfigured);
}

#[tokio::test]
async fn routes_in_routes_give_all_their_parameters() {
    let requirement = all(["orgs/{org}/projects/{project}:deploy"]);
    let mapper = PermissionClaimLayer::new(|_: &Identity, _: Option<&Tenant>| {
        Ok::<Permissions, AuthError>(["orgs/a/projects/b:deploy"].into_iter().collect())
    });
    let inner = Router::new()
        .route("/projects/{project}", get(async || "deployed"))
        .route_layer(require(requirement));
    let app =
        || Router::new().nest("/orgs/{org}", inner.clone()).layer(mapper.clone()).layer(basic());
    assert_eq!(ask(app(), "/orgs/a/projects/b").await.0, 200);
    assert_eq!(ask(app(), "/orgs/b/projects/a").await.0, 403);
}

#[tokio::test]
async fn a_negative_has_parameters_too() {
    let frozen = || require(Requirement::from("deploy").and(not("projects/{project}:frozen")));
    let app = || app("/projects/{project}/deploy", frozen());
    assert_eq!(ask(app(), "/projects/42/deploy").await.0, 200);
    assert_eq!(ask(app(), "/projects/7/deploy").await.0, 403, "the wildcard grants it");
    assert_eq!(ask(app(), "/projects/42:x/deploy").await.0, 403, "the value is refused");
}

/// What a router of one's own put into the request.
#[derive(Clone)]
struct Project(&'static str);

#[tokio::test]
async fn values_come_from_a_source_of_ones_own() {
    let source = |parts: &http::request::Parts, name: &str| {
        let project = parts.extensions.get::<Project>()?;
        (name == "project").then(|| project.0.to_owned())
    };
    let service = (basic(), mapper(), require(DEPLOY).with_parameters(source)).layer(Probe::new());
    for (value, status) in
        [(Some("42"), 200), (Some("41"), 403), (Some(""), 403), (Some("42\n"), 403), (None, 500)]
    {
        let mut request = user("alice");
        if let Some(value) = value {
            request.extensions_mut().insert(Project(value));
        }
        assert_eq!(send(&service, request).await.status(), status, "{value:?}");
    }
}

/// The scope of the challenge names what this request lacked, and nothing that stood under a `not`.
#[tokio::test]
async fn a_challenge_names_what_was_lacking() {
    use crate::support::callers::{bearer, tokens};

    let source = |_: &http::request::Parts, _: &str| Some("41".to_owned());
    let requirement = Requirement::from(DEPLOY).and(not("contractor")).and(not(not("staff")));
    let layers = (tokens(), mapper(), require(requirement).with_parameters(source));
    let response = send(&layers.layer(Probe::new()), bearer("alice")).await;
    assert_eq!(response.status(), 403);
    let challenge = challenges(response.headers()).remove(0);
    assert_eq!(challenge.parameter("scope"), Some("projects/41:deploy"));

    // A list that no field holds is left out.
    let many = require(all((0..1000).map(|number| format!("permission:{number}"))));
    let response = send(&(tokens(), mapper(), many).layer(Probe::new()), bearer("alice")).await;
    assert_eq!(challenges(response.headers()).remove(0).parameter("scope"), None);
}

#[tokio::test]
async fn an_anonymous_caller_is_asked_to_log_in() {
    let source = |_: &http::request::Parts, _: &str| Some("a:b".to_owned());
    let layers = (basic().allow_anonymous(), mapper(), require(DEPLOY).with_parameters(source));
    assert_eq!(send(&layers.layer(Probe::new()), nobody()).await.status(), 401);
}

/// A requirement that nobody can ask is loud, and lets nobody in.
#[tokio::test]
async fn a_requirement_with_a_problem_is_a_fault_of_the_wiring() {
    let everything = || {
        PermissionClaimLayer::new(|_: &Identity, _: Option<&Tenant>| {
            Ok::<Permissions, AuthError>(Permissions::everything())
        })
    };
    for requirement in [
        Requirement::from("orders:*"),
        Requirement::from("deploy").or("*"),
        not("orders:*"),
        "{role}".into(),
        "a:{b".into(),
    ] {
        let service = (basic(), everything(), require(requirement.clone())).layer(Probe::new());
        assert_eq!(send(&service, user("alice")).await.status(), 500, "{requirement}");
    }
}
