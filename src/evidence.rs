//! What the checks of one request have established so far.
//!
//! It travels in the request's extensions as a type that only this crate can name. So nothing that
//! a client sends, and nothing that other middleware inserts, can pass for it; and all gates of a
//! request share one entry instead of one each.

use http::{Extensions, HeaderMap};

use crate::{
    auth::Challenges,
    error::{AuthError, AuthErrorKind},
    identity::{Identity, Reach},
    permission::{Permissions, Permitted},
    shared::Shared,
    tenant::{Requested, Tenant},
};

#[derive(Clone, Default)]
pub(crate) struct Evidence {
    pub(crate) identity: Option<Identity>,
    /// How the caller could have authenticated; written on refusals of the gates further in.
    pub(crate) challenges: Option<Shared<Challenges>>,
    pub(crate) tenant: TenantEvidence,
    pub(crate) permissions: Option<Permissions>,
    pub(crate) permitted: Option<Permitted>,
    /// What the rules of a policy further out say about the request.
    #[cfg(feature = "policy")]
    pub(crate) ruling: Option<crate::policy::Ruling>,
}

#[derive(Clone, Default)]
pub(crate) enum TenantEvidence {
    /// No tenant layer ran.
    #[default]
    Unasked,
    /// A tenant layer ran, the request names no tenant, and that is allowed.
    Absent,
    /// Named by the request; no identity has been held against it yet.
    Requested(Requested),
    /// The identity that acts belongs to it.
    Agreed(Requested),
}

impl Evidence {
    pub(crate) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    pub(crate) fn of_mut(extensions: &mut Extensions) -> &mut Self {
        extensions.get_or_insert_default()
    }

    /// The tenant that was requested, agreed or not.
    pub(crate) fn requested(&self) -> Option<&Requested> {
        match &self.tenant {
            TenantEvidence::Requested(requested) | TenantEvidence::Agreed(requested) => {
                Some(requested)
            }
            TenantEvidence::Unasked | TenantEvidence::Absent => None,
        }
    }

    pub(crate) fn agreed_tenant(&self) -> Option<&Tenant> {
        match &self.tenant {
            TenantEvidence::Agreed(requested) => Some(&requested.tenant),
            _ => None,
        }
    }

    /// Makes `identity` the one that acts.
    ///
    /// The caller has held it against the requested tenant. What was derived from the identity
    /// before it is dropped: the permissions of one caller are not those of another.
    pub(crate) fn admit(&mut self, identity: Identity, challenges: Shared<Challenges>) {
        self.identity = Some(match self.identity.take() {
            Some(outer) => identity.inside_of(outer),
            None => identity.outermost(),
        });
        self.challenges = Some(challenges);
        self.drop_rights();
        if let TenantEvidence::Requested(requested) = &self.tenant {
            self.tenant = TenantEvidence::Agreed(requested.clone());
        }
    }

    /// Makes `target` the one that acts, on behalf of the identity that acted so far.
    ///
    /// The caller of this has held it against the requested tenant. The challenges stay: it is the
    /// impersonator who could have logged in otherwise.
    pub(crate) fn impersonate(&mut self, target: Identity, reach: Reach) {
        self.identity = self.identity.take().map(|caller| target.impersonated_by(caller, reach));
        self.drop_rights();
    }

    /// What was derived from an identity ends with it.
    fn drop_rights(&mut self) {
        self.permissions = None;
        self.permitted = None;
    }
}

/// Turns a lack of rights into a lack of credentials where the caller is anonymous: to log in may
/// help, so the answer is 401 with challenges.
pub(crate) fn ask_anonymous_to_log_in(error: AuthError, identity: &Identity) -> AuthError {
    match error.kind() {
        AuthErrorKind::PermissionDenied | AuthErrorKind::TenantDenied
            if identity.is_anonymous() =>
        {
            AuthError::new(AuthErrorKind::MissingCredentials).with_source(error)
        }
        _ => error,
    }
}

/// The challenges of the layer that let the caller in, for refusals further in.
pub(crate) fn write_challenges(
    error: &AuthError,
    extensions: &Extensions,
    headers: &mut HeaderMap,
) {
    let challenges = Evidence::of(extensions).and_then(|evidence| evidence.challenges.as_ref());
    if let Some(challenges) = challenges {
        challenges.write(error, headers);
    }
}
