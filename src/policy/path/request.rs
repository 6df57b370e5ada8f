//! The path of a request, read so that no service behind reads another one.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

/// Bytes of the longest path.
const MAX_LENGTH: usize = 8192;

/// Segments of the longest path.
const MAX_SEGMENTS: usize = 256;

/// Fields by which some services let a client name another path or method than that of the request.
const OVERRIDES: [HeaderName; 5] = [
    HeaderName::from_static("x-original-url"),
    HeaderName::from_static("x-rewrite-url"),
    HeaderName::from_static("x-http-method"),
    HeaderName::from_static("x-http-method-override"),
    HeaderName::from_static("x-method-override"),
];

/// A path that everybody reads alike.
#[derive(Debug)]
pub(super) struct Segments<'p> {
    pub(super) segments: Vec<Cow<'p, str>>,
    pub(super) has_slash_at_end: bool,
}

/// The segments of a path, with their escapes undone; or why it is ambiguous.
pub(super) fn segments(path: &str) -> Result<Segments<'_>, &'static str> {
    if path.len() > MAX_LENGTH {
        return Err("the path is longer than 8192 bytes");
    }
    // Requests have none in their path; whoever asks for a text may have left the query at it.
    if path.contains('?') {
        return Err("the path has a question mark");
    }
    let rest = path.strip_prefix('/').ok_or("the path does not begin with a slash")?;
    let has_slash_at_end = path.ends_with('/');
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.is_empty() {
        return match path {
            "/" => Ok(Segments { segments: Vec::new(), has_slash_at_end }),
            _ => Err("a segment of the path is empty"),
        };
    }
    let mut segments = Vec::new();
    for raw in rest.split('/') {
        let segment = decoded(raw)?;
        problem_of_segment(&segment)?;
        segments.push(segment);
    }
    if segments.len() > MAX_SEGMENTS {
        return Err("the path has more than 256 segments");
    }
    Ok(Segments { segments, has_slash_at_end })
}

/// Whether a field names another path or method. To CGI and its heirs a dash and an underscore are the
/// same.
pub(super) fn is_overridden(headers: &HeaderMap) -> bool {
    let dashed = |byte: u8| if byte == b'_' { b'-' } else { byte };
    let is_like = |name: &HeaderName, other: &HeaderName| {
        name.as_str().bytes().map(dashed).eq(other.as_str().bytes())
    };
    headers.keys().any(|name| OVERRIDES.iter().any(|other| is_like(name, other)))
}

/// A segment with its escapes undone (RFC 3986, section 2.1).
///
/// Refused are escapes of what needs none: a service that does not undo them sees another path than
/// one that does, and no client has a reason to send them (RFC 3986, section 2.3).
fn decoded(raw: &str) -> Result<Cow<'_, str>, &'static str> {
    if !raw.contains('%') {
        return Ok(Cow::Borrowed(raw));
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let escaped = match (digit(), digit()) {
            (Some(high), Some(low)) => u8::try_from(high * 16 + low).unwrap_or_default(),
            _ => return Err("an escape of the path is not of two hexadecimal digits"),
        };
        match escaped {
            b'/' | b'\\' | b'%' | b'?' | b'#' | b'.' => {
                return Err("the path has an escaped separator, dot or percent sign");
            }
            b'-' | b'_' | b'~' => return Err("the path escapes what needs no escape"),
            _ if escaped.is_ascii_alphanumeric() => {
                return Err("the path escapes what needs no escape");
            }
            _ => bytes.push(escaped),
        }
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| "the path is not UTF-8")
}

/// Why a segment is one that services read differently.
pub(super) fn problem_of_segment(segment: &str) -> Result<(), &'static str> {
    if segment.is_empty() {
        return Err("a segment is empty");
    }
    // Among them `.` and `..`; elsewhere a dot at the end is dropped.
    if segment.ends_with('.') {
        return Err("a segment is a dot segment or ends with a dot");
    }
    if segment.starts_with(char::is_whitespace) || segment.ends_with(char::is_whitespace) {
        return Err("a segment begins or ends with a blank");
    }
    if segment.contains(['\\', ';', '#']) {
        return Err("a segment has a backslash, a semicolon or a number sign");
    }
    if segment.contains(char::is_control) {
        return Err("a segment has a control character");
    }
    Ok(())
}
