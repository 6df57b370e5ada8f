//! Too many failed attempts are refused unseen, in time that the tests set.

mod crowd;
mod own_credentials;
mod remembered;
mod under_way;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use http::{Request, Response};
use tower::Layer;
use tower_auth::{
    Answer, AuthError, AuthErrorKind, Authenticator, Basic, BasicAuthLayer, Clock, FailureThrottle,
    Failures, Identity, PeerAddress, Secret,
};

use crate::support::{
    callers::{SECRET, authorized, basic_line, grpc},
    events::Events,
    probe::{Probe, send},
};

/// Knows everybody who knows the password, and counts how often it is asked. `away`, `full` and
/// `expired` are what their names say, whatever the password; `unreadable` breaks a rule.
#[derive(Clone, Debug, Default)]
struct Accounts {
    asked: Arc<AtomicUsize>,
    at_once: bool,
}

impl Accounts {
    fn at_once() -> Self {
        Self { at_once: true, ..Self::default() }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn judge(&self, user: &Basic) -> Result<Identity, AuthError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match user.username() {
            "away" => Err(AuthError::unavailable("away")),
            "full" => Err(AuthErrorKind::Overloaded.into()),
            "expired" => Err(AuthError::expired("once")),
            "unreadable" => Err(AuthError::unreadable("no name")),
            name if *user.password() == Secret::new(SECRET) => Ok(Identity::new(name)),
            _ => Err(AuthError::invalid("wrong password")),
        }
    }
}

impl Authenticator<Basic> for Accounts {
    async fn authenticate(&self, user: Basic) -> Result<Identity, AuthError> {
        tokio::task::yield_now().await;
        self.judge(&user)
    }

    fn answer(&self, user: Basic) -> Answer<Basic> {
        if self.at_once { Answer::Now(self.judge(&user)) } else { Answer::Later(user) }
    }
}

const HERE: &str = "192.0.2.7";
const THERE: &str = "198.51.100.9";

/// More than any test here makes.
const MANY: Failures = Failures::per_minute(1_000);

fn clock() -> Clock {
    Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
}

fn from(address: &str, mut request: Request<()>) -> Request<()> {
    request.extensions_mut().insert(PeerAddress(address.parse().expect("an address")));
    request
}

fn right(name: &str) -> Request<()> {
    authorized(basic_line(name, SECRET))
}

fn wrong(name: &str) -> Request<()> {
    authorized(basic_line(name, "guess"))
}

/// A service behind a throttle, and how often its accounts are asked.
struct Door {
    layer: BasicAuthLayer,
    accounts: Accounts,
}

impl Door {
    fn of(throttle: FailureThrottle) -> Self {
        Self::with(throttle, Accounts::default())
    }

    fn with(throttle: FailureThrottle, accounts: Accounts) -> Self {
        let guarded = throttle.around(accounts.clone()).expect("limits");
        Self { layer: BasicAuthLayer::new(guarded), accounts }
    }

    async fn send(&self, request: Request<()>) -> Response<String> {
        send(&self.layer.layer(Probe::new()), request).await
    }

    async fn status(&self, request: Request<()>) -> u16 {
        self.send(request).await.status().as_u16()
    }

    /// The whole seconds to wait; `None` where the request was looked at.
    async fn wait(&self, request: Request<()>) -> Option<u64> {
        let before = self.accounts.asked();
        let response = self.send(request).await;
        let is_throttled = response.status() == 429;
        assert_eq!(self.accounts.asked() == before, is_throttled, "refused before any work");
        let wait = response.headers().get("retry-after").map(|wait| wait.to_str().unwrap());
        wait.filter(|_| is_throttled).map(|wait| wait.parse().unwrap())
    }
}

/// Credentials as the gate reads them.
fn attempt(address: impl Into<IpAddr>, name: &str, password: &'static str) -> Basic {
    Basic::new(name, Secret::new(password)).with_peer_address(address.into())
}

fn throttle(clock: &Clock) -> FailureThrottle {
    FailureThrottle::new().with_clock(clock.clone())
}

