//! What the gate promises, whatever is checked.
//!
//! Every layer of this crate is a [`Check`](crate::Check) in front of one service, the
//! [`Gate`](crate::Gate), which keeps these promises for checks of your own as well:
//!
//! 1. The service that was polled ready is the service that is called.
//! 2. A refusal never reaches the inner service, and the body is neither read nor buffered.
//! 3. Every 401 carries one challenge per configured scheme, whatever a custom rejection does.
//! 4. Refusals are not cacheable.
//! 5. The [`AuthError`](crate::AuthError) is in the extensions of the response.
//! 6. The secret is gone from what the handler sees.
//! 7. There is exactly one structured event per decision, and no secret in it.
//! 8. A panicking check is refused as `Misconfigured`, and the server lives on.
//! 9. A presented but bad credential never falls through to a weaker scheme.
//! 10. Identity, tenant and permissions were put into a request by a check of this request.
//! 11. A check that lacks its input is refused as `Misconfigured`.
//! 12. Tenant and identity agree before any handler runs, whichever layer is outside.
//! 13. Stacked authentication layers mean AND.
//!
//! Two limits. A check of your own that stands outside of every authentication layer writes the
//! challenges of its 401 itself. A panic in a [`Rejection`](crate::Rejection) is not contained: the
//! request is not served, and its connection ends.
