//! Rotation under load: what was verified with a key ends with it, however the two interleave.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tower_auth::{Answer, Authenticator, Bearer, CacheLimits};

use super::provider::{Provider, builder, judge, named, remote};

/// Old tokens that are presented after the new set was seen are refused, though other threads keep
/// verifying and remembering them all the while.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_remembered_token_outlives_its_key() {
    for round in 0..20 {
        let provider = Provider::of_kids(&["old"]);
        let keys = remote(&provider).with_cooldown(Duration::from_nanos(1));
        let verifier = builder(keys).with_cache(CacheLimits::new()).build().unwrap();
        let old = |number: usize| named("old").claim("jti", format!("{round}-{number}")).compact();
        let tokens: Arc<Vec<String>> = Arc::new((0..20).map(old).collect());
        judge(&verifier, &tokens[0]).await.unwrap();

        let (is_seen, accepted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let stop = Arc::new(AtomicBool::new(false));
        let hammers: Vec<_> = (0..3)
            .map(|_| {
                let (verifier, tokens) = (verifier.clone(), Arc::clone(&tokens));
                let (is_seen, accepted, stop) =
                    (Arc::clone(&is_seen), Arc::clone(&accepted), Arc::clone(&stop));
                std::thread::spawn(move || {
                    for token in tokens.iter().cycle() {
                        if stop.load(Ordering::SeqCst) {
                            return;
                        }
                        let was_seen = is_seen.load(Ordering::SeqCst);
                        if let Answer::Now(Ok(_)) = verifier.answer(Bearer::new(token.as_str())) {
                            accepted.fetch_add(1, Ordering::SeqCst);
                            assert!(!was_seen, "the key had been withdrawn");
                        }
                    }
                })
            })
            .collect();
        while accepted.load(Ordering::SeqCst) < 50 {
            tokio::task::yield_now().await;
        }
        provider.serve(&["new"]);
        judge(&verifier, &named("new").compact()).await.unwrap();
        is_seen.store(true, Ordering::SeqCst);
        for token in tokens.iter() {
            assert!(judge(&verifier, token).await.is_err());
        }
        stop.store(true, Ordering::SeqCst);
        hammers.into_iter().for_each(|hammer| hammer.join().unwrap());
    }
}
