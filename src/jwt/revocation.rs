//! [`Revocation`]: tokens that are good and do not count any more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;

use crate::{because, clock::Clock, error::AuthError, identity::Identity, jwt::Issuer};

/// Says whether a token that is good in all other respects has been revoked.
///
/// It is asked on every request, whether the token was remembered or not, so it must answer from
/// memory: keep a list and let a task of your own bring it up to date. [`RevocationList`] is one.
/// Closures are revocations too.
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthError, Identity, Issuer, JwtVerifier, Keys};
///
/// let verifier = JwtVerifier::builder()
///     .issuer(Issuer::new("https://login.example.com", "orders-api", Keys::from_openid_discovery()))
///     .with_revocation(|identity: &Identity| match identity.subject() {
///         "mallory" => Err(AuthError::invalid("mallory has been dismissed")),
///         _ => Ok(()),
///     })
///     .build()?;
/// # let _ = verifier;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot say which tokens have been revoked",
    note = "use a `RevocationList`, implement `Revocation`, or pass a closure \
            `|identity: &Identity| -> Result<(), AuthError>`"
)]
pub trait Revocation: Send + Sync + 'static {
    /// Looks the token up by what it says: `jti`, `sub`, `iat` and whatever else is in it.
    ///
    /// # Errors
    ///
    /// [`AuthError::invalid`] where it has been revoked, [`AuthError::unavailable`] where that
    /// cannot be said now.
    fn check(&self, identity: &Identity) -> Result<(), AuthError>;
}

impl<F> Revocation for F
where
    F: Fn(&Identity) -> Result<(), AuthError> + Send + Sync + 'static,
{
    fn check(&self, identity: &Identity) -> Result<(), AuthError> {
        self(identity)
    }
}

/// Revoked tokens, by `jti`, by subject and by time, in memory. Clones share the list.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use tower_auth::{Identity, Revocation, RevocationList};
///
/// let list = RevocationList::new();
/// let token = Identity::new("alice").with_issuer("https://a.example").with_claim("jti", "7");
/// assert!(list.check(&token).is_ok());
///
/// list.revoke_token("https://a.example", "7", SystemTime::now() + Duration::from_secs(600));
/// assert!(list.check(&token).is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct RevocationList(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    revoked: ArcSwap<Revoked>,
    /// Held by whoever changes the list; reading takes none.
    writing: Mutex<()>,
    clock: Clock,
}

/// Names are those of issuer and token, or issuer and subject.
#[derive(Clone, Debug, Default)]
struct Revoked {
    tokens: HashMap<(String, String), SystemTime>,
    subjects: HashMap<(String, String), Duration>,
    issued_before: Option<Duration>,
}

impl RevocationList {
    /// A list that revokes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the time of day elsewhere; for tests.
    #[must_use]
    pub fn with_clock(clock: Clock) -> Self {
        Self(Arc::new(Inner { clock, ..Inner::default() }))
    }

    /// Revokes many tokens at once: pairs of issuer and `jti`, until they have all expired.
    pub fn revoke_tokens<'t>(
        &self,
        tokens: impl IntoIterator<Item = (&'t str, &'t str)>,
        until: SystemTime,
    ) {
        self.change(|revoked| {
            for (issuer, jti) in tokens {
                let end = revoked.tokens.entry(names(issuer, jti)).or_insert(until);
                *end = until.max(*end);
            }
        });
    }

    /// Revokes one token, until it has expired anyway: entries are dropped after `until`.
    pub fn revoke_token(&self, issuer: &str, jti: &str, until: SystemTime) {
        self.revoke_tokens([(issuer, jti)], until);
    }

    /// Revokes the tokens of a subject that were issued before a time, and those without `iat`.
    pub fn revoke_subject(&self, issuer: &str, subject: &str, issued_before: SystemTime) {
        let before = since_epoch(issued_before);
        self.change(|revoked| {
            let subject = revoked.subjects.entry(names(issuer, subject)).or_default();
            // What has been revoked stays so.
            *subject = before.max(*subject);
        });
    }

    /// Revokes all tokens that were issued before a time, and those without `iat`.
    pub fn revoke_all(&self, issued_before: SystemTime) {
        self.change(|revoked| {
            revoked.issued_before = revoked.issued_before.max(Some(since_epoch(issued_before)));
        });
    }

    fn change(&self, change: impl FnOnce(&mut Revoked)) {
        let _writing = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.clock.now();
        let mut revoked = Revoked::clone(&self.0.revoked.load());
        // A token is good for a little longer than it says, where clocks may differ.
        let end = |until: SystemTime| until.checked_add(Issuer::MAX_LEEWAY);
        revoked.tokens.retain(|_, until| end(*until).is_none_or(|end| end > now));
        change(&mut revoked);
        self.0.revoked.store(Arc::new(revoked));
    }
}

impl Revocation for RevocationList {
    fn check(&self, identity: &Identity) -> Result<(), AuthError> {
        let revoked = self.0.revoked.load();
        // Where any issuer is accepted, the identity has none but the token may name one.
        let issuer = || identity.issuer().or_else(|| identity.claims().str("iss"));
        let names = |name: &str| names(issuer().unwrap_or_default(), name);
        // Claims are read by the first question only.
        let issued = || identity.claims().get("iat").and_then(serde_json::Value::as_f64);
        let is_before = |end: &Duration| issued().is_none_or(|issued| issued < end.as_secs_f64());
        let is_listed = |jti: &str| revoked.tokens.contains_key(&names(jti));
        if !revoked.tokens.is_empty() && identity.claims().str("jti").is_some_and(is_listed) {
            return Err(because::invalid("the token has been revoked"));
        }
        let of_subject = || revoked.subjects.get(&names(identity.subject()));
        if !revoked.subjects.is_empty() && of_subject().is_some_and(is_before) {
            return Err(because::invalid("the subject's tokens have been revoked"));
        }
        if revoked.issued_before.as_ref().is_some_and(is_before) {
            return Err(because::invalid("all tokens of that time have been revoked"));
        }
        Ok(())
    }
}

fn names(issuer: &str, name: &str) -> (String, String) {
    (issuer.to_owned(), name.to_owned())
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
