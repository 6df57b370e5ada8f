//! Envoy's field: its grammar, and which element counts.

use tower_auth::{AuthErrorKind, ForwardedCertificates};

use super::{ALICE, BOB, bringing, escaped, name, pem, subject};

const MESH_A: &str = "spiffe://lab.test/ns/mesh/sa/mesh-a";
const MESH_B: &str = "spiffe://lab.test/ns/mesh/sa/mesh-b";

fn cert(file: &str) -> String {
    format!("Cert=\"{}\"", escaped(&pem(file)))
}

/// What a proxy appends about its peer.
fn element(by: &str, file: &str, uri: &str) -> String {
    format!("By={by};{};Subject=\"CN=x\";URI={uri}", cert(file))
}

async fn found(source: ForwardedCertificates, value: &str) -> Result<String, AuthErrorKind> {
    subject(source, bringing(&name("x-forwarded-client-cert"), value)).await
}

const UNREADABLE: Result<&str, &AuthErrorKind> = Err(&AuthErrorKind::UnreadableCredentials);
const NOBODY: Result<&str, &AuthErrorKind> = Err(&AuthErrorKind::MissingCredentials);

#[tokio::test]
async fn cert_05_the_right_most_element_counts() {
    let field = format!("{},{}", cert("alice"), cert("bob-inter"));
    let right_most = found(ForwardedCertificates::from_xfcc(), &field).await;
    assert_eq!(right_most.as_deref(), Ok(BOB));
    let before = found(ForwardedCertificates::from_xfcc_hops(1), &field).await;
    assert_eq!(before.as_deref(), Ok(ALICE));
    let too_far = found(ForwardedCertificates::from_xfcc_hops(2), &field).await;
    assert_eq!(too_far.as_deref(), NOBODY);
}

#[tokio::test]
async fn an_element_is_found_by_the_proxy_that_wrote_it() {
    let by_a = || ForwardedCertificates::from_xfcc_by(MESH_A);
    let (from_a, from_b) = (element(MESH_A, "alice", ALICE), element(MESH_B, "mesh-a", MESH_A));
    assert_eq!(found(by_a(), &from_a).await.as_deref(), Ok(ALICE));
    assert_eq!(found(by_a(), &format!("{from_a},{from_b}")).await.as_deref(), Ok(ALICE));
    assert_eq!(found(by_a(), &format!("{from_a}, {from_b}")).await.as_deref(), Ok(ALICE));
    // An anonymous client at the outer proxy: the only element is about that proxy.
    assert_eq!(found(by_a(), &from_b).await.as_deref(), NOBODY);
    let with_another_san = from_a.replacen("By=", "By=spiffe://lab.test/other;By=", 1);
    assert_eq!(found(by_a(), &with_another_san).await.as_deref(), Ok(ALICE));
}

#[tokio::test]
async fn a_forged_element_to_the_left_is_not_the_client() {
    let by_a = || ForwardedCertificates::from_xfcc_by(MESH_A);
    let forged = element("x", "alice", ALICE);
    let (from_a, from_b) = (element(MESH_A, "bob-inter", BOB), element(MESH_B, "mesh-a", MESH_A));
    let field = format!("{forged},{from_a},{from_b}");
    assert_eq!(found(by_a(), &field).await.as_deref(), Ok(BOB));
    assert_eq!(found(ForwardedCertificates::from_xfcc_hops(1), &field).await.as_deref(), Ok(BOB));
    // With the proxy's own name, it makes two of them.
    let field = format!("{},{from_a},{from_b}", element(MESH_A, "alice", ALICE));
    assert_eq!(found(by_a(), &field).await.as_deref(), UNREADABLE);
}

#[tokio::test]
async fn who_goes_around_the_outer_proxy_cannot_write_its_element() {
    let by_a = || ForwardedCertificates::from_xfcc_by(MESH_A);
    let forged = element(MESH_A, "alice", ALICE);
    // The inner proxy says who its peer was.
    let about_bob = element(MESH_B, "bob-inter", BOB);
    assert_eq!(found(by_a(), &format!("{forged},{about_bob}")).await.as_deref(), UNREADABLE);
    // Without a name of its own, or with one that it claims the proxy to have as well.
    let about_nobody = element(MESH_B, "no-san", "");
    let two_names = forged.replacen("By=", &format!("By=;By={BOB};By="), 1);
    for about in [&about_bob, &about_nobody] {
        assert_eq!(found(by_a(), &format!("{two_names},{about}")).await.as_deref(), UNREADABLE);
    }
    // As a whole row that fits together.
    let row = format!("{forged},{},{about_bob}", element(BOB, "mesh-a", MESH_A));
    assert_eq!(found(by_a(), &row).await.as_deref(), UNREADABLE);
}

