//! Rules for the methods of a compiled descriptor: none may be forgotten.

use prost::Message;
use prost_types::{
    FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto, ServiceDescriptorProto,
};
use tower_auth::{Access, RpcRules, RpcRulesBuilder};

fn set(files: &[(&str, &str, &[&str])]) -> Vec<u8> {
    let method =
        |name: &&str| MethodDescriptorProto { name: Some((*name).into()), ..<_>::default() };
    let file = |(package, service, methods): &(&str, &str, &[&str])| FileDescriptorProto {
        package: Some((*package).into()),
        service: vec![ServiceDescriptorProto {
            name: Some((*service).into()),
            method: methods.iter().map(method).collect(),
            ..<_>::default()
        }],
        ..<_>::default()
    };
    FileDescriptorSet { file: files.iter().map(file).collect() }.encode_to_vec()
}

fn orders() -> Vec<u8> {
    set(&[
        ("orders.v1", "Orders", &["Create", "Read"]),
        ("grpc.health.v1", "Health", &["Check", "Watch"]),
        ("", "Bare", &["Ask"]),
    ])
}

fn ruled() -> RpcRulesBuilder {
    RpcRules::builder()
        .method("/orders.v1.Orders/Create", "orders:write")
        .method("/orders.v1.Orders/Read", "orders:read")
        .service("grpc.health.v1.Health", Access::Open)
        .method("/Bare/Ask", Access::Authenticated)
}

fn problems(builder: RpcRulesBuilder) -> Vec<String> {
    builder.build().unwrap_err().problems().map(str::to_owned).collect()
}

#[test]
fn every_method_needs_a_rule() {
    ruled().with_descriptor_set(&orders()).build().unwrap();
    let some = RpcRules::builder().method("/orders.v1.Orders/Create", "orders:write");
    // Without a descriptor set nothing is missed: what no rule names is denied.
    some.clone().build().unwrap();
    let some = some.with_descriptor_set(&orders());
    let missing = problems(some.clone());
    assert_eq!(missing.len(), 4, "{missing:?}");
    for (problem, method) in missing.iter().zip([
        "/Bare/Ask",
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/orders.v1.Orders/Read",
    ]) {
        assert!(problem.contains(method), "{problem}");
    }
    let named = ["/Bare/Ask", "/grpc.health.v1.Health/Watch", "/orders.v1.Orders/Read"];
    let one = problems(some.clone().allow_unruled(named));
    assert_eq!(one.len(), 1, "{one:?}");
    let rules = some.allow_unruled(named).open("/grpc.health.v1.Health/Check").build().unwrap();
    assert_eq!(rules.access_to("/orders.v1.Orders/Read"), &Access::Denied);
}

#[test]
fn what_is_not_in_it_is_a_mistake() {
    let builder = ruled().with_descriptor_set(&orders());
    let misspelt = problems(builder.clone().method("/orders.v1.Orders/Crate", "orders:write"));
    assert_eq!(misspelt, ["there is no method /orders.v1.Orders/Crate"]);
    let unruled = problems(builder.allow_unruled(["/orders.v1.Orders/Crate"]));
    assert!(unruled[0].contains("no such method"), "{unruled:?}");
}

#[test]
fn several_sets_add_up_and_bytes_that_are_none_are_a_mistake() {
    let (orders, more) = (orders(), set(&[("more.v1", "More", &["Ask"])]));
    let builder = ruled().with_descriptor_set(&orders).with_descriptor_set(&more);
    assert_eq!(problems(builder.clone()).len(), 1);
    builder.method("/more.v1.More/Ask", "more").build().unwrap();
    for bad in [&orders[..orders.len() - 1], b"no descriptor", &[0xFF; 64]] {
        let problems = problems(ruled().with_descriptor_set(bad));
        assert!(problems[0].starts_with("no descriptor set"), "{problems:?}");
    }
}
