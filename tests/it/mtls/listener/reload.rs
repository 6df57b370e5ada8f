//! Certificates, authorities and revocation lists that change while the listener runs (TS-7, TS-8, TS-40).

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::StatusCode;
use tempfile::TempDir;
use tokio::time::sleep;
use tower_auth::{CertificateRules, TlsHandle, TlsListener, TlsListenerBuilder};
use tracing::Level;

use super::{Pki, bind, serve};
use crate::support::{
    events::Events,
    pki::{Authority, Certified, client},
    tls::{TlsClient, soon},
};

/// The files of a listener.
struct Files {
    folder: TempDir,
    pki: Pki,
}

impl Files {
    fn new() -> Self {
        let files = Self { folder: TempDir::new().unwrap(), pki: Pki::new() };
        files.write_server(&files.pki.servers.server());
        files.write("ca.pem", &files.pki.clients.pem());
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn write_server(&self, server: &Certified) {
        self.write("server.pem", &server.pem());
        self.write("key.pem", &server.key_pem());
    }

    fn builder(&self) -> TlsListenerBuilder {
        TlsListener::builder(self.path("server.pem"), self.path("key.pem"))
            .with_client_ca(self.path("ca.pem"))
    }

    async fn start(&self, builder: TlsListenerBuilder) -> (SocketAddr, TlsHandle) {
        let _ = self;
        let listener = bind(builder).await;
        let handle = listener.handle();
        (serve(listener, CertificateRules::new()).0, handle)
    }

    /// The certificate that clients are shown.
    async fn shown(&self, to: SocketAddr) -> Vec<u8> {
        let stream = soon(self.pki.alice().connect(to)).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    }
}

/// The SHA-256 of the server's own certificate.
fn fingerprint(handle: &TlsHandle) -> String {
    handle.status().certificates[0].fingerprint.clone()
}

#[tokio::test]
async fn a_new_pair_counts_for_new_handshakes_and_open_connections_stay() {
    let files = Files::new();
    let (to, handle) = files.start(files.builder()).await;
    let mut open = soon(files.pki.alice().open(to)).await.unwrap();
    let loaded_at = handle.status().loaded_at;
    assert!(!handle.reload().unwrap(), "nothing has changed");
    assert_eq!(handle.status().loaded_at, loaded_at);

    let renewed = files.pki.servers.server();
    files.write_server(&renewed);
    assert_ne!(files.shown(to).await, renewed.der(), "nobody has read it");
    assert!(handle.reload().unwrap());
    assert_eq!(files.shown(to).await, renewed.der());
    assert!(handle.status().loaded_at > loaded_at);
    assert_eq!(soon(open.get()).await.unwrap().0, StatusCode::OK);
}

#[tokio::test]
async fn what_cannot_be_used_changes_nothing_and_is_told() {
    let files = Files::new();
    let (to, handle) = files.start(files.builder()).await;
    let before = files.shown(to).await;
    let good = files.pki.servers.server();
    let key = good.key_pem();
    let half = &key[..key.len() / 2];
    type Break<'f> = (&'f str, Box<dyn Fn() + 'f>);
    let breaks: [Break<'_>; 6] = [
        ("the key", Box::new(|| files.write("key.pem", half))),
        ("the key or the chain", Box::new(|| files.write("key.pem", &key))),
        ("the key", Box::new(|| fs::remove_file(files.path("key.pem")).unwrap())),
        ("the chain", Box::new(|| files.write("server.pem", &good.pem()[..200]))),
        ("the client authorities", Box::new(|| files.write("ca.pem", ""))),
        (
            "the client authorities",
            Box::new(|| files.write("ca.pem", &files.pki.clients.pem()[..300])),
        ),
    ];
    for (expected, damage) in breaks {
        files.write_server(&files.pki.servers.server());
        files.write("ca.pem", &files.pki.clients.pem());
        damage();
        let events = Events::record();
        let error = handle.reload().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains(key.lines().nth(1).unwrap()), "{error}");
        assert!(handle.reload().is_err());
        let failures: Vec<_> =
            events.take().into_iter().filter(|it| it.level == Level::ERROR).collect();
        assert!(failures.len() <= 1, "told once: {failures:?}");
        assert_eq!(handle.status().failure.unwrap().1, error);
        assert_eq!(files.shown(to).await, before);
    }
    files.write_server(&good);
    files.write("ca.pem", &files.pki.clients.pem());
    assert!(handle.reload().unwrap());
    assert!(handle.status().failure.is_none());
    assert_eq!(files.shown(to).await, good.der());
}

#[tokio::test]
async fn a_failure_is_forgotten_when_the_files_are_as_they_were() {
    let files = Files::new();
    let (_, handle) = files.start(files.builder()).await;
    let key = fs::read_to_string(files.path("key.pem")).unwrap();
    files.write("key.pem", "");
    assert!(handle.reload().is_err() && handle.status().failure.is_some());
    files.write("key.pem", &key);
    assert!(!handle.reload().unwrap());
    assert!(handle.status().failure.is_none());
}

