//! Promise 12: tenant and identity agree before any handler runs, whichever layer is outside.

use http::{HeaderName, Request, request::Parts};
use tower::Layer;
use tower_auth::{
    AuthError, AuthLayer, Basic, BasicAuthLayer, Bearer, Identity, JwtAuthLayer, Tenant,
    TenantLayer,
};

use crate::support::{
    probe::{Probe, Untouched, request, send},
    schemes::{SECRET, basic},
};

const X_TENANT: HeaderName = HeaderName::from_static("x-tenant");

/// Belongs to the tenants that the user-id lists: `alice@acme,globex`.
async fn members(credentials: Basic) -> Result<Identity, AuthError> {
    let (name, tenants) = credentials.username().split_once('@').unwrap_or(("nobody", ""));
    let identity = Identity::new(name);
    Ok(match tenants.split(',').collect::<Vec<_>>()[..] {
        [""] => identity,
        [tenant] => identity.with_claim("tenant", tenant),
        ref tenants => identity.with_claim("tenant", tenants.to_vec()),
    })
}

fn auth() -> BasicAuthLayer {
    BasicAuthLayer::new(members)
}

/// A request to `acme` in every way that a tenant can be named.
fn to_acme(caller: &str) -> Request<Untouched> {
    let credentials = basic(caller, SECRET);
    let headers = [
        ("authorization", credentials.as_str()),
        ("x-tenant", "acme"),
        ("host", "acme.example.com"),
    ];
    let mut request = request(&headers);
    *request.uri_mut() = "/tenants/acme/orders".parse().unwrap();
    request
}

fn sources() -> Vec<TenantLayer> {
    vec![
        TenantLayer::from_header(X_TENANT),
        TenantLayer::from_host("example.com"),
        TenantLayer::from_path("/tenants"),
        TenantLayer::fixed(Tenant::new("acme").unwrap()),
        TenantLayer::resolved_by(|_: &Parts| Ok(Some("acme".to_owned()))),
    ]
}

/// The status, and the tenant that the handler sees.
async fn outcome<L>(layers: &L, request: Request<Untouched>) -> (u16, Option<String>)
where
    L: Layer<Probe>,
    L::Service: tower::Service<
            Request<Untouched>,
            Response = http::Response<String>,
            Error = std::convert::Infallible,
        >,
{
    let (response, probe) = send(layers, request).await;
    let tenant = (probe.calls() > 0)
        .then(|| Tenant::from_extensions(&probe.last().extensions).map(Tenant::to_string))
        .flatten();
    (response.status().as_u16(), tenant)
}

#[tokio::test]
async fn promise_12_in_both_orders_and_from_every_source() {
    for source in sources() {
        for (caller, expected) in [
            ("alice@acme", (200, Some("acme".to_owned()))),
            ("alice@globex,acme", (200, Some("acme".to_owned()))),
            ("alice@globex", (403, None)),
            ("alice@Acme", (403, None)),
            ("alice@", (403, None)),
        ] {
            let outside = (source.clone(), auth());
            let inside = (auth(), source.clone());
            assert_eq!(outcome(&outside, to_acme(caller)).await, expected, "{caller} {source:?}");
            assert_eq!(outcome(&inside, to_acme(caller)).await, expected, "{caller} {source:?}");
        }
    }
}

#[tokio::test]
async fn promise_12_a_claim_names_one_tenant() {
    let layers = (auth(), TenantLayer::from_claim("tenant"));
    for (caller, expected) in [
        ("alice@acme", (200, Some("acme".to_owned()))),
        ("alice@acme,globex", (403, None)),
        ("alice@", (403, None)),
        ("alice@../acme", (403, None)),
    ] {
        assert_eq!(outcome(&layers, to_acme(caller)).await, expected, "{caller}");
    }
}

#[tokio::test]
async fn promise_12_two_tenant_layers_must_find_the_same_one() {
    let header = || TenantLayer::from_header(X_TENANT);
    let fixed = |name| TenantLayer::fixed(Tenant::new(name).unwrap());
    for (other, expected) in [("acme", 200), ("globex", 403)] {
        let caller = "alice@acme,globex";
        let around = (header(), auth(), fixed(other));
        let inside = (auth(), header(), fixed(other));
        let outside = (header(), fixed(other), auth());
        assert_eq!(outcome(&around, to_acme(caller)).await.0, expected);
        assert_eq!(outcome(&inside, to_acme(caller)).await.0, expected);
        assert_eq!(outcome(&outside, to_acme(caller)).await.0, expected);
    }
}

#[tokio::test]
async fn promise_12_every_identity_inside_of_the_tenant_layer_must_belong_to_it() {
    let token = |tenant: &'static str| {
        JwtAuthLayer::new(move |_: Bearer| async move {
            Ok(Identity::new("t").with_claim("tenant", tenant))
        })
        .allow_anonymous_as(Identity::anonymous().with_claim("tenant", tenant))
    };
    for (of_token, expected) in [("acme", 200), ("globex", 401)] {
        let layers = (TenantLayer::from_path("/tenants"), auth(), token(of_token));
        assert_eq!(outcome(&layers, to_acme("alice@acme")).await.0, expected);
        // An outer identity of another tenant spoils an inner one that would do.
        let layers = (auth(), token("acme"), TenantLayer::from_path("/tenants"));
        let caller = if expected == 200 { "alice@acme" } else { "alice@globex" };
        let expected = if expected == 200 { 200 } else { 401 };
        assert_eq!(outcome(&layers, to_acme(caller)).await.0, expected);
    }
}

