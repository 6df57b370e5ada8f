//! Where plain HTTP will do: between a program and its own machine, and where somebody said so.

use std::net::IpAddr;

use http::Uri;

/// Whether plain HTTP may go farther than to loopback.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum PlainHttp {
    Refused,
    Allowed,
}

/// What is said about a URL that will not do.
pub(crate) struct Words {
    /// What could happen on the way.
    pub(crate) risk: &'static str,
    /// What would do.
    pub(crate) needed: &'static str,
}

/// Checks a URL that is to be fetched from.
pub(crate) fn web(url: &str, plain: PlainHttp, words: &Words) -> Result<Uri, String> {
    let Words { risk, needed } = words;
    let shown = without_user(url);
    let uri: Uri = url.parse().map_err(|_| format!("{shown:?} is not a URL"))?;
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err(format!("{shown:?} is not a whole URL: https://host/path is needed"));
    };
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err("a URL with a user in it: leave it out".to_owned());
    }
    match scheme {
        "https" => Ok(uri),
        "http" if plain == PlainHttp::Allowed || is_loopback(host) => Ok(uri),
        "http" => {
            Err(format!("{shown:?}: {risk}, so https is needed (`allow_plain_http` if you must)"))
        }
        _ => Err(format!("{shown:?}: {needed} is needed")),
    }
}

/// A URL as it may be told: without the user and the password that somebody has left in it.
pub(crate) fn without_user(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    match url.rfind('@').filter(|at| start <= *at) {
        Some(end) => format!("{}..{}", &url[..start], &url[end..]),
        None => url.to_owned(),
    }
}

/// Whether a host, as a URL spells it, is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
