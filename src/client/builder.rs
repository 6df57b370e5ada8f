//! [`AuthorizationLayerBuilder`]: for whom credentials are, and how tokens are treated.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    client::{
        AccessToken, AuthorizationLayer, NoReplay, Renewal,
        layer::{Credentials, Shared},
        line, origin,
        token_source::AnySource,
        tokens::{Settings, Tokens},
    },
    clock::Clock,
    config_error::{ConfigError, Problems},
    refresh::Limits,
    secret::Secret,
};

/// Builds an [`AuthorizationLayer`].
///
/// # Examples
///
/// ```
/// use tower_auth::AuthorizationLayer;
///
/// let error = AuthorizationLayer::basic("worker:01", "password")
///     .for_origin("http://api.example.com")
///     .build()
///     .unwrap_err();
/// assert_eq!(error.problems().count(), 2, "the colon, and plain text over a network");
/// ```
#[must_use]
pub struct AuthorizationLayerBuilder {
    secret: What,
    told: origin::Told,
    keeps_own: bool,
    settings: Settings,
}

enum What {
    Basic(String, Secret),
    Bearer(Secret),
    Tokens(Box<dyn AnySource>),
}

impl AuthorizationLayerBuilder {
    /// For how long a token counts as good whose source does not say.
    pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(300);

    /// How long a source may take.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

    /// How often tokens that were refused may cause a question for another one.
    pub const DEFAULT_COOLDOWN: Duration = Duration::from_secs(30);

    pub(super) fn basic(user: String, password: Secret) -> Self {
        Self::new(What::Basic(user, password))
    }

    pub(super) fn bearer(token: Secret) -> Self {
        Self::new(What::Bearer(token))
    }

    pub(super) fn tokens(source: Box<dyn AnySource>) -> Self {
        Self::new(What::Tokens(source))
    }

    fn new(secret: What) -> Self {
        let limits = Limits { timeout: Self::DEFAULT_TIMEOUT, cooldown: Self::DEFAULT_COOLDOWN };
        let settings = Settings {
            renewal: Renewal::default(),
            default_lifetime: Self::DEFAULT_LIFETIME,
            limits,
            clock: Clock::system(),
        };
        Self { secret, told: origin::Told::default(), keeps_own: false, settings }
    }

    /// Sends the credentials to this origin: scheme, host and port, as in `https://api.example.com` or
    /// `https://api.example.com:8443`. Can be said more than once.
    ///
    /// Plain `http:` is for loopback: `localhost`, `127.0.0.0/8`, `[::1]`.
    pub fn for_origin(mut self, origin: impl Into<String>) -> Self {
        self.told.origins.push(origin.into());
        self
    }

    /// Says that the service is a connection to this origin, so that requests need not say where they
    /// go: tonic's `Channel` and hyper's `SendRequest` take URIs that are only a path.
    ///
    /// This is taken at its word. A channel that is connected to somebody else takes the credentials
    /// there, whatever the URI of a request says.
    pub fn connected_to(mut self, origin: impl Into<String>) -> Self {
        self.told.connection = Some(origin.into());
        self
    }

    /// Allows an origin of plain `http:` on this host, which is not this machine.
    ///
    /// Whoever is on the way can then read the credentials, and use them.
    pub fn allow_plain_text_to(mut self, host: impl Into<String>) -> Self {
        self.told.plain_text.push(host.into());
        self
    }

    /// Lets requests through that have one `Authorization` field of their own, wherever they go, and
    /// adds nothing to them. They are refused otherwise: a field that a caller of this service sent
    /// must not be passed on by accident.
    pub const fn allow_own_authorization(mut self) -> Self {
        self.keeps_own = true;
        self
    }

    /// Sets when the next token is asked for.
    pub const fn with_renewal(mut self, renewal: Renewal) -> Self {
        self.settings.renewal = renewal;
        self
    }

    /// Sets for how long a token counts as good whose source does not say.
    pub const fn with_default_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.default_lifetime = lifetime;
        self
    }

    /// Sets how long the source may take. A call waits no longer than that, and a second.
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.settings.limits.timeout = timeout;
        self
    }

    /// Sets how often tokens that were refused may cause a question for another one, counting those
    /// that fail.
    pub const fn with_cooldown(mut self, cooldown: Duration) -> Self {
        self.settings.limits.cooldown = cooldown;
        self
    }

    /// Sets the clock that the ends of tokens are held against.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Checks all of it.
    ///
    /// # Errors
    ///
    /// No origin; one that is not an origin, or would take the credentials over a network in plain text;
    /// a user-id with a colon, control characters (RFC 7617, section 2); a token that is none; a time
    /// of 0 s, a share that is none.
    pub fn build(self) -> Result<AuthorizationLayer, ConfigError> {
        let mut problems = Problems::default();
        let origins = self.told.check(&mut problems);
        check_times(&self.settings, &mut problems);
        let credentials = self.secret.check(self.settings, &mut problems);
        let credentials = problems.finish_with(credentials)?;
        let shared = Shared { credentials, origins, keeps_own: self.keeps_own };
        Ok(AuthorizationLayer { shared: Arc::new(shared), replay: NoReplay })
    }
}

impl What {
    fn check(self, settings: Settings, problems: &mut Problems) -> Option<Credentials> {
        match self {
            Self::Basic(user, password) => {
                check_basic(&user, &password, problems);
                Some(Credentials::Fixed(line::basic(&user, password.expose())))
            }
            Self::Bearer(token) => match line::bearer(token.expose(), AccessToken::MAX_BYTES) {
                Ok(line) => Some(Credentials::Fixed(line)),
                Err(problem) => {
                    problems.add(problem);
                    None
                }
            },
            Self::Tokens(source) => Some(Credentials::Tokens(Tokens::new(source, settings))),
        }
    }
}

fn check_basic(user: &str, password: &Secret, problems: &mut Problems) {
    if user.contains(':') {
        problems.add("a user-id with a colon: the server would cut it there");
    }
    let password = std::str::from_utf8(password.expose());
    if password.is_err() {
        problems.add("the password is not UTF-8");
    }
    if [Ok(user), password].into_iter().flatten().any(line::has_control_characters) {
        problems.add("control characters in user-id or password");
    }
}

fn check_times(settings: &Settings, problems: &mut Problems) {
    let Settings { renewal, default_lifetime, limits, .. } = settings;
    for (name, time) in [
        ("default lifetime", default_lifetime),
        ("timeout", &limits.timeout),
        ("cooldown", &limits.cooldown),
    ] {
        if time.is_zero() {
            problems.add(format!("tokens: a {name} of 0 s"));
        }
    }
    if let Err(problem) = renewal.check() {
        problems.add(problem);
    }
}

impl fmt::Debug for AuthorizationLayerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationLayerBuilder")
            .field("origins", &self.told)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
