//! [`KuflowTokens`]: tokens for KuFlow's engine.

use std::time::{Duration, SystemTime};

use http::HeaderValue;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    client::{
        AccessToken, ClientAuthError, Post, TokenSource,
        endpoint::{Endpoint, Place, Question},
        line,
    },
    config_error::{ConfigError, Problems},
    secret::Secret,
};

/// Tokens for KuFlow's engine, which its REST interface gives out: `POST /authentications` with
/// identifier and token of an application.
///
/// With [`Renewal::kuflow`](crate::Renewal::kuflow) the layer renews them when KuFlow's own client
/// does; the default asks less often and is as safe.
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthorizationLayer, KuflowTokens, Renewal};
///
/// # #[cfg(feature = "reqwest")]
/// # fn main() -> Result<(), tower_auth::ConfigError> {
/// let source = KuflowTokens::new("https://api.kuflow.com/v2024-06-14", "worker01", "password").build()?;
/// let layer = AuthorizationLayer::tokens(source)
///     .connected_to("https://engine.kuflow.com")
///     .with_renewal(Renewal::kuflow())
///     .build()?;
/// # let _ = layer;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "reqwest"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct KuflowTokens {
    endpoint: Endpoint,
    authorization: HeaderValue,
    tenant: Option<String>,
}

/// Builds [`KuflowTokens`].
#[derive(Debug)]
#[must_use]
pub struct KuflowTokensBuilder {
    place: Place,
    identifier: String,
    token: Secret,
    scheme: Scheme,
    tenant: Option<String>,
}

#[derive(Clone, Copy, Debug)]
enum Scheme {
    Basic,
    BearerPassword,
}

#[derive(Serialize)]
struct Body<'t> {
    r#type: &'static str,
    #[serde(rename = "tenantId", skip_serializing_if = "Option::is_none")]
    tenant: Option<&'t str>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "engineToken")]
    engine_token: EngineToken,
}

#[derive(Deserialize)]
struct EngineToken {
    token: String,
    #[serde(rename = "expiredAt")]
    expired_at: String,
}

impl KuflowTokens {
    /// The interface at this URL, such as `https://api.kuflow.com/v2024-06-14`, with identifier and
    /// token of an application.
    #[allow(clippy::new_ret_no_self, reason = "a builder, because a URL may be wrong")]
    pub fn new(
        url: impl Into<String>,
        identifier: impl Into<String>,
        token: impl Into<Secret>,
    ) -> KuflowTokensBuilder {
        let url = format!("{}/authentications", url.into().trim_end_matches('/'));
        KuflowTokensBuilder {
            place: Place::new(url),
            identifier: identifier.into(),
            token: token.into(),
            scheme: Scheme::Basic,
            tenant: None,
        }
    }
}

impl KuflowTokensBuilder {
    /// Sends identifier and token as KuFlow's own client does, as a bearer token: `id:secret` in
    /// base64. The default is Basic, as its documentation says.
    pub const fn with_bearer_password(mut self) -> Self {
        self.scheme = Scheme::BearerPassword;
        self
    }

    /// Names the tenant, where the application does not say which it is.
    pub fn with_tenant(mut self, id: impl Into<String>) -> Self {
        self.tenant = Some(id.into());
        self
    }

    /// Asks by an HTTP client of your own.
    pub fn with_client(mut self, client: impl Post) -> Self {
        self.place.set_client(client);
        self
    }

    /// Allows plain `http:` to anywhere.
    ///
    /// Whoever is on the way can then read what the application proves itself by. Loopback needs no
    /// permission.
    pub const fn allow_plain_http(mut self) -> Self {
        self.place.allow_plain_http();
        self
    }

    /// Checks all of it. Nothing is asked for yet.
    ///
    /// # Errors
    ///
    /// A URL that tokens must not be asked for at, no HTTP client, an identifier or a token that is
    /// empty or could not be sent.
    pub fn build(self) -> Result<KuflowTokens, ConfigError> {
        let mut problems = Problems::default();
        let endpoint = self.place.check(&mut problems);
        let (identifier, token) = (&self.identifier, self.token.expose());
        if identifier.is_empty() || token.is_empty() {
            problems.add("KuFlow: identifier or token is empty");
        }
        if identifier.contains(':') || line::has_control_characters(identifier) {
            problems.add("KuFlow: an identifier with a colon or a control character");
        }
        let authorization = match self.scheme {
            Scheme::Basic => Ok(line::basic(identifier, token)),
            Scheme::BearerPassword => {
                let pair = line::encoded_pair(identifier, token);
                line::bearer(pair.as_bytes(), AccessToken::MAX_BYTES)
            }
        };
        let authorization = authorization.map_err(|problem| problems.add(problem)).ok();
        let tenant = self.tenant;
        let source = endpoint.zip(authorization).map(|(endpoint, authorization)| KuflowTokens {
            endpoint,
            authorization,
            tenant,
        });
        problems.finish_with(source)
    }
}

impl TokenSource for KuflowTokens {
    async fn token(&self) -> Result<AccessToken, ClientAuthError> {
        let body = Body { r#type: "ENGINE_TOKEN", tenant: self.tenant.as_deref() };
        let body = serde_json::to_string(&body).map_err(ClientAuthError::unusable)?;
        let question = Question {
            authorization: Some(self.authorization.clone()),
            media_type: "application/json",
            body: Zeroizing::new(body),
        };
        let answer = self.endpoint.ask(question).await?;
        let Answer { engine_token } = serde_json::from_slice(&answer).map_err(|_| {
            ClientAuthError::unusable("the answer is not JSON with an engineToken and its end")
        })?;
        let end = instant(&engine_token.expired_at)
            .ok_or_else(|| ClientAuthError::unusable("expiredAt is no time"))?;
        Ok(AccessToken::new(engine_token.token)?.with_end(end))
    }
}

/// RFC 3339, section 5.6, with any offset.
fn instant(text: &str) -> Option<SystemTime> {
    let at = text.len().checked_sub("+00:00".len())?;
    let (date_time, offset) = (text.get(..at)?, text.get(at..)?);
    let Some(sign) = offset.chars().next().filter(|sign| matches!(sign, '+' | '-')) else {
        return humantime::parse_rfc3339(text).ok();
    };
    let (hours, minutes) = offset[1..].split_once(':')?;
    let number = |text: &str, limit: u64| {
        let number: u64 =
            text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())??;
        (text.len() == 2 && number < limit).then_some(number)
    };
    let offset = Duration::from_secs((number(hours, 24)? * 60 + number(minutes, 60)?) * 60);
    let local = humantime::parse_rfc3339(&format!("{date_time}Z")).ok()?;
    if sign == '+' { local.checked_sub(offset) } else { local.checked_add(offset) }
}
