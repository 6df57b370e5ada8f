//! One structured event per decision, for those who enable the feature `tracing`.
//!
//! The fields and levels are those that [`guide::events`](crate::guide::events) documents.

use http::Extensions;
#[cfg(feature = "policy")]
use http::request::Parts;

use crate::error::AuthError;

/// What a gate decided.
pub(crate) enum Decision<'e> {
    Granted,
    Passed,
    Denied(&'e AuthError),
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn decided(_: &'static str, decision: &Decision<'_>, _: &Extensions) {
    if let Decision::Denied(error) = decision {
        let _ = error;
    }
}

#[cfg(feature = "tracing")]
pub(crate) fn decided(check: &'static str, decision: &Decision<'_>, extensions: &Extensions) {
    match decision {
        Decision::Granted => went_on(check, "granted", extensions),
        Decision::Passed => went_on(check, "passed", extensions),
        Decision::Denied(error) => denied(check, error, extensions),
    }
}

#[cfg(feature = "tracing")]
fn went_on(check: &'static str, decision: &'static str, extensions: &Extensions) {
    use crate::{Identity, Tenant};

    let identity = Identity::from_extensions(extensions);
    tracing::debug!(
        target: "tower_auth",
        decision,
        check,
        method = identity.map(Identity::method),
        subject = identity.map(Identity::subject),
        impersonator = identity.and_then(Identity::impersonator).map(Identity::subject),
        tenant = Tenant::from_extensions(extensions).map(Tenant::as_str),
    );
}

#[cfg(feature = "tracing")]
fn denied(check: &'static str, error: &AuthError, extensions: &Extensions) {
    use crate::{AuthErrorKind, Identity};

    macro_rules! denied_at {
        ($level:expr) => {
            tracing::event!(
                target: "tower_auth",
                $level,
                decision = "denied",
                check,
                kind = error.kind().as_str(),
                scheme = error.scheme(),
                error = crate::error::reasons(error),
                method = Identity::from_extensions(extensions).map(Identity::method),
            )
        };
    }
    match error.kind() {
        AuthErrorKind::Misconfigured => denied_at!(tracing::Level::ERROR),
        AuthErrorKind::Overloaded | AuthErrorKind::Unavailable => denied_at!(tracing::Level::WARN),
        _ => denied_at!(tracing::Level::INFO),
    }
}

/// An element of a claim of permissions grants nothing; told of when the number of such has doubled.
pub(crate) fn element_skipped(
    issuer: Option<&str>,
    claim: &dyn std::fmt::Display,
    reason: &str,
    count: u64,
) {
    #[cfg(feature = "tracing")]
    {
        let claim = tracing::field::display(claim);
        tracing::warn!(target: "tower_auth", issuer, claim, reason, count, "a claim is malformed");
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (issuer, claim, reason, count);
}

/// Somebody acts for a tenant they do not belong to, by a rule for operators.
pub(crate) fn operator(rule: &'static str, identity: &crate::Identity, tenant: &crate::Tenant) {
    #[cfg(feature = "tracing")]
    {
        let (subject, tenant) = (identity.subject(), tenant.as_str());
        tracing::info!(target: "tower_auth", rule, subject, tenant, "an operator may act for a tenant");
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (rule, identity, tenant);
}

/// What is remembered of a tenant could not be loaded.
#[cfg(feature = "cache")]
pub(crate) fn tenant_failed(tenant: &crate::Tenant, error: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "tower_auth", tenant = tenant.as_str(), error, "a tenant could not be loaded");
    #[cfg(not(feature = "tracing"))]
    let _ = (tenant, error);
}

/// A key of a set that tokens cannot be verified with; once, when the set is read.
#[cfg(feature = "jwks")]
pub(crate) fn key_left_out(issuer: Option<&str>, reason: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "tower_auth", issuer, reason, "a key of the set is left out");
    #[cfg(not(feature = "tracing"))]
    let _ = (issuer, reason);
}

/// Another set of keys has come from the provider.
#[cfg(feature = "jwks")]
pub(crate) fn keys_replaced(issuer: Option<&str>, keys: usize, left_out: &[String]) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: "tower_auth", issuer, keys, left_out = left_out.len(), "new keys");
    #[cfg(not(feature = "tracing"))]
    let _ = (issuer, keys);
    left_out.iter().for_each(|reason| key_left_out(issuer, reason));
}

/// Keys could not be fetched; those that are there go on being used for a while.
#[cfg(feature = "jwks")]
pub(crate) fn keys_failed(issuer: Option<&str>, error: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "tower_auth", issuer, error, "keys could not be fetched");
    #[cfg(not(feature = "tracing"))]
    let _ = (issuer, error);
}

/// A source has given a token for outgoing calls.
#[cfg(feature = "client")]
pub(crate) fn token_renewed() {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "tower_auth", "a token was given");
}

