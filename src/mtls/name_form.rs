//! The forms of subject alternative names. A name of one type never has the form of another, so that
//! the text of a name says who it names.

/// RFC 1034, section 3.5, with the underscores and the wildcards that certificates have.
pub(super) fn dns(name: &str) -> Result<String, &'static str> {
    let is_dns = is_host(name, |byte| byte == b'*');
    checked(name, is_dns, "what is called a DNS name is not a DNS name")
}

/// RFC 3986, section 4.3: a scheme and something to it.
pub(super) fn uri(name: &str) -> Result<String, &'static str> {
    checked(name, is_uri(name), "what is called a URI is not a URI")
}

/// RFC 5321, section 4.1.2, as far as it keeps addresses apart from other names.
pub(super) fn email(name: &str) -> Result<String, &'static str> {
    let is_address = |(local, host): (&str, &str)| !local.is_empty() && is_host(host, |_| false);
    let is_address = name.rsplit_once('@').is_some_and(is_address) && !is_uri(name);
    checked(name, is_address, "what is called an e-mail address is not an e-mail address")
}

/// RFC 5280, section 4.2.1.6: these names are IA5 strings. A NUL byte has fooled many readers.
fn checked(name: &str, has_form: bool, problem: &'static str) -> Result<String, &'static str> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        Err("a subject alternative name is empty or holds a character that it must not")
    } else if has_form {
        Ok(name.to_owned())
    } else {
        Err(problem)
    }
}

fn is_host(name: &str, is_allowed: impl Fn(u8) -> bool) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !name.is_empty() && name.bytes().all(|byte| plain(byte) || is_allowed(byte))
}

fn is_uri(name: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|char: char| char.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    name.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty())
}
