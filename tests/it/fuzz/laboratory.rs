//! The certificates of the laboratory, and a day on which they are valid.

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime},
};

use tower_auth::Clock;

const PEMS: [(&str, &str); 8] = [
    ("alice", include_str!("../../data/pki/alice.pem")),
    ("bob", include_str!("../../data/pki/bob-inter.pem")),
    ("inter", include_str!("../../data/pki/inter.pem")),
    ("ca", include_str!("../../data/pki/ca.pem")),
    ("mesh-a", include_str!("../../data/pki/mesh-a.pem")),
    ("no-san", include_str!("../../data/pki/no-san.pem")),
    ("odd-dn", include_str!("../../data/pki/odd-dn.pem")),
    ("two-uri", include_str!("../../data/pki/two-uri.pem")),
];

/// Names and PEM, with nothing around it.
pub(crate) static CERTIFICATES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let bare = |(name, text): (&'static str, &'static str)| {
        let start = text.find("-----BEGIN").expect("a certificate in PEM");
        (name, text[start..].trim_end())
    };
    PEMS.into_iter().map(bare).collect()
});

pub(crate) fn clock() -> Clock {
    Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
}

/// The base64 of a certificate in PEM, in one line.
pub(crate) fn base64_of(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

/// As nginx, Envoy and others write PEM.
pub(crate) fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || byte == b'-' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}
