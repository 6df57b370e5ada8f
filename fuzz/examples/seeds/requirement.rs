//! Requirements, in the form of the target `requirement`.

use crate::Seed;

/// The text, what is granted, what is denied, and the value of each parameter.
const LINES: [(&str, &str); 34] = [
    ("empty", ""),
    ("one", "orders:read\norders:read"),
    ("one-by-wildcard", "orders:read\norders:*"),
    ("one-denied", "orders:read\norders:* orders:read\norders:read"),
    ("one-denied-by-wildcard", "orders:read\norders:read\nord*"),
    ("and", "a and b and c\na b c"),
    ("or", "a or b or c\nc"),
    ("brackets", "orders:write and (eu or admin)\norders:write eu\nadmin"),
    ("brackets-in-brackets", "((a and (b or (c and d))) or e)\nc d a"),
    ("not", "not a\nb\na"),
    ("not-not", "not not a\na"),
    ("not-brackets", "not (a or b) and c\nc"),
    ("not-denied", "not a and b\na b\na"),
    ("mixed", "a and b or c\na"),
    ("upper-case", "a AND b\na"),
    ("other-operators", "a && b || !c\na"),
    ("comma", "any(a, b)\na"),
    ("star", "orders:*\norders:*"),
    ("star-in-quotes", "\"*\"\n*"),
    ("quoted", "\"global:any thing\" and \"and\"\nand"),
    ("quoted-escapes", "\"a\\\"b\\\\\" or c\nc"),
    ("quoted-open", "\"a or b\na"),
    ("quoted-empty", "\"\" or a\na"),
    ("blanks", " \t a\0and(b )\na b"),
    ("brackets-open", "((((a or b)\na"),
    ("brackets-closed", "a)\na"),
    ("deep", "not not not not not not not (not (not (a)))\na"),
    ("url", "https://api.example.com/orders.read\nhttps://*"),
    ("letters", "Gr\u{f6}\u{df}e:lesen\nGr\u{f6}\u{df}e:*"),
    ("control", "\"a\u{7}b\"\na"),
    ("parameter", "projects/{project}:deploy\nprojects/42:deploy\n\n42"),
    ("parameter-forged", "projects/{project}:deploy\nprojects/*\n\n42:x"),
    ("parameters-only", "{a}:{b}\na\n\nb"),
    ("parameter-in-part", "a:x{b} or a:{b or a:{}\na\n\nb"),
];

pub(crate) fn seeds() -> Vec<Seed> {
    LINES.iter().map(|(name, lines)| (*name, lines.as_bytes().to_vec())).collect()
}
