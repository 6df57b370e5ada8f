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
    Temporal { authentication: TemporalRejection, authorization: TemporalRejection },
}

impl Answers {
    pub(crate) fn precise() -> Self {
        Self::Precise(GrpcErrorInfo::new("temporal-frontend.example.com"))
    }

    pub(crate) fn temporal(exposes_errors: bool) -> Self {
        let authentication = TemporalRejection::new();
        let authorization = match exposes_errors {
            true => authentication.expose_authorizer_errors(),
            false => authentication,
        };
        Self::Temporal { authentication, authorization }
    }

    pub(crate) fn are_temporal(&self) -> bool {
        matches!(self, Self::Temporal { .. })
    }

    /// For the layers that say who calls. Temporal never tells why a token was refused.
    pub(crate) fn of_authentication<B: Default>(
        &self,
    ) -> impl Rejection<B> + Send + Sync + 'static + use<B> {
        let answers = self.clone();
        move |error: &AuthError, parts: &Parts| -> Response<B> {
            match &answers {
                Self::Precise(info) => info.reject(error, parts),
                Self::Temporal { authentication, .. } => authentication.reject(error, parts),
            }
        }
    }

    /// For the layers that say what they may do.
    pub(crate) fn of_authorization<B: Default>(
        &self,
    ) -> impl Rejection<B> + Send + Sync + 'static + use<B> {
        let answers = self.clone();
        move |error: &AuthError, parts: &Parts| -> Response<B> {
            match &answers {
                Self::Precise(info) => info.reject(error, parts),
                Self::Temporal { authorization, .. } => authorization.reject(error, parts),
            }
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
}
