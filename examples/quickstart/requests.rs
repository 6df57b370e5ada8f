//! The requests to try, each with the answer to expect. The same list is printed as curl commands,
//! sent by `--check`, and driven by a test.

use std::{error::Error, net::SocketAddr};

use reqwest::{Certificate, Client, Identity, Method, Response};

use super::world::World;

const ACME: &str = "/tenants/acme/orders";
const GLOBEX: &str = "/tenants/globex/orders";

/// One request and the answer to expect.
pub(crate) struct Sample {
    pub(crate) title: &'static str,
    /// A status, and for gRPC a `grpc-status` after it.
    pub(crate) expected: &'static str,
    method: Method,
    path: &'static str,
    with_certificate: bool,
    headers: Vec<(&'static str, String)>,
    body: Option<&'static str>,
}

pub(crate) fn samples(world: &World) -> Vec<Sample> {
    let alice = || basic("alice", "wonderland");
    let editor = bearer(&world.token("erin", "acme", "editor", 600));
    let viewer = bearer(&world.token("victor", "acme", "viewer", 600));
    let expired = bearer(&world.token("erin", "acme", "editor", -600));
    vec![
        get("client certificate, reads", ACME, "200").certificate(),
        get("token, reads", ACME, "200").authorization(&viewer),
        get("password, reads", ACME, "200").authorization(&alice()),
        post("token of an editor, writes", ACME, "201").authorization(&editor).body("tea"),
        post("password of an editor, writes", ACME, "201").authorization(&alice()).body("milk"),
        get("password, other tenant's user in his own", GLOBEX, "200")
            .authorization(&basic("bob", "builder")),
        get("no credentials", ACME, "401"),
        get("wrong password", ACME, "401").authorization(&basic("alice", "looking-glass")),
        get("unknown user", ACME, "401").authorization(&basic("mallory", "wonderland")),
        get("expired token", ACME, "401").authorization(&expired),
        get("damaged token", ACME, "401").authorization(&format!("{viewer}A")),
        get("foreign tenant, by password", GLOBEX, "403").authorization(&alice()),
        get("foreign tenant, by certificate", GLOBEX, "403").certificate(),
        post("missing permission, by token", ACME, "403").authorization(&viewer),
        post("missing permission, by certificate", ACME, "403").certificate(),
        get("two Authorization lines", ACME, "400").authorization(&alice()).authorization(&viewer),
        get("certificate and token at once", ACME, "400").certificate().authorization(&viewer),
        post("gRPC without credentials", ACME, "200 grpc-status 16")
            .header("content-type", "application/grpc"),
        get("unknown path", "/nowhere", "404"),
        get("open route", "/health", "200"),
    ]
}

fn get(title: &'static str, path: &'static str, expected: &'static str) -> Sample {
    let headers = Vec::new();
    let method = Method::GET;
    Sample { title, expected, method, path, with_certificate: false, headers, body: None }
}

fn post(title: &'static str, path: &'static str, expected: &'static str) -> Sample {
    Sample { method: Method::POST, ..get(title, path, expected) }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn basic(user: &str, password: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

impl Sample {
    fn certificate(mut self) -> Self {
        self.with_certificate = true;
        self
    }

    fn authorization(self, value: &str) -> Self {
        self.header("authorization", value)
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn body(mut self, body: &'static str) -> Self {
        self.body = Some(body);
        self
    }

    /// The request as a curl command that shows the head and the body of the answer.
    pub(crate) fn curl(&self, world: &World, address: SocketAddr) -> String {
        let file = |name| world.file(name).display().to_string();
        let mut command = format!("curl -si --cacert {}", file("ca.pem"));
        if self.with_certificate {
            command += &format!(" --cert {} --key {}", file("client.pem"), file("client-key.pem"));
        }
        for (name, value) in &self.headers {
            command += &format!(" -H '{name}: {value}'");
        }
        match self.body {
            Some(body) => command += &format!(" -d '{body}'"),
            None if self.method == Method::POST => command += " -X POST",
            None => {}
        }
        format!("{command} https://{address}{}", self.path)
    }

    /// Sends the request through a TLS client of its own.
    pub(crate) async fn send(
        &self,
        world: &World,
        address: SocketAddr,
    ) -> Result<String, Box<dyn Error>> {
        let authority = Certificate::from_pem(world.authority_pem.as_bytes())?;
        let mut client = Client::builder().no_proxy().tls_certs_only([authority]);
        if self.with_certificate {
            let pem = [world.client.pem.as_str(), world.client.key_pem.as_str()].concat();
            client = client.identity(Identity::from_pem(pem.as_bytes())?);
        }
        let url = format!("https://{address}{}", self.path);
        let mut request = client.build()?.request(self.method.clone(), url);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        Ok(outcome(&request.send().await?))
    }
}

fn outcome(response: &Response) -> String {
    let status = response.status().as_u16();
    match response.headers().get("grpc-status").and_then(|status| status.to_str().ok()) {
        Some(grpc_status) => format!("{status} grpc-status {grpc_status}"),
        None => status.to_string(),
    }
}
