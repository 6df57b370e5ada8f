//! [`Elements`]: where the elements of a mapper are in the claims.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::{
    claims::{ClaimPath, Claims},
    error::AuthError,
    identity::Identity,
    permission::mapper::skipped::{Reason, Skipped},
};

/// So many elements of one claim are looked at.
const MAX_ELEMENTS: usize = 4_096;

/// Bytes of the longest element: requirements ask for no longer name.
pub(in crate::permission) const MAX_LENGTH: usize = 256;

/// The place of elements, and what separates those of a string.
#[derive(Clone, Debug)]
pub(super) struct Elements {
    path: ClaimPath,
    place: Place,
    pub(super) separator: char,
}

#[derive(Clone, Debug)]
enum Place {
    /// The claim is them.
    Claim,
    /// The claim is an object, and they are at a path in each member of it.
    Members(Vec<String>),
    /// The claim is an object, and its names are them.
    Names,
}

/// Reads one claim.
struct Reading<'a> {
    path: &'a ClaimPath,
    identity: &'a Identity,
    skipped: &'a Skipped,
    found: Vec<Cow<'a, str>>,
    /// Good and malformed.
    seen: usize,
}

impl Elements {
    pub(super) const fn at(path: ClaimPath) -> Self {
        Self { path, place: Place::Claim, separator: ' ' }
    }

    pub(super) fn in_members(path: ClaimPath, inner: &str) -> Self {
        let inner = inner.split('.').map(str::to_owned).collect();
        Self { place: Place::Members(inner), ..Self::at(path) }
    }

    pub(super) const fn names(path: ClaimPath) -> Self {
        Self { path, place: Place::Names, separator: ' ' }
    }

    pub(super) const fn path(&self) -> &ClaimPath {
        &self.path
    }

    /// The elements of an identity, none longer than [`MAX_LENGTH`] and none empty.
    pub(super) fn of<'a>(
        &'a self,
        identity: &'a Identity,
        skipped: &'a Skipped,
    ) -> Result<Vec<Cow<'a, str>>, AuthError> {
        let path = &self.path;
        let mut reading = Reading { path, identity, skipped, found: Vec::new(), seen: 0 };
        match (path.find(identity.claims()), &self.place) {
            (None | Some(Value::Null), _) => {
                if is_elsewhere(path, identity.claims()) {
                    reading.skip(Reason::Elsewhere)?;
                }
            }
            (Some(value), Place::Claim) => reading.claim(value, self.separator, None)?,
            (Some(Value::Object(members)), Place::Members(inner)) => {
                reading.members(members, inner, self.separator)?;
            }
            (Some(Value::Object(members)), Place::Names) => reading.names(members)?,
            (Some(_), Place::Members(_) | Place::Names) => reading.skip(Reason::NotText)?,
        }
        Ok(reading.found)
    }
}

impl<'a> Reading<'a> {
    /// A claim, or what stands for it in the member of this name.
    fn claim(
        &mut self,
        value: &'a Value,
        separator: char,
        member: Option<&str>,
    ) -> Result<(), AuthError> {
        match value {
            Value::String(words) => {
                let words = words.split(separator).map(|word| word.trim_matches(' '));
                words.filter(|word| !word.is_empty()).try_for_each(|word| self.add(word, member))
            }
            Value::Array(elements) => elements.iter().try_for_each(|element| match element {
                Value::String(element) => self.add(element, member),
                _ => self.skip(Reason::NotText),
            }),
            Value::Null => Ok(()),
            _ => self.skip(Reason::NotText),
        }
    }

    fn members(
        &mut self,
        members: &'a Map<String, Value>,
        inner: &[String],
        separator: char,
    ) -> Result<(), AuthError> {
        for (name, value) in members {
            let Some(value) = inner.iter().try_fold(value, |value, name| value.get(name)) else {
                continue;
            };
            // What is behind the colon of one member would be within the name of another one.
            if name.is_empty() || name.contains(':') {
                self.skip(Reason::NoMatch)?;
            } else {
                self.claim(value, separator, Some(name))?;
            }
        }
        Ok(())
    }

    fn names(&mut self, members: &'a Map<String, Value>) -> Result<(), AuthError> {
        let held = members.iter().filter(|(_, value)| !matches!(value, Value::Bool(false)));
        held.filter(|(_, value)| !value.is_null()).try_for_each(|(name, _)| self.add(name, None))
    }

    fn add(&mut self, element: &'a str, member: Option<&str>) -> Result<(), AuthError> {
        self.count()?;
        let length = element.len() + member.map_or(0, |name| name.len() + 1);
        if element.is_empty() {
            return self.skipped.add(Reason::NoMatch, self.path, self.identity);
        } else if length > MAX_LENGTH {
            return self.skipped.add(Reason::TooLong, self.path, self.identity);
        }
        self.found.push(match member {
            Some(name) => [name, ":", element].concat().into(),
            None => element.into(),
        });
        Ok(())
    }

    fn skip(&mut self, reason: Reason) -> Result<(), AuthError> {
        self.count()?;
        self.skipped.add(reason, self.path, self.identity)
    }

    /// All or none: who drops the rest of a list may drop the role that denies.
    fn count(&mut self) -> Result<(), AuthError> {
        self.seen += 1;
        if self.seen > MAX_ELEMENTS {
            return self.skipped.add(Reason::TooMany, self.path, self.identity);
        }
        Ok(())
    }
}

/// Whether the provider says that it has left the claim out: `_claim_names` (OpenID Connect Core,
/// section 5.6.2), or `hasgroups`, which Entra ID writes where there is no room for more.
fn is_elsewhere(path: &ClaimPath, claims: &Claims) -> bool {
    let ClaimPath::Name { whole, .. } = path else { return false };
    let names = claims.get("/_claim_names").and_then(Value::as_object);
    names.is_some_and(|names| names.contains_key(whole))
        || (whole == "groups" && claims.get("/hasgroups") == Some(&Value::Bool(true)))
}

/// The entries of a claim: the strings of an array, or the words of a string.
pub(in crate::permission) fn entries<'c>(
    path: &ClaimPath,
    claims: &'c Claims,
) -> impl Iterator<Item = &'c str> {
    let claim = path.find(claims);
    let words = claim.and_then(Value::as_str).into_iter().flat_map(|words| words.split(' '));
    let elements = claim.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    words.chain(elements).filter(|entry| !entry.is_empty())
}
