//! Hashes in the PHC string format: argon2id (RFC 9106) and scrypt (RFC 7914).

use std::ops::RangeInclusive;

/// What the parameters of a hash may be: more would let one login take the machine.
struct Algorithm {
    id: &'static str,
    /// The parts between the dollar signs, the empty one before the first among them.
    parts: usize,
    parameters: &'static [(&'static str, RangeInclusive<u32>)],
}

const ALGORITHMS: [Algorithm; 2] = [
    // Memory in KiB: up to one GiB.
    Algorithm {
        id: "argon2id",
        parts: 6,
        parameters: &[("m", 8..=1_048_576), ("t", 1..=64), ("p", 1..=16)],
    },
    // Memory is 128 * r * 2^ln bytes: up to one GiB with the usual r of 8.
    Algorithm {
        id: "scrypt",
        parts: 5,
        parameters: &[("ln", 1..=20), ("r", 1..=8), ("p", 1..=16)],
    },
];

/// Whether a text is meant to be one of these hashes.
pub(super) fn is_phc(text: &str) -> bool {
    algorithm_of(text).is_some()
}

/// Whether the hash is whole and within bounds, so that every verification does the same work.
pub(super) fn check(text: &str) -> Result<(), String> {
    let algorithm = algorithm_of(text).ok_or("the hash is of no known kind")?;
    let name = algorithm.id;
    let parts: Vec<&str> = text.split('$').collect();
    let is_whole = parts.len() == algorithm.parts && password_auth::is_hash_obsolete(text).is_ok();
    if !is_whole || (name == "argon2id" && parts[2] != "v=19") {
        return Err(format!("the {name} hash is damaged"));
    }
    let given = parts[algorithm.parts - 3].split(',').map(|parameter| parameter.split_once('='));
    let given: Option<Vec<(&str, &str)>> = given.collect();
    let fits = given.is_some_and(|given| {
        given.len() == algorithm.parameters.len()
            && algorithm.parameters.iter().all(|(name, range)| {
                let value = given.iter().find(|(own, _)| own == name).map(|(_, value)| *value);
                value
                    .and_then(|value| value.parse().ok())
                    .is_some_and(|value| range.contains(&value))
            })
    });
    if fits { Ok(()) } else { Err(format!("a parameter of the {name} hash is out of bounds")) }
}

/// The same parameters with a salt and an output that are all zero.
pub(super) fn unmatchable(text: &str) -> String {
    let mut parts: Vec<String> = text.split('$').map(str::to_owned).collect();
    let salt = parts.len().saturating_sub(2);
    for part in &mut parts[salt..] {
        *part = "A".repeat(part.len());
    }
    parts.join("$")
}

pub(super) fn verify(password: &[u8], text: &str) -> bool {
    password_auth::verify_password(password, text).is_ok()
}

fn algorithm_of(text: &str) -> Option<&'static Algorithm> {
    let id = text.strip_prefix('$')?.split('$').next()?;
    ALGORITHMS.iter().find(|algorithm| algorithm.id == id)
}
