//! A policy, held against a table of what its authors expect.

use std::fmt;

use http::Request;

use crate::{
    error::AuthErrorKind,
    identity::Identity,
    policy::{Explanation, Policy},
    tenant::Tenant,
};

/// A cell of a table that a [`Policy`] decides differently.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PolicyDifference {
    /// Which cell, from 0.
    pub cell: usize,
    /// Who calls what.
    pub asked: String,
    /// What the table says: `Ok`, or the kind of the refusal.
    pub expected: Result<(), AuthErrorKind>,
    /// What the policy says, and why.
    pub explanation: Explanation,
}

/// All cells of a table that a [`Policy`] decides differently.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", listed(.0))]
pub struct PolicyDifferences(Vec<PolicyDifference>);

impl Policy {
    /// Holds the policy against a table: who, for which tenant, asks for what, and what is expected.
    ///
    /// It is for tests; the whole table is looked at, and what differs is told with the reason.
    ///
    /// # Errors
    ///
    /// Every cell that differs.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use tower_auth::{AuthErrorKind, ClaimPermissions, Identity, PathRules, Policy};
    ///
    /// let rules = PathRules::builder().path("/orders/**", "orders:read").expose("/health").build()?;
    /// let policy = Policy::new(rules, ClaimPermissions::at("scope"));
    ///
    /// let nobody = Identity::anonymous();
    /// let clerk = Identity::new("clerk").with_claim("scope", "orders:read");
    /// let get = |path: &str| Request::get(path).body(()).unwrap();
    /// policy.permits([
    ///     (&nobody, None, get("/health"), Ok(())),
    ///     (&nobody, None, get("/orders/7"), Err(AuthErrorKind::MissingCredentials)),
    ///     (&clerk, None, get("/orders/7"), Ok(())),
    ///     (&clerk, None, get("/invoices"), Err(AuthErrorKind::PermissionDenied)),
    /// ])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn permits<'c, B>(
        &self,
        table: impl IntoIterator<
            Item = (&'c Identity, Option<&'c Tenant>, Request<B>, Result<(), AuthErrorKind>),
        >,
    ) -> Result<(), PolicyDifferences> {
        let differs =
            |(cell, (identity, tenant, request, expected)): (usize, (&'c Identity, _, _, _))| {
                let explanation = self.explain(identity, tenant, &request);
                let decided = explanation.refusal().map_or(Ok(()), Err);
                (decided != expected).then(|| {
                    let asked = asked(identity, tenant, &request);
                    PolicyDifference { cell, asked, expected, explanation }
                })
            };
        let differences: Vec<_> = table.into_iter().enumerate().filter_map(differs).collect();
        if differences.is_empty() { Ok(()) } else { Err(PolicyDifferences(differences)) }
    }
}

fn asked<B>(identity: &Identity, tenant: Option<&Tenant>, request: &Request<B>) -> String {
    let (subject, method, path) = (identity.subject(), request.method(), request.uri().path());
    match tenant {
        Some(tenant) => format!("{subject} for {tenant}: {method} {path}"),
        None => format!("{subject}: {method} {path}"),
    }
}

impl PolicyDifferences {
    /// The cells, in the order of the table.
    #[must_use]
    pub fn cells(&self) -> &[PolicyDifference] {
        &self.0
    }
}

fn listed(differences: &[PolicyDifference]) -> String {
    let lines: Vec<_> = differences.iter().map(ToString::to_string).collect();
    format!("{} cells differ:\n- {}", lines.len(), lines.join("\n- "))
}

impl fmt::Display for PolicyDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cell, asked, expected, explanation } = self;
        match expected {
            Ok(()) => write!(f, "cell {cell}, {asked}: expected allowed, but {explanation}"),
            Err(kind) => write!(f, "cell {cell}, {asked}: expected {kind}, but {explanation}"),
        }
    }
}
