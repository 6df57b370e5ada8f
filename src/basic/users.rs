//! [`Users`]: names and bcrypt hashes, held in memory.

use std::{collections::BTreeMap, collections::HashMap, num::NonZeroUsize, sync::Arc, thread};

use crate::{
    authenticator::Authenticator,
    basic::{Basic, User, password::PasswordHash, pool::Pool, user::Stored},
    config_error::{ConfigError, Problems},
    credentials::Credentials,
    error::AuthError,
    identity::Identity,
};

/// Users with bcrypt hashes, held in memory: an [`Authenticator`] of [`Basic`] credentials.
///
/// bcrypt is slow on purpose, so passwords are verified on threads of their own, never on those of
/// the async runtime. Both the threads and the queue in front of them are bounded; when the queue is
/// full, a request is refused as [`Overloaded`](crate::AuthErrorKind::Overloaded) at once. A request
/// that is cancelled while it waits is not computed.
///
/// An unknown user costs the same work as a known one: the password is held against a hash that
/// nothing matches, of the cost that is most common in the store. So does a password of more than 72
/// bytes, which bcrypt cannot tell apart beyond that and which is therefore refused.
///
/// # Examples
///
/// ```
/// use tower_auth::{BasicAuthLayer, User, Users};
///
/// // htpasswd -nbBC 10 alice wonderland
/// let users = Users::builder()
///     .user(
///         User::new("alice", "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6")
///             .with_claim("tenant", "acme")
///             .with_claim("roles", vec!["editor"]),
///     )
///     .build()?;
///
/// let layer = BasicAuthLayer::new(users);
/// # let _ = layer;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Users {
    users: Arc<HashMap<String, Entry>>,
    unknown: PasswordHash,
    pool: Arc<Pool>,
}

#[derive(Debug)]
struct Entry {
    identity: Identity,
    hash: PasswordHash,
}

impl Users {
    /// How many passwords may wait for a thread where no other number is set.
    pub const DEFAULT_QUEUE: usize = 64;

    /// Starts a store without users.
    pub fn builder() -> UsersBuilder {
        // One core stays free for everything else.
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let workers = cores.saturating_sub(1).max(1);
        UsersBuilder { users: Vec::new(), workers, queue: Self::DEFAULT_QUEUE }
    }
}

impl Authenticator<Basic> for Users {
    async fn authenticate(&self, credentials: Basic) -> Result<Identity, AuthError> {
        let entry = self.users.get(credentials.username());
        let hash = entry.map_or(&self.unknown, |entry| &entry.hash).clone();
        let matches = self.pool.run(move || hash.verify(credentials.password())).await?;
        match entry {
            Some(entry) if matches => Ok(entry.identity.clone()),
            Some(_) => Err(AuthError::invalid("the password is wrong")),
            None => Err(AuthError::invalid("the user is unknown")),
        }
    }
}

/// Builds [`Users`].
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct UsersBuilder {
    users: Vec<User>,
    workers: usize,
    queue: usize,
}

impl UsersBuilder {
    /// Adds a user.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds users.
    pub fn users(mut self, users: impl IntoIterator<Item = User>) -> Self {
        self.users.extend(users);
        self
    }

    /// Sets the number of threads that verify passwords.
    ///
    /// The default is one less than the machine's cores and at least one: with as many as there are
    /// cores, a storm of logins slows everything else down.
    pub const fn with_workers(mut self, workers: NonZeroUsize) -> Self {
        self.workers = workers.get();
        self
    }

    /// Sets how many passwords may wait for a thread. The default is [`Users::DEFAULT_QUEUE`].
    pub const fn with_queue(mut self, queue: NonZeroUsize) -> Self {
        self.queue = queue.get();
        self
    }

    /// Checks all users and starts the threads.
    ///
    /// # Errors
    ///
    /// Every hash that is not bcrypt or is damaged, every name that is used twice or cannot be sent
    /// (it holds a colon or a control character), and a system that starts no thread.
    pub fn build(self) -> Result<Users, ConfigError> {
        let mut problems = Problems::default();
        let mut users = HashMap::with_capacity(self.users.len());
        for User { identity, stored, .. } in self.users {
            let Stored::Hash(hash) = stored else { continue };
            let name = identity.subject().to_owned();
            if name.contains(|c: char| c == ':' || c.is_control()) {
                problems
                    .add(format!("user {name:?}: a name holds no colon and no control character"));
            }
            let hash = PasswordHash::parse(&hash).unwrap_or_else(|problem| {
                problems.add(format!("user {name:?}: {problem}"));
                PasswordHash::unmatchable(4)
            });
            let identity = identity.established_by(Basic::NAME);
            if users.insert(name.clone(), Entry { identity, hash }).is_some() {
                problems.add(format!("user {name:?}: the name is used twice"));
            }
        }
        let unknown = PasswordHash::unmatchable(most_common_cost(users.values()));
        let pool = problems.finish(Pool::start(self.workers, self.queue))?;
        let pool = pool.map_err(|error| ConfigError::new(format!("no worker thread: {error}")))?;
        Ok(Users { users: Arc::new(users), unknown, pool: Arc::new(pool) })
    }
}

/// What an unknown user costs. Of equally common costs the higher one counts.
fn most_common_cost<'u>(users: impl Iterator<Item = &'u Entry>) -> u32 {
    let mut counts = BTreeMap::<u32, usize>::new();
    for entry in users {
        *counts.entry(entry.hash.cost()).or_default() += 1;
    }
    let most_common = counts.into_iter().max_by_key(|&(cost, count)| (count, cost));
    most_common.map_or(bcrypt::DEFAULT_COST, |(cost, _)| cost)
}
