//! [`TlsConfig`]: a listener's TLS as a section of a configuration file.

use std::{collections::BTreeMap, path::Path, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::{TlsHost, TlsListenerBuilder, client_rules::ClientRules, pem_source::PemSource};
use crate::{
    config_error::{ConfigError, Problems},
    secret::Secret,
};

/// TLS of a listener as a configuration file has it, in whatever format serde reads.
///
/// It is shaped like Temporal's: `server` and `hostOverrides` are what stands in its section
/// `tls.frontend`, `refreshInterval` and `expirationChecks` what stands in `tls`. What is safer here:
///
/// | Key | Here |
/// |---|---|
/// | `certData`, `keyData`, `clientCaData` | PEM, or the base64 of PEM |
/// | `requireClientAuth: true` without client authorities | a mistake, and not the authorities of the system |
/// | client authorities without `requireClientAuth` | certificates are required |
/// | client authorities with `requireClientAuth: false` | a mistake: set `clientAuth` |
/// | `clientAuth` | `none`, `optional` or `required`; Temporal has no `optional` |
/// | `clientCrlFiles`, `clientCrlData` | revocation lists, which Temporal has not |
/// | a host override that says nothing about clients | those of `server` hold, see [`TlsHost`] |
/// | `refreshInterval`, `checkInterval` | 1 minute and 1 hour where they are absent; `0s` for never |
/// | `warningWindow`, `errorWindow` | 15 and 5 days where they are absent, unless the other leaves no room |
/// | unknown keys | a mistake |
///
/// Times are written `90s`, `10m`, `1h30m`, `15d`.
///
/// # Examples
///
/// ```no_run
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_auth::{TlsConfig, TlsListener};
///
/// let config: TlsConfig = serde_json::from_str(
///     r#"{
///         "server": {
///             "certFile": "/etc/orders/server.pem",
///             "keyFile": "/etc/orders/server-key.pem",
///             "clientCaFiles": ["/etc/orders/clients-ca.pem"],
///             "requireClientAuth": true
///         },
///         "refreshInterval": "1m",
///         "expirationChecks": { "warningWindow": "15d", "errorWindow": "5d", "checkInterval": "1h" }
///     }"#,
/// )?;
/// let socket = tokio::net::TcpListener::bind("127.0.0.1:8443").await?;
/// let listener = TlsListener::from_config(config)?.bind(socket)?;
/// # let _ = listener;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct TlsConfig {
    server: ServerSection,
    host_overrides: BTreeMap<String, ServerSection>,
    refresh_interval: Option<String>,
    expiration_checks: ExpirationChecks,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct ServerSection {
    cert_file: Option<String>,
    cert_data: Option<Text>,
    key_file: Option<String>,
    key_data: Option<Text>,
    client_ca_files: Vec<String>,
    client_ca_data: Vec<Text>,
    client_crl_files: Vec<String>,
    client_crl_data: Vec<Text>,
    require_client_auth: Option<bool>,
    client_auth: Option<ClientAuth>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct ExpirationChecks {
    warning_window: Option<String>,
    error_window: Option<String>,
    check_interval: Option<String>,
}

/// It may be a key: it is never printed.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "String")]
struct Text(Secret);

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
enum ClientAuth {
    None,
    Optional,
    Required,
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl TlsConfig {
    pub(super) fn into_builder(self) -> Result<TlsListenerBuilder, ConfigError> {
        let mut problems = Problems::default();
        let server = problems.take("server", self.server.read());
        let mut hosts = Vec::new();
        for (name, section) in &self.host_overrides {
            if name.trim().is_empty() {
                problems.add("hostOverrides: the name of a host is blank");
            }
            let read = problems.take(&format!("hostOverrides: {name}"), section.read());
            hosts.extend(read.map(|host| (name, host)));
        }
        let checks = &self.expiration_checks;
        let times = [
            ("refreshInterval", &self.refresh_interval),
            ("expirationChecks: checkInterval", &checks.check_interval),
            ("expirationChecks: warningWindow", &checks.warning_window),
            ("expirationChecks: errorWindow", &checks.error_window),
        ];
        let [refresh, check, warning, error] =
            times.map(|(place, text)| problems.take(place, duration(text.as_deref())).flatten());
        let server = problems.finish_with(server)?;
        let builder = TlsListenerBuilder::of(server).with_times(refresh, check, warning, error);
        Ok(hosts.into_iter().fold(builder, |builder, (name, host)| builder.with_host(name, host)))
    }
}

impl ServerSection {
    fn read(&self) -> Result<TlsHost, ConfigError> {
        let mut problems = Problems::default();
        let chain = one("cert", self.cert_file.as_deref(), self.cert_data.as_ref());
        let chain = problems.take("certFile, certData", chain);
        let key = one("key", self.key_file.as_deref(), self.key_data.as_ref());
        let key = problems.take("keyFile, keyData", key);
        let authorities = all(&self.client_ca_files, &self.client_ca_data);
        let authorities = problems.take("clientCaFiles, clientCaData", authorities);
        let lists = all(&self.client_crl_files, &self.client_crl_data);
        let lists = problems.take("clientCrlFiles, clientCrlData", lists);
        let parts = authorities.unwrap_or_default();
        let clients = self.clients(parts, lists.unwrap_or_default());
        let clients = problems.take("clientAuth", clients);
        let (chain, key) = problems.finish_with(chain.zip(key))?;
        Ok(TlsHost { chain, key, clients: clients.flatten() })
    }

    /// `None` where nothing is said about clients.
    fn clients(
        &self,
        authorities: Vec<PemSource>,
        lists: Vec<PemSource>,
    ) -> Result<Option<ClientRules>, ConfigError> {
        let names_some = !self.client_ca_files.is_empty() || !self.client_ca_data.is_empty();
        let asked = match (self.client_auth, self.require_client_auth) {
            (Some(_), Some(_)) => {
                return Err(ConfigError::new("set clientAuth or requireClientAuth, not both"));
            }
            (Some(asked), None) => asked,
            (None, Some(true)) => ClientAuth::Required,
            (None, Some(false)) => ClientAuth::None,
            (None, None) if names_some || !lists.is_empty() => ClientAuth::Required,
            (None, None) => return Ok(None),
        };
        match asked {
            ClientAuth::None if names_some => Err(ConfigError::new(
                "there are client authorities, but no client is asked for a certificate: set \
                 clientAuth to optional or required, or take the authorities away",
            )),
            ClientAuth::Optional | ClientAuth::Required if !names_some => {
                Err(ConfigError::new("ca is required: set clientCaFiles or clientCaData"))
            }
            _ => Ok(Some(ClientRules {
                authorities,
                lists,
                optional: asked == ClientAuth::Optional,
            })),
        }
    }
}

/// A file or a text, and never both.
fn one(what: &str, file: Option<&str>, data: Option<&Text>) -> Result<PemSource, ConfigError> {
    let file = file.filter(|path| !path.trim().is_empty());
    let data = data.filter(|text| !text.is_blank());
    match (file, data) {
        (Some(_), Some(_)) => Err(ConfigError::new("only one of them may be set")),
        (Some(path), None) => Ok(Path::new(path).into()),
        (None, Some(text)) => text.pem(),
        (None, None) => Err(ConfigError::new(format!("{what} is required"))),
    }
}

fn all(files: &[String], data: &[Text]) -> Result<Vec<PemSource>, ConfigError> {
    let mut problems = Problems::default();
    if !files.is_empty() && !data.is_empty() {
        problems.add("only one of them may be set");
    }
    if files.iter().any(|path| path.trim().is_empty()) || data.iter().any(Text::is_blank) {
        problems.add("an entry is blank");
    }
    let files = files.iter().map(|path| PemSource::file(path.as_str()));
    let texts: Vec<_> = data.iter().filter_map(|text| problems.take("data", text.pem())).collect();
    problems.finish(files.chain(texts).collect())
}

impl Text {
    fn is_blank(&self) -> bool {
        self.0.expose().trim_ascii().is_empty()
    }

    fn pem(&self) -> Result<PemSource, ConfigError> {
        let text = self.0.expose();
        if is_pem(text) {
            return Ok(self.0.clone().into());
        }
        // Tools that encode break the lines, and so do files that quote them.
        let digits = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
        let digits = Secret::new(digits.collect::<Vec<_>>());
        let decoded = STANDARD.decode(digits.expose()).map(Secret::new).ok();
        let pem = decoded.filter(|decoded| is_pem(decoded.expose()));
        pem.map(PemSource::from)
            .ok_or_else(|| ConfigError::new("neither PEM nor the base64 of PEM"))
    }
}

/// Text may stand in front of it (RFC 7468, section 5.2), and tools put some there.
fn is_pem(text: &[u8]) -> bool {
    const BEGIN: &[u8] = b"-----BEGIN ";
    text.windows(BEGIN.len()).any(|window| window == BEGIN)
}

/// `None` where nothing is set.
fn duration(text: Option<&str>) -> Result<Option<Duration>, ConfigError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match humantime::parse_duration(text) {
        Ok(duration) => Ok(Some(duration)),
        // The unit of nothing is left out often.
        Err(_) if text == "0" => Ok(Some(Duration::ZERO)),
        Err(_) => Err(ConfigError::new(format!("{text:?} is not a time such as 90s or 1h30m"))),
    }
}
