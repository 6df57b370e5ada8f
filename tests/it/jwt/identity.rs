//! A good token becomes an identity.

use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::json;

use crate::support::tokens::{ISSUER, NOW, assert_accepted, token};

#[test]
fn the_identity_has_subject_issuer_and_expiry_of_the_token() {
    let identity = assert_accepted(token().claim("sub", "user-7").compact());

    assert_eq!(identity.subject(), "user-7");
    assert_eq!(identity.issuer(), Some(ISSUER));
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 600);
    assert_eq!(identity.expires_at(), Some(expiry));
    assert!(!identity.is_anonymous());
}

#[test]
fn all_claims_of_the_token_are_claims_of_the_identity() {
    let roles = json!({ "roles": ["editor", "viewer"] });
    let token = token().claim("realm_access", roles).claim("tid", "acme");
    let identity = assert_accepted(token.compact());

    assert_eq!(identity.claims().str("tid"), Some("acme"));
    assert_eq!(identity.claims().str("sub"), Some("alice"));
    let role = identity.claims().get("realm_access.roles.1");
    assert_eq!(role, Some(&json!("viewer")));
}

#[test]
fn claims_are_read_as_a_type() {
    #[derive(Deserialize)]
    struct Staff {
        department: String,
        level: u8,
        nickname: Option<String>,
    }

    let token = token().claim("department", "sales").claim("level", 3);
    let staff: Staff = assert_accepted(token.compact()).claims_as().unwrap();
    assert_eq!(staff.department, "sales");
    assert_eq!(staff.level, 3);
    assert_eq!(staff.nickname, None);
}

#[test]
fn text_of_any_language_and_numbers_of_any_size_come_through_unchanged() {
    let claims = token().claims_json().replacen(
        '{',
        r#"{"name":"Zo\u00eb \ud83d\ude00 李","big":18446744073709551615,"small":-9223372036854775808,"half":0.5,"#,
        1,
    );
    let identity = assert_accepted(token().with_claims_text(claims));

    assert_eq!(identity.claims().str("name"), Some("Zoë 😀 李"));
    assert_eq!(identity.claims().get("big"), Some(&json!(u64::MAX)));
    assert_eq!(identity.claims().get("small"), Some(&json!(i64::MIN)));
    assert_eq!(identity.claims().get("half"), Some(&json!(0.5)));
}

#[test]
fn a_fraction_of_a_second_in_exp_is_kept() {
    let at = 1_800_000_100.5;
    let identity = assert_accepted(token().claim("exp", at).compact());
    let expiry = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(at);
    assert_eq!(identity.expires_at(), Some(expiry));
}

#[test]
fn no_claim_value_is_printed_by_debug() {
    let identity = assert_accepted(token().claim("phone", "+49 30 901820").compact());
    let printed = format!("{identity:?}");
    assert!(!printed.contains("901820"), "{printed}");
    assert!(printed.contains("phone"), "{printed}");
}
