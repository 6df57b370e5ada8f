//! [`GrpcErrorInfo`]: refusals with details that programs can read.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use http::{HeaderName, HeaderValue, Response, request::Parts};
use prost::Message;
use prost_types::Any;
use tonic::{Code, Status};

use super::proto::{self, ErrorInfo};
use crate::{
    error::{AuthError, reasons},
    rejection::{DefaultRejection, Rejection},
};

/// Answers as [`DefaultRejection`], and tells gRPC clients why in a `google.rpc.ErrorInfo`.
///
/// | Field | Value |
/// |---|---|
/// | `reason` | the kind of the error, such as `PERMISSION_DENIED` or `EXPIRED_CREDENTIALS` |
/// | `domain` | the one given to [`new`](Self::new) |
/// | `metadata["scope"]` | the permissions that would have sufficed, where one is missing |
/// | `metadata["cause"]` | the reason for the log, with [`danger_expose_causes`](Self::danger_expose_causes) |
///
/// It tells apart what is alike on the wire otherwise, a token that has expired and one that was never
/// good for example, to whoever asks.
///
/// # Examples
///
/// ```
/// use tower_auth::{GrpcErrorInfo, require};
///
/// let layer = require("orders:write").with_rejection(GrpcErrorInfo::new("orders.example.com"));
/// # let _ = layer;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct GrpcErrorInfo {
    domain: Arc<str>,
    exposes_causes: bool,
}

const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

impl GrpcErrorInfo {
    /// Details in the name of a service, such as `orders.example.com`.
    pub fn new(domain: impl Into<Arc<str>>) -> Self {
        Self { domain: domain.into(), exposes_causes: false }
    }

    /// Sends the reason for the log as well: which claim was wrong, which file could not be read. For
    /// services that only their own makers can reach.
    pub const fn danger_expose_causes(mut self) -> Self {
        self.exposes_causes = true;
        self
    }

    /// The status of an error with its details, for handlers that refuse by themselves.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{AuthError, GrpcErrorInfo};
    ///
    /// let info = GrpcErrorInfo::new("orders.example.com");
    /// let status = info.status(&AuthError::tenant_denied("the message names another tenant"));
    /// assert_eq!(status.code(), tonic::Code::PermissionDenied);
    /// assert!(!status.details().is_empty());
    /// ```
    #[must_use]
    pub fn status(&self, error: &AuthError) -> Status {
        let code = Code::from_i32(error.kind().grpc_code().into());
        Status::with_details(code, error.to_string(), self.details(error).into())
    }

    /// A `google.rpc.Status` with an `ErrorInfo` in it.
    fn details(&self, error: &AuthError) -> Vec<u8> {
        let kind = error.kind();
        let cause = self.exposes_causes.then(|| reasons(error));
        let metadata = [("scope", error.scope()), ("cause", cause.as_deref())];
        let told = |(name, value): (&str, Option<&str>)| Some((name.to_owned(), value?.to_owned()));
        let info = ErrorInfo {
            reason: kind.as_str().to_ascii_uppercase(),
            domain: String::from(&*self.domain),
            metadata: metadata.into_iter().filter_map(told).collect(),
        };
        let detail = Any {
            type_url: "type.googleapis.com/google.rpc.ErrorInfo".to_owned(),
            value: info.encode_to_vec(),
        };
        let code = kind.grpc_code().into();
        let status =
            proto::Status { code, message: kind.message().to_owned(), details: vec![detail] };
        status.encode_to_vec()
    }
}

impl<B: Default> Rejection<B> for GrpcErrorInfo {
    fn reject(&self, error: &AuthError, parts: &Parts) -> Response<B> {
        let mut response: Response<B> = DefaultRejection.reject(error, parts);
        if response.headers().contains_key("grpc-status") {
            let details = STANDARD_NO_PAD.encode(self.details(error));
            // Base64 is a value of any header field.
            if let Ok(details) = HeaderValue::try_from(details) {
                response.headers_mut().insert(DETAILS, details);
            }
        }
        response
    }
}
