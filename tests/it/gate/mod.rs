//! The gate's promises, by number; see `guide::promises`.

mod p01_readiness;
mod p02_to_p05_refusals;
mod p03_challenges;
mod p06_secrets;
mod p07_events;
mod p08_panics;
mod p09_fall_through;
mod p10_p11_evidence;
mod p12_tenants;
mod p13_stacking;
