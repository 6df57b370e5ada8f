//! [`Version`]: the rules and the mapper of one moment, and what they say about a request.

use std::sync::Arc;

use http::{Method, Uri, request::Parts};

use crate::{
    error::{AuthError, AuthErrorKind},
    evidence::ask_anonymous_to_log_in,
    identity::Identity,
    permission::{Mapping, Permissions, Requirement},
    policy::{
        Access, Rules,
        rules::{Head, Position},
    },
    shared::Shared,
    tenant::Tenant,
};

/// What belongs together and is exchanged together.
pub(super) struct Version {
    /// Which policy it is of: those of other policies around this one do not count.
    pub(super) policy: u64,
    pub(super) number: u64,
    pub(super) rules: Rules,
    pub(super) mapper: Arc<Mapping>,
}

/// The rule for a request, found before anybody was asked who they are. It goes with the request, so
/// that all gates of the policy go by one version of it and read the path once.
#[derive(Clone)]
pub(crate) struct Ruling {
    pub(super) version: Shared<Version>,
    pub(super) position: Position,
    method: Method,
    uri: Uri,
}

impl Ruling {
    /// Finds the rule for a request.
    pub(super) fn find(version: Shared<Version>, parts: &Parts) -> Result<Self, AuthError> {
        let position = version.find(Head::of(parts))?;
        Ok(Self { version, position, method: parts.method.clone(), uri: parts.uri.clone() })
    }

    /// Whether it is still about this request. A check between the gates of a policy may have made
    /// another one of it.
    pub(super) fn is_of(&self, parts: &Parts) -> bool {
        self.uri.path() == parts.uri.path() && self.method == parts.method
    }

    pub(super) fn is_open(&self) -> bool {
        self.version.is_open(self.position)
    }
}

/// What a version says about a request.
pub(super) struct Judgement {
    /// What the caller holds, where it was asked.
    pub(super) permissions: Option<Permissions>,
    /// The requirement that was met, if there was one; or why the request is refused.
    pub(super) result: Result<Option<Requirement>, AuthError>,
}

impl Version {
    pub(super) fn find(&self, head: Head<'_>) -> Result<Position, AuthError> {
        let found = self.rules.find(head);
        found.map_err(|reason| AuthError::new(AuthErrorKind::AmbiguousPath).with_source(reason))
    }

    pub(super) fn is_open(&self, position: Position) -> bool {
        *self.rules.access(position) == Access::Open
    }

    pub(super) fn judge(
        &self,
        position: Position,
        identity: Option<&Identity>,
        tenant: Option<&Tenant>,
    ) -> Judgement {
        let refused = |error| Judgement { permissions: None, result: Err(error) };
        let access = self.rules.access(position);
        if *access == Access::Open {
            return Judgement { permissions: None, result: Ok(None) };
        }
        let Some(identity) = identity else {
            return refused(AuthError::misconfigured(
                "a policy must be inside of an authentication layer, or around it by `guard`",
            ));
        };
        let permissions = match self.mapper.permissions(identity, tenant) {
            Ok(permissions) => permissions,
            Err(error) => return refused(error),
        };
        let result = held_against(access, position.is_some(), identity, &permissions);
        let asked = |error: AuthError| {
            ask_anonymous_to_log_in(error.with_scheme(identity.method()), identity)
        };
        Judgement { permissions: Some(permissions), result: result.map_err(asked) }
    }
}

fn held_against(
    access: &Access,
    has_rule: bool,
    identity: &Identity,
    permissions: &Permissions,
) -> Result<Option<Requirement>, AuthError> {
    match access {
        Access::Requires(requirement) if requirement.is_met_by(permissions) => {
            Ok(Some(requirement.clone()))
        }
        Access::Requires(requirement) => Err(requirement.refusal()),
        Access::Authenticated if !identity.is_anonymous() => Ok(None),
        Access::Authenticated => Err(AuthErrorKind::MissingCredentials.into()),
        Access::Open => Ok(None),
        Access::Denied if !has_rule => {
            Err(AuthError::permission_denied("no rule is for this request"))
        }
        Access::Denied => Err(AuthError::permission_denied("a rule denies this to everybody")),
    }
}
