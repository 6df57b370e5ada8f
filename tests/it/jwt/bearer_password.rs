//! KF-4: identifier and secret that come as a bearer token.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::{Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{AuthError, AuthLayer, BearerPassword, Identity, Scheme};

use crate::support::tokens::{token, verifier};

/// The layer, and how often the password store was asked.
fn layer() -> (AuthLayer, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let passwords = Scheme::new(move |sent: BearerPassword| {
        count.fetch_add(1, Ordering::SeqCst);
        async move {
            let basic = sent.into_basic();
            match (basic.username(), basic.password().expose()) {
                ("CLIENT_ID", b"CLIENT_SECRET") => Ok(Identity::new("worker")),
                _ => Err(AuthError::invalid("unknown")),
            }
        }
    });
    (AuthLayer::first_of([Scheme::jwt(verifier().clone()), passwords]), asked)
}

async fn send(layer: &AuthLayer, value: &str) -> Response<String> {
    let service = layer.layer(service_fn(async |request: Request<()>| {
        let identity = Identity::from_extensions(request.extensions()).unwrap();
        assert!(!request.headers().contains_key("authorization"));
        Ok::<_, Infallible>(Response::new(identity.subject().to_owned()))
    }));
    let request = Request::builder().header("authorization", value).body(()).unwrap();
    service.oneshot(request).await.unwrap()
}

#[tokio::test]
async fn kf_t2_identifier_and_secret_are_accepted_as_a_bearer_token() {
    let (layer, asked) = layer();
    let response = send(&layer, "Bearer Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ=").await;
    assert_eq!((response.status().as_u16(), response.body().as_str()), (200, "worker"));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_jwt_never_reaches_the_password_store() {
    let (layer, asked) = layer();
    let good = send(&layer, &format!("Bearer {}", token().compact())).await;
    assert_eq!((good.status().as_u16(), good.body().as_str()), (200, "alice"));
    for bad in ["a.b.c", "a.b", ".", "Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ.", "a.b.c.d.e"] {
        assert_eq!(send(&layer, &format!("Bearer {bad}")).await.status(), 401, "{bad}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_password_never_reaches_the_verifier_and_garbage_reaches_nobody() {
    let (layer, asked) = layer();
    for bad in
        ["Q0xJRU5UX0lEOndyb25n", "bm8gY29sb24=", "!", "Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ", "abc"]
    {
        assert_eq!(send(&layer, &format!("Bearer {bad}")).await.status(), 401, "{bad}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the first is a password, if a wrong one");
}

#[tokio::test]
async fn where_anonymous_callers_are_allowed_bad_ones_are_refused_all_the_same() {
    let layer = layer().0.allow_anonymous();
    for bad in ["a.b", "abc", "bm8gY29sb24=", "Q0xJRU5UX0lEOndyb25n"] {
        assert_eq!(send(&layer, &format!("Bearer {bad}")).await.status(), 401, "{bad}");
    }
}
