//! The text of a token (RFC 7515, sections 2, 3, 4 and 7.1): segments, base64url and JSON. Rows JOSE-01
//! to 04, 23 and 24.

use crate::support::tokens::{
    Signing, assert_accepted, assert_refused, base64url, compact, parts, signed, token,
};

const NOT_THREE: &str = "not of three parts";
const BASE64: &str = "not strict base64url";
const JSON: &str = "not JSON";

#[test]
fn jose_01_a_token_has_exactly_three_parts() {
    let [header, claims, signature] = parts(&token().compact());
    let whole = format!("{header}.{claims}.{signature}");
    assert_accepted(&whole);
    for (text, reason) in [
        (String::new(), NOT_THREE),
        (header.clone(), NOT_THREE),
        (format!("{header}.{claims}"), NOT_THREE),
        (format!("{whole}."), NOT_THREE),
        (format!(".{whole}"), NOT_THREE),
        (format!("{whole}.{signature}"), NOT_THREE),
        (format!("{whole}.."), "encrypted"),
        (format!("{whole}.a.b"), "encrypted"),
        (format!("{whole}..."), NOT_THREE),
        (format!("{header}.{claims}."), "not signed"),
        ("..".into(), "not signed"),
        ("...".into(), NOT_THREE),
        ("....".into(), "encrypted"),
        (format!("..{signature}"), JSON),
        (format!(".{claims}.{signature}"), JSON),
        (format!("{header}..{signature}"), JSON),
        (".".repeat(8192), NOT_THREE),
        (".".repeat(4_000_000), "too long"),
    ] {
        assert_refused(text, reason);
    }
}

