//! HTTP authentication framework (RFC 9110, section 11; RFC 9111, section 3.5).

use http::{Method, header::AUTHORIZATION};
use tower::Layer;
use tower_auth::{
    AuthErrorKind, AuthLayer, ClaimPermissions, PermissionClaimLayer, Scheme, require,
};

use crate::support::{
    callers::{
        SECRET, authorized, basic, basic_line, encode, judge, judge_token, nobody, request, tokens,
        user, with,
    },
    challenges::challenges,
    probe::{Probe, send},
};

/// The status of an `Authorization` line that is sent to Basic and Bearer side by side.
async fn status_of(line: impl AsRef<[u8]>) -> u16 {
    let layer = AuthLayer::first_of([Scheme::bearer(judge_token), Scheme::basic(judge)]);
    send(&layer.layer(Probe::new()), authorized(line)).await.status().as_u16()
}

#[tokio::test]
async fn http_01_scheme_names_match_without_regard_to_case() {
    let credentials = encode(format!("alice:{SECRET}"));
    for scheme in ["Basic", "basic", "BASIC", "bAsIc"] {
        assert_eq!(status_of(format!("{scheme} {credentials}")).await, 200, "{scheme}");
    }
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        assert_eq!(status_of(format!("{scheme} alice")).await, 200, "{scheme}");
    }
    for scheme in ["Basi", "Basicc", "Bas\u{131}c", "Bearer1", "\"Basic\"", "Basic:"] {
        assert_eq!(status_of(format!("{scheme} {credentials}")).await, 401, "{scheme}");
    }
}

#[tokio::test]
async fn http_02_parameters_occur_at_most_once_in_a_challenge() {
    let layer = AuthLayer::first_of([Scheme::bearer(judge_token), Scheme::basic(judge)]);
    let layer = layer.with_realm("one").with_realm("two");
    for request in [nobody(), authorized("Bearer bad"), authorized("Bearer !")] {
        let response = send(&layer.layer(Probe::new()), request).await;
        // The reader refuses a parameter that occurs twice.
        assert_eq!(challenges(response.headers()).len(), 2);
    }
}

#[tokio::test]
async fn http_03_and_04_a_401_has_one_field_line_for_each_scheme() {
    let layer = AuthLayer::first_of([Scheme::bearer(judge_token), Scheme::basic(judge)]);
    let response = send(&layer.layer(Probe::new()), nobody()).await;
    let lines: Vec<_> = response.headers().get_all("www-authenticate").iter().collect();
    assert_eq!(lines, ["Bearer realm=\"api\"", "Basic realm=\"api\", charset=\"UTF-8\""]);
}

