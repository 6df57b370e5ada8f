//! Distinguished names as text, for people to read.

use std::fmt::Write;

use x509_parser::{
    objects::{oid_registry, oid2abbrev},
    x509::{AttributeTypeAndValue, X509Name},
};

use super::parse;

/// The attributes in the order of the certificate, separated by `, `, or by ` + ` within a set.
///
/// Whatever else could be taken for a separator, and all that is not plain ASCII or a letter or a
/// digit, is escaped with a backslash; what is no text that is supported is `#` and its bytes in
/// hexadecimal, as in RFC 4514. So two names are never one text, and none can write a line of its own
/// into a log.
pub(super) fn text(name: &X509Name<'_>) -> String {
    let mut text = String::new();
    for set in name.iter() {
        for (attribute, position) in set.iter().zip(0..) {
            text.push_str(match position {
                0 if text.is_empty() => "",
                0 => ", ",
                _ => " + ",
            });
            push(&mut text, attribute);
        }
    }
    text
}

fn push(text: &mut String, attribute: &AttributeTypeAndValue<'_>) {
    match oid2abbrev(attribute.attr_type(), oid_registry()) {
        Ok(name) => text.push_str(name),
        Err(_) => text.push_str(&attribute.attr_type().to_id_string()),
    }
    text.push('=');
    match parse::attribute_text(attribute) {
        Some(value) => push_escaped(text, value),
        None => {
            // Writing into a string cannot fail.
            let _ = write!(text, "#{:02x}", attribute.attr_value().tag().0);
            for byte in attribute.as_slice() {
                let _ = write!(text, "{byte:02x}");
            }
        }
    }
}

fn push_escaped(text: &mut String, value: &str) {
    for (position, char) in value.char_indices() {
        match char {
            ',' | '+' | '\\' => text.extend(['\\', char]),
            '#' | ' ' if position == 0 => text.extend(['\\', char]),
            ' ' if position + 1 == value.len() => text.extend(['\\', char]),
            _ if char == ' ' || char.is_ascii_graphic() || char.is_alphanumeric() => {
                text.push(char);
            }
            _ => text.extend(char.escape_unicode()),
        }
    }
}
