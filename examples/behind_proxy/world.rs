//! What a real installation has already: certificates of clients, of servers and of the proxy.

use std::{error::Error, fs, io, path::Path};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use tower_auth::{TlsListener, TlsListenerBuilder};

type Authority = Issuer<'static, KeyPair>;

/// All in PEM, each certificate with its private key in one file.
pub(crate) struct World {
    /// The authority for clients.
    pub(crate) ca: String,
    /// What it has revoked.
    pub(crate) crl: String,
    /// The authority for machines that talk to each other behind the proxy.
    inner_ca: String,
    /// The service's own certificate there.
    inner_server: String,
    /// The rest, by the names of their files.
    pub(crate) files: Vec<(&'static str, String)>,
}

impl World {
    pub(crate) fn make() -> Result<Self, Box<dyn Error>> {
        let (clients, ca) = authority("example clients")?;
        let (inner, inner_ca) = authority("example machines")?;
        let (stranger, _) = authority("somebody else")?;
        let mut expired = client("expired")?;
        expired.not_before = date_time_ymd(2020, 1, 1);
        expired.not_after = date_time_ymd(2021, 1, 1);
        let mut revoked = client("revoked")?;
        let serial = SerialNumber::from(vec![0x66; 8]);
        revoked.serial_number = Some(serial.clone());
        Ok(Self {
            crl: revocation_list(&clients, serial)?,
            inner_server: signed(&server()?, &inner)?,
            files: vec![
                ("server.pem", signed(&server()?, &clients)?),
                ("alice.pem", signed(&client("alice")?, &clients)?),
                ("bob.pem", signed(&client("bob")?, &clients)?),
                ("expired.pem", signed(&expired, &clients)?),
                ("revoked.pem", signed(&revoked, &clients)?),
                // Says to be alice, by an authority that nobody trusts.
                ("stranger.pem", signed(&client("alice")?, &stranger)?),
                ("proxy.pem", signed(&client("proxy")?, &inner)?),
                ("neighbour.pem", signed(&client("neighbour")?, &inner)?),
            ],
            ca,
            inner_ca,
        })
    }

    /// Where the proxy and curl find everything.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let write = |name: &str, text: &str| fs::write(folder.join(name), text);
        write("ca.pem", &self.ca)?;
        write("crl.pem", &self.crl)?;
        write("inner-ca.pem", &self.inner_ca)?;
        write("nginx.conf", include_str!("nginx.conf"))?;
        write("haproxy.cfg", include_str!("haproxy.cfg"))?;
        self.files.iter().try_for_each(|(name, text)| write(name, text))
    }

    /// TLS between the proxy and the service; strangers to the inner authority get no connection.
    pub(crate) fn inner_listener(&self) -> TlsListenerBuilder {
        TlsListener::builder(self.inner_server.as_str(), self.inner_server.as_str())
            .with_client_ca(self.inner_ca.as_str())
    }
}

fn authority(name: &str) -> Result<(Authority, String), rcgen::Error> {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn server() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn client(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = named(name);
    let uri = format!("spiffe://example.org/{name}");
    params.subject_alt_names = vec![SanType::URI(uri.as_str().try_into()?)];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(params)
}

fn signed(params: &CertificateParams, by: &Authority) -> Result<String, rcgen::Error> {
    let key = KeyPair::generate()?;
    Ok(params.signed_by(&key, by)?.pem() + &key.serialize_pem())
}

fn revocation_list(by: &Authority, serial: SerialNumber) -> Result<String, rcgen::Error> {
    let revoked = RevokedCertParams {
        serial_number: serial,
        revocation_time: date_time_ymd(2022, 1, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2022, 1, 1),
        next_update: date_time_ymd(2100, 1, 1),
        crl_number: 1.into(),
        issuing_distribution_point: None,
        revoked_certs: vec![revoked],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(by)?.pem()
}
