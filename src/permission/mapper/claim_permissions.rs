//! [`ClaimPermissions`]: the elements of a claim are permissions.

use std::{collections::HashMap, sync::Arc};

#[cfg(feature = "regex")]
use crate::permission::mapper::ClaimPattern;
use crate::{
    claims::ClaimPath,
    error::AuthError,
    identity::Identity,
    permission::{
        ClaimMapper, Permissions,
        mapper::{
            MapperStatus,
            elements::Elements,
            skipped::{Reason, Skipped},
            step::{Element, Step, walk},
        },
    },
    tenant::Tenant,
};

/// Beginnings of names that other mappers give a meaning to: [`RoleRules`](crate::RoleRules), and
/// [`TemporalPermissions`](crate::TemporalPermissions).
const RESERVED: [&str; 2] = ["global:", "temporal:"];

/// A [`ClaimMapper`] that takes a claim for what it says: each element is a permission.
///
/// # Elements
///
/// They are the strings of an array (`permissions`, `scp`) or the words of a string, separated by spaces
/// (`scope`, RFC 8693, section 4.2) or by what [`separated_by`](Self::separated_by) says. A claim that is
/// absent grants nothing. [`at_each`](Self::at_each) and [`names_at`](Self::names_at) find elements in
/// objects.
///
/// # Steps
///
/// [`stripped_of`](Self::stripped_of), [`prefixed`](Self::prefixed), [`renamed`](Self::renamed),
/// [`only`](Self::only), [`of_tenant`](Self::of_tenant) and `matching` (feature `regex`) work on each
/// element, in the order in which they are written.
///
/// # What is malformed
///
/// These grant nothing; they are counted ([`status`](Self::status)) and told of in the log, whenever
/// their number has doubled. With [`reject_malformed`](Self::reject_malformed) they refuse the request.
///
/// | An element | |
/// |---|---|
/// | that is no string; a claim of another type | |
/// | that is empty or longer than 256 bytes; that fits no pattern | |
/// | with a `*` | unless [`allow_wildcards`](Self::allow_wildcards) |
/// | that would be a permission with a reserved prefix, `global:` or `temporal:` | unless [`allow_reserved_prefixes`](Self::allow_reserved_prefixes) |
/// | of a claim that the provider has moved elsewhere (`_claim_names`, `hasgroups`) | |
///
/// The last three are about what the claim says: what [`prefixed`](Self::prefixed) and
/// [`renamed`](Self::renamed) say themselves is not looked at.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the claim has more than 4,096 elements | 403 | `PERMISSION_DENIED` |
/// | an element is malformed, with `reject_malformed` | 403 | `PERMISSION_DENIED` |
///
/// # Examples
///
/// ```
/// use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
///
/// let mapper = ClaimPermissions::at("roles")
///     .stripped_of("ROLE_")
///     .renamed([("CLERK", "orders:write"), ("CLERK", "orders:read")])
///     .only(["orders:read", "orders:write"]);
///
/// let alice = Identity::new("alice").with_claim("roles", vec!["ROLE_CLERK", "ROLE_CHEF", "VIP"]);
/// let permissions = mapper.permissions(&alice, None)?;
/// assert_eq!(permissions.iter().collect::<Vec<_>>(), ["orders:read", "orders:write"]);
/// # Ok::<(), tower_auth::AuthError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ClaimPermissions {
    elements: Elements,
    steps: Vec<Step>,
    wildcards_allowed: bool,
    reserved_allowed: bool,
    skipped: Skipped,
}

impl ClaimPermissions {
    /// The permissions are the elements of the claim at a path; see [`Claims`](crate::Claims) for paths.
    pub fn at(path: &str) -> Self {
        Self::of(Elements::at(path.into()))
    }

