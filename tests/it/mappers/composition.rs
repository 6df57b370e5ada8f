//! Mappers that are put together, and the laws that hold for all of them.

use std::sync::Arc;

use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, prop_oneof},
    proptest,
    sample::select,
};
use serde_json::json;
use tower_auth::{
    AuthError, AuthErrorKind, ClaimMapper, ClaimPermissions, Identity, Permissions, RoleRule,
    RoleRules, Tenant,
};

use super::{granted, refusal};

const ISSUERS: [&str; 3] = ["https://a.example", "https://b.example", "https://b.example/"];

fn denying(name: &'static str) -> impl ClaimMapper {
    move |_: &Identity, _: Option<&Tenant>| Ok(Permissions::default().with_denied([name]))
}

fn refusing(kind: AuthErrorKind) -> impl ClaimMapper {
    move |_: &Identity, _: Option<&Tenant>| Err::<Permissions, _>(AuthError::new(kind))
}

#[test]
fn several_sources_are_merged() {
    let at = ClaimPermissions::at;
    let mapper = at("realm_access.roles")
        .prefixed("realm:")
        .and(ClaimPermissions::at_each("resource_access", "roles").prefixed("client:"))
        .and(at("scope"));
    let claims = json!({
        "realm_access": {"roles": ["a", "orders:a"]},
        "resource_access": {"orders": {"roles": ["a"]}},
        "scope": "a b",
    });
    let names = ["a", "b", "client:orders:a", "realm:a", "realm:orders:a"];
    assert_eq!(granted(&mapper, &claims), names);
}

#[test]
fn a_denial_holds_for_what_others_grant() {
    let p = || ClaimPermissions::at("p");
    let claims = json!({"p": ["a", "b"]});
    assert_eq!(granted(&p().and(denying("a")), &claims), ["b"]);
    assert_eq!(granted(&denying("a").and(p()), &claims), ["b"]);
    assert_eq!(granted(&denying("a").or_else(p()), &claims), ["b"], "nothing was granted first");
    assert_eq!(granted(&p().or_else(denying("a")), &claims), ["a", "b"], "nobody else is asked");
}

#[test]
fn a_refusal_is_an_answer() {
    let p = || ClaimPermissions::at("p");
    let claims = json!({"p": ["a"]});
    let kind = AuthErrorKind::Unavailable;
    assert_eq!(refusal(&p().and(refusing(kind)), &claims), kind);
    assert_eq!(refusal(&refusing(kind).and(p()), &claims), kind);
    assert_eq!(refusal(&refusing(kind).or_else(p()), &claims), kind);
    assert_eq!(granted(&p().or_else(refusing(kind)), &claims), ["a"]);
    assert!(granted(&refusing(kind).when("https://other.example"), &claims).is_empty());
}

#[test]
fn a_mapper_for_one_issuer_says_nothing_of_others() {
    let mapper = ClaimPermissions::at("p").when("https://a.example");
    let alice = Identity::new("alice").with_claim("p", "a");
    for (issuer, expected) in [
        (Some("https://a.example"), true),
        (Some("https://a.example/"), false),
        (Some("https://A.example"), false),
        (Some("https://a.exampl"), false),
        (Some(""), false),
        (None, false),
    ] {
        let alice = match issuer {
            Some(issuer) => alice.clone().with_issuer(issuer),
            None => alice.clone(),
        };
        let permissions = mapper.permissions(&alice, None).unwrap();
        assert_eq!(permissions.contains("a"), expected, "{issuer:?}");
    }
}

/// Who merges rules with what clients ask for must not let clients ask for what rules mean.
#[test]
fn a_scope_grants_no_global_permission_of_rules() {
    let rule = RoleRule::new("writer").with_global_permissions(["AdminTab"]);
    let rules = RoleRules::builder().rule(rule).build().unwrap();
    let mapper = rules.and(ClaimPermissions::at("scope"));
    let scope = "orders:read global:Impersonate";
    let claims = json!({"roles": ["writer"], "scope": scope});
    assert_eq!(granted(&mapper, &claims), ["global:AdminTab", "orders:read"]);
}

/// What is kept with a remembered identity must not depend on what a closure may depend on.
#[test]
fn a_mapper_is_pure_where_all_its_parts_are() {
    let p = || ClaimPermissions::at("p");
    for (name, mapper, expected) in [
        ("and", Arc::new(p().and(p())) as Arc<dyn ClaimMapper>, true),
        ("or_else", Arc::new(p().or_else(p())), true),
        ("when", Arc::new(p().when("x")), true),
        ("and, one", Arc::new(denying("a").and(p())), false),
        ("and, other", Arc::new(p().and(denying("a"))), false),
        ("or_else, first", Arc::new(denying("a").or_else(p())), false),
        ("or_else, second", Arc::new(p().or_else(denying("a"))), false),
        ("when, inside", Arc::new(denying("a").when("x")), false),
    ] {
        assert_eq!(Arc::new(mapper).is_pure(), expected, "{name}");
    }
}

