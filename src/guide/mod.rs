//! The guide: what to know beyond the single layers.
//!
//! - [`ordering`]: in which order layers go, and what happens in the wrong one
//! - [`defaults`]: every limit and default in one table
//! - [`events`]: the structured event of each decision
//! - [`promises`]: what holds whatever is checked

pub mod defaults;
pub mod events;
pub mod ordering;
pub mod promises;
