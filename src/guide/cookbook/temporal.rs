//! Temporal: a token whose `permissions` hold `namespace:role`, and an authorizer by method.
//!
//! ```
//! use http::HeaderName;
//! use tower_auth::{
//!     ConfigError, GuardLayer, Identity, Issuer, JwtAuthLayer, JwtVerifier, Keys, Policy, RpcRules,
//!     TemporalPermissions, Tenant, TenantLayer,
//! };
//!
//! const TABLE: &str = r#"{
//!     "rules": [
//!         { "service": "grpc.health.v1.Health", "methods": ["Check"], "open": true },
//!         { "service": "temporal.api.workflowservice.v1.WorkflowService", "methods": ["GetSystemInfo"], "open": true },
//!         { "service": "temporal.api.workflowservice.v1.WorkflowService", "methods": ["ListNamespaces"],
//!           "require": "temporal:system:read" },
//!         { "service": "temporal.api.workflowservice.v1.WorkflowService", "methods": ["StartWorkflowExecution"],
//!           "require": "temporal:namespace:write" }
//!     ]
//! }"#;
//!
//! # fn guard() -> Result<GuardLayer<(JwtAuthLayer, TenantLayer)>, ConfigError> {
//! let keys = Keys::from_jwks_url("https://login.example.com/jwks.json");
//! let verifier = JwtVerifier::builder()
//!     .issuer(Issuer::new("https://login.example.com", "temporal", keys))
//!     .build()?;
//! // Who belongs to a namespace is what the permissions say.
//! let namespace = TenantLayer::from_header(HeaderName::from_static("temporal-namespace"))
//!     .with_membership_rule(|_: &Identity, _: &Tenant| true)
//!     .allow_absent();
//! let policy = Policy::new(RpcRules::from_json(TABLE)?, TemporalPermissions::new());
//! let guard = policy.guard((JwtAuthLayer::new(verifier), namespace));
//! # Ok(guard)
//! # }
//! # guard().unwrap();
//! ```
//!
//! The example `temporal_rules` has Temporal's whole table as `rules.json`, and `temporal_frontend` is a server
//! that real Temporal SDKs connect to by it.
//!
//! # The authorizer
//!
//! Temporal gives roles numbers (worker 1, read 2, write 4, admin 8), adds up those of the system and of
//! the namespace, and compares the sum with what the method needs.
//! [`TemporalPermissions`](crate::TemporalPermissions) grants the same by names: admin has what write
//! has, write what read has, worker nothing; roles of the system count in every namespace, and those of a
//! namespace never for the system.
//!
//! # Messages
//!
//! Temporal takes the namespace from the message, layers take it from the metadata, and a message could name
//! another one. A [`MessageAuthorizer`](crate::MessageAuthorizer) in the method holds the two together, and
//! what a batch commands in other namespaces against the rights that the caller has there:
//!
//! ```
//! use tower_auth::{Demands, MessageAuthorizer, MessageDemands, TemporalPermissions};
//!
//! struct Completed {
//!     namespace: String,
//!     signals: Vec<String>,
//! }
//!
//! impl Demands for Completed {
//!     fn demands(&self, demands: &mut MessageDemands) {
//!         demands.of_tenant(&*self.namespace);
//!         for namespace in self.signals.iter().filter(|namespace| !namespace.is_empty()) {
//!             demands.requires_in(&**namespace, "temporal:namespace:write");
//!         }
//!     }
//! }
//!
//! let authorizer = MessageAuthorizer::new(TemporalPermissions::new());
//! # let _ = (authorizer, Completed { namespace: String::new(), signals: Vec::new() });
//! ```
//!
//! # Answers
//!
//! By default a client is told `UNAUTHENTICATED` where it must log in, `PERMISSION_DENIED` where it lacks a
//! right, and `UNAVAILABLE` where the keys are out of reach, which SDKs try again.
//! [`TemporalRejection`](crate::TemporalRejection) answers as the server does: always `PERMISSION_DENIED`.
//!
//! # What differs
//!
//! | | Temporal | here |
//! |---|---|---|
//! | issuer | not checked | checked; [`Issuer::temporal`](crate::Issuer::temporal) for its rules |
//! | audience | optional | checked |
//! | `exp` | optional | required |
//! | a method that opens to everybody, with a bad token | refused | open, by `guard`; refused with `(token.allow_anonymous(), .., policy)` |
//! | an expression for permissions that is broken | one warning, and the colon form | an error when it is built (`ClaimPattern`, feature `regex`) |
//! | elements that are malformed | ignored | ignored, counted, told of; or refused |
//! | keys | fetched by a timer | and when a token names an unknown one, at most once in 30 s |
