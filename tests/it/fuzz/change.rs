//! Inputs taken apart.

use std::{collections::HashSet, fmt};

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The first line, without its end, and what follows it.
pub(crate) fn text_and_rest(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[]),
    }
}

/// Changes a text. Four bytes are one change: what is done, where (two bytes), and with which byte.
pub(crate) fn change(valid: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut text = valid.to_vec();
    for change in changes.chunks_exact(4) {
        let place = usize::from(u16::from_be_bytes([change[1], change[2]]));
        let at = place.checked_rem(text.len()).unwrap_or_default();
        change_once(&mut text, change[0], at, change[3]);
        // Copies of copies would soon be too long for every reader.
        text.truncate(16 * 1024);
    }
    text
}

fn change_once(text: &mut Vec<u8>, what: u8, at: usize, byte: u8) {
    match what % 8 {
        0 => text.insert(at, byte),
        _ if text.is_empty() => {}
        1 => drop(text.remove(at)),
        2 => text[at] = byte,
        3 => text[at] ^= 1 << (byte % 8),
        4 if text[at].is_ascii_lowercase() => text[at].make_ascii_uppercase(),
        4 => text[at].make_ascii_lowercase(),
        5 => text.truncate(at),
        6 => text.extend_from_within(at..),
        _ => text.push(byte),
    }
}

/// The members of an object as `serde_json` reads them; none may occur twice.
pub(crate) fn members(json: &[u8]) -> Map<String, Value> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let names = reader.deserialize_map(Unique).expect("an object without duplicates");
    let read: Map<String, Value> = serde_json::from_slice(json).expect("an object");
    assert_eq!(read.len(), names.len());
    read
}

struct Unique;

impl<'de> Visitor<'de> for Unique {
    type Value = HashSet<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, _)) = members.next_entry::<String, serde::de::IgnoredAny>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a member occurs twice"));
            }
        }
        Ok(names)
    }
}
