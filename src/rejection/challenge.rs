//! [`Challenge`]: one challenge of a `WWW-Authenticate` field, correct by construction.

use std::borrow::Cow;

use http::HeaderValue;

/// A challenge: how to ask for one kind of credentials (RFC 9110, section 11.6.1).
///
/// Values are written as quoted strings with quotes and backslashes escaped, a parameter occurs
/// once, and the realm comes first. On a 401 each scheme gets a field line of its own, because
/// many clients cannot tell two challenges in one line apart.
///
/// # Examples
///
/// ```
/// use tower_auth::Challenge;
///
/// let challenge = Challenge::new("Basic").with("charset", "UTF-8").with_realm(r#"the "inner" circle"#);
/// assert_eq!(
///     challenge.to_header_value(),
///     r#"Basic realm="the \"inner\" circle", charset="UTF-8""#,
/// );
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    scheme: &'static str,
    parameters: Vec<(&'static str, Cow<'static, str>)>,
}

impl Challenge {
    /// A challenge without parameters.
    ///
    /// # Panics
    ///
    /// When the name is not a token (RFC 9110, section 5.6.2). Layers ask for challenges while
    /// they are built, so a wrong name is found at the start of the service.
    #[must_use]
    pub fn new(scheme: &'static str) -> Self {
        assert!(
            is_token(scheme),
            "the name of an authentication scheme must be a token: {scheme:?}"
        );
        Self { scheme, parameters: Vec::new() }
    }

    /// Sets the realm: the name of the protection space, shown by browsers.
    #[must_use]
    pub fn with_realm(mut self, realm: impl Into<Cow<'static, str>>) -> Self {
        self.parameters.retain(|(name, _)| !name.eq_ignore_ascii_case("realm"));
        self.parameters.insert(0, ("realm", realm.into()));
        self
    }

    /// Sets a parameter, replacing one of the same name.
    ///
    /// # Panics
    ///
    /// When the name is not a token.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        assert!(is_token(name), "the name of a challenge parameter must be a token: {name:?}");
        self.parameters.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.parameters.push((name, value.into()));
        self
    }

    /// The scheme that the challenge is for.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The challenge as it is sent.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "no byte is left that a header value cannot hold"
    )]
    pub fn to_header_value(&self) -> HeaderValue {
        let mut text = Vec::with_capacity(64);
        text.extend_from_slice(self.scheme.as_bytes());
        for (position, (name, value)) in self.parameters.iter().enumerate() {
            text.extend_from_slice(if position == 0 { b" " } else { b", " });
            text.extend_from_slice(name.as_bytes());
            text.extend_from_slice(b"=\"");
            value.bytes().for_each(|byte| push_quoted(&mut text, byte));
            text.push(b'"');
        }
        HeaderValue::from_bytes(&text).expect("control characters were replaced")
    }
}

/// RFC 9110, section 5.6.4. Control characters cannot be written at all; a space takes their place.
fn push_quoted(text: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' | b'\\' => text.extend_from_slice(&[b'\\', byte]),
        byte if byte.is_ascii_control() => text.push(b' '),
        byte => text.push(byte),
    }
}

/// RFC 9110, section 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
