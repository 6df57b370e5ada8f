//! [`Gate`]: the service.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    task::{Context, Poll},
};

use http::{
    Request, Response, StatusCode,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
    request::Parts,
};
use tower::Service;

use crate::{
    credentials::mark_sensitive,
    error::{AuthError, AuthErrorKind},
    event::{self, Decision},
    gate::{Check, ResponseFuture, Verdict},
    rejection::{DefaultRejection, Rejection, seal},
};

/// Asks a [`Check`] about each request and calls the inner service with those that it lets through.
///
/// Made by a [`GateLayer`](crate::GateLayer) or one of the named layers.
#[derive(Clone, Debug)]
pub struct Gate<S, C, R = DefaultRejection> {
    inner: S,
    check: C,
    rejection: R,
}

impl<S, C, R> Gate<S, C, R> {
    pub(crate) const fn new(inner: S, check: C, rejection: R) -> Self {
        Self { inner, check, rejection }
    }

    /// The service behind the gate.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The service behind the gate.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The service behind the gate.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, C, R, ReqBody, ResBody> Service<Request<ReqBody>> for Gate<S, C, R>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    C: Check,
    R: Rejection<ResBody>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S, C, R, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let decided = contain(|| self.check.check(&parts)).unwrap_or_else(Verdict::Denied);
        let passed = match decided {
            Verdict::Granted(grant) => admit(&self.check, grant, &mut parts),
            Verdict::Passed => {
                // Whoever is not asked takes no secret out.
                let _ = contain(|| self.check.mark_sensitive(&mut parts));
                event::decided(self.check.name(), &Decision::Passed, &parts.extensions);
                Ok(())
            }
            Verdict::Denied(error) => Err(error),
            Verdict::Pending(verdict) => {
                // The readied service waits with the request; the clone takes its place to be
                // readied by the next one.
                let next = self.inner.clone();
                let gate = Self {
                    inner: mem::replace(&mut self.inner, next),
                    check: self.check.clone(),
                    rejection: self.rejection.clone(),
                };
                return ResponseFuture::waiting(verdict, Request::from_parts(parts, body), gate);
            }
        };
        match passed {
            Ok(()) => ResponseFuture::inner(self.inner.call(Request::from_parts(parts, body))),
            Err(error) => {
                ResponseFuture::refused(refuse(&self.check, &self.rejection, &error, &mut parts))
            }
        }
    }
}

impl<S, C: Check, R> Gate<S, C, R> {
    /// Goes on with a request whose verdict was waited for.
    pub(super) fn conclude<ReqBody, ResBody>(
        mut self,
        verdict: Result<C::Grant, AuthError>,
        request: Request<ReqBody>,
    ) -> Result<S::Future, S::Response>
    where
        S: Service<Request<ReqBody>, Response = Response<ResBody>>,
        R: Rejection<ResBody>,
    {
        let (mut parts, body) = request.into_parts();
        match verdict.and_then(|grant| admit(&self.check, grant, &mut parts)) {
            Ok(()) => Ok(self.inner.call(Request::from_parts(parts, body))),
            Err(error) => Err(refuse(&self.check, &self.rejection, &error, &mut parts)),
        }
    }
}

/// Runs foreign code; a panic in it is an error of ours to answer for, never an admission.
///
/// The payload of the panic is dropped: it may quote what the client sent.
pub(super) fn contain<T>(code: impl FnOnce() -> T) -> Result<T, AuthError> {
    catch_unwind(AssertUnwindSafe(code)).map_err(|_| AuthError::misconfigured("the check panicked"))
}

fn admit<C: Check>(check: &C, grant: C::Grant, parts: &mut Parts) -> Result<(), AuthError> {
    contain(|| check.admit(grant, parts))?;
    event::decided(check.name(), &Decision::Granted, &parts.extensions);
    Ok(())
}

fn refuse<C, R, B>(check: &C, rejection: &R, error: &AuthError, parts: &mut Parts) -> Response<B>
where
    C: Check,
    R: Rejection<B>,
{
    event::decided(check.name(), &Decision::Denied(error), &parts.extensions);
    // A rejection may print the request.
    mark_sensitive(&mut parts.headers, &AUTHORIZATION);
    let _ = contain(|| check.mark_sensitive(parts));
    let mut response = rejection.reject(error, parts);
    write_challenges(check, error, parts, &mut response);
    seal(&mut response, error);
    response
}

fn write_challenges<C, B>(check: &C, error: &AuthError, parts: &Parts, response: &mut Response<B>)
where
    C: Check,
{
    let (status, of_kind) = (response.status(), error.kind().status());
    if !matches!(status.as_u16(), 400 | 401 | 403) {
        return;
    }
    // A rejection may turn any refusal into a 401, which must say how to log in.
    let turned = status == StatusCode::UNAUTHORIZED && of_kind != status;
    let missing = AuthError::new(AuthErrorKind::MissingCredentials);
    let asked = if turned { &missing } else { error };
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.remove(WWW_AUTHENTICATE);
    }
    let _ = contain(|| check.challenge(asked, parts, headers));
    if turned && !headers.contains_key(WWW_AUTHENTICATE) {
        // Here nobody can log in, so the answer must not pretend that somebody can.
        *response.status_mut() = of_kind;
    }
}
