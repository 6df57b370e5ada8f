//! Client certificates that a proxy forwards.
mod authorities;
mod bound_tokens;
mod captures;
mod field;
mod forged;
mod formats;
mod injected;

mod none;
mod proof;
mod several;
mod xfcc;

use std::time::{Duration, SystemTime};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, Request, Response};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::Value;
use tower::{Layer, ServiceExt};
use tower_auth::{
    AuthError, AuthErrorKind, CertificateRules, Clock, ForwardedCertificates,
    ForwardedCertificatesLayer, MtlsIdentityLayer, ProxyProof, UnixPeer,
};

use crate::support::probe::Probe;

pub(super) const ALICE: &str = "spiffe://lab.test/ns/acme/sa/alice";
pub(super) const BOB: &str = "spiffe://lab.test/ns/globex/sa/bob";

/// A day on which the certificates of the captures are valid.
pub(super) fn clock() -> Clock {
    Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000))
}

pub(super) fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

/// The DER of a certificate of the laboratory.
pub(super) fn der(file: &str) -> Vec<u8> {
    CertificateDer::from_pem_slice(pem(file).as_bytes()).unwrap().to_vec()
}

/// The PEM of it, and nothing around it.
pub(super) fn pem(file: &str) -> String {
    let path = format!("{}/tests/data/pki/{file}.pem", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let start = text.find("-----BEGIN").unwrap();
    text[start..].to_owned()
}

pub(super) fn base64_of(file: &str) -> String {
    STANDARD.encode(der(file))
}

/// As nginx, Envoy and others write PEM.
pub(super) fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || byte == b'-' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

pub(super) fn layer(
    source: ForwardedCertificates,
    proof: ProxyProof,
) -> ForwardedCertificatesLayer {
    ForwardedCertificatesLayer::new(source, proof).with_clock(clock())
}

/// By the proxy's socket.
pub(super) fn trusted(request: http::request::Builder) -> Request<()> {
    request.extension(UnixPeer).body(()).unwrap()
}

/// A request by the proxy's socket with one field.
pub(super) fn bringing(name: &HeaderName, value: &str) -> Request<()> {
    trusted(Request::builder().header(name, value))
}

/// What the layer and the one further in make of a request.
pub(super) async fn answer(
    layer: &ForwardedCertificatesLayer,
    request: Request<()>,
) -> (Response<String>, Probe) {
    let probe = Probe::new();
    let inner = MtlsIdentityLayer::new(CertificateRules::new().with_clock(clock()));
    let service = (layer.clone(), inner).layer(probe.clone());
    (service.oneshot(request).await.unwrap(), probe)
}

/// The subject that comes of a request that the proxy sends, or the kind of its refusal.
pub(super) async fn subject(
    source: ForwardedCertificates,
    request: Request<()>,
) -> Result<String, AuthErrorKind> {
    let layer = layer(source, ProxyProof::unix_socket());
    let (response, probe) = answer(&layer, request).await;
    assert_eq!(layer.stripped(), 0, "the proxy's own fields are not counted");
    outcome(&response, &probe)
}

pub(super) fn outcome(response: &Response<String>, probe: &Probe) -> Result<String, AuthErrorKind> {
    match response.extensions().get::<AuthError>() {
        Some(error) => {
            assert_eq!(probe.calls(), 0);
            if response.status() == 401 {
                assert!(response.headers().contains_key("www-authenticate"));
            }
            Err(error.kind())
        }
        None => {
            let head = probe.head();
            Ok(tower_auth::Identity::from_extensions(&head.extensions)
                .unwrap()
                .subject()
                .to_owned())
        }
    }
}

/// The fields of a captured request.
pub(super) fn captured(proxy: &str, case: &str) -> http::request::Builder {
    let path = format!("{}/tests/data/proxies/{proxy}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let lines = std::fs::read_to_string(path).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let request = lines.into_iter().find(|line| line["case"] == case).unwrap();
    let fields = request["headers"].as_array().unwrap().iter();
    fields.fold(Request::builder(), |builder, field| {
        builder.header(field[0].as_str().unwrap(), field[1].as_str().unwrap())
    })
}
