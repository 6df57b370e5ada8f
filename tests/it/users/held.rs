//! A pool whose one worker stands still until a test lets it go on: no race, no waiting by the clock.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
};

use tower_auth::{PasswordSample, PasswordVerifier, Users, UsersBuilder};

use super::{PASSWORD, login, store};

/// What the worker is told, and what it tells.
pub(super) struct Held {
    pub(super) users: Users,
    holds: Arc<AtomicBool>,
    arrived: Mutex<Receiver<()>>,
    go_on: Sender<()>,
    samples: Arc<Mutex<Vec<PasswordSample>>>,
}

impl Held {
    /// One worker, `queue` places and `per_user` for one name; users are those of `store`.
    pub(super) fn new(queue: usize, per_user: usize) -> Self {
        Self::over(store(), queue, per_user)
    }

    /// The same with users of one's own, alice with the usual password among them.
    pub(super) fn over(users: UsersBuilder, queue: usize, per_user: usize) -> Self {
        let holds = Arc::new(AtomicBool::new(true));
        let samples = Arc::<Mutex<Vec<PasswordSample>>>::default();
        let (arrive, arrived) = channel();
        let (go_on, may_go_on) = channel();
        let (flag, kept) = (Arc::clone(&holds), Arc::clone(&samples));
        let (arrive, may_go_on) = (Mutex::new(arrive), Mutex::new(may_go_on));
        let number = |number| NonZeroUsize::new(number).unwrap();
        let passwords = PasswordVerifier::builder()
            .with_workers(NonZeroUsize::MIN)
            .with_queue(number(queue))
            .with_max_per_user(number(per_user))
            .with_metrics(move |sample| {
                kept.lock().unwrap().push(*sample);
                if flag.load(Ordering::SeqCst) {
                    arrive.lock().unwrap().send(()).unwrap();
                    may_go_on.lock().unwrap().recv().unwrap();
                }
            });
        let users = users.with_verifier(passwords.build().unwrap()).build().unwrap();
        Self { users, holds, arrived: Mutex::new(arrived), go_on, samples }
    }

    /// Has the worker take one password, and stand still after it.
    pub(super) async fn hold(&self) {
        let _ = login(&self.users, "alice", PASSWORD).await;
        self.arrived.lock().unwrap().recv().unwrap();
    }

    /// Lets the worker go on, for good.
    pub(super) fn release(&self) {
        self.holds.store(false, Ordering::SeqCst);
        let _ = self.go_on.send(());
    }

    pub(super) fn samples(&self) -> Vec<PasswordSample> {
        self.samples.lock().unwrap().clone()
    }
}
