//! Client certificates that a proxy in front has verified and forwards in a header field.
//!
//! [`ForwardedCertificatesLayer`] asks a [`ProxyProof`] whether the peer is that proxy, and only then
//! reads what [`ForwardedCertificates`] says where the certificate is.

#[cfg(feature = "tls")]
mod authorities;
mod layer;
mod names;
mod networks;
mod proof;
mod read;
mod source;
mod xfcc;

#[cfg(feature = "tls")]
pub use self::authorities::ForwardedAuthorities;
pub use self::{
    layer::{ForwardedCertificatesLayer, ForwardedGrant},
    proof::{ProxyProof, UnixPeer},
    source::ForwardedCertificates,
};
use crate::mtls::PeerCertificates;

/// Stands in the extensions of a request in place of what is known of the connection itself. Only
/// the layer can make one.
#[derive(Clone)]
pub(super) struct Forwarded(pub(super) PeerCertificates);
