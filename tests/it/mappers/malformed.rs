//! Elements that are malformed: skipped, counted, told of, and perhaps fatal.

use serde_json::{Value, json};
use tower_auth::{
    AuthErrorKind, ClaimMapper, ClaimPermissions, Identity, MapperStatus, Roles,
    TemporalPermissions,
};

use super::{caller, granted, refusal};
use crate::support::events::Events;

type Count = fn(&MapperStatus) -> u64;

fn p() -> ClaimPermissions {
    ClaimPermissions::at("p")
}

/// What is in the claim beside `good`, where it is counted, and how often.
fn cases() -> Vec<(&'static str, ClaimPermissions, Value, Count, u64)> {
    let long = "a".repeat(257);
    vec![
        ("types", p(), json!({"p": ["good", 7, null, true, {}, ["x"]]}), |s| s.not_text, 5),
        ("empty", p(), json!({"p": ["good", ""]}), |s| s.no_match, 1),
        ("long", p(), json!({"p": ["good", long]}), |s| s.too_long, 1),
        ("long word", p(), json!({"p": format!("good {long}")}), |s| s.too_long, 1),
        ("stars", p(), json!({"p": ["good", "orders:*", "*", "a*b"]}), |s| s.wildcard, 3),
        ("reserved", p(), json!({"p": "good global:x temporal:system:admin"}), |s| s.reserved, 2),
    ]
}

#[test]
fn malformed_elements_are_skipped_and_counted() {
    for (name, mapper, claims, count, expected) in cases() {
        assert_eq!(granted(&mapper, &claims), ["good"], "{name}");
        let status = mapper.status();
        assert_eq!((count(&status), status.skipped()), (expected, expected), "{name}");
        granted(&mapper.clone(), &claims);
        assert_eq!(mapper.status().skipped(), 2 * expected, "{name}: clones count together");
    }
}

#[test]
fn malformed_elements_can_be_fatal() {
    for (name, mapper, claims, ..) in cases() {
        let mapper = mapper.reject_malformed();
        assert_eq!(refusal(&mapper, &claims), AuthErrorKind::PermissionDenied, "{name}");
        assert_eq!(granted(&mapper, &json!({"p": ["good"]})), ["good"], "{name}");
    }
    for claims in [json!({"p": 7}), json!({"p": {}}), json!({"p": true})] {
        assert_eq!(refusal(&p().reject_malformed(), &claims), AuthErrorKind::PermissionDenied);
    }
    // Absence is not malformed, nor is what means nothing here.
    for claims in [json!({}), json!({"p": null}), json!({"p": []}), json!({"p": ["other"]})] {
        assert!(granted(&p().only(["x"]).reject_malformed(), &claims).is_empty(), "{claims}");
    }
}

#[test]
fn what_is_good_or_means_nothing_here_is_not_counted() {
    let mapper = p().stripped_of("app-").only(["a"]);
    granted(&mapper, &json!({"p": ["app-a", "app-b", "c"]}));
    let tenants = p().of_tenant();
    granted(&tenants, &json!({"p": ["acme:a"]}));
    assert_eq!((mapper.status(), tenants.status()), Default::default());
}

/// Only the claim is suspected: what was configured was meant.
#[test]
fn reserved_prefixes_and_wildcards_come_from_the_configuration_only() {
    for (name, mapper, element, expected) in [
        ("bare", p(), "global:AdminTab", &[][..]),
        ("asked for", p().allow_reserved_prefixes(), "global:AdminTab", &["global:AdminTab"]),
        ("by a prefix", p().prefixed("global:"), "AdminTab", &["global:AdminTab"]),
        ("behind a prefix", p().prefixed("x:"), "global:AdminTab", &["x:global:AdminTab"]),
        ("half by a prefix", p().prefixed("glo"), "bal:AdminTab", &[]),
        ("half by two", p().prefixed("bal:").prefixed("glo"), "x", &["global:x"]),
        ("uncovered", p().stripped_of("x-"), "x-global:AdminTab", &[]),
        ("by a table", p().renamed([("nu", "global:AdminTab")]), "nu", &["global:AdminTab"]),
        ("cut off a table", p().renamed([("nu", "x-y")]).stripped_of("x-"), "nu", &["y"]),
        ("other case", p(), "Global:AdminTab", &["Global:AdminTab"]),
        ("wildcard", p(), "orders:*", &[]),
        ("wildcard asked for", p().allow_wildcards(), "orders:*", &["orders:*"]),
        ("wildcard by a table", p().renamed([("c", "orders:*")]), "c", &["orders:*"]),
        ("star behind a prefix", p().prefixed("orders:"), "*", &[]),
        ("star in a table", p().renamed([("*", "x")]), "*", &["x"]),
        ("reserved wildcard", p().allow_wildcards(), "global:*", &[]),
        ("reserved by a member", ClaimPermissions::at_each("m", "r"), "-", &[]),
    ] {
        let claims = json!({"p": [element], "m": {"global": {"r": ["AdminTab"]}}});
        assert_eq!(granted(&mapper, &claims), expected, "{name}");
    }
}

