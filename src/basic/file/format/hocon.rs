//! HOCON, as far as it is data.

use std::collections::HashMap;

use hocon::{HoconError, HoconValue, ParseOptions, ScalarType, Token, TokenKind};

use crate::basic::file::node::Node;

/// How deep a document may nest, each step of a path (`a.b.c`) counted.
const MAX_DEPTH: usize = 64;

/// The parser takes a time that grows with the square of what it is given. So much of it, some thousands of
/// users, takes a moment.
const MAX_TOKENS: usize = 200_000;

/// Objects that are given twice are merged and other values replaced: that is how HOCON works.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    let tokens = hocon::tokenize(text).map_err(|error| not_hocon(error.line, error.col))?;
    check(&tokens)?;
    if tokens.len() > MAX_TOKENS {
        return Err(format!(
            "more than {MAX_TOKENS} words and signs: use JSON for a file of this size"
        ));
    }
    // `check` leaves nothing that would ask the environment, and here there would be none.
    let options = ParseOptions::defaults().with_env(HashMap::new());
    let config = hocon::parse_string_with_options(text, options).map_err(|error| match error {
        HoconError::Parse(error) => not_hocon(error.line, error.col),
        HoconError::Resolve(error) => not_hocon(error.line, error.col),
        _ => "not HOCON".to_owned(),
    })?;
    let keys = config.keys();
    let value = |key: &str| match key {
        "users" | "rules" => config.get(key).map_or(Node::Null, node),
        // Nobody looks into what has another name.
        _ => Node::Number,
    };
    Ok(Node::Map(keys.into_iter().map(|key| (key.to_owned(), value(key))).collect()))
}

fn not_hocon(line: usize, column: usize) -> String {
    format!("line {line}, column {column}: not HOCON, or nested too deeply")
}

/// Refuses what is more than data, and what would overflow the stack of the parser: it follows
/// includes, looks substitutions up, and descends one call for each step of a path.
fn check(tokens: &[Token]) -> Result<(), String> {
    let mut open = Vec::new();
    let mut depth = 0;
    let mut steps = 0;
    for token in tokens {
        let refused = match token.kind {
            TokenKind::Substitution => Some("substitutions (${..}) are not read"),
            TokenKind::PlusEquals => Some("`+=` is not read, write the list as a whole"),
            TokenKind::Unquoted if token.value == "include" => {
                Some("other files are not included; where it is a value, put \"include\" in quotes")
            }
            _ => None,
        };
        if let Some(problem) = refused {
            return Err(format!("line {}, column {}: {problem}", token.line, token.col));
        }
        match token.kind {
            TokenKind::Unquoted => steps += token.value.matches('.').count(),
            TokenKind::LBrace | TokenKind::LBracket => {
                open.push(steps + 1);
                depth += steps + 1;
                steps = 0;
            }
            TokenKind::RBrace | TokenKind::RBracket => {
                depth -= open.pop().unwrap_or_default();
                steps = 0;
            }
            // The dots of a value are no steps, and a hash is full of them: they are counted where
            // a key ends, and forgotten where a value does.
            TokenKind::Colon | TokenKind::Equals if depth + steps > MAX_DEPTH => {
                return Err(not_hocon(token.line, token.col));
            }
            TokenKind::Comma | TokenKind::Newline => steps = 0,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(not_hocon(token.line, token.col));
        }
    }
    Ok(())
}

fn node(value: &HoconValue) -> Node {
    match value {
        HoconValue::Object(members) => {
            Node::Map(members.iter().map(|(name, value)| (name.clone(), node(value))).collect())
        }
        HoconValue::Array(elements) => Node::List(elements.iter().map(node).collect()),
        HoconValue::Scalar(scalar) => match scalar.value_type {
            ScalarType::Null => Node::Null,
            ScalarType::Boolean => Node::Bool(scalar.raw == "true"),
            // A number is its text to those who want a string (HOCON, "automatic type conversions").
            _ => Node::Text(scalar.raw.clone()),
        },
        _ => Node::Null,
    }
}
