//! JSON objects, read more strictly than `serde_json` does by itself: a member that occurs twice
//! and nesting beyond a bound are errors.
//!
//! What is read borrows from the text. A tree of owned strings costs more than all other work on a
//! token that is refused early, so it is grown only from what a signature has vouched for.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Objects and arrays may lie this deep in each other.
const MAX_DEPTH: usize = 32;

/// Up to so many members are compared each with each; more are sorted first.
const FEW_MEMBERS: usize = 24;

/// A JSON value that borrows from the text it was read from.
#[derive(Clone, Debug)]
pub(crate) enum Json<'t> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'t, str>),
    Array(Vec<Self>),
    Object(Object<'t>),
}

/// The members of an object, each name once.
#[derive(Clone, Debug)]
pub(crate) struct Object<'t>(Vec<(Cow<'t, str>, Json<'t>)>);

/// Reads one object and nothing after it.
///
/// No error of this function quotes the input.
pub(crate) fn object(json: &[u8]) -> Result<Object<'_>, &'static str> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = Strict { depth: 0 }
        .deserialize(&mut deserializer)
        .map_err(|_| "not JSON, a member that occurs twice, or nested too deep")?;
    deserializer.end().map_err(|_| "something follows the JSON object")?;
    match value {
        Json::Object(members) => Ok(members),
        _ => Err("not a JSON object"),
    }
}

/// Whether numbers arrive as numbers. They do not where another crate of the build has enabled
/// `arbitrary_precision` of `serde_json`: every date in a token would then be refused.
pub(super) fn reads_numbers() -> bool {
    let object = object(br#"{"n":1}"#);
    object.is_ok_and(|members| matches!(members.get("n"), Some(Json::Number(n)) if n.is_u64()))
}

impl<'t> Object<'t> {
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'t>> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The member, if it is a string.
    pub(crate) fn str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Owned, as the rest of the crate knows claims.
    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.0.into_iter().map(|(name, value)| (name.into_owned(), value.into())).collect()
    }

    fn has_duplicates(&self) -> bool {
        if self.0.len() <= FEW_MEMBERS {
            let mut rest = self.0.as_slice();
            while let Some(((name, _), after)) = rest.split_first() {
                if after.iter().any(|(other, _)| other == name) {
                    return true;
                }
                rest = after;
            }
            return false;
        }
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    }
}

impl Json<'_> {
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) const fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }
}

impl From<Json<'_>> for Value {
    fn from(json: Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Number(number),
            Json::String(text) => Self::String(text.into_owned()),
            Json::Array(elements) => Self::Array(elements.into_iter().map(Self::from).collect()),
            Json::Object(members) => Self::Object(members.into_map()),
        }
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth + 1;
        if depth > MAX_DEPTH { Err(E::custom("nested too deep")) } else { Ok(Self { depth }) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        // JSON has no other numbers than finite ones.
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Json<'de>, A::Error> {
        let inside = self.deeper()?;
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(inside)? {
            array.push(element);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let inside = self.deeper()?;
        let mut object = Object(Vec::new());
        while let Some(name) = members.next_key_seed(Name)? {
            object.0.push((name, members.next_value_seed(inside)?));
        }
        if object.has_duplicates() {
            return Err(A::Error::custom("a member occurs twice"));
        }
        Ok(Json::Object(object))
    }
}

/// The name of a member.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
