//! Parameters of the route in a requirement: `projects/{project}:deploy`.

use crate::{
    error::AuthError,
    permission::requirement::{
        Requirement, all, any,
        expression::Node,
        name::{self, Name},
        not,
    },
};

/// Bytes of the longest value of a parameter.
const MAX_LENGTH: usize = 128;

impl Requirement {
    /// The requirement with values in the place of its parameters, for a question that is not asked
    /// by [`require`](crate::require): `projects/{project}:deploy` becomes `projects/42:deploy`.
    ///
    /// # Errors
    ///
    /// - `Misconfigured` where a parameter has no value.
    /// - `PermissionDenied` where a value is empty, longer than 128 bytes, or has another character
    ///   than `A` to `Z`, `a` to `z`, `0` to `9`, `-` and `_`: no value ever reaches beyond its part
    ///   of the name.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{AuthErrorKind, Requirement};
    ///
    /// let deploy = Requirement::from("projects/{project}:deploy");
    /// let of = |project| deploy.with_parameters(|name| (name == "project").then_some(project));
    /// assert_eq!(of("42")?, Requirement::from("projects/42:deploy"));
    /// assert_eq!(of("42:read").unwrap_err().kind(), AuthErrorKind::PermissionDenied);
    /// # Ok::<(), tower_auth::AuthError>(())
    /// ```
    pub fn with_parameters<V: AsRef<str>>(
        &self,
        value_of: impl Fn(&str) -> Option<V>,
    ) -> Result<Self, AuthError> {
        self.bound(&value_of)
    }

    fn bound<V: AsRef<str>>(
        &self,
        value_of: &impl Fn(&str) -> Option<V>,
    ) -> Result<Self, AuthError> {
        let list = |parts: &[Self]| -> Result<Vec<_>, AuthError> {
            parts.iter().map(|part| part.bound(value_of)).collect()
        };
        match self.node() {
            Node::One(name) if name.has_parameters() => {
                Ok(Self::named(filled(name.as_str(), value_of)?))
            }
            Node::All(parts) => Ok(all(list(parts)?)),
            Node::Any(parts) => Ok(any(list(parts)?)),
            Node::Not(part) => Ok(not(part.bound(value_of)?)),
            Node::One(_) | Node::Beyond(_) => Ok(self.clone()),
        }
    }
}

fn filled<V: AsRef<str>>(
    pattern: &str,
    value_of: &impl Fn(&str) -> Option<V>,
) -> Result<Name, AuthError> {
    let mut filled = String::with_capacity(pattern.len());
    for part in pattern.split_inclusive(name::SEPARATORS) {
        let (part, separator) = match part.char_indices().next_back() {
            Some((last, character)) if name::SEPARATORS.contains(&character) => part.split_at(last),
            _ => (part, ""),
        };
        match name::parameter(part) {
            None => filled.push_str(part),
            Some(parameter) => {
                let value = value_of(parameter).ok_or_else(|| {
                    AuthError::misconfigured(format!("the route has no parameter {{{parameter}}}"))
                })?;
                filled.push_str(checked(value.as_ref(), parameter)?);
            }
        }
        filled.push_str(separator);
    }
    Ok(Name::new(filled))
}

/// The caller chooses the value. It must not make another permission of the name, nor another value
/// for whoever reads it with its escapes undone.
fn checked<'v>(value: &'v str, parameter: &str) -> Result<&'v str, AuthError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=MAX_LENGTH).contains(&value.len()) && value.bytes().all(is_allowed) {
        Ok(value)
    } else {
        let problem = format!("the value of {{{parameter}}} cannot stand in a permission");
        Err(AuthError::permission_denied(problem))
    }
}
