//! Writes the inputs that the fuzzer starts from: `cargo run --example seeds` in `fuzz`.
//!
//! The files are kept, so this is only run after a change here.

mod authorization;
mod certificate;
mod forwarded;
mod jwks;
#[allow(dead_code, reason = "the targets use the rest of it")]
#[path = "../../../tests/it/fuzz/laboratory.rs"]
mod laboratory;
mod requirement;
mod rules;
#[path = "../../src/support.rs"]
mod support;
mod token;

use std::{fs, io, path::Path};

/// The name of a file and what is in it.
pub(crate) type Seed = (&'static str, Vec<u8>);

fn main() -> io::Result<()> {
    write("authorization", authorization::seeds())?;
    write("certificate", certificate::seeds())?;
    write("forwarded", forwarded::seeds())?;
    write("jwks", jwks::seeds())?;
    write("requirement", requirement::seeds())?;
    write("rules", rules::seeds())?;
    write("token", token::seeds())
}

fn write(target: &str, seeds: Vec<Seed>) -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&corpus)?;
    for (name, input) in seeds {
        fs::write(corpus.join(name), input)?;
    }
    Ok(())
}
