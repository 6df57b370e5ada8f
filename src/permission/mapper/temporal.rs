//! [`TemporalPermissions`]: roles in namespaces, as the Temporal server reads them.

use std::sync::Arc;

use crate::{
    error::AuthError,
    identity::Identity,
    permission::{
        ClaimMapper, Permissions,
        mapper::{ClaimPermissions, MapperStatus, skipped::Reason},
    },
    tenant::Tenant,
};

/// A [`ClaimMapper`] for elements `namespace:role`, as the Temporal server reads them. The namespace is
/// the [`Tenant`] of the request.
///
/// # What is granted
///
/// | Role | in the namespace of the request | in the system scope, `temporal-system` |
/// |---|---|---|
/// | `read` | `temporal:namespace:read` | the same, and `temporal:system:read` |
/// | `write` | that, and `temporal:namespace:write` | the same, and `temporal:system:write` |
/// | `admin` | those, and `temporal:namespace:admin` | the same, and `temporal:system:admin` |
/// | `worker` | `temporal:namespace:worker` | the same, and `temporal:system:worker` |
///
/// A higher role has the lower ones, all but `worker`, which the server's own authorizer asks for
/// nowhere. Roles of the system count in every namespace, also where a request names none; roles of a
/// namespace never count for the system. So what the server demands is a plain requirement:
/// `temporal:namespace:write` to start a workflow, `temporal:system:read` to list the namespaces. No other
/// mapper can grant a name with `temporal:` by chance, see
/// [`allow_reserved_prefixes`](ClaimPermissions::allow_reserved_prefixes).
///
/// # Elements
///
/// Names of roles are compared without case, those of namespaces exactly. Several elements of a
/// namespace add up. Nothing is trimmed: `default : read` has no role. An element that is not two parts
/// with one colon between them, or whose role is none of the four, is malformed as with
/// [`ClaimPermissions`]. `system:admin` is a role in a namespace of the name `system`, unless
/// [`with_system_scope`](Self::with_system_scope) says otherwise.
///
/// Where this differs from the server (1.31):
///
/// | | here | the server |
/// |---|---|---|
/// | the claim is a string | words, separated by spaces | ignored |
/// | the claim is nested | found, see [`Claims`](crate::Claims) | only at the top |
/// | `a:b:c`, `default:owner` | skipped, counted, told of | ignored |
/// | other forms than `namespace:role` | `ClaimPattern::temporal` (feature `regex`), an error if it is broken | falls back to the colon |
/// | where such an expression fits | the whole element | anywhere; `ClaimPattern::allow_partial_matches` |
/// | an element `:read`, a request without a namespace | only the system scope counts | it counts as well |
///
/// # Examples
///
/// ```
/// use tower_auth::{ClaimMapper, Identity, TemporalPermissions, Tenant};
///
/// let mapper = TemporalPermissions::new();
/// let alice = Identity::new("alice")
///     .with_claim("permissions", vec!["orders:write", "billing:admin", "temporal-system:read"]);
///
/// let permissions = mapper.permissions(&alice, Some(&Tenant::new("orders")?))?;
/// assert!(permissions.contains("temporal:namespace:read"));
/// assert!(permissions.contains("temporal:namespace:write"));
/// assert!(permissions.contains("temporal:system:read"));
/// assert!(!permissions.contains("temporal:namespace:admin"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TemporalPermissions {
    elements: ClaimPermissions,
    system: Arc<str>,
    namespace_wildcards: bool,
}

/// The roles of the server, with its numbers.
#[derive(Clone, Copy, Debug, Default)]
struct Roles(u8);

impl TemporalPermissions {
    /// The claim that elements are taken from where no other is set.
    pub const DEFAULT_CLAIM: &'static str = "permissions";

    /// The scope of the system where no other is set.
    pub const DEFAULT_SYSTEM_SCOPE: &'static str = "temporal-system";

    /// Elements in the claim `permissions`.
    pub fn new() -> Self {
        Self::of(ClaimPermissions::at(Self::DEFAULT_CLAIM))
    }

