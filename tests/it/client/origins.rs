//! Credentials go where they belong and nowhere else.

use tower_auth::{AuthorizationLayer, AuthorizationLayerBuilder, ClientAuthErrorKind as Kind};

use super::{
    issuer::ORIGIN,
    server::{Server, kind, send, to},
};

fn token() -> AuthorizationLayerBuilder {
    AuthorizationLayer::bearer("t")
}

#[tokio::test]
async fn only_the_configured_origins_get_them() {
    let layer = token()
        .for_origin(ORIGIN)
        .for_origin("https://Billing.Example.com:8443/")
        .for_origin("http://[::1]:8080")
        .build()
        .unwrap();
    let server = Server::accepting_all();
    for uri in [
        "https://orders.example.com/",
        "https://orders.example.com:443/a?b",
        "https://ORDERS.example.COM/a",
        "https://billing.example.com:8443/",
        "http://[::1]:8080/",
    ] {
        assert_eq!(kind(&layer, &server, to(uri)).await, None, "{uri}");
    }
    let sent = server.seen().len();
    for (uri, expected) in [
        ("https://orders.example.com.evil.example/", Kind::ForeignOrigin),
        ("https://evil.example/orders.example.com", Kind::ForeignOrigin),
        ("https://orders.example.com.:443/", Kind::ForeignOrigin),
        ("https://orders.example.com:8443/", Kind::ForeignOrigin),
        ("https://billing.example.com/", Kind::ForeignOrigin),
        ("https://sub.orders.example.com/", Kind::ForeignOrigin),
        ("http://[::1]/", Kind::ForeignOrigin),
        ("http://127.0.0.1:8080/", Kind::ForeignOrigin),
        ("https://orders.example.com@evil.example/", Kind::UnknownOrigin),
        ("https://alice:pw@orders.example.com/", Kind::UnknownOrigin),
        ("ftp://orders.example.com/", Kind::UnknownOrigin),
        ("http://orders.example.com/", Kind::PlainText),
        ("http://orders.example.com:443/", Kind::PlainText),
        ("http://127.0.0.1.evil.example:8080/", Kind::PlainText),
        ("/orders", Kind::UnknownOrigin),
        ("orders.example.com:443", Kind::UnknownOrigin),
        ("*", Kind::UnknownOrigin),
    ] {
        assert_eq!(kind(&layer, &server, to(uri)).await, Some(expected), "{uri}");
    }
    assert_eq!(server.seen().len(), sent, "the server never heard of those");
}

#[test]
fn kf_t10_ti_t35_plain_text_is_for_this_machine() {
    for good in ["http://localhost", "http://LOCALHOST:1", "http://127.9.9.9:80", "http://[::1]"] {
        assert!(token().for_origin(good).build().is_ok(), "{good}");
        assert!(token().connected_to(good).build().is_ok(), "{good}");
    }
    for bad in [
        "http://orders.example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://localhost.",
        "http://127.1",
        "http://[::ffff:127.0.0.1]",
        "http://0.0.0.0",
    ] {
        for built in [token().for_origin(bad).build(), token().connected_to(bad).build()] {
            let told = built.unwrap_err().to_string();
            assert!(told.contains("could be read on the way"), "{bad}: {told}");
        }
    }
}

#[tokio::test]
async fn plain_text_is_allowed_by_name() {
    let origin = "http://legacy.internal:8080";
    let layer = token().for_origin(origin).allow_plain_text_to("legacy.internal").build().unwrap();
    let server = Server::accepting_all();
    send(&layer, &server, to("http://legacy.internal:8080/")).await.unwrap();
    let other = kind(&layer, &server, to("http://other.internal:8080/")).await;
    assert_eq!(other, Some(Kind::PlainText));

    let useless = token().for_origin(ORIGIN).allow_plain_text_to("orders.example.com").build();
    assert!(useless.unwrap_err().to_string().contains("which is no http origin"));
}

#[tokio::test]
async fn a_connection_knows_where_it_goes() {
    let layer = token().connected_to("https://engine.kuflow.com:443").build().unwrap();
    let server = Server::accepting_all();
    for uri in ["/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo", "*", "/"] {
        assert_eq!(kind(&layer, &server, to(uri)).await, None, "{uri}");
    }
    assert_eq!(kind(&layer, &server, to("https://engine.kuflow.com/a")).await, None);
    let foreign = kind(&layer, &server, to("https://evil.example/a")).await;
    assert_eq!(foreign, Some(Kind::ForeignOrigin));
}

#[test]
fn what_is_no_origin_is_found_when_building() {
    for bad in [
        "orders.example.com",
        "/orders",
        "https://orders.example.com/path",
        "https://orders.example.com/?q",
        "https://user@orders.example.com",
        "https://orders.example.com:",
        "https://orders.example.com:99999",
        "ftp://orders.example.com",
        "https://",
        "",
        "https://*.example.com/*",
    ] {
        let told = token().for_origin(bad).build().unwrap_err().to_string();
        assert!(told.contains("the origin"), "{bad}: {told}");
    }
}

/// RFC 9110, section 7.2: a server that many share goes by the field.
#[tokio::test]
async fn the_host_field_names_none_but_those_either() {
    let whole = token().for_origin(ORIGIN).for_origin("http://[::1]:8080").build().unwrap();
    let connection = token().connected_to(ORIGIN).build().unwrap();
    let server = Server::accepting_all();
    for (layer, uri) in [(&whole, "https://orders.example.com/a"), (&connection, "/a")] {
        let with = |hosts: &[&str]| {
            let mut request = to(uri);
            for host in hosts {
                request.headers_mut().append("host", host.parse().unwrap());
            }
            request
        };
        for good in ["orders.example.com", "ORDERS.example.com:443"] {
            assert_eq!(kind(layer, &server, with(&[good])).await, None, "{good}");
        }
        let sent = server.seen().len();
        for bad in [
            &["evil.example"][..],
            &["orders.example.com", "evil.example"],
            &["orders.example.com:8443"],
            &["orders.example.com."],
            &["alice@orders.example.com"],
            &["orders.example.com:"],
            &["orders.example.com, evil.example"],
            &["https://orders.example.com"],
            &[""],
        ] {
            let refused = kind(layer, &server, with(bad)).await;
            assert_eq!(refused, Some(Kind::ForeignOrigin), "{bad:?}");
        }
        assert_eq!(server.seen().len(), sent);
    }
    let mut loopback = to("http://[::1]:8080/");
    loopback.headers_mut().insert("host", "[::1]:8080".parse().unwrap());
    assert_eq!(kind(&whole, &server, loopback).await, None);
}
