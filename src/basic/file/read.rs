//! Files are read as a whole, and no further than they may be large.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

use zeroize::Zeroizing;

/// Wiped when dropped: there may be passwords in it.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// The bytes of a regular file; a link to one will do, a pipe or a device would never end.
pub(super) fn bounded(path: &Path, max_bytes: usize) -> Result<Bytes, String> {
    let problem = |error: std::io::Error| format!("the file cannot be read: {error}");
    if !fs::metadata(path).map_err(problem)?.is_file() {
        return Err("not a regular file".to_owned());
    }
    let file = File::open(path).map_err(problem)?;
    // One byte more than allowed tells a file that is too large, also one that is being written to.
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(limit).read_to_end(&mut bytes).map_err(problem)?;
    if bytes.len() > max_bytes {
        return Err(format!("the file is larger than {max_bytes} bytes"));
    }
    Ok(bytes)
}

/// The text of a file, without the mark that editors put in front of it.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Vec<String>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        vec![format!("line {line}: not UTF-8")]
    })?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}
