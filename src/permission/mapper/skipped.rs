//! Elements of claims that grant nothing because they are malformed: counted, told of, perhaps fatal.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::{claims::ClaimPath, error::AuthError, event, identity::Identity};

/// How many elements of claims a mapper has skipped since it was made, by the reason.
///
/// Its clones count together; an identity that is remembered is mapped, and counted, once. A number that grows is a provider that has changed its tokens, or a
/// mapper that expects another form. Nothing is counted of elements that are good and mean nothing
/// here: those of another tenant, and those that are not in a list.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct MapperStatus {
    /// The claim, or an element of it, is of another JSON type than text.
    pub not_text: u64,
    /// The element is empty, or has not the form that the mapper asks for.
    pub no_match: u64,
    /// The element is longer than 256 bytes.
    pub too_long: u64,
    /// The claim has more than 4,096 elements. Such a request is refused in any case.
    pub too_many: u64,
    /// The element has a `*`; see [`allow_wildcards`](crate::ClaimPermissions::allow_wildcards).
    pub wildcard: u64,
    /// The permission would have a reserved prefix; see
    /// [`allow_reserved_prefixes`](crate::ClaimPermissions::allow_reserved_prefixes).
    pub reserved: u64,
    /// The provider has left the claim out and says where it is (OpenID Connect Core, section 5.6.2):
    /// Entra ID does so with more than 200 groups.
    pub elsewhere: u64,
}

impl MapperStatus {
    /// The sum.
    #[must_use]
    pub const fn skipped(&self) -> u64 {
        self.not_text
            + self.no_match
            + self.too_long
            + self.too_many
            + self.wildcard
            + self.reserved
            + self.elsewhere
    }
}

/// Why an element is skipped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reason {
    NotText,
    NoMatch,
    TooLong,
    TooMany,
    Wildcard,
    Reserved,
    Elsewhere,
}

impl Reason {
    const ALL: usize = 7;

    const fn as_str(self) -> &'static str {
        match self {
            Self::NotText => "a claim of permissions, or an element of it, is no text",
            Self::NoMatch => "an element of a claim has not the form that is asked for",
            Self::TooLong => "an element of a claim is longer than 256 bytes",
            Self::TooMany => "a claim of permissions has more than 4,096 elements",
            Self::Wildcard => "an element of a claim has a `*`",
            Self::Reserved => "an element of a claim has a reserved prefix",
            Self::Elsewhere => "the provider has left a claim out and says that it is elsewhere",
        }
    }
}

/// What becomes of malformed elements.
#[derive(Clone, Debug, Default)]
pub(super) struct Skipped {
    counts: Arc<[AtomicU64; Reason::ALL]>,
    pub(super) is_fatal: bool,
}

impl Skipped {
    /// Skips an element, or refuses the request.
    pub(super) fn add(
        &self,
        reason: Reason,
        claim: &ClaimPath,
        identity: &Identity,
    ) -> Result<(), AuthError> {
        let before = self.counts[reason as usize].fetch_add(1, Ordering::Relaxed);
        let count = before.saturating_add(1);
        // Told of when their number has doubled: no client floods the log, and none is kept waiting.
        if count.is_power_of_two() {
            event::element_skipped(identity.issuer(), claim, reason.as_str(), count);
        }
        if self.is_fatal || reason == Reason::TooMany {
            // Nobody becomes another one by logging in again: the provider would say the same.
            return Err(AuthError::permission_denied(reason.as_str()));
        }
        Ok(())
    }

    pub(super) fn status(&self) -> MapperStatus {
        let count = |reason: Reason| self.counts[reason as usize].load(Ordering::Relaxed);
        MapperStatus {
            not_text: count(Reason::NotText),
            no_match: count(Reason::NoMatch),
            too_long: count(Reason::TooLong),
            too_many: count(Reason::TooMany),
            wildcard: count(Reason::Wildcard),
            reserved: count(Reason::Reserved),
            elsewhere: count(Reason::Elsewhere),
        }
    }
}
