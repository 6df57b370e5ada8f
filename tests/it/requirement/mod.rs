//! Requirements in depth: their text, what they mean, and how fast that is found out.

mod granted;
mod hierarchy;
mod memo;
mod parameters;
mod properties;
mod text;
