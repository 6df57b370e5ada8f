//! Promises 2, 4 and 5: what holds for every refusal.

use http::{Response, StatusCode, header::CACHE_CONTROL, request::Parts};
use tower_auth::{
    AuthError, AuthErrorKind, BoxFuture, Check, DefaultRejection, GateLayer, Rejection, Verdict,
};

use crate::support::probe::{request, send};

/// Refuses as a kind: at once, or after a while.
#[derive(Clone)]
struct No(AuthErrorKind, bool);

impl Check for No {
    type Grant = ();

    fn check(&self, _: &Parts) -> Verdict<()> {
        let error = AuthError::new(self.0);
        if self.1 {
            let wait: BoxFuture<'static, Result<(), AuthError>> = Box::pin(async {
                tokio::task::yield_now().await;
                Err(error)
            });
            Verdict::Pending(wait)
        } else {
            Verdict::Denied(error)
        }
    }

    fn admit(&self, (): (), _: &mut Parts) {
        unreachable!("nothing is granted");
    }
}

fn refusals() -> impl Iterator<Item = No> {
    AuthErrorKind::ALL.into_iter().flat_map(|kind| [No(kind, false), No(kind, true)])
}

/// A rejection that tries to weaken everything it can.
fn careless(_: &AuthError, _: &Parts) -> Response<String> {
    let mut response = Response::new("sorry".to_owned());
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response.headers_mut().insert(CACHE_CONTROL, "public, max-age=3600".parse().unwrap());
    response
}

#[tokio::test]
async fn promise_02_a_refusal_never_reaches_the_inner_service_and_reads_no_body() {
    for no in refusals() {
        let kind = no.0;
        // The body of this request fails the test when it is read.
        let (response, probe) = send(&GateLayer::new(no), request(&[])).await;
        assert_eq!(response.status(), kind.status());
        assert_eq!(probe.calls(), 0, "{kind}");
    }
}

#[tokio::test]
async fn promise_04_refusals_are_not_cacheable() {
    for no in refusals() {
        let (plain, _) = send(&GateLayer::new(no.clone()), request(&[])).await;
        let (custom, _) = send(&GateLayer::new(no).with_rejection(careless), request(&[])).await;
        for response in [plain, custom] {
            let values: Vec<_> = response.headers().get_all(CACHE_CONTROL).iter().collect();
            assert_eq!(values, ["no-store"]);
        }
    }
}

#[tokio::test]
async fn promise_05_the_error_is_in_the_extensions_of_the_response() {
    for no in refusals() {
        let kind = no.0;
        let (plain, _) = send(&GateLayer::new(no.clone()), request(&[])).await;
        let (custom, _) = send(&GateLayer::new(no).with_rejection(careless), request(&[])).await;
        for response in [plain, custom] {
            let error = response.extensions().get::<AuthError>().expect("the error");
            assert_eq!(error.kind(), kind);
        }
    }
}

#[tokio::test]
async fn a_503_says_when_to_come_back_whatever_the_rejection_does() {
    let teapot = |error: &AuthError, parts: &Parts| -> Response<String> {
        let mut response: Response<String> = DefaultRejection.reject(error, parts);
        response.headers_mut().clear();
        response
    };
    for kind in [AuthErrorKind::Overloaded, AuthErrorKind::Unavailable] {
        let gate = GateLayer::new(No(kind, false)).with_rejection(teapot);
        let (response, _) = send(&gate, request(&[])).await;
        assert_eq!(response.headers()["retry-after"], "1");
    }
}
