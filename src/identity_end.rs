//! [`IdentityEnd`]: when the identity of a request ends while its answer is under way.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;
use http::Extensions;
use pin_project_lite::pin_project;
use tokio::time::Instant;

use crate::{clock::Clock, error::AuthError, gate::BoxFuture, identity::Identity};

/// Completes when the identity of a request expires or is revoked.
///
/// Gates ask once, when the request comes. A stream that lasts for hours outlives the token it was
/// opened with; this says when it must end. It knows when the identity and those outside of it
/// [expire](Identity::expires_at), and asks from time to time whether they
/// [still count](Identity::with_recheck). The leeway that a verifier gives to clocks is for requests:
/// the stream of a token that has just ended ends at once.
///
/// # Examples
///
/// ```
/// use futures_util::{Stream, StreamExt, stream};
/// use tower_auth::{AuthError, IdentityEnd};
///
/// /// The answer of a handler, ended by an error when the caller's token has expired.
/// fn prices(request: &http::Request<()>) -> impl Stream<Item = Result<f64, AuthError>> {
///     let prices = stream::repeat(Ok(17.5));
///     let end = IdentityEnd::from_extensions(request.extensions());
///     end.map_or_else(|| prices.clone().left_stream(), |end| end.guard(prices.clone()).right_stream())
/// }
/// # let _ = prices;
/// ```
#[derive(Clone)]
#[must_use = "it does nothing unless it is waited for or guards a stream"]
pub struct IdentityEnd {
    identity: Identity,
    every: Duration,
    clock: Clock,
}

impl IdentityEnd {
    /// How often it is asked whether the identity still counts, where nothing else is set.
    pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);

    /// The end of the identity of a request; `None` when no authentication layer ran.
    pub fn from_extensions(extensions: &Extensions) -> Option<Self> {
        Identity::from_extensions(extensions).map(Self::of)
    }

    /// The end of an identity.
    pub fn of(identity: &Identity) -> Self {
        Self { identity: identity.clone(), every: Self::DEFAULT_INTERVAL, clock: Clock::system() }
    }

    /// Sets how often it is asked whether the identity still counts, at least every millisecond.
    /// The default is [`DEFAULT_INTERVAL`](Self::DEFAULT_INTERVAL).
    pub fn with_interval(mut self, every: Duration) -> Self {
        self.every = every.max(Duration::from_millis(1));
        self
    }

    /// Reads the time of day elsewhere; for tests.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Waits for the end, and says why it has come: `ExpiredCredentials`, or what the identity's own
    /// recheck says. It never comes for an identity that neither expires nor can be revoked.
    ///
    /// A recheck that cannot say now whether the identity counts (`Unavailable`) ends nothing: the
    /// request was admitted, and the next question comes soon.
    pub async fn reached(self) -> AuthError {
        let began = Instant::now();
        // A time of day that is set back makes nobody last longer.
        let mut latest = Duration::MAX;
        loop {
            let left = match self.left() {
                Ok(left) => left,
                Err(error) => return error,
            };
            let elapsed = began.elapsed();
            latest = latest.min(elapsed.saturating_add(left));
            let left = latest.saturating_sub(elapsed);
            if left.is_zero() {
                return ended();
            }
            tokio::time::sleep(left.min(self.every)).await;
        }
    }

    /// Ends a stream with an error when the identity ends. What the stream yields before that is left as
    /// it is.
    ///
    /// In tonic the error is a `Status` with `UNAUTHENTICATED`.
    pub fn guard<S, T, E>(self, stream: S) -> GuardedStream<S>
    where
        S: Stream<Item = Result<T, E>>,
        E: From<AuthError>,
    {
        GuardedStream { stream, end: Some(Box::pin(self.reached())) }
    }

    /// How long it lasts at most, or why it does not any more.
    fn left(&self) -> Result<Duration, AuthError> {
        use crate::AuthErrorKind::{Overloaded, Unavailable};

        let now = self.clock.now();
        let identities = std::iter::successors(Some(&self.identity), |identity| identity.outer());
        let ends = identities.filter_map(Identity::expires_at).min();
        let left = ends.map_or(Ok(Duration::MAX), |end| end.duration_since(now));
        let left = left.ok().filter(|left| !left.is_zero());
        let left = left.ok_or_else(ended)?;
        match self.identity.recheck() {
            Err(error) if !matches!(error.kind(), Overloaded | Unavailable) => Err(error),
            _ => Ok(left),
        }
    }
}

fn ended() -> AuthError {
    AuthError::expired("the credentials have ended meanwhile")
}

impl fmt::Debug for IdentityEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityEnd")
            .field("identity", &self.identity)
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The stream of [`IdentityEnd::guard`].
    #[must_use = "streams do nothing unless they are polled"]
    pub struct GuardedStream<S> {
        #[pin]
        stream: S,
        // None once either has ended.
        end: Option<BoxFuture<'static, AuthError>>,
    }
}

impl<S, T, E> Stream for GuardedStream<S>
where
    S: Stream<Item = Result<T, E>>,
    E: From<AuthError>,
{
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let Some(end) = this.end else {
            return Poll::Ready(None);
        };
        // The end first: a stream that always has something to say must not go on for ever.
        if let Poll::Ready(error) = end.as_mut().poll(cx) {
            *this.end = None;
            return Poll::Ready(Some(Err(error.into())));
        }
        let item = ready!(this.stream.poll_next(cx));
        if item.is_none() {
            *this.end = None;
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // It may end at once, and by one item more.
        (0, self.stream.size_hint().1.and_then(|most| most.checked_add(1)))
    }
}

impl<S: fmt::Debug> fmt::Debug for GuardedStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedStream").field("stream", &self.stream).finish_non_exhaustive()
    }
}
