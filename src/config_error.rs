//! [`ConfigError`]: everything that is wrong with a configuration, reported at once.

/// A configuration that cannot work, with every problem that was found in it.
///
/// Builders look at the whole configuration before they answer, so one round of mending is enough.
/// Each problem says what to change. No problem ever quotes a secret.
///
/// # Examples
///
/// ```
/// use tower_auth::Roles;
///
/// let error = Roles::builder()
///     .include("editor", "viewer")
///     .include("viewer", "editor")
///     .build()
///     .unwrap_err();
/// assert!(error.to_string().contains("editor -> viewer -> editor"), "{error}");
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", listed(.problems))]
pub struct ConfigError {
    problems: Vec<String>,
}

impl ConfigError {
    /// An error with one problem, for the configuration of an own authenticator or mapper.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problems: vec![problem.into()] }
    }

    /// An error with the problems of a part that was looked at by itself.
    #[cfg(feature = "basic")]
    pub(crate) fn of(problems: impl IntoIterator<Item = String>) -> Self {
        Self { problems: problems.into_iter().collect() }
    }

    /// The problems, in the order of the configuration.
    pub fn problems(&self) -> impl Iterator<Item = &str> {
        self.problems.iter().map(String::as_str)
    }
}

fn listed(problems: &[String]) -> String {
    match problems {
        [problem] => problem.clone(),
        problems => format!("{} problems:\n- {}", problems.len(), problems.join("\n- ")),
    }
}

/// Gathers problems while a builder looks at its parts.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    pub(crate) fn add(&mut self, problem: impl Into<String>) {
        self.0.push(problem.into());
    }

    /// Notes the problems of a part and goes on without it.
    #[cfg(any(feature = "jwt", feature = "rust-crypto", feature = "tls"))]
    pub(crate) fn take<T>(&mut self, place: &str, part: Result<T, ConfigError>) -> Option<T> {
        match part {
            Ok(part) => Some(part),
            Err(error) => {
                self.0.extend(error.problems.iter().map(|problem| format!("{place}: {problem}")));
                None
            }
        }
    }

    /// Everything that was needed, unless something was wrong with any of it.
    #[cfg(any(feature = "client", feature = "jwks", feature = "regex", feature = "tls"))]
    pub(crate) fn finish_with<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ConfigError { problems: self.0 }),
        }
    }

    pub(crate) fn finish<T>(self, value: T) -> Result<T, ConfigError> {
        if self.0.is_empty() { Ok(value) } else { Err(ConfigError { problems: self.0 }) }
    }
}