/// All or none: the role that denies may be in the part that is left out.
#[test]
fn a_claim_with_too_many_elements_is_refused() {
    let roles = Roles::builder().grant("r0", ["a"]).deny("last", ["a"]).build().unwrap();
    let mapper = p();
    for (elements, fits) in [(4_095, true), (4_096, false), (100_000, false)] {
        let mut names: Vec<_> = (0..elements).map(|number| format!("r{number}")).collect();
        names.push("last".to_owned());
        for claim in [json!(names), json!(names.join(" "))] {
            let claims = json!({ "p": claim, "m": {"x": {"r": claim}} });
            if fits {
                assert_eq!(granted(&mapper, &claims).len(), elements + 1);
                assert!(granted(&roles.from_claim("p"), &claims).is_empty());
            } else {
                let denied = AuthErrorKind::PermissionDenied;
                assert_eq!(refusal(&mapper, &claims), denied);
                assert_eq!(refusal(&roles.from_claim("p"), &claims), denied);
                assert_eq!(refusal(&ClaimPermissions::at_each("m", "r"), &claims), denied);
            }
        }
    }
    assert_eq!(mapper.status().too_many, 4);
    let malformed = json!({ "p": vec![7; 5_000] });
    assert_eq!(refusal(&mapper, &malformed), AuthErrorKind::PermissionDenied);
    let members: serde_json::Map<_, _> =
        (0..5_000).map(|number| (format!("r{number}"), json!(true))).collect();
    let names = ClaimPermissions::names_at("p");
    assert_eq!(refusal(&names, &json!({ "p": members })), AuthErrorKind::PermissionDenied);
}

/// MS-10: more than 200 groups are left out of a token.
#[test]
fn a_claim_that_is_elsewhere_is_not_one_that_is_absent() {
    let groups = ClaimPermissions::at("groups");
    let pointer = json!({
        "_claim_names": {"groups": "src1"},
        "_claim_sources": {"src1": {"endpoint": "https://graph.example/users/1/getMemberObjects"}},
    });
    for (name, claims, elsewhere) in [
        ("_claim_names", pointer.clone(), 1),
        ("hasgroups", json!({"hasgroups": true}), 1),
        ("hasgroups false", json!({"hasgroups": false}), 0),
        ("of another claim", json!({"_claim_names": {"roles": "src1"}}), 0),
        ("of no object", json!({"_claim_names": "groups"}), 0),
        ("there after all", json!({"groups": ["a"], "hasgroups": true}), 0),
    ] {
        let before = groups.status().elsewhere;
        granted(&groups, &claims);
        assert_eq!(groups.status().elsewhere - before, elsewhere, "{name}");
    }
    let denied = AuthErrorKind::PermissionDenied;
    assert_eq!(refusal(&groups.clone().reject_malformed(), &pointer), denied);
    assert!(granted(&ClaimPermissions::at("roles").reject_malformed(), &pointer).is_empty());
}

/// A client must not fill the log: it is told when the number has doubled.
#[test]
fn what_is_skipped_is_told_in_few_words() {
    let events = Events::record();
    let mapper = p();
    let alice = caller(&json!({"p": ["secret-7f3a91*"]})).with_issuer("https://login.example.com");
    for _ in 0..1_000 {
        mapper.permissions(&alice, None).unwrap();
    }
    let told = events.take();
    assert_eq!(told.len(), 10);
    assert_eq!(told[9].field("count"), "512");
    assert_eq!(told[0].field("issuer"), "https://login.example.com");
    assert_eq!(told[0].field("claim"), "p");
    assert_eq!(told[0].field("reason"), "an element of a claim has a `*`");
    assert!(told.iter().all(|event| !format!("{event:?}").contains("7f3a91")), "{told:?}");
}

#[test]
fn an_identity_without_claims_has_nothing_that_is_malformed() {
    let (claims, temporal) =
        (p().reject_malformed(), TemporalPermissions::new().reject_malformed());
    let nobody = Identity::new("nobody");
    assert!(claims.permissions(&nobody, None).unwrap().is_empty());
    assert!(temporal.permissions(&nobody, None).unwrap().is_empty());
}
