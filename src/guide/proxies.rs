//! How to trust a proxy.
