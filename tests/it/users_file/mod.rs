//! Users and rules from files.

mod documents;
mod formats;
mod hostile;
mod htpasswd;
mod mistakes;
mod nussknacker;

use std::{fs, path::PathBuf};

use tempfile::TempDir;
use tower_auth::{ConfigError, User, UsersFile};

/// `wonderland`, of the lowest cost.
pub(crate) const HASH: &str = "$2b$04$Q5PZ6ibWxHVzBkTXoLJvv.QO4lPzM.V8y7M6dn/nlL5Z1bO9Yqvm2";

/// A file that lives as long as the test.
pub(crate) struct TempFile {
    _folder: TempDir,
    pub(crate) path: PathBuf,
}

impl TempFile {
    pub(crate) fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        Self { _folder: folder, path }
    }

    pub(crate) fn document(&self) -> UsersFile {
        UsersFile::at(&self.path)
    }

    pub(crate) fn htpasswd(&self) -> UsersFile {
        UsersFile::htpasswd(&self.path)
    }

    /// The problems, without the path that stands in front of each.
    pub(crate) fn problems(&self, error: &ConfigError) -> Vec<String> {
        let path = format!("{}: ", self.path.display());
        let problems = error.problems().map(|problem| problem.strip_prefix(&path).unwrap());
        problems.map(str::to_owned).collect()
    }
}

/// A JSON document with these users and rules.
pub(crate) fn json(users: &str, rules: &str) -> TempFile {
    TempFile::new("users.json", format!(r#"{{"users": [{users}], "rules": [{rules}]}}"#))
}

pub(crate) fn user(identity: &str) -> String {
    format!(r#"{{"identity": "{identity}", "encryptedPassword": "{HASH}", "roles": ["Reader"]}}"#)
}

pub(crate) fn names(users: &[User]) -> Vec<&str> {
    users.iter().map(User::name).collect()
}