#[tokio::test]
async fn after_too_many_failures_nothing_is_looked_at() {
    for accounts in [Accounts::default(), Accounts::at_once()] {
        let clock = clock();
        let limit = throttle(&clock)
            .with_user_and_address_limit(Failures::per_minute(3))
            .with_address_limit(MANY);
        let door = Door::with(limit, accounts);
        for _ in 0..3 {
            assert_eq!(door.status(from(HERE, wrong("alice"))).await, 401);
        }
        // Right or wrong, and as often as you like: the wait does not grow.
        for _ in 0..50 {
            assert_eq!(door.wait(from(HERE, right("alice"))).await, Some(20));
            assert_eq!(door.wait(from(HERE, wrong("alice"))).await, Some(20));
        }
        clock.advance(Duration::from_secs(5));
        assert_eq!(door.wait(from(HERE, right("alice"))).await, Some(15));
        clock.advance(Duration::from_millis(14_999));
        assert_eq!(door.wait(from(HERE, right("alice"))).await, Some(1));
        clock.advance(Duration::from_millis(1));
        assert_eq!(door.wait(from(HERE, wrong("alice"))).await, None, "one is given back");
        assert_eq!(door.wait(from(HERE, right("alice"))).await, Some(20));
        clock.advance(Duration::from_secs(60));
        for _ in 0..3 {
            assert_eq!(door.wait(from(HERE, wrong("alice"))).await, None, "all are given back");
        }
        assert_eq!(door.wait(from(HERE, wrong("alice"))).await, Some(20));
    }
}

#[tokio::test]
async fn the_answer_is_that_of_the_table() {
    let door = Door::of(throttle(&clock()).with_address_limit(Failures::per_hour(1)));
    assert_eq!(door.status(from(HERE, wrong("alice"))).await, 401);

    let events = Events::record();
    let response = door.send(from(HERE, right("alice"))).await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "3600");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(!response.headers().contains_key("www-authenticate"));
    let error = response.extensions().get::<AuthError>().expect("sealed");
    assert_eq!(error.kind(), AuthErrorKind::Throttled);
    assert_eq!(error.to_string(), "too many failed attempts");
    let event = events.one();
    assert_eq!((event.level, event.field("kind")), (tracing::Level::INFO, "throttled"));
    assert!(!format!("{event:?}").contains(HERE));

    let response = door.send(grpc(from(HERE, right("alice")))).await;
    assert_eq!(response.headers()["grpc-status"], "8");
    assert_eq!(response.headers()["grpc-message"], "too many failed attempts");
}

#[tokio::test]
async fn only_guesses_count() {
    for accounts in [Accounts::default(), Accounts::at_once()] {
        let limit = throttle(&clock()).with_address_limit(Failures::per_hour(1));
        let door = Door::with(limit, accounts);
        for name in ["away", "full", "expired"] {
            for _ in 0..5 {
                assert_eq!(door.wait(from(HERE, wrong(name))).await, None, "{name}");
            }
        }
        for _ in 0..50 {
            assert_eq!(door.status(from(HERE, right("alice"))).await, 200);
        }
        assert_eq!(door.wait(from(HERE, wrong("unreadable"))).await, None);
        assert!(door.wait(from(HERE, right("alice"))).await.is_some(), "and this counted");
    }
}

#[tokio::test]
async fn each_limit_counts_by_what_its_name_says() {
    let one = Failures::per_minute(1);
    // Who is let in after alice has failed from here: alice and bob from here, both from there.
    for (limit, expected) in [
        (FailureThrottle::new().with_address_limit(one), [false, false, true, true]),
        (
            FailureThrottle::new().with_user_and_address_limit(one).with_address_limit(MANY),
            [false, true, true, true],
        ),
        (FailureThrottle::new().danger_with_user_limit(one), [false, true, false, true]),
    ] {
        let door = Door::of(limit.clone().with_clock(clock()));
        assert_eq!(door.wait(from(HERE, wrong("alice"))).await, None);
        let attempts = [(HERE, "alice"), (HERE, "bob"), (THERE, "alice"), (THERE, "bob")];
        for ((address, name), let_in) in attempts.into_iter().zip(expected) {
            let found = door.status(from(address, right(name))).await;
            assert_eq!(found == 200, let_in, "{limit:?}: {name} from {address}");
        }
    }
}

