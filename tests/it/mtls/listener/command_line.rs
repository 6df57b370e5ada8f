//! The command-line clients of OpenSSL and curl, where they are there.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use tempfile::TempDir;
use tokio::process::Command;
use tower_auth::CertificateRules;

use super::{Pki, bind, serve};
use crate::support::{
    pki::{Authority, Certified, client},
    tls::soon,
};

/// A listener that demands certificates and knows a revocation list, and what clients may show to it.
struct Shown {
    folder: TempDir,
    to: SocketAddr,
}

impl Shown {
    async fn start() -> Self {
        let pki = Pki::new();
        let lists = pki.clients.revocation_list(&[vec![13]], (2100, 1, 1));
        let listener = bind(pki.required().with_client_crl(lists)).await;
        let (to, _) = serve(listener, CertificateRules::new());
        let shown = Self { folder: TempDir::new().unwrap(), to };
        let of_alice = || client("spiffe://example/alice");
        shown.write("good", &pki.clients.sign(&of_alice()));
        shown.write("expired", &pki.clients.sign(&of_alice().valid((2020, 1, 1), (2021, 1, 1))));
        shown.write("wrong-ca", &Authority::new("clients").sign(&of_alice()));
        shown.write("revoked", &pki.clients.sign(&of_alice().serial(&[13])));
        std::fs::write(shown.path("ca.pem"), pki.servers.pem()).unwrap();
        shown
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, certified: &Certified) {
        std::fs::write(self.path(&format!("{name}.pem")), certified.pem()).unwrap();
        std::fs::write(self.path(&format!("{name}.key")), certified.key_pem()).unwrap();
    }

    async fn curl(&self, shown: Option<&str>, more: &[&str]) -> Output {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--noproxy", "*", "-w", " %{http_code} %{http_version}"]).args(more);
        curl.arg("--cacert").arg(self.path("ca.pem"));
        curl.arg("--resolve").arg(format!("localhost:{}:127.0.0.1", self.to.port()));
        self.showing(&mut curl, "--cert", "--key", shown);
        run(curl.arg(format!("https://localhost:{}/", self.to.port()))).await
    }

    async fn openssl(&self, shown: Option<&str>, more: &[&str]) -> Output {
        let mut openssl = Command::new("openssl");
        openssl.args(["s_client", "-servername", "localhost", "-verify_return_error"]).args(more);
        openssl.arg("-CAfile").arg(self.path("ca.pem"));
        openssl.arg("-connect").arg(self.to.to_string());
        self.showing(&mut openssl, "-cert", "-key", shown);
        run(&mut openssl).await
    }

    fn showing(&self, command: &mut Command, cert: &str, key: &str, shown: Option<&str>) {
        if let Some(shown) = shown {
            command.arg(cert).arg(self.path(&format!("{shown}.pem")));
            command.arg(key).arg(self.path(&format!("{shown}.key")));
        }
    }
}

async fn run(command: &mut Command) -> Output {
    let child = command.stdin(Stdio::null()).kill_on_drop(true);
    soon(child.output()).await.expect("it starts")
}

fn has(tool: &str) -> bool {
    let places = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&places).any(|place| Path::new(&place).join(tool).is_file());
    if !found {
        eprintln!("{tool} is not there: not tested");
    }
    found
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn curl_is_let_in_with_a_good_certificate_alone() {
    if !has("curl") {
        return;
    }
    let shown = Shown::start().await;
    for more in [&["--http1.1"][..], &["--http2"], &["--tls-max", "1.2"]] {
        let output = shown.curl(Some("good"), more).await;
        let answer = text(&output.stdout);
        assert!(
            answer.starts_with("spiffe://example/alice 200 "),
            "{answer} {}",
            text(&output.stderr)
        );
        for bad in [None, Some("expired"), Some("wrong-ca"), Some("revoked")] {
            let output = shown.curl(bad, more).await;
            assert!(!output.status.success(), "{bad:?}: {}", text(&output.stdout));
            assert!(text(&output.stdout).ends_with(" 000 0"), "{}", text(&output.stdout));
        }
    }
}

#[tokio::test]
async fn openssl_completes_handshakes_with_a_good_certificate_alone() {
    if !has("openssl") {
        return;
    }
    let shown = Shown::start().await;
    let by_1_2 = |more: &[&'static str]| [&["-tls1_2"], more].concat();
    // By 1.2 the server's refusal is part of the handshake, by 1.3 it comes after it.
    for protocol in ["h2", "http/1.1"] {
        let output = shown.openssl(Some("good"), &by_1_2(&["-alpn", protocol])).await;
        let said = text(&output.stdout);
        assert!(output.status.success(), "{said} {}", text(&output.stderr));
        assert!(said.contains(&format!("ALPN protocol: {protocol}")), "{said}");
    }
    for (bad, alert) in [
        (None, "certificate required"),
        (Some("expired"), "certificate expired"),
        (Some("wrong-ca"), "unknown ca"),
        (Some("revoked"), "certificate revoked"),
    ] {
        let output = shown.openssl(bad, &by_1_2(&[])).await;
        let said = text(&output.stderr);
        assert!(!output.status.success(), "{bad:?}");
        assert!(
            said.contains(alert)
                || said.contains("handshake failure")
                || said.contains("decrypt error"),
            "{bad:?}: {said}"
        );
    }
    // What is older is not even tried by default.
    let old = shown.openssl(Some("good"), &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]).await;
    assert!(!old.status.success());
    assert!(text(&old.stderr).contains("alert"), "{}", text(&old.stderr));
}