#[tokio::test]
async fn promise_12_without_an_identity_no_handler_sees_a_tenant() {
    for source in sources() {
        assert_eq!(outcome(&source, to_acme("alice@acme")).await, (200, None));
    }
}

#[tokio::test]
async fn promise_12_a_header_that_names_a_tenant_is_read_strictly() {
    let credentials = basic("alice@acme", SECRET);
    let by_header = (TenantLayer::from_header(X_TENANT), auth());
    for values in [
        &["acme", "acme"][..],
        &["acme", "globex"],
        &["acme,acme"],
        &["Acme"],
        &["acme "],
        &[""],
        &["acme/"],
        &["../acme"],
        &["acme%00"],
        &["acme acme"],
        &[],
    ] {
        let mut headers = vec![("authorization", credentials.as_str())];
        headers.extend(values.iter().map(|value| ("x-tenant", *value)));
        assert_eq!(outcome(&by_header, request(&headers)).await, (403, None), "{values:?}");
    }
}

#[tokio::test]
async fn promise_12_a_host_that_names_a_tenant_is_read_strictly() {
    let credentials = basic("alice@acme", SECRET);
    let by_host = (TenantLayer::from_host("example.com"), auth());
    for (host, expected) in [
        ("ACME.Example.COM:8443", 200),
        ("example.com", 403),
        ("a.acme.example.com", 403),
        ("acme.example.com.evil.org", 403),
        ("acmeexample.com", 403),
        ("evil@acme.example.com", 403),
        ("[::1]", 403),
        ("", 403),
    ] {
        let headers = [("authorization", credentials.as_str()), ("host", host)];
        assert_eq!(outcome(&by_host, request(&headers)).await.0, expected, "{host:?}");
    }
}

#[tokio::test]
async fn promise_12_a_path_that_names_a_tenant_is_read_strictly() {
    let credentials = basic("alice@acme", SECRET);
    let by_path = (TenantLayer::from_path("/tenants"), auth());
    for (path, expected) in [
        ("/tenants/acme", 200),
        ("/tenants/acme/orders?tenant=globex", 200),
        ("/tenants//acme", 403),
        ("//tenants/acme", 403),
        ("/tenants/%61cme", 403),
        ("/tenants/acme%2F..%2Fglobex", 403),
        ("/tenants/..", 403),
        ("/Tenants/acme", 403),
        ("/tenants", 403),
        ("/tenants/", 403),
        ("/other/acme", 403),
    ] {
        let mut request = request(&[("authorization", &credentials)]);
        *request.uri_mut() = path.parse().unwrap();
        assert_eq!(outcome(&by_path, request).await.0, expected, "{path}");
    }
}

#[tokio::test]
async fn an_absent_tenant_is_let_through_by_name_only() {
    let optional = || TenantLayer::from_header(X_TENANT).allow_absent();
    let credentials = basic("alice@acme", SECRET);
    let headers = [("authorization", credentials.as_str())];
    assert_eq!(outcome(&(optional(), auth()), request(&headers)).await, (200, None));
    assert_eq!(outcome(&(auth(), optional()), request(&headers)).await, (200, None));
    // One that is named counts all the same.
    let headers = [("authorization", credentials.as_str()), ("x-tenant", "globex")];
    assert_eq!(outcome(&(auth(), optional()), request(&headers)).await, (403, None));
    // And what an outer layer found stays.
    let layers = (TenantLayer::from_path("/tenants"), auth(), optional().with_membership("tenant"));
    let mut request = request(&headers[..1]);
    *request.uri_mut() = "/tenants/acme".parse().unwrap();
    assert_eq!(outcome(&layers, request).await, (200, Some("acme".to_owned())));
}

#[tokio::test]
async fn anonymous_callers_are_asked_to_log_in_unless_they_belong() {
    let guests = || {
        AuthLayer::first_of([])
            .allow_anonymous_as(Identity::anonymous().with_claim("tenant", "public"))
    };
    for (tenant, expected) in [("public", 200), ("acme", 401)] {
        let headers = [("x-tenant", tenant)];
        let layers = (guests(), TenantLayer::from_header(X_TENANT));
        assert_eq!(outcome(&layers, request(&headers)).await.0, expected);
        let layers = (TenantLayer::from_header(X_TENANT), guests());
        assert_eq!(outcome(&layers, request(&headers)).await.0, expected);
    }
}

#[tokio::test]
async fn http2_names_the_host_in_the_uri_and_a_second_name_must_be_the_same() {
    let by_host = (TenantLayer::from_host("example.com"), auth());
    let credentials = basic("alice@acme", SECRET);
    for (authority, host, expected) in [
        ("acme.example.com", None, 200),
        ("acme.example.com", Some("acme.example.com"), 200),
        ("globex.example.com", Some("acme.example.com"), 403),
        ("acme.example.com", Some("globex.example.com"), 403),
    ] {
        let mut headers = vec![("authorization", credentials.as_str())];
        headers.extend(host.map(|host| ("host", host)));
        let mut request = request(&headers);
        *request.uri_mut() = format!("https://{authority}/").parse().unwrap();
        assert_eq!(outcome(&by_host, request).await.0, expected, "{authority} {host:?}");
    }
}
