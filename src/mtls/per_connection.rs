//! [`PerConnection`]: what was read of a connection, where the server has no place to keep it.

use std::sync::{Arc, Weak};

use arc_swap::ArcSwapOption;

use crate::mtls::PeerCertificates;

/// Certificates by the value that the server keeps for each connection and hands to its requests.
///
/// A value is known by its address. What is kept holds the allocation, though not the value, so the
/// address cannot become that of another connection. Two connections may want the same place: then the
/// later one has it, and the other is read again. So memory is bounded.
pub(crate) struct PerConnection<T>(Box<[ArcSwapOption<Kept<T>>]>);

struct Kept<T> {
    of: Weak<T>,
    certificates: PeerCertificates,
}

impl<T> PerConnection<T> {
    const PLACES_LOG_2: u32 = 10;

    pub(crate) fn new() -> Self {
        Self((0..1 << Self::PLACES_LOG_2).map(|_| ArcSwapOption::empty()).collect())
    }

    /// The certificates of a connection, read where they are not known.
    pub(crate) fn get(
        &self,
        connection: &Arc<T>,
        read: impl FnOnce(&T) -> PeerCertificates,
    ) -> PeerCertificates {
        let place = &self.0[Self::place(connection)];
        if let Some(kept) = &*place.load()
            && std::ptr::eq(kept.of.as_ptr(), Arc::as_ptr(connection))
        {
            return kept.certificates.clone();
        }
        let certificates = read(connection);
        let of = Arc::downgrade(connection);
        place.store(Some(Arc::new(Kept { of, certificates: certificates.clone() })));
        certificates
    }

    /// Addresses are multiples of their alignment, so their upper bits are mixed in (Knuth).
    fn place(connection: &Arc<T>) -> usize {
        let address = Arc::as_ptr(connection).addr() as u64;
        let mixed = address.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - Self::PLACES_LOG_2);
        usize::try_from(mixed).expect("ten bits fit")
    }
}
