//! Users and rules of a document, in the shape that Nussknacker's `users.conf` has.

use std::collections::{BTreeSet, HashMap, hash_map::Entry};

use crate::{
    basic::{
        User,
        file::{
            Loaded, UsersFile,
            fields::{Fields, Walk},
            node::Node,
        },
        user::name_problem,
        verifier::PasswordHash,
    },
    permission::{RoleRule, RoleRules},
};

const ROOT: [&str; 2] = ["users", "rules"];
const USER: [&str; 6] =
    ["identity", "username", "password", "encryptedPassword", "roles", "disabled"];
const RULE: [&str; 5] = ["role", "isAdmin", "categories", "permissions", "globalPermissions"];

/// Users and rules, or all that is wrong with them.
pub(super) fn all(file: &UsersFile, root: &Node) -> Result<Loaded, Vec<String>> {
    let mut walk = Walk::default();
    let fields = walk.object("", root, &ROOT);
    let users = users(file, &fields, &mut walk);
    let rules = rules_of(file, &fields, &mut walk)?;
    Ok(Loaded { users, rules: Some(rules), warnings: walk.warnings })
}

/// Rules alone, or all that is wrong with them.
pub(super) fn rules(file: &UsersFile, root: &Node) -> Result<RoleRules, Vec<String>> {
    let mut walk = Walk::default();
    let fields = walk.object("", root, &ROOT);
    rules_of(file, &fields, &mut walk)
}

fn users(file: &UsersFile, fields: &Fields<'_>, walk: &mut Walk) -> Vec<User> {
    let nodes = walk.list("users", fields.get("users"));
    match fields.get("users") {
        None => walk.problem("users", "missing"),
        Some(Node::List(nodes)) if nodes.is_empty() => {
            walk.problem("users", "the file has no users");
        }
        Some(_) => {}
    }
    let mut positions = HashMap::new();
    let mut users = Vec::with_capacity(nodes.len());
    for (position, node) in nodes.iter().enumerate() {
        let place = format!("users[{position}]");
        let Some(user) = user(file, &place, node, walk) else { continue };
        match positions.entry(user.name().to_owned()) {
            Entry::Occupied(first) => {
                let problem =
                    format!("{:?} is used twice, first by users[{}]", user.name(), first.get());
                walk.problem(&format!("{place}.identity"), problem);
            }
            Entry::Vacant(first) => _ = first.insert(position),
        }
        users.push(user);
    }
    users
}

fn user(file: &UsersFile, place: &str, node: &Node, walk: &mut Walk) -> Option<User> {
    let Node::Map(_) = node else {
        walk.problem(place, format!("expected an object, found {}", node.kind()));
        return None;
    };
    let fields = walk.object(place, node, &USER);
    let identity = walk.required(place, &fields, "identity");
    if let Some(problem) = identity.and_then(name_problem) {
        walk.problem(&format!("{place}.identity"), problem);
    }
    let username = walk.text(place, &fields, "username");
    if username.is_some_and(|name| name.is_empty() || name.contains(char::is_control)) {
        let problem = "a name is not empty and holds no control character";
        walk.problem(&format!("{place}.username"), problem);
    }
    let roles = walk.texts(place, &fields, "roles");
    if roles.iter().all(|role| role.is_empty()) {
        walk.warning(place, "the user has no roles, so every request of theirs is refused");
    }
    let is_disabled = walk.flag(place, &fields, "disabled");
    let user = with_password(file, place, &fields, identity, walk)?.with_claim("roles", roles);
    let user = username.into_iter().fold(user, |user, name| user.with_claim("username", name));
    Some(if is_disabled { user.disabled() } else { user })
}

/// The user with the one kind of password that they may have.
fn with_password(
    file: &UsersFile,
    place: &str,
    fields: &Fields<'_>,
    identity: Option<&str>,
    walk: &mut Walk,
) -> Option<User> {
    let who = identity.map_or_else(|| "the user".to_owned(), |name| format!("user {name:?}"));
    let hash = walk.text(place, fields, "encryptedPassword");
    let password = walk.text(place, fields, "password");
    match (fields.contains_key("encryptedPassword"), fields.contains_key("password")) {
        (true, true) => {
            let problem = "has both a password and an encrypted password: keep one";
            walk.problem(place, format!("{who} {problem}"));
        }
        (false, false) => {
            walk.problem(place, format!("{who} has neither a password nor an encrypted password"));
        }
        (true, false) => {
            if let Some(Err(problem)) = hash.map(PasswordHash::parse) {
                walk.problem(&format!("{place}.encryptedPassword"), format!("{who}: {problem}"));
            }
        }
        (false, true) if !file.allows_clear_text => walk.problem(
            &format!("{place}.password"),
            format!(
                "{who} has a password in clear text: give a bcrypt hash as encryptedPassword \
                 instead (htpasswd -nB), or call danger_allow_clear_text_passwords"
            ),
        ),
        (false, true) => {
            if password == Some("") {
                walk.problem(&format!("{place}.password"), format!("{who}: it is empty"));
            }
        }
    }
    match (identity?, hash, password) {
        (name, Some(hash), _) => Some(User::new(name, hash)),
        (name, None, Some(password)) => Some(User::danger_with_clear_text_password(name, password)),
        // Goes on without a password, to find out whether the name is used twice.
        (name, None, None) => Some(User::new(name, "")),
    }
}

/// The rules, unless something is wrong with anything that was walked through so far.
fn rules_of(
    file: &UsersFile,
    fields: &Fields<'_>,
    walk: &mut Walk,
) -> Result<RoleRules, Vec<String>> {
    if !fields.contains_key("rules") {
        walk.problem("rules", "missing");
    }
    let vocabulary: BTreeSet<String> = file.vocabulary.iter().cloned().collect();
    let mut rules = Vec::new();
    for (position, node) in walk.list("rules", fields.get("rules")).iter().enumerate() {
        let place = format!("rules[{position}]");
        let Some(rule) = rule(&place, node, walk) else { continue };
        for problem in rule.problems(Some(&vocabulary)) {
            walk.problem(&place, format!("rule {:?}: {problem}", rule.role()));
        }
        rules.push(rule);
    }
    if !walk.problems.is_empty() {
        return Err(std::mem::take(&mut walk.problems));
    }
    let rules = RoleRules::builder().rules(rules).with_vocabulary(vocabulary).build();
    rules.map_err(|error| error.problems().map(str::to_owned).collect())
}

fn rule(place: &str, node: &Node, walk: &mut Walk) -> Option<RoleRule> {
    let Node::Map(_) = node else {
        walk.problem(place, format!("expected an object, found {}", node.kind()));
        return None;
    };
    let fields = walk.object(place, node, &RULE);
    let is_admin = walk.flag(place, &fields, "isAdmin");
    let categories = walk.texts(place, &fields, "categories");
    let permissions = walk.texts(place, &fields, "permissions");
    let global_permissions = walk.texts(place, &fields, "globalPermissions");
    let role = walk.required(place, &fields, "role")?;
    let rule = if is_admin { RoleRule::admin(role) } else { RoleRule::new(role) };
    Some(
        rule.with_categories(categories)
            .with_permissions(permissions)
            .with_global_permissions(global_permissions),
    )
}
