//! What happens when the provider of keys is slow, down or lying.
//!
//! Keys that are fetched ([`RemoteKeys`](crate::RemoteKeys)) make a service depend on somebody
//! else's. This page tells what that means on each kind of day. The numbers are defaults;
//! [`defaults`](super::defaults) says which of them can be set.
//!
//! # On a good day
//!
//! The first token that needs keys waits for one fetch, or nobody does after
//! [`JwtVerifier::warm_up`](crate::JwtVerifier::warm_up). From then on requests read the set without
//! a lock. After about 80 % of its time (10 minutes, or what `max-age` says between one minute and a
//! day) it is fetched again in the background, and no request waits for that. The new set takes the
//! place of the old one as a whole: a key that the issuer withdrew is gone, and with it every
//! remembered token that it had signed.
//!
//! When no token came for a longer time the set is stale, and the next one waits for a fetch first.
//!
//! # When the issuer changes its keys
//!
//! A token with a `kid` that is not in the set waits for a fetch, and so does one with a bad signature
//! under a `kid` that is: it may be the old name of a new key. One such fetch is allowed in 30 s, for
//! each source, whether it succeeds or not. Within those 30 s tokens that fit no key are 401 at once,
//! or 503 while fetches fail.
//!
//! # When somebody sends junk
//!
//! Ten thousand tokens with ten thousand made-up names cause that one fetch in 30 s. Tokens of known
//! keys are judged as ever meanwhile; they never wait for a fetch that junk caused. At most 1,024
//! requests wait for one fetch, more are 503. An `iss` that nobody trusts causes no fetch at all, and
//! nothing of a token ever becomes part of a URL.
//!
//! # When the provider is slow
//!
//! A fetch has 5 s for everything, discovery included, and 2 s of these to connect with the ready
//! client. It runs in a task of its own, one at a time for each source: a client that hangs up takes
//! nothing with it.
//!
//! # When the provider is down
//!
//! | Keys | Tokens of known keys | Tokens of unknown keys |
//! |---|---|---|
//! | fresh | accepted | 503 with `Retry-After` after the first failed fetch |
//! | stale for less than an hour | accepted; the first one waits for a fetch, later ones do not | 503 with `Retry-After` |
//! | stale for longer, or never fetched | 503 with `Retry-After` | 503 with `Retry-After` |
//!
//! 503 (`UNAVAILABLE`), not 401: a client that is told its token is bad throws it away and asks the
//! same provider for another one. Fetches are tried again after a pause of 1 s that doubles up to a
//! minute, each shortened by chance to spread the load, and only while tokens come. A service starts
//! with the provider down, and recovers with it.
//!
//! # When the provider is lying
//!
//! The following count as failed fetches, so the last good set stays in use: any status but 200, redirects among them;
//! more than 512 KiB; anything but a JSON object with an array `keys`; a member that occurs twice;
//! more than 100 keys; a set without a single usable key; metadata of another issuer, or whose
//! `jwks_uri` is not `https:`.
//!
//! A key that is for encryption, private, symmetric, too small, of a kind that is not known, or the fifth of
//! one name is left out of the set; the others of the set are used. Each one left out is an
//! [event](super::events) and in [`KeyStatus::left_out`](crate::KeyStatus::left_out).
//!
//! Trouble stays where it is. Another issuer notices nothing. Where one issuer has several sources, a
//! token waits for the first that has its key; only a token that fits no key is 503 when one of them
//! is down, because the key may be there.
//!
//! # Issuers that a resolver finds
//!
//! The resolver is asked again after five minutes. The issuer then goes on with the keys that were
//! fetched before, if they come from the same place under the same settings. A resolver that is out of
//! reach is 503 for the issuers whose answer is too old, and for nobody else.
//!
//! # What to watch
//!
//! [`JwtVerifier::key_status`](crate::JwtVerifier::key_status) tells for each source when a fetch last
//! succeeded and last failed and why, how old the keys are, and a hash of the set by which instances
//! of a service can be compared. [`JwtVerifier::is_ready`](crate::JwtVerifier::is_ready) is for a
//! readiness probe: it stays true while stale keys are used, and it starts the fetches that are due, so
//! that a service without tokens does not get out of date.
//!
//! ```
//! use tower_auth::{Issuer, JwtVerifier, Keys, TestAuthority};
//!
//! # #[cfg(feature = "testing")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let authority = TestAuthority::start().await?;
//! let keys = Keys::from_openid_discovery();
//! let verifier = JwtVerifier::builder()
//!     .issuer(Issuer::new(authority.issuer(), authority.audience(), keys))
//!     .build()?;
//!
//! authority.break_down();
//! assert!(verifier.warm_up().await.is_err());
//! assert!(!verifier.is_ready());
//! let (_, reason) = verifier.key_status().remove(0).last_error.expect("it has just failed");
//! assert_eq!(reason, "the answer is 503, not 200");
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "testing"))]
//! # fn main() {}
//! ```
