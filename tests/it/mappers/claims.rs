//! Where elements are, and what the steps make of them.

use serde_json::{Value, json};
use tower_auth::{ClaimPermissions, Roles};

use super::{granted, granted_in};

type Case = (&'static str, ClaimPermissions, Value, &'static [&'static str]);

fn hold<const N: usize>(cases: [Case; N]) {
    for (name, mapper, claims, expected) in cases {
        assert_eq!(granted(&mapper, &claims), expected, "{name}");
    }
}

#[test]
fn elements_are_found_in_every_shape_of_claim() {
    let at = ClaimPermissions::at;
    hold([
        ("array", at("p"), json!({"p": ["a", "b c"]}), &["a", "b c"]),
        ("words", at("p"), json!({"p": " a  b "}), &["a", "b"]),
        ("commas", at("p").separated_by(','), json!({"p": "a, b c ,,d"}), &["a", "b c", "d"]),
        ("commas, not split", at("p"), json!({"p": "a,b"}), &["a,b"]),
        ("array is not split", at("p").separated_by(','), json!({"p": ["a,b"]}), &["a,b"]),
        ("dots", at("x.y"), json!({"x": {"y": ["a"]}}), &["a"]),
        ("pointer", at("/x/y~1z"), json!({"x": {"y/z": ["a"]}}), &["a"]),
        ("name with dots", at("https://x.y/p"), json!({"https://x.y/p": ["a"]}), &["a"]),
        ("whole name first", at("x.y"), json!({"x.y": ["a"], "x": {"y": ["b"]}}), &["a"]),
        ("absent", at("p"), json!({"q": ["a"]}), &[]),
        ("null", at("p"), json!({"p": null}), &[]),
        ("number", at("p"), json!({"p": 7}), &[]),
        ("object", at("p"), json!({"p": {"a": true}}), &[]),
        ("empty name", at("p"), json!({"p": [""]}), &[]),
    ]);
}

#[test]
fn elements_of_objects_stay_with_the_member_they_are_of() {
    let each = || ClaimPermissions::at_each("resource_access", "roles");
    let names = || ClaimPermissions::names_at("p");
    hold([
        (
            "two clients with one role",
            each(),
            json!({"resource_access": {"a": {"roles": ["x"]}, "b": {"roles": ["x", "y:z"]}}}),
            &["a:x", "b:x", "b:y:z"],
        ),
        (
            "a client that would speak for another one",
            each(),
            json!({"resource_access": {"a:x": {"roles": ["y"]}, "": {"roles": ["y"]}}}),
            &[],
        ),
        ("words", each(), json!({"resource_access": {"a": {"roles": "x y"}}}), &["a:x", "a:y"]),
        ("nothing inside", each(), json!({"resource_access": {"a": {}, "b": 7, "c": null}}), &[]),
        ("no object", each(), json!({"resource_access": ["a"]}), &[]),
        ("names", names(), json!({"p": {"a": {}, "b": true, "c": false, "d": null}}), &["a", "b"]),
        ("names of no object", names(), json!({"p": ["a"]}), &[]),
    ]);
    let one = ClaimPermissions::keycloak_client;
    let clients = json!({"resource_access": {"a": {"roles": ["x"]}, "b/~c": {"roles": ["y"]}}});
    for (client, expected) in [("a", &["x"][..]), ("b/~c", &["y"]), ("b", &[]), ("A", &[])] {
        assert_eq!(granted(&one(client), &clients), expected, "{client}");
    }
}

#[test]
fn steps_are_taken_in_the_order_in_which_they_are_written() {
    let p = || ClaimPermissions::at("p");
    let claims = json!({"p": ["app-a", "app-b", "a", "app-"]});
    for (name, mapper, expected) in [
        ("prefix", p().prefixed("x:"), &["x:a", "x:app-", "x:app-a", "x:app-b"][..]),
        ("strip", p().stripped_of("app-"), &["a", "b"]),
        ("strip twice", p().stripped_of("app-").stripped_of("app-"), &[]),
        ("rename", p().renamed([("a", "z")]), &["app-", "app-a", "app-b", "z"]),
        ("rename to several", p().renamed([("a", "y"), ("a", "z")]).only(["y", "z"]), &["y", "z"]),
        ("rename after strip", p().stripped_of("app-").renamed([("a", "z")]), &["b", "z"]),
        ("strip after rename", p().renamed([("a", "app-z")]).stripped_of("app-"), &["a", "b", "z"]),
        ("rename is exact", p().renamed([("A", "z"), ("app", "y")]).only(["y", "z"]), &[]),
        ("only", p().only(["a", "c"]), &["a"]),
        ("only before prefix", p().only(["a"]).prefixed("x:"), &["x:a"]),
        ("only after prefix", p().prefixed("x:").only(["a"]), &[]),
        ("only nothing", p().only([] as [&str; 0]), &[]),
    ] {
        assert_eq!(granted(&mapper, &claims), expected, "{name}");
    }
}

#[test]
fn elements_of_a_tenant_count_for_that_tenant() {
    let mapper = ClaimPermissions::at("p").of_tenant();
    let claims =
        json!({"p": ["acme:a:b", "globex:c", "Acme:d", "acme", ":e", "acme.eu:f", "acme:"]});
    for (tenant, expected) in [
        (Some("acme"), &["a:b"][..]),
        (Some("globex"), &["c"]),
        (Some("acme.eu"), &["f"]),
        (Some("other"), &[]),
        (None, &[]),
    ] {
        assert_eq!(granted_in(&mapper, &claims, tenant), expected, "{tenant:?}");
    }
}

#[test]
fn names_of_another_mapper_are_roles() {
    let roles = Roles::builder()
        .grant("editor", ["orders:write"])
        .deny("trainee", ["orders:write"])
        .grant("global:odd", ["odd"])
        .build()
        .unwrap();
    let over = roles.over(ClaimPermissions::at("groups").renamed([("g-1", "editor")]));
    for (groups, expected) in [
        (json!(["g-1"]), &["orders:write"][..]),
        (json!(["editor"]), &["orders:write"]),
        (json!(["g-1", "trainee"]), &[]),
        (json!(["orders:write"]), &[]),
        (json!(["global:odd"]), &[]),
        (json!([]), &[]),
    ] {
        assert_eq!(granted(&over, &json!({ "groups": groups })), expected, "{groups}");
    }
    // What a role is called is no permission, so no prefix of it is reserved.
    assert_eq!(granted(&roles.from_claim("r"), &json!({"r": "global:odd"})), ["odd"]);
    let everything = |_: &tower_auth::Identity, _: Option<&tower_auth::Tenant>| {
        Ok(tower_auth::Permissions::everything())
    };
    assert!(granted(&roles.over(everything), &json!({})).is_empty());
}

#[test]
fn a_role_that_no_claim_can_name_is_an_error() {
    let error = Roles::builder().grant("r".repeat(257), ["p"]).build().unwrap_err();
    assert!(error.to_string().contains("longer than 256 bytes"), "{error}");
}
