//! Every source with every membership, and in each cell somebody who asks for a tenant of others.

use std::fmt::Write;

use http::Request;
use rcgen::DnType;
use tower_auth::{
    AuthError, Basic, BasicAuthLayer, Identity, Membership, NameKind, PeerCertificates,
    RegisteredTenants, Tenant, TenantLayer, TenantSource, TenantState,
};

use super::{asking, header, of, tenant};
use crate::{
    gate::promise_12_tenant_agreement::outcome,
    support::{
        callers::{user, with},
        events::Events,
        pki::{Authority, Leaf},
    },
};

/// `alice@globex` is of globex by whatever may say so, and asks for acme where an identity can ask. The
/// part before the `@` is the role.
fn callers() -> BasicAuthLayer {
    BasicAuthLayer::new(async |user: Basic| {
        let (role, home) = user.username().split_once('@').unwrap_or_default();
        let identity = Identity::new(user.username())
            .with_issuer(format!("https://login.{home}.example"))
            .with_claim("asked", "acme")
            .with_claim("tid", home)
            .with_claim("tids", vec![home, "initech"])
            .with_claim("role", role);
        Ok::<_, AuthError>(identity)
    })
}

/// Asks for acme in every place that can be asked in.
fn for_acme(name: &str) -> Request<()> {
    let (_, home) = name.split_once('@').unwrap();
    let mut request = with(asking(user(name), "acme"), "host", "acme.example.com");
    *request.uri_mut() = "/tenants/acme/orders".parse().unwrap();
    let leaf =
        Leaf::of(&[(DnType::OrganizationName, "acme"), (DnType::OrganizationalUnitName, home)]);
    let der = Authority::new("ca").sign(&leaf).der();
    request.extensions_mut().insert(PeerCertificates::from_der([der]));
    request
}

fn sources() -> Vec<(&'static str, TenantLayer)> {
    let registry = RegisteredTenants::new(async |_: Tenant| Ok(TenantState::Active));
    let host = || TenantSource::host("example.com");
    let certificate = || TenantSource::certificate(NameKind::Organization);
    vec![
        ("header", TenantLayer::new(header())),
        ("host", TenantLayer::new(host())),
        ("path", TenantLayer::new(TenantSource::path("/tenants"))),
        ("claim", TenantLayer::new(TenantSource::claim("asked"))),
        ("certificate", TenantLayer::new(certificate())),
        ("fixed", TenantLayer::fixed(tenant("acme"))),
        ("registry", TenantLayer::new(header()).with_registry(registry)),
        ("all of", TenantLayer::new(TenantSource::all_of([header(), host(), certificate()]))),
        ("first of", TenantLayer::new(TenantSource::first_of([header(), certificate()]))),
    ]
}

type Set = fn(TenantLayer) -> TenantLayer;

/// A membership, and who belongs to acme by it.
fn memberships() -> Vec<(&'static str, &'static str, Set)> {
    fn issuers() -> Membership {
        Membership::issuers(
            ["acme", "globex"].map(|name| (format!("https://login.{name}.example"), tenant(name))),
        )
    }
    fn of_support(identity: &Identity, _: &Tenant) -> bool {
        identity.claims().str("role") == Some("support")
    }
    vec![
        ("claim equals", "alice@acme", |layer| {
            layer.with_membership(Membership::claim_equals("tid"))
        }),
        ("list contains", "alice@acme", |layer| {
            layer.with_membership(Membership::claim_contains("tids"))
        }),
        ("issuer", "alice@acme", |layer| layer.with_membership(issuers())),
        ("certificate", "alice@acme", |layer| {
            layer.with_membership(Membership::certificate(NameKind::OrganizationalUnit))
        }),
        ("rule", "alice@acme", |layer| {
            layer.with_membership_rule(|identity: &Identity, tenant: &Tenant| {
                identity.subject().ends_with(&format!("@{tenant}"))
            })
        }),
        ("operator rule", "support@globex", |layer| {
            layer.with_membership("tid").with_operators("support", of_support)
        }),
    ]
}

/// The answers to somebody of acme and to somebody of globex, who both ask for acme.
async fn cell(layer: TenantLayer, honest: &str, inside: bool) -> [(u16, Option<String>); 2] {
    let mut answers = Vec::new();
    for name in [honest, "alice@globex"] {
        let request = for_acme(name);
        answers.push(if inside {
            outcome((callers(), layer.clone()), request).await
        } else {
            outcome((layer.clone(), callers()), request).await
        });
    }
    answers.try_into().unwrap()
}

#[tokio::test]
async fn no_combination_lets_anybody_into_a_tenant_of_others() {
    let (mut table, mut cells) = (String::new(), 0);
    for inside in [false, true] {
        let place = if inside { "inside" } else { "outside" };
        write!(table, "\n{place:<12}").unwrap();
        for (membership, ..) in memberships() {
            write!(table, "| {membership:<14}").unwrap();
        }
        for (source, layer) in sources() {
            write!(table, "\n{source:<12}").unwrap();
            for (membership, honest, set) in memberships() {
                let [own, cross] = cell(set(layer.clone()), honest, inside).await;
                write!(table, "| {} / {:<8}", own.0, cross.0).unwrap();
                // There is no claim to read before anybody has been authenticated.
                let is_loud = source == "claim" && !inside;
                let expected =
                    if is_loud { [(500, None), (500, None)] } else { [of("acme"), (403, None)] };
                assert_eq!([own, cross], expected, "{source} by {membership}, {place}");
                cells += 1;
            }
        }
        table.push('\n');
    }
    println!("own tenant / tenant of others{table}");
    assert_eq!(cells, 2 * 9 * 6);
}

#[tokio::test]
async fn an_operator_is_in_the_log_by_rule_subject_and_tenant() {
    let (_, _, set) = memberships().pop().unwrap();
    let layer = || set(TenantLayer::new(header()));
    for inside in [false, true] {
        let events = Events::record();
        let [own, cross] = cell(layer(), "support@globex", inside).await;
        assert_eq!([own, cross], [of("acme"), (403, None)]);
        let used: Vec<_> =
            events.take().into_iter().filter(|event| !event.field("rule").is_empty()).collect();
        assert_eq!(used.len(), 1, "once, and not for the one who was refused");
        assert_eq!(used[0].level, tracing::Level::INFO);
        assert_eq!(used[0].field("rule"), "support");
        assert_eq!(used[0].field("subject"), "support@globex");
        assert_eq!(used[0].field("tenant"), "acme");
    }
}
