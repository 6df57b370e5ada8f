//! YAML 1.2.

use serde_saphyr::{
    Error, budget, from_str_with_options, options,
    options::{DuplicateKeyPolicy, MergeKeyPolicy},
};

use crate::basic::file::node::Node;

/// The most values that a document may have, those that aliases repeat among them.
const MAX_NODES: usize = 1_000_000;

/// Nobody nests users or rules so deep.
const MAX_DEPTH: usize = 64;

pub(super) fn parse(text: &str) -> Result<Node, String> {
    let options = options! {
        // Members that are given twice are reported with those of the other formats.
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
        budget: budget! { max_depth: MAX_DEPTH, max_nodes: MAX_NODES },
    };
    from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        let problem = match error {
            Error::MergeKeyNotAllowed { .. } => "merge keys (<<) are not read",
            Error::MultipleDocuments { .. } => "more than one document",
            _ => "not YAML, nested too deeply, or too large once its aliases are written out",
        };
        match error.location() {
            Some(place) => format!("line {}, column {}: {problem}", place.line(), place.column()),
            None => problem.to_owned(),
        }
    })
}
