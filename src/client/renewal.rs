//! [`Renewal`]: when to ask for the next token.

use std::time::Duration;

use crate::{random, refresh::bounded};

/// When the next token is asked for while the last one is still good.
///
/// # Examples
///
/// ```
/// use tower_auth::{AccessToken, AuthorizationLayer, Renewal};
///
/// let layer = AuthorizationLayer::tokens(|| async { AccessToken::new("t") })
///     .for_origin("https://orders.example.com")
///     .with_renewal(Renewal::at_share(0.5))
///     .build()?;
/// # let _ = layer;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Renewal(Rule);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Rule {
    Kuflow,
    Share(f64),
}

impl Renewal {
    /// The share of its life after which a token is renewed where nothing else is said.
    pub const DEFAULT_SHARE: f64 = 0.8;

    /// How much earlier or later than that, by chance: 10 % of it.
    const SPREAD: f64 = 0.1;

    /// After a share of the token's life, 10 % of that more or less by chance, so that instances of a
    /// service that were started together do not ask together for ever. At most 0.9.
    pub const fn at_share(share: f64) -> Self {
        Self(Rule::Share(share))
    }

    /// As KuFlow's own client: after a tenth of the life in whole seconds, ten minutes at most.
    pub const fn kuflow() -> Self {
        Self(Rule::Kuflow)
    }

    pub(super) fn check(self) -> Result<(), String> {
        match self.0 {
            Rule::Share(share) if !(share > 0.0 && share <= 0.9) => {
                Err(format!("renewal at {share} of the life: more than 0, at most 0.9 is needed"))
            }
            _ => Ok(()),
        }
    }

    /// How long after it was asked for a token is renewed.
    pub(super) fn after(self, life: Duration) -> Duration {
        match self.0 {
            Rule::Kuflow => Duration::from_secs((life.as_secs() / 10).min(600)),
            Rule::Share(share) => {
                let spread = random::between(1.0 - Self::SPREAD, 1.0 + Self::SPREAD);
                bounded(life).mul_f64(share * spread)
            }
        }
    }
}

impl Default for Renewal {
    /// At [`DEFAULT_SHARE`](Self::DEFAULT_SHARE).
    fn default() -> Self {
        Self::at_share(Self::DEFAULT_SHARE)
    }
}
