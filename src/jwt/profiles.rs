//! Issuers of well-known providers, set up as those make their tokens.

use std::time::Duration;

use crate::jwt::{
    Algorithm, Issuer, Keys,
    rules::{Audience, Rules},
};

impl Issuer {
    /// Tokens by the rules of the Temporal server, for those who move over from it.
    ///
    /// Where the rules differ from [`new`](Self::new):
    ///
    /// | | here | `new` |
    /// |---|---|---|
    /// | `iss` | not looked at: every issuer whose key it is | required, exact |
    /// | `aud` | not looked at, unless set by [`with_audience`](Self::with_audience) | required |
    /// | `exp` | optional; no leeway | required; 30 s of leeway |
    /// | `iat` | not in the future | any date |
    /// | `sub` | a string, perhaps an empty one | not empty |
    /// | `kid` | required | optional |
    /// | `typ`, ID tokens | not looked at, but for logout tokens | `JWT` or `at+jwt`, no ID tokens |
    /// | algorithms | RS256 and ES256 | every asymmetric one |
    ///
    /// The two that Temporal leaves to chance are kept strict: an `exp` of 0 is in the past, and
    /// neither claims nor header may have a member twice.
    ///
    /// Without an audience, each token that the keys' owner ever signed is good, whomever it was made
    /// for. A verifier judges by this only tokens whose `iss` is none of its other issuers.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{Issuer, JwtVerifier, Keys};
    ///
    /// let keys = Keys::from_jwks_url("https://login.example.com/jwks.json");
    /// let verifier = JwtVerifier::builder()
    ///     .issuer(Issuer::temporal(keys).with_audience("temporal"))
    ///     .build()?;
    /// # let _ = verifier;
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    pub fn temporal(keys: impl Into<Keys>) -> Self {
        let mut rules = Rules::new(Audience::Any);
        rules.kind.any_type = true;
        rules.kind.id_tokens = true;
        rules.leeway = Duration::ZERO;
        rules.without_expiry = true;
        rules.issued_in_the_past = true;
        rules.kid_required = true;
        rules.empty_subject = true;
        Self {
            name: None,
            keys: keys.into(),
            algorithms: vec![Algorithm::RS256, Algorithm::ES256],
            tenants: None,
            rules,
        }
    }
}

#[cfg(feature = "jwks")]
impl Issuer {
    /// Access tokens of version 2 by Microsoft Entra ID (Azure AD) for one of its tenants.
    ///
    /// `tenant` is the directory's id; `audience` the client id of the API's registration. App roles
    /// are in the claim `roles`, delegated scopes in `scp`. Which version an API gets is set in its
    /// registration (`requestedAccessTokenVersion`); add [`azure_v1`](Self::azure_v1) where both
    /// come.
    pub fn azure_v2(tenant: &str, audience: impl Into<String>) -> Self {
        let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
        Self::new(issuer, audience, azure_keys(tenant)).with_required_value("tid", tenant)
    }

    /// Access tokens of version 1 by Microsoft Entra ID (Azure AD) for one of its tenants.
    ///
    /// `audience` is the application ID URI of the API: `api://..`.
    pub fn azure_v1(tenant: &str, audience: impl Into<String>) -> Self {
        let issuer = format!("https://sts.windows.net/{tenant}/");
        Self::new(issuer, audience, azure_keys(tenant)).with_required_value("tid", tenant)
    }

    /// Access tokens of a Keycloak realm.
    ///
    /// `server` is the address as clients see it, such as `https://login.example.com`. Keycloak puts
    /// a service into `aud` only where an audience mapper or a client role says so. Roles of the
    /// realm are in `realm_access.roles`; those of a client in `/resource_access/<client>/roles`,
    /// apart from each other: give only one of the two paths to a mapper.
    pub fn keycloak(server: &str, realm: &str, audience: impl Into<String>) -> Self {
        let issuer = format!("{}/realms/{realm}", server.strip_suffix('/').unwrap_or(server));
        Self::new(issuer, audience, Keys::from_openid_discovery())
    }

    /// Access tokens of an Auth0 tenant: `domain` is `example.eu.auth0.com` or a domain of your own.
    ///
    /// `audience` is the identifier of the API. Permissions are in the claim `permissions` where the
    /// API has "Add Permissions in the Access Token", scopes in `scope`.
    pub fn auth0(domain: &str, audience: impl Into<String>) -> Self {
        Self::new(format!("https://{domain}/"), audience, Keys::from_openid_discovery())
            .with_algorithms([Algorithm::RS256, Algorithm::PS256])
    }

    /// Access tokens of an Okta custom authorization server: `domain` is `example.okta.com`, `server`
    /// its id, such as `default`.
    ///
    /// Tokens of Okta's own server (the one without an id) are for Okta and cannot be verified.
    /// Scopes are in the claim `scp`; groups come where a claim is set up for them.
    pub fn okta(domain: &str, server: &str, audience: impl Into<String>) -> Self {
        let issuer = format!("https://{domain}/oauth2/{server}");
        Self::new(issuer, audience, Keys::from_openid_discovery())
            .with_algorithms([Algorithm::RS256])
    }
}

/// The keys of both versions.
#[cfg(feature = "jwks")]
fn azure_keys(tenant: &str) -> Keys {
    Keys::from_jwks_url(format!("https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys"))
}
