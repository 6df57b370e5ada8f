//! Rules by the names of gRPC methods.

use tower_auth::{Access, RpcRule, RpcRules, all};

fn build(rules: impl IntoIterator<Item = RpcRule>) -> Result<RpcRules, Vec<String>> {
    let built = RpcRules::builder().rules(rules).build();
    built.map_err(|error| error.problems().map(str::to_owned).collect())
}

#[test]
fn a_method_goes_before_its_service_and_what_has_no_rule_is_denied() {
    let rules = RpcRules::builder()
        .service("o.Orders", "rest")
        .method("/o.Orders/Create", "create")
        .rule(RpcRule::methods("o.Orders", ["Reset"], Access::Denied))
        .build()
        .unwrap();
    for (path, expected) in [
        ("/o.Orders/Create", "requires create"),
        ("/o.Orders/create", "requires rest"),
        ("/o.Orders/Reset", "denied"),
        ("/o.Orders/Anything", "requires rest"),
        ("/o.orders/Create", "denied"),
        ("/o.Orders2/Create", "denied"),
        ("/Orders/Create", "denied"),
        ("/p.o.Orders/Create", "denied"),
    ] {
        assert_eq!(rules.access_to(path).to_string(), expected, "{path}");
    }
}

/// Row GRPC-10: health and reflection are covered until a rule opens them.
#[test]
fn grpc_10_health_and_reflection_are_denied_by_default() {
    let rules = build([RpcRule::service("o.Orders", "x")]).unwrap();
    for path in [
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ] {
        assert_eq!(rules.access_to(path), &Access::Denied);
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    let problems = build([
        RpcRule::methods("", ["A"], "x"),
        RpcRule::methods("s", Vec::<String>::new(), "x"),
        RpcRule::methods("s", ["A/B", "C"], "x"),
        RpcRule::methods("s", ["C", "C"], "x"),
        RpcRule::service("s", "orders:*"),
        RpcRule::service("t", all(Vec::<&str>::new())),
        RpcRule::service("u", "projects/{project}"),
        RpcRule::service("s", ""),
    ])
    .unwrap_err();
    let text = problems.join("\n");
    assert_eq!(problems.len(), 10, "{text}");
    for part in [
        "rules[0]: \"\" is not the name of a service",
        "rules[1]: no methods of s",
        "rules[2]: \"A/B\" is not the name of a method",
        "rules[3]: /s/C: rules[2] is for it too",
        "rules[3]: /s/C: rules[2] is for it too",
        "rules[4]: requirement orders:*",
        "rules[5]: nothing can meet this",
        "rules[6]: projects/{project}: rules have no parameters",
        "rules[7]: s: rules[4] is for it too",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert_eq!(build([]).unwrap_err().len(), 1, "no rules are a mistake");
    let misnamed = RpcRules::builder().method("o.Orders/Create", "x").open("/o.Orders").build();
    assert_eq!(misnamed.unwrap_err().problems().count(), 2);
}

#[test]
fn a_descriptor_refuses_rules_for_what_is_not_there() {
    let builder = RpcRules::builder().method("/o.Orders/Crate", "x").service("o.Order", "y");
    let error = builder.clone().with_descriptor(["/o.Orders/Create"]).build().unwrap_err();
    assert_eq!(
        error.problems().collect::<Vec<_>>(),
        ["there is no method /o.Orders/Crate", "there is no service o.Order"]
    );
    // What no rule is for is denied, and that is no mistake of a rule.
    assert!(builder.with_descriptor(["/o.Orders/Crate", "/o.Order/X", "/o.New/Y"]).build().is_ok());
}
