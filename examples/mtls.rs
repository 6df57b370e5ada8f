//! Machines that show a certificate; whoever has none does not even get a connection. Certificates are
//! renewed and revoked while it runs.
//!
//! ```text
//! cargo run --example mtls     # prints a folder with ca.pem, client.pem, client-key.pem: go there
//! curl -i --cacert ca.pem https://127.0.0.1:3443/                                         # no connection
//! curl -i --cacert ca.pem --cert client.pem --key client-key.pem https://127.0.0.1:3443/  # 200
//! ```
//!
//! Then type `renew` and Enter where it runs: the server has another certificate within a second, which
//! `openssl s_client -connect 127.0.0.1:3443 </dev/null | openssl x509 -noout -serial` shows. Type
//! `revoke`, and the client gets no connection any more. The folder is removed at the end.

use std::{error::Error, fs, io::BufRead, path::Path, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use tower_auth::{
    CertificateRules, Identity, MtlsIdentityLayer, NameKind, TlsListener, TlsListenerBuilder,
    TlsPeer,
};

/// The serial number of the client's certificate.
const CLIENT: u64 = 4711;

pub(crate) fn app() -> Router {
    let rules = CertificateRules::subject_from(NameKind::Uri);
    Router::new().route("/", get(hello)).route_layer(MtlsIdentityLayer::new(rules))
}

async fn hello(identity: Identity) -> String {
    format!(
        "hello {}, vouched for by {}\n",
        identity.subject(),
        identity.issuer().unwrap_or("nobody")
    )
}

/// The files of the listener are read again every second: a minute is long to wait for in an example.
pub(crate) fn listener(folder: &Path) -> TlsListenerBuilder {
    TlsListener::builder(folder.join("server.pem"), folder.join("server-key.pem"))
        .with_client_ca(folder.join("ca.pem"))
        .with_client_crl(folder.join("crl.pem"))
        .with_refresh_interval(Duration::from_secs(1))
}

/// An authority of one's own.
pub(crate) struct Ca(Issuer<'static, KeyPair>);

impl Ca {
    /// Makes one and writes everything that it signs.
    pub(crate) fn make(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "example authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        fs::write(folder.join("ca.pem"), authority.self_signed(&key)?.pem())?;
        let ca = Self(Issuer::new(authority, key));
        ca.renew(folder)?;
        ca.revoke(folder, &[])?;
        let mut client = CertificateParams::default();
        client.serial_number = Some(SerialNumber::from(CLIENT));
        client.subject_alt_names = vec![SanType::URI("spiffe://example.org/reports".try_into()?)];
        ca.sign(folder, "client", client, ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(ca)
    }

    /// Another certificate for the server.
    pub(crate) fn renew(&self, folder: &Path) -> Result<(), Box<dyn Error>> {
        let server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        self.sign(folder, "server", server, ExtendedKeyUsagePurpose::ServerAuth)
    }

    /// Another list of those that are revoked.
    pub(crate) fn revoke(&self, folder: &Path, serials: &[u64]) -> Result<(), Box<dyn Error>> {
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2100, 1, 1),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(fs::write(folder.join("crl.pem"), list.signed_by(&self.0)?.pem()?)?)
    }

    fn sign(
        &self,
        folder: &Path,
        name: &str,
        mut params: CertificateParams,
        usage: ExtendedKeyUsagePurpose,
    ) -> Result<(), Box<dyn Error>> {
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate()?;
        fs::write(folder.join(format!("{name}.pem")), params.signed_by(&key, &self.0)?.pem())?;
        Ok(fs::write(folder.join(format!("{name}-key.pem")), key.serialize_pem())?)
    }
}

/// Does what is typed, until there is no more of it.
fn obey(ca: &Ca, folder: &Path) {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let done = match line.trim() {
            "renew" => ca.renew(folder),
            "revoke" => ca.revoke(folder, &[CLIENT]),
            _ => Err("renew or revoke?".into()),
        };
        match done {
            Ok(()) => println!("done, and read within two seconds"),
            Err(error) => println!("{error}"),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = Arc::new(tempfile::tempdir()?);
    let ca = Ca::make(folder.path())?;
    println!("cd {}", folder.path().display());
    let typed_in = Arc::clone(&folder);
    std::thread::spawn(move || obey(&ca, typed_in.path()));
    let socket = tokio::net::TcpListener::bind("127.0.0.1:3443").await?;
    let listener = listener(folder.path()).bind(socket)?;
    let app = app().into_make_service_with_connect_info::<TlsPeer>();
    let ended = tokio::select! {
        served = axum::serve(listener, app) => served,
        interrupted = tokio::signal::ctrl_c() => interrupted,
    };
    fs::remove_dir_all(folder.path())?;
    Ok(ended?)
}
