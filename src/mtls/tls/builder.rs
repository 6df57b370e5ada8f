//! [`TlsListenerBuilder`]: what a listener needs, checked as a whole.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::mpsc, task::AbortHandle};

use super::{
    client_rules::ClientRules,
    expiry::Windows,
    handle::TlsHandle,
    handshake::Handshakes,
    host::TlsHost,
    listener::TlsListener,
    pem_source::PemSource,
    refresh::{Tls, refresh, watch_ends},
    setup::Setup,
};
use crate::{
    clock::Clock,
    config_error::{ConfigError, Problems},
};

/// Builds a [`TlsListener`].
#[derive(Clone, Debug)]
#[must_use = "call `bind`"]
pub struct TlsListenerBuilder {
    setup: Setup,
    handshake_timeout: Duration,
    max_handshakes: usize,
    refresh_every: Option<Duration>,
    check_ends_every: Option<Duration>,
    windows: Windows,
    clock: Clock,
}

impl TlsListenerBuilder {
    pub(super) fn new(chain: PemSource, key: PemSource) -> Self {
        let clients = ClientRules::default();
        Self {
            setup: Setup { chain, key, clients, hosts: Vec::new() },
            handshake_timeout: TlsListener::DEFAULT_HANDSHAKE_TIMEOUT,
            max_handshakes: TlsListener::DEFAULT_MAX_HANDSHAKES,
            refresh_every: Some(TlsListener::DEFAULT_REFRESH_INTERVAL),
            check_ends_every: Some(TlsListener::DEFAULT_EXPIRY_CHECK_INTERVAL),
            windows: Windows::DEFAULT,
            clock: Clock::system(),
        }
    }

    /// Demands a client certificate that one of these authorities has signed. Each certificate of a
    /// bundle is one; several calls add to each other.
    pub fn with_client_ca(mut self, authorities: impl Into<PemSource>) -> Self {
        self.setup.clients.authorities.push(authorities.into());
        self
    }

    /// Refuses client certificates that these lists (RFC 5280, section 5) name as revoked.
    ///
    /// Every certificate of a chain needs the list of its issuer, and one that has not ended: where it is
    /// not known whether a certificate is revoked, it is refused. Of one issuer there can be one list, or one
    /// for each distribution point.
    pub fn with_client_crl(mut self, lists: impl Into<PemSource>) -> Self {
        self.setup.clients.lists.push(lists.into());
        self
    }

    /// Lets clients connect that show no certificate. One that is shown must be good all the same.
    pub const fn allow_missing_client_certificate(mut self) -> Self {
        self.setup.clients.optional = true;
        self
    }

    /// Has another certificate, and perhaps other rules, for clients that ask for this host by name. The
    /// name is compared without case; clients that ask for no host, or for one that is not known, meet
    /// the listener's own.
    pub fn with_host(mut self, name: &str, host: TlsHost) -> Self {
        self.setup.hosts.push((name.to_ascii_lowercase(), host));
        self
    }

    /// Sets how often files are looked at. The default is
    /// [`TlsListener::DEFAULT_REFRESH_INTERVAL`].
    ///
    /// Files that have changed are read again after a second, or after the interval where that is shorter, and
    /// used when they are the same.
    pub const fn with_refresh_interval(mut self, every: Duration) -> Self {
        self.refresh_every = Some(every);
        self
    }

    /// Reads files only at the beginning and when [`TlsHandle::reload`](crate::TlsHandle::reload) is
    /// called.
    pub const fn without_refresh(mut self) -> Self {
        self.refresh_every = None;
        self
    }

    /// Sets how long before its end a certificate is a warning, and how long before it is an error. The
    /// defaults are 15 and 5 days.
    pub const fn with_expiry_windows(mut self, warning: Duration, error: Duration) -> Self {
        self.windows = Windows { warning, error };
        self
    }

    /// Sets how often an event tells of certificates that end soon. The default is
    /// [`TlsListener::DEFAULT_EXPIRY_CHECK_INTERVAL`].
    pub const fn with_expiry_check_interval(mut self, every: Duration) -> Self {
        self.check_ends_every = Some(every);
        self
    }

    /// Tells of certificates that end soon only in [`TlsHandle::status`](crate::TlsHandle::status), and
    /// when they have been exchanged.
    pub const fn without_expiry_checks(mut self) -> Self {
        self.check_ends_every = None;
        self
    }

