//! Names of a certificate that end the value in which Envoy writes them, and go on as somebody else.

use tower_auth::{AuthErrorKind, ForwardedCertificates};

use super::{ALICE, BOB, bringing, escaped, name, pem, subject};
use crate::support::pki::{Authority, Leaf, client};

const MESH_A: &str = "spiffe://lab.test/ns/mesh/sa/mesh-a";
const MESH_B: &str = "spiffe://lab.test/ns/mesh/sa/mesh-b";

const UNREADABLE: Result<&str, &AuthErrorKind> = Err(&AuthErrorKind::UnreadableCredentials);

/// What a proxy writes of a certificate with this name, which it does not quote.
fn written(by: &str, leaf: &Leaf, key: &str, value: &str) -> String {
    let cert = escaped(&Authority::new("authority").sign(leaf).pem());
    format!("By={by};Cert=\"{cert}\";Subject=\"CN=x\";{key}={value}")
}

fn cert(file: &str) -> String {
    format!("Cert=\"{}\"", escaped(&pem(file)))
}

async fn found(source: ForwardedCertificates, value: &str) -> Result<String, AuthErrorKind> {
    subject(source, bringing(&name("x-forwarded-client-cert"), value)).await
}

#[tokio::test]
async fn a_uri_that_goes_on_as_an_element_about_somebody_else_refuses_all() {
    let evil = format!("spiffe://lab.test/user/mallory,{};URI={ALICE}", cert("alice"));
    let field = written(MESH_B, &client(&evil), "URI", &evil);
    assert_eq!(found(ForwardedCertificates::from_xfcc(), &field).await.as_deref(), UNREADABLE);
    // The control: the right-most element taken by itself is alice's.
    let forged = &field[field.find(&cert("alice")).unwrap()..];
    assert_eq!(found(ForwardedCertificates::from_xfcc(), forged).await.as_deref(), Ok(ALICE));
}

#[tokio::test]
async fn a_uri_that_goes_on_as_a_row_of_proxies_refuses_all() {
    let row = format!(
        "By={MESH_A};{};URI={ALICE},By={MESH_B};{};URI={MESH_A}",
        cert("alice"),
        cert("mesh-a")
    );
    let evil = format!("spiffe://lab.test/user/mallory,{row}");
    let field = written(MESH_B, &client(&evil), "URI", &evil);
    let by_a = || ForwardedCertificates::from_xfcc_by(MESH_A);
    assert_eq!(found(by_a(), &field).await.as_deref(), UNREADABLE);
    assert_eq!(found(by_a(), &row).await.as_deref(), Ok(ALICE), "the control");
}

#[tokio::test]
async fn a_uri_that_adds_the_name_of_the_outer_proxy_refuses_all() {
    let evil = format!("spiffe://lab.test/user/mallory;URI={MESH_A}");
    let about_mallory = written(MESH_B, &client(&evil), "URI", &evil);
    let forged = format!("By={MESH_A};{};URI={ALICE}", cert("alice"));
    let by_a = || ForwardedCertificates::from_xfcc_by(MESH_A);
    let field = format!("{forged},{about_mallory}");
    assert_eq!(found(by_a(), &field).await.as_deref(), UNREADABLE);
    // Of a nearest proxy that does not add Cert nothing could be held against its words.
    let hashed =
        format!("{forged},By={MESH_B};Hash=00;URI=spiffe://lab.test/user/mallory;URI={MESH_A}");
    assert_eq!(found(by_a(), &hashed).await.as_deref(), UNREADABLE);
}

#[tokio::test]
async fn whom_the_nearest_proxy_saw_is_told_by_the_certificate() {
    let by_a = || ForwardedCertificates::from_xfcc_by(MESH_A);
    let forged = format!("By={MESH_A};{};URI={ALICE}", cert("alice"));
    let lie = format!("{forged},By={MESH_B};{};URI={MESH_A}", cert("bob-inter"));
    assert_eq!(found(by_a(), &lie).await.as_deref(), UNREADABLE);
}

#[tokio::test]
async fn names_that_are_written_as_they_are_do_no_harm() {
    let odd = "https://example/a?b=c:d&e=f";
    let field = written(MESH_B, &client(odd), "URI", odd);
    // The client's certificate is of today, and the clock of the laboratory is not far from it.
    assert_eq!(found(ForwardedCertificates::from_xfcc(), &field).await.as_deref(), Ok(odd));
    let field = format!("{};URI=,{};URI={BOB}", cert("no-san"), cert("bob-inter"));
    assert_eq!(found(ForwardedCertificates::from_xfcc(), &field).await.as_deref(), Ok(BOB));
}
