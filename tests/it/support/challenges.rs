//! A strict reader of challenges (RFC 9110, section 11.6.1): one challenge in a field line, with its
//! parameters as quoted strings. It is written from the grammar and not from what the crate writes.

use std::collections::BTreeMap;

#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Parsed {
    pub(crate) scheme: String,
    pub(crate) parameters: BTreeMap<String, String>,
}

pub(crate) fn parse(line: &str) -> Result<Parsed, String> {
    let (scheme, mut rest) = line.split_once(' ').unwrap_or((line, ""));
    check_token(scheme)?;
    let mut parameters = BTreeMap::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").ok_or("a parameter without a quoted string")?;
        check_token(name)?;
        let (value, after) = quoted(after)?;
        if parameters.insert(name.to_ascii_lowercase(), value).is_some() {
            return Err(format!("{name} occurs twice"));
        }
        rest = match after.strip_prefix(", ") {
            Some("") => return Err("a comma at the end".to_owned()),
            Some(more) => more,
            None if after.is_empty() => "",
            None => return Err(format!("no comma before {after:?}")),
        };
    }
    Ok(Parsed { scheme: scheme.to_owned(), parameters })
}

fn check_token(text: &str) -> Result<(), String> {
    let tchar = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if text.is_empty() || !text.chars().all(tchar) {
        return Err(format!("{text:?} is not a token"));
    }
    Ok(())
}

/// Reads up to the closing quote; returns the value and what follows.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => value.push(chars.next().ok_or("a backslash at the end")?.1),
            c if c.is_control() => return Err("a control character".to_owned()),
            c => value.push(c),
        }
    }
    Err("a quoted string that does not end".to_owned())
}

#[test]
fn the_reader_refuses_what_real_middleware_has_sent() {
    assert!(parse(r#"Basic realm="a", charset="UTF-8""#).is_ok());
    assert!(parse("Negotiate").is_ok());
    assert!(parse(r#"Bearer error="a" error_description="b""#).is_err());
    assert!(parse(r#"Basic realm=a"#).is_err());
    assert!(parse(r#"Basic realm="a"b""#).is_err());
    assert!(parse(r#"Basic realm="a", realm="b""#).is_err());
    assert!(parse(r#"Basic realm="a", "#).is_err());
}