#[tokio::test]
async fn authorities_and_revocation_lists_change_as_well() {
    let files = Files::new();
    let alice = files.pki.clients.sign(&client("spiffe://example/alice").serial(&[7]));
    let alice = TlsClient::showing(&files.pki.servers, &alice, &[]);
    let lists = |serials: &[Vec<u8>]| files.pki.clients.revocation_list(serials, (2100, 1, 1));
    files.write("crl.pem", &lists(&[]));
    let (to, handle) = files.start(files.builder().with_client_crl(files.path("crl.pem"))).await;
    assert_eq!(soon(alice.get(to)).await.unwrap().0, StatusCode::OK);

    files.write("crl.pem", &lists(&[vec![7]]));
    assert!(handle.reload().unwrap());
    assert!(soon(alice.get(to)).await.is_err());
    files.write("crl.pem", &lists(&[vec![8]]));
    assert!(handle.reload().unwrap());
    assert_eq!(soon(alice.get(to)).await.unwrap().0, StatusCode::OK);
    // A list that has ended says nothing, and nothing is not enough.
    files.write("crl.pem", &files.pki.clients.revocation_list(&[], (2026, 1, 2)));
    assert!(handle.reload().unwrap());
    assert!(soon(alice.get(to)).await.is_err());

    files.write("crl.pem", &lists(&[]));
    files.write("ca.pem", &Authority::new("others").pem());
    assert!(handle.reload().unwrap());
    assert!(soon(alice.get(to)).await.is_err());
}

#[tokio::test]
async fn what_is_given_by_call_replaces_all_of_it_or_nothing() {
    let files = Files::new();
    let (to, handle) = files.start(files.builder()).await;
    let renewed = files.pki.servers.server();
    let ca = files.pki.clients.pem();
    let other = || TlsListener::builder(renewed.pem(), renewed.key_pem());
    assert!(handle.replace(other().with_client_ca("no PEM")).is_err());
    assert_ne!(files.shown(to).await, renewed.der());
    assert!(handle.status().failure.is_some());
    // Whether clients must show a certificate is no text of any source, and changes with the rest.
    let same = TlsListener::builder(files.path("server.pem"), files.path("key.pem"));
    handle.replace(same.with_client_ca(ca.as_str()).allow_missing_client_certificate()).unwrap();
    assert_eq!(soon(files.pki.nobody().get(to)).await.unwrap().0, StatusCode::UNAUTHORIZED);

    handle.replace(other().with_client_ca(ca)).unwrap();
    assert_eq!(files.shown(to).await, renewed.der());
    // The files are no source any more.
    files.write("key.pem", "");
    assert!(!handle.reload().unwrap());
}

#[tokio::test(start_paused = true)]
async fn files_that_have_changed_are_used_once_they_stay_as_they_are() {
    let files = Files::new();
    let listener = bind(files.builder().with_refresh_interval(Duration::from_secs(60))).await;
    let handle = listener.handle();
    let before = fingerprint(&handle);
    files.write_server(&files.pki.servers.server());
    sleep(Duration::from_millis(60_500)).await;
    assert_eq!(fingerprint(&handle), before, "seen once");
    files.write_server(&files.pki.servers.server());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(fingerprint(&handle), before, "it has changed again");
    sleep(Duration::from_secs(1)).await;
    let after = fingerprint(&handle);
    assert_ne!(after, before);

    // Half of a pair is told, and the whole of it is used.
    let next = files.pki.servers.server();
    files.write("server.pem", &next.pem());
    sleep(Duration::from_secs(62)).await;
    assert_eq!(fingerprint(&handle), after);
    assert!(handle.status().failure.unwrap().1.contains("the key or the chain"));
    files.write("key.pem", &next.key_pem());
    sleep(Duration::from_secs(62)).await;
    assert_ne!(fingerprint(&handle), after);
    assert!(handle.status().failure.is_none());
}

#[tokio::test(start_paused = true)]
async fn without_refresh_files_are_read_when_they_are_asked_for() {
    let files = Files::new();
    let listener = bind(files.builder().without_refresh()).await;
    let handle = listener.handle();
    let before = fingerprint(&handle);
    files.write_server(&files.pki.servers.server());
    sleep(Duration::from_secs(86_400)).await;
    assert_eq!(fingerprint(&handle), before);
    assert!(handle.reload().unwrap());
    assert_ne!(fingerprint(&handle), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reloading_under_load_drops_no_connection() {
    let files = Files::new();
    let (to, handle) = files.start(files.builder()).await;
    let stop = Arc::new(AtomicBool::new(false));
    let served = Arc::new(AtomicUsize::new(0));
    let mut load = Vec::new();
    for _ in 0..4 {
        let (alice, stop, served) = (files.pki.alice(), Arc::clone(&stop), Arc::clone(&served));
        load.push(tokio::spawn(async move {
            let mut kept = alice.open(to).await?;
            while !stop.load(Ordering::Relaxed) {
                let answers = [kept.get().await?, alice.get(to).await?];
                assert!(answers.iter().all(|(status, _)| *status == StatusCode::OK));
                served.fetch_add(answers.len(), Ordering::Relaxed);
            }
            Ok::<_, String>(())
        }));
    }
    for _ in 0..25 {
        files.write_server(&files.pki.servers.server());
        assert!(handle.reload().unwrap());
        // Some are served by each.
        let goal = served.load(Ordering::Relaxed) + 8;
        soon(async {
            while served.load(Ordering::Relaxed) < goal {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
    stop.store(true, Ordering::Relaxed);
    for client in load {
        soon(client).await.unwrap().unwrap();
    }
    assert_eq!(handle.status().handshakes.failed, 0);
}
