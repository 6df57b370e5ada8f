//! [`UsersRules`]: the rules of the file that users are from, as they are now.

use std::sync::Arc;

use super::{Users, store::Store};
use crate::{
    error::AuthError,
    identity::Identity,
    impersonation::ImpersonationRules,
    permission::{ClaimMapper, PermissionMap, Permissions, RoleRules},
    tenant::{Tenant, TenantMembership},
};

/// The rules of the file that users are from: [`RoleRules`] that change with the file, at the same
/// moment as the users do. A request that is under way then may meet users of before and rules of after.
///
/// # Examples
///
/// ```
/// use tower_auth::{ClaimMapper, Identity, Tenant, Users, UsersFile};
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("users.json");
/// # std::fs::write(&path, r#"{
/// #     "users": [{
/// #         "identity": "alice",
/// #         "encryptedPassword": "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6",
/// #         "roles": ["Writer"]
/// #     }],
/// #     "rules": [{ "role": "Writer", "categories": ["Fraud"], "permissions": ["Read", "Write"] }]
/// # }"#)?;
/// let users = Users::builder().file(UsersFile::at(&path)).build()?;
/// let rules = users.rules().expect("the file has rules");
///
/// let alice = Identity::new("alice").with_claim("roles", vec!["Writer"]);
/// let fraud = Tenant::new("Fraud")?;
/// assert!(rules.permissions(&alice, Some(&fraud))?.contains("Write"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct UsersRules(Arc<Store>);

impl Users {
    /// The rules of the users' file; none where there is no file, or where its format has no room for
    /// rules.
    #[must_use]
    pub fn rules(&self) -> Option<UsersRules> {
        let has_rules = self.0.set.load().rules.is_some();
        has_rules.then(|| UsersRules(Arc::clone(&self.0)))
    }
}

impl UsersRules {
    /// What an identity may do in each category, for a settings endpoint.
    #[must_use]
    pub fn permission_map(&self, identity: &Identity) -> PermissionMap {
        self.now().permission_map(identity)
    }

    /// Whether a rule makes the identity an admin.
    #[must_use]
    pub fn is_admin(&self, identity: &Identity) -> bool {
        self.now().is_admin(identity)
    }

    fn now(&self) -> Arc<RoleRules> {
        self.0.set.load().rules.clone().expect("a file that had rules is refused without any")
    }
}

impl ClaimMapper for UsersRules {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        self.now().permissions(identity, tenant)
    }
}

impl TenantMembership for UsersRules {
    fn is_member(&self, identity: &Identity, tenant: &Tenant) -> bool {
        self.now().is_member(identity, tenant)
    }
}

impl ImpersonationRules for UsersRules {
    fn may_impersonate(&self, caller: &Identity) -> bool {
        self.now().may_impersonate(caller)
    }

    fn is_protected(&self, target: &Identity) -> bool {
        self.now().is_protected(target)
    }
}

impl std::fmt::Debug for UsersRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UsersRules(..)")
    }
}
