//! Mappers that are made of others: [`AndMapper`], [`OrElseMapper`], [`WhenMapper`].

use std::sync::Arc;

use crate::{
    error::AuthError,
    identity::Identity,
    permission::{ClaimMapper, Permissions},
    tenant::Tenant,
};

/// The mapper of [`ClaimMapper::and`].
#[derive(Clone, Debug)]
pub struct AndMapper<A, B> {
    one: A,
    other: B,
}

impl<A, B> AndMapper<A, B> {
    pub(super) const fn new(one: A, other: B) -> Self {
        Self { one, other }
    }
}

impl<A: ClaimMapper, B: ClaimMapper> ClaimMapper for AndMapper<A, B> {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        let one = self.one.permissions(identity, tenant)?;
        Ok(one.merged_with(&self.other.permissions(identity, tenant)?))
    }

    fn is_pure(&self) -> bool {
        self.one.is_pure() && self.other.is_pure()
    }
}

/// The mapper of [`ClaimMapper::or_else`].
#[derive(Clone, Debug)]
pub struct OrElseMapper<A, B> {
    first: A,
    second: B,
}

impl<A, B> OrElseMapper<A, B> {
    pub(super) const fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

impl<A: ClaimMapper, B: ClaimMapper> ClaimMapper for OrElseMapper<A, B> {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        let first = self.first.permissions(identity, tenant)?;
        if !first.is_empty() {
            return Ok(first);
        }
        // Not the second one alone: the first may deny something.
        Ok(first.merged_with(&self.second.permissions(identity, tenant)?))
    }

    fn is_pure(&self) -> bool {
        self.first.is_pure() && self.second.is_pure()
    }
}

/// The mapper of [`ClaimMapper::when`].
#[derive(Clone, Debug)]
pub struct WhenMapper<M> {
    mapper: M,
    issuer: Arc<str>,
}

impl<M> WhenMapper<M> {
    pub(super) const fn new(mapper: M, issuer: Arc<str>) -> Self {
        Self { mapper, issuer }
    }
}

impl<M: ClaimMapper> ClaimMapper for WhenMapper<M> {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        if identity.issuer() == Some(&*self.issuer) {
            self.mapper.permissions(identity, tenant)
        } else {
            Ok(Permissions::default())
        }
    }

    fn is_pure(&self) -> bool {
        self.mapper.is_pure()
    }
}
