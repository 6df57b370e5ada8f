//! [`PolicyStatus`]: how a policy is doing.

/// How a [`Policy`](crate::Policy) is doing, for those who run the service.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PolicyStatus {
    /// Counts how often rules and mapper were exchanged, from 1.
    pub version: u64,
    /// How many rules there are.
    pub rules: usize,
    /// Whether the policy, or a clone of it, lets requests through that it would refuse: see
    /// [`Policy::danger_rehearse`](crate::Policy::danger_rehearse). No service whose rules count says
    /// `true` here.
    pub is_rehearsal: bool,
    /// Requests that were let through only because it is a rehearsal.
    pub would_have_refused: u64,
}
