//! Who gets in.

use std::convert::Infallible;

use http::{HeaderName, Request, Response};
use tonic::{body::Body, service::Routes};
use tower::util::BoxCloneSyncServiceLayer;
use tower_auth::{
    CertificateRules, ConfigError, Identity, Issuer, JwtAuthLayer, JwtVerifier, Keys, Membership,
    MessageAuthorizer, MtlsIdentityLayer, Policy, RpcRules, TemporalPermissions, Tenant,
    TenantLayer, TestAuthority,
};

use crate::{answers::Answers, folder::TRUST_DOMAIN, issuer::AUDIENCE};

/// Every method that there is, with what it asks: the table of Temporal's own authorizer. What is not in
/// it is denied.
const RULES: &str = include_str!("../../temporal_rules/rules.json");

/// The methods of Temporal's API, by the descriptors that this was built with.
#[cfg(test)]
const METHODS: &str = include_str!(concat!(env!("OUT_DIR"), "/methods.txt"));

/// What looks at calls, and what looks at the messages in them.
pub(crate) struct Guard {
    pub(crate) layer: Layers,
    pub(crate) messages: MessageAuthorizer,
}

/// Layers around all services of the server.
pub(crate) type Layers =
    BoxCloneSyncServiceLayer<Routes, Request<Body>, Response<Body>, Infallible>;

/// A certificate **and** a token, then the namespace, then the table.
///
/// All but the open methods, GetSystemInfo and health: a client that connects calls GetSystemInfo first,
/// names no namespace with it, and gives up where it is refused. So the default does not look at the
/// token there: one that has ended is told so by the first call that needs it, which the client can
/// try again. Temporal does look at it.
///
/// The namespace is that of the field `temporal-namespace`, which every SDK sends, and the message must be
/// for the same one. A Temporal server looks at the message only. Without the field only roles of the
/// system count, which they do in every namespace.
pub(crate) fn build(issuer: &TestAuthority, answers: &Answers) -> Result<Guard, ConfigError> {
    let certificate = MtlsIdentityLayer::new(CertificateRules::spiffe([TRUST_DOMAIN])?);
    let token = JwtAuthLayer::new(verifier(issuer)?);
    // Who belongs to a namespace is what the permissions say.
    let membership = Membership::rule(|_: &Identity, _: &Tenant| true);
    let namespace = TenantLayer::from_header(HeaderName::from_static("temporal-namespace"))
        .with_membership(membership.clone())
        .allow_absent()
        .with_rejection(answers.of_authorization());
    let policy = Policy::new(RpcRules::from_json(RULES)?, TemporalPermissions::new());
    let messages = MessageAuthorizer::of(&policy).allow_tenant_of_message(membership);

    let layer = if answers.are_temporal() {
        let certificate = certificate.with_rejection(answers.of_authentication());
        let token = token.allow_anonymous().with_rejection(answers.of_authentication());
        let policy = policy.with_rejection(answers.of_authorization());
        Layers::new((certificate, token, namespace, policy))
    } else {
        let certificate = certificate.with_rejection(answers.of_authentication());
        let token = token.with_rejection(answers.of_authentication());
        let guard = policy.guard((certificate, token, namespace));
        Layers::new(guard.with_rejection(answers.of_authorization()))
    };
    Ok(Guard { layer, messages })
}

fn verifier(issuer: &TestAuthority) -> Result<JwtVerifier, ConfigError> {
    let keys = Keys::from_jwks_url(issuer.jwks_url());
    JwtVerifier::builder().issuer(Issuer::new(issuer.issuer(), AUDIENCE, keys)).build()
}

#[cfg(test)]
mod tests {
    use tower_auth::RuleLint;

    use super::{METHODS, RULES, RpcRules};

    /// A method that Temporal adds is found here, and not by a client that is refused.
    #[test]
    fn every_method_of_the_api_has_a_rule() {
        let lints = RpcRules::from_json(RULES).unwrap().lint(METHODS.lines());
        let of_api: Vec<_> = lints.into_iter().filter(|lint| !is_of_other_services(lint)).collect();
        assert_eq!(of_api, []);
        assert!(METHODS.lines().count() > 130, "the descriptors hold the whole API");
    }

    /// Those that the server itself has beside its API.
    fn is_of_other_services(lint: &RuleLint) -> bool {
        let lint = lint.to_string();
        ["grpc.health", "adminservice", "nexusservice"].iter().any(|name| lint.contains(name))
    }
}
