//! The ways in, each with its proof that the peer is the proxy.

use std::{
    error::Error,
    fs::{self, Permissions},
    future::{self, IntoFuture},
    io,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::Path,
};

use axum::Router;
use tokio::net::{TcpListener, UnixListener};
use tower_auth::{ClientCertificate, ForwardedAuthorities, ProxyProof, TlsPeer, UnixPeer};

use super::{Arguments, app::app, world::World};

/// Serves the application at all of them.
pub(crate) async fn serve(
    arguments: &Arguments,
    world: &World,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    world.write(folder)?;
    let authorities = match arguments.authorities {
        true => Some(ForwardedAuthorities::from_pem_with_crls(&world.ca, &world.crl)?),
        false => None,
    };
    let behind = |proof| app(arguments.form, proof, authorities.clone());
    let port = |usual| if arguments.folder.is_some() { 0 } else { usual };

    let socket = unix_socket(&folder.join("app.sock"))?;
    let by_socket = behind(ProxyProof::unix_socket());
    let by_socket = by_socket.into_make_service_with_connect_info::<UnixPeer>();
    print!("listening on app.sock");

    let tls = TcpListener::bind(("127.0.0.1", port(3443))).await?;
    let tls = world.inner_listener().bind(tls)?;
    let by_certificate = behind(ProxyProof::client_certificate(is_the_proxys));
    let by_certificate = by_certificate.into_make_service_with_connect_info::<TlsPeer>();
    print!(" https://{}", tls.local_addr());

    let by_address = match arguments.by_address {
        true => {
            let plain = TcpListener::bind(("127.0.0.1", port(3000))).await?;
            print!(" http://{}", plain.local_addr()?);
            Some((plain, behind(ProxyProof::danger_by_address(["127.0.0.1"])?)))
        }
        false => None,
    };
    println!();

    tokio::try_join!(
        axum::serve(socket, by_socket).into_future(),
        axum::serve(tls, by_certificate).into_future(),
        serve_plainly(by_address),
    )?;
    Ok(())
}

/// The best on one machine: who may open the file is the proxy. Here that is the owner of its folder;
/// elsewhere, give the folder to a group that the proxy is in, and nobody else.
pub(crate) fn unix_socket(path: &Path) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o660))?;
    Ok(listener)
}

/// The best across machines: only the proxy has the key to this certificate.
pub(crate) fn is_the_proxys(certificate: &ClientCertificate) -> bool {
    certificate.uris() == ["spiffe://example.org/proxy"]
}

/// The weakest: everything that can connect from there can forge every client.
async fn serve_plainly(door: Option<(TcpListener, Router)>) -> io::Result<()> {
    let Some((listener, app)) = door else {
        return future::pending().await;
    };
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await
}
