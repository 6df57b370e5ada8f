//! Composable [Tower](tower) layers for authentication and authorization: user-id and password,
//! JSON Web Tokens, client certificates, tenants and permissions, around axum routers, tonic services
//! or any [`tower::Service`] of HTTP requests.
//!
//! | Layer | Question it answers | What handlers receive |
//! |---|---|---|
//! | [`BasicAuthLayer`] | who are you, by user-id and password? | [`Identity`] |
//! | [`JwtAuthLayer`] | who are you, by bearer token? | [`Identity`] |
//! | [`MtlsIdentityLayer`] | who are you, by client certificate? | [`Identity`] |
//! | [`ImpersonationLayer`] | as whom do you act? | the [`Identity`] of somebody else |
//! | [`ForwardedCertificatesLayer`] | which certificate does the proxy in front vouch for? | nothing: [`MtlsIdentityLayer`] judges it |
//! | [`TenantLayer`] | for whom do you act? | [`Tenant`] |
//! | [`PermissionClaimLayer`] | what may you do? | [`Permissions`], and at a [`require`]d route [`Permitted`] |
//! | [`Policy`] | what may you do, by a table for the whole service? | [`Permissions`] and [`Permitted`] |
//!
//! Credentials are judged by an [`Authenticator`]: a ready one such as [`Users`], [`JwtVerifier`] or
//! [`CertificateRules`], or your own type with one `async fn`. Claims become permissions by a
//! [`ClaimMapper`], and routes ask for them by a [`Requirement`]. [`AuthLayer`] offers several schemes
//! on one route.
//!
//! # How a request flows
//!
//! ```text
//!  request
//!    |
//!    v   TenantLayer            outside or inside of authentication: same guarantee
//!    v   BasicAuthLayer, JwtAuthLayer, MtlsIdentityLayer or AuthLayer::first_of([..])
//!    |       credentials  ->  Authenticator  ->  Identity       the secret stays here
//!    v   ImpersonationLayer     Directory(subject)             ->  Identity of the target
//!    v   PermissionClaimLayer   ClaimMapper(identity, tenant)  ->  Permissions
//!    v   require("orders:write")                               ->  Permitted
//!    v
//!  handler(identity: Identity, tenant: Tenant)
//!
//!  any refusal: AuthError -> Rejection -> HTTP status or grpc-status, challenges, one event
//! ```
//!
//! Each layer is one [`Check`] in front of one service, the [`Gate`]; what it promises whatever is
//! checked is in [`guide::promises`]. The [`guide`] also tells about order, defaults, events,
//! mappers, rules, passwords, certificates, tenants, outages and outgoing calls.
//!
//! # axum
//!
//! ```
//! # #[cfg(all(feature = "axum", feature = "basic"))]
//! # fn main() -> Result<(), tower_auth::ConfigError> {
//! use axum::{Router, routing::get};
//! use tower_auth::{BasicAuthLayer, Identity, PermissionClaimLayer, Roles, User, Users, require};
//!
//! // htpasswd -nbBC 10 alice wonderland
//! const HASH: &str = "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6";
//!
//! let users = Users::builder().user(User::new("alice", HASH).with_claim("roles", "editor")).build()?;
//! let roles = Roles::builder().grant("editor", ["orders:read", "orders:write"]).build()?;
//! let auth = (BasicAuthLayer::new(users), PermissionClaimLayer::new(roles.from_claim("roles")));
//!
//! let app: Router = Router::new()
//!     .route("/orders", get(list).route_layer(require("orders:read")))
//!     .route_layer(auth); // route_layer: an unknown path stays 404
//!
//! async fn list(identity: Identity) -> String {
//!     format!("orders of {}", identity.subject())
//! }
//! # let _ = app;
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "axum", feature = "basic")))]
//! # fn main() {}
//! ```
//!
//! A handler takes an [`Identity`], a [`Tenant`], [`Permissions`], [`Permitted`] or [`TypedClaims`]
//! as an argument. Where no layer established one the answer is 500: a forgotten layer is loud and
//! never looks like an anonymous caller. An `Option` is `None` for an anonymous caller, and for a
//! request without a tenant where the layer allows that. Without axum, ask
//! [`Identity::from_extensions`] and its like.
//!
//! # tonic
//!
//! The same layers go around a tonic server; refusals are answered with a `grpc-status`.
//!
//! ```
//! # #[cfg(all(feature = "tonic", feature = "jwks"))]
//! # fn main() -> Result<(), tower_auth::ConfigError> {
//! use tonic::transport::Server;
//! use tower_auth::{Identity, Issuer, JwtAuthLayer, JwtVerifier, Keys};
//!
//! # const JWKS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
//! let verifier = JwtVerifier::builder()
//!     .issuer(Issuer::new("https://login.example.com", "orders-api", Keys::from_jwks(JWKS)))
//!     .build()?;
//! let server = Server::builder().layer(JwtAuthLayer::new(verifier));
//!
//! fn caller<T>(request: &tonic::Request<T>) -> Option<&Identity> {
//!     Identity::from_extensions(request.extensions())
//! }
//! # let _ = (server, caller::<()>);
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "tonic", feature = "jwks")))]
//! # fn main() {}
//! ```
//!
//! # Outgoing calls
//!
//! With the feature `client` an [`AuthorizationLayer`] puts credentials into the requests of any client
//! that is a tower service, and keeps tokens fresh; [`guide::clients`] tells how.
//!
//! # Features
//!
//! A feature buys a dependency and may add interfaces; none changes what the crate does. Tenants,
//! permissions and gRPC refusals need no feature.
//!
//! | Feature | Default | What it buys |
//! |---|---|---|
//! | `axum` | yes | extractors, [`AuthError`] as a response |
//! | `basic` | yes | [`BasicAuthLayer`], [`Users`] with bcrypt, [`UsersFile`] as htpasswd or JSON |
//! | `cache` | yes | [`Authenticator::cached`], [`PermissionSource`]: judgements and permissions that are remembered; [`PerTenant`], [`RegisteredTenants`] |
//! | `jwks` | yes | `jwt`, and JWK sets as a source of [`Keys`], as text or fetched ([`RemoteKeys`]) |
//! | `jwt` | by `jwks` | [`JwtAuthLayer`], [`JwtVerifier`] on aws-lc-rs |
//! | `mtls` | yes | [`MtlsIdentityLayer`], [`CertificateRules`], [`CertificateList`], [`ForwardedCertificatesLayer`] |
//! | `policy` | yes | [`Policy`]: [`RpcRules`] and [`PathRules`] for whole services, exchanged under requests |
//! | `reqwest` | yes | [`HttpFetch`], the client that keys and tokens are fetched with where no other is given |
//! | `tls` | yes | [`TlsListener`] for `axum::serve`, tonic and loops of your own, [`TlsHandle`], [`TlsConfig`] |
//! | `tracing` | yes | one structured [event](guide::events) per decision |
//! | `client` | | [`AuthorizationLayer`] for outgoing calls: Basic and bearer tokens, renewed ahead |
//! | `hocon` | | [`UsersFile`] in HOCON, such as Nussknacker's `users.conf` |
//! | `phc` | | password hashes by argon2id and scrypt, beside bcrypt |
//! | `regex` | | [`ClaimPattern`]: permissions out of claims by patterns with named groups |
//! | `toml` | | [`UsersFile`] in TOML |
//! | `yaml` | | [`UsersFile`] in YAML |
//! | `stream` | by `tonic` | [`IdentityEnd`]: answers that end when the caller's credentials do |
//! | `tonic` | | client certificates of tonic's TLS, [`RequestEvidence`], `tonic::Status` from [`AuthError`], [`GrpcErrorInfo`] |
//! | `rust-crypto` | | `JwtAuthLayer` on a pure-Rust back end; aws-lc-rs is used where `jwt` is on too |
//! | `testing` | | a [`Clock`] that tests set by hand, `TestAuthority` (with `jwt` or `rust-crypto`), `TestIdentityLayer` |
//! | `throttle` | | [`FailureThrottle`]: too many failed attempts are answered with 429 |
//! | `full` | | all but `rust-crypto` |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod authenticator;
#[cfg(any(feature = "basic", feature = "jwt", feature = "rust-crypto"))]
mod authorization;
#[cfg(feature = "basic")]
mod basic;
#[cfg(any(feature = "basic", feature = "jwt", feature = "mtls", feature = "rust-crypto"))]
mod because;
#[cfg(any(feature = "basic", feature = "client"))]
mod bounded_file;
#[cfg(any(feature = "cache", feature = "jwt", feature = "rust-crypto"))]
mod cache;
mod claims;
#[cfg(feature = "client")]
mod client;
mod clock;
mod config_error;
mod credentials;
mod error;
mod event;
mod evidence;
mod gate;
pub mod guide;
mod identity;
#[cfg(feature = "stream")]
mod identity_end;
mod impersonation;
mod integration;
#[cfg(feature = "jwks")]
mod jwks;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
mod jwt;
mod message;
#[cfg(feature = "mtls")]
mod mtls;
mod peer_address;
#[cfg(any(feature = "jwt", feature = "mtls", feature = "rust-crypto"))]
mod pem;
mod permission;
#[cfg(any(feature = "client", feature = "jwks"))]
mod plain_http;
#[cfg(feature = "policy")]
mod policy;
#[cfg(any(feature = "cache", feature = "client", feature = "jwks"))]
mod random;
#[cfg(any(feature = "client", feature = "jwks"))]
mod refresh;
mod rejection;
mod secret;
mod shared;
mod tenant;
#[cfg(feature = "testing")]
mod testing;
#[cfg(feature = "throttle")]
mod throttle;

