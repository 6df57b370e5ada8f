//! An orders API over HTTPS, guarded by all five layers. It needs cargo, and a C compiler for aws-lc:
//!
//! ```text
//! cargo run --example quickstart              # serve, and print curl commands to paste
//! cargo run --example quickstart -- --check   # send the same requests and compare the answers
//! ```
//!
//! Everything is thrown away at the end: the authority, the certificates, the signing key.
//!
//! - `world.rs` makes certificates, users and tokens
//! - `app.rs` is the application: what you would write
//! - `requests.rs` lists the requests, with the answers to expect

pub(crate) mod app;
pub(crate) mod requests;
pub(crate) mod world;

use std::{error::Error, net::SocketAddr};

use tower_auth::{TlsListener, TlsPeer};
use world::World;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(level()).init();
    let world = World::make()?;
    let address = start(&world).await?;
    if std::env::args().any(|argument| argument == "--check") {
        return check(&world, address).await;
    }
    print_commands(&world, address);
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// Serves the application over TLS on a port that the system chooses.
pub(crate) async fn start(world: &World) -> Result<SocketAddr, Box<dyn Error>> {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let listener = TlsListener::builder(world.server.pem.as_str(), world.server.key_pem.as_str())
        .with_client_ca(world.authority_pem.as_str())
        .allow_missing_client_certificate()
        .bind(socket)?;
    let address = listener.local_addr();
    let app = app::app(world)?.into_make_service_with_connect_info::<TlsPeer>();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

fn print_commands(world: &World, address: SocketAddr) {
    println!("The orders API listens on https://{address}. Paste any of these:\n");
    for sample in requests::samples(world) {
        println!("# {}: expect {}", sample.title, sample.expected);
        println!("{}\n", sample.curl(world, address));
    }
    println!("Ctrl-C ends it and removes {}.", world.folder.path().display());
}

/// Sends every sample through a real TLS client and prints what came back.
async fn check(world: &World, address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let mut differences = 0;
    println!("{:<52} {:<24} {:<24}", "request", "expected", "got");
    for sample in requests::samples(world) {
        let got = sample.send(world, address).await?;
        let mark = if got == sample.expected { "" } else { "  <-- differs" };
        differences += usize::from(!mark.is_empty());
        println!("{:<52} {:<24} {:<24}{mark}", sample.title, sample.expected, got);
    }
    if differences > 0 {
        return Err(format!("{differences} answers differ").into());
    }
    println!("\nall as expected");
    Ok(())
}

/// `RUST_LOG=debug` shows the decisions that let a request through as well.
fn level() -> tracing::Level {
    let asked = std::env::var("RUST_LOG").ok().and_then(|level| level.parse().ok());
    asked.unwrap_or(tracing::Level::ERROR)
}
