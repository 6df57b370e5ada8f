//! Formats of documents, each read by the crate that is made for it.
//!
//! What the crates say about a mistake may quote the text around it, which may be a password: only
//! the place is taken from them.

#[cfg(feature = "hocon")]
mod hocon;
#[cfg(feature = "toml")]
mod toml;
#[cfg(feature = "yaml")]
mod yaml;

use std::path::Path;

use crate::basic::file::node::Node;

/// A format that this build reads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    Json,
    #[cfg(feature = "toml")]
    Toml,
    #[cfg(feature = "yaml")]
    Yaml,
    #[cfg(feature = "hocon")]
    Hocon,
}

/// Extensions, the format they say, and the feature that reads it.
const EXTENSIONS: [(&str, Option<Format>, &str); 6] = [
    ("json", Some(Format::Json), "basic"),
    ("toml", TOML, "toml"),
    ("yaml", YAML, "yaml"),
    ("yml", YAML, "yaml"),
    ("conf", HOCON, "hocon"),
    ("hocon", HOCON, "hocon"),
];

#[cfg(feature = "toml")]
const TOML: Option<Format> = Some(Format::Toml);
#[cfg(not(feature = "toml"))]
const TOML: Option<Format> = None;
#[cfg(feature = "yaml")]
const YAML: Option<Format> = Some(Format::Yaml);
#[cfg(not(feature = "yaml"))]
const YAML: Option<Format> = None;
#[cfg(feature = "hocon")]
const HOCON: Option<Format> = Some(Format::Hocon);
#[cfg(not(feature = "hocon"))]
const HOCON: Option<Format> = None;

impl Format {
    /// The format that the extension of a file says.
    pub(super) fn of(path: &Path) -> Result<Self, String> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let known = EXTENSIONS.iter().find(|(name, ..)| {
            extension.is_some_and(|extension| extension.eq_ignore_ascii_case(name))
        });
        match known {
            Some((_, Some(format), _)) => Ok(*format),
            Some((name, None, feature)) => Err(format!(
                "this build does not read .{name}: it takes the feature `{feature}` of tower-auth; \
                 without it are read {}",
                supported()
            )),
            None => Err(format!("the extension says no format that is read: {}", supported())),
        }
    }

    /// The document in a text.
    pub(super) fn parse(self, text: &str) -> Result<Node, String> {
        match self {
            Self::Json => json(text),
            #[cfg(feature = "toml")]
            Self::Toml => toml::parse(text),
            #[cfg(feature = "yaml")]
            Self::Yaml => yaml::parse(text),
            #[cfg(feature = "hocon")]
            Self::Hocon => hocon::parse(text),
        }
    }
}

/// The extensions that this build reads.
fn supported() -> String {
    let supported = EXTENSIONS.iter().filter(|(_, format, _)| format.is_some());
    supported.map(|(name, ..)| format!(".{name}")).collect::<Vec<_>>().join(", ")
}

/// The crate refuses what nests more than 128 deep.
fn json(text: &str) -> Result<Node, String> {
    serde_json::from_str(text).map_err(|error| {
        let problem = if error.is_eof() { "the JSON ends too early" } else { "not JSON" };
        format!("line {}, column {}: {problem}", error.line(), error.column())
    })
}
