//! Files are text.

/// The text of a file, without the mark that editors put in front of it.
pub(super) fn text(bytes: &[u8]) -> Result<&str, Vec<String>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        vec![format!("line {line}: not UTF-8")]
    })?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}
