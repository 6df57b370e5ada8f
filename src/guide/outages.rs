//! What happens when the provider of keys is slow, down or lying.
