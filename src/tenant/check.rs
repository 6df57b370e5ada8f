//! How a [`TenantLayer`] decides.

use std::{fmt, sync::Arc};

use http::request::Parts;

use crate::{
    error::AuthError,
    evidence::{Evidence, TenantEvidence, ask_anonymous_to_log_in},
    gate::{Check, Verdict},
    identity::Identity,
    tenant::{Requested, Standing, TenantLayer},
};

impl TenantLayer {
    fn judge(&self, parts: &Parts) -> Result<Verdict<TenantGrant>, AuthError> {
        let evidence = Evidence::of(&parts.extensions);
        if evidence.is_some_and(|evidence| evidence.permissions.is_some()) {
            return Err(AuthError::misconfigured(
                "TenantLayer must be outside of PermissionClaimLayer",
            ));
        }
        let identity = evidence.and_then(|evidence| evidence.identity.as_ref());
        let Some(tenant) = self.source.find(parts, identity)? else {
            return self.absent(evidence);
        };
        let outer = evidence.and_then(Evidence::requested);
        if outer.is_some_and(|outer| outer.tenant != tenant) {
            return Err(AuthError::tenant_denied("two tenant layers found different tenants"));
        }
        let requested = Requested {
            tenant,
            rules: Arc::clone(&self.rules),
            #[cfg(feature = "mtls")]
            certified: self.certified(parts)?,
            outer: outer.cloned().map(Arc::new),
        };
        let Some(identity) = identity else {
            return Ok(Verdict::Granted(TenantGrant(TenantEvidence::Requested(requested))));
        };
        requested.accepts_all(identity)?;
        let agreed = |requested| TenantGrant(TenantEvidence::Agreed(requested));
        match requested.standing() {
            Standing::Good => Ok(Verdict::Granted(agreed(requested))),
            Standing::Bad(error) => Err(error),
            Standing::Open(asked) => {
                let identity = identity.clone();
                Ok(Verdict::Pending(Box::pin(async move {
                    let answer = asked.await.map(|()| agreed(requested));
                    answer.map_err(|error| ask_anonymous_to_log_in(error, &identity))
                })))
            }
        }
    }

    /// The request names no tenant: what an outer tenant layer found stays.
    fn absent(&self, evidence: Option<&Evidence>) -> Result<Verdict<TenantGrant>, AuthError> {
        if !self.absent_allowed {
            return Err(AuthError::tenant_denied("the request names no tenant"));
        }
        let found = match evidence.map(|evidence| evidence.tenant.clone()) {
            None | Some(TenantEvidence::Unasked) => TenantEvidence::Absent,
            Some(outer) => outer,
        };
        Ok(Verdict::Granted(TenantGrant(found)))
    }

    /// The tenant that the client certificate names, where membership is by that.
    #[cfg(feature = "mtls")]
    fn certified(&self, parts: &Parts) -> Result<Option<crate::Tenant>, AuthError> {
        let Some(name) = self.rules.membership.certificate_name() else {
            return Ok(None);
        };
        Ok(name.find(parts)?.and_then(|name| crate::Tenant::parse(&name)))
    }
}

impl Check for TenantLayer {
    type Grant = TenantGrant;

    fn name(&self) -> &'static str {
        "tenant"
    }

    fn check(&self, parts: &Parts) -> Verdict<TenantGrant> {
        self.judge(parts).unwrap_or_else(|error| {
            let identity = Identity::from_extensions(&parts.extensions);
            Verdict::Denied(match identity {
                Some(identity) => ask_anonymous_to_log_in(error, identity),
                None => error,
            })
        })
    }

    fn admit(&self, TenantGrant(found): TenantGrant, parts: &mut Parts) {
        Evidence::of_mut(&mut parts.extensions).tenant = found;
    }
}

/// What a [`TenantLayer`] found.
pub struct TenantGrant(TenantEvidence);

impl fmt::Debug for TenantGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantGrant").finish_non_exhaustive()
    }
}
