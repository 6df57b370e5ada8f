//! [`State`]: what the handles of an issuer and its server share.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::{
    Algorithm,
    clock::Clock,
    testing::{
        TestToken,
        metadata::{Document, Places},
        signing_key::SigningKey,
    },
};

/// The issuer itself.
#[derive(Debug)]
pub(super) struct State {
    pub(super) issuer: String,
    pub(super) audience: String,
    pub(super) clock: Clock,
    pub(super) algorithm: Algorithm,
    pub(super) places: Places,
    board: Mutex<Board>,
    keys_made: AtomicUsize,
    tokens: AtomicUsize,
    requests: AtomicUsize,
    jwks_requests: AtomicUsize,
}

/// What tests change while the issuer runs.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// Never empty; the last one signs.
    pub(super) keys: Vec<Arc<SigningKey>>,
    pub(super) published: Option<String>,
    pub(super) is_down: bool,
}

impl State {
    pub(super) fn new(
        issuer: String,
        algorithm: Algorithm,
        audience: String,
        clock: Clock,
    ) -> Self {
        let state = Self {
            places: Places::of(&issuer),
            issuer,
            audience,
            clock,
            algorithm,
            board: Mutex::default(),
            keys_made: AtomicUsize::default(),
            tokens: AtomicUsize::default(),
            requests: AtomicUsize::default(),
            jwks_requests: AtomicUsize::default(),
        };
        let first = state.new_key();
        state.lock().keys.push(first);
        state
    }

    pub(super) fn answer(&self, path: &str) -> Response<Vec<u8>> {
        const JSON: &str = "application/json";
        const HTML: &str = "text/html; charset=utf-8";
        const DOWN: &str = "<!doctype html><title>503</title><h1>Service Unavailable</h1>";

        let document = self.places.document_at(path);
        self.requests.fetch_add(1, Ordering::SeqCst);
        if document == Some(Document::Jwks) {
            self.jwks_requests.fetch_add(1, Ordering::SeqCst);
        }
        let board = self.lock();
        if board.is_down {
            return response(StatusCode::SERVICE_UNAVAILABLE, HTML, DOWN.to_owned());
        }
        match document {
            Some(Document::Jwks) => response(StatusCode::OK, JSON, board.jwks()),
            Some(Document::Metadata) => {
                let metadata = self.places.metadata(&self.issuer, self.algorithm);
                response(StatusCode::OK, JSON, metadata.to_string())
            }
            None => response(StatusCode::NOT_FOUND, HTML, String::new()),
        }
    }

    /// Made before the lock is taken: an RSA key takes its time.
    pub(super) fn new_key(&self) -> Arc<SigningKey> {
        let number = self.keys_made.fetch_add(1, Ordering::SeqCst) + 1;
        Arc::new(SigningKey::generate(format!("key-{number}"), self.algorithm))
    }

    pub(super) fn token(&self, subject: String) -> TestToken {
        let number = self.tokens.fetch_add(1, Ordering::SeqCst) + 1;
        let key = self.lock().signing_key();
        TestToken::new(self, key, subject, format!("token-{number}"))
    }

    pub(super) fn jwks(&self) -> String {
        self.lock().jwks()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Board)) {
        change(&mut self.lock());
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(super) fn jwks_requests(&self) -> usize {
        self.jwks_requests.load(Ordering::SeqCst)
    }

    /// No change can panic half-way, so a poisoned lock holds nothing that is wrong.
    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board {
    pub(super) fn signing_key(&self) -> Arc<SigningKey> {
        Arc::clone(self.keys.last().expect("there is a key from the start"))
    }

    fn jwks(&self) -> String {
        self.published.clone().unwrap_or_else(|| {
            let keys: Vec<Value> = self.keys.iter().map(|key| key.jwk()).collect();
            json!({ "keys": keys }).to_string()
        })
    }
}

fn response(status: StatusCode, content_type: &'static str, body: String) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
