//! A [`Requirement`] made of strings and of typed permissions, and printed.

use std::{fmt, str::FromStr};

use crate::{
    config_error::ConfigError,
    permission::{
        Permission,
        requirement::{Requirement, expression::Node, name::Name},
    },
};

impl From<&str> for Requirement {
    fn from(permission: &str) -> Self {
        Self::named(Name::new(permission))
    }
}

impl From<String> for Requirement {
    fn from(permission: String) -> Self {
        Self::named(Name::new(permission))
    }
}

impl<P: Permission> From<P> for Requirement {
    fn from(permission: P) -> Self {
        Self::named(Name::new(permission.name()))
    }
}

impl FromStr for Requirement {
    type Err = ConfigError;

    /// See [`parse`](Self::parse).
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::parse(text)
    }
}

impl Requirement {
    /// Writes a part, in brackets where it is a list itself.
    fn fmt_part(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node() {
            Node::One(_) | Node::Not(_) => fmt::Display::fmt(self, f),
            Node::All(_) | Node::Any(_) | Node::Beyond(_) => write!(f, "({self})"),
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self.node() {
            Node::One(name) => return fmt::Display::fmt(name, f),
            Node::Not(part) => {
                f.write_str("not ")?;
                return part.fmt_part(f);
            }
            Node::Beyond(problem) => return f.write_str(problem),
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

impl fmt::Debug for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Requirement({self})")
    }
}
