//! An issuer of tokens, and how it is told what to do: by a socket in the folder, a line of JSON for an
//! order and a line for the answer. No issuer has such a socket; who may open the folder may have
//! any token.

use std::{error::Error, fs, io, path::Path, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
};
use tower_auth::TestAuthority;

use crate::folder::{Folder, Thumbprints};

/// The name of the frontend in tokens.
pub(crate) const AUDIENCE: &str = "temporal";

const SOCKET: &str = "issuer.sock";

/// Longer than any order.
const MAX_ORDER: u64 = 64 * 1024;

/// For how long an order is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Order {
    Token(TokenOrder),
    Rotate,
    BreakDown,
    Recover,
}

#[derive(clap::Args, Debug, Deserialize, Serialize)]
pub(crate) struct TokenOrder {
    /// `namespace:role`, separated by commas; roles are read, write, admin and worker, and those in
    /// `temporal-system` count everywhere.
    #[arg(long, value_delimiter = ',', num_args = 0..)]
    permissions: Vec<String>,
    /// Who the token is for.
    #[arg(long, default_value = "temporal-samples")]
    subject: String,
    /// How long it is good for, in seconds.
    #[arg(long, default_value_t = 3600)]
    seconds: u64,
    /// A token that was good until an hour ago.
    #[arg(long)]
    expired: bool,
    /// A token that is good with the certificate of this client only: `worker` or `other`.
    #[arg(long)]
    bound_to: Option<String>,
}

/// What was asked for, or why there is none.
type Answer = Result<String, String>;

/// Starts the issuer on a port that the system chooses, and listens for orders.
pub(crate) async fn start(folder: &Folder) -> Result<TestAuthority, Box<dyn Error>> {
    let issuer = TestAuthority::builder().with_audience(AUDIENCE).start().await?;
    let path = folder.file(SOCKET);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let listening = listen(UnixListener::bind(path)?, issuer.clone(), folder.thumbprints.clone());
    tokio::spawn(listening);
    Ok(issuer)
}

async fn listen(socket: UnixListener, issuer: TestAuthority, thumbprints: Thumbprints) {
    while let Ok((mut stream, _)) = socket.accept().await {
        let answer = match read(&mut stream).await {
            Ok(order) => obey(order, &issuer, &thumbprints),
            Err(error) => Err(error.to_string()),
        };
        let answer = serde_json::to_vec(&answer).unwrap_or_default();
        // Who has gone away meanwhile needs no answer.
        _ = stream.write_all(&answer).await;
    }
}

async fn read(stream: &mut UnixStream) -> Result<Order, Box<dyn Error + Send + Sync>> {
    let mut line = String::new();
    let mut start = BufReader::new(stream).take(MAX_ORDER);
    tokio::time::timeout(PATIENCE, start.read_line(&mut line)).await??;
    Ok(serde_json::from_str(&line)?)
}

fn obey(order: Order, issuer: &TestAuthority, thumbprints: &Thumbprints) -> Answer {
    match order {
        Order::Token(order) => return token(&order, issuer, thumbprints),
        Order::Rotate => issuer.rotate_key(),
        Order::BreakDown => issuer.break_down(),
        Order::Recover => issuer.recover(),
    }
    Ok("done".to_owned())
}

fn token(order: &TokenOrder, issuer: &TestAuthority, thumbprints: &Thumbprints) -> Answer {
    let token = issuer
        .token(&order.subject)
        .with_claim("permissions", order.permissions.clone())
        .lasting(Duration::from_secs(order.seconds));
    let token = if order.expired { token.expired() } else { token };
    let Some(client) = order.bound_to.as_deref() else {
        return Ok(token.sign());
    };
    let thumbprint = thumbprints.get(client).ok_or_else(|| format!("no client is {client:?}"))?;
    Ok(token.bound_to(thumbprint).sign())
}

/// Tells the issuer of a frontend that runs; gives back what it answers.
pub(crate) async fn tell(folder: &Path, order: &Order) -> Result<String, Box<dyn Error>> {
    let connected = UnixStream::connect(folder.join(SOCKET)).await;
    let mut stream =
        connected.map_err(|error| format!("no frontend runs in {}: {error}", folder.display()))?;
    let line = serde_json::to_string(order)? + "\n";
    stream.write_all(line.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(serde_json::from_str::<Answer>(&answer)??)
}