/// A source has given no token; the one that is there is used until it ends.
#[cfg(feature = "client")]
pub(crate) fn token_failed(error: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "tower_auth", error, "no token was given");
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// Other users have come from a file.
#[cfg(feature = "basic")]
pub(crate) fn users_replaced(file: &std::path::Path, users: usize, changed: usize, odd: &[String]) {
    #[cfg(feature = "tracing")]
    {
        let file = tracing::field::display(file.display());
        tracing::info!(target: "tower_auth", file, users, changed, "users read");
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (file, users, changed);
    odd.iter().for_each(|warning| users_warning(warning));
}

/// Something about users that is accepted and questionable.
#[cfg(feature = "basic")]
pub(crate) fn users_warning(warning: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "tower_auth", warning, "users are questionable");
    #[cfg(not(feature = "tracing"))]
    let _ = warning;
}

/// A file with users cannot be used; those that are there go on being used.
#[cfg(feature = "basic")]
pub(crate) fn users_failed(error: &str) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "tower_auth", error, "users could not be read; the last good ones stay");
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// Other certificates, authorities or revocation lists are used from now on.
#[cfg(feature = "tls")]
pub(crate) fn tls_loaded(certificates: usize) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: "tower_auth", certificates, "certificates read");
    #[cfg(not(feature = "tracing"))]
    let _ = certificates;
}

/// Something newer cannot be used; what is there goes on being used.
#[cfg(feature = "tls")]
pub(crate) fn tls_failed(error: &str) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "tower_auth", error, "certificates could not be read; the last good ones stay");
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// A certificate or a revocation list ends soon, or has ended.
#[cfg(feature = "tls")]
pub(crate) fn certificate_ends(status: &crate::CertificateStatus) {
    #[cfg(feature = "tracing")]
    {
        let seconds = |end: std::time::SystemTime| end.duration_since(std::time::UNIX_EPOCH).ok();
        let end = status.end.and_then(seconds).map(|end| end.as_secs());
        let (host, name, used_as) = (status.host.as_deref(), &status.name, status.used_as.as_str());
        let fingerprint = &status.fingerprint;
        macro_rules! told_at {
            ($level:expr, $message:literal) => {
                tracing::event!(
                    target: "tower_auth", $level, host, used_as, name, fingerprint, end, $message
                )
            };
        }
        match status.state {
            crate::ExpiryState::Expired => told_at!(tracing::Level::ERROR, "it has ended"),
            crate::ExpiryState::Error => told_at!(tracing::Level::ERROR, "it ends soon"),
            _ => told_at!(tracing::Level::WARN, "it ends soon"),
        };
    }
    #[cfg(not(feature = "tracing"))]
    let _ = status;
}

/// No connection is accepted at the moment.
#[cfg(feature = "tls")]
pub(crate) fn accept_failed(error: &std::io::Error) {
    #[cfg(feature = "tracing")]
    tracing::error!(target: "tower_auth", %error, "no connection can be accepted");
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}

/// A handshake came to nothing: loud where a certificate was refused, for scanners are many.
#[cfg(feature = "tls")]
pub(crate) fn handshake_failed(peer: std::net::SocketAddr, error: &std::io::Error) {
    #[cfg(feature = "tracing")]
    {
        use tokio_rustls::rustls::Error;

        let peer = tracing::field::display(peer);
        let cause = error.get_ref().and_then(|error| error.downcast_ref::<Error>());
        match cause {
            Some(Error::InvalidCertificate(_) | Error::NoCertificatesPresented) => {
                tracing::info!(target: "tower_auth", %peer, %error, "a client certificate was refused");
            }
            _ => tracing::debug!(target: "tower_auth", %peer, %error, "a handshake failed"),
        }
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (peer, error);
}

/// A rule that never applies; once, when rules are built.
#[cfg(feature = "policy")]
pub(crate) fn rule_questionable(lint: &crate::policy::RuleLint) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "tower_auth", warning = %lint, "a rule is questionable");
    #[cfg(not(feature = "tracing"))]
    let _ = lint;
}

/// A policy refuses nothing.
#[cfg(feature = "policy")]
pub(crate) fn policy_rehearses(rules: usize) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "tower_auth", rules, "a policy only rehearses: it refuses nothing");
    #[cfg(not(feature = "tracing"))]
    let _ = rules;
}

/// A request that is let through only because the policy rehearses.
#[cfg(feature = "policy")]
pub(crate) fn would_be_refused(error: &AuthError, parts: &Parts) {
    #[cfg(feature = "tracing")]
    {
        let (kind, error) = (error.kind().as_str(), crate::error::reasons(error));
        let (http_method, path) = (parts.method.as_str(), parts.uri.path());
        tracing::warn!(
            target: "tower_auth",
            kind,
            error,
            http_method,
            path,
            "would be refused, and is not: the policy only rehearses"
        );
    }
    #[cfg(not(feature = "tracing"))]
    let _ = (error, parts);
}

/// A policy has other rules or another mapper.
#[cfg(feature = "policy")]
pub(crate) fn policy_replaced(version: u64, rules: usize) {
    #[cfg(feature = "tracing")]
    tracing::info!(target: "tower_auth", version, rules, "policy replaced");
    #[cfg(not(feature = "tracing"))]
    let _ = (version, rules);
}