    /// The elements are within each member of an object, at a path of names joined by dots. Each is
    /// behind the name of its member and a colon, so that those of one member are not those of another.
    ///
    /// A name with a colon is malformed: it could speak for another member.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde_json::json;
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
    ///
    /// let mapper = ClaimPermissions::at_each("resource_access", "roles");
    ///
    /// let clients = json!({ "orders": { "roles": ["editor"] }, "billing": { "roles": ["viewer"] } });
    /// let alice = Identity::new("alice").with_claim("resource_access", clients);
    /// let permissions = mapper.permissions(&alice, None)?;
    /// assert_eq!(permissions.iter().collect::<Vec<_>>(), ["billing:viewer", "orders:editor"]);
    /// # Ok::<(), tower_auth::AuthError>(())
    /// ```
    pub fn at_each(path: &str, inner: &str) -> Self {
        Self::of(Elements::in_members(path.into(), inner))
    }

    /// The elements are the names in an object, but for those whose value is `false` or `null`.
    ///
    /// # Examples
    ///
    /// ```
    /// use serde_json::json;
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
    ///
    /// let mapper = ClaimPermissions::names_at("urn:zitadel:iam:org:project:roles");
    ///
    /// let roles = json!({ "editor": { "org-1": "example.com" }, "admin": false });
    /// let alice = Identity::new("alice").with_claim("urn:zitadel:iam:org:project:roles", roles);
    /// let permissions = mapper.permissions(&alice, None)?;
    /// assert_eq!(permissions.iter().collect::<Vec<_>>(), ["editor"]);
    /// # Ok::<(), tower_auth::AuthError>(())
    /// ```
    pub fn names_at(path: &str) -> Self {
        Self::of(Elements::names(path.into()))
    }

    /// The roles of one client in tokens of Keycloak, whatever characters are in its id. Those of the
    /// realm are at `realm_access.roles`.
    pub fn keycloak_client(id: &str) -> Self {
        let path = ["resource_access", id, "roles"].map(str::to_owned);
        Self::of(Elements::at(ClaimPath::Pointer(path.into())))
    }

    /// Sets what separates the elements of a string; the default is a space. Spaces around an element
    /// are no part of it. Strings in arrays are elements as they are.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
    ///
    /// let mapper = ClaimPermissions::at("groups").separated_by(',');
    /// let alice = Identity::new("alice").with_claim("groups", "sales, order desk");
    /// assert!(mapper.permissions(&alice, None)?.contains("order desk"));
    /// # Ok::<(), tower_auth::AuthError>(())
    /// ```
    pub fn separated_by(mut self, separator: char) -> Self {
        self.elements.separator = separator;
        self
    }

    /// Takes a prefix away. An element without it is somebody else's and grants nothing.
    pub fn stripped_of(self, prefix: impl Into<Arc<str>>) -> Self {
        self.with_step(Step::Strip(prefix.into()))
    }

    /// Puts a prefix in front, such as `realm:`, so that names of one source are not those of another.
    pub fn prefixed(self, prefix: impl Into<Arc<str>>) -> Self {
        self.with_step(Step::Prefix(prefix.into()))
    }