/// A mapper as its author thinks of it.
#[derive(Clone, Debug)]
enum Tree {
    /// The elements of a claim, behind the prefix of the issuer, and only for that issuer.
    Of {
        claim: &'static str,
        issuer: &'static str,
    },
    Claim(&'static str),
    Deny(&'static str),
    And(Box<[Self; 2]>),
    OrElse(Box<[Self; 2]>),
    When(Box<Self>, &'static str),
}

const NAMES: [&str; 4] = ["x", "y", "z", "https://a.examplex"];
const CLAIMS: [&str; 3] = ["p", "q", "r"];

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        3 => (select(&CLAIMS[..]), select(&ISSUERS[..])).prop_map(|(claim, issuer)| Tree::Of { claim, issuer }),
        3 => select(&CLAIMS[..]).prop_map(Tree::Claim),
        1 => select(&NAMES[..]).prop_map(Tree::Deny),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let two = (inner.clone(), inner.clone()).prop_map(|(one, other)| Box::new([one, other]));
        prop_oneof![
            two.clone().prop_map(Tree::And),
            two.prop_map(Tree::OrElse),
            (inner, select(&ISSUERS[..]))
                .prop_map(|(tree, issuer)| Tree::When(tree.into(), issuer)),
        ]
    })
}

fn built(tree: &Tree) -> Arc<dyn ClaimMapper> {
    match tree {
        Tree::Of { claim, issuer } => {
            Arc::new(ClaimPermissions::at(claim).prefixed(format!("{issuer}:")).when(*issuer))
        }
        Tree::Claim(claim) => Arc::new(ClaimPermissions::at(claim)),
        Tree::Deny(name) => Arc::new(denying(name)),
        Tree::And(two) => Arc::new(built(&two[0]).and(built(&two[1]))),
        Tree::OrElse(two) => Arc::new(built(&two[0]).or_else(built(&two[1]))),
        Tree::When(tree, issuer) => Arc::new(built(tree).when(*issuer)),
    }
}

fn identities() -> impl Strategy<Value = Identity> {
    let issuer = prop_oneof![1 => Just(None), 4 => select(&ISSUERS[..]).prop_map(Some)];
    let held = || vec(select(&NAMES[..]), 0..3);
    (issuer, held(), held(), held()).prop_map(|(issuer, p, q, r)| {
        let claims = json!({"p": p, "q": q, "r": r});
        let identity = super::caller(&claims);
        issuer.map_or(identity.clone(), |issuer| identity.with_issuer(issuer))
    })
}

fn said(mapper: &impl ClaimMapper, identity: &Identity) -> Permissions {
    mapper.permissions(identity, None).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_sources_makes_no_difference(a in trees(), b in trees(), c in trees(), identity in identities()) {
        let (a, b, c) = (|| built(&a), || built(&b), || built(&c));
        assert_eq!(said(&a().and(b()), &identity), said(&b().and(a()), &identity));
        let (left, right) = (a().and(b()).and(c()), a().and(b().and(c())));
        assert_eq!(said(&left, &identity), said(&right, &identity));
        assert_eq!(said(&a().and(a()), &identity), said(&a(), &identity));
    }

    /// A source takes nothing away but what it denies.
    #[test]
    fn a_source_more_removes_nothing(a in trees(), b in trees(), identity in identities()) {
        let both = said(&built(&a).and(built(&b)), &identity);
        let (a, b) = (said(&built(&a), &identity), said(&built(&b), &identity));
        let denied: Vec<_> = b.denied().collect();
        for name in a.iter().filter(|name| !denied.contains(name)) {
            assert!(both.contains(name), "{name}");
        }
        // And it adds nothing that nobody grants.
        assert!(both.iter().all(|name| a.contains(name) || b.contains(name)));
        assert!(a.denied().chain(b.denied()).all(|name| !both.contains(name)));
    }

    #[test]
    fn the_second_is_asked_where_the_first_grants_nothing(a in trees(), b in trees(), identity in identities()) {
        let either = said(&built(&a).or_else(built(&b)), &identity);
        let first = said(&built(&a), &identity);
        if first.is_empty() {
            assert_eq!(either, said(&built(&a).and(built(&b)), &identity));
        } else {
            assert_eq!(either, first);
        }
    }

    #[test]
    fn what_is_of_one_issuer_is_never_granted_to_another(tree in trees(), identity in identities()) {
        let permissions = said(&built(&tree), &identity);
        for issuer in ISSUERS.iter().filter(|issuer| identity.issuer() != Some(issuer)) {
            let foreign = format!("{issuer}:");
            assert!(!permissions.iter().any(|name| name.starts_with(&foreign)), "{permissions:?}");
            let guarded = said(&built(&tree).when(*issuer), &identity);
            assert_eq!(guarded, Permissions::default());
        }
        if let Some(issuer) = identity.issuer() {
            assert_eq!(said(&built(&tree).when(issuer), &identity), permissions);
        }
    }
}
