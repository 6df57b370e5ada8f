//! Which source of tenants to choose, and what keeps tenants apart.
//!
//! A [`TenantLayer`](crate::TenantLayer) answers two questions that must not be mixed up. *Which tenant does
//! the request ask for?* is answered by a [`TenantSource`](crate::TenantSource), and the answer may be the
//! client's. *Does the caller belong to it?* is answered by a [`Membership`](crate::Membership), and the answer
//! must never be the client's. Handlers only see a tenant once both agree.
//!
//! # Which source
//!
//! | Your service | Source | Where | Mind |
//! |---|---|---|---|
//! | each credential is of one tenant | [`claim`](crate::TenantSource::claim) | inside | nothing to choose for the client, nothing to forge |
//! | a subdomain for each tenant | [`host`](crate::TenantSource::host) | either | a cookie of `example.com` reaches all subdomains |
//! | many domains | [`first_host_label`](crate::TenantSource::first_host_label), or a rule | either | `www` is a name like others |
//! | the tenant is part of the address of a thing | [`path`](crate::TenantSource::path) | either | nested routers cut the prefix off |
//! | machines that act for several tenants | [`header`](crate::TenantSource::header) | either | caches in front must have the field in `Vary` |
//! | connections of a tenant | [`certificate`](crate::TenantSource::certificate) | either | a proxy in front shows its own |
//! | one tenant for each installation | [`fixed`](crate::TenantSource::fixed) | either | |
//! | two of these during a change | [`all_of`](crate::TenantSource::all_of) | either | strangers can try out what a fixed tenant is called when it stands outside |
//! | a place that is used where others are silent | [`first_of`](crate::TenantSource::first_of) | either | put first what clients cannot choose |
//!
//! Clients choose header, host and path. They do not choose claim, certificate and what is fixed. With
//! `first_of([header, claim])` a caller who belongs to two tenants picks one by a header; with the claim first,
//! or with `all_of`, they cannot.
//!
//! # Outside or inside
//!
//! The guarantee is the same. Three things differ:
//!
//! - Outside, credentials know the tenant that is asked for ([`requested_tenant`](crate::Credentials::requested_tenant)): needed for issuers
//!   and authenticators of tenants.
//! - Outside, a request that names no tenant, or names it in a damaged way, is 403 before anybody is asked to log
//!   in.
//! - Inside, a source may read claims.
//!
//! # Who belongs to it
//!
//! | [`Membership`](crate::Membership) | For |
//! |---|---|
//! | the path of a claim | providers that know tenants: a string, or a list |
//! | [`claim_equals`](crate::Membership::claim_equals), [`claim_contains`](crate::Membership::claim_contains) | the same, and only in this shape |
//! | [`issuers`](crate::Membership::issuers) | a provider for each tenant |
//! | [`certificate`](crate::Membership::certificate) | connections of a tenant, whoever uses them |
//! | [`rule`](crate::Membership::rule) | everything else |
//!
//! Two tenant layers with one membership each demand both. People who act for tenants that are not theirs,
//! such as support, get in by [`with_operators`](crate::TenantLayer::with_operators) and by nothing else: the
//! rule has a name, and each use of it is an [event](super::events).
//!
//! # Which tenants there are
//!
//! With [`with_known_tenants`](crate::TenantLayer::with_known_tenants) or a
//! [registry](crate::TenantRegistry) a tenant can be unknown or suspended. That is asked after membership,
//! also where the layer stands outside. So:
//!
//! - A stranger, and a caller of another tenant, get the same answer for a name whether or not it is a tenant's, in
//!   the same time, and the registry is not asked.
//! - A member of a tenant that is suspended or gone gets that same answer, 403; the reason is in the event.
//! - What clients make up does not reach the registry, so it cannot fill what is remembered. Operators whose
//!   rule says yes to everything can; the bound holds for them too.
//!
//! A registry that fails is 503 for the tenants whose answers are too old, and for nobody else. That a suspended
//! tenant goes on for as long as an outage lasts would be the other choice; this crate does not make it.
//!
//! # What tenants have of their own
//!
//! [`PerTenant`](crate::PerTenant) loads what a tenant needs when it needs it: an authenticator with its issuers, users,
//! roles. One value of it may be an authenticator, a mapper and a
//! [configuration](crate::TenantLayer::with_configuration) that is loaded in time.
//!
//! ```
//! use tower_auth::{
//!     BasicAuthLayer, PerTenant, PermissionClaimLayer, RoleMapper, Roles, Tenant, TenantLayer, User, Users,
//! };
//!
//! let users = PerTenant::new(async |tenant: Tenant| {
//!     // htpasswd -nbBC 10 alice wonderland
//!     let alice = User::new("alice", "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6");
//!     Ok(match tenant.as_str() {
//!         "acme" => Some(Users::builder().user(alice.with_claim("roles", "editor")).build()?),
//!         _ => None,
//!     })
//! })
//! .with_tenant_claim("tenant");
//! let roles: PerTenant<RoleMapper> = PerTenant::new(async |_: Tenant| {
//!     let roles = Roles::builder().grant("editor", ["orders:write"]).build()?;
//!     Ok(Some(roles.from_claim("roles")))
//! });
//! let auth = (
//!     TenantLayer::from_host("example.com").with_configuration(roles.clone()),
//!     BasicAuthLayer::new(users).with_realm_by_tenant(|tenant| format!("orders of {tenant}")),
//!     PermissionClaimLayer::new(roles),
//! );
//! # let _ = auth;
//! ```
//!
//! The authenticator of a tenant is chosen by what a stranger wrote, before anybody has vouched for it; that cannot
//! be otherwise. So its loader is asked about made-up names: at most 64 at a time, each remembered for 10 s, in room
//! of their own. An unknown tenant is then 401, as a wrong password is, and not 403. It may be answered faster
//! than a wrong password where that costs a hash; put a throttle in front if names of tenants are secrets, or
//! prefer one authenticator for all.
//!
//! | On a bad day of one tenant | That tenant | Others |
//! |---|---|---|
//! | its loader hangs | 503 after 5 s, then at once; what was loaded before goes on | notice nothing |
//! | its loader fails | 503, tried again after 1 s to 60 s; what was loaded before goes on | notice nothing |
//! | its provider of keys is down | as in [`outages`](super::outages) | notice nothing |
//! | its configuration is wrong | 503 and an event; what was loaded before goes on | notice nothing |
//! | strangers make up names | if it was never loaded, 503 while 64 of them are being asked for | the same |
