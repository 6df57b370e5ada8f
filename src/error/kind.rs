//! [`AuthErrorKind`]: the one table.

use std::fmt;

use http::StatusCode;

/// The kinds of refusal, and what each tells an HTTP and a gRPC client.
///
/// | Kind | HTTP | gRPC | Bearer `error` (RFC 6750) |
/// |---|---|---|---|
/// | `MissingCredentials` | 401 | `UNAUTHENTICATED` 16 | none |
/// | `AmbiguousCredentials` | 400 | `UNAUTHENTICATED` 16 | `invalid_request` |
/// | `UnreadableCredentials`, `InvalidCredentials`, `ExpiredCredentials` | 401 | `UNAUTHENTICATED` 16 | `invalid_token` |
/// | `TenantDenied` | 403 | `PERMISSION_DENIED` 7 | none |
/// | `PermissionDenied` | 403 | `PERMISSION_DENIED` 7 | `insufficient_scope` |
/// | `Throttled` | 429 and `Retry-After` | `RESOURCE_EXHAUSTED` 8 | none |
/// | `Overloaded` | 503 and `Retry-After` | `RESOURCE_EXHAUSTED` 8 | none |
/// | `Unavailable` | 503 and `Retry-After` | `UNAVAILABLE` 14 | none |
/// | `AmbiguousPath` | 400 | `UNIMPLEMENTED` 12 | none |
/// | `Misconfigured` | 500 | `INTERNAL` 13 | none |
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// No credentials were presented.
    MissingCredentials,
    /// Two `Authorization` lines, or credentials for two schemes, came in one request.
    AmbiguousCredentials,
    /// The credentials break their own grammar.
    UnreadableCredentials,
    /// The credentials are not good.
    InvalidCredentials,
    /// The credentials were good once.
    ExpiredCredentials,
    /// The caller may not act for the tenant.
    TenantDenied,
    /// The caller lacks a permission.
    PermissionDenied,
    /// Too many attempts have failed; this one was not looked at.
    Throttled,
    /// The bounded work of judging credentials is at its bound.
    Overloaded,
    /// An identity provider, a key set or a store is out of reach.
    Unavailable,
    /// The path of the request, or what overrides it, could be read as another one.
    AmbiguousPath,
    /// The layers are not wired correctly, or a check panicked.
    Misconfigured,
}

/// One line of the table.
struct Row {
    name: &'static str,
    status: StatusCode,
    grpc_code: u8,
    bearer_error: Option<&'static str>,
    message: &'static str,
}

const fn row(
    name: &'static str,
    status: StatusCode,
    grpc_code: u8,
    bearer_error: Option<&'static str>,
    message: &'static str,
) -> Row {
    Row { name, status, grpc_code, bearer_error, message }
}

impl AuthErrorKind {
    /// Every kind, in the order of the table.
    pub const ALL: [Self; 12] = [
        Self::MissingCredentials,
        Self::AmbiguousCredentials,
        Self::UnreadableCredentials,
        Self::InvalidCredentials,
        Self::ExpiredCredentials,
        Self::TenantDenied,
        Self::PermissionDenied,
        Self::Throttled,
        Self::Overloaded,
        Self::Unavailable,
        Self::AmbiguousPath,
        Self::Misconfigured,
    ];

    /// The one table. Bad credentials are told apart in logs and are alike on the wire.
    #[rustfmt::skip]
    const fn row(self) -> Row {
        const NOT_ACCEPTED: &str = "the credentials were not accepted";
        const TOKEN: Option<&str> = Some("invalid_token");
        match self {
            Self::MissingCredentials => row("missing_credentials", StatusCode::UNAUTHORIZED, 16, None, "no credentials were presented"),
            Self::AmbiguousCredentials => row("ambiguous_credentials", StatusCode::BAD_REQUEST, 16, Some("invalid_request"), "more than one set of credentials was presented"),
            Self::UnreadableCredentials => row("unreadable_credentials", StatusCode::UNAUTHORIZED, 16, TOKEN, NOT_ACCEPTED),
            Self::InvalidCredentials => row("invalid_credentials", StatusCode::UNAUTHORIZED, 16, TOKEN, NOT_ACCEPTED),
            Self::ExpiredCredentials => row("expired_credentials", StatusCode::UNAUTHORIZED, 16, TOKEN, NOT_ACCEPTED),
            Self::TenantDenied => row("tenant_denied", StatusCode::FORBIDDEN, 7, None, "the tenant is not accessible"),
            Self::PermissionDenied => row("permission_denied", StatusCode::FORBIDDEN, 7, Some("insufficient_scope"), "a required permission is missing"),
            Self::Throttled => row("throttled", StatusCode::TOO_MANY_REQUESTS, 8, None, "too many failed attempts"),
            Self::Overloaded => row("overloaded", StatusCode::SERVICE_UNAVAILABLE, 8, None, "too many requests are waiting"),
            Self::Unavailable => row("unavailable", StatusCode::SERVICE_UNAVAILABLE, 14, None, "authentication is temporarily unavailable"),
            Self::AmbiguousPath => row("ambiguous_path", StatusCode::BAD_REQUEST, 12, None, "the path of the request is ambiguous"),
            Self::Misconfigured => row("misconfigured", StatusCode::INTERNAL_SERVER_ERROR, 13, None, "authentication layers are not wired correctly"),
        }
    }

    /// A stable name for logs, metrics and problem types, such as `missing_credentials`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().name
    }

    /// The status of an HTTP answer.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.row().status
    }

    /// The `grpc-status` of a gRPC answer.
    #[must_use]
    pub const fn grpc_code(self) -> u8 {
        self.row().grpc_code
    }

    /// The `error` of a Bearer challenge (RFC 6750, section 3.1).
    #[must_use]
    pub const fn bearer_error(self) -> Option<&'static str> {
        self.row().bearer_error
    }

    /// The text that is sent to clients. It is ASCII without quotes, so it fits a quoted string, a
    /// `grpc-message` and JSON as it stands.
    #[must_use]
    pub const fn message(self) -> &'static str {
        self.row().message
    }
}

impl fmt::Display for AuthErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
