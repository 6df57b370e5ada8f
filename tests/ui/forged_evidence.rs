//! What a request is known to be can only be found out by a layer.

use tower_auth::{Permitted, Requirement};

fn main() {
    let _ = Permitted(Requirement::from("orders:write"));
    let _ = Permitted::new(Requirement::from("orders:write"));
    let _ = tower_auth::evidence::Evidence::default();
}
