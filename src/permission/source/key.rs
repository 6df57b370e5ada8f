//! [`Key`]: whose permissions are remembered.

use std::iter;

use crate::{identity::Identity, tenant::Tenant};

/// Who acts, for whom and in which tenant, each part with its length, so that no two lists of parts are
/// alike.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Key(Box<[u8]>);

impl Key {
    /// The same subject is not the same caller where it comes by another way, or where somebody else
    /// acts as it: every identity of the request counts.
    pub(super) fn of(identity: &Identity, tenant: Option<&Tenant>, generation: u64) -> Self {
        let mut key = generation.to_le_bytes().to_vec();
        part(&mut key, tenant.map(Tenant::as_str));
        for identity in iter::successors(Some(identity), |identity| identity.outer()) {
            part(&mut key, Some(identity.method()));
            part(&mut key, identity.issuer());
            part(&mut key, Some(identity.subject()));
            key.push(identity.is_anonymous().into());
            key.push(identity.impersonator().is_some().into());
        }
        Self(key.into())
    }

    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }
}

fn part(key: &mut Vec<u8>, text: Option<&str>) {
    // No text is as long as what stands for none.
    let length = text.map_or(u64::MAX, |text| text.len() as u64);
    key.extend_from_slice(&length.to_le_bytes());
    key.extend_from_slice(text.unwrap_or_default().as_bytes());
}
