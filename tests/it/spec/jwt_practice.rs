//! Best practice for tokens (RFC 8725): rows BCP-01 to 18, as far as they are the verifier's matter.

use serde_json::{Value, json};
use tower_auth::{Algorithm, Issuer, JwtVerifier, Keys};

use crate::support::tokens::{
    AUDIENCE, ISSUER, P256_PEM, RSA_PEM, Signing, all_keys, assert_accepted, assert_refused,
    assert_refused_by, base64url, clock, issuer, judge, jwk_with, jwks, parts, token, token_by,
    verifier_of,
};

const TYP: &str = "the typ is not one of an access token";

#[test]
fn bcp_01_nothing_outside_of_the_permitted_algorithms_is_used() {
    let set = jwks(
        [Signing::Rs256, Signing::Es256, Signing::EdDsa]
            .map(|signing| jwk_with(signing, &json!({}))),
    );
    let only = issuer(Keys::from_jwks(set)).with_algorithms([Algorithm::ES256]);
    let verifier = verifier_of(only);
    judge(&verifier, token().compact()).unwrap();
    for signing in [Signing::Rs256, Signing::Ps256, Signing::EdDsa, Signing::Hs256] {
        assert_refused_by(&verifier, token_by(signing).compact(), "no key matches");
    }
}

#[test]
fn bcp_01_no_algorithm_is_symmetric_unless_a_secret_is_configured() {
    let verifier = verifier_of(issuer(Keys::from_pem(RSA_PEM, Algorithm::RS256)));
    for signing in [Signing::Hs256, Signing::Hs384, Signing::Hs512] {
        assert_refused_by(&verifier, token_by(signing).compact(), "no key matches");
    }
}

#[test]
fn bcp_02_the_alg_agrees_with_the_key_at_the_operation() {
    // RS256's signature under the name PS256 and the other way round, for a key of each.
    let ps_named_rs = token_by(Signing::Ps256).header("alg", "RS256");
    assert_refused(ps_named_rs.compact(), "signature");
    let rs_named_ps = token_by(Signing::Rs256).header("alg", "PS256");
    assert_refused(rs_named_ps.compact(), "signature");
    assert_refused(token_by(Signing::Es256).header("alg", "EdDSA").compact(), "signature");
    assert_refused(token_by(Signing::Rs256).header("alg", "RS512").compact(), "signature");
}

#[test]
fn bcp_03_algorithms_are_permitted_for_each_issuer() {
    let es = Issuer::new("es", AUDIENCE, Keys::from_pem(P256_PEM, Algorithm::ES256))
        .with_algorithms([Algorithm::ES256]);
    let rs = Issuer::new("rs", AUDIENCE, Keys::from_pem(RSA_PEM, Algorithm::RS256))
        .with_algorithms([Algorithm::RS256]);
    let builder = JwtVerifier::builder().issuer(es).issuer(rs).with_clock(clock());
    let verifier = builder.build().unwrap();
    judge(&verifier, token_by(Signing::Es256).claim("iss", "es").compact()).unwrap();
    judge(&verifier, token_by(Signing::Rs256).claim("iss", "rs").compact()).unwrap();
    let crossed = token_by(Signing::Rs256).claim("iss", "es");
    assert_refused_by(&verifier, crossed.compact(), "no key matches");
}

#[test]
fn bcp_05_and_16_an_encrypted_token_is_refused_before_any_work() {
    let header = base64url(
        r#"{"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2c":2147483647,"zip":"DEF","cty":"JWT"}"#,
    );
    assert_refused(format!("{header}.AA.AA.AA.AA"), "encrypted");
    // Three parts under the same header: the algorithm alone would refuse it as well.
    assert_refused(format!("{header}.AA.AA"), "token inside");
    let wrapped = token().header("alg", "RSA-OAEP").header("enc", "A256GCM");
    assert_refused(wrapped.compact(), "alg is not supported");
}

#[test]
fn bcp_08_text_is_utf_8() {
    let latin_1 = b"{\"iss\":\"https://login.example.com\",\"sub\":\"Zo\xeb\"}";
    assert_refused(token().with_claims_text(latin_1), "UTF-8");
}

#[test]
fn bcp_09_a_key_belongs_to_the_issuer_of_the_token() {
    let token = token().claim("iss", "https://somebody.else.example");
    assert_refused(token.compact(), "the iss is not trusted");
    assert_refused(crate::support::tokens::token().without("iss").compact(), "iss");
    let list = crate::support::tokens::token().claim("iss", json!([ISSUER]));
    assert_refused(list.compact(), "iss");
}

#[test]
fn bcp_10_a_subject_is_there_and_is_not_empty() {
    for sub in [Value::Null, json!(""), json!(0), json!(["alice"]), json!({ "id": "alice" })] {
        assert_refused(token().claim("sub", sub).compact(), "no sub");
    }
    assert_refused(token().without("sub").compact(), "no sub");
}

#[test]
fn bcp_11_a_token_without_audience_is_refused() {
    assert_refused(token().without("aud").compact(), "aud");
}

#[test]
fn bcp_14_a_typ_is_read_as_a_media_type() {
    for typ in [
        "JWT",
        "jwt",
        "Jwt",
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "application/jwt",
        "Application/AT+jwt",
    ] {
        assert_accepted(token().header("typ", typ).compact());
    }
    assert_accepted(token().without_header("typ").compact());
    for typ in [
        "",
        "JWS",
        "JOSE",
        "JOSE+JSON",
        "application/",
        "application/jose",
        "text/jwt",
        "application/application/jwt",
        "jwt ",
        " jwt",
        "jwt; charset=utf-8",
        "jwt/application",
        "/jwt",
        "at",
        "at+jwt\0",
        "+jwt",
    ] {
        assert_refused(token().header("typ", typ).compact(), TYP);
    }
    for typ in [json!(1), Value::Null, json!(["JWT"])] {
        assert_refused(token().header("typ", typ).compact(), "of the wrong type");
    }
}

#[test]
fn bcp_15_other_kinds_of_tokens_are_not_access_tokens() {
    for typ in [
        "logout+jwt",
        "dpop+jwt",
        "secevent+jwt",
        "id_token+jwt",
        "token-introspection+jwt",
        "oauth-authz-req+jwt",
        "client-authentication+jwt",
        "kb+jwt",
        "dc+sd-jwt",
        "vc+jwt",
        "entity-statement+jwt",
        "openidvci-proof+jwt",
        "application/logout+jwt",
        "application/dpop+jwt",
        "wimse-id+jwt",
        "rt+jwt",
    ] {
        assert_refused(token().header("typ", typ).compact(), TYP);
    }
}

#[test]
fn bcp_17_only_the_alphabet_of_base64url_and_dots_are_in_a_token() {
    let [header, claims, signature] = parts(&token().compact());
    for byte in 0_u8..=127 {
        let symbol = char::from(byte);
        if symbol.is_ascii_alphanumeric() || matches!(symbol, '-' | '_' | '.') {
            continue;
        }
        for text in [
            format!("{symbol}{header}.{claims}.{signature}"),
            format!("{header}.{symbol}{claims}.{signature}"),
            format!("{header}.{claims}.{signature}{symbol}"),
        ] {
            assert_refused(text, "base64url");
        }
    }
}

#[test]
fn bcp_18_fully_specified_names_are_understood() {
    assert_accepted(token_by(Signing::EdDsa).header("alg", "Ed25519").compact());
    let verifier = verifier_of(issuer(all_keys()));
    let polymorphic = token_by(Signing::Es256).header("alg", "ECDSA");
    assert_refused_by(&verifier, polymorphic.compact(), "alg is not supported");
}
