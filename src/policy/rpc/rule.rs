//! [`RpcRule`]: what is asked of those who call methods of one service.

use crate::policy::Access;

/// What is asked of those who call some methods of one service, or all that no other rule names.
///
/// # Examples
///
/// ```
/// use tower_auth::{Access, RpcRule};
///
/// let rule = RpcRule::methods("orders.v1.Orders", ["Create", "Cancel"], "orders:write");
/// let rest = RpcRule::service("orders.v1.Orders", "orders:admin");
/// let health = RpcRule::methods("grpc.health.v1.Health", ["Check"], Access::Open);
/// assert_eq!(rest.to_string(), "orders.v1.Orders [*]: requires orders:admin");
/// # let _ = (rule, health);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct RpcRule {
    pub(super) service: String,
    pub(super) methods: Vec<String>,
    pub(super) access: Access,
}

impl RpcRule {
    /// Stands for all methods that no other rule names.
    pub(super) const REST: &'static str = "*";

    /// A rule for methods, by their names without that of the service.
    pub fn methods<M: Into<String>>(
        service: impl Into<String>,
        methods: impl IntoIterator<Item = M>,
        access: impl Into<Access>,
    ) -> Self {
        Self {
            service: service.into(),
            methods: methods.into_iter().map(Into::into).collect(),
            access: access.into(),
        }
    }

    /// A rule for the methods of a service that no other rule names, also those that nobody has
    /// thought of yet.
    pub fn service(service: impl Into<String>, access: impl Into<Access>) -> Self {
        Self::methods(service, [Self::REST], access)
    }

    /// The name of the service.
    #[must_use]
    pub fn service_name(&self) -> &str {
        &self.service
    }

    /// The names of the methods; `*` is all that no rule names.
    #[must_use]
    pub fn method_names(&self) -> &[String] {
        &self.methods
    }

    /// What it asks.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.access
    }
}

impl std::fmt::Display for RpcRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} [{}]: {}", self.service, self.methods.join(", "), self.access)
    }
}