#[tokio::test]
async fn a_hash_is_no_identity() {
    let hash = "bb13067a9b165abdbc984e139f88a610f8b60e0d41dfcda256466d4b4f0ce19a";
    for field in [
        format!("Hash={hash}"),
        format!("By={MESH_A};Hash={hash};Subject=\"CN=admin\";URI={ALICE}"),
        format!("Chain=\"{}\"", escaped(&pem("alice"))),
        "Cert=".to_owned(),
        "Cert=\"\"".to_owned(),
    ] {
        let source = ForwardedCertificates::from_xfcc();
        assert_eq!(found(source, &field).await.as_deref(), UNREADABLE, "{field}");
    }
}

#[tokio::test]
async fn hash_and_chain_must_be_those_of_the_certificate() {
    let source = ForwardedCertificates::from_xfcc;
    let hash = "bb13067a9b165abdbc984e139f88a610f8b60e0d41dfcda256466d4b4f0ce19a";
    let chain = |files: &[&str]| {
        let pem: String = files.iter().map(|file| pem(file)).collect();
        format!("{};Chain=\"{}\"", cert("alice"), escaped(&pem))
    };
    let alice = cert("alice");
    for good in [
        format!("Hash={hash};{alice}"),
        format!("{alice};hash={}", hash.to_uppercase()),
        chain(&["alice", "ca"]),
        chain(&["alice"]),
    ] {
        assert_eq!(found(source(), &good).await.as_deref(), Ok(ALICE), "{good}");
    }
    for bad in [
        format!("Hash={};{alice}", hash.replace('b', "c")),
        format!("Hash=;{alice}"),
        chain(&["ca", "alice"]),
        chain(&["bob-inter"]),
        chain(&[]),
        chain(&["alice", "ca", "ca", "ca", "ca", "ca", "ca", "ca", "ca"]),
    ] {
        assert_eq!(found(source(), &bad).await.as_deref(), UNREADABLE, "{bad}");
    }
}

#[tokio::test]
async fn cert_05_quotes_hide_separators() {
    let alice = cert("alice");
    for field in [
        format!(r#"Subject="CN=a\",Cert=b;\\,=";{alice}"#),
        format!(r#"{alice};Subject="O=\\""#),
        format!(r#"{alice};Subject="CN=Zo\C3\AB, \"Inc\"; \<x\>=1""#),
        format!("{alice};URI=;URI=a;DNS=a;DNS=b;Unknown=1;Other=\"\""),
        format!("CERT={}", &alice[5..]),
    ] {
        let source = ForwardedCertificates::from_xfcc();
        assert_eq!(found(source, &field).await.as_deref(), Ok(ALICE), "{field}");
    }
}

#[tokio::test]
async fn cert_05_any_error_anywhere_refuses_all() {
    let alice = cert("alice");
    let bare = &alice[5..];
    for field in [
        format!(",{alice}"),
        format!("{alice},"),
        format!("a,{alice}"),
        format!("=a;{alice}"),
        format!(";{alice}"),
        format!("{alice};"),
        format!("{alice};{alice}"),
        format!("{alice};cert={bare}"),
        format!("{alice};Subject=\"a\";Subject=\"b\"").replace("Subject", "Hash"),
        format!("{alice};Subject=\"a"),
        format!("{alice};Subject=a\"b\""),
        format!("{alice};Subject=\"a\"b"),
        format!("{alice};Subject=\"a\"\"b\""),
        format!(r#"{alice};Subject="a\""#),
        format!(r"{alice};URI=a\b"),
        format!("{alice};a b=c"),
        format!("URI=\",{alice}"),
        "spiffe://lab.test/ns/acme/sa/alice".to_owned(),
    ] {
        let source = ForwardedCertificates::from_xfcc();
        assert_eq!(found(source, &field).await.as_deref(), UNREADABLE, "{field}");
    }
}
