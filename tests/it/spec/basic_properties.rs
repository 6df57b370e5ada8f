//! Properties of Basic headers that hold for any input. The inputs are the same in every run.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Request, header::AUTHORIZATION};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tower_auth::{Basic, Credentials};

/// Always the same inputs, and no file of failures left behind.
fn runner() -> TestRunner {
    let config = Config { cases: 3_000, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// User-id and password of a header line; `None` where it is refused or not Basic.
fn read(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let request = Request::builder().header(AUTHORIZATION, line).body(()).ok()?;
    let basic = Basic::from_parts(&request.into_parts().0).ok()??;
    Some((basic.username().to_owned(), basic.password().expose().to_vec()))
}

#[test]
fn what_a_client_sends_is_what_the_store_gets() {
    let names = "[^:\\p{Cc}]{0,20}";
    let passwords = "[^\\p{Cc}]{0,40}";
    runner()
        .run(&(names, passwords), |(name, password)| {
            let line = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
            prop_assert_eq!(read(line.as_bytes()), Some((name, password.into_bytes())));
            Ok(())
        })
        .unwrap();
}

/// A second reading: by the rules of RFC 7617 and nothing else.
fn expected(inside: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = std::str::from_utf8(inside).ok()?;
    let (name, password) = text.split_once(':')?;
    let is_clean = !text.chars().any(char::is_control);
    is_clean.then(|| (name.to_owned(), password.as_bytes().to_vec()))
}

#[test]
fn any_bytes_are_read_by_the_grammar_or_refused() {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        "(\\PC|:|\\x00|\\x7f|é|€){0,30}".prop_map(String::into_bytes),
    ];
    runner()
        .run(&bytes, |inside| {
            let line = format!("Basic {}", STANDARD.encode(&inside));
            let expected = expected(&inside).filter(|_| !inside.is_empty());
            prop_assert_eq!(read(line.as_bytes()), expected);
            Ok(())
        })
        .unwrap();
}

/// What is not the one base64 of its bytes is refused: no two lines mean the same.
#[test]
fn no_other_text_is_read_than_the_one_base64_of_its_bytes() {
    let lines = "(Basic|basic|BASIC|Basi|Bearer)( |  |\t|)[A-Za-z0-9+/=_. -]{0,40}";
    runner()
        .run(&lines, |line| {
            if let Some((name, password)) = read(line.as_bytes()) {
                let inside = [name.as_bytes(), b":", password.as_slice()].concat();
                let (scheme, rest) = line.split_once(' ').expect("one space");
                prop_assert!(scheme.eq_ignore_ascii_case("Basic"));
                prop_assert_eq!(rest, STANDARD.encode(inside));
            }
            Ok(())
        })
        .unwrap();
}
