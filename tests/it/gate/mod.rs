//! What the gate promises, whatever the check.

mod promise_01_readiness;
mod promise_02_refusals_stay_outside;
mod promise_03_challenges;
mod promise_04_05_sealed_answers;
mod promise_06_secrets_stop;
mod promise_07_events;
mod promise_07_no_secret_in_text;
mod promise_08_panics;
mod promise_09_no_fall_through;
mod promise_10_forged_evidence;
mod promise_11_missing_input;
mod promise_12_sources;
pub(crate) mod promise_12_tenant_agreement;
mod promise_13_stacking;
