//! The second certificate that whoever has one signed by ECDSA can write.
//!
//! Of a signature (r, s) comes another one, (r, n - s), without any key, n being the order of the curve.
//! Both are good, so there are two certificates that say the same and have two fingerprints.

use x509_parser::{
    certificate::X509Certificate,
    der_parser::{Oid, num_bigint::BigUint, oid},
};

/// `ecdsa-with-SHA256`, `-SHA384` and `-SHA512` (RFC 5758, section 3.2).
const ECDSA: [Oid<'_>; 3] =
    [oid!(1.2.840.10045.4.3.2), oid!(1.2.840.10045.4.3.3), oid!(1.2.840.10045.4.3.4)];

/// The orders of P-256, P-384 and P-521 (SEC 2, sections 2.4.2, 2.5.1 and 2.6.1).
const ORDERS: [&[u8]; 3] = [
    b"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    b"ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    b"01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f70\
      9a5d03bb5c9b8899c47aebb6fb71e91386409",
];

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const INTEGER: u8 = 0x02;

/// What is around the signature of a certificate.
pub(super) struct Frame<'d> {
    /// What is signed, and by which algorithm.
    before: &'d [u8],
    signature: Vec<u8>,
}

impl<'d> Frame<'d> {
    /// The parts of a certificate; none where a length is written in more bytes than it takes, which
    /// is not DER and would be another twin.
    pub(super) fn of(der: &'d [u8], certificate: &X509Certificate<'_>) -> Option<Self> {
        let signature = certificate.signature_value.data.to_vec();
        let content = [&[0], signature.as_slice()].concat();
        let before = der.strip_suffix(value(BIT_STRING, &content).as_slice())?;
        let inner = |start: usize| {
            let header = header(SEQUENCE, der.len().checked_sub(start)?);
            before.strip_prefix(header.as_slice()).filter(|_| header.len() == start)
        };
        let before = (2..6).find_map(inner)?;
        Some(Self { before, signature })
    }

    /// The other certificate, where there is one.
    pub(super) fn twin(&self, certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
        if !ECDSA.contains(&certificate.signature_algorithm.algorithm) {
            return None;
        }
        let (r, s) = numbers(&self.signature)?;
        // The curve is told by nothing else. That both numbers of a signature by a larger curve are
        // below the order of a smaller one is as likely as to guess a key.
        let orders = ORDERS.iter().filter_map(|order| BigUint::parse_bytes(order, 16));
        let order = orders.into_iter().find(|order| r < *order && s < *order)?;
        let other = value(SEQUENCE, &[integer(&r), integer(&(order - s))].concat());
        let signature = value(BIT_STRING, &[&[0], other.as_slice()].concat());
        Some(value(SEQUENCE, &[self.before, &signature].concat()))
    }
}

/// `ECDSA-Sig-Value` (RFC 5480, appendix A).
fn numbers(signature: &[u8]) -> Option<(BigUint, BigUint)> {
    let (content, []) = taken(signature, SEQUENCE)? else { return None };
    let (r, rest) = taken(content, INTEGER)?;
    let (s, []) = taken(rest, INTEGER)? else { return None };
    Some((BigUint::from_bytes_be(r), BigUint::from_bytes_be(s)))
}

/// The content of the first value, and what follows it.
fn taken(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = der.strip_prefix(&[tag])?;
    let (length, rest) = match rest {
        [0x81, length, rest @ ..] | [length @ 0..=0x7F, rest @ ..] => (*length, rest),
        _ => return None,
    };
    rest.split_at_checked(length.into())
}

fn integer(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        bytes.insert(0, 0);
    }
    value(INTEGER, &bytes)
}

fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    [&header(tag, content.len()), content].concat()
}

/// The tag and the length, in as few bytes as it takes.
fn header(tag: u8, length: usize) -> Vec<u8> {
    let bytes = length.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    match (length, &bytes[zeros..]) {
        (0..=0x7F, _) => vec![tag, bytes[bytes.len() - 1]],
        (_, bytes) => {
            let count = u8::try_from(bytes.len()).expect("a length has at most eight bytes");
            [&[tag, 0x80 | count], bytes].concat()
        }
    }
}
