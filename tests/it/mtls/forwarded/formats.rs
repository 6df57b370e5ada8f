//! Each way to write a certificate, strictly.

use http::Request;
use tower_auth::{AuthErrorKind, ForwardedCertificates};

use super::{ALICE, base64_of, bringing, escaped, name, pem, subject, trusted};

const UNREADABLE: Result<&str, &AuthErrorKind> = Err(&AuthErrorKind::UnreadableCredentials);

async fn assert_read(source: &ForwardedCertificates, field: &'static str, value: &str) {
    let found = subject(source.clone(), bringing(&name(field), value)).await;
    assert_eq!(found.as_deref(), Ok(ALICE), "{value}");
}

async fn assert_unreadable(source: &ForwardedCertificates, field: &'static str, value: &str) {
    let found = subject(source.clone(), bringing(&name(field), value)).await;
    assert_eq!(found.as_deref(), UNREADABLE, "{value}");
}

#[tokio::test]
async fn escaped_pem() {
    let source = ForwardedCertificates::from_nginx(name("x-own"));
    let good = escaped(&pem("alice"));
    assert_read(&source, "x-own", &good).await;
    assert_unreadable(&source, "x-own", &good.replace("%0A", "%0")).await;
    assert_unreadable(&source, "x-own", &good.replace("%0A", "%GG")).await;
    assert_unreadable(&source, "x-own", &good.replace("%0A", "%00")).await;
    assert_unreadable(&source, "x-own", &good.replace("%0A", "%+A")).await;
    assert_unreadable(&source, "x-own", &format!("{good}x")).await;
    assert_unreadable(&source, "x-own", &format!("x{good}")).await;
    assert_unreadable(&source, "x-own", &format!("{good}{good}")).await;
    assert_unreadable(&source, "x-own", &good.replace("CERTIFICATE", "X509%20CRL")).await;
    assert_unreadable(&source, "x-own", &escaped(&good)).await;
}

#[tokio::test]
async fn pem_with_spaces() {
    let source = ForwardedCertificates::from_apache(name("x-own"));
    let good = pem("alice").replace('\n', " ");
    assert_read(&source, "x-own", &good).await;
    assert_read(&source, "x-own", good.trim()).await;
    assert_unreadable(&source, "x-own", &escaped(&good)).await;
    assert_unreadable(&source, "x-own", &good.replace("-----END", "----END")).await;
    assert_unreadable(&source, "x-own", &format!("{good} {good}")).await;
    assert_unreadable(&source, "x-own", "-----BEGIN CERTIFICATE----- -----END CERTIFICATE-----")
        .await;
}

#[tokio::test]
async fn base64_der() {
    let source = ForwardedCertificates::from_haproxy(name("x-own"));
    let good = base64_of("alice");
    assert_read(&source, "x-own", &good).await;
    assert_unreadable(&source, "x-own", good.trim_end_matches('=')).await;
    assert_unreadable(&source, "x-own", &good.replace('/', "_")).await;
    assert_unreadable(&source, "x-own", &format!("{good},{good}")).await;
    assert_unreadable(&source, "x-own", &format!(":{good}:")).await;
    assert_unreadable(&source, "x-own", &good[..good.len() / 2 / 4 * 4]).await;
}

#[tokio::test]
async fn cert_07_nothing_follows_the_der() {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let source = ForwardedCertificates::from_haproxy(name("x-own"));
    let mut longer = super::der("alice");
    longer.push(0);
    assert_unreadable(&source, "x-own", &STANDARD.encode(longer)).await;
}

#[tokio::test]
async fn cert_01_client_cert_is_one_byte_sequence() {
    let source = ForwardedCertificates::from_client_cert();
    let good = base64_of("alice");
    assert_read(&source, "client-cert", &format!(":{good}:")).await;
    for bad in [
        good.clone(),
        format!(":{good}"),
        format!("{good}:"),
        format!(":{good}:;a=1"),
        format!(":{good}:, :{good}:"),
        format!("\"{good}\""),
        format!(": {good}:"),
    ] {
        assert_unreadable(&source, "client-cert", &bad).await;
    }
}

#[tokio::test]
async fn cert_02_the_chain_comes_with_its_certificate_and_does_not_repeat_it() {
    let (alice, ca) = (base64_of("alice"), base64_of("ca"));
    let with = |chain: String| {
        let request = Request::builder().header("client-cert", format!(":{alice}:"));
        trusted(request.header("client-cert-chain", chain))
    };
    let source = ForwardedCertificates::from_client_cert;
    assert_eq!(subject(source(), with(format!(":{ca}:"))).await.as_deref(), Ok(ALICE));
    assert_eq!(subject(source(), with(format!(":{ca}:, :{ca}:"))).await.as_deref(), Ok(ALICE));
    for bad in [
        format!(":{alice}:"),
        format!(":{ca}:, :{alice}:"),
        format!(":{ca}:,"),
        format!(":{ca}:;a"),
        ca.clone(),
        vec![format!(":{ca}:"); 8].join(","),
    ] {
        assert_eq!(subject(source(), with(bad.clone())).await.as_deref(), UNREADABLE, "{bad}");
    }
    assert_eq!(
        subject(source(), with(vec![format!(":{ca}:"); 7].join(","))).await.as_deref(),
        Ok(ALICE)
    );
    let alone = bringing(&name("client-cert-chain"), &format!(":{ca}:"));
    assert_eq!(subject(source(), alone).await.as_deref(), UNREADABLE);
}

#[tokio::test]
async fn traefik_separates_certificates_by_commas() {
    let source = ForwardedCertificates::from_traefik();
    let field = "x-forwarded-tls-client-cert";
    let (alice, ca) = (base64_of("alice"), base64_of("ca"));
    assert_read(&source, field, &alice).await;
    assert_read(&source, field, &format!("{alice},{ca}")).await;
    assert_unreadable(&source, field, &format!("{alice},")).await;
    assert_unreadable(&source, field, &format!("{alice}{}", format!(",{ca}").repeat(8))).await;
}

#[tokio::test]
async fn a_load_balancer_of_aws_keeps_three_characters() {
    let keep =
        |text: &str| escaped(text).replace("%2B", "+").replace("%3D", "=").replace("%2F", "/");
    let leaf = ForwardedCertificates::from_alb();
    let good = keep(&pem("alice"));
    assert!(good.contains('+') && good.contains('/') && good.contains('='));
    assert_read(&leaf, "x-amzn-mtls-clientcert-leaf", &good).await;
    // What nobody has verified is not read by the safe one.
    let found = subject(leaf.clone(), bringing(&name("x-amzn-mtls-clientcert"), &good)).await;
    assert_eq!(found, Err(AuthErrorKind::MissingCredentials));

    let chain = format!("{good}{}", keep(&pem("ca")));
    assert_unreadable(&leaf, "x-amzn-mtls-clientcert-leaf", &chain).await;
    let passthrough = ForwardedCertificates::danger_from_alb_passthrough();
    assert_read(&passthrough, "x-amzn-mtls-clientcert", &chain).await;
    assert_unreadable(&passthrough, "x-amzn-mtls-clientcert", &good.repeat(9)).await;
}
