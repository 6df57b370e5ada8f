//! Row GRPC-10: health and reflection are guarded as everything else, until a rule opens a method.

use futures_util::{StreamExt, stream};
use http::HeaderName;
use tonic::Code;
use tower_auth::{
    Access, ClaimPermissions, JwtAuthLayer, Policy, RpcRules, RpcRulesBuilder, TenantLayer,
};

use super::served::{Kind, Layers, Orders, Sent, boxed, connected, messages, open, reader};
use crate::support::{
    tls::soon,
    tokens::{self, clock},
};

const CHECK: (Kind, &str) = (Kind::Unary, "/grpc.health.v1.Health/Check");
const WATCH: (Kind, &str) = (Kind::ServerStreaming, "/grpc.health.v1.Health/Watch");
const REFLECTION: (Kind, &str) =
    (Kind::Bidirectional, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
const GET: (Kind, &str) = (Kind::Unary, "/orders.v1.Orders/Get");

fn layers(rules: RpcRulesBuilder) -> Layers {
    let rules = rules.service("orders.v1.Orders", "orders:read").build().unwrap();
    let policy = Policy::new(rules, ClaimPermissions::at("scope"));
    let tenant = TenantLayer::from_header(HeaderName::from_static("x-tenant"));
    boxed(policy.guard((JwtAuthLayer::new(tokens::verifier().clone()), tenant)))
}

/// The codes of the four calls, each by a client whose stream of requests stays open.
async fn codes(rules: RpcRulesBuilder, sent: &Sent) -> [Code; 4] {
    let orders = Orders::new(&clock());
    let channel = connected(layers(rules), &orders).await;
    let mut codes = [Code::Ok; 4];
    for (code, call) in codes.iter_mut().zip([CHECK, WATCH, REFLECTION, GET]) {
        let open_end = messages(&["x"]).chain(stream::pending()).boxed();
        let answer = soon(open(&channel, call, sent, open_end)).await;
        if let Err(status) = answer.map(drop) {
            *code = status.code();
        }
    }
    let served = codes.iter().filter(|code| **code == Code::Ok).count();
    assert_eq!(orders.calls(), served);
    codes
}

const ADMITTED: Code = Code::Ok;
const UNKNOWN: Code = Code::Unauthenticated;
const DENIED: Code = Code::PermissionDenied;

#[tokio::test]
async fn nothing_is_open_that_no_rule_opens() {
    let nobody = Sent::nothing();
    let alice = Sent::by(&reader()).with("x-tenant", "acme");
    let bad = Sent::bearer("garbage").with("x-tenant", "acme");
    let closed = RpcRules::builder;
    let health = || RpcRules::builder().open(CHECK.1);
    let all = || health().open(WATCH.1).open(REFLECTION.1);
    let known = || RpcRules::builder().service("grpc.health.v1.Health", Access::Authenticated);
    for (rules, sent, expected) in [
        (closed(), &nobody, [UNKNOWN; 4]),
        (closed(), &bad, [UNKNOWN; 4]),
        (closed(), &alice, [DENIED, DENIED, DENIED, ADMITTED]),
        // One method, and not its service.
        (health(), &nobody, [ADMITTED, UNKNOWN, UNKNOWN, UNKNOWN]),
        (health(), &bad, [ADMITTED, UNKNOWN, UNKNOWN, UNKNOWN]),
        (health(), &alice, [ADMITTED, DENIED, DENIED, ADMITTED]),
        (all(), &nobody, [ADMITTED, ADMITTED, ADMITTED, UNKNOWN]),
        (known(), &nobody, [UNKNOWN; 4]),
        (known(), &alice, [ADMITTED, ADMITTED, DENIED, ADMITTED]),
    ] {
        let told = format!("{rules:?}, {:?}", sent.0);
        assert_eq!(codes(rules, sent).await, expected, "{told}");
    }
}

/// What a Temporal worker asks for when it connects names no namespace.
#[tokio::test]
async fn a_worker_connects_before_it_names_its_tenant() {
    let rules = RpcRules::builder().open("/t.v1.WorkflowService/GetSystemInfo").open(CHECK.1);
    let orders = Orders::new(&clock());
    let channel = connected(layers(rules), &orders).await;
    let system_info = (Kind::Unary, "/t.v1.WorkflowService/GetSystemInfo");
    let token = Sent::by(&reader());
    for call in [system_info, CHECK] {
        assert!(open(&channel, call, &token, messages(&["x"])).await.is_ok(), "{call:?}");
    }
    let status = open(&channel, GET, &token, messages(&["x"])).await.err().unwrap();
    assert_eq!(status.code(), Code::PermissionDenied);
    assert!(open(&channel, GET, &token.with("x-tenant", "acme"), messages(&["x"])).await.is_ok());
}
