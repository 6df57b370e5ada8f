//! One binary: each test file that is linked by itself costs a link step.

mod examples;
mod gate;
mod support;
