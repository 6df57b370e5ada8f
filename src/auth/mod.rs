//! Authentication by one or several schemes.
//!
//! [`AuthLayer`] is what [`BasicAuthLayer`](crate::BasicAuthLayer),
//! [`JwtAuthLayer`](crate::JwtAuthLayer) and [`MtlsIdentityLayer`](crate::MtlsIdentityLayer) are
//! made of, and the layer for credentials of your own and for several schemes on one route.
//!
//! # Rejections
//!
//! | When | HTTP | gRPC |
//! |---|---|---|
//! | no scheme finds credentials (and anonymous callers are not allowed) | 401 | `UNAUTHENTICATED` |
//! | two `Authorization` lines, or credentials for two schemes | 400 | `UNAUTHENTICATED` |
//! | the credentials cannot be read, are not good or have expired | 401 | `UNAUTHENTICATED` |
//! | the caller does not belong to the tenant that an outer layer found | 403 | `PERMISSION_DENIED` |
//! | the work of judging is at its bound | 503 | `RESOURCE_EXHAUSTED` |
//! | what is needed to judge is out of reach | 503 | `UNAVAILABLE` |
//! | the authenticator panicked | 500 | `INTERNAL` |

mod challenges;
mod layer;
#[cfg(any(feature = "basic", feature = "jwt", feature = "mtls", feature = "rust-crypto"))]
mod named;
mod scheme;

pub(crate) use self::challenges::Challenges;
#[cfg(any(feature = "basic", feature = "jwt", feature = "mtls", feature = "rust-crypto"))]
pub(crate) use self::named::named_layer;
pub use self::{
    layer::AuthLayer,
    scheme::{Admission, Scheme},
};
