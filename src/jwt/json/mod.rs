//! JSON objects, read more strictly than is usual: a member that occurs twice and nesting beyond a
//! bound are errors.
//!
//! What is read borrows from the text. A tree of owned strings costs more than all other work on a
//! token that is refused early, so it is grown only from what a signature has vouched for.

mod number;
mod reader;

use std::borrow::Cow;

use serde_json::{Map, Value};

pub(crate) use self::number::Number;
use self::reader::Reader;

/// Members whose names start like this are instructions to `serde_json`'s own values, where some crate
/// of the build enables `raw_value`: whoever reads claims as a type of theirs would follow them.
const RESERVED: &str = "$serde_json::private::";

/// Room for the members of most objects: what a token claims, or what a key consists of.
const USUAL_MEMBERS: usize = 16;

/// With more members than this, names are sorted to find one that occurs twice.
const FEW_MEMBERS: usize = 64;

/// A JSON value that borrows from the text it was read from.
#[derive(Clone, Debug)]
pub(crate) enum Json<'t> {
    Null,
    Bool(bool),
    Number(Number<'t>),
    String(Cow<'t, str>),
    Array(Vec<Self>),
    Object(Object<'t>),
}

/// The members of an object, each name once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object<'t> {
    members: Vec<(Cow<'t, str>, Json<'t>)>,
    /// What the names look like: most of those that are asked for are not there.
    looks: u64,
}

/// Reads one object and nothing after it.
///
/// No error of this function quotes the input.
pub(crate) fn object(json: &[u8]) -> Result<Object<'_>, &'static str> {
    match Reader::new(json)?.only_value()? {
        Json::Object(members) => Ok(members),
        _ => Err("not a JSON object"),
    }
}

impl<'t> Object<'t> {
    /// An empty one with room for what is usual.
    fn usual() -> Self {
        Self { members: Vec::with_capacity(USUAL_MEMBERS), looks: 0 }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Json<'t>> {
        if self.looks & look_of(name) == 0 {
            return None;
        }
        self.members.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The member, if it is a string.
    pub(crate) fn str(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Owned, as the rest of the crate knows claims. No string in it is ever read as anything else:
    /// `serde_json` has names of members that its own values take for instructions.
    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.members.into_iter().map(|(name, value)| (name.into_owned(), value.into())).collect()
    }

    /// Bytes of memory that the members take once they are owned, at most.
    ///
    /// A map is a tree whose nodes have room for eleven members and may be half full, or a table that
    /// has just grown, as the features of `serde_json` in the build will have it.
    pub(crate) fn weight(&self) -> usize {
        let place = size_of::<String>() + size_of::<Value>();
        let places = 2 * self.members.len().next_multiple_of(11) + 2;
        let texts = self.members.iter().map(|(name, value)| weight_of(name) + value.weight());
        places * place + texts.sum::<usize>()
    }

    /// Adds a member that is yet to be read; says whether the name is new.
    ///
    /// It is compared with those before it only where one of them looks like it. Where there are
    /// many, that is left to a look at all of them.
    fn add(&mut self, name: Cow<'t, str>) -> (&mut Json<'t>, bool) {
        let look = look_of(&name);
        let may_be_there = self.looks & look != 0 && self.members.len() <= FEW_MEMBERS;
        let is_new = !may_be_there || self.members.iter().all(|(other, _)| *other != name);
        self.looks |= look;
        let place = self.members.len();
        self.members.push((name, Json::Null));
        (&mut self.members[place].1, is_new)
    }

    /// Whether no name of many occurs twice; of few, [`add`](Self::add) has said so.
    fn is_unambiguous(&self) -> bool {
        if self.members.len() <= FEW_MEMBERS {
            return true;
        }
        let mut names: Vec<&str> = self.members.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1])
    }
}

/// One bit of 64, by the length of a name and its ends.
#[inline]
fn look_of(name: &str) -> u64 {
    let name = name.as_bytes();
    let (first, last) = (name.first().copied(), name.last().copied());
    let ends = usize::from(first.unwrap_or(0)) * 5 + usize::from(last.unwrap_or(0)) * 11;
    1 << ((name.len() * 23 + ends) % 64)
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

    fn weight(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) => 0,
            Self::Number(_) => WEIGHT_OF_NUMBER,
            Self::String(text) => weight_of(text),
            // A list grows by doubling.
            Self::Array(elements) => {
                let inside: usize = elements.iter().map(Self::weight).sum();
                2 * elements.len().max(4) * size_of::<Value>() + inside
            }
            Self::Object(members) => members.weight(),
        }
    }
}

/// The digits of a number, where some crate of the build has enabled `arbitrary_precision`.
const WEIGHT_OF_NUMBER: usize = 32;

/// A text that is read piece by piece may be given twice the room it needs.
const fn weight_of(text: &str) -> usize {
    2 * text.len() + 8
}

impl From<Json<'_>> for Value {
    fn from(json: Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Number(number.into()),
            Json::String(text) => Self::String(text.into_owned()),
            Json::Array(elements) => Self::Array(elements.into_iter().map(Self::from).collect()),
            Json::Object(members) => Self::Object(members.into_map()),
        }
    }
}
