//! A service behind nginx or HAProxy, which end TLS and forward the certificates of the clients.
//!
//! ```text
//! cargo run --example behind_proxy -- nginx   # or haproxy, or client-cert; prints a folder: go there
//! nginx -p . -c nginx.conf -e stderr -g 'daemon off;'   # or haproxy -db -f haproxy.cfg
//! curl -i --cacert ca.pem --cert alice.pem https://localhost:8443/     # 200
//! curl -i --cacert ca.pem https://localhost:8443/                      # 401, no certificate
//! curl -i --cacert ca.pem --cert revoked.pem https://localhost:8443/   # 400 by nginx; HAProxy ends the connection
//! curl -i --cacert ca.pem -H 'X-SSL-Client-Verify: SUCCESS' https://localhost:8443/arrived  # nginx says NONE
//! curl -i --cacert inner-ca.pem --cert neighbour.pem -H 'X-Client-Cert: forged' https://localhost:3443/  # 401
//! curl -i --cacert inner-ca.pem --cert neighbour.pem https://localhost:3443/health  # somebody has tried it
//! ```
//!
//! Port 8443 of the proxy leads to the service by a Unix socket, port 8444 by TLS with a certificate of the
//! proxy's own, for a proxy on another machine. The proxy must run as the user that runs this.
//!
//! `--danger-by-address` opens a third way in, at `http://127.0.0.1:3000`, where every program on this machine
//! passes for the proxy. `--without-authorities` takes the proxy's word that it has verified the
//! certificates.
//!
//! - `app.rs` is the application: what you would write
//! - `doors.rs` opens the ways in, each with its proof that the peer is the proxy
//! - `nginx.conf` and `haproxy.cfg` are what the proxies are told
//! - `world.rs` makes certificates

pub(crate) mod app;
#[cfg(unix)]
pub(crate) mod doors;
pub(crate) mod world;

use std::{error::Error, path::PathBuf};

use app::Form;

/// What stands after `--`.
pub(crate) struct Arguments {
    pub(crate) form: Form,
    pub(crate) by_address: bool,
    pub(crate) authorities: bool,
    /// For tests: the files go into this folder, and the system chooses the ports.
    pub(crate) folder: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut read =
            Self { form: Form::Nginx, by_address: false, authorities: true, folder: None };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "nginx" => read.form = Form::Nginx,
                "haproxy" => read.form = Form::HaProxy,
                "client-cert" => read.form = Form::ClientCert,
                "--danger-by-address" => read.by_address = true,
                "--without-authorities" => read.authorities = false,
                "--folder" => {
                    read.folder = Some(arguments.next().ok_or("--folder needs a folder")?.into());
                }
                other => return Err(format!("{other}: unknown")),
            }
        }
        Ok(read)
    }
}

#[cfg(unix)]
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let world = world::World::make()?;
    if let Some(folder) = &arguments.folder {
        return doors::serve(&arguments, &world, folder).await;
    }
    // For its owner alone, and gone with this value.
    let folder = tempfile::Builder::new().prefix("tower-auth-behind-proxy-").tempdir()?;
    println!("cd {}", folder.path().display());
    tokio::select! {
        served = doors::serve(&arguments, &world, folder.path()) => served,
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
    }
}

#[cfg(not(unix))]
fn main() -> Result<(), Box<dyn Error>> {
    Err("there are no Unix sockets here".into())
}
