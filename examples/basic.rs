//! Users from a file that may change while the service runs, and a route that needs a permission.
//!
//! ```text
//! cargo run --example basic                                       # prints where the file is
//! curl -i http://127.0.0.1:3000/orders                            # 401, and how to log in
//! curl -i -u alice:wonderland http://127.0.0.1:3000/orders        # 200
//! curl -i -u alice:wonderland -X DELETE http://127.0.0.1:3000/orders  # 403
//!
//! (cat FILE; htpasswd -nbB -C 10 bob builder) > FILE.new && mv FILE.new FILE  # as a whole
//! curl -i -u bob:builder http://127.0.0.1:3000/orders             # 403 within a second, and not 401
//! ```
//!
//! Passwords are readable on their way: serve over TLS, as the example `quickstart` does.

use std::{error::Error, fs, path::Path, time::Duration};

use axum::{
    Router,
    routing::{delete, get},
};
use tower_auth::{
    Authenticator, BasicAuthLayer, CacheLimits, Identity, PermissionClaimLayer, Permissions,
    Tenant, Users, UsersFile, require,
};

// htpasswd -nbBC 5 alice wonderland (take 10 or more where it counts)
pub(crate) const ALICE: &str =
    "alice:$2y$05$bE71XVGrWVTyYA/fZEjhXOf3UFw5lhfDh/j5IMEzti489Vn.KLsWS\n";

pub(crate) fn app(file: &Path) -> Result<(Router, Users), Box<dyn Error>> {
    let users = Users::builder()
        .file(UsersFile::htpasswd(file))
        .with_reload_every(Duration::from_secs(1))
        .build()?;
    // A password is hashed once in a minute, not with every request.
    let cached = users.clone().cached(CacheLimits::new().with_max_age(Duration::from_secs(60)));
    let auth = (
        BasicAuthLayer::new(cached).with_realm("orders"),
        // An htpasswd file says who somebody is and not what they may do.
        PermissionClaimLayer::new(|identity: &Identity, _: Option<&Tenant>| {
            let may_read = identity.subject() == "alice";
            Ok(may_read.then_some("orders:read").into_iter().collect::<Permissions>())
        }),
    );
    let app = Router::new()
        .route("/orders", get(list).route_layer(require("orders:read")))
        .route("/orders", delete(clear).route_layer(require("orders:delete")))
        .route_layer(auth);
    Ok((app, users))
}

async fn list(identity: Identity) -> String {
    format!("orders of {}\n", identity.subject())
}

async fn clear() -> &'static str {
    "all orders are gone\n"
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("htpasswd");
    fs::write(&file, ALICE)?;
    let (app, _users) = app(&file)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("users are in {}", file.display());
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    Ok(axum::serve(listener, app).with_graceful_shutdown(stop).await?)
}
