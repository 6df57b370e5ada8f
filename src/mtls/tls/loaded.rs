//! [`Loaded`]: what handshakes are made by, read and checked as a whole.

use std::{collections::HashMap, sync::Arc, time::SystemTime};

use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::{
    Error, HandshakeKind, ServerConfig, ServerConnection,
    crypto::aws_lc_rs,
    server::{NoClientAuth, danger::ClientCertVerifier},
    time_provider::TimeProvider,
};

use super::{
    certificates::Watched,
    client_rules::certificates,
    pem_source::Text,
    sessions::Sessions,
    setup::{HostTexts, Setup, Texts},
};
use crate::{
    clock::Clock,
    config_error::{ConfigError, Problems},
    pem,
};

/// What handshakes are made by.
pub(super) struct Loaded {
    own: Arc<Policy>,
    /// By their names in lower case.
    hosts: HashMap<String, Arc<Policy>>,
    pub(super) watched: Vec<Watched>,
    /// When it was made.
    pub(super) at: SystemTime,
    /// Of the texts that it was made of.
    pub(super) digest: [u8; 32],
}

/// What handshakes for one host are made by.
pub(super) struct Policy {
    pub(super) config: Arc<ServerConfig>,
    /// The host, where its own rules for clients hold and not those of the listener.
    pub(super) host: Option<Arc<str>>,
    verifier: Option<Arc<dyn ClientCertVerifier>>,
    sessions: Arc<Sessions>,
}

impl Loaded {
    /// What was read of a set-up.
    pub(super) fn new(setup: &Setup, texts: &Texts, clock: &Clock) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        setup.check(&mut problems);
        let mut watched = Vec::new();
        let mut inherited = None;
        let mut policies = Vec::new();
        for texts in [&texts.own].into_iter().chain(&texts.hosts) {
            let loaded = Policy::new(texts, &mut inherited, &mut watched, clock);
            policies.push(problems.take(&texts.place(), loaded));
        }
        let policies: Option<Vec<_>> = policies.into_iter().collect();
        let mut policies = problems.finish_with(policies)?.into_iter();
        let own = policies.next().expect("the listener's own are the first texts");
        let names = texts.hosts.iter().filter_map(|host| host.name.clone());
        let hosts = names.zip(policies).collect();
        Ok(Self { own, hosts, watched, at: clock.now(), digest: texts.digest })
    }

    /// For a client that asks for a host, or for none. Names are compared without case.
    pub(super) fn policy(&self, host: Option<&str>) -> &Arc<Policy> {
        let known = host.filter(|_| !self.hosts.is_empty());
        known
            .and_then(|host| self.hosts.get(host.to_ascii_lowercase().as_str()))
            .unwrap_or(&self.own)
    }
}

impl Policy {
    /// Where a host has no rules for clients, those are `inherited` that the listener itself has.
    fn new(
        texts: &HostTexts,
        inherited: &mut Option<Arc<dyn ClientCertVerifier>>,
        watched: &mut Vec<Watched>,
        clock: &Clock,
    ) -> Result<Arc<Self>, ConfigError> {
        let mut problems = Problems::default();
        let name = texts.name.as_deref();
        let clients = texts.clients.as_ref().map(|clients| clients.load(&mut problems));
        let chain = certificates(&texts.chain);
        let chain = chain.map_err(|problem| problems.add(format!("the chain: {problem}"))).ok();
        let key = private_key(&texts.key);
        let key = key.map_err(|problem| problems.add(format!("the key: {problem}"))).ok();
        let (chain, key) = problems.finish_with(chain.zip(key))?;
        watched.extend(Watched::of_server(name, &chain)?);
        if let Some(clients) = &clients {
            watched.extend(Watched::of_clients(name, clients)?);
        }
        let host = clients.is_some().then(|| name.map(Into::into)).flatten();
        let verifier = clients.map_or_else(|| inherited.clone(), |clients| clients.verifier);
        if name.is_none() {
            inherited.clone_from(&verifier);
        }
        let sessions = Arc::new(Sessions::new());
        let mut config = server_config(verifier.clone(), chain, key)?;
        config.session_storage = Arc::<Sessions>::clone(&sessions);
        config.time_provider = Arc::new(TimeOf(clock.clone()));
        Ok(Arc::new(Self { config: Arc::new(config), host, verifier, sessions }))
    }

    /// A resumed session shows the certificate of the handshake that it goes back to. Since then it may have
    /// ended or been revoked, so it is held against the authorities once more.
    pub(super) fn check_resumed(&self, connection: &ServerConnection) -> Result<(), Error> {
        if connection.handshake_kind() != Some(HandshakeKind::Resumed) {
            return Ok(());
        }
        let shown = connection.peer_certificates().and_then(<[_]>::split_first);
        let (Some(verifier), Some((leaf, others))) = (&self.verifier, shown) else {
            return Ok(());
        };
        let now = self.config.time_provider.current_time().ok_or(Error::FailedToGetCurrentTime)?;
        let verified = verifier.verify_client_cert(leaf, others, now);
        verified.map(drop).inspect_err(|_| self.sessions.forget())
    }
}

fn private_key(pem: &Text) -> Result<PrivateKeyDer<'static>, String> {
    pem::private_key(pem.as_ref()?.expose())
}

fn server_config(
    verifier: Option<Arc<dyn ClientCertVerifier>>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, ConfigError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::new(error.to_string()))?
        .with_client_cert_verifier(verifier.unwrap_or_else(|| Arc::new(NoClientAuth)))
        .with_single_cert(chain, key)
        .map_err(|error| ConfigError::new(format!("the key or the chain: {error}")))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The clock of the listener, for rustls.
#[derive(Debug)]
struct TimeOf(Clock);

impl TimeProvider for TimeOf {
    fn current_time(&self) -> Option<UnixTime> {
        let since_epoch = self.0.now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(UnixTime::since_unix_epoch(since_epoch))
    }
}
