//! Mistakes that the compiler finds, and what it says about them.
//!
//! The texts depend on the compiler: after an update, run with `TRYBUILD=overwrite` and read what changed.

#[cfg(feature = "full")]
#[test]
fn mistakes_are_found_by_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
