//! Rules as documents: the members that both kinds have, and the formats.

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use crate::{config_error::ConfigError, permission::Requirement, policy::Access};

/// The members of a rule that say what it asks; exactly one of them is there.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct Asked {
    pub(super) open: bool,
    pub(super) authenticated: bool,
    pub(super) deny: bool,
    pub(super) require: Option<String>,
}

impl Asked {
    pub(super) fn of(access: &Access) -> Self {
        match access {
            Access::Open => Self { open: true, ..Self::default() },
            Access::Authenticated => Self { authenticated: true, ..Self::default() },
            Access::Denied => Self { deny: true, ..Self::default() },
            Access::Requires(requirement) => {
                Self { require: Some(requirement.to_string()), ..Self::default() }
            }
        }
    }

    /// The access, where `open` is the word of this kind of rules for open ones.
    pub(super) fn access(&self, open: &str) -> Result<Access, String> {
        match (self.open, self.authenticated, self.deny, &self.require) {
            (true, false, false, None) => Ok(Access::Open),
            (false, true, false, None) => Ok(Access::Authenticated),
            (false, false, true, None) => Ok(Access::Denied),
            (false, false, false, Some(text)) => {
                Requirement::parse(text).map(Access::Requires).map_err(|error| error.to_string())
            }
            _ => Err(format!(
                "a rule says exactly one of `require`, `authenticated`, `{open}` and `deny`"
            )),
        }
    }
}

/// A member that may be left out. Where it is there and empty, its value was lost on the way.
pub(super) fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Why a requirement cannot stand in rules.
pub(super) fn problem_of(access: &Access) -> Option<String> {
    let Access::Requires(requirement) = access else { return None };
    if let Err(error) = requirement.validate() {
        return Some(error.to_string());
    }
    if requirement.has_parameters() {
        return Some(format!("{requirement}: rules have no parameters of a route"));
    }
    match Requirement::parse(&requirement.to_string()) {
        Ok(read) if read == *requirement => None,
        _ => {
            Some(format!("{requirement:.200}: nobody can meet it, or it is too long to be written"))
        }
    }
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, ConfigError> {
    serde_json::from_str(text).map_err(|error| ConfigError::new(error.to_string()))
}

#[cfg(feature = "toml")]
pub(super) fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, ConfigError> {
    toml::from_str(text).map_err(|error| ConfigError::new(error.to_string()))
}

#[cfg(feature = "yaml")]
pub(super) fn from_yaml<T: DeserializeOwned>(text: &str) -> Result<T, ConfigError> {
    use serde_saphyr::{budget, from_str_with_options, options, options::MergeKeyPolicy};

    // Rules nest three deep; aliases could make much of little.
    let options = options! {
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
        budget: budget! { max_depth: 16, max_nodes: 1_000_000 },
    };
    from_str_with_options(text, options).map_err(|error| ConfigError::new(error.to_string()))
}
