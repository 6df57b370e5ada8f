//! Sources that are not what they should be, and how the status tells of them.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;
use tokio::{net::TcpListener, time::sleep};
use tower_auth::{Clock, PemSource, TlsHandle, TlsListener, TlsListenerBuilder};
use tracing::Level;

use super::{Pki, bind};
use crate::support::{events::Events, pki::Certified};

const MINUTE: Duration = Duration::from_secs(60);

struct Folder {
    folder: TempDir,
    pki: Pki,
}

impl Folder {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), pki: Pki::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, folder: &Path, server: &Certified) {
        fs::write(folder.join("server.pem"), server.pem()).unwrap();
        fs::write(folder.join("key.pem"), server.key_pem()).unwrap();
        fs::write(folder.join("ca.pem"), self.pki.clients.pem()).unwrap();
    }

    fn builder(&self) -> TlsListenerBuilder {
        TlsListener::builder(self.path("server.pem"), self.path("key.pem"))
            .with_client_ca(self.path("ca.pem"))
    }
}

fn fingerprint(handle: &TlsHandle) -> String {
    handle.status().certificates[0].fingerprint.clone()
}

/// None of them keeps the reader for ever, fills the memory or counts as nothing to be held against.
#[tokio::test]
async fn only_regular_files_of_a_bounded_length_are_read() {
    let folder = Folder::new();
    folder.write(folder.folder.path(), &folder.pki.servers.server());
    let handle = bind(folder.builder()).await.handle();
    let ca = folder.path("ca.pem");
    let before = handle.status();

    fs::remove_file(&ca).unwrap();
    fs::create_dir(&ca).unwrap();
    assert!(handle.reload().unwrap_err().to_string().contains("not a regular file"));
    fs::remove_dir(&ca).unwrap();
    assert!(handle.reload().unwrap_err().to_string().contains("ca.pem: "));
    if std::process::Command::new("mkfifo").arg(&ca).status().is_ok_and(|it| it.success()) {
        assert!(handle.reload().unwrap_err().to_string().contains("not a regular file"));
        fs::remove_file(&ca).unwrap();
    }
    fs::File::create(&ca).unwrap().set_len(PemSource::MAX_BYTES + 1).unwrap();
    assert!(handle.reload().unwrap_err().to_string().contains("longer than 16777216 bytes"));
    // Of the greatest length it is read, and there is no certificate in it.
    fs::File::create(&ca).unwrap().set_len(PemSource::MAX_BYTES).unwrap();
    assert!(handle.reload().unwrap_err().to_string().contains("no certificate"));

    assert_eq!(handle.status().certificates.len(), before.certificates.len());
    assert_eq!(handle.status().loaded_at, before.loaded_at);
}

/// Kubernetes puts a new folder beside the old one and exchanges the link to it.
#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_folder_that_is_exchanged_by_a_link_is_seen() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new();
    for name in ["..1", "..2"] {
        fs::create_dir(folder.path(name)).unwrap();
        folder.write(&folder.path(name), &folder.pki.servers.server());
    }
    symlink("..1", folder.path("..data")).unwrap();
    for name in ["server.pem", "key.pem", "ca.pem"] {
        symlink(Path::new("..data").join(name), folder.path(name)).unwrap();
    }
    let listener = bind(folder.builder().with_refresh_interval(MINUTE)).await;
    let before = fingerprint(&listener.handle());
    symlink("..2", folder.path("..data_tmp")).unwrap();
    fs::rename(folder.path("..data_tmp"), folder.path("..data")).unwrap();
    fs::remove_dir_all(folder.path("..1")).unwrap();
    sleep(MINUTE + Duration::from_secs(2)).await;
    assert_ne!(fingerprint(&listener.handle()), before);
    assert!(listener.handle().status().failure.is_none());
}

/// That the files of before are still good is no answer to what was to replace them.
#[tokio::test(start_paused = true)]
async fn a_replacement_that_was_refused_is_told_of_until_one_is_taken() {
    let folder = Folder::new();
    folder.write(folder.folder.path(), &folder.pki.servers.server());
    let listener = bind(folder.builder().with_refresh_interval(MINUTE)).await;
    let handle = listener.handle();
    assert!(handle.replace(TlsListener::builder("no chain", "no key")).is_err());
    let events = Events::record();
    sleep(3 * MINUTE).await;
    assert!(handle.status().failure.unwrap().1.contains("no certificate in the PEM"));
    assert!(!handle.reload().unwrap(), "the files are as they were");
    assert!(handle.status().failure.is_some());
    assert!(events.take().is_empty(), "nothing has changed");

    handle.replace(folder.builder()).unwrap();
    assert!(handle.status().failure.is_none());
    assert_eq!(events.take().iter().map(|it| it.level).collect::<Vec<_>>(), [Level::INFO]);
}

#[tokio::test]
async fn a_replacement_ends_what_was_wrong_with_the_files_of_before() {
    let folder = Folder::new();
    let server = folder.pki.servers.server();
    folder.write(folder.folder.path(), &server);
    let handle = bind(folder.builder()).await.handle();
    fs::write(folder.path("key.pem"), "").unwrap();
    assert!(handle.reload().is_err() && handle.status().failure.is_some());
    handle.replace(TlsListener::builder(server.pem(), server.key_pem())).unwrap();
    assert!(handle.status().failure.is_none());
}

/// A file system that hangs says nothing, and so the time stands still.
#[tokio::test(start_paused = true)]
async fn the_status_says_when_files_were_last_looked_at() {
    let folder = Folder::new();
    folder.write(folder.folder.path(), &folder.pki.servers.server());
    let clock = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let builder = folder.builder().with_refresh_interval(MINUTE).with_clock(clock.clone());
    let listener = bind(builder).await;
    let status = || listener.handle().status();
    let start = clock.now();
    assert_eq!((status().loaded_at, status().looked_at), (start, start));
    // Nothing new, something new, something bad: it was looked at.
    for change in [None, Some(folder.pki.servers.server().pem()), Some(String::new())] {
        clock.advance(MINUTE);
        if let Some(text) = change {
            fs::write(folder.path("server.pem"), text).unwrap();
        }
        sleep(MINUTE + Duration::from_millis(500)).await;
        assert_eq!(status().looked_at, clock.now());
        assert_eq!(status().loaded_at, start);
    }
    drop(listener);
}

/// In an environment or a section `KEY_FILE` and `KEY_DATA` are near to each other.
#[tokio::test]
async fn a_key_in_the_place_of_a_path_is_not_printed() {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let server = Pki::new().servers.server();
    let key = server.key_pem();
    for path in [key.clone(), STANDARD.encode(&key)] {
        let secret = &path.lines().last().unwrap()[..20].to_owned();
        let secret = path.lines().nth(1).unwrap_or(secret);
        let builder = TlsListener::builder(server.pem(), Path::new(&path));
        assert!(!format!("{builder:?}").contains(secret), "{builder:?}");
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let error = builder.bind(socket).unwrap_err().to_string();
        assert_eq!(error, "TLS: the key: PEM where the path of a file belongs");
    }
}
