//! [`Requirement`]: what a caller must hold.

use std::{fmt, sync::Arc};

use crate::permission::Permissions;

/// What a caller must hold: one permission, all of several requirements, or any of them.
///
/// An empty list is never met, neither by [`all`] nor by [`any`]: it is more often a list that was
/// lost on the way than a wish to let everyone in.
///
/// # Examples
///
/// ```
/// use tower_auth::{Permissions, Requirement, all, any};
///
/// let requirement = any(["admin".into(), all(["orders:read", "orders:write"])]);
/// assert_eq!(requirement.to_string(), "admin or (orders:read and orders:write)");
///
/// let clerk: Permissions = ["orders:read", "orders:write"].into_iter().collect();
/// let guest: Permissions = ["orders:read"].into_iter().collect();
/// assert!(requirement.is_met_by(&clerk));
/// assert!(!requirement.is_met_by(&guest));
///
/// let chained = Requirement::from("orders:read").and("orders:write").or("admin");
/// assert_eq!(chained.to_string(), "(orders:read and orders:write) or admin");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Requirement(Arc<Node>);

#[derive(Debug, Eq, PartialEq)]
enum Node {
    One(Box<str>),
    All(Vec<Requirement>),
    Any(Vec<Requirement>),
}

/// Met by those who meet every one of the requirements; never by an empty list.
pub fn all<R: Into<Requirement>>(requirements: impl IntoIterator<Item = R>) -> Requirement {
    Requirement(Arc::new(Node::All(requirements.into_iter().map(Into::into).collect())))
}

/// Met by those who meet at least one of the requirements; never by an empty list.
pub fn any<R: Into<Requirement>>(requirements: impl IntoIterator<Item = R>) -> Requirement {
    Requirement(Arc::new(Node::Any(requirements.into_iter().map(Into::into).collect())))
}

impl Requirement {
    /// Met by those who meet this one and the other.
    #[must_use]
    pub fn and(self, other: impl Into<Self>) -> Self {
        all([self, other.into()])
    }

    /// Met by those who meet this one or the other.
    #[must_use]
    pub fn or(self, other: impl Into<Self>) -> Self {
        any([self, other.into()])
    }

    /// Whether somebody with these permissions meets it.
    #[must_use]
    pub fn is_met_by(&self, permissions: &Permissions) -> bool {
        match &*self.0 {
            Node::One(permission) => permissions.contains(permission),
            Node::All(parts) => {
                !parts.is_empty() && parts.iter().all(|part| part.is_met_by(permissions))
            }
            Node::Any(parts) => parts.iter().any(|part| part.is_met_by(permissions)),
        }
    }

    /// The permissions that it names, space-separated, as far as `scope` of a challenge can hold
    /// them (RFC 6750, section 3).
    pub(super) fn scope(&self) -> String {
        let mut names = Vec::new();
        self.collect(&mut names);
        names.join(" ")
    }

    fn collect<'r>(&'r self, names: &mut Vec<&'r str>) {
        match &*self.0 {
            Node::One(name) if is_scope_token(name) && !names.contains(&&**name) => {
                names.push(name);
            }
            Node::One(_) => {}
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().for_each(|part| part.collect(names));
            }
        }
    }

    /// Writes a part, in brackets where it is made of parts itself.
    fn fmt_part(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Node::One(_) => fmt::Display::fmt(self, f),
            Node::All(_) | Node::Any(_) => write!(f, "({self})"),
        }
    }
}

/// RFC 6749, section 3.3.
fn is_scope_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

impl From<&str> for Requirement {
    fn from(permission: &str) -> Self {
        Self(Arc::new(Node::One(permission.into())))
    }
}

impl From<String> for Requirement {
    fn from(permission: String) -> Self {
        Self(Arc::new(Node::One(permission.into())))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match &*self.0 {
            Node::One(permission) => return f.write_str(permission),
            Node::All(parts) => (parts, " and "),
            Node::Any(parts) => (parts, " or "),
        };
        if parts.is_empty() {
            return f.write_str("nothing can meet this");
        }
        for (position, part) in parts.iter().enumerate() {
            if position > 0 {
                f.write_str(word)?;
            }
            part.fmt_part(f)?;
        }
        Ok(())
    }
}
