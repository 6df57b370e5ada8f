//! Full names of methods: `/package.Service/Method`.

/// Bytes of the longest name.
const MAX_LENGTH: usize = 1024;

/// Service and method of a path, or what is wrong with it.
///
/// What is taken apart is put together again by nobody: a path that is more, or less, than the two
/// names would be one path to this crate and may be another one to the server.
pub(in crate::policy) fn parts(path: &str) -> Result<(&str, &str), &'static str> {
    if path.len() > MAX_LENGTH {
        return Err("the path is longer than any name of a method");
    }
    let rest = path.strip_prefix('/').ok_or("the path does not begin with a slash")?;
    let (service, method) = rest.split_once('/').ok_or("the path names no method")?;
    if is_name(service) && is_name(method) {
        Ok((service, method))
    } else {
        Err("the path is not of the form `/package.Service/Method`")
    }
}

/// Whether it is the name of a service or of a method: words with dots between them.
pub(super) fn is_name(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    text.split('.').all(|word| !word.is_empty() && word.bytes().all(is_allowed))
}
