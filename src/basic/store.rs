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
    pub(super) replace: Option<Replace>,
}

impl Store {
    pub(super) async fn judge(&self, name: &str, password: &Secret) -> Result<Identity, AuthError> {
        let (entry, hash) = self.look_up(name);
        let matches = match &hash {
            Some(hash) => self.verifier.holds(name, hash.clone(), password).await?,
            None => false,
        };
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

    /// None for a name that nobody has.
    pub(super) fn generation(&self, name: &str) -> u64 {
        self.set.load().entry(name).map_or(0, |entry| entry.generation)
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
        let (of_job, replace, old) = (Arc::clone(entry), Arc::clone(replace), old.clone());
        let is_begun = self.verifier.rehash(password.clone(), move |new| {
            let is_replaced = new.is_some_and(|new| {
                let rehash = Rehash::new(of_job.identity.subject(), &old, &new);
                replace(&rehash) && of_job.replace(&old, &new)
            });
            of_job.rehash_begun.store(is_replaced, Ordering::Relaxed);
        });
        if !is_begun {
            entry.rehash_begun.store(false, Ordering::Relaxed);
        }
    }
}
