//! [`Answers`]: what clients are told when they are refused.

use http::{Response, request::Parts};
use tonic::Status;
use tower_auth::{AuthError, AuthErrorKind, GrpcErrorInfo, Rejection, TemporalRejection};

/// One of two ways to refuse.
#[derive(Clone, Debug)]
pub(crate) enum Answers {
    /// The code says what to do, and a `google.rpc.ErrorInfo` why.
    Precise(GrpcErrorInfo),
    /// Those of a Temporal server.
    Temporal { exposes_errors: bool },
}

/// How one kind of layers refuses.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Precise(GrpcErrorInfo),
    Temporal(TemporalRejection),
}

impl Answers {
    pub(crate) fn precise() -> Self {
        Self::Precise(GrpcErrorInfo::new("temporal-frontend.example.com"))
    }

    pub(crate) fn temporal(exposes_errors: bool) -> Self {
        Self::Temporal { exposes_errors }
    }

    pub(crate) fn are_temporal(&self) -> bool {
        matches!(self, Self::Temporal { .. })
    }

    /// For the layers that say who calls. Temporal never tells why a token was refused.
    pub(crate) fn of_authentication(&self) -> Answer {
        self.or_temporal(TemporalRejection::new())
    }

    /// For the layers that say what they may do.
    pub(crate) fn of_authorization(&self) -> Answer {
        let rejection = TemporalRejection::new();
        match self {
            Self::Temporal { exposes_errors: true } => {
                self.or_temporal(rejection.expose_authorizer_errors())
            }
            _ => self.or_temporal(rejection),
        }
    }

    /// For methods that refuse by themselves.
    pub(crate) fn status(&self, error: &AuthError) -> Status {
        match self {
            Self::Precise(info) => info.status(error),
            Self::Temporal { .. } if error.kind() == AuthErrorKind::Misconfigured => {
                error.clone().into()
            }
            Self::Temporal { .. } => Status::permission_denied(TemporalRejection::MESSAGE),
        }
    }

    fn or_temporal(&self, rejection: TemporalRejection) -> Answer {
        match self {
            Self::Precise(info) => Answer::Precise(info.clone()),
            Self::Temporal { .. } => Answer::Temporal(rejection),
        }
    }
}

impl<B: Default> Rejection<B> for Answer {
    fn reject(&self, error: &AuthError, parts: &Parts) -> Response<B> {
        match self {
            Self::Precise(info) => info.reject(error, parts),
            Self::Temporal(rejection) => rejection.reject(error, parts),
        }
    }
}
