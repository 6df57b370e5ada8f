//! The answers of a Temporal server (TI-6 to TI-9).

use http::{Response, StatusCode};
use tower_auth::{AuthErrorKind, Rejection, TemporalRejection};

use super::{parts, rejected};

#[test]
fn whatever_is_wrong_the_answer_is_one() {
    for kind in AuthErrorKind::ALL {
        let response = rejected(&TemporalRejection::new(), &kind.into());
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["grpc-status"], "7");
        assert_eq!(response.headers()["grpc-message"], "Request unauthorized.");
        let http: Response<String> =
            TemporalRejection::new().reject(&kind.into(), &parts("text/html"));
        assert_eq!(http.status(), StatusCode::FORBIDDEN);
    }
}

#[test]
fn errors_of_the_authorizer_are_told_where_that_is_set_and_refusals_are_not() {
    let rejection = TemporalRejection::new().expose_authorizer_errors();
    for kind in AuthErrorKind::ALL {
        let expected = match kind {
            AuthErrorKind::Unavailable => "14",
            AuthErrorKind::Overloaded => "8",
            AuthErrorKind::Misconfigured => "13",
            _ => "7",
        };
        assert_eq!(rejected(&rejection, &kind.into()).headers()["grpc-status"], expected, "{kind}");
    }
}
