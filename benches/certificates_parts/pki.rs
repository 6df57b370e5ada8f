//! One authority, a server and a client.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    SanType,
};
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    client::Resumption,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};

pub(crate) struct Pki {
    pub(crate) ca: String,
    pub(crate) server: (String, String),
    client: (String, String),
}

impl Pki {
    pub(crate) fn new() -> Self {
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let ca = authority.self_signed(&key).expect("a certificate").pem();
        let issuer = Issuer::new(authority, key);
        let sign = |mut params: CertificateParams, usage| {
            params.extended_key_usages = vec![usage];
            let key = KeyPair::generate().expect("a key");
            let certificate = params.signed_by(&key, &issuer).expect("a certificate");
            (certificate.pem(), key.serialize_pem())
        };
        let server = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let mut client = CertificateParams::default();
        let name = "spiffe://example.org/reports".try_into().expect("a name");
        client.subject_alt_names = vec![SanType::URI(name)];
        Self {
            server: sign(server, ExtendedKeyUsagePurpose::ServerAuth),
            client: sign(client, ExtendedKeyUsagePurpose::ClientAuth),
            ca,
        }
    }

    pub(crate) fn client_der(&self) -> Vec<u8> {
        certificate(&self.client.0).to_vec()
    }

    /// What the listener is compared with: rustls with the same verifier.
    pub(crate) fn plain(&self) -> ServerConfig {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(
            Arc::new(self.roots()),
            Arc::clone(&provider),
        );
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(verifier.build().expect("a verifier"))
            .with_single_cert(vec![certificate(&self.server.0)], key(&self.server.1))
            .expect("a pair")
    }

    /// A client that resumes nothing: each handshake is a full one.
    pub(crate) fn client(&self) -> ClientConfig {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(self.roots())
            .with_client_auth_cert(vec![certificate(&self.client.0)], key(&self.client.1))
            .expect("a pair");
        config.resumption = Resumption::disabled();
        config
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(certificate(&self.ca)).expect("an authority");
        roots
    }
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM")
}

fn key(pem: &str) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).expect("PEM")
}
