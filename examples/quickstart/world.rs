//! What a real installation has already: certificates, users, and an issuer of tokens.

use std::{
    error::Error,
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use jsonwebtoken::{EncodingKey, Header, crypto::aws_lc};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The name of the issuer in tokens.
pub(crate) const ISSUER: &str = "https://login.quickstart.example";

/// The name of this service in tokens.
pub(crate) const AUDIENCE: &str = "orders-api";

/// A certificate with its private key, both in PEM.
pub(crate) struct Certified {
    pub(crate) pem: String,
    pub(crate) key_pem: String,
}

/// Everything that the application and its clients need.
pub(crate) struct World {
    /// Where curl finds the files; removed with this value.
    pub(crate) folder: TempDir,
    pub(crate) authority_pem: String,
    pub(crate) server: Certified,
    /// Of a machine in the organization acme that may only read.
    pub(crate) client: Certified,
    /// The public half of the issuer's ES256 key.
    pub(crate) issuer_key_pem: String,
    issuer_key: KeyPair,
}

impl World {
    pub(crate) fn make() -> Result<Self, Box<dyn Error>> {
        // Both back ends may be compiled in, so the one that signs the demo's tokens is named.
        let _ = aws_lc::DEFAULT_PROVIDER.install_default();
        let authority = authority()?;
        let issuer_key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let world = Self {
            folder: tempfile::Builder::new().prefix("tower-auth-quickstart-").tempdir()?,
            authority_pem: authority.1,
            server: certify(&authority.0, &server_params()?)?,
            client: certify(&authority.0, &client_params()?)?,
            issuer_key_pem: issuer_key.public_key_pem(),
            issuer_key,
        };
        fs::write(world.file("ca.pem"), &world.authority_pem)?;
        fs::write(world.file("client.pem"), &world.client.pem)?;
        fs::write(world.file("client-key.pem"), &world.client.key_pem)?;
        Ok(world)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A token as the issuer makes it; seconds of life may be negative.
    pub(crate) fn token(&self, subject: &str, tenant: &str, role: &str, life: i64) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, as_seconds);
        let claims = json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "exp": now + life,
            "tenant": tenant, "roles": [role],
        });
        self.sign(&claims)
    }

    fn sign(&self, claims: &Value) -> String {
        let key = EncodingKey::from_ec_der(&self.issuer_key.serialize_der());
        jsonwebtoken::encode(&Header::new(jsonwebtoken::Algorithm::ES256), claims, &key)
            .expect("the key is made for ES256")
    }
}

fn as_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

fn authority() -> Result<(Issuer<'static, KeyPair>, String), rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "quickstart authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn server_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn client_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::OrganizationName, "acme");
    params.distinguished_name.push(DnType::OrganizationalUnitName, "viewer");
    params.subject_alt_names = vec![SanType::URI("spiffe://acme.example/reports".try_into()?)];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(params)
}

fn certify(
    authority: &Issuer<'static, KeyPair>,
    params: &CertificateParams,
) -> Result<Certified, rcgen::Error> {
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, authority)?;
    Ok(Certified { pem: certificate.pem(), key_pem: key.serialize_pem() })
}
