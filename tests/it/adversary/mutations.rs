//! Pseudo-random changes of what is good. The seed is fixed: a failure comes back on every run.

use super::*;

const ROUNDS: usize = 3000;

/// xorshift64* (Vigna, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % bound
    }

    fn byte(&mut self) -> u8 {
        const FAVOURITES: &[u8] = b".=-_+/ ,:;%@\t\"{}[]AZaz09\x7F\xFF\x80";
        match self.below(2) {
            0 => FAVOURITES[self.below(FAVOURITES.len())],
            _ => self.next().to_le_bytes()[0],
        }
    }

    /// One to three small changes.
    fn change(&mut self, good: &[u8]) -> Vec<u8> {
        let mut bytes = good.to_vec();
        for _ in 0..=self.below(3) {
            let (at, byte) = (self.below(bytes.len() + 1), self.byte());
            let inside = at.min(bytes.len().saturating_sub(1));
            match self.below(8) {
                0 => bytes.insert(at, byte),
                1 if !bytes.is_empty() => drop(bytes.remove(inside)),
                2 if !bytes.is_empty() => bytes[inside] = byte,
                3 if !bytes.is_empty() => bytes[inside] ^= 1 << self.below(8),
                4 => bytes.truncate(at),
                5 => bytes.extend_from_slice(&good[at.min(good.len())..]),
                6 if !bytes.is_empty() => bytes[inside].make_ascii_uppercase(),
                _ => bytes.rotate_left(inside),
            }
        }
        bytes
    }
}

/// Whether both are the same credentials: the name of a scheme is compared without case.
fn same_credentials(one: &[u8], other: &[u8]) -> bool {
    let split = |value: &[u8]| {
        let at = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
        (value[..at].to_ascii_lowercase(), value[at..].to_vec())
    };
    split(one) == split(other)
}

#[tokio::test]
async fn no_changed_credentials_let_anybody_in() {
    let app = header_app();
    let mut random = Random(0x0C0F_FEE0_0C0F_FEE1);
    let mut refused = 0;
    for good in [good_bearer(), BASIC.to_owned()] {
        for _ in 0..ROUNDS {
            let changed = random.change(good.as_bytes());
            let Some(request) = with_authorization(&changed) else {
                continue;
            };
            let status = status(&app, request).await;
            if same_credentials(&changed, good.as_bytes()) {
                assert_eq!(status, StatusCode::OK);
            } else {
                assert_refused(status, String::from_utf8_lossy(&changed));
                refused += 1;
            }
        }
    }
    assert!(refused > ROUNDS, "{refused}");
}

/// Changes below the base64: the token stays readable more often.
#[tokio::test]
async fn no_changed_part_of_a_token_lets_anybody_in() {
    let app = header_app();
    let mut random = Random(0xBADC_0DE5);
    let decode = |part: &String| {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        URL_SAFE_NO_PAD.decode(part).unwrap()
    };
    let good = parts(&good_token());
    for round in 0..ROUNDS {
        let mut changed = good.clone();
        let part = round % 3;
        changed[part] = base64url(random.change(&decode(&good[part])));
        if changed == good {
            continue;
        }
        let request = with_authorization(format!("Bearer {}", changed.join("."))).unwrap();
        assert_refused(status(&app, request).await, &changed);
    }
}

#[tokio::test]
async fn no_changed_tenant_is_served() {
    let app = header_app();
    let mut random = Random(0x7E4A_4271);
    for _ in 0..ROUNDS {
        let changed = random.change(b"acme");
        let (Ok(value), Some(mut request)) =
            (HeaderValue::from_bytes(&changed), with_authorization(BASIC))
        else {
            continue;
        };
        request.headers_mut().insert(TENANT, value);
        let status = status(&app, request).await;
        if changed == b"acme" {
            assert_eq!(status, StatusCode::OK);
        } else {
            assert_refused(status, String::from_utf8_lossy(&changed));
        }
    }
}

#[tokio::test]
async fn no_changed_host_is_served() {
    let app = app(TenantLayer::from_host("orders.example"));
    let mut random = Random(0x4057_4057);
    for _ in 0..ROUNDS {
        let changed = random.change(b"acme.orders.example:8443");
        let (Ok(value), Some(mut request)) =
            (HeaderValue::from_bytes(&changed), with_authorization(BASIC))
        else {
            continue;
        };
        request.headers_mut().insert(HOST, value);
        let status = status(&app, request).await;
        // A port is no part of the name, and case does not count.
        let name = changed.split(|byte| *byte == b':').next().unwrap();
        if !name.eq_ignore_ascii_case(b"acme.orders.example") {
            assert_refused(status, String::from_utf8_lossy(&changed));
        }
    }
}

#[tokio::test]
async fn no_changed_path_is_served() {
    let app = app(TenantLayer::from_path("/t"));
    let mut random = Random(0x9A74_9A74);
    for _ in 0..ROUNDS {
        let changed = random.change(b"/t/acme/orders");
        let (Ok(path), Some(mut request)) = (String::from_utf8(changed), with_authorization(BASIC))
        else {
            continue;
        };
        if !with_uri(&mut request, &path) {
            continue;
        }
        let named = request.uri().path().to_owned();
        let mut segments = named.split('/').skip(1);
        let is_acme = segments.next() == Some("t") && segments.next() == Some("acme");
        let status = status(&app, request).await;
        if is_acme {
            assert_eq!(status, StatusCode::OK, "{path}");
        } else {
            assert_refused(status, &path);
        }
    }
}

/// A changed certificate would not get past the TLS stack; here it must do no harm.
#[tokio::test]
async fn no_changed_certificate_is_the_servers_fault() {
    let app = header_app();
    let mut random = Random(0xCE47_CE47);
    let good = Authority::new("authority").client("spiffe://example/alice").der();
    for _ in 0..ROUNDS {
        let mut request = request();
        let changed = random.change(&good);
        request.extensions_mut().insert(PeerCertificates::from_der([changed]));
        status(&app, request).await;
    }
}
