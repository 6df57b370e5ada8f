//! What is told to those who do not meet a requirement, with the `scope` of a challenge.

use std::collections::HashSet;

use crate::{
    error::AuthError,
    permission::requirement::{Requirement, expression::Node, name::Name},
};

impl Requirement {
    /// Why somebody is refused who does not meet it.
    pub(crate) fn refusal(&self) -> AuthError {
        let error = AuthError::permission_denied(format!("requires {self}"));
        let scope = self.scope();
        if scope.is_empty() { error } else { error.with_scope(scope) }
    }

    /// Bytes of the longest `scope`. Servers in front refuse answers with fields that are too long.
    const LONGEST_SCOPE: usize = 2048;

    /// The permissions that it names, space-separated, as far as `scope` of a challenge can hold
    /// them (RFC 6750, section 3); nothing where they are too long for a field. Those under a `not`
    /// are not what the caller lacks.
    fn scope(&self) -> String {
        let mut names = Vec::new();
        self.collect(&mut names);
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(*name));
        let scope = names.join(" ");
        if scope.len() > Self::LONGEST_SCOPE { String::new() } else { scope }
    }

    fn collect<'r>(&'r self, names: &mut Vec<&'r str>) {
        match self.node() {
            Node::One(name) if is_scope_token(name) => names.push(name.as_str()),
            Node::One(_) | Node::Not(_) | Node::Beyond(_) => {}
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().for_each(|part| part.collect(names));
            }
        }
    }
}

/// RFC 6749, section 3.3.
fn is_scope_token(name: &Name) -> bool {
    let is_allowed = |byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    name.is_a_permission() && name.as_str().bytes().all(is_allowed)
}
