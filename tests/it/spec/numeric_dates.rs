//! Dates and leeway (RFC 7519, sections 2, 4.1.4 to 4.1.6): rows JOSE-19 and 20, and TA-13.

use std::time::Duration;

use serde_json::json;
use tower_auth::{AuthErrorKind, Authenticator, Bearer, Issuer, JwtVerifier};

use crate::support::tokens::{
    NOW, all_keys, assert_accepted, assert_refused, assert_refused_by, clock_at, issuer, judge,
    token,
};

const EXPIRED: &str = "the token has expired";
const NOT_YET: &str = "the token is not valid yet";

fn verifier_at(now: u64, leeway: Duration) -> JwtVerifier {
    JwtVerifier::builder()
        .issuer(issuer(all_keys()).with_leeway(leeway))
        .with_clock(clock_at(now))
        .build()
        .unwrap()
}

#[test]
fn ta_13_a_token_is_good_until_the_second_before_exp() {
    let token = token().claim("exp", NOW).compact();
    let at = |now| judge(&verifier_at(now, Duration::ZERO), &token).err();
    assert_eq!(at(NOW - 1), None);
    assert_eq!(at(NOW).as_deref(), Some(EXPIRED));
    assert_eq!(at(NOW + 1).as_deref(), Some(EXPIRED));
}

#[test]
fn jose_19_exp_plus_leeway_is_the_first_refused_second() {
    let leeway = Issuer::DEFAULT_LEEWAY;
    assert_eq!(leeway, Duration::from_secs(30));
    let token = token().claim("exp", NOW).compact();
    judge(&verifier_at(NOW + 29, leeway), &token).unwrap();
    assert_refused_by(&verifier_at(NOW + 30, leeway), &token, EXPIRED);
    assert_refused_by(&verifier_at(NOW + 31, leeway), &token, EXPIRED);
}

#[test]
fn jose_19_nbf_minus_leeway_is_the_first_good_second() {
    let token = token().claim("nbf", NOW).compact();
    for leeway in [0, 30, 300] {
        let at = |now| verifier_at(now, Duration::from_secs(leeway));
        judge(&at(NOW - leeway), &token).unwrap();
        assert_refused_by(&at(NOW - leeway - 1), &token, NOT_YET);
    }
}

#[test]
fn the_verifier_reads_its_clock_on_every_token() {
    let clock = clock_at(NOW);
    let verifier = JwtVerifier::builder()
        .issuer(issuer(all_keys()))
        .with_clock(clock.clone())
        .build()
        .unwrap();
    let token = token().claim("exp", NOW + 60).compact();
    judge(&verifier, &token).unwrap();
    clock.advance(Duration::from_millis(89_999));
    judge(&verifier, &token).unwrap();
    clock.advance(Duration::from_millis(1));
    assert_refused_by(&verifier, &token, EXPIRED);
}

#[test]
fn an_expired_token_is_told_apart_from_a_bad_one() {
    let kind = |token: String| match verifier_at(NOW, Duration::ZERO).answer(Bearer::new(token)) {
        tower_auth::Answer::Now(judgement) => judgement.unwrap_err().kind(),
        tower_auth::Answer::Later(_) => panic!("no waiting is needed"),
    };
    assert_eq!(kind(token().expired().compact()), AuthErrorKind::ExpiredCredentials);
    assert_eq!(kind(token().without("aud").compact()), AuthErrorKind::InvalidCredentials);
    assert_eq!(kind("a.b".to_owned()), AuthErrorKind::UnreadableCredentials);
}

#[test]
fn jose_19_a_date_may_have_a_fraction() {
    let fraction = token().claim("exp", 1_800_000_000.5).claim("nbf", 1_799_999_999.5).compact();
    judge(&verifier_at(NOW, Duration::ZERO), &fraction).unwrap();
    assert_refused_by(&verifier_at(NOW + 1, Duration::ZERO), &fraction, EXPIRED);
    assert_refused_by(&verifier_at(NOW - 1, Duration::ZERO), &fraction, NOT_YET);
    let scientific = token().claims_json().replace(&(NOW + 600).to_string(), "1.8000006e9");
    assert_accepted(token().with_claims_text(scientific));
}

#[test]
fn jose_20_dates_out_of_range_are_refused() {
    for claim in ["exp", "nbf", "iat"] {
        let reason = format!("the {claim} is not a date");
        for date in [
            json!(-1),
            json!(-0.5),
            json!(-1e300),
            json!(1e300),
            json!(i64::MIN),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(253_402_300_800_u64),
            json!(253_402_300_799.5),
            // Milliseconds in place of seconds.
            json!(NOW * 1000),
        ] {
            assert_refused(token().claim(claim, date).compact(), &reason);
        }
        let with_text = |text: &str| {
            let claims = token().without(claim).claims_json();
            token().with_claims_text(claims.replacen('{', &format!("{{\"{claim}\":{text},"), 1))
        };
        for text in ["1e400", "-1e400", "1e99999999999", "1.7976931348623157e308"] {
            assert_refused(with_text(text), "out of range");
        }
        for text in ["NaN", "Infinity", "0x7fffffff"] {
            assert_refused(with_text(text), "not JSON");
        }
    }
}

#[test]
fn jose_20_the_last_second_of_the_year_9999_is_a_date() {
    let identity = assert_accepted(token().claim("exp", 253_402_300_799_u64).compact());
    assert!(identity.expires_at().is_some());
    let far = token().claim("nbf", 253_402_300_799_u64);
    assert_refused(far.compact(), NOT_YET);
}

#[test]
fn nbf_and_iat_may_be_absent_and_iat_is_no_limit() {
    assert_accepted(token().without("nbf").without("iat").compact());
    // Clocks differ: nothing follows from a token that says it was made later.
    assert_accepted(token().claim("iat", NOW + 3600).compact());
}

#[test]
fn a_clock_before_1970_trusts_nothing() {
    // `Clock::manual` cannot go there; at its own start everything that begins later is not yet valid.
    let start = verifier_at(0, Duration::ZERO);
    assert_refused_by(&start, token().compact(), NOT_YET);
}
