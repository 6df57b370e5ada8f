//! The gate of a [`Policy`].

use std::fmt;

use http::{header::AUTHORIZATION, request::Parts};
use tower::Layer;

use crate::{
    credentials::mark_sensitive,
    error::{AuthError, AuthErrorKind},
    evidence::Evidence,
    gate::{Check, Gate, Verdict},
    permission::{Permissions, Permitted},
    policy::{
        Policy,
        judge::{Judgement, Ruling},
    },
    rejection::DefaultRejection,
};

/// What a [`Policy`] grants: the permissions of the caller, and the proof that a requirement was met.
pub struct PolicyGrant {
    permissions: Option<Permissions>,
    permitted: Option<Permitted>,
    is_open: bool,
}

impl Policy {
    fn judge(&self, parts: &Parts) -> Result<PolicyGrant, AuthError> {
        let judged = self.ruling(parts).map(|ruling| judgement(&ruling, parts));
        let (permissions, result, is_open) = match judged {
            Ok((judgement, is_open)) => (judgement.permissions, judgement.result, is_open),
            Err(error) => (None, Err(error), false),
        };
        let permitted = match result {
            Ok(requirement) => requirement.map(Permitted::new),
            Err(error) if self.rehearses && is_of_rules(&error) => {
                self.note_would_be_refusal(&error, parts);
                None
            }
            Err(error) => return Err(error),
        };
        Ok(PolicyGrant { permissions, permitted, is_open })
    }
}

fn judgement(ruling: &Ruling, parts: &Parts) -> (Judgement, bool) {
    let evidence = Evidence::of(&parts.extensions);
    let identity = evidence.and_then(|evidence| evidence.identity.as_ref());
    let tenant = evidence.and_then(Evidence::agreed_tenant);
    (ruling.version.judge(ruling.position, identity, tenant), ruling.is_open())
}

/// Whether rules or mapper refuse, and not an outage or the wiring.
fn is_of_rules(error: &AuthError) -> bool {
    matches!(
        error.kind(),
        AuthErrorKind::AmbiguousPath
            | AuthErrorKind::MissingCredentials
            | AuthErrorKind::PermissionDenied
            | AuthErrorKind::TenantDenied
    )
}

impl Check for Policy {
    type Grant = PolicyGrant;

    fn name(&self) -> &'static str {
        "policy"
    }

    fn check(&self, parts: &Parts) -> Verdict<PolicyGrant> {
        match self.judge(parts) {
            Ok(grant) => Verdict::Granted(grant),
            Err(error) => Verdict::Denied(error),
        }
    }

    fn admit(&self, grant: PolicyGrant, parts: &mut Parts) {
        let PolicyGrant { permissions, permitted, is_open } = grant;
        if is_open {
            // Nobody has looked at what is in it, nor taken it out.
            mark_sensitive(&mut parts.headers, &AUTHORIZATION);
        }
        let evidence = Evidence::of_mut(&mut parts.extensions);
        // What another layer found is not what this policy granted, and what this one found is not
        // for a request that another layer may make of it.
        evidence.permitted = permitted;
        evidence.ruling = None;
        if permissions.is_some() {
            evidence.permissions = permissions;
        }
    }
}

impl<S> Layer<S> for Policy {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}

impl fmt::Debug for PolicyGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyGrant").finish_non_exhaustive()
    }
}
