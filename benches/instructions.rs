//! How many instructions judging a token takes: above the signature check and the router where it is
//! judged anew, alone where it is remembered, in all where it is refused for its numbers.
//!
//! Counted by valgrind, so a busy machine changes nothing. The program runs itself once for each case;
//! only what happens inside of `once` counts. valgrind hides the widest instructions of a processor
//! from the signature engine, on both sides alike.

#[allow(dead_code, reason = "the other benchmarks need more of it")]
mod common;
#[allow(dead_code, reason = "the other benchmarks need more of it")]
#[path = "verify_parts/tokens.rs"]
mod tokens;

use std::{env, hint::black_box, process::Command};

use axum::{Router, body::Body, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, Request, StatusCode};
use tower::{Layer, Service};
use tower_auth::{
    Answer, Authenticator, Bearer, CacheLimits, Credentials, JwtAuthLayer, JwtVerifier,
};

use crate::{
    common::{headers, send},
    tokens::Key,
};

const KEYS: [Key; 3] = [Key::Rs256, Key::Es256, Key::EdDsa];
const ROUNDS: u32 = 200;

fn main() {
    tokens::install_engine();
    let arguments: Vec<String> = env::args().collect();
    match arguments.as_slice() {
        [_, case] if case.contains('-') && !case.starts_with('-') => run(case),
        _ => count_all(),
    }
}

/// One case, over and over: what valgrind looks at.
fn run(case: &str) {
    let (name, case) = case.split_once('-').expect("a key and a case");
    let key = KEYS.into_iter().find(|key| key.name() == name).expect("a key");
    let (good, forged) = (tokens::token(key), tokens::forged(key));
    let of = |token: &str| headers(&format!("Bearer {token}"));
    let layer = JwtAuthLayer::new(tokens::verifier(&[key], 1));
    let router = Router::new().route("/orders/{id}", get(async || "an order"));
    match case {
        "router" => serve(router, &of(&good), StatusCode::OK),
        "good" => serve(layer.layer(router), &of(&good), StatusCode::OK),
        "forged" => serve(layer.layer(router), &of(&forged), StatusCode::UNAUTHORIZED),
        "verify" => verify(key, &good),
        "verify_forged" => verify(key, &forged),
        "numbers" => serve(layer.layer(router), &of(&numbers()), StatusCode::UNAUTHORIZED),
        "credentials" => credentials(&of(&good)),
        "remembered" => remembered(key, &of(&good)),
        _ => unreachable!("a case of this program"),
    }
}

/// A token of the greatest length that nobody has signed, full of numbers that are dear to read.
fn numbers() -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let numbers = ["1.7976931348623158079e308"; 230].join(",");
    let claims = format!(r#"{{"iss":"nobody","x":[{numbers}]}}"#);
    format!("{}.{}.AAAA", encode(r#"{"alg":"RS256"}"#), encode(&claims))
}

fn serve<S>(mut service: S, headers: &HeaderMap, status: StatusCode)
where
    S: Service<Request<Body>, Response = http::Response<Body>, Error = std::convert::Infallible>,
{
    counted(|| assert_eq!(send::<_, Body, _>(&mut service, headers).status(), status));
}

fn verify(key: Key, token: &str) {
    let verify = tokens::signature_check(key, token).expect("a public key");
    counted(|| {
        black_box(verify());
    });
}

/// Credentials taken from a request.
fn credentials(headers: &HeaderMap) {
    each_credentials(headers, |credentials| drop(black_box(credentials)));
}

/// The same, and the judgement.
fn remembered(key: Key, headers: &HeaderMap) {
    let verifier: JwtVerifier =
        tokens::builder(&[key], 1).with_cache(CacheLimits::new()).build().expect("good");
    each_credentials(headers, |credentials| {
        assert!(matches!(verifier.answer(credentials), Answer::Now(Ok(_))));
    });
}

fn each_credentials(headers: &HeaderMap, look: impl Fn(Bearer)) {
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.headers = headers.clone();
    counted(|| look(Bearer::from_parts(&parts).expect("readable").expect("there")));
}

/// The rounds that count; what has to be done once is done before.
fn counted(mut round: impl FnMut()) {
    round();
    (0..ROUNDS).for_each(|_| once(&mut round));
}

/// What valgrind is told to look at, by its name.
#[inline(never)]
fn once(round: &mut impl FnMut()) {
    round();
}

fn count_all() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("no figures: valgrind is not installed");
        return;
    }
    let numbers = count("rs256-numbers");
    println!("figure refused_numbers_instructions {numbers} instructions");
    for name in KEYS.map(Key::name) {
        let count = |case: &str| count(&format!("{name}-{case}"));
        let router = count("router");
        let good = count("good") - router - count("verify");
        let forged = count("forged") - router - count("verify_forged");
        println!("figure {name}_instructions_above_verify_and_router {good} instructions");
        println!(
            "figure {name}_bad_signature_instructions_above_verify_and_router {forged} instructions"
        );
        let credentials = count("credentials");
        let remembered = count("remembered") - credentials;
        println!("figure {name}_credentials_instructions {credentials} instructions");
        println!("figure {name}_remembered_instructions {remembered} instructions");
    }
}

/// The instructions of one round.
fn count(case: &str) -> i64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*instructions*once*")
        .arg(env::current_exe().expect("this program is a file"))
        .arg(case)
        .output()
        .expect("valgrind is there");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{case}: {told}");
    let (_, collected) = told.rsplit_once("Collected : ").expect("a count");
    let count: i64 = collected.split_whitespace().next().expect("a count").parse().expect("digits");
    count / i64::from(ROUNDS)
}
