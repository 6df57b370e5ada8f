//! The targets. Their bodies lie with the crate's tests, which run them over `corpus`.

#[path = "../../tests/it/fuzz/authorization.rs"]
mod authorization_target;
#[path = "../../tests/it/fuzz/certificate.rs"]
mod certificate_target;
#[path = "../../tests/it/fuzz/change.rs"]
mod change;
#[path = "../../tests/it/fuzz/forwarded.rs"]
mod forwarded_target;
#[path = "../../tests/it/fuzz/jwks.rs"]
mod jwks_target;
#[path = "../../tests/it/fuzz/laboratory.rs"]
mod laboratory;
#[path = "../../tests/it/fuzz/requirement.rs"]
mod requirement_target;
#[path = "../../tests/it/fuzz/rules.rs"]
mod rules_target;
mod support;
#[path = "../../tests/it/fuzz/token.rs"]
mod token_target;

pub fn authorization(data: &[u8]) {
    authorization_target::run(data);
}

pub fn certificate(data: &[u8]) {
    certificate_target::run(data);
}

pub fn forwarded(data: &[u8]) {
    forwarded_target::run(data);
}

pub fn jwks(data: &[u8]) {
    jwks_target::run(data);
}

pub fn requirement(data: &[u8]) {
    requirement_target::run(data);
}

pub fn rules(data: &[u8]) {
    rules_target::run(data);
}

pub fn token(data: &[u8]) {
    token_target::run(data);
}
