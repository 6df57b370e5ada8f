//! [`Replay`]: which requests can be sent a second time.

/// Says whether a request can be sent again with another token, after a first one was refused.
///
/// [`CloneBody`] is for bodies that can be cloned, such as `Full<Bytes>`; the default, [`NoReplay`],
/// sends nothing twice. A closure `|body: &B| -> Option<B>` decides for each body:
///
/// ```
/// use http_body_util::Full;
/// use bytes::Bytes;
/// use tower_auth::AuthorizationLayer;
///
/// let small = |body: &Full<Bytes>| {
///     let length = http_body::Body::size_hint(body).exact();
///     length.is_some_and(|length| length < 65_536).then(|| body.clone())
/// };
/// let layer = AuthorizationLayer::basic("worker01", "password")
///     .for_origin("https://orders.example.com")
///     .build()?
///     .with_replay(small);
/// # let _ = layer;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot copy bodies of the type `{B}`",
    note = "`CloneBody` needs a body that is `Clone`; use `NoReplay`, or a closure \
            `|body: &{B}| -> Option<{B}>`"
)]
pub trait Replay<B>: Clone {
    /// A second body that says the same, where there can be one.
    fn copy(&self, body: &B) -> Option<B>;
}

/// No request is sent twice. A token that was refused is renewed all the same, for the calls to come.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoReplay;

/// Every request is sent again, with a clone of its body.
#[derive(Clone, Copy, Debug, Default)]
pub struct CloneBody;

impl<B> Replay<B> for NoReplay {
    fn copy(&self, _: &B) -> Option<B> {
        None
    }
}

impl<B: Clone> Replay<B> for CloneBody {
    fn copy(&self, body: &B) -> Option<B> {
        Some(body.clone())
    }
}

impl<B, F> Replay<B> for F
where
    F: Fn(&B) -> Option<B> + Clone,
{
    fn copy(&self, body: &B) -> Option<B> {
        self(body)
    }
}