    /// Replaces elements by other names. An element that is several times in the table becomes all of
    /// them; one that is not in it stays, unless [`only`](Self::only) leaves it out.
    ///
    /// With it groups become roles, for [`Roles::over`](crate::Roles::over), or permissions.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity, Roles};
    ///
    /// let groups = ClaimPermissions::at("groups")
    ///     .renamed([("2f9c7a1e-desk", "clerk"), ("84d1b0c3-board", "auditor")])
    ///     .only(["clerk", "auditor"]);
    /// let roles = Roles::builder().grant("clerk", ["orders:write"]).grant("auditor", ["orders:read"]);
    /// let mapper = roles.build()?.over(groups);
    ///
    /// let alice = Identity::new("alice").with_claim("groups", vec!["2f9c7a1e-desk", "everybody"]);
    /// assert!(mapper.permissions(&alice, None)?.contains("orders:write"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn renamed<E: Into<String>, N: Into<Arc<str>>>(
        self,
        table: impl IntoIterator<Item = (E, N)>,
    ) -> Self {
        let mut names = HashMap::<String, Vec<Arc<str>>>::new();
        for (element, name) in table {
            names.entry(element.into()).or_default().push(name.into());
        }
        self.with_step(Step::Rename(names.into()))
    }

    /// Leaves out what is not in this list, compared exactly.
    pub fn only<N: Into<String>>(self, names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        self.with_step(Step::Only(Arc::new(names)))
    }

    /// An element is a tenant, a colon and what is granted there. It counts for requests for that
    /// [`Tenant`], compared exactly, and is what is behind the first colon then.
    ///
    /// Where a request has no tenant, nothing counts.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity, Tenant};
    ///
    /// let mapper = ClaimPermissions::at("permissions").of_tenant();
    /// let elements = vec!["acme:orders:read", "globex:orders:write"];
    /// let alice = Identity::new("alice").with_claim("permissions", elements);
    ///
    /// let permissions = mapper.permissions(&alice, Some(&Tenant::new("acme")?))?;
    /// assert_eq!(permissions.iter().collect::<Vec<_>>(), ["orders:read"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_tenant(self) -> Self {
        self.with_step(Step::OfTenant)
    }

    /// Makes the permission by a pattern with named groups and a template. An element that does not fit
    /// is malformed.
    #[cfg(feature = "regex")]
    pub fn matching(self, pattern: ClaimPattern) -> Self {
        self.with_step(Step::Match(Arc::new(pattern)))
    }

    /// Lets claims grant [wildcards](Permissions#wildcards), such as `orders:*`.
    pub const fn allow_wildcards(mut self) -> Self {
        self.wildcards_allowed = true;
        self
    }

    /// Lets claims grant permissions that begin with `global:` or `temporal:`, to which other mappers
    /// give a meaning.
    pub const fn allow_reserved_prefixes(mut self) -> Self {
        self.reserved_allowed = true;
        self
    }

    /// Refuses a request whose claim is malformed.
    pub const fn reject_malformed(mut self) -> Self {
        self.skipped.is_fatal = true;
        self
    }

    /// What has been skipped. Clone a mapper before it goes into a layer to ask it later.
    #[must_use]
    pub fn status(&self) -> MapperStatus {
        self.skipped.status()
    }

    fn of(elements: Elements) -> Self {
        Self {
            elements,
            steps: Vec::new(),
            wildcards_allowed: false,
            reserved_allowed: false,
            skipped: Skipped::default(),
        }
    }

    fn with_step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    pub(super) fn skip(&self, reason: Reason, identity: &Identity) -> Result<(), AuthError> {
        self.skipped.add(reason, self.elements.path(), identity)
    }

    /// What the steps make of the elements, good or not.
    pub(super) fn each<'a>(
        &'a self,
        identity: &'a Identity,
        tenant: Option<&Tenant>,
        found: &mut dyn FnMut(Element<'a>) -> Result<(), AuthError>,
    ) -> Result<(), AuthError> {
        let mut end = |element: Option<Element<'a>>| match element {
            Some(element) => found(element),
            None => self.skip(Reason::NoMatch, identity),
        };
        for text in self.elements.of(identity, &self.skipped)? {
            walk(&self.steps, Element::of_claim(text), tenant, &mut end)?;
        }
        Ok(())
    }

    fn problem(&self, element: &Element<'_>) -> Option<Reason> {
        let name = &*element.text;
        let decides = |prefix: &&str| element.configured < prefix.len() && name.starts_with(prefix);
        if !self.wildcards_allowed && element.of_token().contains('*') {
            Some(Reason::Wildcard)
        } else if !self.reserved_allowed && RESERVED.iter().any(decides) {
            Some(Reason::Reserved)
        } else {
            None
        }
    }
}

impl ClaimMapper for ClaimPermissions {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        let mut names = Vec::<Arc<str>>::new();
        self.each(identity, tenant, &mut |element| {
            if let Some(reason) = self.problem(&element) {
                return self.skip(reason, identity);
            }
            names.push(element.text.into());
            Ok(())
        })?;
        Ok(names.into_iter().collect())
    }

    fn is_pure(&self) -> bool {
        true
    }
}
