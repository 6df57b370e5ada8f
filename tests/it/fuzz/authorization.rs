//! Whatever is in the fields that credentials come in: never a fault of the server, never anybody
//! in but who is known, and nothing of the credentials behind the gate.

use std::{
    convert::Infallible,
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL},
};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{
    AuthError, AuthLayer, Basic, HmacAlgorithm, Identity, JwtAuthLayer, JwtVerifier, Keys, Scheme,
    Secret, TokenLocation,
};

use crate::support::{
    challenges::schemes,
    tokens::{HMAC_SECRET, Signing, base64url, issuer, token_by, verifier_of},
};

const BARE: HeaderName = HeaderName::from_static("x-token");
const SUB_PROTOCOL: &str = "base64url.bearer.authorization.k8s.io.";
const SESSION: &str = "session=";

static TOKEN: LazyLock<String> = LazyLock::new(|| token_by(Signing::Hs256).compact());
static BASIC: LazyLock<String> = LazyLock::new(|| STANDARD.encode("alice:wonderland"));

/// One of two schemes, both in `Authorization`.
static SCHEMES: LazyLock<AuthLayer> =
    LazyLock::new(|| AuthLayer::first_of([Scheme::jwt(verifier()), Scheme::basic(known)]));

/// A token in one of several places.
static PLACES: LazyLock<JwtAuthLayer> = LazyLock::new(|| {
    let places = [
        TokenLocation::authorization(),
        TokenLocation::cookie("session"),
        TokenLocation::websocket_protocol(SUB_PROTOCOL),
        TokenLocation::bare_field(BARE),
    ];
    JwtAuthLayer::reading_from(places, verifier())
});

fn verifier() -> JwtVerifier {
    verifier_of(issuer(Keys::from_hmac_secret(HMAC_SECRET, HmacAlgorithm::HS256)))
}

async fn known(user: Basic) -> Result<Identity, AuthError> {
    if user.username() == "alice" && *user.password() == Secret::new("wonderland") {
        Ok(Identity::new("alice"))
    } else {
        Err(AuthError::invalid("nobody"))
    }
}

/// Each line is a field: the first byte is its name (`A`, `C`, `W` or any other), the rest its value,
/// in which `{token}`, `{token64}`, `{basic}` and `{ws}` stand for what is good.
pub(crate) fn run(data: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let Some((name, value)) = line.split_first() else { continue };
        let name = match name {
            b'A' => AUTHORIZATION,
            b'C' => COOKIE,
            b'W' => SEC_WEBSOCKET_PROTOCOL,
            _ => BARE,
        };
        if let Ok(value) = HeaderValue::from_bytes(&filled(value)) {
            headers.append(name, value);
        }
    }
    by_schemes(&headers);
    by_places(&headers);
}

fn filled(value: &[u8]) -> Vec<u8> {
    let good = [
        ("{token}", TOKEN.clone()),
        ("{token64}", base64url(TOKEN.as_str())),
        ("{basic}", BASIC.clone()),
        ("{ws}", SUB_PROTOCOL.to_owned()),
    ];
    let (mut filled, mut rest) = (Vec::new(), value);
    while let Some((first, after)) = rest.split_first() {
        match good.iter().find(|(name, _)| rest.starts_with(name.as_bytes())) {
            Some((name, value)) => {
                filled.extend_from_slice(value.as_bytes());
                rest = &rest[name.len()..];
            }
            None => {
                filled.push(*first);
                rest = after;
            }
        }
    }
    filled
}

/// The answer, with the fields that the handler saw in place of a body.
fn call<L>(layer: &L, headers: &HeaderMap) -> Response<Option<HeaderMap>>
where
    L: Layer<Handler>,
    L::Service:
        tower::Service<Request<()>, Response = Response<Option<HeaderMap>>, Error = Infallible>,
{
    let mut request = Request::new(());
    *request.headers_mut() = headers.clone();
    let mut answer = pin!(layer.layer(service_fn(handle as fn(_) -> _)).oneshot(request));
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer.unwrap_or_else(|never| match never {}),
        Poll::Pending => panic!("nothing is there to wait for"),
    }
}

type Handled = std::future::Ready<Result<Response<Option<HeaderMap>>, Infallible>>;
type Handler = tower::util::ServiceFn<fn(Request<()>) -> Handled>;

#[expect(clippy::needless_pass_by_value, reason = "a service is given its request")]
fn handle(request: Request<()>) -> Handled {
    let identity = Identity::from_extensions(request.extensions()).expect("admitted");
    assert_eq!(identity.subject(), "alice");
    std::future::ready(Ok(Response::new(Some(request.headers().clone()))))
}

