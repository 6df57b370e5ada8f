//! [`Access`]: what a rule asks of those who call.

use std::fmt;

use crate::permission::{Permission, Permissions, Requirement};

/// What a rule asks of those who call what it names.
///
/// Strings, typed permissions and [`Requirement`]s become [`Requires`](Self::Requires).
///
/// # Examples
///
/// ```
/// use tower_auth::{Access, any};
///
/// assert_eq!(Access::from("orders:write").to_string(), "requires orders:write");
/// assert_eq!(Access::from(any(["a", "b"])).to_string(), "requires a or b");
/// assert!(Access::Open.opens_beyond(&Access::from("orders:write")));
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Access {
    /// Nobody, whatever they hold. It is the same as to have no rule.
    Denied,
    /// Those who meet a requirement. Where anonymous callers are let in, one that only says
    /// [`not`](crate::not) is met by them, too: join it with what members hold.
    Requires(Requirement),
    /// Everybody who has said who they are.
    Authenticated,
    /// Everybody, and nobody is asked who they are.
    Open,
}

/// Names up to which every combination of permissions is tried.
const MAX_NAMES: usize = 10;

impl Access {
    /// Whether somebody would get in by this one who did not by `before`.
    ///
    /// Requirements are compared by trying every combination of the permissions that they name; of
    /// more than ten names it is assumed where the two are not the same.
    #[must_use]
    pub fn opens_beyond(&self, before: &Self) -> bool {
        match (before, self) {
            (_, Self::Denied) | (Self::Open, _) | (Self::Authenticated, Self::Authenticated) => {
                false
            }
            // An anonymous caller, who was granted nothing, may meet a `not`.
            (Self::Authenticated, Self::Requires(after)) => after.is_met_by(&<_>::default()),
            (Self::Denied, Self::Requires(after)) => admits_more(None, after),
            (Self::Requires(before), Self::Requires(after)) => admits_more(Some(before), after),
            (_, Self::Open | Self::Authenticated) => true,
        }
    }

    /// Makes what it asks faster to answer; see [`Requirement::prepared`].
    pub(super) fn prepare(&self) {
        if let Self::Requires(requirement) = self {
            let _ = requirement.clone().prepared();
        }
    }
}

fn admits_more(before: Option<&Requirement>, after: &Requirement) -> bool {
    if before == Some(after) {
        return false;
    }
    let mut names = after.names();
    names.extend(before.into_iter().flat_map(Requirement::names));
    if names.len() > MAX_NAMES {
        return true;
    }
    (0_u32..1 << names.len()).any(|held| {
        let held = (0..).zip(&names).filter(|(bit, _)| held & (1 << bit) != 0);
        let held: Permissions = held.map(|(_, name)| *name).collect();
        after.is_met_by(&held) && !before.is_some_and(|before| before.is_met_by(&held))
    })
}

impl From<&str> for Access {
    fn from(permission: &str) -> Self {
        Self::Requires(permission.into())
    }
}

impl From<String> for Access {
    fn from(permission: String) -> Self {
        Self::Requires(permission.into())
    }
}

impl From<Requirement> for Access {
    fn from(requirement: Requirement) -> Self {
        Self::Requires(requirement)
    }
}

impl<P: Permission> From<P> for Access {
    fn from(permission: P) -> Self {
        Self::Requires(permission.into())
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied => f.write_str("denied"),
            Self::Requires(requirement) => write!(f, "requires {requirement}"),
            Self::Authenticated => f.write_str("authenticated"),
            Self::Open => f.write_str("open"),
        }
    }
}
