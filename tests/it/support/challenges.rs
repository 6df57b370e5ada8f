//! A strict reader of `WWW-Authenticate` (RFC 9110, section 11.6.1): one challenge in each line.

use http::{HeaderMap, header::WWW_AUTHENTICATE};

/// A challenge as a client reads it.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Read {
    pub(crate) scheme: String,
    pub(crate) parameters: Vec<(String, String)>,
}

impl Read {
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(other, _)| other == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

/// The challenges of a response; panics where one breaks the grammar.
pub(crate) fn challenges(headers: &HeaderMap) -> Vec<Read> {
    let lines = headers.get_all(WWW_AUTHENTICATE).iter();
    lines
        .map(|line| {
            let line = line.to_str().expect("the challenges of these tests are ASCII");
            let challenge = read(line);
            assert!(challenge.is_some(), "not one challenge: {line:?}");
            challenge.expect("just asserted")
        })
        .collect()
}

/// The names of the schemes, in the order in which they are offered.
pub(crate) fn schemes(headers: &HeaderMap) -> Vec<String> {
    let challenges = challenges(headers).into_iter();
    challenges.map(|challenge| challenge.scheme).collect()
}

/// Reads one line that holds one challenge with parameters that are quoted strings.
pub(crate) fn read(line: &str) -> Option<Read> {
    let (scheme, mut rest) = line.split_once(' ').unwrap_or((line, ""));
    if !is_token(scheme) {
        return None;
    }
    let mut parameters: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() {
        if !parameters.is_empty() {
            rest = rest.strip_prefix(", ")?;
        }
        let (name, after) = rest.split_once('=')?;
        let (value, after) = quoted_string(after)?;
        let name = name.to_ascii_lowercase();
        let is_new = parameters.iter().all(|(other, _)| *other != name);
        if !is_token(&name) || !is_new {
            return None;
        }
        parameters.push((name, value));
        rest = after;
    }
    Some(Read { scheme: scheme.to_owned(), parameters })
}

/// RFC 9110, section 5.6.4; gives back what follows the closing quote.
fn quoted_string(text: &str) -> Option<(String, &str)> {
    let mut characters = text.strip_prefix('"')?.char_indices();
    let mut value = String::new();
    while let Some((position, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[position + 2..])),
            '\\' => value.push(characters.next()?.1),
            other if other.is_control() && other != '\t' => return None,
            other => value.push(other),
        }
    }
    None
}

fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}

#[test]
fn the_reader_is_strict() {
    let read_well = read(r#"Basic realm="a \"b\" \\ c", charset="UTF-8""#).unwrap();
    assert_eq!(read_well.scheme, "Basic");
    assert_eq!(read_well.parameter("realm"), Some(r#"a "b" \ c"#));
    assert_eq!(read_well.parameter("charset"), Some("UTF-8"));
    assert!(read("Negotiate").is_some());

    for malformed in [
        "",
        "Basic realm=api",
        r#"Basic realm="api"#,
        r#"Basic realm="a"b""#,
        r#"Basic realm="a" charset="UTF-8""#,
        r#"Basic realm="a", Realm="b""#,
        r#"Basic realm="a", Bearer realm="b""#,
        r#"Ba sic realm="a""#,
        r#"Basic realm="a","#,
    ] {
        assert_eq!(read(malformed), None, "{malformed}");
    }
}