/// A name that nobody has is counted like one that somebody has.
#[tokio::test]
async fn several_limits_hold_at_once() {
    let clock = clock();
    let limit = throttle(&clock)
        .with_user_and_address_limit(Failures::per_minute(2))
        .with_address_limit(Failures::per_minute(5));
    let door = Door::of(limit);
    for name in ["alice", "alice", "bob", "bob", "carol"] {
        assert_eq!(door.wait(from(HERE, wrong(name))).await, None, "{name}");
    }
    assert_eq!(door.wait(from(HERE, right("alice"))).await, Some(30));
    assert_eq!(door.wait(from(HERE, right("dave"))).await, Some(12));
    assert_eq!(door.wait(from(THERE, right("alice"))).await, None);
}

#[tokio::test]
async fn addresses_count_by_what_one_client_has() {
    for (first, second, same) in [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("192.0.2.7", "::ffff:192.0.2.7", true),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", false),
        ("192.0.2.7", "192.0.2.8", false),
    ] {
        let door = Door::of(throttle(&clock()).with_address_limit(Failures::per_minute(1)));
        assert_eq!(door.wait(from(first, wrong("alice"))).await, None);
        let throttled = door.wait(from(second, right("bob"))).await.is_some();
        assert_eq!(throttled, same, "{first} {second}");
    }
}

#[tokio::test]
async fn an_attempt_that_cannot_be_counted_is_loud() {
    let one = Failures::per_minute(1);
    for limit in [
        FailureThrottle::new().with_address_limit(one),
        FailureThrottle::new().with_user_and_address_limit(one).with_address_limit(one),
    ] {
        let door = Door::of(limit);
        assert_eq!(door.status(right("alice")).await, 500);
        assert_eq!(door.accounts.asked(), 0);
    }
    let door = Door::of(FailureThrottle::new().danger_with_user_limit(one));
    assert_eq!(door.status(right("alice")).await, 200);
}

#[test]
fn a_throttle_that_limits_nothing_or_everything_is_an_error() {
    let problems = |throttle: FailureThrottle| {
        let error = throttle.around(Accounts::default()).expect_err("no limit that makes sense");
        error.problems().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(problems(FailureThrottle::new()).len(), 1);
    let none = Failures::per_minute(0);
    assert_eq!(
        problems(FailureThrottle::new().with_address_limit(none).danger_with_user_limit(none))
            .len(),
        2
    );
    let by_both = FailureThrottle::new().with_user_and_address_limit(MANY);
    for alone in [by_both.clone(), by_both.clone().danger_with_user_limit(MANY)] {
        let problems = problems(alone);
        assert!(problems[0].contains("needs with_address_limit"), "{problems:?}");
        assert_eq!(problems.len(), 1);
    }
    assert!(by_both.with_address_limit(MANY).around(Accounts::default()).is_ok());
    let many = FailureThrottle::new().with_address_limit(Failures::per_minute(u32::MAX));
    assert!(many.around(Accounts::default()).is_ok());
}

#[tokio::test]
async fn the_system_clock_goes_on_by_itself() {
    let door = Door::of(FailureThrottle::new().with_address_limit(Failures::per_hour(2)));
    assert_eq!(door.wait(from(HERE, wrong("alice"))).await, None);
    assert_eq!(door.wait(from(HERE, wrong("alice"))).await, None);
    let wait = door.wait(from(HERE, right("alice"))).await.expect("throttled");
    assert!((1..=1_800).contains(&wait), "{wait}");
}

#[tokio::test]
async fn an_axum_server_with_connect_info_knows_the_address() {
    let limit = FailureThrottle::new().with_address_limit(Failures::per_hour(1));
    let guarded = limit.around(Accounts::default()).expect("a limit");
    let app = axum::Router::new()
        .route("/", axum::routing::get(async || "served"))
        .layer(BasicAuthLayer::new(guarded));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let client = reqwest::Client::new();
    let mut statuses = Vec::new();
    for password in [SECRET, "guess", SECRET] {
        let answer = client.get(&url).basic_auth("alice", Some(password)).send().await.unwrap();
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses, [200, 401, 429]);
    server.abort();
}

#[test]
fn debug_shows_no_count_and_no_secret() {
    let limit = FailureThrottle::new().with_address_limit(Failures::per_minute(5));
    let shown = format!("{:?}", limit.around(Accounts::default()).expect("a limit"));
    assert!(shown.contains("Address") && shown.len() < 300, "{shown}");
    let basic = Basic::new("alice", Secret::new(SECRET)).with_peer_address(HERE.parse().unwrap());
    let shown = format!("{basic:?}");
    assert!(shown.contains(HERE) && !shown.contains(SECRET), "{shown}");
}
