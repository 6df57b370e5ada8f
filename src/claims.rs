//! [`Claims`]: what is known about a caller, looked up by path and read as any type.

use std::{fmt, sync::OnceLock};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The claims of an identity: a JSON object.
///
/// # Paths
///
/// A path that starts with a slash is a JSON pointer (RFC 6901): `/realm_access/roles`. Any other
/// path is first taken as the name of a top-level claim, so that names with dots and slashes such
/// as `https://example.com/roles` just work, and then as names joined by dots:
/// `realm_access.roles`.
///
/// `Debug` prints the names of the claims and none of their values: they are personal data.
///
/// # Examples
///
/// ```
/// use serde_json::json;
/// use tower_auth::Identity;
///
/// let identity = Identity::new("alice")
///     .with_claim("realm_access", json!({ "roles": ["editor"] }))
///     .with_claim("https://example.com/plan", "gold");
///
/// let claims = identity.claims();
/// assert_eq!(claims.get("realm_access.roles"), Some(&json!(["editor"])));
/// assert_eq!(claims.get("/realm_access/roles/0"), Some(&json!("editor")));
/// assert_eq!(claims.get("https://example.com/plan"), Some(&json!("gold")));
/// assert_eq!(claims.get("realm_access.groups"), None);
/// ```
#[derive(Clone, Default)]
pub struct Claims {
    members: OnceLock<Map<String, Value>>,
    /// JSON that the members are read from when somebody asks for one: many requests never do.
    #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
    text: Option<Text>,
}

#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
#[derive(Clone)]
struct Text {
    json: Box<[u8]>,
    /// Bytes of memory that the members take once they are read, at most.
    weight: usize,
}

impl Claims {
    /// The claim at a path; see the type's documentation for the forms of a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        ClaimPath::from(path).find(self)
    }

    /// The claim at a path, if it is a string.
    #[must_use]
    pub fn str(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// All claims, read as a type.
    ///
    /// # Errors
    ///
    /// When a claim the type needs is absent or of another JSON type.
    pub fn read_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(self.members())
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.members().iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn insert(&mut self, name: String, value: Value) {
        let _ = self.members();
        let mut members = std::mem::take(self).members.into_inner().unwrap_or_default();
        members.insert(name, value);
        *self = members.into();
    }

    #[cfg(not(any(feature = "jwt", feature = "rust-crypto")))]
    fn members(&self) -> &Map<String, Value> {
        self.members.get_or_init(Map::new)
    }
}

#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
impl Claims {
    /// The members of an object that has been read, and found good, before.
    pub(crate) fn of_text(json: &[u8], read: &crate::jwt::json::Object<'_>) -> Self {
        let text = Text { json: json.into(), weight: read.weight() };
        Self { members: OnceLock::new(), text: Some(text) }
    }

    fn members(&self) -> &Map<String, Value> {
        self.members.get_or_init(|| {
            // By the reader that has read it before, and by no other: two readers that differ in one
            // case make two different tokens of one.
            let read = |text: &Text| {
                let members = crate::jwt::json::object(&text.json);
                members.expect("the same reader has read it before").into_map()
            };
            self.text.as_ref().map(read).unwrap_or_default()
        })
    }
}

#[cfg(any(feature = "cache", feature = "jwt", feature = "rust-crypto"))]
impl Claims {
    /// Bytes of memory behind the claims, at most.
    pub(crate) fn weight(&self) -> usize {
        #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
        if let Some(text) = &self.text {
            return text.json.len() + text.weight;
        }
        self.members.get().map_or(0, weight_of_members)
    }
}

/// A map is a tree whose nodes have room for eleven members and may be half full, or a table that has
/// just grown, as the features of `serde_json` in the build will have it.
#[cfg(any(feature = "cache", feature = "jwt", feature = "rust-crypto"))]
fn weight_of_members(members: &Map<String, Value>) -> usize {
    let place = size_of::<String>() + size_of::<Value>();
    let texts = members.iter().map(|(name, value)| name.capacity() + weight_of_value(value));
    (2 * members.len().next_multiple_of(11) + 2) * place + texts.sum::<usize>()
}

#[cfg(any(feature = "cache", feature = "jwt", feature = "rust-crypto"))]
fn weight_of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 0,
        // Its digits, where some crate of the build has enabled `arbitrary_precision`.
        Value::Number(_) => 32,
        Value::String(text) => text.capacity(),
        Value::Array(elements) => {
            let inside: usize = elements.iter().map(weight_of_value).sum();
            elements.capacity() * size_of::<Value>() + inside
        }
        Value::Object(members) => weight_of_members(members),
    }
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.members() == other.members()
    }
}

impl From<Map<String, Value>> for Claims {
    fn from(claims: Map<String, Value>) -> Self {
        Self {
            members: claims.into(),
            #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
            text: None,
        }
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.members().keys()).finish()
    }
}

/// The parsed form of a path, for those who look the same claim up on every request.
#[derive(Clone, Debug)]
pub(crate) enum ClaimPath {
    Pointer(Vec<String>),
    Name { whole: String, segments: Vec<String> },
}

impl ClaimPath {
    pub(crate) fn find<'c>(&self, claims: &'c Claims) -> Option<&'c Value> {
        match self {
            Self::Pointer(tokens) => descend(claims, tokens),
            Self::Name { whole, segments } => {
                claims.members().get(whole).or_else(|| descend(claims, segments))
            }
        }
    }
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer(tokens) => write!(f, "/{}", tokens.join("/")),
            Self::Name { whole, .. } => f.write_str(whole),
        }
    }
}

impl From<&str> for ClaimPath {
    fn from(path: &str) -> Self {
        match path.strip_prefix('/') {
            Some(pointer) => Self::Pointer(
                // RFC 6901, section 4: `~1` first, so that `~01` becomes `~1`.
                pointer
                    .split('/')
                    .map(|token| token.replace("~1", "/").replace("~0", "~"))
                    .collect(),
            ),
            None => Self::Name {
                whole: path.to_owned(),
                segments: path.split('.').map(str::to_owned).collect(),
            },
        }
    }
}

fn descend<'c>(claims: &'c Claims, path: &[String]) -> Option<&'c Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(claims.members().get(first)?, |value, token| match value {
        Value::Object(members) => members.get(token),
        Value::Array(elements) => elements.get(array_index(token)?),
        _ => None,
    })
}

/// RFC 6901, section 4: digits without a leading zero.
fn array_index(token: &str) -> Option<usize> {
    let leading_zero = token.len() > 1 && token.starts_with('0');
    let digits = token.bytes().all(|byte| byte.is_ascii_digit());
    if leading_zero || !digits { None } else { token.parse().ok() }
}
