//! [`ImpersonationRules`]: who may impersonate, and whom nobody may.

use crate::identity::Identity;

/// Says who may impersonate others, and who is protected from it.
///
/// It is asked on the thread of the request, so it must not block.
///
/// # Examples
///
/// ```
/// use tower_auth::{Identity, ImpersonationRules};
///
/// struct ByRole;
///
/// impl ImpersonationRules for ByRole {
///     fn may_impersonate(&self, caller: &Identity) -> bool {
///         matches!(caller.claims().str("role"), Some("admin" | "support"))
///     }
///
///     fn is_protected(&self, target: &Identity) -> bool {
///         target.claims().str("role") == Some("admin")
///     }
/// }
///
/// let support = Identity::new("sue").with_claim("role", "support");
/// assert!(ByRole.may_impersonate(&support));
/// assert!(!ByRole.is_protected(&support));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot say who may impersonate whom",
    note = "implement `ImpersonationRules` for it"
)]
pub trait ImpersonationRules: Send + Sync + 'static {
    /// Whether the caller has the right to impersonate others. Asked before anybody is looked up.
    fn may_impersonate(&self, caller: &Identity) -> bool;

    /// Whether nobody may act as the target, whatever their rights: say yes for administrators.
    fn is_protected(&self, target: &Identity) -> bool;
}
