//! How long certificates are good for (TS-10, TS-T21, TS-T42), as a status and as events.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use tokio::time::sleep;
use tower_auth::{
    CertificateRules, CertificateUse, Clock, ExpiryState, TlsHost, TlsListener, TlsListenerBuilder,
    TlsStatus,
};
use tracing::Level;

use super::{Pki, bind, serve};
use crate::support::{
    events::Events,
    pki::{Authority, Leaf},
    tls::{TlsClient, soon as seconds},
};

const HOUR: Duration = Duration::from_secs(3600);

/// The beginning of 2030, when what these tests watch ends.
const END: Duration = Duration::from_secs(1_893_456_000);

fn before_the_end(left: Duration) -> Clock {
    Clock::manual(SystemTime::UNIX_EPOCH + END - left)
}

/// A server whose own certificate ends.
fn ending(pki: &Pki) -> TlsListenerBuilder {
    let server = Leaf::named("localhost").dns("localhost").valid((2020, 1, 1), (2030, 1, 1));
    let server = pki.servers.sign(&server);
    TlsListener::builder(server.pem(), server.key_pem()).with_client_ca(pki.clients.pem())
}

fn states(status: &TlsStatus) -> Vec<ExpiryState> {
    status.certificates.iter().map(|certificate| certificate.state).collect()
}

#[tokio::test]
async fn the_state_is_that_of_the_time_when_it_is_asked_for() {
    use ExpiryState::{Error, Expired, Good, Warning};

    let pki = Pki::new();
    let clock = before_the_end(73 * HOUR);
    let builder = ending(&pki).with_expiry_windows(72 * HOUR, 24 * HOUR).with_clock(clock.clone());
    let handle = bind(builder).await.handle();
    let mut seen = Vec::new();
    for step in [0, 25, 47, 2] {
        clock.advance(step * HOUR);
        let status = handle.status();
        assert_eq!(status.certificates[0].used_as, CertificateUse::Server);
        assert_eq!(status.certificates[0].end, Some(SystemTime::UNIX_EPOCH + END));
        assert_eq!(status.certificates[1].state, Good);
        seen.push(status.certificates[0].state);
    }
    assert_eq!(seen, [Good, Warning, Error, Expired]);
}

/// TS-T21: 24 hours left and a window of 6.
#[tokio::test]
async fn further_away_than_the_windows_is_no_warning() {
    let pki = Pki::new();
    let builder = ending(&pki).with_expiry_windows(6 * HOUR, HOUR);
    let handle = bind(builder.with_clock(before_the_end(24 * HOUR))).await.handle();
    assert_eq!(states(&handle.status()), [ExpiryState::Good; 2]);
}

/// TS-8 has Temporal watch only the first of a bundle.
#[tokio::test]
async fn every_certificate_of_every_bundle_is_watched() {
    let pki = Pki::new();
    let soon = |name| Authority::root(Leaf::named(name).signer().valid((2020, 1, 1), (2030, 1, 1)));
    let bundle = format!("{}{}{}", pki.clients.pem(), soon("second").pem(), soon("third").pem());
    let host =
        pki.servers.sign(&Leaf::named("h").dns("h.example").valid((2020, 1, 1), (2030, 1, 1)));
    let builder = pki
        .required()
        .with_client_ca(bundle)
        .with_client_crl(pki.clients.revocation_list(&[], (2030, 1, 1)))
        .with_host("h.example", TlsHost::new(host.pem(), host.key_pem()))
        .with_clock(before_the_end(HOUR));
    let status = bind(builder).await.handle().status();
    let ending = status.certificates.iter().filter(|it| it.state == ExpiryState::Error);
    let ending: Vec<_> =
        ending.map(|it| (it.host.as_deref(), it.used_as.as_str(), it.name.as_str())).collect();
    let expected = [
        (None, "client authority", "CN=second"),
        (None, "client authority", "CN=third"),
        (None, "revocation list", "CN=clients"),
        (Some("h.example"), "server certificate", "CN=h"),
    ];
    assert_eq!(ending, expected);
    assert_eq!(status.certificates.len(), 7, "and those that are good");
}

/// It is a trust anchor, and those have no end of their own (RFC 5280, section 6.1.1).
#[tokio::test]
async fn an_authority_that_has_ended_is_told_of_and_counts() {
    let pki = Pki::new();
    let ended = Authority::root(Leaf::named("ended").signer().valid((2020, 1, 1), (2021, 1, 1)));
    let listener = bind(pki.plain().with_client_ca(ended.pem())).await;
    assert_eq!(states(&listener.handle().status())[1], ExpiryState::Expired);
    let (to, _) = serve(listener, CertificateRules::new());
    let alice = TlsClient::showing(&pki.servers, &ended.client("spiffe://example/alice"), &[]);
    assert_eq!(seconds(alice.get(to)).await.unwrap().0, StatusCode::OK);
}

/// TS-T42: 48 hours left, warnings from 72 and errors from 24 on.
#[tokio::test(start_paused = true)]
async fn events_tell_of_it_at_the_level_of_its_window() {
    let pki = Pki::new();
    for (left, level) in
        [(73 * HOUR, None), (48 * HOUR, Some(Level::WARN)), (23 * HOUR, Some(Level::ERROR))]
    {
        let events = Events::record();
        let builder = ending(&pki).with_expiry_windows(72 * HOUR, 24 * HOUR);
        let listener = bind(builder.with_clock(before_the_end(left))).await;
        sleep(Duration::from_secs(1)).await;
        let told = events.take();
        assert_eq!(told.first().map(|event| event.level), level, "{told:?}");
        if let [event] = &*told {
            assert_eq!(event.field("used_as"), "server certificate");
            assert_eq!(event.field("name"), "CN=localhost");
            assert_eq!(event.field("end"), END.as_secs().to_string());
        }
        // Again after the interval, which is an hour.
        sleep(HOUR).await;
        assert_eq!(events.take().len(), told.len());
        drop(listener);
        sleep(2 * HOUR).await;
        assert!(events.take().is_empty(), "the watch ends with the listener");
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_is_used_twice_is_told_of_once() {
    let pki = Pki::new();
    let shared = Leaf::named("localhost").dns("h.example").valid((2020, 1, 1), (2030, 1, 1));
    let shared = pki.servers.sign(&shared);
    let builder = TlsListener::builder(shared.pem(), shared.key_pem())
        .with_host("h.example", TlsHost::new(shared.pem(), shared.key_pem()))
        .with_clock(before_the_end(HOUR));
    let events = Events::record();
    let _listener = bind(builder).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(events.take().len(), 1);
}

#[tokio::test]
async fn what_is_exchanged_and_ends_soon_is_told_of_at_once() {
    let pki = Pki::new();
    let builder = pki.required().with_clock(before_the_end(HOUR)).without_expiry_checks();
    let handle = bind(builder).await.handle();
    let events = Events::record();
    handle.replace(ending(&pki)).unwrap();
    let levels: Vec<_> = events.take().iter().map(|event| event.level).collect();
    assert_eq!(levels, [Level::INFO, Level::ERROR]);
}

#[tokio::test(start_paused = true)]
async fn without_checks_no_event_tells_of_it() {
    let pki = Pki::new();
    let events = Events::record();
    let builder = ending(&pki).with_clock(before_the_end(HOUR)).without_expiry_checks();
    let listener = bind(builder).await;
    sleep(3 * HOUR).await;
    assert!(events.take().is_empty());
    assert_eq!(listener.handle().status().certificates[0].state, ExpiryState::Error);
}
