//! [`Requirement`]: what a caller must hold, as a value and as text.

mod compiled;
mod convert;
mod expression;
mod name;
#[cfg(feature = "policy")]
mod names;
mod parameters;
mod scope;
mod text;

pub use self::expression::{Requirement, all, any, not};
pub(super) use self::name::SEPARATORS;
