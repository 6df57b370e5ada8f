//! A gateway in front of foreign services, with the endpoint rules that yuuvis Momentum ships.
//!
//! ```text
//! cargo run --example yuuvis_gateway --features yaml
//! gw=http://127.0.0.1:3000; acme="X-ID-TENANT-NAME: acme"
//! curl -i $gw/client/index.html                                                    # 200, exposed
//! curl -i $gw/api/dms/objects/1                                                    # 401
//! curl -i -H "$acme" -u alice:pw $gw/api/dms/objects/1                             # 200, any login will do
//! curl -i -H "$acme" -u alice:pw $gw/api/admin/roles                               # 403
//! curl -i -H "$acme" -u adam:pw $gw/api/admin/roles                                # 200
//! curl -i -H "$acme" -u mary:pw $gw/tenant-management/api/admin/users/7            # 403, an earlier rule decides
//! curl -i -H "X-ID-TENANT-NAME: globex" -u alice:pw $gw/api/dms/objects/1          # 403, of another tenant
//! curl -i -H "$acme" -u adam:pw $gw/unheard/of                                     # 403, in no rule
//! curl -i --path-as-is -H "$acme" -u alice:pw "$gw/api/dms/..%2fadmin/roles"       # 400
//! curl -i --path-as-is -H "$acme" -u alice:pw "$gw/api//admin/roles"               # 400
//! curl -i -H "$acme" -u alice:pw -H "x-original-url: /api/admin" $gw/api/dms/1     # 400
//! curl -i -H "$acme" -u alice:pw -H "x-user: adam" $gw/api/dms/objects/1           # 200, and it is alice
//! ```
//!
//! Passwords are readable on their way: serve over TLS, as the example `quickstart` does.

use std::error::Error;

use axum::{Router, body::Body, extract::State};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri,
    header::{AUTHORIZATION, CONNECTION},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tower_auth::{
    AuthError, Basic, BasicAuthLayer, ClaimPermissions, Identity, PathRules, Policy, Secret,
    Tenant, TenantLayer,
};

pub(crate) const RULES: &str = include_str!("rules.yaml");

/// What services behind the gateway believe, so nobody else may say it.
const USER: HeaderName = HeaderName::from_static("x-user");
const TENANT: HeaderName = HeaderName::from_static("x-tenant");

#[derive(Clone)]
struct Upstream {
    authority: String,
    client: Client<HttpConnector, Body>,
}

pub(crate) fn app(upstream: impl Into<String>) -> Result<Router, Box<dyn Error>> {
    let rules = PathRules::from_yaml(RULES)?;
    for lint in rules.lint() {
        eprintln!("{lint}");
    }
    let policy = Policy::new(rules, ClaimPermissions::at("roles"));
    // The tenant inside: who has not logged in is asked to, before anything else.
    let auth = (
        BasicAuthLayer::new(by_user_id),
        TenantLayer::from_header(HeaderName::from_static("x-id-tenant-name")),
    );
    let client = Client::builder(TokioExecutor::new()).build_http();
    let upstream = Upstream { authority: upstream.into(), client };
    Ok(Router::new().fallback(forward).with_state(upstream).layer(policy.guard(auth)))
}

/// Everybody's password is `pw`, to keep the example short.
async fn by_user_id(user: Basic) -> Result<Identity, AuthError> {
    if *user.password() != Secret::new("pw") {
        return Err(AuthError::invalid("the password is wrong"));
    }
    let role = match user.username() {
        "adam" => "YUUVIS_TENANT_ADMIN",
        "mary" => "YUUVIS_MANAGE_SETTINGS",
        "ivan" => "YUUVIS_SYSTEM_INTEGRATOR",
        _ => "YUUVIS_DEFAULT",
    };
    let identity = Identity::new(user.username()).with_claim("tenant", "acme");
    Ok(identity.with_claim("roles", vec![role]))
}

/// Passes a request on: with the very path that the rules have seen, and with who is behind it.
async fn forward(
    State(upstream): State<Upstream>,
    mut request: Request<Body>,
) -> Result<Response<Body>, StatusCode> {
    let caller =
        Identity::from_extensions(request.extensions()).map(|who| who.subject().to_owned());
    let tenant = Tenant::from_extensions(request.extensions()).map(ToString::to_string);
    let headers = request.headers_mut();
    headers.remove(AUTHORIZATION);
    // It could name fields that nobody behind is to see.
    headers.remove(CONNECTION);
    // To some services a dash and an underscore are the same, and `x_user` would be `x-user`.
    let underscored = headers.keys().filter(|name| name.as_str().contains('_'));
    for name in underscored.cloned().collect::<Vec<_>>() {
        headers.remove(name);
    }
    vouch(headers, USER, caller)?;
    vouch(headers, TENANT, tenant)?;
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let uri = Uri::builder().scheme("http").authority(upstream.authority).path_and_query(path);
    *request.uri_mut() = uri.build().map_err(|_| StatusCode::BAD_REQUEST)?;
    let response = upstream.client.request(request).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(response.map(Body::new))
}

/// Says something to the services behind, in the place of whatever the client said.
fn vouch(
    headers: &mut HeaderMap,
    name: HeaderName,
    value: Option<String>,
) -> Result<(), StatusCode> {
    headers.remove(&name);
    if let Some(value) = value {
        let value = HeaderValue::from_str(&value).map_err(|_| StatusCode::BAD_REQUEST)?;
        headers.insert(name, value);
    }
    Ok(())
}

/// A service that knows nothing of logins, on a port that the system chooses.
pub(crate) async fn start_upstream() -> std::io::Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let service = Router::new().fallback(async |uri: Uri, headers: HeaderMap| {
        // As CGI and its heirs read fields.
        let told = |wanted: HeaderName| {
            let is_it = |name: &HeaderName| name.as_str().replace('_', "-") == wanted.as_str();
            let found = headers.iter().find(|(name, _)| is_it(name));
            found.and_then(|(_, value)| value.to_str().ok()).unwrap_or("nobody")
        };
        let has_secret = headers.contains_key(AUTHORIZATION);
        format!("{uri} for {} of {}; password: {has_secret}\n", told(USER), told(TENANT))
    });
    tokio::spawn(async move { axum::serve(listener, service).await });
    Ok(address)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = app(start_upstream().await?)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
}
