//! Mistakes that the compiler finds, and what it says about them.
//!
//! The texts depend on the compiler: they were recorded with Rust 1.95. For another, run with `TRYBUILD=overwrite` and read what changed.

#[rustversion::attr(not(stable(1.95)), ignore = "the texts are those of Rust 1.95")]
#[test]
fn mistakes_are_found_by_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
