//! Whether the time of an answer tells who there is: statistics over many logins, after dudect
//! (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?").
//!
//! It measures for a minute and a half, so it is run when somebody asks for it:
//!
//! ```text
//! TOWER_AUTH_TIMING=1 cargo test --release --all-features --test timing -- --nocapture
//! ```
//!
//! Without that variable it does nothing and passes. On a busy machine it sees less, since the noise
//! is larger, but does not cry wolf: classes are measured in random order, so what disturbs one
//! disturbs all of them. Without `--release` it sees less too: bcrypt takes three times as long.
//!
//! Each class of logins is held against the wrong password of a known user by Welch's t, after the
//! slowest tenth of both was left out. `|t| < 4.5` is demanded, as dudect does: with no difference it
//! is larger once in a hundred thousand times. Controls that do tell, by answering unknown users
//! without work or with the work of another cost, must be found out by `|t| > 10`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    env,
    future::Future,
    hash::{BuildHasher, RandomState},
    num::NonZeroUsize,
    pin::Pin,
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;
use tower_auth::{Authenticator, Basic, PasswordVerifier, Secret, User, Users, UsersBuilder};

const PASSWORD: &str = "open sesame";
const WRONG: &str = "open sesam!";
const MALFORMED: &str = "$2y$06$this is no hash";

/// Larger: the classes differ.
const LIMIT: f64 = 4.5;
/// What a difference that anybody would see must exceed, so that smaller ones are seen as well.
const PLAIN: f64 = 10.0;

/// The first samples of a class meet cold caches.
const WARM_UP: usize = 5;

type Login<'a> = Pin<Box<dyn Future<Output = bool> + 'a>>;

/// A kind of login, made anew for each sample.
struct Class<'a> {
    name: &'static str,
    login: Box<dyn Fn(&mut Random) -> Login<'a> + 'a>,
}

impl<'a> Class<'a> {
    fn new(name: &'static str, login: impl Fn(&mut Random) -> Login<'a> + 'a) -> Self {
        Self { name, login: Box::new(login) }
    }

    /// A login to a store, always of the same name and password.
    fn at(
        name: &'static str,
        users: &'a Users,
        user: &'static str,
        password: &'static str,
    ) -> Self {
        Self::new(name, move |_| authenticate(users, user.to_owned(), password))
    }
}

fn authenticate<'a>(users: &'a Users, user: String, password: &str) -> Login<'a> {
    let credentials = Basic::new(user, Secret::new(password));
    Box::pin(async move { users.authenticate(credentials).await.is_ok() })
}

/// xorshift64: which class is next, and names that nobody has.
struct Random(u64);

impl Random {
    fn new() -> Self {
        Self(RandomState::new().hash_one("seed") | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 32).unwrap() % bound
    }
}

/// Seconds that each login took, by class, in random order for as long as there is time.
fn measure(classes: &[Class<'_>], time: Duration) -> Vec<Vec<f64>> {
    let runtime = Runtime::new().unwrap();
    let mut random = Random::new();
    let mut seconds = vec![Vec::new(); classes.len()];
    let end = Instant::now() + time;
    while Instant::now() < end {
        let class = random.below(classes.len());
        let login = (classes[class].login)(&mut random);
        let start = Instant::now();
        let is_admitted = runtime.block_on(login);
        seconds[class].push(start.elapsed().as_secs_f64());
        assert!(!is_admitted, "{}", classes[class].name);
    }
    for (class, seconds) in classes.iter().zip(&mut seconds) {
        assert!(seconds.len() > 10 * WARM_UP, "{}: {} samples", class.name, seconds.len());
        seconds.drain(..WARM_UP);
    }
    seconds
}

/// Welch's t without the slowest tenth of all, and the difference of the means as a share of the
/// second one.
fn welch(one: &[f64], other: &[f64]) -> (f64, f64) {
    let mut all = [one, other].concat();
    all.sort_unstable_by(f64::total_cmp);
    let slowest = all[all.len() * 9 / 10];
    let [one, other] = [one, other].map(|seconds| {
        let kept: Vec<f64> = seconds.iter().copied().filter(|taken| *taken < slowest).collect();
        mean_and_its_variance(&kept)
    });
    let difference = one.0 - other.0;
    (difference / (one.1 + other.1).sqrt(), difference / other.0)
}

#[expect(clippy::cast_precision_loss, reason = "there are not that many samples")]
fn mean_and_its_variance(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, squares / (count - 1.0) / count)
}

