//! How to choose cost, cache and limits where callers log in with passwords.
//!
//! Basic authentication sends the password with every request, and a password hash is slow on purpose.
//! So there are three numbers to choose, and they depend on each other.
//!
//! # The cost
//!
//! A cost of bcrypt is a power of two: 12 is four times the work of 10. On the machine of our figures
//! (2 vCPUs of an AMD EPYC guest) one verification takes about 55 ms at 10 and 220 ms at 12. The work
//! protects the users when somebody has stolen the hashes; it buys nothing on any other day. Take the
//! highest cost that the logins of a busy second leave room for, 10 at least:
//!
//! ```text
//! logins a second = threads * 1,000 / milliseconds of one verification
//! ```
//!
//! - New hashes have the cost of [`PasswordVerifierBuilder::with_cost`](crate::PasswordVerifierBuilder::with_cost)
//!   (12 where nothing else is set). With [`with_rehash`](crate::UsersBuilder::with_rehash) old ones
//!   follow as their users log in, argon2id and scrypt (feature `phc`) stay as they are.
//! - Hashes below [`with_warning_cost`](crate::UsersBuilder::with_warning_cost) are complained about,
//!   those below [`with_min_cost`](crate::UsersBuilder::with_min_cost) refused.
//! - A store with several costs answers names that nobody has after the work of one of its users,
//!   always the same for the same name. So nobody learns by the clock who is there.
//!
//! # The limits
//!
//! Passwords are verified on threads of their own: one less than the machine has cores. One thread more
//! would verify more passwords and take the time from all other requests. What does not fit waits, and
//! what does not fit into the queue is refused at once with 503 and `Retry-After`.
//!
//! | What | Default | Too small | Too large |
//! |---|---|---|---|
//! | [`with_workers`](crate::PasswordVerifierBuilder::with_workers) | cores - 1 | logins wait | everything waits |
//! | [`with_queue`](crate::PasswordVerifierBuilder::with_queue) | 64 | 503 in a busy moment | work for clients who have given up |
//! | [`with_max_per_user`](crate::PasswordVerifierBuilder::with_max_per_user) | 8 | one client with many connections gets 503 | who guesses at one name fills the queue |
//!
//! The last one in the queue waits for `queue / threads` verifications: 64 places, one thread and a cost
//! of 12 are 14 seconds, more than most clients wait. A client that hangs up gives its place back.
//! [`PasswordVerifier::status`](crate::PasswordVerifier::status) and
//! [`with_metrics`](crate::PasswordVerifierBuilder::with_metrics) tell how long the queue is and how long it
//! takes; where `waited` is often longer than `worked`, remember judgements or lower the cost.
//!
//! A limit for one name is a lever for those who want to keep its owner out: eight wrong passwords under
//! way, and the ninth request for that name is 503 for as long as they go on. The owner is not touched
//! where the judgement is remembered. The other requests of the service never are.
//!
//! # Remembered judgements
//!
//! [`cached`](crate::Authenticator::cached) remembers that credentials were good, so that a client pays
//! for a verification once in five minutes (or what
//! [`CacheLimits::with_max_age`](crate::CacheLimits::with_max_age) says) and not with every request.
//!
//! The price is what lies in memory meanwhile: not the password, but a keyed hash of it (BLAKE3) and the
//! key. Who can read the memory of the process, through a core dump, swap or a hole in it, can try
//! passwords against that hash, which takes less than a microsecond for each where bcrypt 12 takes 220
//! milliseconds. Against that, somebody who goes on reading the memory of a service that takes passwords
//! only has to wait for the next request. So:
//!
//! - Where passwords are made by machines (API keys of 128 random bits), remembering costs nothing:
//!   nobody guesses them at any speed.
//! - Where people choose them, keep the age short, minutes and not hours, and core dumps off.
//! - Where that is too much, remember nothing, and let clients exchange the password for a token.
//!
//! A remembered judgement ends with its age, with the user's entry ([`Users`](crate::Users) that are
//! changed, disabled or gone count no more from the moment on at which the file has been read) and with
//! [`Identity::expires_at`](crate::Identity::expires_at). Keys are wiped from memory when they are
//! dropped. Wrong passwords are not remembered unless
//! [`with_refusals`](crate::Cached::with_refusals) says so.
//!
//! # Guessing
//!
//! Equal work and bounds do not stop somebody who guesses slowly. With the feature `throttle`, a
//! `FailureThrottle` refuses an address (and a name from an address) with 429 once too many of its attempts
//! have failed or are under way; an attempt that hangs up before it is judged has failed. It goes inside of
//! the cache: `throttle.around(users)?.cached(limits)`. While somebody guesses, the address is refused with
//! the right password too, remembered or not; who is remembered from another address is admitted. A limit
//! on a name and an address needs one on the address, because clients make up names. A limit on a name
//! alone (`danger_with_user_limit`) lets anybody lock its owner out.
//!
//! # Clients
//!
//! The challenge says `charset="UTF-8"`, and anything else is refused. curl, browsers and Python's
//! `httpx` send UTF-8. Python's `requests` sends Latin-1 where a `str` fits into it: pass
//! `auth=(name.encode(), password.encode())`. Names and passwords are compared byte for byte, without
//! normalisation: an `é` of two code points is not one of one.
