//! [`Reader`]: from JSON text (RFC 8259) to [`Json`], in one pass that copies no text.
//!
//! Most of what reaches a verifier is refused, and reading is most of what that costs: a reader that
//! serves any type in any format takes three times as long. What is rare, a text with escapes, is left
//! to `serde_json`. Nothing that nobody has vouched for is worked out: a number can be as dear as a
//! signature.

use std::borrow::Cow;

use super::{Json, Number, Object, RESERVED};

/// Objects and arrays may lie this deep in each other.
const MAX_DEPTH: usize = 32;

/// A number that begins at this power of ten is refused. A little more would fit 64 bits, and to say how
/// much takes as long as to work it out.
const FIRST_OUT_OF_RANGE: i64 = 308;

const NOT_JSON: &str = "not JSON";
const OUT_OF_RANGE: &str = "a number that is out of range";
const TWICE: &str = "a member of a JSON object occurs twice";

pub(super) type Read<T> = Result<T, &'static str>;

/// A text and how far it has been read.
///
/// Only bytes of ASCII are ever looked for, so every place is one between characters.
pub(super) struct Reader<'t> {
    text: &'t str,
    place: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(json: &'t [u8]) -> Read<Self> {
        let text = std::str::from_utf8(json).map_err(|_| "not UTF-8")?;
        Ok(Self { text, place: 0, depth: 0 })
    }

    /// A value with nothing but white space around it.
    pub(super) fn only_value(mut self) -> Read<Json<'t>> {
        let mut value = Json::Null;
        self.value(&mut value)?;
        match self.next() {
            None => Ok(value),
            Some(_) => Err("something follows the JSON value"),
        }
    }

    /// Values are made where they are to stay: to hand them up costs more than to read them.
    fn value(&mut self, place: &mut Json<'t>) -> Read<()> {
        *place = match self.next().ok_or(NOT_JSON)? {
            b'"' => Json::String(self.string()?),
            b'{' => Json::Object(self.inside(Self::object)?),
            b'[' => Json::Array(self.inside(Self::array)?),
            b't' => self.word("true", Json::Bool(true))?,
            b'f' => self.word("false", Json::Bool(false))?,
            b'n' => self.word("null", Json::Null)?,
            _ => Json::Number(self.number()?),
        };
        Ok(())
    }

    /// The next byte that is not white space; it is not passed.
    fn next(&mut self) -> Option<u8> {
        while let Some(byte) = self.peek() {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.place += 1;
        }
        None
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }

    /// Passes the byte if it is the next one.
    fn pass(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.place += usize::from(is_next);
        is_next
    }

    fn word(&mut self, word: &str, value: Json<'t>) -> Read<Json<'t>> {
        let is_there = self.text.as_bytes()[self.place..].starts_with(word.as_bytes());
        self.place += word.len();
        if is_there { Ok(value) } else { Err(NOT_JSON) }
    }

    /// Reads what the bracket at this place opens.
    fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.place += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("JSON that is nested too deep");
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Read<Vec<Json<'t>>> {
        let mut elements = Vec::new();
        if self.next() == Some(b']') {
            self.place += 1;
            return Ok(elements);
        }
        loop {
            let place = elements.len();
            elements.push(Json::Null);
            self.value(&mut elements[place])?;
            if self.ends(b']')? {
                return Ok(elements);
            }
        }
    }

    fn object(&mut self) -> Read<Object<'t>> {
        // Only the outermost one is likely to need room; a text may consist of empty ones inside.
        let mut object = if self.depth == 1 { Object::usual() } else { Object::default() };
        if self.next() == Some(b'}') {
            self.place += 1;
            return Ok(object);
        }
        let mut is_unambiguous = true;
        loop {
            let name = self.name()?;
            let (value, is_new) = object.add(name);
            self.value(value)?;
            is_unambiguous &= is_new;
            if self.ends(b'}')? {
                break;
            }
        }
        if is_unambiguous && object.is_unambiguous() { Ok(object) } else { Err(TWICE) }
    }

    /// The name of a member, with the colon after it.
    #[inline]
    fn name(&mut self) -> Read<Cow<'t, str>> {
        if self.next() != Some(b'"') {
            return Err(NOT_JSON);
        }
        let name = self.string()?;
        if name.starts_with(RESERVED) {
            return Err("a name that is an instruction to another reader of JSON");
        }
        if self.next() != Some(b':') {
            return Err(NOT_JSON);
        }
        self.place += 1;
        Ok(name)
    }

    /// After an element or a member: passes a comma, or the bracket that closes.
    fn ends(&mut self, bracket: u8) -> Read<bool> {
        let byte = self.next();
        self.place += 1;
        match byte {
            Some(b',') => Ok(false),
            Some(byte) if byte == bracket => Ok(true),
            _ => Err(NOT_JSON),
        }
    }

    /// The string whose quotation mark is at this place.
    #[inline]
    fn string(&mut self) -> Read<Cow<'t, str>> {
        match self.plain_string() {
            Some(string) => Ok(Cow::Borrowed(string)),
            None => self.escaped().map(Cow::Owned),
        }
    }

    /// The same, if it stands for itself.
    #[inline(never)]
    fn plain_string(&mut self) -> Option<&'t str> {
        let rest = &self.text[self.place + 1..];
        let length = plain(rest.as_bytes());
        if rest.as_bytes().get(length) != Some(&b'"') {
            return None;
        }
        self.place += length + 2;
        Some(&rest[..length])
    }

    /// The same, for one with escapes in it.
    #[cold]
    fn escaped(&mut self) -> Read<String> {
        let start = self.place;
        self.place += 1;
        while !self.pass(b'"') {
            // Whatever an escape stands for, what follows its backslash does not end the string.
            self.place += 1 + usize::from(self.peek() == Some(b'\\'));
            if self.place >= self.text.len() {
                return Err(NOT_JSON);
            }
        }
        let quoted = &self.text.as_bytes()[start..self.place];
        serde_json::from_slice(quoted).map_err(|_| NOT_JSON)
    }

    /// Passes a number; what it amounts to is worked out when somebody asks.
    fn number(&mut self) -> Read<Number<'t>> {
        let start = self.place;
        let _ = self.pass(b'-');
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with('0') {
            return Err(NOT_JSON);
        }
        let fraction = if self.pass(b'.') { self.digits()? } else { "" };
        let mut exponent = 0;
        if self.pass(b'e') || self.pass(b'E') {
            let is_negative = !self.pass(b'+') && self.pass(b'-');
            // One of many digits is as good as the greatest that fits.
            let size = self.digits()?.parse().unwrap_or(i64::MAX / 4);
            exponent = if is_negative { -size } else { size };
        }
        let text = &self.text[start..self.place];
        let magnitude = magnitude(whole, fraction).map(|own| own.saturating_add(exponent));
        match magnitude {
            Some(magnitude) if magnitude >= FIRST_OUT_OF_RANGE => Err(OUT_OF_RANGE),
            _ => Ok(Number::of(text)),
        }
    }

    /// Passes digits, one at least.
    fn digits(&mut self) -> Read<&'t str> {
        let rest = &self.text[self.place..];
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.place += length;
        if length == 0 { Err(NOT_JSON) } else { Ok(&rest[..length]) }
    }
}

