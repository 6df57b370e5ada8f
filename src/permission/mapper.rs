//! [`ClaimMapper`]: from claims to permissions.

use serde_json::Value;

use crate::{
    claims::{ClaimPath, Claims},
    error::AuthError,
    identity::Identity,
    permission::Permissions,
    tenant::Tenant,
};

/// Says what an identity may do, from its claims and the tenant it acts for. Closures are mappers.
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthError, Identity, PermissionClaimLayer, Permissions, Tenant};
///
/// // `namespace:role` elements, of which those of the tenant count.
/// let layer = PermissionClaimLayer::new(|identity: &Identity, tenant: Option<&Tenant>| {
///     let entries = identity.claims().get("permissions").and_then(|entries| entries.as_array());
///     let of_tenant = |entry: &str| {
///         let (namespace, role) = entry.split_once(':')?;
///         (Some(namespace) == tenant.map(Tenant::as_str)).then(|| role.to_owned())
///     };
///     let entries = entries.into_iter().flatten().filter_map(|entry| entry.as_str());
///     Ok::<Permissions, AuthError>(entries.filter_map(of_tenant).collect())
/// });
/// # let _ = layer;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot map claims to permissions",
    note = "use `ClaimPermissions::at(\"scope\")`, `Roles` or `RoleRules`, or pass a closure \
            `|identity: &Identity, tenant: Option<&Tenant>| -> Result<Permissions, AuthError>`"
)]
pub trait ClaimMapper: Send + Sync + 'static {
    /// What the identity may do.
    ///
    /// No permissions are a good answer; an error is for claims that contradict themselves.
    ///
    /// # Errors
    ///
    /// Why the request is refused.
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError>;

    /// Whether the answer depends on nothing but the tenant and what the identity itself says: not on
    /// the time, on data that change or on other requests. Such an answer is kept with an identity that
    /// is remembered, for as long as that is.
    ///
    /// No, if it is not said: closures are asked each time.
    fn is_pure(&self) -> bool {
        false
    }
}

impl<F> ClaimMapper for F
where
    F: Fn(&Identity, Option<&Tenant>) -> Result<Permissions, AuthError> + Send + Sync + 'static,
{
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        self(identity, tenant)
    }
}

/// A [`ClaimMapper`] that takes a claim for what it says: each entry is a permission.
///
/// The claim is an array of strings (`permissions`, `scp`), a space-separated string (`scope`, RFC
/// 8693, section 4.2) or a single string. Elements that are no strings grant nothing, and neither
/// does a claim that is absent.
///
/// # Examples
///
/// ```
/// use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
///
/// let alice = Identity::new("alice").with_claim("scope", "orders:read orders:write");
/// let permissions = ClaimPermissions::at("scope").permissions(&alice, None)?;
/// assert!(permissions.contains("orders:write"));
/// # Ok::<(), tower_auth::AuthError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClaimPermissions(ClaimPath);

impl ClaimPermissions {
    /// The permissions are the entries of the claim at a path; see [`Claims`] for paths.
    #[must_use]
    pub fn at(path: &str) -> Self {
        Self(ClaimPath::from(path))
    }
}

impl ClaimMapper for ClaimPermissions {
    fn permissions(
        &self,
        identity: &Identity,
        _: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        Ok(entries(&self.0, identity.claims()).collect())
    }

    fn is_pure(&self) -> bool {
        true
    }
}

/// The entries of a claim: the strings of an array, or the words of a string.
pub(super) fn entries<'c>(path: &ClaimPath, claims: &'c Claims) -> impl Iterator<Item = &'c str> {
    let claim = path.find(claims);
    let words = claim.and_then(Value::as_str).into_iter().flat_map(|words| words.split(' '));
    let elements = claim.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    words.chain(elements).filter(|entry| !entry.is_empty())
}
