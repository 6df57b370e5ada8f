//! Wildcards among what is granted.

use crate::permission::requirement::SEPARATORS;

/// What a granted wildcard begins with.
pub(in crate::permission) fn wildcard(name: &str) -> Option<&str> {
    let prefix = name.strip_suffix('*')?;
    (prefix.ends_with(SEPARATORS) && !prefix.contains('*')).then_some(prefix)
}

/// Whether a `*` is in it that makes no wildcard.
pub(in crate::permission) fn has_stray_star(name: &str) -> bool {
    name.contains('*') && wildcard(name).is_none()
}

/// What is wrong with such a name.
pub(in crate::permission) const STRAY_STAR: &str =
    "a `*` is a wildcard only at the end, behind `:`, `.` or `/`";
