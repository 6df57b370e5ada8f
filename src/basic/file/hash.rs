//! What a stored hash is, told by its looks.

/// What is wrong with a stored hash, in words that quote nothing of it; `None` for bcrypt.
pub(super) fn problem(hash: &str) -> Option<String> {
    let made_by = match hash {
        "" => return Some("the hash is missing".to_owned()),
        _ if is_bcrypt(hash) => return None,
        _ if ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| hash.starts_with(prefix)) => {
            return Some("the bcrypt hash is damaged".to_owned());
        }
        _ if hash.starts_with("$2x$") => "a bcrypt that was broken ($2x$)",
        _ if hash.starts_with("$apr1$") => "Apache's MD5 ($apr1$)",
        _ if hash.starts_with("{SHA}") => "SHA-1 ({SHA})",
        _ if hash.starts_with("{SSHA}") => "salted SHA-1 ({SSHA})",
        _ if hash.starts_with("$1$") => "MD5 crypt ($1$)",
        _ if hash.starts_with("$5$") => "SHA-256 crypt ($5$)",
        _ if hash.starts_with("$6$") => "SHA-512 crypt ($6$)",
        _ if hash.starts_with("$argon2") => "Argon2",
        _ if is_des_crypt(hash) => "DES crypt",
        _ => {
            return Some("a password in plain text, or a hash of no known kind".to_owned())
                .map(|what| format!("{what}: {ADVICE}"));
        }
    };
    Some(format!("a hash made by {made_by}: {ADVICE}"))
}

const ADVICE: &str = "only bcrypt is accepted, set the password anew with htpasswd -B";

/// `$2y$`, two digits of cost, `$`, and 53 characters of salt and hash.
fn is_bcrypt(hash: &str) -> bool {
    let bytes = hash.as_bytes();
    bytes.len() == 60
        && ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| hash.starts_with(prefix))
        && bytes[4..6].iter().all(u8::is_ascii_digit)
        && bytes[6] == b'$'
        && bytes[7..].iter().all(is_of_crypt)
}

/// Two characters of salt and eleven of hash. A password may look like that too.
fn is_des_crypt(hash: &str) -> bool {
    hash.len() == 13 && hash.as_bytes().iter().all(is_of_crypt)
}

const fn is_of_crypt(byte: &u8) -> bool {
    matches!(byte, b'.' | b'/') || byte.is_ascii_alphanumeric()
}
