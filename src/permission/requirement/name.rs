//! [`Name`]: the one permission that a part of a requirement asks for.

use std::{fmt, sync::Arc};

/// What separates the parts of a name.
pub(in crate::permission) const SEPARATORS: [char; 3] = [':', '.', '/'];

/// The words of the text form.
pub(super) const AND: &str = "and";
pub(super) const OR: &str = "or";
pub(super) const NOT: &str = "not";

/// The name of a permission, or a pattern of one with parameters of the route.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Name {
    text: Arc<str>,
    /// Why nobody is asked for it.
    problem: Option<&'static str>,
}

impl Name {
    /// Bytes of the longest name.
    pub(super) const MAX_LENGTH: usize = 256;

    pub(super) fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let problem = problem(&text);
        Self { text, problem }
    }

    pub(super) const fn as_str(&self) -> &Arc<str> {
        &self.text
    }

    pub(super) const fn problem(&self) -> Option<&'static str> {
        self.problem
    }

    /// Whether it says `{project}` somewhere, which only a request can fill.
    pub(super) fn has_parameters(&self) -> bool {
        self.problem.is_none() && self.text.contains('{')
    }

    /// Whether somebody may hold it. Nobody holds the empty name, nor can anybody lack it.
    pub(super) fn is_a_permission(&self) -> bool {
        !self.text.is_empty() && self.problem.is_none() && !self.has_parameters()
    }
}

fn problem(text: &str) -> Option<&'static str> {
    if text.len() > Name::MAX_LENGTH {
        Some("it is longer than 256 bytes")
    } else if text.contains('*') {
        Some("`*` is for what is granted, a requirement names one permission")
    } else if text.chars().any(char::is_control) {
        Some("it has a control character")
    } else if text.contains(['{', '}']) {
        problem_of_pattern(text)
    } else {
        None
    }
}

/// A value never reaches beyond its part, and the caller never chooses the whole name.
fn problem_of_pattern(text: &str) -> Option<&'static str> {
    let mut has_fixed_part = false;
    for part in text.split(SEPARATORS) {
        match parameter(part) {
            None if part.contains(['{', '}']) => {
                return Some(
                    "a parameter such as `{project}` is all there is between `:`, `.` and `/`",
                );
            }
            None => has_fixed_part |= !part.is_empty(),
            Some(_) => {}
        }
    }
    (!has_fixed_part).then_some("it consists of parameters, so the caller would choose it")
}

/// The name of the parameter that a part of a pattern is.
pub(super) fn parameter(part: &str) -> Option<&str> {
    let name = part.strip_prefix('{')?.strip_suffix('}')?;
    let mut bytes = name.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    (starts && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')).then_some(name)
}

/// Whether a character stands in a name without quotes. Those that other languages have operators
/// of do not, so that a requirement in one of them is refused and not misread.
pub(super) fn is_plain(character: char) -> bool {
    character.is_alphanumeric() || "-._~:/?#@$'+=%{}*".contains(character)
}

/// Whether it is, in any case, a word of the text form.
pub(super) fn is_word(text: &str) -> bool {
    [AND, OR, NOT].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// As the text form has it: in quotes where it could be read as something else.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = !self.text.is_empty() && self.text.chars().all(is_plain);
        if plain && !is_word(&self.text) {
            return f.write_str(&self.text);
        }
        f.write_str("\"")?;
        for character in self.text.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                _ if character.is_control() => write!(f, "{}", character.escape_unicode())?,
                _ => write!(f, "{character}")?,
            }
        }
        f.write_str("\"")
    }
}
