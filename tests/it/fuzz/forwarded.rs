//! Whatever is in the fields of forwarded certificates: never a fault of the server, nobody by another
//! peer than the proxy, nobody whose certificate is not in the field, and none of it behind the gate.

use std::{
    convert::Infallible,
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{
    CertificateRules, ForwardedCertificates, ForwardedCertificatesLayer, Identity,
    MtlsIdentityLayer, PeerCertificates, ProxyProof, UnixPeer,
};

use super::laboratory::{CERTIFICATES, base64_of, clock, escaped};

const OWN: HeaderName = HeaderName::from_static("x-own");
const CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");
const VERDICT: HeaderName = HeaderName::from_static("x-ssl-client-verify");
const ALIAS: HeaderName = HeaderName::from_static("x_own");
const MESH_A: &str = "spiffe://lab.test/ns/mesh/sa/mesh-a";

/// The forms, each with the name of its field.
static FORMS: LazyLock<Vec<(HeaderName, ForwardedCertificatesLayer)>> = LazyLock::new(|| {
    let name = HeaderName::from_static;
    let xfcc = "x-forwarded-client-cert";
    let forms = [
        (name(xfcc), ForwardedCertificates::from_xfcc()),
        (name(xfcc), ForwardedCertificates::from_xfcc_hops(1)),
        (name(xfcc), ForwardedCertificates::from_xfcc_by(MESH_A)),
        (name("client-cert"), ForwardedCertificates::from_client_cert()),
        (OWN, ForwardedCertificates::from_nginx(OWN).with_verdict(VERDICT, "SUCCESS")),
        (OWN, ForwardedCertificates::from_haproxy(OWN)),
        (OWN, ForwardedCertificates::from_apache(OWN)),
        (name("x-forwarded-tls-client-cert"), ForwardedCertificates::from_traefik()),
        (name("x-amzn-mtls-clientcert"), ForwardedCertificates::danger_from_alb_passthrough()),
    ];
    let layer = |source| {
        ForwardedCertificatesLayer::new(source, ProxyProof::unix_socket())
            .with_clock(clock())
            .allow_bound_tokens()
    };
    forms.into_iter().map(|(name, source)| (name, layer(source))).collect()
});

static RULES: LazyLock<MtlsIdentityLayer> =
    LazyLock::new(|| MtlsIdentityLayer::new(CertificateRules::new().with_clock(clock())));

/// The first byte chooses the form. Each line after it is a field: the first byte is its name (`C`,
/// `V`, `A` or any other), the rest its value, in which `{alice}`, `{alice64}`, `{alice-pem}` and others
/// stand for certificates.
pub(crate) fn run(data: &[u8]) {
    let Some((form, lines)) = data.split_first() else { return };
    let (field, layer) = &FORMS[usize::from(form.wrapping_sub(b'0')) % FORMS.len()];
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let Some((name, value)) = line.split_first() else { continue };
        let name = match name {
            b'C' => CHAIN,
            b'V' => VERDICT,
            b'A' => ALIAS,
            _ => field.clone(),
        };
        if let Ok(value) = HeaderValue::from_bytes(&filled(value)) {
            headers.append(name, value);
        }
    }
    let by_nobody = call(layer, &headers, false);
    assert_eq!(by_nobody.status(), StatusCode::UNAUTHORIZED, "{headers:?}");
    let response = call(layer, &headers, true);
    match response.status() {
        StatusCode::OK => {
            let seen = response.into_body().expect("the handler has answered");
            assert_stands_in(&seen, &headers, field);
        }
        StatusCode::BAD_REQUEST => {
            let lines = |name: &HeaderName| headers.get_all(name).iter().count();
            assert!(lines(field) > 1 || lines(&CHAIN) > 1, "{headers:?}");
        }
        status => assert_eq!(status, StatusCode::UNAUTHORIZED, "{headers:?}"),
    }
}

fn filled(value: &[u8]) -> Vec<u8> {
    let (mut filled, mut rest) = (Vec::new(), value);
    while let Some((first, after)) = rest.split_first() {
        let known = CERTIFICATES.iter().find_map(|(name, pem)| {
            let after = rest.strip_prefix(b"{")?.strip_prefix(name.as_bytes())?;
            let known = |end: &[u8], form: fn(&str) -> String| {
                after.strip_prefix(end).map(|after| (form(pem), after))
            };
            known(b"}", escaped)
                .or_else(|| known(b"64}", base64_of))
                .or_else(|| known(b"-pem}", |pem| pem.replace('\n', " ")))
        });
        match known {
            Some((value, after)) => {
                filled.extend_from_slice(value.as_bytes());
                rest = after;
            }
            None => {
                filled.push(*first);
                rest = after;
            }
        }
    }
    filled
}

/// What the handler saw.
struct Seen {
    headers: HeaderMap,
    peer: PeerCertificates,
    identity: Identity,
}

fn call(
    layer: &ForwardedCertificatesLayer,
    headers: &HeaderMap,
    by_the_proxy: bool,
) -> Response<Option<Seen>> {
    let mut request = Request::new(());
    *request.headers_mut() = headers.clone();
    if by_the_proxy {
        request.extensions_mut().insert(UnixPeer);
    }
    let service = layer.layer(RULES.layer(service_fn(handle)));
    let mut answer = pin!(service.oneshot(request));
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer.unwrap_or_else(|never| match never {}),
        Poll::Pending => panic!("nothing is there to wait for"),
    }
}

async fn handle(request: Request<()>) -> Result<Response<Option<Seen>>, Infallible> {
    let extensions = request.extensions();
    let identity = Identity::from_extensions(extensions).expect("admitted").clone();
    let peer = extensions.get::<PeerCertificates>().expect("allowed for tokens").clone();
    let headers = request.headers().clone();
    Ok(Response::new(Some(Seen { headers, peer, identity })))
}

fn assert_stands_in(seen: &Seen, headers: &HeaderMap, field: &HeaderName) {
    assert!(seen.headers.is_empty(), "{:?}", seen.headers);
    let leaf = seen.peer.leaf().expect("readable").expect("there");
    assert!(leaf.is_forwarded() && leaf.is_for_client_auth());
    let subject = seen.identity.subject();
    assert!(subject.bytes().all(|byte| byte.is_ascii_graphic()), "{subject:?}");
    let names = leaf.uris().iter().chain(leaf.dns_names()).chain(leaf.emails());
    assert!(names.into_iter().any(|name| name.eq_ignore_ascii_case(subject)), "{subject:?}");
    // Every certificate of the chain stands in a field, letter by letter.
    let written: String = [field, &CHAIN].map(|name| plain(headers, name)).concat();
    for der in seen.peer.chain() {
        assert!(written.contains(STANDARD.encode(der).trim_end_matches('=')), "{headers:?}");
    }
}

/// A field without its escapes and its white space.
fn plain(headers: &HeaderMap, name: &HeaderName) -> String {
    let (mut plain, mut rest) =
        (String::new(), headers.get(name).map_or(&b""[..], |v| v.as_bytes()));
    while let [first, after @ ..] = rest {
        let escape = after.get(..2).and_then(|two| str::from_utf8(two).ok());
        let escape = escape.and_then(|two| u8::from_str_radix(two, 16).ok());
        let (byte, after) = match (first, escape) {
            (b'%', Some(byte)) => (byte, &after[2..]),
            _ => (*first, after),
        };
        if !byte.is_ascii_whitespace() {
            plain.push(char::from(byte));
        }
        rest = after;
    }
    plain
}
