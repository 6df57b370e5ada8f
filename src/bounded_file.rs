//! Files are read as a whole, and no further than they may be large.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use zeroize::Zeroizing;

/// Wiped when dropped: there may be secrets in it.
pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// The bytes of a regular file; a link to one will do, a pipe or a device would never end.
pub(crate) fn read(path: &Path, max_bytes: usize) -> Result<Bytes, String> {
    let problem = |error: std::io::Error| format!("the file cannot be read: {error}");
    if !fs::metadata(path).map_err(problem)?.is_file() {
        return Err("not a regular file".to_owned());
    }
    let file = File::open(path).map_err(problem)?;
    // One byte more than allowed tells a file that is too large, also one that is being written to.
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    // With room for all of it, so that no copy of a secret is left behind in memory.
    let room = file.metadata().map_err(problem)?.len().saturating_add(1).min(limit);
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(room).unwrap_or_default()));
    file.take(limit).read_to_end(&mut bytes).map_err(problem)?;
    if bytes.len() > max_bytes {
        return Err(format!("the file is larger than {max_bytes} bytes"));
    }
    Ok(bytes)
}
