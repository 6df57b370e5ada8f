//! TOML 1.1.

use crate::basic::file::node::Node;

/// The crate refuses keys that are given twice, and what nests more than 80 deep.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    toml::from_str(text).map_err(|error| match error.span() {
        Some(span) => {
            let before = text.get(..span.start).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            format!("line {line}, column {column}: not TOML, or a key that is given twice")
        }
        None => "not TOML, or nested too deeply".to_owned(),
    })
}
