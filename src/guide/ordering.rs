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
//! | [`TenantLayer::from_claim`](crate::TenantLayer::from_claim) | an authentication layer | 500 |
//! | [`ForwardedCertificatesLayer`](crate::ForwardedCertificatesLayer) (feature `mtls`) | nothing; it must be outside of the layer that reads certificates | forwarded certificates are not read |
//! | any other [`TenantLayer`](crate::TenantLayer) | nothing; it may be outside or inside of authentication | |
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
//! An [`ImpersonationLayer`](crate::ImpersonationLayer) goes inside of the authentication layers: the
//! target acts, and [`Identity::impersonator`](crate::Identity::impersonator) leads to the caller.
//! Put the tenant layer outside of it, so that a target of another tenant looks like one that does not
//! exist.
//!
//! Permissions belong to the identity they were mapped from. An authentication layer further in
//! drops them and an impersonation layer there is refused, so the [`PermissionClaimLayer`](crate::PermissionClaimLayer) goes inside of the last
//! one.
