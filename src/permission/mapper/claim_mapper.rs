//! [`ClaimMapper`]: from claims to permissions.

use std::sync::Arc;

use crate::{
    error::AuthError,
    identity::Identity,
    permission::{
        Permissions,
        mapper::{AndMapper, OrElseMapper, WhenMapper},
    },
    tenant::Tenant,
};

/// Says what an identity may do, from its claims and the tenant it acts for. Closures are mappers, and
/// so is an `Arc` of one.
///
/// Ready ones are [`ClaimPermissions`](crate::ClaimPermissions), [`Roles`](crate::Roles),
/// [`RoleRules`](crate::RoleRules) and [`TemporalPermissions`](crate::TemporalPermissions); they are put
/// together by [`and`](Self::and), [`or_else`](Self::or_else) and [`when`](Self::when). The
/// [guide](crate::guide::mappers) has recipes for providers. What has to be asked of a database is said
/// by a `PermissionSource` (feature `cache`).
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

    /// What both say: granted is what either grants, denied what either denies.
    ///
    /// Where one of them refuses, the request is refused.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde_json::json;
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
    ///
    /// let mapper = ClaimPermissions::at("realm_access.roles")
    ///     .prefixed("realm:")
    ///     .and(ClaimPermissions::at("scope"));
    ///
    /// let alice = Identity::new("alice")
    ///     .with_claim("realm_access", json!({ "roles": ["editor"] }))
    ///     .with_claim("scope", "orders:read");
    /// let permissions = mapper.permissions(&alice, None)?;
    /// assert!(permissions.contains("realm:editor") && permissions.contains("orders:read"));
    /// # Ok::<(), tower_auth::AuthError>(())
    /// ```
    fn and<M: ClaimMapper>(self, other: M) -> AndMapper<Self, M>
    where
        Self: Sized,
    {
        AndMapper::new(self, other)
    }

    /// What this one says, or what another one says where this one grants nothing.
    ///
    /// A refusal is an answer, and so is a denial: it holds for what the other one grants, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
    ///
    /// let mapper = ClaimPermissions::at("permissions").or_else(ClaimPermissions::at("scope"));
    ///
    /// let alice = Identity::new("alice").with_claim("scope", "orders:read");
    /// assert!(mapper.permissions(&alice, None)?.contains("orders:read"));
    /// let alice = alice.with_claim("permissions", vec!["orders:write"]);
    /// assert!(!mapper.permissions(&alice, None)?.contains("orders:read"));
    /// # Ok::<(), tower_auth::AuthError>(())
    /// ```
    fn or_else<M: ClaimMapper>(self, other: M) -> OrElseMapper<Self, M>
    where
        Self: Sized,
    {
        OrElseMapper::new(self, other)
    }

    /// What this one says of the identities of one [issuer](Identity::issuer), compared byte for byte;
    /// of all others, and of those that nobody vouches for, it says nothing.
    ///
    /// Where tokens of several issuers are good, the same name in two of them is not the same right.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
    ///
    /// let staff = ClaimPermissions::at("roles").when("https://login.example.com");
    /// let partners = ClaimPermissions::at("roles").prefixed("partner:").when("https://id.partner.example");
    /// let mapper = staff.and(partners);
    ///
    /// let mallory = Identity::new("mallory")
    ///     .with_issuer("https://id.partner.example")
    ///     .with_claim("roles", vec!["admin"]);
    /// let permissions = mapper.permissions(&mallory, None)?;
    /// assert!(permissions.contains("partner:admin") && !permissions.contains("admin"));
    /// # Ok::<(), tower_auth::AuthError>(())
    /// ```
    fn when(self, issuer: impl Into<Arc<str>>) -> WhenMapper<Self>
    where
        Self: Sized,
    {
        WhenMapper::new(self, issuer.into())
    }
}

impl<M: ClaimMapper + ?Sized> ClaimMapper for Arc<M> {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        (**self).permissions(identity, tenant)
    }

    fn is_pure(&self) -> bool {
        (**self).is_pure()
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