#[cfg(feature = "basic")]
pub use self::basic::{
    Basic, BasicAuthLayer, PasswordSample, PasswordVerifier, PasswordVerifierBuilder, Rehash, User,
    Users, UsersBuilder, UsersFile, UsersRules, UsersStatus, VerifierStatus,
};
#[cfg(any(feature = "cache", feature = "jwt", feature = "rust-crypto"))]
pub use self::cache::CacheLimits;
#[cfg(feature = "cache")]
pub use self::cache::{CacheKey, Cached, KeyWriter};
#[cfg(feature = "client")]
pub use self::client::{
    AccessToken, AuthorizationFuture, AuthorizationLayer, AuthorizationLayerBuilder,
    AuthorizationService, ClientAuthError, ClientAuthErrorKind, ClientCredentials,
    ClientCredentialsBuilder, CloneBody, KuflowTokens, KuflowTokensBuilder, NoReplay, Post,
    Renewal, Replay, TokenFile, TokenSource, TokenStatus,
};
#[cfg(feature = "stream")]
pub use self::identity_end::{GuardedStream, IdentityEnd};
#[cfg(feature = "axum")]
pub use self::integration::axum::TypedClaims;
#[cfg(feature = "tonic")]
pub use self::integration::tonic::{GrpcErrorInfo, RequestEvidence};
#[cfg(feature = "jwks")]
pub use self::jwks::{Fetch, KeyStatus, RemoteKeys};
#[cfg(feature = "reqwest")]
pub use self::jwks::{HttpFetch, HttpFetchBuilder};
#[cfg(all(feature = "basic", any(feature = "jwt", feature = "rust-crypto")))]
pub use self::jwt::BearerPassword;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
pub use self::jwt::{
    Algorithm, Bearer, HmacAlgorithm, Issuer, IssuerQuestion, IssuerResolver, JwtAuthLayer,
    JwtVerifier, JwtVerifierBuilder, Keys, Revocation, RevocationList, TokenLocation,
};
#[cfg(feature = "mtls")]
pub use self::mtls::{
    CertificateEntry, CertificateFilter, CertificateFilters, CertificateList, CertificateRules,
    ClientCertificate, ForwardedCertificates, ForwardedCertificatesLayer, ForwardedGrant,
    MtlsIdentityLayer, NameKind, NameTemplate, PeerCertificates, PeerCertificatesLayer,
    PeerCertificatesService, ProxyProof, PublicAuthorities, UnixPeer, check_ca_bundle,
    check_client_certificate,
};
#[cfg(feature = "tls")]
pub use self::mtls::{
    CertificateStatus, CertificateUse, ExpiryState, ForwardedAuthorities, HandshakeCounts,
    PemSource, TlsConfig, TlsHandle, TlsHost, TlsListener, TlsListenerBuilder, TlsPeer, TlsStatus,
    TlsStream,
};
#[cfg(feature = "regex")]
pub use self::permission::ClaimPattern;
#[cfg(feature = "cache")]
pub use self::permission::{CachedPermissions, PermissionSource};
#[cfg(feature = "policy")]
pub use self::policy::{
    Access, ChangeKind, Explanation, GuardLayer, Guards, PathRule, PathRules, PathRulesBuilder,
    Policy, PolicyDifference, PolicyDifferences, PolicyGrant, PolicyStatus, RpcRule, RpcRules,
    RpcRulesBuilder, RuleChange, RuleLint, Rules, RulesDiff,
};
#[cfg(feature = "cache")]
pub use self::tenant::{
    PerTenant, RegisteredTenants, TenantLoader, TenantRegistry, TenantState, TenantStatus,
};
#[cfg(feature = "testing")]
pub use self::testing::TestIdentityLayer;
#[cfg(all(feature = "testing", any(feature = "jwt", feature = "rust-crypto")))]
pub use self::testing::{TestAuthority, TestAuthorityBuilder, TestToken};
#[cfg(feature = "throttle")]
pub use self::throttle::{Attempt, FailureThrottle, Failures, Throttled};
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
    impersonation::{Directory, Impersonation, ImpersonationLayer, ImpersonationRules},
    message::{Demands, MessageAuthorizer, MessageDemands, MessageGrant},
    peer_address::PeerAddress,
    permission::{
        AndMapper, ClaimMapper, ClaimPermissions, Hierarchy, HierarchyBuilder, HierarchyMapper,
        MapperStatus, OrElseMapper, Permission, PermissionClaimLayer, PermissionMap, Permissions,
        Permitted, RequireLayer, Required, Requirement, RoleMapper, RoleRule, RoleRules,
        RoleRulesBuilder, Roles, RolesBuilder, TemporalPermissions, WhenMapper, all, any, not,
        require,
    },
    rejection::{
        Challenge, DefaultRejection, ProblemJson, Rejection, TemporalRejection, grpc_response,
    },
    secret::Secret,
    tenant::{
        Membership, Tenant, TenantGrant, TenantLayer, TenantMembership, TenantResolver,
        TenantSource,
    },
};
