//! [`Watched`]: certificates and revocation lists, and when they end.

use std::{sync::Arc, time::SystemTime};

use sha2::{Digest, Sha256};
use x509_parser::{prelude::FromDer, revocation_list::CertificateRevocationList};

use super::{client_rules::Clients, expiry::CertificateUse};
use crate::{
    config_error::{ConfigError, Problems},
    mtls::parse,
};

/// One thing that ends, of those that a listener uses.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    /// `None` for the listener's own.
    pub(super) host: Option<Arc<str>>,
    pub(super) used_as: CertificateUse,
    pub(super) name: String,
    pub(super) fingerprint: [u8; 32],
    /// `None` for a list that says of no day that it is the last.
    pub(super) end: Option<SystemTime>,
}

impl Watched {
    pub(super) fn of_server(
        host: Option<&str>,
        chain: &[impl AsRef<[u8]>],
    ) -> Result<Vec<Self>, ConfigError> {
        all(host, CertificateUse::Server, chain, certificate)
    }

    pub(super) fn of_clients(
        host: Option<&str>,
        clients: &Clients,
    ) -> Result<Vec<Self>, ConfigError> {
        let authorities =
            all(host, CertificateUse::ClientAuthority, &clients.authorities, certificate)?;
        let lists = all(host, CertificateUse::RevocationList, &clients.lists, revocation_list)?;
        Ok(authorities.into_iter().chain(lists).collect())
    }
}

type NameAndEnd = (String, Option<SystemTime>);

fn all(
    host: Option<&str>,
    used_as: CertificateUse,
    ders: &[impl AsRef<[u8]>],
    read: fn(&[u8]) -> Result<NameAndEnd, &'static str>,
) -> Result<Vec<Watched>, ConfigError> {
    let mut problems = Problems::default();
    let host: Option<Arc<str>> = host.map(Into::into);
    let mut watched = Vec::new();
    for (number, der) in ders.iter().map(AsRef::as_ref).enumerate() {
        let fingerprint = Sha256::digest(der).into();
        match read(der) {
            Ok((name, end)) => {
                let host = host.clone();
                watched.push(Watched { host, used_as, name, fingerprint, end });
            }
            Err(problem) => problems.add(format!("{used_as} {}: {problem}", number + 1)),
        }
    }
    problems.finish(watched)
}

fn certificate(der: &[u8]) -> Result<NameAndEnd, &'static str> {
    let certificate = parse::single(der)?;
    let end = parse::system_time(certificate.validity().not_after);
    Ok((certificate.subject().to_string(), Some(end.unwrap_or(SystemTime::UNIX_EPOCH))))
}

fn revocation_list(der: &[u8]) -> Result<NameAndEnd, &'static str> {
    let (_, list) =
        CertificateRevocationList::from_der(der).map_err(|_| "not a revocation list")?;
    let end =
        list.next_update().map(|end| parse::system_time(end).unwrap_or(SystemTime::UNIX_EPOCH));
    Ok((list.issuer().to_string(), end))
}
