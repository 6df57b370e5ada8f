//! Challenges: correct by construction.

use tower_auth::{AuthLayer, Challenge, Credentials, Scheme};

use crate::support::{
    callers::{basic, judge, judge_token, nobody},
    challenges::{challenges, read},
    probe::{Probe, send},
};

fn line(challenge: &Challenge) -> String {
    String::from_utf8(challenge.to_header_value().as_bytes().to_vec()).expect("UTF-8")
}

#[test]
fn a_challenge_without_parameters_is_its_name() {
    assert_eq!(line(&Challenge::new("Negotiate")), "Negotiate");
}

#[test]
fn the_realm_comes_first_and_once() {
    let challenge = Challenge::new("Basic").with("charset", "UTF-8");
    let challenge = challenge.with_realm("old").with_realm("new");
    assert_eq!(line(&challenge), r#"Basic realm="new", charset="UTF-8""#);
}

#[test]
fn a_parameter_occurs_once_whatever_its_case() {
    let challenge = Challenge::new("X").with("a", "1").with("b", "2").with("A", "3");
    assert_eq!(line(&challenge), r#"X b="2", A="3""#);
}

/// HTTP-02: `with` and `with_realm` name the same parameter.
#[test]
fn a_realm_in_another_case_is_the_same_parameter() {
    let challenge = Challenge::new("X").with("Realm", "one").with_realm("two");
    let read = read(&line(&challenge)).expect("the realm occurs once");
    assert_eq!(read.parameter("realm"), Some("two"));
}

#[test]
fn what_is_quoted_comes_back_as_it_was() {
    for value in [
        "",
        "plain",
        "two words",
        r#"the "inner" circle"#,
        r"back\slash",
        r#"\""#,
        "a, Basic realm=\"b\"",
        "a=b",
        "ümläut",
        "日本",
    ] {
        let read = read(&line(&Challenge::new("X").with_realm(value))).expect(value);
        assert_eq!(read.parameter("realm"), Some(value));
    }
}

#[test]
fn control_characters_cannot_break_out_of_a_line() {
    for value in ["a\r\nSet-Cookie: b", "a\0b", "a\tb", "a\x7Fb", "\n"] {
        let text = line(&Challenge::new("X").with_realm(value));
        let read = read(&text).expect("one challenge");
        let expected: String =
            value.chars().map(|c| if c.is_ascii_control() { ' ' } else { c }).collect();
        assert_eq!(read.parameter("realm"), Some(expected.as_str()));
    }
}

#[test]
fn a_name_that_is_no_token_is_found_when_it_is_set() {
    for name in ["", "two words", "a=b", "quo\"te", "a,b", "ü"] {
        let scheme = std::panic::catch_unwind(|| Challenge::new(name));
        let parameter = std::panic::catch_unwind(|| Challenge::new("X").with(name, "v"));
        assert!(scheme.is_err() && parameter.is_err(), "{name:?}");
    }
}

#[tokio::test]
async fn each_scheme_may_have_a_realm_of_its_own() {
    let layer = AuthLayer::first_of([
        Scheme::bearer(judge_token).with_realm("machines"),
        Scheme::basic(judge),
    ]);
    let layer = layer.with_realm("people");
    let response = send(&tower::Layer::layer(&layer, Probe::new()), nobody()).await;
    let realms: Vec<_> = challenges(response.headers())
        .iter()
        .map(|challenge| challenge.parameter("realm").map(str::to_owned))
        .collect();
    assert_eq!(realms, [Some("machines".to_owned()), Some("people".to_owned())]);
}

#[tokio::test]
async fn a_realm_of_odd_characters_is_still_one_challenge() {
    let layer = basic().with_realm("a\"b\\c\r\nd, Bearer");
    let response = send(&tower::Layer::layer(&layer, Probe::new()), nobody()).await;
    let challenges = challenges(response.headers());
    assert_eq!(challenges.len(), 1);
    assert_eq!(challenges[0].parameter("realm"), Some("a\"b\\c  d, Bearer"));
    assert_eq!(challenges[0].parameter("charset"), Some("UTF-8"));
}

#[test]
fn the_challenges_of_the_schemes() {
    assert_eq!(line(&tower_auth::Basic::challenge()), r#"Basic charset="UTF-8""#);
    assert_eq!(line(&tower_auth::Bearer::challenge()), "Bearer");
    assert_eq!(line(&tower_auth::ClientCertificate::challenge()), "ClientCertificate");
}
