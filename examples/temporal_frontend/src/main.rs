//! The frontend of a Temporal server in little, guarded by client certificates and tokens; see README.md.
//!
//! Where things are: who gets in is in `guard`, what refusals look like in `answers`; `service` and
//! `store` are what is guarded, and `folder` and `issuer` what a real installation has already.

mod answers;
mod folder;
mod guard;
mod issuer;
mod service;
mod store;

use std::{error::Error, io, net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand};
use tokio::net::TcpListener;
use tonic::{codec::CompressionEncoding, transport::Server};
use tower_auth::TlsListener;

use self::{
    answers::Answers,
    folder::Folder,
    issuer::{Order, TokenOrder},
    service::{Frontend, WorkflowServiceServer},
};

/// The frontend of a Temporal server in little, guarded by client certificates and tokens.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where certificates are written and the issuer listens; made for this user alone.
    #[arg(long, global = true, default_value = "target/temporal-frontend")]
    folder: PathBuf,
    /// Where the frontend listens.
    #[arg(long, default_value = "127.0.0.1:7233")]
    listen: SocketAddr,
    /// Answers and judges as a Temporal server does: every refusal is PERMISSION_DENIED, and a bad token
    /// is refused also where none is asked for.
    #[arg(long)]
    temporal: bool,
    /// Tells when a decision could not be made (`frontend.exposeAuthorizerErrors`).
    #[arg(long, requires = "temporal")]
    expose_authorizer_errors: bool,
    #[command(subcommand)]
    order: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints a token of the frontend that runs in the folder.
    Token(TokenOrder),
    /// Tells the issuer of that frontend to misbehave, or to stop it.
    Issuer {
        #[command(subcommand)]
        order: IssuerOrder,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum IssuerOrder {
    /// Signs with a new key; the old one is gone.
    Rotate,
    /// Answers nobody who asks for keys.
    BreakDown,
    /// Ends that.
    Recover,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let order = match arguments.order {
        None => return serve(arguments).await,
        Some(Command::Token(order)) => Order::Token(order),
        Some(Command::Issuer { order: IssuerOrder::Rotate }) => Order::Rotate,
        Some(Command::Issuer { order: IssuerOrder::BreakDown }) => Order::BreakDown,
        Some(Command::Issuer { order: IssuerOrder::Recover }) => Order::Recover,
    };
    println!("{}", issuer::tell(&arguments.folder, &order).await?);
    Ok(())
}

async fn serve(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).init();
    let folder = Folder::make(&arguments.folder)?;
    let issuer = issuer::start(&folder).await?;
    let answers = match (arguments.temporal, arguments.expose_authorizer_errors) {
        (false, _) => Answers::precise(),
        (true, exposes) => Answers::temporal(exposes),
    };

    let guard = guard::build(&issuer, &answers)?;
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<WorkflowServiceServer<Frontend>>().await;
    let listener = TlsListener::builder(folder.file("server.pem"), folder.file("server-key.pem"))
        .with_client_ca(folder.file("ca.pem"))
        .bind(TcpListener::bind(arguments.listen).await?)?;

    let frontend = WorkflowServiceServer::new(Frontend::new(guard.messages, answers));
    println!("listening on {}", listener.local_addr());
    Server::builder()
        .layer(guard.layer)
        .add_service(frontend.accept_compressed(CompressionEncoding::Gzip))
        .add_service(health_service.accept_compressed(CompressionEncoding::Gzip))
        .serve_with_incoming_shutdown(listener, async { _ = tokio::signal::ctrl_c().await })
        .await?;
    Ok(())
}
