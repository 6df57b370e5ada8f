//! Composable [Tower](tower) layers for authentication and authorization.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
mod authenticator;
mod authorization;
#[cfg(feature = "basic")]
pub mod basic;
mod claims;
mod clock;
mod config_error;
mod credentials;
mod error;
mod event;
mod evidence;
pub mod gate;
mod identity;
mod integration;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
pub mod jwt;
#[cfg(feature = "mtls")]
pub mod mtls;
#[cfg(any(feature = "jwt", feature = "rust-crypto", feature = "tls"))]
mod pem;
pub mod permission;
pub mod rejection;
mod secret;
pub mod tenant;

#[cfg(feature = "basic")]
pub use self::basic::{Basic, BasicAuthLayer, User, Users, UsersBuilder};
#[cfg(feature = "axum")]
pub use self::integration::axum::TypedClaims;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
pub use self::jwt::{
    Algorithm, Bearer, HmacAlgorithm, Issuer, JwtAuthLayer, JwtVerifier, JwtVerifierBuilder, Keys,
};
#[cfg(feature = "mtls")]
pub use self::mtls::{
    CertificateRules, ClientCertificate, MtlsIdentityLayer, NameKind, PeerCertificates,
    PeerCertificatesLayer,
};
#[cfg(feature = "tls")]
pub use self::mtls::{TlsListener, TlsListenerBuilder, TlsPeer, TlsStream};
pub use self::{
    auth::{Admission, AuthLayer, Scheme},
    authenticator::{Answer, Authenticator},
    claims::Claims,
    clock::Clock,
    config_error::ConfigError,
    credentials::Credentials,
    error::{AuthError, AuthErrorKind, BoxError},
    gate::{BoxFuture, Check, Gate, GateLayer, ResponseFuture, Verdict},
    identity::Identity,
    permission::{
        ClaimMapper, ClaimPermissions, PermissionClaimLayer, Permissions, Permitted, RequireLayer,
        Requirement, RoleMapper, Roles, RolesBuilder, all, any, require,
    },
    rejection::{Challenge, DefaultRejection, ProblemJson, Rejection, grpc_response},
    secret::Secret,
    tenant::{Tenant, TenantLayer, TenantResolver},
};
