//! Where a key set is: a URL, a file, or what an issuer's metadata says.

use std::{fmt, path::PathBuf};

use http::Uri;

use crate::plain_http::{self, PlainHttp, Words};

/// Where to look, as it was configured.
#[derive(Clone)]
pub(super) enum Place {
    /// A JWK set: `https:`, `http:` or `file:`.
    Set(String),
    /// Metadata that names the set in `jwks_uri`.
    Metadata(String),
    /// OpenID Connect Discovery, section 4: the well-known part at the end of the issuer.
    OpenId,
    /// RFC 8414, section 3.1: the well-known part between the issuer's host and path.
    OAuth,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set(url) | Self::Metadata(url) => {
                write!(f, "{:?}", plain_http::without_user(url))
            }
            Self::OpenId => f.write_str("OpenId"),
            Self::OAuth => f.write_str("OAuth"),
        }
    }
}

/// Where to look, checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Locator {
    File(PathBuf),
    Set(Uri),
    Metadata(Uri),
}

impl Place {
    pub(super) fn locate(&self, issuer: Option<&str>, plain: PlainHttp) -> Result<Locator, String> {
        let of_issuer = || issuer.ok_or("discovery needs an issuer with a name");
        match self {
            Self::Set(url) if url.starts_with("file:") => file(url).map(Locator::File),
            Self::Set(url) => web(url, plain).map(Locator::Set),
            Self::Metadata(url) => web(url, plain).map(Locator::Metadata),
            Self::OpenId => web(&appended(of_issuer()?)?, plain).map(Locator::Metadata),
            Self::OAuth => web(&inserted(of_issuer()?)?, plain).map(Locator::Metadata),
        }
    }
}

/// Checks a URL that keys, or what says where they are, may be fetched from.
fn web(url: &str, plain: PlainHttp) -> Result<Uri, String> {
    let risk = "whoever is on the way could swap the keys";
    plain_http::web(url, plain, &Words { risk, needed: "https, http on loopback, or file" })
}

/// Checks a URL that metadata names: what came over HTTPS leads nowhere else, not to loopback either.
pub(super) fn named_by(metadata: &Uri, url: &str, plain: PlainHttp) -> Result<Uri, String> {
    let leaves_https = metadata.scheme_str() == Some("https") && !is_https(url);
    if leaves_https && plain == PlainHttp::Refused {
        return Err("the jwks_uri is not https".to_owned());
    }
    web(url, plain).map_err(|_| "the jwks_uri is no URL to fetch keys from".to_owned())
}

fn is_https(url: &str) -> bool {
    url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
}

/// RFC 8089: the host of a file is this one.
fn file(url: &str) -> Result<PathBuf, String> {
    let rest = url.trim_start_matches("file:");
    let path = match rest.strip_prefix("//") {
        None => rest,
        Some(after) => {
            let (host, path) = after.split_at(after.find('/').unwrap_or(after.len()));
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return Err(format!("{url:?}: a file URI with remote host is not supported"));
            }
            path
        }
    };
    if path.starts_with('/') {
        Ok(PathBuf::from(path))
    } else {
        Err(format!("{url:?}: the path of a file URI must start with a slash"))
    }
}

/// An issuer has neither query nor fragment (RFC 8414, section 2).
fn bare(issuer: &str) -> Result<&str, String> {
    if issuer.contains(['?', '#']) {
        return Err(format!("the issuer {issuer:?} has a query or fragment: no discovery"));
    }
    // Only for the URL; the name itself is compared as it is.
    Ok(issuer.strip_suffix('/').unwrap_or(issuer))
}

fn appended(issuer: &str) -> Result<String, String> {
    Ok(format!("{}/.well-known/openid-configuration", bare(issuer)?))
}

fn inserted(issuer: &str) -> Result<String, String> {
    let issuer = bare(issuer)?;
    let authority = issuer.find("://").map_or(0, |at| at + 3);
    let path = issuer[authority..].find('/').map_or(issuer.len(), |at| authority + at);
    let (origin, path) = issuer.split_at(path);
    Ok(format!("{origin}/.well-known/oauth-authorization-server{path}"))
}
