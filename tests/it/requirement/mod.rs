//! Requirements in depth: their text, what they mean, and how fast that is found out.

mod granted;
mod hierarchy;
mod parameters;
mod properties;
mod text;
