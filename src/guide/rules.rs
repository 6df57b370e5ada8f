//! Which requests ask for what: at the routes, or as a table.
//!
//! # Which one to take
//!
//! | | [`require`](crate::require) at a route | [`RpcRules`](crate::RpcRules) | [`PathRules`](crate::PathRules) |
//! |---|---|---|---|
//! | for | an axum router of your own | gRPC services | services of others, behind a gateway |
//! | stands | beside the handler it guards | in one table, in code or in a file | in one table, in code or in a file |
//! | names | nothing: it *is* at the route | methods, exactly | patterns of paths, in order |
//! | what nobody thought of | has no layer, and is open | is denied | is denied |
//! | reads the path | never: the router has | as it is | decoded, and refuses what could be read in two ways |
//! | changes | with a new build | while requests come | while requests come |
//! | who reviews it | who reads the code | who reads the file, or its [`diff`](crate::RulesDiff) | the same |
//!
//! **Your own routes: layers.** A rule at a route cannot be about another path than the handler is,
//! because there is no second reading of the path. Put `route_layer` around the whole router for
//! authentication, and a `require` at each route.
//!
//! **gRPC: `RpcRules`.** The path of a call *is* the name of a method, and a server compares it as it
//! stands. So a table of names is as exact as layers are, denies what is new by itself, can be held
//! against the list of methods that there are ([`lint`](crate::RpcRules::lint)), and is a document that
//! people who do not read Rust can review.
//!
//! **Foreign services: `PathRules`.** Where the routes belong to somebody else, their paths are all there
//! is to go by. Two programs then read one path, and every way in which they could differ is a way
//! around the rules. So whatever could be read in two ways is refused, which is written down at
//! [`PathRules`](crate::PathRules), and the path that is passed on should be the one that was received.
//!
//! # A policy
//!
//! A [`Policy`](crate::Policy) is such rules and the [`ClaimMapper`](crate::ClaimMapper) that says who
//! holds what. It maps claims itself, so it takes the place of
//! [`PermissionClaimLayer`](crate::PermissionClaimLayer) too, and rules and roles are always of one version.
//!
//! ```
//! use tower_auth::{AuthLayer, ClaimPermissions, Policy, RpcRules, TenantLayer};
//!
//! let rules = RpcRules::builder()
//!     .open("/grpc.health.v1.Health/Check")
//!     .method("/orders.v1.Orders/List", "orders:read")
//!     .service("orders.v1.Orders", "orders:write")
//!     .build()?;
//! let policy = Policy::new(rules, ClaimPermissions::at("scope"));
//!
//! let guard = policy.guard((AuthLayer::first_of([]), TenantLayer::from_claim("tenant")));
//! # let _ = guard;
//! # Ok::<(), tower_auth::ConfigError>(())
//! ```
//!
//! # What is open, and authentication
//!
//! A request that a rule opens must pass the authentication layer, which refuses those without
//! credentials. There are two places for a policy, and they differ in one thing:
//!
//! | | `policy.guard(auth)` | `(auth.allow_anonymous(), policy)` |
//! |---|---|---|
//! | open, without credentials | let through | let through |
//! | open, with good credentials | let through; nobody is established | let through; the handler knows who calls |
//! | open, with **bad** credentials | let through, unseen | **401** |
//! | not open, without credentials | 401 | 401 |
//! | the provider of keys is down | what is open goes on | what is open goes on without credentials only |
//!
//! Take `guard`. Health checks then never depend on credentials or on a provider of keys. The second
//! form is for handlers that show more to those they know, and it is the order of the Temporal server,
//! where a bad token is refused even by methods that ask for none.
//!
//! Neither can be got wrong in a way that opens something: a policy without authentication around it
//! refuses everything that is not open as [`Misconfigured`](crate::AuthErrorKind::Misconfigured), and one
//! inside of authentication that lets nobody in anonymously asks for credentials everywhere. Authentication
//! layers further in are not told what a rule opens; they demand what they demand.
//!
//! # Before it counts
//!
//! - [`lint`](crate::PathRules::lint): rules that never apply, rules for methods that are not there.
//! - [`diff`](crate::PathRules::diff): what changes, and what becomes more open.
//! - [`permits`](crate::Policy::permits): a table of who may what, as a test.
//! - [`explain`](crate::Policy::explain): for one request, which rule decided, what was held, what was
//!   missing.
//! - [`danger_rehearse`](crate::Policy::danger_rehearse): the rules in production, refusing nobody. Each
//!   request that would be refused is an [event](crate::guide::events#policies) and is counted in
//!   [`status`](crate::Policy::status), which says `is_rehearsal` for as long as it is one.
//!
//! # While it counts
//!
//! [`replace`](crate::Policy::replace) exchanges rules and mapper at once. A request reads the version once,
//! at the outermost gate of the policy, so none is authenticated by one version and judged by the next.
//! Requests and streams that were let in are not asked again: a stream is judged when it is opened.
//!
//! What a request does *in* its message, the rules do not see: a call that names two tenants, or that
//! carries other calls, is for the handler to judge, with a
//! [`MessageAuthorizer`](crate::MessageAuthorizer) of the same policy.
