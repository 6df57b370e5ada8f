//! The structured event of each decision (feature `tracing`).
//!
//! Each gate emits exactly one event per request it decides about, under the target `tower_auth`.
//! The names of the fields are part of the public interface.
//!
//! | Field | On | Value |
//! |---|---|---|
//! | `decision` | all | `granted`, `passed` or `denied` |
//! | `check` | all | `authentication`, `impersonation`, `tenant`, `permission_claims`, `require`, or the name of your own [`Check`](crate::Check) |
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
//! | debug | `granted` and `passed`: the only ones that name a subject or a tenant |
//! | info | `denied`, when the client caused it |
//! | warn | `denied` as `overloaded` or `unavailable` |
//! | error | `denied` as `misconfigured` |
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
//! No event holds a secret or a claim. The `error` of an authenticator of your own is what you put
//! into it.