    /// Elements as another mapper finds them, after its steps: groups that are renamed, a pattern, what
    /// is left of a prefix. Whether it allows wildcards or reserved prefixes makes no difference.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity, TemporalPermissions, Tenant};
    ///
    /// let groups = ClaimPermissions::at("groups")
    ///     .renamed([("2f9c7a1e-ops", "temporal-system:admin"), ("84d1b0c3-dev", "orders:write")])
    ///     .only(["temporal-system:admin", "orders:write"]);
    /// let mapper = TemporalPermissions::of(groups);
    ///
    /// let alice = Identity::new("alice").with_claim("groups", vec!["84d1b0c3-dev", "everybody"]);
    /// let permissions = mapper.permissions(&alice, Some(&Tenant::new("orders")?))?;
    /// assert!(permissions.contains("temporal:namespace:write"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(elements: ClaimPermissions) -> Self {
        let system = Self::DEFAULT_SYSTEM_SCOPE.into();
        Self { elements, system, namespace_wildcards: false }
    }

    /// Sets the claim that elements are taken from (`permissionsClaimName`); see [`Claims`](crate::Claims)
    /// for paths.
    pub fn with_claim(self, path: &str) -> Self {
        Self { elements: ClaimPermissions::at(path), ..self }
    }

    /// Sets the scope of the system. It was `system` until 1.20 of the server.
    pub fn with_system_scope(mut self, name: impl Into<Arc<str>>) -> Self {
        self.system = name.into();
        self
    }

    /// Lets an element speak for all namespaces, `*:read`, or for those that begin alike,
    /// `orders-*:read`; never for the system, nor for the namespace of that name.
    pub const fn allow_namespace_wildcards(mut self) -> Self {
        self.namespace_wildcards = true;
        self
    }

    /// Refuses a request whose claim is malformed.
    pub fn reject_malformed(mut self) -> Self {
        self.elements = self.elements.reject_malformed();
        self
    }

    /// What has been skipped. Clone a mapper before it goes into a layer to ask it later.
    #[must_use]
    pub fn status(&self) -> MapperStatus {
        self.elements.status()
    }

    /// Whether an element of this namespace counts for a tenant.
    fn counts_for(&self, tenant: &str, namespace: &str) -> bool {
        let may_be_wild = self.namespace_wildcards && *tenant != *self.system;
        let prefix = namespace.strip_suffix('*').filter(|_| may_be_wild);
        namespace == tenant || prefix.is_some_and(|prefix| tenant.starts_with(prefix))
    }
}

impl Default for TemporalPermissions {
    fn default() -> Self {
        Self::new()
    }
}

impl ClaimMapper for TemporalPermissions {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        let (mut system, mut namespace) = (Roles::default(), Roles::default());
        self.elements.each(identity, tenant, &mut |element| {
            let parts = element.text.split_once(':');
            let read = parts.and_then(|(scope, role)| Some((scope, Roles::named(role)?)));
            let Some((scope, role)) = read else {
                return self.elements.skip(Reason::NoMatch, identity);
            };
            if scope.contains('*') && !self.namespace_wildcards {
                return self.elements.skip(Reason::Wildcard, identity);
            }
            if *scope == *self.system {
                system.add(role);
            } else if tenant.is_some_and(|tenant| self.counts_for(tenant.as_str(), scope)) {
                namespace.add(role);
            }
            Ok(())
        })?;
        namespace.add(system);
        let granted = namespace.granted(&NAMESPACE).chain(system.granted(&SYSTEM));
        Ok(granted.collect())
    }

    fn is_pure(&self) -> bool {
        true
    }
}

impl Roles {
    const WORKER: u8 = 1;
    const READ: u8 = 2;
    const WRITE: u8 = 4;
    const ADMIN: u8 = 8;

    const NAMES: [(&str, u8); 4] = [
        ("worker", Self::WORKER),
        ("read", Self::READ),
        ("write", Self::WRITE),
        ("admin", Self::ADMIN),
    ];

    fn named(name: &str) -> Option<Self> {
        // Narrower than the server, which takes the Kelvin sign for a `k`.
        let mut names = Self::NAMES.iter();
        names.find(|(role, _)| name.eq_ignore_ascii_case(role)).map(|(_, number)| Self(*number))
    }

    const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// The names that they reach: the server compares numbers, and any sum of lower roles is less than
    /// a higher one.
    fn granted(
        self,
        names: &'static [(&'static str, u8); 4],
    ) -> impl Iterator<Item = &'static str> {
        let reaches = move |number: u8| match number {
            Self::WORKER => self.0 & Self::WORKER != 0,
            number => self.0 >= number,
        };
        names.iter().filter(move |(_, number)| reaches(*number)).map(|(name, _)| *name)
    }
}

const NAMESPACE: [(&str, u8); 4] = [
    ("temporal:namespace:worker", Roles::WORKER),
    ("temporal:namespace:read", Roles::READ),
    ("temporal:namespace:write", Roles::WRITE),
    ("temporal:namespace:admin", Roles::ADMIN),
];

const SYSTEM: [(&str, u8); 4] = [
    ("temporal:system:worker", Roles::WORKER),
    ("temporal:system:read", Roles::READ),
    ("temporal:system:write", Roles::WRITE),
    ("temporal:system:admin", Roles::ADMIN),
];
