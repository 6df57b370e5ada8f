//! What a stored text is that is no hash of a kind that is accepted, told by its looks.

/// What is wrong with it, in words that quote nothing of it.
pub(super) fn problem(text: &str) -> String {
    let made_by = match text {
        "" => return "the hash is missing".to_owned(),
        _ if text.starts_with("$2x$") => "a bcrypt that was broken ($2x$)",
        _ if text.starts_with("$apr1$") => "Apache's MD5 ($apr1$)",
        _ if text.starts_with("{SHA}") => "SHA-1 ({SHA})",
        _ if text.starts_with("{SSHA}") => "salted SHA-1 ({SSHA})",
        _ if text.starts_with("$1$") => "MD5 crypt ($1$)",
        _ if text.starts_with("$5$") => "SHA-256 crypt ($5$)",
        _ if text.starts_with("$6$") => "SHA-512 crypt ($6$)",
        _ if text.starts_with("$argon2id$") || text.starts_with("$scrypt$") => {
            return "argon2id and scrypt need the feature `phc`".to_owned();
        }
        _ if text.starts_with("$argon2") => "another Argon2 than argon2id",
        _ if text.starts_with("$pbkdf2") => "PBKDF2",
        _ if is_des_crypt(text) => "DES crypt",
        _ => return format!("a password in plain text, or a hash of no known kind: {ADVICE}"),
    };
    format!("a hash made by {made_by}: {ADVICE}")
}

const ADVICE: &str = "it is not accepted, set the password anew with htpasswd -B";

/// Two characters of salt and eleven of hash. A password may look like that too.
fn is_des_crypt(text: &str) -> bool {
    let is_of_crypt = |byte: &u8| matches!(byte, b'.' | b'/') || byte.is_ascii_alphanumeric();
    text.len() == 13 && text.as_bytes().iter().all(is_of_crypt)
}
