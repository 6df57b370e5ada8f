//! The parameters of the route that axum matched.

use http::request::Parts;

use crate::{error::AuthError, permission::Requirement};

/// The requirement with the parameters of the route in it.
#[cfg(feature = "axum")]
pub(super) fn bound(requirement: &Requirement, parts: &Parts) -> Result<Requirement, AuthError> {
    use axum::extract::{FromRequestParts, RawPathParams};
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    let no_route = || {
        AuthError::misconfigured(format!(
            "the parameters of {requirement} are those of a route: add the layer to a route of \
             axum's, or set with_parameters"
        ))
    };
    // Axum hands its parameters to extractors only, and to them only with the whole request.
    let (mut copy, ()) = http::Request::new(()).into_parts();
    copy.extensions = parts.extensions.clone();
    let extracted = pin!(RawPathParams::from_request_parts(&mut copy, &()));
    let Poll::Ready(extracted) = extracted.poll(&mut Context::from_waker(Waker::noop())) else {
        return Err(no_route());
    };
    let values = extracted.map_err(|_| no_route())?;
    requirement.with_parameters(|name| {
        let mut values = values.iter().filter(|(parameter, _)| *parameter == name);
        // Two of one name could be two values, and it is not known which the handler takes.
        values.next().filter(|_| values.next().is_none()).map(|(_, value)| value)
    })
}

/// Without a router that is known, nobody knows the parameters.
#[cfg(not(feature = "axum"))]
pub(super) fn bound(requirement: &Requirement, _: &Parts) -> Result<Requirement, AuthError> {
    Err(AuthError::misconfigured(format!(
        "the parameters of {requirement} are not known: set with_parameters"
    )))
}
