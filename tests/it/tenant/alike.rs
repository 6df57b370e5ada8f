//! Existing, suspended, unknown, of others: the same bytes on the wire.

use std::collections::BTreeMap;

use axum::{Router, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower_auth::{
    AuthError, Basic, Identity, PerTenant, ProblemJson, RegisteredTenants, Scheme, Secret, Tenant,
    TenantLayer, TenantState,
};

use super::by_header;
use crate::support::callers::{SECRET, basic_line, judge};

/// `acme` and `globex` are active, `paused` is suspended, and there are no others.
fn registry() -> RegisteredTenants {
    RegisteredTenants::new(async |tenant: Tenant| {
        Ok(match tenant.as_str() {
            "acme" | "globex" => TenantState::Active,
            "paused" => TenantState::Suspended,
            _ => TenantState::Unknown,
        })
    })
}

fn layer() -> TenantLayer {
    by_header().with_registry(registry())
}

async fn serve(app: Router) -> std::net::SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(socket, app).await });
    address
}

/// All bytes of the answer but the time of day.
async fn bytes(
    address: std::net::SocketAddr,
    path: &str,
    caller: Option<&str>,
    tenant: &str,
    more: &str,
) -> String {
    let authorization = caller.map(|line| format!("authorization: {line}\r\n")).unwrap_or_default();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}{authorization}\
         x-id-tenant-name: {tenant}\r\n\r\n"
    );
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer.split_inclusive("\r\n").filter(|line| !line.starts_with("date: ")).collect()
}

fn app() -> Router {
    let handler = || get(async || "served");
    let auth = crate::support::callers::basic;
    Router::new()
        .route("/outside", handler().route_layer((layer(), auth())))
        .route("/inside", handler().route_layer((auth(), layer())))
        .route(
            "/problem",
            handler().route_layer((
                auth().with_rejection(ProblemJson),
                layer().with_rejection(ProblemJson),
            )),
        )
}

#[tokio::test]
async fn a_tenant_that_one_may_not_act_for_is_the_same_bytes_whatever_it_is() {
    let address = serve(app()).await;
    let good = |name: &str| basic_line(name, SECRET);
    for path in ["/outside", "/inside", "/problem"] {
        for more in ["", "content-type: application/grpc\r\n"] {
            let served = bytes(address, path, Some(&good("alice@acme")), "acme", more).await;
            assert!(served.ends_with("served"), "{served}");

            let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (name, tenant) in [
                ("alice@acme", "globex"),     // existing, of others
                ("alice@acme", "paused"),     // suspended, of others
                ("alice@acme", "nowhere"),    // unknown
                ("alice@paused", "paused"),   // suspended, one's own
                ("alice@nowhere", "nowhere"), // unknown, one's own
                ("alice", "acme"),            // of nobody
                ("alice@acme", "../acme"),    // malformed
                ("alice@acme", ""),           // empty
            ] {
                let answer = bytes(address, path, Some(&good(name)), tenant, more).await;
                answers.entry(answer).or_default().push(format!("{name} {tenant}"));
            }
            assert_eq!(answers.len(), 1, "{path} {more}: {answers:#?}");
            let (answer, _) = answers.pop_first().unwrap();
            let expected =
                if more.is_empty() { "HTTP/1.1 403 Forbidden" } else { "grpc-status: 7" };
            assert!(answer.contains(expected), "{answer}");
            println!("{path} {more:?}: 8 requests, 1 answer of {} bytes", answer.len());
        }
    }
}

/// Who has no credentials, or bad ones, learns nothing from any name of a tenant.
#[tokio::test]
async fn a_stranger_gets_the_same_bytes_for_every_name() {
    let address = serve(app()).await;
    let wrong = basic_line("alice@acme", "looking-glass");
    for path in ["/outside", "/inside", "/problem"] {
        for caller in [None, Some(wrong.as_str())] {
            let mut answers = BTreeMap::new();
            for tenant in ["acme", "globex", "paused", "nowhere"] {
                answers.insert(bytes(address, path, caller, tenant, "").await, tenant);
            }
            assert_eq!(answers.len(), 1, "{path}: {answers:#?}");
            assert!(answers.pop_first().unwrap().0.starts_with("HTTP/1.1 401"));
        }
    }
}

/// Where each tenant has an authenticator of its own, an unknown tenant is a wrong password.
#[tokio::test]
async fn an_unknown_tenant_is_a_wrong_password_where_tenants_have_their_own_users() {
    let stores = PerTenant::new(async |tenant: Tenant| {
        let store = async |user: Basic| match *user.password() == Secret::new(SECRET) {
            true => Ok::<_, AuthError>(Identity::new(user.username())),
            false => judge(user).await,
        };
        Ok((tenant.as_str() == "acme").then_some(store))
    })
    .with_tenant_claim("tenant");
    let auth = tower_auth::AuthLayer::new(Scheme::basic(stores));
    let app = Router::new().route("/", get(async || "served").route_layer((by_header(), auth)));
    let address = serve(app).await;
    let (good, wrong) = (basic_line("alice", SECRET), basic_line("alice", "looking-glass"));

    let served = bytes(address, "/", Some(&good), "acme", "").await;
    assert!(served.ends_with("served"), "{served}");
    let of_known = bytes(address, "/", Some(&wrong), "acme", "").await;
    assert!(of_known.starts_with("HTTP/1.1 401"), "{of_known}");
    for (line, tenant) in [(&good, "nowhere"), (&wrong, "nowhere"), (&good, "Acme")] {
        assert_eq!(bytes(address, "/", Some(line), tenant, "").await, of_known, "{tenant}");
    }
}
