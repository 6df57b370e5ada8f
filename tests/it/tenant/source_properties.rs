//! What holds for all headers, hosts and paths when sources are combined.

use futures_util::FutureExt;
use http::Request;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tower_auth::{AuthLayer, Identity, Tenant, TenantLayer, TenantSource};

use super::sources::places;
use crate::gate::promise_12_tenant_agreement::outcome;

/// Always the same inputs, and no file of failures left behind.
fn runner() -> TestRunner {
    let config = Config { cases: 3_000, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The answer to somebody who belongs to whatever tenant is found.
fn found(source: TenantSource, request: Request<()>) -> (u16, Option<String>) {
    let layer = TenantLayer::new(source).with_membership_rule(|_: &Identity, _: &Tenant| true);
    let guest = AuthLayer::first_of([]).allow_anonymous();
    let answer = outcome((layer.allow_absent(), guest), request);
    answer.now_or_never().expect("nothing to wait for")
}

fn naming(header: Option<&str>, host: Option<&str>, path: &str) -> Request<()> {
    let mut request = Request::new(());
    *request.uri_mut() = path.parse().unwrap();
    for (name, value) in [("x-id-tenant-name", header), ("host", host)] {
        if let Some(value) = value {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
    }
    request
}

/// Its order makes no difference, and it finds what each place finds or is silent about.
#[test]
fn agreement_has_no_order() {
    let header = prop::option::of("(acme|globex|[ -~]{0,6})");
    let host = prop::option::of("((acme|globex|[a-z.:@]{0,6})\\.)?example\\.com(:[0-9]{0,3})?");
    let path = "/(tenants(/(acme|globex|[a-z%./]{0,5}))?)?";
    let holds = |(header, host, path): (Option<String>, Option<String>, String)| {
        let request = || naming(header.as_deref(), host.as_deref(), &path);
        let [a, b, c] = places();
        let alone = [&a, &b, &c].map(|place| found(place.clone(), request()));
        let together = found(TenantSource::all_of(places()), request());
        for other in [[&c, &b, &a], [&b, &a, &c], [&c, &a, &b]] {
            let other = TenantSource::all_of(other.map(Clone::clone));
            prop_assert_eq!(&found(other, request()), &together);
        }
        let named: Vec<_> = alone.iter().filter_map(|(_, tenant)| tenant.clone()).collect();
        let is_refused = alone.iter().any(|(status, _)| *status != 200)
            || named.windows(2).any(|pair| pair[0] != pair[1]);
        let expected = (!is_refused).then(|| named.first().cloned());
        prop_assert_eq!((together.0 == 200).then_some(together.1), expected);
        Ok(())
    };
    runner().run(&(header, host, path), holds).unwrap();
}
