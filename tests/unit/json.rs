//! The reader of JSON against `serde_json`: the same values from the same texts, and stricter where it
//! says so.

use proptest::prelude::*;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::json::object;

/// What `serde_json` makes of an object, or nothing.
fn peer(text: &[u8]) -> Option<Value> {
    serde_json::from_slice(text).ok().filter(Value::is_object)
}

fn ours(text: &[u8]) -> Option<Value> {
    object(text).ok().map(|object| Value::Object(object.into_map()))
}

/// Texts that look like JSON and now and then are not.
fn scrap() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("fals".to_owned()),
        r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
        r"[-+.eE0-9]{1,5}",
        r#""(\\["\\/bfnrtu]|\\u[0-9a-fA-F]{4}|[ -~é🦀]){0,6}""#,
        r#""(\\ud83e\\udd80|\\u0000|\\ud800|[\x00-\x1f]|x){0,3}""#,
    ];
    let space = || "[ \t\r\n]{0,2}";
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let name = r#""([a-d]|\\u006[1-4])""#;
        let member = (space(), name, space(), inner.clone(), space())
            .prop_map(|(a, name, b, value, c)| format!("{a}{name}{b}:{value}{c}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec(member, 0..4).prop_map(|all| format!("{{{}}}", all.join(","))),
        ]
    })
}

/// Answers whether an object in what it reads has a member twice.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = bool;
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = bool;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(inside) = all.next_element_seed(Self)? {
            found |= inside;
        }
        Ok(found)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<bool, A::Error> {
        let (mut found, mut names) = (false, std::collections::HashSet::new());
        while let Some(name) = all.next_key::<String>()? {
            found |= !names.insert(name) | all.next_value_seed(Self)?;
        }
        Ok(found)
    }
}

/// Whether an object in the text has a member twice; `text` is known to be JSON.
fn has_duplicates(text: &str) -> bool {
    let mut reader = serde_json::Deserializer::from_str(text);
    Strict.deserialize(&mut reader).expect("JSON")
}

/// Whether there is a number of that size: such are refused before they are worked out.
fn has_number_from(size: f64, value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|number| number.abs() >= size),
        Value::Array(inside) => inside.iter().any(|value| has_number_from(size, value)),
        Value::Object(inside) => inside.values().any(|value| has_number_from(size, value)),
        _ => false,
    }
}

fn agree(text: &str) {
    let (ours, peer) = (ours(text.as_bytes()), peer(text.as_bytes()));
    match (ours, peer) {
        (Some(ours), Some(peer)) => {
            assert_eq!(ours, peer, "{text}");
            assert!(!has_duplicates(text), "{text}");
        }
        (None, Some(peer)) => {
            let is_refused = has_duplicates(text) || has_number_from(1e308, &peer);
            assert!(is_refused, "refused without need: {text}");
        }
        (Some(_), None) => panic!("not JSON, and read: {text}"),
        (None, None) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn scraps_are_read_alike(scrap in scrap()) {
        agree(&scrap);
        agree(&format!("{{\"a\":{scrap}}}"));
    }

    #[test]
    fn a_text_with_a_byte_changed_is_read_alike(
        scrap in scrap(), place in any::<prop::sample::Index>(), byte in b' '..=b'~',
    ) {
        let mut text = format!("{{\"a\":{scrap}}}").into_bytes();
        let place = place.index(text.len());
        text[place] = byte;
        if let Ok(text) = std::str::from_utf8(&text) {
            agree(text);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let wrapped = [b"{\"a\":\"", bytes.as_slice(), b"\"}"].concat();
        assert!(ours(&bytes).is_none() || peer(&bytes).is_some());
        assert_eq!(ours(&wrapped), peer(&wrapped));
    }
}

/// Numbers and what looks like some.
const NUMBERS: &str = "
    0 -0 1 -1 18446744073709551615 18446744073709551616 -9223372036854775808
    -9223372036854775809 1.5 1e3 1E+3 1e-3 1e400 -1e400 1e-400 01 - -01 1. .5 1e 1e+ +1 0x1 1_0
    Infinity NaN 00 0.0 -0.0 123456789012345678901234567890 9.999999999999999999e307 1e308
    -1.7976931348623157e308 0.0000001e314 0.0000001e315 0e999999999999999999999
    0.0e+999999999999999999999 1e-999999999999999999999 1e999999999999999999999
    2.4703282292062327208e-324 -0e5 9007199254740993.0001 9999999999999999999
    10000000000000000000
";

#[test]
fn numbers_are_what_they_are_elsewhere() {
    for number in NUMBERS.split_whitespace() {
        agree(&format!("{{\"n\":{number}}}"));
    }
}

#[test]
fn strings_end_where_they_do_elsewhere() {
    for string in [
        r#""""#,
        r#"""#,
        r#""\""#,
        r#""\\""#,
        r#""\\\""#,
        r#""\"}""#,
        r#""\u12""#,
        r#""\ud800""#,
        r#""\ud83e\udd80""#,
        r#""\udd80\ud83e""#,
        r#""\x""#,
        "\"\t\"",
        "\"\u{7f}\"",
        "\"é\"",
        "\"\\é\"",
        r#""a\u0000b""#,
        "'a'",
        "\"\u{2028}\"",
    ] {
        agree(&format!("{{\"s\":{string}}}"));
        agree(&format!("{{{string}:1}}"));
    }
}

#[test]
fn whitespace_and_what_follows_are_read_alike() {
    for text in [
        "",
        " ",
        "{",
        "}",
        "{}",
        " {} ",
        "{}x",
        "{}{}",
        "{},",
        "{,}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{\"a\"}",
        "{a:1}",
        "\u{feff}{}",
        "\u{a0}{}",
        "\u{b}{}",
        "[{}]",
        "null",
        "{\"a\":[1,]}",
        "{\"a\":[,]}",
        "{\"a\":[1 2]}",
        "{\"a\":[}",
        "{\"a\":{]",
        "{\"a\":tru}",
        "{\"a\":truex}",
        "{\"a\":nul",
        "// c\n{}",
        "{}\u{0}",
    ] {
        agree(text);
    }
}

#[test]
fn thirty_two_levels_and_no_more() {
    let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(object(nested(31).as_bytes()).is_ok());
    assert!(object(nested(32).as_bytes()).is_err());
    assert!(object(nested(100_000).as_bytes()).is_err());
}
