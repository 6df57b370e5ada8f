//! [`UsersFile`]: where users are kept, and how the file is to be read.

use std::path::{Path, PathBuf};

use crate::{
    basic::{
        User,
        file::{document, format::Format, htpasswd, text},
    },
    bounded_file,
    config_error::ConfigError,
    permission::RoleRules,
};

/// A file with users, and with rules for their roles where its format has room for them.
///
/// Two kinds are read:
///
/// - [`htpasswd`](Self::htpasswd): lines of `name:hash`. Only bcrypt is accepted
///   (`htpasswd -B`), and with the feature `phc` argon2id and scrypt.
/// - [`at`](Self::at): a document in JSON, TOML, YAML or HOCON, of the shape that Nussknacker's
///   `users.conf` has:
///
/// ```text
/// users: [ { identity, username?, encryptedPassword | password, roles: [..], disabled? } ]
/// rules: [ { role, isAdmin?, categories: [..], permissions: [..], globalPermissions: [..] } ]
/// ```
///
/// The identity is what a client sends as user-id. Roles become the claim `roles`, a username the
/// claim `username`. Rules become [`RoleRules`]. A file is read as text and nothing else: HOCON may
/// include no other files and refer to nothing (`${..}`), YAML's aliases are bounded, and a file that
/// nests deep, is larger than [4 MiB](Self::DEFAULT_MAX_BYTES) or no regular file is refused.
///
/// Every mistake is reported at once with its place, and no message quotes a password or a hash. A
/// file without users is refused: half a file must not lock everyone out.
///
/// # Examples
///
/// ```
/// use tower_auth::{User, UsersFile};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("users.json");
/// std::fs::write(
///     &path,
///     r#"{
///         "users": [{
///             "identity": "alice",
///             "encryptedPassword": "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6",
///             "roles": ["Writer"]
///         }],
///         "rules": [{ "role": "Writer", "categories": ["Fraud"], "permissions": ["Read", "Write"] }]
///     }"#,
/// )?;
///
/// let file = UsersFile::at(&path);
/// assert!(file.check()?.is_empty());
/// assert_eq!(file.load_users()?.iter().map(User::name).collect::<Vec<_>>(), ["alice"]);
/// let rules = file.load_rules()?;
/// # let _ = rules;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct UsersFile {
    path: PathBuf,
    kind: Kind,
    max_bytes: usize,
    pub(super) vocabulary: Vec<String>,
    pub(super) allows_clear_text: bool,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Htpasswd,
    Document,
}

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) users: Vec<User>,
    /// `None` where the format has no room for rules.
    pub(crate) rules: Option<RoleRules>,
    /// What is odd and may be meant, with its place.
    pub(crate) warnings: Vec<String>,
}

impl UsersFile {
    /// The size up to which a file is read where no other is set: 4 MiB.
    pub const DEFAULT_MAX_BYTES: usize = 4 << 20;

    /// The permissions that rules may name where no others are set: those of Nussknacker.
    pub const DEFAULT_VOCABULARY: [&'static str; 5] =
        ["Read", "Write", "Deploy", "Demo", "Impersonate"];

    /// A file as Apache's `htpasswd -B` writes it.
    ///
    /// Empty lines and lines that start with `#` are skipped.
    pub fn htpasswd(path: impl Into<PathBuf>) -> Self {
        Self::of(path.into(), Kind::Htpasswd)
    }

    /// A document, in the format that its extension says: `.json`; `.toml`, `.yaml` or `.yml`,
    /// `.conf` or `.hocon` with the features `toml`, `yaml` and `hocon`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self::of(path.into(), Kind::Document)
    }

    /// Accepts users whose `password` is in the file as it is.
    ///
    /// Whoever reads the file, or a backup of it, has the passwords.
    pub const fn danger_allow_clear_text_passwords(mut self) -> Self {
        self.allows_clear_text = true;
        self
    }

    /// Sets the permissions that rules may name, compared exactly; a rule that names another one is
    /// an error. The default is [`DEFAULT_VOCABULARY`](Self::DEFAULT_VOCABULARY).
    pub fn with_vocabulary<P: Into<String>>(
        mut self,
        permissions: impl IntoIterator<Item = P>,
    ) -> Self {
        self.vocabulary = permissions.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the size in bytes up to which the file is read. The default is 4 MiB.
    pub const fn with_max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Reads the file and says what is odd in it: keys that nobody reads, users without roles.
    ///
    /// # Errors
    ///
    /// Everything for which the file would be refused.
    pub fn check(&self) -> Result<Vec<String>, ConfigError> {
        Ok(self.load()?.warnings)
    }

    /// Reads the users, for a store with settings of its own:
    /// [`Users::builder().users(..)`](crate::UsersBuilder::users).
    ///
    /// # Errors
    ///
    /// Every mistake in the file, with its place.
    pub fn load_users(&self) -> Result<Vec<User>, ConfigError> {
        Ok(self.load()?.users)
    }

    /// Reads the rules and nothing else, for services whose users come from tokens: the file needs
    /// no users, and those it has are not looked at.
    ///
    /// # Errors
    ///
    /// Every mistake in the rules, with its place; a file without rules; and an htpasswd file, which
    /// has none.
    pub fn load_rules(&self) -> Result<RoleRules, ConfigError> {
        self.within_path(match self.kind {
            Kind::Htpasswd => Err(vec!["an htpasswd file has no rules".to_owned()]),
            Kind::Document => {
                self.read().and_then(|bytes| document::rules(self, &self.tree(&bytes)?))
            }
        })
    }

    /// Reads users and rules.
    pub(crate) fn load(&self) -> Result<Loaded, ConfigError> {
        let bytes = self.within_path(self.read())?;
        self.parse(&bytes)
    }

    /// Users and rules in the bytes of a file.
    pub(crate) fn parse(&self, bytes: &[u8]) -> Result<Loaded, ConfigError> {
        self.within_path(match self.kind {
            Kind::Htpasswd => text::text(bytes).and_then(htpasswd::parse),
            Kind::Document => self.tree(bytes).and_then(|root| document::all(self, &root)),
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn of(path: PathBuf, kind: Kind) -> Self {
        Self {
            path,
            kind,
            max_bytes: Self::DEFAULT_MAX_BYTES,
            vocabulary: Self::DEFAULT_VOCABULARY.map(str::to_owned).into(),
            allows_clear_text: false,
        }
    }

    fn read(&self) -> Result<bounded_file::Bytes, Vec<String>> {
        // Before the file is opened: with an extension nobody reads there is nothing to open it for.
        if matches!(self.kind, Kind::Document) {
            Format::of(&self.path).map_err(|problem| vec![problem])?;
        }
        bounded_file::read(&self.path, self.max_bytes).map_err(|problem| vec![problem])
    }

    fn tree(&self, bytes: &[u8]) -> Result<super::node::Node, Vec<String>> {
        let format = Format::of(&self.path).map_err(|problem| vec![problem])?;
        format.parse(text::text(bytes)?).map_err(|problem| vec![problem])
    }

    /// Says in front of every problem which file has it.
    fn within_path<T>(&self, result: Result<T, Vec<String>>) -> Result<T, ConfigError> {
        result.map_err(|problems| {
            let path = self.path.display();
            ConfigError::of(problems.into_iter().map(|problem| format!("{path}: {problem}")))
        })
    }
}
