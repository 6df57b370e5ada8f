//! Recognizes RSA keys made by a faulty generator (ROCA, CVE-2017-15361), whose private half can be
//! computed from the public one.

/// The primes of the generator lie in the group that 65537 spans modulo these small primes, so the
/// modulus does too. A sound modulus lies there for all of them with a chance below 2^-27.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether a modulus, in big-endian bytes, bears the mark of the generator.
pub(super) fn is_vulnerable(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| spans(*prime, remainder(modulus, *prime)))
}

fn remainder(number: &[u8], prime: u32) -> u32 {
    number.iter().fold(0, |rest, byte| ((rest << 8) | u32::from(*byte)) % prime)
}

/// Whether a power of 65537 is `rest` modulo `prime`.
fn spans(prime: u32, rest: u32) -> bool {
    let generator = 65537 % prime;
    std::iter::successors(Some(1), |power| Some(power * generator % prime))
        .take(prime as usize)
        .any(|power| power == rest)
}
