//! What a closure waits for must be able to move between threads.

use std::rc::Rc;

use tower_auth::{AuthError, Basic, BasicAuthLayer, Identity};

fn main() {
    let _ = BasicAuthLayer::new(|user: Basic| async move {
        let name = Rc::new(user.username().to_owned());
        std::future::ready(()).await;
        Ok::<_, AuthError>(Identity::new(name.as_str()))
    });
}