    /// Sets how long a handshake may take. The default is
    /// [`TlsListener::DEFAULT_HANDSHAKE_TIMEOUT`].
    pub const fn with_handshake_timeout(mut self, limit: Duration) -> Self {
        self.handshake_timeout = limit;
        self
    }

    /// Sets how many handshakes may be under way. The default is
    /// [`TlsListener::DEFAULT_MAX_HANDSHAKES`].
    pub const fn with_max_handshakes(mut self, handshakes: NonZeroUsize) -> Self {
        self.max_handshakes = handshakes.get();
        self
    }

    /// Reads the time of day elsewhere; for tests.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    pub(super) fn into_setup(self) -> Setup {
        self.setup
    }

    /// By what a configuration says of the listener itself.
    pub(super) fn of(own: TlsHost) -> Self {
        let mut builder = Self::new(own.chain, own.key);
        builder.setup.clients = own.clients.unwrap_or_default();
        builder
    }

    /// What is `None` stays as it is, and an interval of zero is for never.
    pub(super) fn with_times(
        mut self,
        refresh: Option<Duration>,
        check: Option<Duration>,
        warning: Option<Duration>,
        error: Option<Duration>,
    ) -> Self {
        let interval = |set: Option<Duration>, default| {
            set.map_or(default, |every| (!every.is_zero()).then_some(every))
        };
        self.refresh_every = interval(refresh, self.refresh_every);
        self.check_ends_every = interval(check, self.check_ends_every);
        // Where one is set alone, the default of the other gives way.
        let of = self.windows;
        self.windows = Windows {
            warning: warning.unwrap_or_else(|| of.warning.max(error.unwrap_or_default())),
            error: error.unwrap_or_else(|| of.error.min(warning.unwrap_or(of.error))),
        };
        self
    }

    /// Starts to accept the connections of a socket. Must be called inside of a tokio runtime.
    ///
    /// # Errors
    ///
    /// PEM that holds no certificate or key and files that cannot be read, a key that does not belong to
    /// the certificate, authorities or lists that cannot be read, clients let in without a certificate
    /// where none is asked for, several revocation lists of one issuer, windows, limits and intervals that make
    /// no sense, and a socket that is not bound.
    pub fn bind(self, socket: TcpListener) -> Result<TlsListener, ConfigError> {
        let mut problems = Problems::default();
        self.check(&mut problems);
        let tls = Tls::new(self.setup, self.windows, self.clock);
        let tls = match tls {
            Ok(tls) => Some(tls),
            Err(error) => {
                error.problems().for_each(|problem| problems.add(problem));
                None
            }
        };
        let local_addr = socket
            .local_addr()
            .map_err(|error| problems.add(format!("the socket is not bound: {error}")))
            .ok();
        let (tls, local_addr) = problems.finish_with(tls.zip(local_addr))?;
        let (done, accepted) = mpsc::channel(Handshakes::room(self.max_handshakes));
        let mut tasks = background(&tls, self.refresh_every, self.check_ends_every);
        let handshakes = Handshakes {
            tls: Arc::clone(&tls),
            limit: self.handshake_timeout,
            max_under_way: self.max_handshakes,
            done,
        };
        tasks.push(tokio::spawn(handshakes.run(socket)).abort_handle());
        Ok(TlsListener { accepted, local_addr, handle: TlsHandle(tls), tasks })
    }

    fn check(&self, problems: &mut Problems) {
        if self.windows.error > self.windows.warning {
            problems.add("TLS: the window of errors is longer than that of warnings");
        }
        if self.handshake_timeout.is_zero() {
            problems.add("TLS: the handshake timeout is zero: nobody would get in");
        }
        let intervals = [("refresh", self.refresh_every), ("expiry check", self.check_ends_every)];
        for (what, every) in intervals {
            if every.is_some_and(|every| every.is_zero()) {
                problems.add(format!(
                    "TLS: the {what} interval is zero: to have none, call without_.."
                ));
            }
        }
    }
}

fn background(
    tls: &Arc<Tls>,
    refresh_every: Option<Duration>,
    check_ends_every: Option<Duration>,
) -> Vec<AbortHandle> {
    let tls = || Arc::downgrade(tls);
    let refreshing = refresh_every.map(|every| tokio::spawn(refresh(tls(), every)));
    let watching = check_ends_every.map(|every| tokio::spawn(watch_ends(tls(), every)));
    [refreshing, watching].into_iter().flatten().map(|task| task.abort_handle()).collect()
}
