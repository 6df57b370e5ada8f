//! Two messages of `google.rpc`, written by hand: they have had the same few fields for ten years, and a
//! compiler for them would be a dependency of everybody who builds the crate.

/// The wire type of strings, bytes and messages.
const LENGTH_DELIMITED: u64 = 2;

/// A `google.rpc.Status` with one detail.
pub(super) fn status(code: u8, message: &str, detail: &str, value: &[u8]) -> Vec<u8> {
    let mut any = Vec::new();
    field(&mut any, 1, format!("type.googleapis.com/{detail}").as_bytes());
    field(&mut any, 2, value);
    let mut status = Vec::new();
    varint(&mut status, 1 << 3);
    varint(&mut status, code.into());
    field(&mut status, 2, message.as_bytes());
    field(&mut status, 3, &any);
    status
}

/// A `google.rpc.ErrorInfo`.
pub(super) fn error_info<'m>(
    reason: &str,
    domain: &str,
    metadata: impl IntoIterator<Item = (&'m str, &'m str)>,
) -> Vec<u8> {
    let mut info = Vec::new();
    field(&mut info, 1, reason.as_bytes());
    field(&mut info, 2, domain.as_bytes());
    for (name, value) in metadata {
        let mut entry = Vec::new();
        field(&mut entry, 1, name.as_bytes());
        field(&mut entry, 2, value.as_bytes());
        field(&mut info, 3, &entry);
    }
    info
}

fn field(message: &mut Vec<u8>, number: u64, value: &[u8]) {
    varint(message, number << 3 | LENGTH_DELIMITED);
    varint(message, value.len() as u64);
    message.extend_from_slice(value);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
    while value > 0x7F {
        // The lowest seven bits, and that there are more.
        message.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    message.push(value as u8);
}
