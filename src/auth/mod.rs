//! Authentication by one or several schemes: what the layers named after one scheme are made of.

mod challenges;
mod layer;
#[cfg(any(feature = "basic", feature = "jwt", feature = "mtls", feature = "rust-crypto"))]
mod named;
mod reader;
mod scheme;

pub(crate) use self::challenges::Challenges;
#[cfg(any(feature = "basic", feature = "jwt", feature = "mtls", feature = "rust-crypto"))]
pub(crate) use self::named::named_layer;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
pub(crate) use self::reader::Reader;
pub use self::{
    layer::AuthLayer,
    scheme::{Admission, Scheme},
};
