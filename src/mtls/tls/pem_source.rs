//! [`PemSource`]: where PEM comes from.

use std::{
    fmt, fs,
    io::Read,
    path::{Path, PathBuf},
};

use crate::secret::Secret;

/// PEM at hand, or the file that holds it and is read again when it changes.
///
/// Text and bytes are PEM, paths are files. Only regular files of at most
/// [`MAX_BYTES`](Self::MAX_BYTES) are read. No PEM is ever printed: there may be a key in it.
///
/// # Examples
///
/// ```
/// use std::path::Path;
/// use tower_auth::PemSource;
///
/// let file = PemSource::from(Path::new("server.pem"));
/// assert_eq!(file, PemSource::file("server.pem"));
/// assert_eq!(file.path(), Some(Path::new("server.pem")));
///
/// let text = PemSource::from("-----BEGIN CERTIFICATE-----\n..");
/// assert_eq!(format!("{text:?}"), "PemSource(inline)");
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct PemSource(Source);

#[derive(Clone, Eq, PartialEq)]
enum Source {
    Inline(Secret),
    File(PathBuf),
}

/// What was there when it was read, or why it could not be read.
pub(super) type Text = Result<Secret, String>;

impl PemSource {
    /// The longest file that is read: 16 MiB, for long revocation lists.
    pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

    /// A file with PEM.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// PEM itself.
    pub fn inline(pem: impl Into<Secret>) -> Self {
        Self(Source::Inline(pem.into()))
    }

    /// The file, where it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Source::File(path) => Some(path),
            Source::Inline(_) => None,
        }
    }

    /// What is there now.
    pub(super) fn read(&self) -> Text {
        match &self.0 {
            Source::Inline(pem) => Ok(pem.clone()),
            Source::File(path) if is_pem(path) => Err(NOT_A_PATH.to_owned()),
            Source::File(path) => {
                read(path).map_err(|problem| format!("{}: {problem}", path.display()))
            }
        }
    }
}

const NOT_A_PATH: &str = "PEM where the path of a file belongs";

/// Paths are printed, and a key that was put in the place of one must not be; nor its base64.
fn is_pem(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.contains("-----BEGIN") || text.contains("LS0tLS1CRUdJTi")
}

/// A pipe or a device could keep the reader for ever.
fn read(path: &Path) -> Text {
    let told = |error: std::io::Error| error.to_string();
    if !fs::metadata(path).map_err(told)?.is_file() {
        return Err("not a regular file".to_owned());
    }
    let file = fs::File::open(path).map_err(told)?;
    // With room for all of it, so that no copy of a key is left behind in memory.
    let bytes = file.metadata().map_err(told)?.len().min(PemSource::MAX_BYTES);
    let mut pem = Vec::with_capacity(usize::try_from(bytes + 1).unwrap_or_default());
    file.take(PemSource::MAX_BYTES + 1).read_to_end(&mut pem).map_err(told)?;
    let pem = Secret::new(pem);
    if pem.expose().len() as u64 > PemSource::MAX_BYTES {
        return Err(format!("longer than {} bytes", PemSource::MAX_BYTES));
    }
    Ok(pem)
}

impl fmt::Debug for PemSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Inline(_) => f.write_str("PemSource(inline)"),
            Source::File(path) if is_pem(path) => write!(f, "PemSource({NOT_A_PATH})"),
            Source::File(path) => write!(f, "PemSource({})", path.display()),
        }
    }
}

impl From<&str> for PemSource {
    fn from(pem: &str) -> Self {
        Self::inline(pem)
    }
}

impl From<String> for PemSource {
    fn from(pem: String) -> Self {
        Self::inline(pem)
    }
}

impl From<Vec<u8>> for PemSource {
    fn from(pem: Vec<u8>) -> Self {
        Self::inline(pem)
    }
}

impl From<Secret> for PemSource {
    fn from(pem: Secret) -> Self {
        Self::inline(pem)
    }
}

impl From<&Path> for PemSource {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

impl From<PathBuf> for PemSource {
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}
