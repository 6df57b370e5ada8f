//! A provider that does what a test says, without a socket.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Response, StatusCode, Uri, header::CACHE_CONTROL};
use serde_json::json;
use tower_auth::{
    Answer, AuthError, AuthErrorKind, Authenticator, Bearer, BoxError, Fetch, Identity, Issuer,
    JwtVerifier, JwtVerifierBuilder, RemoteKeys,
};

use crate::support::tokens::{
    AUDIENCE, ISSUER, Signing, Token, clock, jwk_with, jwks, token, token_by,
};

pub(crate) const URL: &str = "https://login.example.com/jwks.json";

/// What the provider does with a request.
#[derive(Clone)]
pub(crate) enum Play {
    Answer(u16, Vec<u8>),
    MaxAge(u64, Vec<u8>),
    /// Answers after this time.
    Slow(Duration, Vec<u8>),
    Hang,
    Fail,
    Panic,
}

/// The provider and what it was asked.
#[derive(Clone)]
pub(crate) struct Provider(Arc<Mutex<State>>);

struct State {
    play: Play,
    urls: Vec<String>,
}

impl Provider {
    pub(crate) fn new(play: Play) -> Self {
        Self(Arc::new(Mutex::new(State { play, urls: Vec::new() })))
    }

    /// Serves a set with keys of these names.
    pub(crate) fn of_kids(kids: &[&str]) -> Self {
        Self::new(Play::Answer(200, set(kids)))
    }

    pub(crate) fn play(&self, play: Play) {
        self.0.lock().unwrap().play = play;
    }

    pub(crate) fn serve(&self, kids: &[&str]) {
        self.play(Play::Answer(200, set(kids)));
    }

    pub(crate) fn fetches(&self) -> usize {
        self.0.lock().unwrap().urls.len()
    }

    pub(crate) fn urls(&self) -> Vec<String> {
        self.0.lock().unwrap().urls.clone()
    }
}

impl Fetch for Provider {
    async fn get(&self, url: &Uri, _: usize) -> Result<Response<Vec<u8>>, BoxError> {
        let play = {
            let mut state = self.0.lock().unwrap();
            state.urls.push(url.to_string());
            state.play.clone()
        };
        let (status, body, max_age) = match play {
            Play::Answer(status, body) => (status, body, None),
            Play::MaxAge(seconds, body) => (200, body, Some(seconds)),
            Play::Slow(delay, body) => {
                tokio::time::sleep(delay).await;
                (200, body, None)
            }
            Play::Hang => std::future::pending().await,
            Play::Fail => return Err("connection refused".into()),
            Play::Panic => panic!("a client that panics"),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status)?;
        if let Some(seconds) = max_age {
            let value = format!("public, max-age={seconds}").try_into()?;
            response.headers_mut().insert(CACHE_CONTROL, value);
        }
        Ok(response)
    }
}

/// A set of ES256 keys with these names. A name that starts with `rsa` is one of an RSA key.
pub(crate) fn set(kids: &[&str]) -> Vec<u8> {
    let keys = kids.iter().map(|kid| {
        let signing = if kid.starts_with("rsa") { Signing::Rs256 } else { Signing::Es256 };
        jwk_with(signing, &json!({ "kid": kid, "alg": signing.alg() }))
    });
    jwks(keys).into_bytes()
}

pub(crate) fn remote(provider: &Provider) -> RemoteKeys {
    RemoteKeys::from_jwks_url(URL).with_fetch(provider.clone())
}

pub(crate) fn builder(keys: RemoteKeys) -> JwtVerifierBuilder {
    let issuer = Issuer::new(ISSUER, AUDIENCE, keys);
    JwtVerifier::builder().issuer(issuer).with_clock(clock())
}

pub(crate) fn verifier(provider: &Provider) -> JwtVerifier {
    builder(remote(provider)).build().unwrap()
}

pub(crate) fn named(kid: &str) -> Token {
    let signing = if kid.starts_with("rsa") { Signing::Rs256 } else { Signing::Es256 };
    if kid.starts_with("rsa") { token_by(signing) } else { token() }.header("kid", kid)
}

/// A good token whose header names this key.
pub(crate) fn token_of(kid: &str) -> String {
    named(kid).compact()
}

/// The judgement, waited for if need be.
pub(crate) async fn judge(verifier: &JwtVerifier, token: &str) -> Result<Identity, AuthError> {
    match verifier.answer(Bearer::new(token)) {
        Answer::Now(judgement) => judgement,
        Answer::Later(credentials) => verifier.authenticate(credentials).await,
    }
}

pub(crate) async fn kind(verifier: &JwtVerifier, token: &str) -> Option<AuthErrorKind> {
    judge(verifier, token).await.err().map(|error| error.kind())
}

/// The judgement, which must be there at once.
#[track_caller]
pub(crate) fn at_once(verifier: &JwtVerifier, token: &str) -> Result<Identity, AuthError> {
    match verifier.answer(Bearer::new(token)) {
        Answer::Now(judgement) => judgement,
        Answer::Later(_) => panic!("the request has to wait"),
    }
}

/// Time passes, and what is due in the background is done.
pub(crate) async fn pass(time: Duration) {
    tokio::time::advance(time).await;
    settle().await;
}

pub(crate) async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}
