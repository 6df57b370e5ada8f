//! The fuzz targets, over the inputs that are kept in `fuzz/corpus`: see `fuzz/README.md`.

#[path = "fuzz/authorization.rs"]
mod authorization;
#[path = "fuzz/certificate.rs"]
mod certificate;
#[path = "fuzz/change.rs"]
mod change;
#[path = "fuzz/forwarded.rs"]
mod forwarded;
#[path = "fuzz/jwks.rs"]
mod jwks;
#[path = "fuzz/laboratory.rs"]
mod laboratory;
#[path = "fuzz/requirement.rs"]
mod requirement;
#[path = "fuzz/rules.rs"]
mod rules;
#[path = "fuzz/token.rs"]
mod token;

use std::{fs, path::Path};

/// Runs a target over its corpus. The name of the input is printed before, for when one fails.
fn run_all(name: &str, target: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut inputs: Vec<_> =
        fs::read_dir(corpus).unwrap().map(|input| input.unwrap().path()).collect();
    inputs.sort();
    assert!(inputs.len() >= 20, "{} inputs", inputs.len());
    for input in inputs {
        println!("{}", input.display());
        target(&fs::read(input).unwrap());
    }
}

#[test]
fn tokens_of_the_corpus() {
    run_all("token", token::run);
}

#[test]
fn key_sets_of_the_corpus() {
    run_all("jwks", jwks::run);
}

#[test]
fn requirements_of_the_corpus() {
    run_all("requirement", requirement::run);
}

#[test]
fn fields_of_the_corpus() {
    run_all("authorization", authorization::run);
}

#[test]
fn certificates_of_the_corpus() {
    run_all("certificate", certificate::run);
}

#[test]
fn forwarded_fields_of_the_corpus() {
    run_all("forwarded", forwarded::run);
}

#[test]
fn rules_of_the_corpus() {
    run_all("rules", rules::run);
}
