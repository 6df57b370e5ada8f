//! The structured event of each decision (feature `tracing`).
//!
//! Each gate emits exactly one event per request it decides about, under the target `tower_auth`, and a
//! [`MessageAuthorizer`](crate::MessageAuthorizer) one per message.
//! The names of the fields are part of the public interface.
//!
//! | Field | On | Value |
//! |---|---|---|
//! | `decision` | all | `granted`, `passed` or `denied` |
//! | `check` | all | `authentication`, `forwarded_certificates`, `impersonation`, `message`, `tenant`, `permission_claims`, `policy`, `policy_rules`, `require`, or the name of your own [`Check`](crate::Check) |
//! | `method` | all, where an identity was established | how: `Basic`, `Bearer`, `ClientCertificate`, `Anonymous`, `Impersonation`, or the name of your own credentials |
//! | `kind` | `denied` | [`AuthErrorKind::as_str`](crate::AuthErrorKind::as_str) |
//! | `scheme` | `denied`, where one was chosen | the scheme whose credentials were refused |
//! | `error` | `denied` | the reason, which no client is told |
//! | `subject` | `granted`, `passed` | the subject of the acting identity |
//! | `impersonator` | `granted`, `passed`, where a caller acts as somebody else | the subject of that caller |
//! | `tenant` | `granted`, `passed` | the tenant, once an identity belongs to it |
//!
//! # Levels
//!
//! | Level | Decisions |
//! |---|---|
//! | debug | `granted` and `passed`: the only decisions that name a subject or a tenant |
//! | info | `denied`, when the client caused it |
//! | warn | `denied` as `overloaded` or `unavailable` |
//! | error | `denied` as `misconfigured` |
//!
//! Those are the levels of decisions; the sections below have their own.
//!
//! # Keys
//!
//! Sets of keys have events of their own, whoever asked for them:
//!
//! | Level | Message | Fields |
//! |---|---|---|
//! | info | new keys | `issuer`, `keys`, `left_out` (both are numbers) |
//! | warn | keys could not be fetched | `issuer`, `error` |
//! | warn | a key of the set is left out | `issuer`, `reason` |
//!
//! # Tokens for outgoing calls
//!
//! So have the sources of tokens that an `AuthorizationLayer` asks:
//!
//! | Level | Message | Fields |
//! |---|---|---|
//! | debug | a token was given | |
//! | warn | no token was given | `error` |
//!
//! # Users
//!
//! Files of users (`Users`) have events too, when they are read and when they cannot be:
//!
//! | Level | Message | Fields |
//! |---|---|---|
//! | info | users read | `file`, `users`, `changed` (both are numbers) |
//! | warn | users are questionable | `warning` |
//! | error | users could not be read; the last good ones stay | `error` |
//!
//! # Certificates
//!
//! So has a `TlsListener`:
//!
//! | Level | Message | Fields |
//! |---|---|---|
//! | info | certificates read | `certificates` (a number) |
//! | error | certificates could not be read; the last good ones stay | `error` |
//! | warn, or error within its window | it ends soon | `host`, `used_as`, `name`, `fingerprint`, `end` (seconds since 1970) |
//! | error | it has ended | the same |
//! | error | no connection can be accepted | `error` |
//! | info | a client certificate was refused | `peer`, `error` |
//! | debug | a handshake failed | `peer`, `error` |
//!
//! # Tenants
//!
//! | Level | Message | Fields |
//! |---|---|---|
//! | info | an operator may act for a tenant | `rule`, `subject`, `tenant` |
//! | warn | a tenant could not be loaded | `tenant`, `error` |
//!
//! The first is there whenever a rule of
//! [`with_operators`](crate::TenantLayer::with_operators) is what lets a caller in. The second is about
//! what a registry or a loader said, once for each time that it was asked.
//!
//! # Policies
//!
//! Rules and policies (`Policy`) have events of their own:
//!
//! | Level | Message | Fields |
//! |---|---|---|
//! | warn | a rule is questionable | `warning` |
//! | warn | a policy only rehearses: it refuses nothing | `rules` (a number) |
//! | warn | would be refused, and is not: the policy only rehearses | `kind`, `error`, `http_method`, `path` (without the query) |
//! | info | policy replaced | `version`, `rules` (both are numbers) |
//!
//! A policy that stands around authentication has two gates and so two events per decision: `policy_rules` for
//! finding the rule, and `policy` for holding the caller against it.
//!
//! No event holds a secret or a claim. The `error` of an authenticator of your own is what you put
//! into it.
