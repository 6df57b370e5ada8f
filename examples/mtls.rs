//! Machines that show a certificate; whoever has none does not even get a connection.
//!
//! ```text
//! cargo run --example mtls                                        # writes ca.pem, client.pem, client-key.pem
//! curl -i --cacert ca.pem https://127.0.0.1:3443/                 # no connection
//! curl -i --cacert ca.pem --cert client.pem --key client-key.pem https://127.0.0.1:3443/  # 200
//! ```
//!
//! The files are written to a folder that is printed, and removed at the end.

use std::{error::Error, fs};

use axum::{Router, routing::get};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    SanType,
};
use tower_auth::{
    CertificateRules, Identity, MtlsIdentityLayer, NameKind, TlsListener, TlsListenerBuilder,
    TlsPeer,
};

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

/// An authority, and what it has signed: all in PEM.
pub(crate) struct Pki {
    pub(crate) ca: String,
    pub(crate) server: (String, String),
    pub(crate) client: (String, String),
}

impl Pki {
    pub(crate) fn make() -> Result<Self, Box<dyn Error>> {
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "example authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let ca = authority.self_signed(&key)?.pem();
        let issuer = Issuer::new(authority, key);
        let sign = |mut params: CertificateParams, usage| -> Result<_, rcgen::Error> {
            params.extended_key_usages = vec![usage];
            let key = KeyPair::generate()?;
            Ok((params.signed_by(&key, &issuer)?.pem(), key.serialize_pem()))
        };
        let server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        let mut client = CertificateParams::default();
        client.subject_alt_names = vec![SanType::URI("spiffe://example.org/reports".try_into()?)];
        Ok(Self {
            server: sign(server, ExtendedKeyUsagePurpose::ServerAuth)?,
            client: sign(client, ExtendedKeyUsagePurpose::ClientAuth)?,
            ca,
        })
    }

    pub(crate) fn listener(&self) -> TlsListenerBuilder {
        TlsListener::builder(self.server.0.as_str(), self.server.1.as_str())
            .with_client_ca(self.ca.as_str())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let pki = Pki::make()?;
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("ca.pem"), &pki.ca)?;
    fs::write(folder.path().join("client.pem"), &pki.client.0)?;
    fs::write(folder.path().join("client-key.pem"), &pki.client.1)?;
    println!("cd {}", folder.path().display());
    let socket = tokio::net::TcpListener::bind("127.0.0.1:3443").await?;
    let app = app().into_make_service_with_connect_info::<TlsPeer>();
    tokio::select! {
        served = axum::serve(pki.listener().bind(socket)?, app) => Ok(served?),
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
    }
}
