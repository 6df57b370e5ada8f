//! KuFlow: an application logs in by identifier and password for REST, and by certificate **and** token
//! for gRPC.
//!
//! # REST
//!
//! An application has an identifier and a password. Clients send them as Basic; those of KuFlow's own
//! SDK since 2024 as a Bearer value that is their base64. A person has a token. All three are schemes of
//! one layer, and a request may use one of them:
//!
//! ```
//! use tower_auth::{
//!     AuthLayer, Authenticator, BearerPassword, CacheLimits, ConfigError, Issuer, JwtVerifier, Keys,
//!     Scheme, User, Users,
//! };
//!
//! # fn layer() -> Result<AuthLayer, ConfigError> {
//! // htpasswd -nbBC 10 worker01 password
//! # const HASH: &str = "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6";
//! let applications = Users::builder().user(User::new("worker01", HASH)).build()?;
//! let by_sdk = applications.clone();
//! let people = JwtVerifier::builder()
//!     .issuer(Issuer::new("https://login.example.com", "kuflow", Keys::from_openid_discovery()))
//!     .with_cache(CacheLimits::new())
//!     .build()?;
//! let layer = AuthLayer::first_of([
//!     Scheme::basic(applications.cached(CacheLimits::new())),
//!     Scheme::jwt(people),
//!     Scheme::new(move |sent: BearerPassword| {
//!         let applications = by_sdk.clone();
//!         async move { applications.authenticate(sent.into_basic()).await }
//!     }),
//! ]);
//! # Ok(layer)
//! # }
//! # layer().unwrap();
//! ```
//!
//! # gRPC
//!
//! Stacked layers mean AND: the certificate first, then the token. The token acts, the certificate's
//! identity stays reachable from it by [`Identity::outer`](crate::Identity::outer), and a token that is
//! bound to a certificate (`cnf`, RFC 8705) is good on a connection with that certificate only.
//!
//! ```
//! use tower_auth::{CertificateRules, JwtAuthLayer, JwtVerifier, MtlsIdentityLayer, NameKind};
//!
//! fn guard(verifier: JwtVerifier) -> (MtlsIdentityLayer, JwtAuthLayer) {
//!     let machine = CertificateRules::subject_from(NameKind::DnsName);
//!     (MtlsIdentityLayer::new(machine), JwtAuthLayer::new(verifier))
//! }
//! # let _ = guard;
//! ```
//!
//! # The client's side
//!
//! With the feature `client`, `KuflowTokens` asks `POST /authentications` for an engine token and renews
//! it ahead. `Renewal::kuflow()` renews as KuFlow's SDK does; the default is better, see below.
//!
//! # What differs
//!
//! | | KuFlow | here |
//! |---|---|---|
//! | a token is renewed | after a tenth of its life, at most 10 minutes | after 80 %, by chance a little earlier or later |
//! | renewal fails | the call fails | the old token is used until it ends |
//! | plain `http://` | refused, and switched on by itself where the endpoint says so | refused, but for loopback and hosts that are named |
//! | authorities in a bundle | the first one | all of them |
//! | a certificate without an authority | an error when it is used | an error when the listener is built |
