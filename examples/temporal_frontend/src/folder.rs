//! [`Folder`]: what a real installation has already, certificates of the server and of its clients.

use std::{
    collections::HashMap,
    error::Error,
    fs::{self, DirBuilder, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use tower_auth::ClientCertificate;

/// Whose SPIFFE IDs the clients have.
pub(crate) const TRUST_DOMAIN: &str = "temporal.example.org";

/// The clients that have a certificate.
const CLIENTS: [&str; 2] = ["worker", "other"];

pub(crate) type Thumbprints = HashMap<&'static str, String>;

/// A folder of this user's alone, with a new authority and what it has signed.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// As tokens that are bound to a certificate have them, by the names of the clients.
    pub(crate) thumbprints: Thumbprints,
}

impl Folder {
    pub(crate) fn make(path: &Path) -> Result<Self, Box<dyn Error>> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        fs::set_permissions(path, Permissions::from_mode(0o700))?;
        let mut folder = Self { path: path.to_owned(), thumbprints: Thumbprints::new() };

        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "temporal frontend authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate()?;
        folder.write("ca.pem", &params.self_signed(&key)?.pem())?;
        let authority = Issuer::new(params, key);

        folder.certify(&authority, "server", server()?)?;
        for name in CLIENTS {
            let der = folder.certify(&authority, name, client(name)?)?;
            let certificate = ClientCertificate::from_der(der)?;
            folder.thumbprints.insert(name, certificate.sha256_thumbprint().to_owned());
        }
        Ok(folder)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn certify(
        &self,
        authority: &Issuer<'_, KeyPair>,
        name: &str,
        params: CertificateParams,
    ) -> Result<Vec<u8>, Box<dyn Error>> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, authority)?;
        self.write(&format!("{name}.pem"), &certificate.pem())?;
        self.write(&format!("{name}-key.pem"), &key.serialize_pem())?;
        Ok(certificate.der().to_vec())
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(true).mode(0o600);
        options.open(self.file(name))?.write_all(text.as_bytes())
    }
}

fn server() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn client(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let uri = format!("spiffe://{TRUST_DOMAIN}/{name}");
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.subject_alt_names = vec![SanType::URI(uri.as_str().try_into()?)];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(params)
}
