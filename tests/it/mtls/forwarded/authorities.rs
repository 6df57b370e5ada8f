//! Forwarded chains, verified again.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Request;
use tower_auth::{
    AuthErrorKind, ClientCertificate, ForwardedAuthorities, ForwardedCertificates, ProxyProof,
};

use super::{ALICE, BOB, answer, base64_of, captured, layer, name, outcome, pem, trusted};
use crate::support::pki::{Authority, Certified, client};

const NAME: &str = "spiffe://example/alice";

async fn found(
    source: ForwardedCertificates,
    authorities: ForwardedAuthorities,
    request: http::request::Builder,
) -> Result<String, AuthErrorKind> {
    let layer = layer(source, ProxyProof::unix_socket()).with_authorities(authorities);
    let (response, probe) = answer(&layer, trusted(request)).await;
    outcome(&response, &probe)
}

async fn shown(
    authorities: ForwardedAuthorities,
    leaf: &Certified,
) -> Result<String, AuthErrorKind> {
    let request = Request::builder().header("x-own", STANDARD.encode(leaf.der()));
    found(ForwardedCertificates::from_haproxy(name("x-own")), authorities, request).await
}

fn serial(leaf: &Certified) -> Vec<u8> {
    let certificate = ClientCertificate::from_der(leaf.der()).unwrap();
    let bytes = certificate.serial().split(':').map(|pair| u8::from_str_radix(pair, 16).unwrap());
    bytes.collect()
}

#[tokio::test]
async fn a_chain_that_a_real_proxy_forwards_leads_to_its_authority() {
    let lab = || ForwardedAuthorities::from_pem(pem("ca")).unwrap();
    let xfcc = ForwardedCertificates::from_xfcc;
    assert_eq!(found(xfcc(), lab(), captured("envoy", "alice")).await.as_deref(), Ok(ALICE));
    assert_eq!(
        found(xfcc(), lab(), captured("envoy", "bob-inter.chain")).await.as_deref(),
        Ok(BOB)
    );
    // Without its intermediate authority a chain leads nowhere, unless that one is known.
    let alone =
        || Request::builder().header("client-cert", format!(":{}:", base64_of("bob-inter")));
    let source = ForwardedCertificates::from_client_cert;
    let refused = found(source(), lab(), alone()).await;
    assert_eq!(refused, Err(AuthErrorKind::InvalidCredentials));
    let both = ForwardedAuthorities::from_pem(pem("ca") + &pem("inter")).unwrap();
    assert_eq!(found(source(), both, alone()).await.as_deref(), Ok(BOB));
    let chained = alone().header("client-cert-chain", format!(":{}:", base64_of("inter")));
    assert_eq!(found(source(), lab(), chained).await.as_deref(), Ok(BOB));
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let authority = Authority::new("authority");
    let known = || ForwardedAuthorities::from_pem(authority.pem()).unwrap();
    assert_eq!(shown(known(), &authority.client(NAME)).await.as_deref(), Ok(NAME));
    // The same name, by somebody who calls itself the same.
    let other = Authority::new("authority").client(NAME);
    assert_eq!(shown(known(), &other).await, Err(AuthErrorKind::InvalidCredentials));
    let ended = authority.sign(&client(NAME).valid((2020, 1, 1), (2021, 1, 1)));
    assert_eq!(shown(known(), &ended).await, Err(AuthErrorKind::ExpiredCredentials));
}

#[tokio::test]
async fn a_revoked_certificate_and_one_of_unknown_state_are_refused() {
    let authority = Authority::new("authority");
    let (good, bad) = (authority.client(NAME), authority.client(NAME));
    let with =
        |list: String| ForwardedAuthorities::from_pem_with_crls(authority.pem(), list).unwrap();
    let list = || authority.revocation_list(&[serial(&bad)], (2100, 1, 1));
    assert_eq!(shown(with(list()), &good).await.as_deref(), Ok(NAME));
    assert_eq!(shown(with(list()), &bad).await, Err(AuthErrorKind::InvalidCredentials));

    let of_another = Authority::new("another").revocation_list(&[], (2100, 1, 1));
    assert_eq!(shown(with(of_another), &good).await, Err(AuthErrorKind::InvalidCredentials));
    let of_yesterday = authority.revocation_list(&[], (2026, 2, 1));
    assert_eq!(shown(with(of_yesterday), &good).await, Err(AuthErrorKind::InvalidCredentials));
}

#[tokio::test]
async fn a_list_that_changes_counts_from_the_next_request_on() {
    let authority = Authority::new("authority");
    let leaf = authority.client(NAME);
    let with = |revoked: &[Vec<u8>]| {
        let list = authority.revocation_list(revoked, (2100, 1, 1));
        ForwardedAuthorities::from_pem_with_crls(authority.pem(), list).unwrap()
    };
    let authorities = with(&[]);
    let in_the_layer = authorities.clone();
    assert_eq!(shown(in_the_layer.clone(), &leaf).await.as_deref(), Ok(NAME));
    authorities.replace(&with(&[serial(&leaf)]));
    let refused = shown(in_the_layer.clone(), &leaf).await;
    assert_eq!(refused, Err(AuthErrorKind::InvalidCredentials));
    // The other authority alone, and back.
    let other = Authority::new("other");
    authorities.replace(&ForwardedAuthorities::from_pem(other.pem()).unwrap());
    assert_eq!(shown(in_the_layer.clone(), &other.client(NAME)).await.as_deref(), Ok(NAME));
    assert!(shown(in_the_layer.clone(), &leaf).await.is_err());
    authorities.replace(&with(&[]));
    assert_eq!(shown(in_the_layer, &leaf).await.as_deref(), Ok(NAME));
}

#[test]
fn authorities_that_are_none_are_refused() {
    assert!(ForwardedAuthorities::from_pem("").is_err());
    assert!(ForwardedAuthorities::from_pem("-----BEGIN CERTIFICATE-----\nA").is_err());
    let error = ForwardedAuthorities::from_pem_with_crls("", "").unwrap_err();
    assert_eq!(error.problems().count(), 2, "{error}");
    assert!(ForwardedAuthorities::from_pem_with_crls(pem("ca"), pem("ca")).is_err());
}

/// It would be passed over, and a certificate that it revokes let in.
#[test]
fn a_list_among_the_authorities_is_a_mistake() {
    let authority = Authority::new("authority");
    let list = authority.revocation_list(&[vec![7]], (2100, 1, 1));
    let bundle = format!("{}{list}", authority.pem());
    let refused = [
        ForwardedAuthorities::from_pem(&bundle).unwrap_err(),
        ForwardedAuthorities::from_pem_with_crls(&bundle, &list).unwrap_err(),
    ];
    for error in refused {
        assert!(error.to_string().contains("a revocation list is among them"), "{error}");
    }
    assert!(ForwardedAuthorities::from_pem_with_crls(authority.pem(), list).is_ok());
}
