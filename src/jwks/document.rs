//! What an answer to a fetch means.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
    time::Duration,
};

use aws_lc_rs::digest;
use http::{HeaderMap, Response, StatusCode, header};

use crate::jwt::json;

/// A document that came with an answer of 200.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) body: Vec<u8>,
    /// For how long it says it may be kept.
    pub(super) max_age: Option<Duration>,
}

impl Document {
    /// A redirect is an answer that is not 200, so none is followed.
    pub(super) fn of(response: Response<Vec<u8>>, max_bytes: usize) -> Result<Self, String> {
        let (parts, body) = response.into_parts();
        if parts.status != StatusCode::OK {
            return Err(format!("the answer is {}, not 200", parts.status.as_u16()));
        }
        if body.len() > max_bytes {
            return Err(format!("the document has more than {max_bytes} bytes"));
        }
        Ok(Self { body, max_age: max_age(&parts.headers) })
    }

    /// A file as if it had been fetched.
    pub(super) fn of_file(path: &Path, max_bytes: usize) -> Result<Self, String> {
        let read = || -> io::Result<Vec<u8>> {
            // What is no file, a pipe say, might never end.
            if !fs::metadata(path)?.is_file() {
                return Err(io::Error::other("it is not a file"));
            }
            let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
            let mut body = Vec::new();
            File::open(path)?.take(limit).read_to_end(&mut body)?;
            Ok(body)
        };
        Self::of(Response::new(read().map_err(|error| error.to_string())?), max_bytes)
    }

    /// The SHA-256 of the body.
    pub(super) fn hash(&self) -> [u8; 32] {
        let digest = digest::digest(&digest::SHA256, &self.body);
        let mut hash = [0; 32];
        hash.copy_from_slice(digest.as_ref());
        hash
    }

    /// Where the metadata of an issuer says its keys are.
    ///
    /// Metadata of anybody else is none (RFC 8414, section 3.3): the name must be the same, byte for
    /// byte.
    pub(super) fn jwks_uri(&self, issuer: Option<&str>) -> Result<String, String> {
        let metadata = json::object(&self.body).map_err(|reason| format!("metadata: {reason}"))?;
        if issuer.is_some() && metadata.str("issuer") != issuer {
            return Err("the metadata is that of another issuer".to_owned());
        }
        let uri = metadata.str("jwks_uri").ok_or("the metadata names no jwks_uri")?;
        Ok(uri.to_owned())
    }
}

/// RFC 9111, section 5.2.2.1, less the time that the answer lay in a cache on the way.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let directives = headers.get_all(header::CACHE_CONTROL).into_iter();
    let seconds = directives
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|directive| directive.trim().split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("max-age"))
        .and_then(|(_, value)| value.trim_matches('"').parse().ok())?;
    let age = headers.get(header::AGE).and_then(|age| age.to_str().ok()?.parse().ok());
    Some(Duration::from_secs(seconds).saturating_sub(Duration::from_secs(age.unwrap_or(0))))
}