fn by_schemes(headers: &HeaderMap) {
    let response = call(&*SCHEMES, headers);
    let lines: Vec<&HeaderValue> = headers.get_all(AUTHORIZATION).iter().collect();
    let expected = match lines.as_slice() {
        [line] if is_bearer(line) || is(line, "basic", &BASIC) => StatusCode::OK,
        [] | [_] => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    assert_eq!(response.status(), expected, "{headers:?}");
    assert_challenged(&response, &["Bearer", "Basic"]);
    if let Some(mut seen) = response.into_body() {
        assert!(!seen.contains_key(AUTHORIZATION));
        seen.append(AUTHORIZATION, lines[0].clone());
        assert_eq!(seen, *headers, "what holds no credentials stays");
    }
}

fn by_places(headers: &HeaderMap) {
    let response = call(&*PLACES, headers);
    let found = tokens(headers);
    let is_good = found.len() == 1 && found[0].as_deref() == Some(TOKEN.as_bytes());
    match response.status() {
        StatusCode::OK => assert!(is_good, "{headers:?}"),
        StatusCode::UNAUTHORIZED => assert!(!is_good || is_unreadable(headers), "{headers:?}"),
        status => {
            assert_eq!(status, StatusCode::BAD_REQUEST, "{headers:?}");
            let lines = headers.get_all(AUTHORIZATION).iter().count();
            assert!(found.len() > 1 || lines > 1, "{headers:?}");
        }
    }
    assert_challenged(&response, &["Bearer"]);
    if let Some(seen) = response.into_body() {
        assert_eq!(tokens(&seen), [], "the handler sees a token");
        assert!(!seen.contains_key(AUTHORIZATION) && !seen.contains_key(BARE));
        assert_kept(headers, &seen, &COOKIE, b';', SESSION);
        assert_kept(headers, &seen, &SEC_WEBSOCKET_PROTOCOL, b',', SUB_PROTOCOL);
    }
}

/// Whatever is in a place of tokens; none for what cannot be read.
fn tokens(headers: &HeaderMap) -> Vec<Option<Vec<u8>>> {
    let lines = headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
    let bearer = lines.filter_map(|line| {
        let named = line.get(..6).is_some_and(|name| name.eq_ignore_ascii_case(b"bearer"));
        let rest = line.get(6..).filter(|rest| named && matches!(rest, [] | [b' ', ..]))?;
        Some(rest.get(1..).map(<[u8]>::to_vec))
    });
    let bare = headers.get_all(BARE).iter().map(|line| Some(line.as_bytes().to_vec()));
    let cookies = elements(headers, &COOKIE, b';');
    let session = cookies.iter().filter_map(|cookie| cookie.strip_prefix(SESSION.as_bytes()));
    let session = session.map(|value| {
        let quoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
        Some(quoted.unwrap_or(value).to_vec())
    });
    let protocols = elements(headers, &SEC_WEBSOCKET_PROTOCOL, b',');
    let sub = protocols.iter().filter_map(|one| one.strip_prefix(SUB_PROTOCOL.as_bytes()));
    let sub = sub.map(|text| (text == base64url(TOKEN.as_str()).as_bytes()).then(|| TOKEN.clone()));
    bearer
        .chain(bare)
        .chain(session)
        .chain(sub.map(|token| token.map(String::into_bytes)))
        .collect()
}

fn elements<'h>(headers: &'h HeaderMap, name: &HeaderName, separator: u8) -> Vec<&'h [u8]> {
    let lines = headers.get_all(name).iter();
    lines
        .flat_map(|line| line.as_bytes().split(move |byte| *byte == separator))
        .map(<[u8]>::trim_ascii)
        .collect()
}

/// A line that names no scheme spoils a good token elsewhere.
fn is_unreadable(headers: &HeaderMap) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    headers.get_all(AUTHORIZATION).iter().any(|line| {
        let name = line.as_bytes().split(|byte| *byte == b' ').next().unwrap_or_default();
        name.is_empty() || !name.iter().all(|byte| is_tchar(*byte))
    })
}

fn is_bearer(line: &HeaderValue) -> bool {
    is(line, "bearer", &TOKEN)
}

fn is(line: &HeaderValue, scheme: &str, credentials: &str) -> bool {
    let Ok(line) = line.to_str() else { return false };
    let split = line.split_once(' ');
    split.is_some_and(|(name, rest)| name.eq_ignore_ascii_case(scheme) && rest == credentials)
}

/// Elements that are no token stay, in their order.
fn assert_kept(all: &HeaderMap, seen: &HeaderMap, name: &HeaderName, separator: u8, token: &str) {
    let mut kept = elements(all, name, separator);
    kept.retain(|element| !element.starts_with(token.as_bytes()));
    let mut seen = elements(seen, name, separator);
    // A line of nothing but empty elements may go or stay.
    kept.retain(|element| !element.is_empty());
    seen.retain(|element| !element.is_empty());
    assert_eq!(seen, kept);
}

fn assert_challenged(response: &Response<Option<HeaderMap>>, offered: &[&str]) {
    let read = schemes(response.headers());
    match response.status() {
        StatusCode::UNAUTHORIZED => assert_eq!(read, offered),
        StatusCode::OK => assert!(read.is_empty()),
        _ => {}
    }
    let shown = format!("{:?}", response.headers());
    assert!(!shown.contains(TOKEN.as_str()) && !shown.contains(BASIC.as_str()), "{shown}");
}
