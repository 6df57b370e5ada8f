//! [`Policy::filter`]: what a caller may ask for, of what could be asked for.

use http::Request;

use crate::{
    identity::Identity,
    policy::{Policy, rules::Head},
    tenant::Tenant,
};

impl Policy {
    /// Leaves of some items those for which the policy would let the caller's request through: for lists,
    /// menus and links, where a caller with few rights wants few entries and not a refusal.
    ///
    /// All items are held against one version. A [rehearsal](Self::danger_rehearse) is as if it were none.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use tower_auth::{ClaimPermissions, Identity, PathRules, Policy};
    ///
    /// let rules = PathRules::builder()
    ///     .path("/orders/**", "orders:read")
    ///     .path("/invoices/**", "invoices:read")
    ///     .build()?;
    /// let policy = Policy::new(rules, ClaimPermissions::at("scope"));
    /// let alice = Identity::new("alice").with_claim("scope", "orders:read");
    ///
    /// let links = ["/orders/", "/invoices/", "/unheard/of"];
    /// let request = |link: &&str| Request::get(*link).body(()).expect("a path");
    /// assert_eq!(policy.filter(&alice, None, links, request), ["/orders/"]);
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    #[must_use]
    pub fn filter<T, B>(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
        items: impl IntoIterator<Item = T>,
        request: impl Fn(&T) -> Request<B>,
    ) -> Vec<T> {
        let version = self.current();
        let is_allowed = |item: &T| {
            let position = version.find(Head::of_request(&request(item)));
            position.is_ok_and(|position| {
                version.judge(position, Some(identity), tenant).result.is_ok()
            })
        };
        items.into_iter().filter(is_allowed).collect()
    }
}
