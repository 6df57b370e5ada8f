//! When tokens are renewed, whatever their life.

use std::time::Duration;

use proptest::prelude::*;
use tower_auth::Renewal;

use super::{
    issuer::{Source, pass},
    server::{Server, request, send},
};

/// How long after it was asked for the first token is renewed, by the word of the layer; and whether
/// there is a question just before and just after that.
fn renewed_after(life: u64, renewal: Renewal) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let source = Source::lasting(life);
        let layer = source.layer().with_renewal(renewal).build().unwrap();
        let server = Server::accepting_all();
        layer.warm_up().await.unwrap();
        let renewed = layer.token_status().unwrap().renewed_in.unwrap();
        let margin = Duration::from_millis(10);
        for (wait, asked) in [(renewed.saturating_sub(margin), 1), (2 * margin, 2)] {
            pass(wait).await;
            send(&layer, &server, request()).await.unwrap();
            pass(Duration::ZERO).await;
            assert_eq!(source.asked(), asked, "a life of {life} s");
        }
        renewed
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_share_is_kept_within_its_spread(life in 2_u64..10_000_000, share in 0.01_f64..=0.9) {
        let renewed = renewed_after(life, Renewal::at_share(share)).as_secs_f64();
        let exact = share * Duration::from_secs(life).as_secs_f64();
        prop_assert!(renewed >= (exact * 0.9).max(1.0) - 0.01, "{renewed} of {exact}");
        prop_assert!(renewed <= (exact * 1.1).max(1.0) + 0.01, "{renewed} of {exact}");
    }

    #[test]
    fn kf_13_is_a_tenth_in_whole_seconds_or_ten_minutes(life in 2_u64..10_000_000) {
        let renewed = renewed_after(life, Renewal::kuflow());
        let exact = Duration::from_secs((life / 10).clamp(1, 600));
        prop_assert!(renewed.abs_diff(exact) < Duration::from_millis(5), "{renewed:?} of {exact:?}");
    }
}

#[test]
fn instances_do_not_ask_together() {
    let times: Vec<_> = (0..32).map(|_| renewed_after(3600, Renewal::default())).collect();
    let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    assert!(*last - *first > Duration::from_secs(60), "{first:?} to {last:?}");
}
