//! [`Explanation`]: why a policy decides as it does.

use std::{error::Error, fmt, iter};

use http::Request;

use crate::{
    error::{AuthError, AuthErrorKind},
    identity::Identity,
    permission::Permissions,
    policy::{Access, Head, Policy, Rules, judge::Version, rules::Position},
    tenant::Tenant,
};

/// Why a [`Policy`] decides as it does about one request: which rule is for it, what the caller holds of
/// what it asks, and what is missing.
///
/// It is for those who run the service; nothing of it is sent to a client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Explanation {
    version: u64,
    rule: Option<String>,
    access: Access,
    held: Vec<String>,
    missing: Vec<String>,
    refusal: Option<(AuthErrorKind, String)>,
}

impl Policy {
    /// Explains what the policy decides about a request of this caller, for the tenant that it acts for.
    ///
    /// Nobody in particular is [`Identity::anonymous`]. It is decided by what the policy knows: whether the
    /// caller belongs to the tenant, and whether credentials are good, is asked by other layers. A
    /// [rehearsal](Self::danger_rehearse) is explained as if it were none.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use tower_auth::{ClaimPermissions, Identity, PathRules, Policy};
    ///
    /// let rules = PathRules::builder().path("/orders/**", "orders:read").build()?;
    /// let policy = Policy::new(rules, ClaimPermissions::at("scope"));
    /// let alice = Identity::new("alice").with_claim("scope", "invoices:read");
    /// let request = Request::get("/orders/7").body(())?;
    /// assert_eq!(
    ///     policy.explain(&alice, None, &request).to_string(),
    ///     "denied (permission_denied: requires orders:read) by rules[0] /orders/**, version 1: \
    ///      requires orders:read; held: nothing of it; missing: orders:read",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain<B>(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
        request: &Request<B>,
    ) -> Explanation {
        let version = self.current();
        match version.find(Head::of_request(request)) {
            Ok(position) => explained(&version, position, identity, tenant),
            Err(error) => Explanation {
                version: version.number,
                rule: None,
                access: Access::Denied,
                held: Vec::new(),
                missing: Vec::new(),
                refusal: Some((error.kind(), reason(&error))),
            },
        }
    }
}

fn explained(
    version: &Version,
    position: Position,
    identity: &Identity,
    tenant: Option<&Tenant>,
) -> Explanation {
    let judgement = version.judge(position, Some(identity), tenant);
    let (held, missing) = match &judgement.permissions {
        Some(permissions) => held_and_missing(&version.rules, position, permissions),
        None => <_>::default(),
    };
    Explanation {
        version: version.number,
        rule: version.rules.name(position),
        access: version.rules.access(position).clone(),
        held,
        missing,
        refusal: judgement.result.err().map(|error| (error.kind(), reason(&error))),
    }
}

fn held_and_missing(
    rules: &Rules,
    position: Position,
    permissions: &Permissions,
) -> (Vec<String>, Vec<String>) {
    let Access::Requires(requirement) = rules.access(position) else { return <_>::default() };
    let names = requirement.names().into_iter();
    let held = names.filter(|name| permissions.contains(name)).map(str::to_owned).collect();
    let missing = requirement.unmet(permissions).iter().map(ToString::to_string).collect();
    (held, missing)
}

/// What no client is told.
fn reason(error: &AuthError) -> String {
    let chain = iter::successors(error.source(), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Explanation {
    /// Whether the request is let through.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        self.refusal.is_none()
    }

    /// Why the request is refused; `None` where it is let through.
    #[must_use]
    pub fn refusal(&self) -> Option<AuthErrorKind> {
        self.refusal.as_ref().map(|(kind, _)| *kind)
    }

    /// The rule for the request, by its place in the document and its service or pattern; `None` where
    /// no rule is for it.
    #[must_use]
    pub fn rule(&self) -> Option<&str> {
        self.rule.as_deref()
    }

    /// What the rule asks.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// The permissions that the rule names and the caller holds.
    pub fn held(&self) -> impl Iterator<Item = &str> {
        self.held.iter().map(String::as_str)
    }

    /// The permissions, or `not` and a permission, for want of which the requirement is not met. Of
    /// alternatives each is listed; one of them would do.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.missing.iter().map(String::as_str)
    }

    /// The version of the policy by which it was decided.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.refusal {
            None => f.write_str("allowed")?,
            Some((kind, reason)) if reason.is_empty() => write!(f, "denied ({kind})")?,
            Some((kind, reason)) => write!(f, "denied ({kind}: {reason})")?,
        }
        let rule = self.rule.as_deref().unwrap_or("no rule");
        write!(f, " by {rule}, version {}: {}", self.version, self.access)?;
        if matches!(self.access, Access::Requires(_)) {
            let listed = |names: &[String], none: &str| match names {
                [] => none.to_owned(),
                names => names.join(", "),
            };
            let held = listed(&self.held, "nothing of it");
            let missing = listed(&self.missing, "nothing");
            write!(f, "; held: {held}; missing: {missing}")?;
        }
        Ok(())
    }
}
