//! [`Secret`]: bytes that are never printed, compared in constant time and wiped when dropped.

use std::fmt;

#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
use http::HeaderValue;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A password, a token or a key.
///
/// `Debug` prints no byte of it and there is no `Display`; equality takes the same time whatever
/// the bytes are (their number is not hidden); the memory is overwritten when it is dropped.
///
/// # Examples
///
/// ```
/// use tower_auth::Secret;
///
/// let secret = Secret::new("correct horse");
/// assert_eq!(secret, Secret::new("correct horse"));
/// assert_eq!(secret.expose(), b"correct horse");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// ```
///
/// Credentials that come in a header field are not copied out of it: their memory is the server's,
/// which shares it with the rest of the request and does not overwrite it.
#[derive(Clone)]
pub struct Secret(Bytes);

#[derive(Clone)]
enum Bytes {
    Owned(Zeroizing<Vec<u8>>),
    #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
    Field {
        line: HeaderValue,
        start: usize,
    },
}

impl Secret {
    /// Takes the bytes over; no copy is made of a `Vec<u8>` or `String`.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Bytes::Owned(Zeroizing::new(bytes.into())))
    }

    /// The bytes themselves. The name is long so that each use is easy to find.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        match &self.0 {
            Bytes::Owned(bytes) => bytes,
            #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
            Bytes::Field { line, start } => &line.as_bytes()[*start..],
        }
    }

    /// What a field line holds from a place on.
    #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
    pub(crate) fn in_field(line: &HeaderValue, start: usize) -> Self {
        Self(Bytes::Field { line: line.clone(), start })
    }
}

impl Eq for Secret {}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}
