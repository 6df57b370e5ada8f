//! Promise 7: no secret in any `Debug` or error text.

use std::{
    error::Error,
    fmt::{Debug, Write},
};

use tower::Layer;
use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, Basic, Bearer, ClaimPermissions, Claims, Credentials,
    Identity, PermissionClaimLayer, Scheme, Secret, TenantLayer, User, Users, require,
};

use crate::support::{
    callers::{
        ApiKey, SECRET, authorized, basic, basic_line, bearer, encode, judge, keys, nobody, tokens,
        user, with,
    },
    probe::{Probe, send},
};

/// bcrypt of the secret, cost 4.
fn hash() -> String {
    bcrypt::hash(SECRET, 4).expect("a hash")
}

/// Everything that could print the text, searched for each of its forms.
fn assert_silent(what: &str, text: &str) {
    let hash_start = "$2b$04$";
    let forms = [
        SECRET.to_owned(),
        encode(SECRET),
        encode(format!("alice:{SECRET}")),
        hash_start.to_owned(),
        format!("{:?}", SECRET.as_bytes()),
    ];
    for form in forms {
        assert!(!text.contains(&form), "{what} shows a secret: {text}");
    }
}

fn debug(value: &impl Debug) -> String {
    format!("{value:?} {value:#?}")
}

#[test]
fn credentials_print_no_secret() {
    let (parts, ()) = user("alice").into_parts();
    let read = Basic::from_parts(&parts).unwrap().unwrap();
    assert_silent("Basic", &debug(&read));
    assert!(debug(&read).contains("alice"), "the user-id is no secret");

    let (parts, ()) = bearer(SECRET).into_parts();
    let read = Bearer::from_parts(&parts).unwrap().unwrap();
    assert_silent("Bearer", &debug(&read));
    assert_silent("ApiKey", &debug(&ApiKey(Secret::new(SECRET))));
    assert_silent("Secret", &debug(&Secret::new(SECRET)));
}

#[tokio::test]
async fn stores_and_layers_print_no_secret() {
    let alice = User::new("alice", hash()).with_claim("token", SECRET);
    assert_silent("User", &debug(&alice));
    let builder = Users::builder().user(alice);
    assert_silent("UsersBuilder", &debug(&builder));
    let users = builder.build().unwrap();
    assert_silent("Users", &debug(&users));

    let known = Secret::new(SECRET);
    let closure = Scheme::new(move |ApiKey(key): ApiKey| {
        let is_known = key == known;
        async move { is_known.then(|| Identity::new("robot")).ok_or_else(|| AuthError::invalid("no")) }
    });
    assert_silent("Scheme", &debug(&closure));
    let anonymous = Identity::anonymous().with_claim("token", SECRET);
    let layer = AuthLayer::first_of([closure, Scheme::basic(users)]).allow_anonymous_as(anonymous);
    assert_silent("AuthLayer", &debug(&layer));
    assert_silent("Gate", &debug(&layer.layer(Probe::new())));
    assert_silent("BasicAuthLayer", &debug(&basic()));
    assert_silent("JwtAuthLayer", &debug(&tokens()));
    let secret = SECRET.to_owned();
    let tenant = TenantLayer::resolved_by(move |_: &http::request::Parts| Ok(Some(secret.clone())));
    assert_silent("TenantLayer", &debug(&tenant));
    let mapper = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    assert_silent("PermissionClaimLayer", &debug(&mapper));
    assert_silent("RequireLayer", &debug(&require("orders:read")));
}

#[test]
fn claims_print_their_names_only() {
    let identity = Identity::new("alice").with_claim("password", SECRET);
    let text = debug(&identity);
    assert_silent("Identity", &text);
    assert!(text.contains("alice") && text.contains("password"));
    let claims: Claims = identity.claims().clone();
    assert_silent("Claims", &debug(&claims));
}

#[tokio::test]
async fn errors_of_every_refusal_print_no_secret() {
    let service = (keys().allow_anonymous(), basic()).layer(Probe::new());
    let wrong = |name: &str| authorized(basic_line(name, &format!("{SECRET}!")));
    let requests = [
        wrong("alice"),
        wrong(SECRET),
        authorized(format!("Basic {SECRET}")),
        authorized(format!("Basic {}", encode(SECRET))),
        authorized(format!("Basic {}", encode(format!("alice:{SECRET}\n")))),
        authorized(format!("Basic {}=", encode(format!("alice:{SECRET}")))),
        authorized(SECRET),
        with(user("alice"), "authorization", SECRET),
        with(nobody(), "x-api-key", "bad"),
    ];
    for request in requests {
        let response = send(&service, request).await;
        assert!(response.status().is_client_error());
        let error = response.extensions().get::<AuthError>().expect("the error");
        let mut text = debug(error);
        let mut reason: Option<&dyn Error> = Some(error);
        while let Some(this) = reason {
            write!(text, " {this} {this:?}").unwrap();
            reason = this.source();
        }
        assert_silent("AuthError", &text);
        assert_silent("response", &format!("{:?} {}", response.headers(), response.body()));
    }
}

#[test]
fn a_display_of_an_error_says_nothing_that_is_not_in_the_table() {
    for kind in AuthErrorKind::ALL {
        let error = AuthError::new(kind).with_source(format!("it was {SECRET}"));
        assert_eq!(error.to_string(), kind.message());
    }
}

#[test]
fn configuration_errors_print_no_hash() {
    for hash in [format!("{{SHA}}{SECRET}"), format!("$apr1${SECRET}"), SECRET.to_owned()] {
        let error = Users::builder().user(User::new("alice", hash)).build().unwrap_err();
        assert_silent("ConfigError", &format!("{error} {error:?}"));
    }
}

#[tokio::test]
async fn judges_are_not_printed_by_their_schemes() {
    let scheme = Scheme::basic(judge).with_realm("orders");
    assert_eq!(debug(&scheme).matches("Basic").count(), 2);
}
