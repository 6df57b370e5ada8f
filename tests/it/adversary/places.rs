//! Tenants, hosts and paths that have broken other systems.

use super::*;

#[tokio::test]
async fn no_hostile_tenant_is_served() {
    let app = header_app();
    let long = "a".repeat(64 * 1024);
    for tenant in [
        "",
        " ",
        "acme ",
        " acme",
        "Acme",
        "ACME",
        "acme,globex",
        "acme\tx",
        "globex",
        "*",
        "%61cme",
        "acme/",
        "../acme",
        "acme;",
        "acme%00",
        ".",
        "..",
        "-",
        "\u{e1}cme",
        "null",
        &long,
    ] {
        let mut request = with_authorization(good_bearer()).unwrap();
        let Ok(value) = HeaderValue::from_bytes(tenant.as_bytes()) else {
            continue;
        };
        request.headers_mut().insert(TENANT, value);
        assert_refused(status(&app, request).await, tenant);
    }
    let mut absent = with_authorization(good_bearer()).unwrap();
    absent.headers_mut().remove(TENANT);
    assert_refused(status(&app, absent).await, "absent");
    let mut twice = with_authorization(good_bearer()).unwrap();
    twice.headers_mut().append(TENANT, HeaderValue::from_static("acme"));
    assert_refused(status(&app, twice).await, "twice");
}

#[tokio::test]
async fn no_hostile_host_is_served() {
    let app = app(TenantLayer::from_host("orders.example"));
    for host in [
        "",
        "orders.example",
        ".orders.example",
        "acme.orders.example.",
        "acme.orders.example.evil.example",
        "acmeorders.example",
        "globex.orders.example",
        "acme.globex.orders.example",
        "user@acme.orders.example",
        "acme@globex.orders.example",
        "[::1]",
        "acme.orders.example/",
        "acme",
        "127.0.0.1",
        "acme.orders.example, globex.orders.example",
        "acme%2eorders.example",
        "*.orders.example",
    ] {
        let mut request = with_authorization(good_bearer()).unwrap();
        request.headers_mut().insert(HOST, host.parse().unwrap());
        assert_refused(status(&app, request).await, host);
    }
    let mut twice = with_authorization(good_bearer()).unwrap();
    twice.headers_mut().append(HOST, HeaderValue::from_static("acme.orders.example"));
    assert_refused(status(&app, twice).await, "twice");
    let mut contradiction = with_authorization(good_bearer()).unwrap();
    assert!(with_uri(&mut contradiction, "https://globex.orders.example/t/acme/orders"));
    assert_refused(status(&app, contradiction).await, "contradiction");
}

#[tokio::test]
async fn no_hostile_path_is_served() {
    let app = app(TenantLayer::from_path("/t"));
    for path in [
        "/",
        "*",
        "/t",
        "/t/",
        "//t/acme",
        "/t//acme",
        "/T/acme",
        "/t/Acme",
        "/t/acme%2f",
        "/t/%61cme",
        "/t/acme;x",
        "/t/acme%00",
        "/t/globex",
        "/t/../t/globex",
        "/t/./acme",
        "/x/t/acme",
        "/tt/acme",
        "/t/acme.",
        "/?t/acme",
        "/t?acme",
        "/t/globex?x=/t/acme",
        "/t/%2e%2e/acme",
    ] {
        let mut request = with_authorization(good_bearer()).unwrap();
        assert!(with_uri(&mut request, path), "{path}");
        assert_refused(status(&app, request).await, path);
    }
}
