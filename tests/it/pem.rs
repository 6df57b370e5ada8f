//! PEM: what `rustls-pemfile` reads is what this crate reads. That crate is archived, but its reading is
//! what most configurations were written for.
use rustls_pki_types::CertificateDer;
use tokio::net::TcpListener;
use tower_auth::{Algorithm, ClientCertificate, JwtVerifier, Keys, TlsListener};

use crate::support::{
    pki::Authority,
    tokens::{P256_PEM, RSA_PEM, Signing, issuer, judge, token_by},
};

const RSA: &str = include_str!("../data/keys/rsa.cert.pem");
const P256: &str = include_str!("../data/keys/p256.cert.pem");
const P256_KEY: &str = include_str!("../data/keys/p256.key.pem");

/// A bundle in the forms that tools and editors leave it in.
fn forms(pem: &str) -> Vec<String> {
    let unended = pem.rsplit_once("-----END").unwrap().0;
    let label = pem.split("-----").nth(1).unwrap().trim_start_matches("BEGIN ");
    vec![
        pem.to_owned(),
        pem.trim_end().to_owned(),
        pem.replace('\n', "\r\n"),
        pem.replace('\n', "\r"),
        pem.replace('\n', "\n\n"),
        pem.replace('\n', " \n"),
        pem.replace('\n', "\t\n"),
        pem.replace('\n', ""),
        format!("\u{feff}{pem}"),
        format!("Bag Attributes\n    friendlyName: a\nsubject=CN = a\n{pem}"),
        format!("# a comment\n\n{pem}# the end"),
        format!("{pem}{pem}"),
        format!("  {}", pem.replace('\n', "\n  ")),
        pem.replacen("-----", "----", 1),
        pem.replace("-----END", "----- END"),
        pem.replace("-----BEGIN", "-----BEGIN "),
        pem.to_lowercase(),
        unended.to_owned(),
        format!("{unended}-----END SOMETHING ELSE-----\n"),
        pem.replacen('M', "!", 1),
        pem.replacen("\nM", "\n=M", 1),
        format!("-----BEGIN {label}-----\n-----END {label}-----\n{pem}"),
        format!("-----BEGIN {label}-----\n!\n-----END {label}-----\n{pem}"),
        format!("{pem}-----BEGIN {label}-----\n!\n-----END {label}-----\n"),
        format!("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n{pem}"),
        format!("-----BEGIN UNHEARD OF-----\nAAAA\n-----END UNHEARD OF-----\n{pem}"),
        pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        pem.replace("CERTIFICATE", "X509 CERTIFICATE"),
        String::new(),
        "not PEM".to_owned(),
    ]
}

fn verifier(keys: Keys) -> Option<JwtVerifier> {
    let builder = JwtVerifier::builder().issuer(issuer(keys));
    builder.with_clock(crate::support::tokens::clock()).build().ok()
}

/// The first certificate where all of the bundle can be read.
fn first_certificate(pem: &str) -> Option<CertificateDer<'static>> {
    let all: Result<Vec<_>, _> = rustls_pemfile::certs(&mut pem.as_bytes()).collect();
    all.ok()?.into_iter().next()
}

#[test]
fn the_same_certificates_are_read() {
    let mut accepted = 0;
    for bundle in forms(RSA).into_iter().chain(forms(P256)) {
        // Of a certificate that is PEM but damaged inside neither reader of PEM can know.
        let theirs = first_certificate(&bundle);
        let theirs = theirs.filter(|der| ClientCertificate::from_der(der.as_ref()).is_ok());
        let algorithm =
            if bundle.contains(&RSA[40..80]) { Algorithm::RS256 } else { Algorithm::ES256 };
        let ours = verifier(Keys::from_certificate_pem(bundle.as_str(), algorithm));
        assert_eq!(ours.is_some(), theirs.is_some(), "{bundle}");
        accepted += usize::from(ours.is_some());
    }
    assert!((10..60).contains(&accepted), "the forms are one-sided: {accepted}");
}

#[test]
fn the_first_certificate_of_a_bundle_counts() {
    for (bundle, signing, algorithm) in [
        (format!("{RSA}{P256}"), Signing::Rs256, Algorithm::RS256),
        (format!("{P256}{RSA}"), Signing::Es256, Algorithm::ES256),
        (format!("{P256_KEY}{P256}{RSA}"), Signing::Es256, Algorithm::ES256),
        (format!("{P256_PEM}{P256}"), Signing::Es256, Algorithm::ES256),
    ] {
        let theirs = first_certificate(&bundle).unwrap();
        let alone = first_certificate(if signing == Signing::Rs256 { RSA } else { P256 });
        assert_eq!(Some(theirs), alone);
        let verifier = verifier(Keys::from_certificate_pem(bundle, algorithm)).unwrap();
        judge(&verifier, token_by(signing).compact()).unwrap();
    }
}

#[test]
fn the_same_public_keys_are_read() {
    let both = [
        format!("{P256_PEM}{RSA_PEM}"),
        format!("{RSA_PEM}{P256_PEM}"),
        format!("{RSA}{P256_PEM}"),
    ];
    for bundle in forms(P256_PEM).into_iter().chain(both) {
        // The first public key; what follows it is not looked at.
        let theirs = rustls_pemfile::public_keys(&mut bundle.as_bytes()).next();
        let single = first_certificate(P256).unwrap();
        let p256 = ClientCertificate::from_der(single.as_ref()).unwrap();
        // The key of P-256 is part of its certificate.
        let theirs = theirs.and_then(Result::ok).filter(|spki| !spki.is_empty());
        let is_p256 = theirs.is_some_and(|spki| {
            let mut parts = p256.der().windows(spki.len());
            parts.any(|part| part == spki.as_ref())
        });
        let ours = verifier(Keys::from_pem(bundle.as_str(), Algorithm::ES256));
        assert_eq!(ours.is_some(), is_p256, "{bundle}");
    }
}

#[tokio::test]
async fn the_same_chains_and_private_keys_are_read() {
    let authority = Authority::new("servers");
    let server = authority.server();
    let (chain, key) = (server.pem(), server.key_pem());
    let other = authority.server().key_pem();
    let keys = [format!("{chain}{key}"), format!("{key}{other}"), format!("{other}{key}")];
    for bundle in forms(&key).into_iter().chain(keys) {
        let theirs = rustls_pemfile::private_key(&mut bundle.as_bytes()).ok().flatten();
        let right = rustls_pemfile::private_key(&mut key.as_bytes()).unwrap();
        let ours = listens(&chain, &bundle).await;
        assert_eq!(ours, theirs == right, "{bundle}");
    }
    for bundle in forms(&chain).into_iter().chain([format!("{key}{chain}")]) {
        let theirs: Result<Vec<_>, _> = rustls_pemfile::certs(&mut bundle.as_bytes()).collect();
        let readable = theirs.is_ok_and(|chain| {
            let is_good =
                |der: &CertificateDer<'_>| ClientCertificate::from_der(der.as_ref()).is_ok();
            chain.first().is_some_and(is_good)
        });
        assert_eq!(listens(&bundle, &key).await, readable, "{bundle}");
    }
}

async fn listens(chain: &str, key: &str) -> bool {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    TlsListener::builder(chain, key).bind(socket).is_ok()
}
