//! In which order layers go.
//!
//! # One order everywhere
//!
//! A tuple of layers reads in the order in which a request meets them, under
//! [`ServiceBuilder::layer`](tower::Layer), `Router::layer`, `Router::route_layer`,
//! `MethodRouter::route_layer` and tonic's `Server::layer` alike:
//!
//! ```
//! use tower_auth::{AuthLayer, ClaimPermissions, PermissionClaimLayer, TenantLayer};
//!
//! let auth = (
//!     AuthLayer::first_of([]),                                     // first
//!     TenantLayer::from_claim("tenant"),                           // then
//!     PermissionClaimLayer::new(ClaimPermissions::at("scope")),    // last
//! );
//! # let _ = auth;
//! ```
//!
//! Applied one by one, `Router::layer` puts the later one outside and `ServiceBuilder` the earlier
//! one. A tuple avoids the question.
//!
//! Prefer `route_layer` in axum: it guards the routes that exist, so an unknown path stays 404
//! instead of becoming 401.
//!
//! # What each layer needs from outside
//!
//! | Layer | Needs | Without it |
//! |---|---|---|
//! | [`AuthLayer`](crate::AuthLayer) and the layers named after a scheme | nothing | |
//! | a [`TenantLayer`](crate::TenantLayer) that reads a claim | an authentication layer | 500 |
//! | one that reads a certificate (feature `mtls`) | a server that says something about the connection | 500 |
//! | [`ForwardedCertificatesLayer`](crate::ForwardedCertificatesLayer) (feature `mtls`) | nothing; it must be outside of the layer that reads certificates | 500 where that layer is outside |
//! | any other `TenantLayer` | nothing; it may be outside or inside of authentication | |
//! | an authentication layer with authenticators of tenants (feature `cache`) | a `TenantLayer` | 401 |
//! | a `PermissionClaimLayer` with mappers of tenants (feature `cache`) | a `TenantLayer` with the same [configuration](crate::TenantLayer) | 503 |
//! | [`ImpersonationLayer`](crate::ImpersonationLayer) | an authentication layer, and no `PermissionClaimLayer` | 500 |
//! | [`PermissionClaimLayer`](crate::PermissionClaimLayer) | an authentication layer, and the tenant layer if there is one | 500 |
//! | [`require`](crate::require) | a `PermissionClaimLayer`, or a `Policy` | 500 |
//! | [`Policy`](crate::Policy) (feature `policy`) | an authentication layer, and the tenant layer if there is one; as [`guard`](crate::Policy::guard) it stands around them | 500, but for what a rule opens |
//!
//! A layer in the wrong place is loud: every request is refused as
//! [`Misconfigured`](crate::AuthErrorKind::Misconfigured), and the event says what is missing.
//!
//! # Alternatives and demands
//!
//! Schemes in one [`AuthLayer::first_of`](crate::AuthLayer::first_of) are alternatives: a request
//! carries credentials for exactly one. Stacked layers are demands: the request must satisfy both,
//! the inner identity acts, and [`Identity::outer`](crate::Identity::outer) leads to the outer one.
//!
//! # Certificates and tokens
//!
//! | Wanted | Layers |
//! |---|---|
//! | certificate **and** token, as for KuFlow's workers | `(MtlsIdentityLayer::new(..), JwtAuthLayer::new(..))`: the token's subject acts, the certificate's is outside of it |
//! | certificate **or** token | `AuthLayer::first_of([Scheme::client_certificate(..), Scheme::bearer(..)])`, on a listener with `allow_missing_client_certificate` |
//! | a token that only its owner's certificate can use | `JwtAuthLayer` alone, or any of the two: `cnf.x5t#S256` (RFC 8705) is held against the connection wherever it stands in a token |
//!
//! Of the alternatives a request may show one. But a certificate is no choice: the client shows it when it
//! connects, before it knows what it will ask, and behind a mesh every connection has one. A request that
//! brings a token on such a connection is refused as ambiguous, since nobody said who is meant to act; so is
//! a token that is bound to that very certificate. With
//! [`allow_unused_certificate`](crate::AuthLayer::allow_unused_certificate) it is said:
//!
//! | The request brings | On a connection | By default | With `allow_unused_certificate` |
//! |---|---|---|---|
//! | nothing | with a certificate | the certificate counts | the certificate counts |
//! | a good token | with a certificate | 400 | the token's subject acts, alone |
//! | a token that is bound to the certificate | with it | 400 | the token's subject acts, alone |
//! | a token that is bound to a certificate | with another, or without | 400, 401 | 401 |
//! | a bad token | with a good certificate | 400 | 401 |
//! | a good token | with a certificate that cannot be read | 401 | 401 |
//! | a good token | without a certificate | the token's subject acts | the token's subject acts |
//! | nothing | without a certificate | 401 | 401 |
//!
//! So a gateway that passes on the token of a user never acts by its own certificate, and no rights are added
//! up. It also means that rules and deny-lists of certificates are not asked about a request with a token:
//! where they must be, demand both, by stacking the layers.
//!
//! Where certificates are optional, a client without one gets a 401 with a challenge from the layer, and
//! not a broken handshake.
//!
//! # Impersonation
//!
//! An [`ImpersonationLayer`](crate::ImpersonationLayer) goes inside of the authentication layers: the
//! target acts, and [`Identity::impersonator`](crate::Identity::impersonator) leads to the caller.
//! Put the tenant layer outside of it, so that a target of another tenant looks like one that does not
//! exist.
//!
//! Permissions belong to the identity they were mapped from. An authentication layer further in
//! drops them and an impersonation layer there is refused, so the [`PermissionClaimLayer`](crate::PermissionClaimLayer) goes inside of the last
//! one.
