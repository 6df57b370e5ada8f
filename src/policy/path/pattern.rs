//! Ant patterns: `?` is one character, `*` any number of them within a segment, `**` any number of
//! segments.

use std::iter;

use crate::policy::path::{glob::Glob, request};

/// Bytes of the longest pattern.
const MAX_LENGTH: usize = 1024;

/// A pattern, segment by segment.
pub(super) type Pattern = Vec<Token>;

/// One segment of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Token {
    Literal(Box<str>),
    /// With `?` or `*` in it.
    Glob(Glob),
    /// `*`
    Any,
    /// `**`
    Deep,
}

/// The segments of a pattern, or what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Pattern, &'static str> {
    if text.len() > MAX_LENGTH {
        return Err("it is longer than 1024 bytes");
    }
    let rest = text.strip_prefix('/').ok_or("a pattern begins with `/`")?;
    // A slash at the end makes no difference, as in paths.
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let mut tokens = Pattern::new();
    if rest.is_empty() {
        return if text == "/" { Ok(tokens) } else { Err("a segment is empty") };
    }
    for segment in rest.split('/') {
        let token = token(segment)?;
        // Twice any number of segments is any number of segments.
        if token != Token::Deep || tokens.last() != Some(&Token::Deep) {
            tokens.push(token);
        }
    }
    Ok(tokens)
}

fn token(segment: &str) -> Result<Token, &'static str> {
    match segment {
        "*" => return Ok(Token::Any),
        "**" => return Ok(Token::Deep),
        _ if segment.contains("**") => return Err("`**` is a whole segment"),
        _ if segment.contains(['{', '}']) => return Err("variables such as `{name}` are not read"),
        _ if segment.contains('%') => {
            return Err("a pattern is written without escapes such as %20");
        }
        _ => {}
    }
    // What no path can be, nobody writes on purpose.
    request::problem_of_segment(segment)?;
    Ok(match segment.contains(['?', '*']) {
        true => Token::Glob(Glob::new(segment)),
        false => Token::Literal(segment.into()),
    })
}

/// Segments that a pattern matches, with this many of them for each `**`.
pub(super) fn example(pattern: &Pattern, deep: usize) -> Vec<String> {
    // No rule names it.
    const ANY: &str = "~any~";
    let of_token = |token: &Token| -> Vec<String> {
        match token {
            Token::Literal(literal) => vec![literal.to_string()],
            Token::Glob(glob) => vec![glob.example()],
            Token::Any => vec![ANY.to_owned()],
            Token::Deep => iter::repeat_n(ANY.to_owned(), deep).collect(),
        }
    };
    pattern.iter().flat_map(of_token).collect()
}
