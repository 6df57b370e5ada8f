//! Promise 13: stacked authentication layers mean AND.

use http::request::Parts;
use tower_auth::{
    AuthLayer, ClaimPermissions, Identity, PermissionClaimLayer, Permissions, Scheme, require,
};

use crate::support::{
    probe::{request, send},
    schemes::{ApiKey, SECRET, api_key_layer, basic, basic_layer},
};

fn mapped() -> PermissionClaimLayer {
    PermissionClaimLayer::new(ClaimPermissions::at("scope"))
}

#[tokio::test]
async fn promise_13_each_layer_must_be_satisfied() {
    let layers = (api_key_layer(), basic_layer());
    let (good, wrong) = (basic("alice", SECRET), basic("alice", "wrong"));
    for (key, password, expected) in [
        (Some(SECRET), Some(&good), 200),
        (Some(SECRET), None, 401),
        (None, Some(&good), 401),
        (Some("wrong"), Some(&good), 401),
        (Some(SECRET), Some(&wrong), 401),
    ] {
        let mut headers = Vec::new();
        headers.extend(key.map(|key| ("x-api-key", key)));
        headers.extend(password.map(|password| ("authorization", password.as_str())));
        let (response, probe) = send(&layers, request(&headers)).await;
        assert_eq!(response.status(), expected, "{headers:?}");
        assert_eq!(probe.calls(), usize::from(expected == 200));
    }
}

#[tokio::test]
async fn promise_13_the_inner_identity_acts_and_the_outer_one_is_reachable() {
    let layers = (api_key_layer(), basic_layer());
    let password = basic("alice", SECRET);
    let headers = [("x-api-key", SECRET), ("authorization", password.as_str())];
    let (_, probe) = send(&layers, request(&headers)).await;
    let Parts { extensions, headers, .. } = probe.last();
    let identity = Identity::from_extensions(&extensions).unwrap();
    assert_eq!((identity.subject(), identity.method()), ("alice", "Basic"));
    let outer = identity.outer().expect("the outer identity");
    assert_eq!((outer.subject(), outer.method()), ("robot", "ApiKey"));
    assert!(outer.outer().is_none());
    assert!(!headers.contains_key("x-api-key") && !headers.contains_key("authorization"));
}

/// The key may do everything, the person behind it only reads.
#[tokio::test]
async fn promise_13_permissions_of_an_outer_identity_do_not_pass_to_an_inner_one() {
    let powerful = AuthLayer::new(Scheme::new(async |_: ApiKey| {
        Ok(Identity::new("robot").with_claim("scope", "read write"))
    }));
    let password = basic("victor", SECRET);
    let headers = [("x-api-key", SECRET), ("authorization", password.as_str())];

    let forgotten = (powerful.clone(), mapped(), basic_layer(), require("write"));
    let (response, _) = send(&forgotten, request(&headers)).await;
    assert_eq!(response.status(), 500, "permissions of nobody who acts");

    let mapped_again = (powerful.clone(), mapped(), basic_layer(), mapped(), require("write"));
    let (response, _) = send(&mapped_again, request(&headers)).await;
    assert_eq!(response.status(), 403);

    let (_, probe) = send(&(powerful, mapped(), basic_layer()), request(&headers)).await;
    assert!(Permissions::from_extensions(&probe.last().extensions).is_none());
}

#[tokio::test]
async fn promise_13_an_anonymous_inner_caller_does_not_act_as_the_outer_one() {
    let layers = (api_key_layer(), basic_layer().allow_anonymous());
    let (response, probe) = send(&layers, request(&[("x-api-key", SECRET)])).await;
    assert_eq!(response.status(), 200);
    let extensions = probe.last().extensions;
    let identity = Identity::from_extensions(&extensions).unwrap();
    assert!(identity.is_anonymous());
    assert_eq!(identity.outer().unwrap().subject(), "robot");
}
