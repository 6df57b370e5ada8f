//! [`Setup`]: the certificates, authorities and lists of a listener, as its builder names them.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::{
    client_rules::{ClientRules, ClientTexts},
    host::TlsHost,
    pem_source::{PemSource, Text},
};
use crate::config_error::{ConfigError, Problems};

/// Where everything comes from that handshakes need, and that can be exchanged.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) chain: PemSource,
    pub(super) key: PemSource,
    pub(super) clients: ClientRules,
    /// With their names in lower case.
    pub(super) hosts: Vec<(String, TlsHost)>,
}

/// What the sources of a [`Setup`] held when they were read.
pub(super) struct Texts {
    /// The listener's own.
    pub(super) own: HostTexts,
    pub(super) hosts: Vec<HostTexts>,
    /// Of everything that was read.
    pub(super) digest: [u8; 32],
}

pub(super) struct HostTexts {
    /// `None` for the listener's own.
    pub(super) name: Option<String>,
    pub(super) chain: Text,
    pub(super) key: Text,
    /// `None` where those of the listener hold.
    pub(super) clients: Option<ClientTexts>,
}

impl Setup {
    /// Reads all sources, once. What cannot be read is a problem of whoever makes something of it, so that
    /// all problems are found together.
    pub(super) fn read(&self) -> Texts {
        let own = HostTexts {
            name: None,
            chain: self.chain.read(),
            key: self.key.read(),
            clients: Some(self.clients.read()),
        };
        let hosts: Vec<_> = self.hosts.iter().map(|(name, host)| host.read(name)).collect();
        let digest = digest([&own].into_iter().chain(&hosts));
        Texts { own, hosts, digest }
    }

    /// What can never work, whatever the sources hold.
    pub(super) fn check(&self, problems: &mut Problems) {
        let mut names = HashSet::new();
        for (name, _) in &self.hosts {
            let place = place(Some(name));
            problems.take(&place, check_name(name));
            if !names.insert(name) {
                problems.add(format!("{place}: named twice"));
            }
        }
    }
}

impl TlsHost {
    fn read(&self, name: &str) -> HostTexts {
        HostTexts {
            name: Some(name.to_owned()),
            chain: self.chain.read(),
            key: self.key.read(),
            clients: self.clients.as_ref().map(ClientRules::read),
        }
    }
}

impl HostTexts {
    /// Where a problem is.
    pub(super) fn place(&self) -> String {
        place(self.name.as_deref())
    }
}

fn place(host: Option<&str>) -> String {
    host.map_or_else(|| "TLS".to_owned(), |name| format!("TLS: host {name}"))
}

/// A name as clients send it: RFC 6066, section 3, has neither addresses nor a dot at the end.
fn check_name(name: &str) -> Result<(), ConfigError> {
    use tokio_rustls::rustls::pki_types::DnsName;

    match DnsName::try_from(name) {
        Ok(_) if !name.ends_with('.') => Ok(()),
        _ => Err(ConfigError::new("not the name of one host")),
    }
}

/// Of all texts and of what is done with them, each with its length, so that nothing can move from one
/// place to the next unseen.
fn digest<'t>(hosts: impl IntoIterator<Item = &'t HostTexts>) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut add = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    for host in hosts {
        add(host.name.as_deref().unwrap_or_default().as_bytes());
        let clients = host.clients.as_ref();
        let lists = clients.map(|clients| [&clients.authorities, &clients.lists]);
        let asked = clients.map(|clients| (clients.optional, lists.map(|it| it.map(Vec::len))));
        add(format!("{asked:?}").as_bytes());
        let of_clients = lists.into_iter().flatten().flatten();
        for text in [&host.chain, &host.key].into_iter().chain(of_clients) {
            match text {
                Ok(text) => add(text.expose()),
                Err(problem) => add(problem.as_bytes()),
            }
        }
    }
    digest.finalize().into()
}
