//! Tokens as providers make them, and rules as other systems read them.

use serde_json::{Value, json};
use tower_auth::{
    AuthErrorKind, ClaimMapper, ClaimPermissions, Identity, RoleRule, RoleRules, Roles, Tenant,
};

use super::{granted, refusal};

#[test]
fn keycloak_keeps_the_roles_of_the_realm_and_of_clients_apart() {
    let claims = json!({
        "iss": "https://login.example.com/realms/main",
        "azp": "web",
        "realm_access": {"roles": ["offline_access", "admin"]},
        "resource_access": {
            "orders-api": {"roles": ["reader"]},
            "account": {"roles": ["manage-account", "admin"]},
        },
        "scope": "email profile",
    });
    let realm = ClaimPermissions::at("realm_access.roles");
    let client = ClaimPermissions::keycloak_client;
    assert_eq!(granted(&realm, &claims), ["admin", "offline_access"]);
    assert_eq!(granted(&client("orders-api"), &claims), ["reader"]);
    assert!(granted(&client("billing-api"), &claims).is_empty());
    let both = realm.prefixed("realm:").and(client("orders-api").prefixed("orders-api:"));
    assert_eq!(
        granted(&both, &claims),
        ["orders-api:reader", "realm:admin", "realm:offline_access"]
    );
}

#[test]
fn entra_has_app_roles_scopes_and_groups() {
    let app = json!({"roles": ["Orders.Read.All", "Orders.Write.All"], "idtyp": "app"});
    let user =
        json!({"scp": "Orders.Read access_as_user", "groups": ["2f9c7a1e-desk", "84d1b0c3"]});
    let mapper = ClaimPermissions::at("roles")
        .prefixed("app:")
        .and(ClaimPermissions::at("scp"))
        .and(ClaimPermissions::at("groups").renamed([("2f9c7a1e-desk", "desk")]).only(["desk"]));
    assert_eq!(granted(&mapper, &app), ["app:Orders.Read.All", "app:Orders.Write.All"]);
    assert_eq!(granted(&mapper, &user), ["Orders.Read", "access_as_user", "desk"]);
}

#[test]
fn auth0_and_okta_have_permissions_scopes_and_groups() {
    let mapper = ClaimPermissions::at("permissions").or_else(ClaimPermissions::at("scope"));
    for (claims, expected) in [
        (
            json!({"permissions": ["orders:read"], "scope": "openid orders:write"}),
            &["orders:read"][..],
        ),
        (json!({"permissions": [], "scope": "openid"}), &["openid"]),
        (json!({"scope": "openid orders:write"}), &["openid", "orders:write"]),
    ] {
        assert_eq!(granted(&mapper, &claims), expected, "{claims}");
    }
    let okta = ClaimPermissions::at("scp").and(ClaimPermissions::at("groups").prefixed("group:"));
    let claims = json!({"scp": ["orders.read"], "groups": ["Everyone"]});
    assert_eq!(granted(&okta, &claims), ["group:Everyone", "orders.read"]);
}

fn nussknacker() -> RoleRules {
    RoleRules::builder()
        .rule(RoleRule::new("Reader").with_categories(["Fraud"]).with_permissions(["Read"]))
        .rule(RoleRule::new("Writer").with_categories(["Fraud"]).with_permissions(["Write"]))
        .rule(RoleRule::admin("Admin"))
        .build()
        .unwrap()
}

fn in_fraud(rules: &RoleRules, claims: &Value) -> Result<Vec<String>, AuthErrorKind> {
    let fraud = Tenant::new("Fraud").unwrap();
    let permissions = rules.permissions(&super::caller(claims), Some(&fraud));
    let names = permissions.map(|all| all.iter().map(str::to_owned).collect());
    names.map_err(|error| error.kind())
}

/// NK-41: `rolesClaims` is a list of claims, of which all count.
#[test]
fn nk_41_roles_come_from_several_claims() {
    let rules = nussknacker().from_claims(["http://a/roles", "http://b/roles"]);
    let refused = Err(AuthErrorKind::PermissionDenied);
    for (claims, expected) in [
        (
            json!({"http://a/roles": ["reader"], "http://b/roles": ["WRITER"]}),
            Ok(vec!["Read".to_owned(), "Write".to_owned()]),
        ),
        (json!({"http://b/roles": ["writer"]}), Ok(vec!["Write".to_owned()])),
        (json!({"http://b/roles": ["nobody"]}), Ok(Vec::new())),
        (json!({"roles": ["reader"]}), refused.clone()),
        (json!({}), refused),
    ] {
        assert_eq!(in_fraud(&rules, &claims), expected, "{claims}");
    }
    let admin = json!({"http://b/roles": ["admin"]});
    assert!(rules.is_admin(&super::caller(&admin)));
}

/// A role is a role, however many groups lead to it.
#[test]
fn groups_become_roles_and_roles_permissions() {
    let roles = Roles::builder()
        .grant("viewer", ["orders:read"])
        .grant("editor", ["orders:write"])
        .include("editor", "viewer")
        .build()
        .unwrap();
    let groups = ClaimPermissions::at("groups")
        .renamed([("cn=desk,ou=groups", "editor"), ("cn=audit,ou=groups", "viewer")])
        .only(["editor", "viewer"]);
    let mapper = roles.over(groups.reject_malformed());
    for (groups, expected) in [
        (json!(["cn=audit,ou=groups"]), &["orders:read"][..]),
        (json!(["cn=desk,ou=groups", "cn=audit,ou=groups"]), &["orders:read", "orders:write"]),
        (json!(["cn=other"]), &[]),
    ] {
        assert_eq!(granted(&mapper, &json!({ "groups": groups })), expected);
    }
    assert_eq!(refusal(&mapper, &json!({"groups": [1]})), AuthErrorKind::PermissionDenied);
}

#[test]
fn an_arc_of_a_mapper_is_a_mapper() {
    let mapper = std::sync::Arc::new(ClaimPermissions::at("p"));
    let alice = Identity::new("alice").with_claim("p", "a");
    assert!(mapper.and(ClaimPermissions::at("q")).permissions(&alice, None).unwrap().contains("a"));
}