#[tokio::test]
async fn http_05_the_realm_is_a_quoted_string() {
    let layer = basic().with_realm(r#"say "hi" \ bye"#);
    let response = send(&layer.layer(Probe::new()), nobody()).await;
    assert_eq!(
        response.headers()["www-authenticate"],
        r#"Basic realm="say \"hi\" \\ bye", charset="UTF-8""#
    );
}

#[tokio::test]
async fn http_06_two_authorization_lines_are_refused() {
    let good = basic_line("alice", SECRET);
    for (first, second) in [
        (good.as_str(), good.as_str()),
        (good.as_str(), "Bearer alice"),
        ("Bearer alice", good.as_str()),
        (good.as_str(), ""),
        (good.as_str(), "Digest x"),
        ("Digest x", good.as_str()),
    ] {
        for layer in [
            AuthLayer::from(basic()),
            AuthLayer::from(tokens()),
            AuthLayer::first_of([Scheme::bearer(judge_token), Scheme::basic(judge)]),
            AuthLayer::from(basic().allow_anonymous()),
        ] {
            let probe = Probe::new();
            let twice = with(authorized(first), "authorization", second);
            let response = send(&layer.layer(probe.clone()), twice).await;
            assert_eq!(response.status(), 400, "{first:?} and {second:?}");
            assert_eq!(probe.calls(), 0);
        }
    }
}

#[tokio::test]
async fn http_06_a_comma_does_not_make_a_list() {
    let good = basic_line("alice", SECRET);
    for line in [
        format!("{good}, {good}"),
        format!("{good},Bearer alice"),
        format!("{good},"),
        "Bearer alice, Bearer bob".to_owned(),
        "Bearer alice,bob".to_owned(),
        format!(", {good}"),
    ] {
        assert_eq!(status_of(&line).await, 401, "{line}");
    }
}

#[tokio::test]
async fn http_07_proxy_authorization_is_not_authorization() {
    let good = basic_line("alice", SECRET);
    let probe = Probe::new();
    for name in ["proxy-authorization", "x-authorization", "www-authenticate", "cookie"] {
        let request = with(nobody(), name, &good);
        let response = send(&basic().layer(probe.clone()), request).await;
        assert_eq!(response.status(), 401, "{name}");
        assert!(!response.headers().contains_key("proxy-authenticate"));
    }
    assert_eq!(probe.calls(), 0);
    for kind in AuthErrorKind::ALL {
        assert_ne!(kind.status(), 407);
    }
}

#[tokio::test]
async fn http_08_good_credentials_without_the_right_are_a_403_without_a_login() {
    let mapper = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let service = (basic(), mapper, require("admin")).layer(Probe::new());
    let response = send(&service, user("reader")).await;
    assert_eq!(response.status(), 403);
    assert!(!response.headers().contains_key("www-authenticate"));
}

#[tokio::test]
async fn http_09_refusals_are_not_stored() {
    let service = basic().layer(Probe::new());
    for request in [nobody(), authorized("Basic !"), with(user("a"), "authorization", "x")] {
        let response = send(&service, request).await;
        assert_eq!(response.headers()["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn http_10_a_preflight_is_not_let_through_by_itself() {
    let preflight = request()
        .method(Method::OPTIONS)
        .header("origin", "https://example.com")
        .header("access-control-request-method", "GET");
    let probe = Probe::new();
    let response = send(&basic().layer(probe.clone()), preflight.body(()).unwrap()).await;
    assert_eq!(response.status(), 401);
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn http_11_credentials_that_are_kept_are_marked_sensitive() {
    let probe = Probe::new();
    send(&basic().keep_credentials().layer(probe.clone()), user("alice")).await;
    assert!(probe.head().headers[AUTHORIZATION].is_sensitive());
}

#[tokio::test]
async fn http_12_no_bytes_of_a_header_value_make_it_a_500() {
    // Every byte that a header value can hold, at each place where the grammar changes.
    for byte in (0x20..=0xFF_u8).chain([b'\t']).filter(|byte| *byte != 0x7F) {
        for template in [
            &b"Basic @YWxpY2U6"[..],
            b"Basic@YWxp",
            b"@Basic YWxp",
            b"Bearer a@b",
            b"Bearer@",
            b"Basic YWxpY2U6@",
            b"Ba@sic YWxp",
        ] {
            let line: Vec<u8> = template
                .iter()
                .map(|&template| if template == b'@' { byte } else { template })
                .collect();
            let status = status_of(&line).await;
            assert!(matches!(status, 200 | 401), "{status}: {line:?}");
        }
    }
}

#[tokio::test]
async fn http_12_odd_lines_are_refused() {
    let credentials = encode(format!("alice:{SECRET}"));
    for line in [
        "".to_owned(),
        " ".to_owned(),
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Bearer ".to_owned(),
        format!(" Basic {credentials}"),
        format!("Basic  {credentials}"),
        format!("Basic\t{credentials}"),
        format!("Basic \t{credentials}"),
        format!("\tBasic {credentials}"),
        format!("Basic {credentials} "),
        format!("Basic {credentials}\t"),
        format!("Basic {credentials} x"),
        format!("Basic \"{credentials}\""),
        format!("Basic={credentials}"),
        credentials.clone(),
        format!("Basic\u{a0}{credentials}"),
        format!("Basic {credentials}\u{2028}"),
    ] {
        assert_eq!(status_of(&line).await, 401, "{line:?}");
    }
}
