//! Lines of `name:hash`, as Apache's htpasswd writes them.

use std::collections::{HashMap, hash_map::Entry};

use crate::basic::{User, file::Loaded, user::name_problem, verifier::PasswordHash};

/// All users, or all that is wrong.
pub(super) fn parse(text: &str) -> Result<Loaded, Vec<String>> {
    let mut problems = Vec::new();
    let mut users = Vec::new();
    let mut lines = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        // Quotes nothing: without a colon it may be all password.
        let Some((name, hash)) = line.split_once(':') else {
            problems.push(format!("line {number}: no colon between name and hash"));
            continue;
        };
        if let Some(problem) = name_problem(name).or_else(|| PasswordHash::parse(hash).err()) {
            problems.push(format!("line {number}: user {name:?}: {problem}"));
        }
        match lines.entry(name) {
            Entry::Occupied(first) => problems.push(format!(
                "line {number}: user {name:?}: the name is used twice, first in line {}",
                first.get()
            )),
            Entry::Vacant(first) => _ = first.insert(number),
        }
        users.push(User::new(name, hash));
    }
    if users.is_empty() && problems.is_empty() {
        problems.push("the file has no users".to_owned());
    }
    match problems.is_empty() {
        true => Ok(Loaded { users, rules: None, warnings: Vec::new() }),
        false => Err(problems),
    }
}
