//! [`Store`]: what all clones of a [`Users`](super::Users) share.

use std::sync::{Arc, atomic::Ordering};

use arc_swap::ArcSwap;

use super::{
    PasswordVerifier, Rehash,
    rehash::Replace,
    reload::{Source, Watch},
    user_set::{Entry, Known, UserSet},
    verifier::PasswordHash,
};
use crate::{error::AuthError, identity::Identity, secret::Secret};

pub(super) struct Store {
    pub(super) set: ArcSwap<UserSet>,
    pub(super) source: Source,
    pub(super) watch: Watch,
    pub(super) verifier: PasswordVerifier,
    /// Tells names of this store from those of others on the same threads.
    pub(super) scope: u64,
    pub(super) replace: Option<Replace>,
}

impl Store {
    pub(super) async fn judge(&self, name: &str, password: &Secret) -> Result<Identity, AuthError> {
        let (entry, hash) = self.look_up(name);
        let matches = self.verifier.holds(self.scope, name, hash.clone(), password).await?;
        let entry = entry.ok_or_else(|| AuthError::invalid("the user is unknown"))?;
        let matches = match &*entry.known() {
            Known::Hash(_) => matches,
            Known::ClearText(own) => own == password,
        };
        if !matches {
            return Err(AuthError::invalid("the password is wrong"));
        }
        if entry.is_disabled {
            return Err(AuthError::invalid("the user is disabled"));
        }
        // It may have waited for long.
        if self.generation(name) != entry.generation {
            return Err(AuthError::invalid("the user has been changed meanwhile"));
        }
        if let Some(hash) = hash {
            self.rehash(&entry, &hash, password);
        }
        Ok(entry.identity.clone())
    }

    pub(super) fn generation(&self, name: &str) -> u64 {
        self.set.load().generation(name)
    }

    fn look_up(&self, name: &str) -> (Option<Arc<Entry>>, Option<PasswordHash>) {
        let set = self.set.load();
        (set.entry(name).cloned(), set.work_for(name))
    }

    /// Sees to it that an outdated hash is replaced when there is time.
    fn rehash(&self, entry: &Arc<Entry>, old: &PasswordHash, password: &Secret) {
        let (Some(replace), Known::Hash(_)) = (&self.replace, &*entry.known()) else { return };
        if !self.verifier.wants_rehash(old) || entry.rehash_begun.swap(true, Ordering::Relaxed) {
            return;
        }
        // Whatever comes of it: a job that is not taken, or that panics, drops it as well.
        let begun = Begun(Arc::clone(entry));
        let (replace, old) = (Arc::clone(replace), old.clone());
        self.verifier.rehash(password.clone(), move |new| {
            let entry = &begun.0;
            if let Some(new) = new {
                let rehash = Rehash::new(entry.identity.subject(), &old, &new);
                let _ = replace(&rehash) && entry.replace(&old, &new);
            }
        });
    }
}

/// A better hash is being made. Where it has been put in, the old one is not outdated any more; where not,
/// the next login tries again.
struct Begun(Arc<Entry>);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.rehash_begun.store(false, Ordering::Relaxed);
    }
}
