//! [`Memo`]: the permissions of a remembered identity, mapped once.

use std::{
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::{
    error::AuthError,
    identity::Identity,
    permission::{ClaimMapper, Permissions, permissions::SharedPermissions},
    tenant::Tenant,
};

/// A mapper, and how much of what it said may still be kept.
pub(crate) struct Mapping {
    mapper: Box<dyn ClaimMapper>,
    room: AtomicUsize,
}

impl Mapping {
    /// Bytes that are kept of what one layer has mapped.
    const MAX_KEPT: usize = 16 * 1024 * 1024;

    pub(crate) fn new(mapper: impl ClaimMapper) -> Self {
        Self { mapper: Box::new(mapper), room: AtomicUsize::new(Self::MAX_KEPT) }
    }

    /// What the mapper says, or has said of the same identity and tenant.
    pub(crate) fn permissions(
        self: &Arc<Self>,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        let memo = identity.memo().filter(|_| self.mapper.is_pure());
        if let Some(kept) = memo.and_then(|memo| memo.of(self, tenant)) {
            return Ok(kept);
        }
        let permissions = self.mapper.permissions(identity, tenant)?;
        if let Some(memo) = memo {
            memo.keep(self, tenant, &permissions);
        }
        Ok(permissions)
    }

    fn take_room(&self, bytes: usize) -> bool {
        let taken = |room: usize| room.checked_sub(bytes);
        self.room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
    }
}

/// Room for what one mapper said for one tenant, beside the facts that it said it of.
///
/// It is the first pair that is kept. What the facts are no longer is not kept either: a clone of it
/// is empty, and whoever changes facts empties it.
pub(crate) struct Memo(OnceLock<Box<Kept>>);

struct Kept {
    /// It is held here, so no other one can be at its address.
    mapping: Arc<Mapping>,
    tenant: Option<Tenant>,
    permissions: SharedPermissions,
    weight: usize,
}

impl Memo {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    pub(crate) fn clear(&mut self) {
        self.0.take();
    }

    fn of(&self, mapping: &Arc<Mapping>, tenant: Option<&Tenant>) -> Option<Permissions> {
        let kept = self.0.get()?;
        let is_the_same = Arc::ptr_eq(&kept.mapping, mapping) && kept.tenant.as_ref() == tenant;
        is_the_same.then(|| kept.permissions.get())
    }

    fn keep(&self, mapping: &Arc<Mapping>, tenant: Option<&Tenant>, permissions: &Permissions) {
        if self.0.get().is_some() {
            return;
        }
        let permissions = SharedPermissions::of(permissions);
        let weight = size_of::<Kept>() + Tenant::MAX_BYTES + permissions.weight();
        if mapping.take_room(weight) {
            let mapping = Arc::clone(mapping);
            let kept = Kept { mapping, tenant: tenant.cloned(), permissions, weight };
            // Fails where another request was faster.
            let _ = self.0.set(Box::new(kept));
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.mapping.room.fetch_add(self.weight, Ordering::Relaxed);
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo(..)")
    }
}
