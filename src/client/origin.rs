//! [`Origins`]: for whom credentials are, and what they may travel over.

use std::fmt;

use http::{HeaderMap, HeaderValue, Uri, header::HOST, uri::Authority};

use crate::{
    client::{ClientAuthError, ClientAuthErrorKind},
    config_error::Problems,
    plain_http::{is_loopback, without_user},
};

/// Where a request goes: scheme, host and port (RFC 9110, section 4.3.1).
#[derive(Clone, Debug)]
struct Origin<H> {
    scheme: Scheme,
    host: H,
    port: u16,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Scheme {
    Http,
    Https,
}

/// Where credentials go and nowhere else.
#[derive(Clone, Debug)]
pub(super) struct Origins {
    origins: Vec<Origin<String>>,
    plain_text: Vec<String>,
    /// Whether the service is a connection, so that a request need not say where it goes.
    is_connected: bool,
}

/// What a builder was told.
#[derive(Clone, Default)]
pub(super) struct Told {
    pub(super) origins: Vec<String>,
    pub(super) connection: Option<String>,
    pub(super) plain_text: Vec<String>,
}

impl Scheme {
    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

impl Told {
    pub(super) fn check(&self, problems: &mut Problems) -> Origins {
        let mut origins = Vec::new();
        for url in self.origins.iter().chain(&self.connection) {
            match self.origin(url) {
                Ok(origin) => origins.push(origin),
                Err(problem) => {
                    problems.add(format!("the origin {:?}: {problem}", without_user(url)));
                }
            }
        }
        if self.origins.is_empty() && self.connection.is_none() {
            problems.add("for whom are the credentials? `for_origin` or `connected_to` is missing");
        }
        for host in &self.plain_text {
            let is_meant = |origin: &Origin<String>| origin.is_plain_to(host);
            if !origins.iter().any(is_meant) {
                problems.add(format!("plain text is allowed to {host:?}, which is no http origin"));
            }
        }
        let is_connected = self.connection.is_some();
        Origins { origins, plain_text: self.plain_text.clone(), is_connected }
    }

    fn origin(&self, url: &str) -> Result<Origin<String>, &'static str> {
        let uri: Uri = url.parse().map_err(|_| "it is not a URL")?;
        let origin = Origin::of(&uri)?;
        // `//` is a path as well, and `Uri` knows no other way to write none.
        let is_bare = uri.path_and_query().is_none_or(|rest| rest.as_str() == "/");
        if !is_bare {
            return Err("an origin ends with the host or the port");
        }
        if may_carry(&origin, &self.plain_text) {
            Ok(origin.to_owned())
        } else {
            Err("the credentials could be read on the way, so https is needed \
                 (`allow_plain_text_to` that host if you must)")
        }
    }
}

impl Origins {
    /// Refuses to send credentials where they do not belong.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), ClientAuthError> {
        self.check_uri(uri)?;
        // A server that many share goes by the field (RFC 9110, section 7.2), whatever the URI was.
        if headers.get_all(HOST).iter().all(|host| self.are_named_by(host)) {
            return Ok(());
        }
        let error = ClientAuthError::new(ClientAuthErrorKind::ForeignOrigin);
        Err(error.with_source("its Host field names none of the layer's origins"))
    }

    fn are_named_by(&self, host: &HeaderValue) -> bool {
        let Ok(authority) = Authority::try_from(host.as_bytes()) else {
            return false;
        };
        self.origins.iter().any(|ours| {
            let scheme = ours.scheme;
            Origin::at(scheme, &authority).is_ok_and(|named| ours.is(&named))
        })
    }

    fn check_uri(&self, uri: &Uri) -> Result<(), ClientAuthError> {
        let refused = |kind, reason| Err(ClientAuthError::new(kind).with_source(reason));
        if uri.scheme().is_none() && uri.authority().is_none() {
            return if self.is_connected {
                Ok(())
            } else {
                refused(
                    ClientAuthErrorKind::UnknownOrigin,
                    "its URI has no host; for a service that is a connection, say `connected_to`",
                )
            };
        }
        let origin = match Origin::of(uri) {
            Ok(origin) => origin,
            Err(reason) => return refused(ClientAuthErrorKind::UnknownOrigin, reason),
        };
        if self.origins.iter().any(|ours| ours.is(&origin)) {
            return Ok(());
        }
        if may_carry(&origin, &self.plain_text) {
            refused(ClientAuthErrorKind::ForeignOrigin, "it is none of the layer's origins")
        } else {
            refused(ClientAuthErrorKind::PlainText, "its URI is http, and not to this machine")
        }
    }
}

impl<'u> Origin<&'u str> {
    fn of(uri: &'u Uri) -> Result<Self, &'static str> {
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("a scheme and a host are needed");
        };
        let scheme = match scheme {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err("it is neither http nor https"),
        };
        Self::at(scheme, authority)
    }

    fn at(scheme: Scheme, authority: &'u Authority) -> Result<Self, &'static str> {
        if authority.as_str().contains('@') {
            return Err("there is a user in the URL");
        }
        if authority.host().is_empty() {
            return Err("the host is empty");
        }
        let has_port = authority.as_str().len() > authority.host().len();
        let port = match authority.port_u16() {
            Some(port) => port,
            None if has_port => return Err("the port is no number"),
            None => scheme.default_port(),
        };
        Ok(Self { scheme, host: authority.host(), port })
    }

    fn to_owned(&self) -> Origin<String> {
        Origin { scheme: self.scheme, host: self.host.to_owned(), port: self.port }
    }
}

impl<H: AsRef<str>> Origin<H> {
    /// Hosts are the same whatever the case of their letters (RFC 9110, section 4.2.3).
    fn is(&self, other: &Origin<&str>) -> bool {
        self.scheme == other.scheme
            && self.port == other.port
            && self.host.as_ref().eq_ignore_ascii_case(other.host)
    }

    fn is_plain_to(&self, host: &str) -> bool {
        self.scheme == Scheme::Http && self.host.as_ref().eq_ignore_ascii_case(host)
    }
}

fn may_carry(origin: &Origin<&str>, plain_text: &[String]) -> bool {
    origin.scheme == Scheme::Https
        || is_loopback(origin.host)
        || plain_text.iter().any(|host| origin.is_plain_to(host))
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls = self.origins.iter().chain(&self.connection);
        f.debug_list().entries(urls.map(|url| without_user(url))).finish()
    }
}