/// The power of ten of the first digit that counts; none for zero.
fn magnitude(whole: &str, fraction: &str) -> Option<i64> {
    let place = |text: &str| text.bytes().position(|digit| digit != b'0');
    let (power, sign) = match place(whole) {
        Some(_) => (whole.len() - 1, 1),
        None => (place(fraction)? + 1, -1),
    };
    i64::try_from(power).ok().map(|power| sign * power)
}

/// How many bytes there are before the first one that ends a string, starts an escape or may not be
/// in a string.
fn plain(text: &[u8]) -> usize {
    let (words, _) = text.as_chunks();
    for (number, word) in words.iter().enumerate() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return number * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let passed = words.len() * 8;
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let rest = &text[passed..];
    passed + rest.iter().position(is_special).unwrap_or(rest.len())
}

/// The highest bit of each of eight bytes that is special. A bit may be set in vain, but only above
/// one that is not: where bytes are subtracted at once, they borrow from those above them.
const fn special(word: u64) -> u64 {
    const fn each(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }
    const fn below(word: u64, limit: u8) -> u64 {
        word.wrapping_sub(each(limit)) & !word
    }
    let quote = below(word ^ each(b'"'), 1);
    let backslash = below(word ^ each(b'\\'), 1);
    (quote | backslash | below(word, 0x20)) & each(0x80)
}