#[test]
fn jose_01_the_json_serialization_is_refused() {
    let [header, claims, signature] = parts(&token().compact());
    let flat =
        format!(r#"{{"protected":"{header}","payload":"{claims}","signature":"{signature}"}}"#);
    assert_refused(&flat, NOT_THREE);
    let general = format!(
        r#"{{"payload":"{claims}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
    );
    assert_refused(general, NOT_THREE);
    // A text that is JSON to one reader and a compact token to another (a polyglot).
    assert_refused(format!(r#"{{"a":"{header}.{claims}.{signature}"}}"#), BASE64);
}

#[test]
fn jose_02_a_part_is_base64url_without_padding() {
    let [header, claims, signature] = parts(&token().compact());
    for stray in ["=", "==", " ", "\n", "\r\n", "\t", "\0", "+", "/", "%", "ä", "\u{feff}"] {
        assert_refused(format!("{header}{stray}.{claims}.{signature}"), BASE64);
        assert_refused(format!("{header}.{claims}{stray}.{signature}"), BASE64);
        assert_refused(format!("{header}.{claims}.{signature}{stray}"), BASE64);
        assert_refused(format!("{stray}{header}.{claims}.{signature}"), BASE64);
        // Signed with the stray character: still not what the RFC allows.
        assert_refused(signed(Signing::Es256, &format!("{header}{stray}.{claims}")), BASE64);
        assert_refused(signed(Signing::Es256, &format!("{header}.{claims}{stray}")), BASE64);
    }
}

#[test]
fn jose_02_the_standard_alphabet_is_refused() {
    // `?>` and `??` are `Pz4` and `Pz8`; with three bytes before them a `-` or `_` shows up.
    let claims = token().claim("x", "???>>>???>>>").claims_json();
    let good = token().with_claims_text(&claims);
    assert_accepted(&good);
    let [header, encoded, _] = parts(&good);
    assert!(encoded.contains(['-', '_']), "{encoded}");
    let standard = encoded.replace('-', "+").replace('_', "/");
    assert_refused(signed(Signing::Es256, &format!("{header}.{standard}")), BASE64);
}

#[test]
fn jose_02_trailing_bits_are_zero() {
    // 64 bytes leave two bits in the last character: `w` has them zero, `x` to `z` do not.
    let [header, claims, signature] = parts(&token().compact());
    let (body, last) = signature.split_at(signature.len() - 1);
    assert!("AQgw".contains(last), "{last}");
    for bits in 1..16 {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let at = alphabet.iter().position(|symbol| *symbol == last.as_bytes()[0]).unwrap();
        let other = char::from(alphabet[at + bits]);
        assert_refused(format!("{header}.{claims}.{body}{other}"), BASE64);
    }
}

#[test]
fn jose_03_the_header_is_one_json_object_in_utf_8() {
    let good = r#"{"alg":"ES256"}"#;
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    assert_accepted(token().with_header_text(good));
    assert_accepted(token().with_header_text(format!("\t {good}\r\n ")));
    for (header, reason) in [
        (format!("\u{feff}{good}").into_bytes(), JSON),
        (utf_16(good), JSON),
        (format!("[{good}]").into_bytes(), "not a JSON object"),
        (b"\"ES256\"".to_vec(), "not a JSON object"),
        (b"null".to_vec(), "not a JSON object"),
        (b"1".to_vec(), "not a JSON object"),
        (format!("{good}{good}").into_bytes(), "follows"),
        (format!("{good}x").into_bytes(), "follows"),
        (format!("{good}\0").into_bytes(), "follows"),
        (format!("{good},").into_bytes(), "follows"),
        (br#"{"alg":"ES256",}"#.to_vec(), JSON),
        (br"{'alg':'ES256'}".to_vec(), JSON),
        (br#"{"alg":"ES256"/**/}"#.to_vec(), JSON),
        (br#"{alg:"ES256"}"#.to_vec(), JSON),
        (br#"{"alg":"ES256","x":NaN}"#.to_vec(), JSON),
        (br#"{"alg":"ES256","x":1e400}"#.to_vec(), "out of range"),
        (br#"{"alg":"ES256","x":"\ud800"}"#.to_vec(), JSON),
        (b"{\"alg\":\"ES256\",\"x\":\"\n\"}".to_vec(), JSON),
        (b"{\"alg\":\"ES256\",\"x\":\"\xff\"}".to_vec(), "UTF-8"),
        (b"{\"alg\":\"ES256\",\"x\":\"\xc0\xaf\"}".to_vec(), "UTF-8"),
        (b"{\"alg\":\"ES256\",\"x\":\"\xed\xa0\x80\"}".to_vec(), "UTF-8"),
        (good.as_bytes()[..14].to_vec(), JSON),
        (Vec::new(), JSON),
    ] {
        assert_refused(token().with_header_text(header), reason);
    }
}

#[test]
fn jose_03_the_claims_are_one_json_object_in_utf_8() {
    let good = token().claims_json();
    for (claims, reason) in [
        (format!("\u{feff}{good}"), JSON),
        (format!("[{good}]"), "not a JSON object"),
        (format!("{good}{good}"), "follows"),
        (format!("{good}]"), "follows"),
        (format!("{good}\0"), "follows"),
        ("null".into(), "not a JSON object"),
        ("\"text\"".into(), "not a JSON object"),
        (String::new(), JSON),
    ] {
        assert_refused(token().with_claims_text(claims), reason);
    }
    assert_refused(token().with_claims_text(b"{\"sub\":\"\xff\"}"), "UTF-8");
}

#[test]
fn jose_04_members_of_the_header_occur_once() {
    for header in [
        r#"{"alg":"ES256","alg":"ES256"}"#,
        r#"{"alg":"none","alg":"ES256"}"#,
        r#"{"alg":"ES256","\u0061lg":"none"}"#,
        r#"{"alg":"ES256","kid":"a","kid":"b"}"#,
        r#"{"alg":"ES256","typ":"JWT","typ":"JWT"}"#,
        r#"{"alg":"ES256","x":{"y":1,"y":1}}"#,
        r#"{"alg":"ES256","x":[{"y":1,"\u0079":1}]}"#,
        r#"{"alg":"ES256","":1,"":2}"#,
    ] {
        assert_refused(token().with_header_text(header), "twice");
    }
    // Names differ by case: two members.
    assert_accepted(token().with_header_text(r#"{"alg":"ES256","Alg":"none","ALG":1}"#));
}

#[test]
fn jose_23_claims_occur_once_at_every_depth() {
    let doubled = |member: &str| {
        let claims = token().claims_json().replacen('{', &format!("{{{member},"), 1);
        token().with_claims_text(claims)
    };
    assert_accepted(doubled(r#""x":{"a":1,"b":{"a":1}},"A":1,"a":1"#));
    for member in [
        r#""sub":"alice""#,
        r#""sub":"mallory""#,
        r#""\u0061ud":"orders-api""#,
        r#""iss":"https://login.example.com""#,
        r#""ex\u0070":9999999999"#,
        r#""x":1,"x":1"#,
        r#""x":1,"\u0078":2"#,
        r#""x":{"a":1,"a":1}"#,
        r#""x":[[{"a":1,"\u0061":1}]]"#,
        r#""x":{"a":{"b":{"c":null,"c":null}}}"#,
    ] {
        assert_refused(doubled(member), "twice");
    }
}

#[test]
fn jose_24_nesting_is_at_most_32_deep() {
    let nested = |open: &str, close: &str, depth: usize| {
        let inner = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let claims = token().claims_json().replacen('{', &format!("{{\"x\":{inner},"), 1);
        token().with_claims_text(claims)
    };
    // The object of the claims is the first level.
    assert_accepted(nested("[", "]", 31));
    assert_refused(nested("[", "]", 32), "nested too deep");
    assert_accepted(nested(r#"{"a":"#, "}", 31));
    assert_refused(nested(r#"{"a":"#, "}", 32), "nested too deep");
    assert_refused(nested("[", "]", 127), "nested too deep");
    assert_refused(nested("[", "]", 2500), "nested too deep");

    let header =
        |depth| format!(r#"{{"alg":"ES256","x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_accepted(token().with_header_text(header(31)));
    assert_refused(token().with_header_text(header(32)), "nested too deep");
    // Never closed, so that only the depth can be what is wrong first.
    assert_refused(token().with_header_text("[".repeat(4000)), "nested too deep");
}

#[test]
fn jose_24_a_token_has_at_most_8_kib() {
    let of_length = |length: usize| {
        // Three bytes are four characters: pad to the next multiple below, then by the header.
        (0..8).find_map(|more| {
            let header = format!(r#"{{"alg":"ES256","p":"{}"}}"#, "x".repeat(more));
            (length / 2..length).find_map(|padding| {
                let claims = token().claim("p", "x".repeat(padding)).claims_json();
                let total =
                    (header.len() * 4).div_ceil(3) + (claims.len() * 4).div_ceil(3) + 86 + 2;
                (total == length).then(|| compact(Signing::Es256, &header, claims))
            })
        })
    };
    let longest = of_length(8192).unwrap();
    assert_eq!(longest.len(), 8192);
    assert_accepted(longest);
    let too_long = of_length(8193).unwrap();
    assert_eq!(too_long.len(), 8193);
    assert_refused(too_long, "too long");
    assert_refused("a".repeat(64 * 1024), "too long");
    assert_refused(format!("{}.{}.{}", base64url("{}"), "A".repeat(1 << 20), "A"), "too long");
}
