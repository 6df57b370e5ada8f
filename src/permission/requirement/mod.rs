//! [`Requirement`]: what a caller must hold, as a value and as text.

mod expression;
mod name;
mod text;

pub use self::expression::{Requirement, all, any, not};