/// Holds all classes against the first one; gives back what failed.
fn compare(classes: &[Class<'_>], time: u64, is_good: impl Fn(f64) -> bool) -> Vec<String> {
    let seconds = measure(classes, Duration::from_secs(time));
    let mut failures = Vec::new();
    for (class, own) in classes.iter().zip(&seconds).skip(1) {
        let (t, share) = welch(own, &seconds[0]);
        let (samples, of_first) = (own.len(), seconds[0].len());
        let line = format!(
            "t = {t:7.2} ({:+6.2} %)  {} ({samples}) against {} ({of_first})",
            100.0 * share,
            class.name,
            classes[0].name,
        );
        println!("{line}");
        if !is_good(t) {
            failures.push(line);
        }
    }
    failures
}

fn is_alike(t: f64) -> bool {
    t.abs() < LIMIT
}

fn is_told_apart(t: f64) -> bool {
    t.abs() > PLAIN
}

fn one_worker() -> PasswordVerifier {
    PasswordVerifier::builder().with_cost(6).with_workers(NonZeroUsize::MIN).build().unwrap()
}

fn builder() -> UsersBuilder {
    Users::builder().with_warning_cost(4).with_verifier(one_worker())
}

fn hash(cost: u32) -> String {
    bcrypt::hash_with_salt(PASSWORD, cost, *b"sixteen bytes..!").unwrap().to_string()
}

fn of_cost(cost: u32) -> Users {
    builder().user(User::new("alice", hash(cost))).build().unwrap()
}

/// Half of them of cost 5 and half of cost 7, so many that names nobody has meet both as often.
fn mixed(count: usize) -> Users {
    let hashes = [hash(5), hash(7)];
    let user = |number: usize| User::new(format!("user-{number}"), &*hashes[number % 2]);
    builder().users((0..count).map(user)).build().unwrap()
}

fn a_store_of_one_cost() -> Vec<String> {
    let users = builder()
        .user(User::new("alice", hash(6)))
        .user(User::new("gone", hash(6)).disabled())
        .user(User::danger_with_clear_text_password("clear", PASSWORD))
        .build()
        .unwrap();
    let too_long: &'static str = "p".repeat(73).leak();
    compare(
        &[
            Class::at("wrong password", &users, "alice", WRONG),
            Class::at("unknown user", &users, "nobody", WRONG),
            Class::at("disabled user, right password", &users, "gone", PASSWORD),
            Class::at("73 bytes", &users, "alice", too_long),
            Class::at("NUL in the password", &users, "alice", "open\0sesam!"),
            Class::at("clear-text user, wrong password", &users, "clear", WRONG),
        ],
        30,
        is_alike,
    )
}

fn a_store_of_mixed_costs() -> Vec<String> {
    const COUNT: usize = 20_000;

    let (users, cheap) = (mixed(COUNT), of_cost(5));
    let known = || {
        Class::new("any known user", |random| {
            authenticate(&users, format!("user-{}", random.below(COUNT)), WRONG)
        })
    };
    let unknown = |name, users| {
        Class::new(name, move |random| {
            authenticate(users, format!("other-{}", random.below(1 << 30)), WRONG)
        })
    };
    let alike = [known(), unknown("any unknown user", &users)];
    let control = [known(), unknown("control: unknown users of the lower cost", &cheap)];
    [compare(&alike, 20, is_alike), compare(&control, 5, is_told_apart)].concat()
}

fn passwords_of_other_stores() -> Vec<String> {
    let (passwords, hash) = (one_worker(), hash(6));
    let verify = |name, stored| {
        let passwords = &passwords;
        Class::new(name, move |_| {
            let credentials = Basic::new("alice", Secret::new(WRONG));
            Box::pin(async move { passwords.verify(&credentials, stored).await.is_ok() })
        })
    };
    let classes = [
        verify("PasswordVerifier: wrong password", Some(&*hash)),
        verify("PasswordVerifier: no stored hash", None),
        verify("PasswordVerifier: malformed stored hash", Some(MALFORMED)),
    ];
    compare(&classes, 15, is_alike)
}

/// Authenticators that tell who there is.
fn controls() -> Vec<String> {
    let (users, cheap) = (of_cost(6), of_cost(5));
    let idle = [
        Class::at("wrong password", &users, "alice", WRONG),
        Class::new("control: unknown user without work", |_| {
            let _credentials = Basic::new("nobody", Secret::new(WRONG));
            Box::pin(async { false })
        }),
    ];
    let other_cost = [
        Class::at("wrong password", &users, "alice", WRONG),
        Class::at("control: unknown user of the cost below", &cheap, "nobody", WRONG),
    ];
    [compare(&idle, 5, is_told_apart), compare(&other_cost, 5, is_told_apart)].concat()
}

/// One test, because two at once would disturb one another.
#[test]
fn the_time_of_an_answer_does_not_tell_who_there_is() {
    if env::var_os("TOWER_AUTH_TIMING").is_none() {
        println!("nothing was measured: TOWER_AUTH_TIMING is not set");
        return;
    }
    let failures =
        [controls(), a_store_of_one_cost(), a_store_of_mixed_costs(), passwords_of_other_stores()]
            .concat();
    assert!(failures.is_empty(), "{failures:#?}");
}
