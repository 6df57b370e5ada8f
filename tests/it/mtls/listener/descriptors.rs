//! No file descriptors left: they are counted by process, so the test has one of its own.

use std::{fs::File, process::Command, time::Duration};

use tokio::{net::TcpStream, time::sleep};
use tracing::Level;

use super::{Pki, bind};
use crate::support::{events::Events, tls::soon};

#[test]
fn a_listener_without_file_descriptors_says_so_and_goes_on_when_there_are_some() {
    let this = std::env::current_exe().unwrap();
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" --ignored --exact \"$1\""])
        .arg(this)
        .arg("mtls::listener::descriptors::in_a_process_of_its_own")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[tokio::test]
#[ignore = "takes all file descriptors of its process"]
async fn in_a_process_of_its_own() {
    let pki = Pki::new();
    let mut listener = bind(pki.required()).await;
    let to = listener.local_addr();
    let events = Events::record();
    let mut taken: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    assert!(taken.len() < 64, "there is a limit");
    // One for the client, and none for the server.
    taken.pop();
    let waiting = soon(TcpStream::connect(to)).await.unwrap();
    sleep(Duration::from_millis(350)).await;
    let told: Vec<_> = events.take().into_iter().filter(|it| it.level == Level::ERROR).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].field("message"), "no connection can be accepted");
    taken.clear();
    let alice = pki.alice();
    let both = async { tokio::join!(alice.connect(to), listener.accept()) };
    soon(both).await.0.unwrap();
    drop(waiting);
}
