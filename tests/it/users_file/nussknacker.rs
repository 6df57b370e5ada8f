//! The sample of Nussknacker's documentation, as printed.

use tower_auth::{ClaimMapper, Identity, Permissions, Tenant, UsersFile};

use super::names;

const SAMPLE: &str = "tests/data/nussknacker/users.conf";

/// The second user's `permissions` are meant to be `roles`: so it is in the documentation.
#[test]
fn nk_12_the_sample_is_read_with_warnings() {
    let file = UsersFile::at(SAMPLE).danger_allow_clear_text_passwords();
    assert_eq!(
        file.check().unwrap(),
        [
            "users[1].permissions: nobody reads a key of this name",
            "users[1]: the user has no roles, so every request of theirs is refused",
        ]
    );
    assert_eq!(names(&file.load_users().unwrap()), ["user1", "user2"]);
}

#[test]
fn nk_12_its_clear_text_password_takes_a_word_from_the_owner() {
    let error = UsersFile::at(SAMPLE).load_users().unwrap_err();
    assert_eq!(error.problems().count(), 1, "{error}");
    assert!(error.to_string().contains("users[0].password: user \"user1\""), "{error}");
    assert!(!error.to_string().contains("\"pass\""), "{error}");
}

#[test]
fn nk_12_its_rules_hold_by_themselves() {
    let rules = UsersFile::at(SAMPLE).load_rules().unwrap();
    let permissions = |role: &str, category: Option<&str>| {
        let tenant = category.map(|category| Tenant::new(category).unwrap());
        let identity = Identity::new("user").with_claim("roles", vec![role]);
        rules.permissions(&identity, tenant.as_ref()).unwrap()
    };
    let held = |names: &[&str]| names.iter().copied().collect::<Permissions>();
    assert_eq!(permissions("reader", Some("Category1")), held(&["Read"]));
    assert_eq!(permissions("WRITER", Some("Category2")), held(&["Read", "Write"]));
    let deployer = held(&["Deploy", "Read", "Write", "global:AdminTab"]);
    assert_eq!(permissions("Deployer", Some("Category1")), deployer);
    assert_eq!(permissions("Deployer", Some("Category3")), held(&["global:AdminTab"]));
    assert_eq!(permissions("Deployer", None), held(&["global:AdminTab"]));
    assert_eq!(permissions("Writer", None), held(&[]));
}
