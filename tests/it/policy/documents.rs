//! Rules as documents, in each format.

use tower_auth::{Access, PathRule, PathRules, RpcRule, RpcRules, any};

use crate::examples::{temporal_rules, yuuvis_gateway};

fn rpc() -> RpcRules {
    RpcRules::builder()
        .open("/grpc.health.v1.Health/Check")
        .rule(RpcRule::methods("o.Orders", ["A", "B"], any(["x", "not y", "and"])))
        .service("o.Orders", Access::Authenticated)
        .service("p.Orders", Access::Denied)
        .build()
        .unwrap()
}

fn paths() -> PathRules {
    PathRules::builder()
        .expose("/login")
        .rule(PathRule::new(["/a/**", "/b/?"], "x").with_methods(["GET", "PUT"]))
        .path("/c", Access::Authenticated)
        .path("/d", Access::Denied)
        .allow_override_headers()
        .build()
        .unwrap()
}

#[test]
fn the_same_rules_in_each_format() {
    let json = serde_json::to_string(&rpc()).unwrap();
    assert_eq!(RpcRules::from_json(&json).unwrap(), rpc());
    assert_eq!(serde_json::to_string(&RpcRules::from_json(&json).unwrap()).unwrap(), json);
    let json = serde_json::to_string(&paths()).unwrap();
    assert_eq!(PathRules::from_json(&json).unwrap(), paths());

    let toml = r#"
        [[rules]]
        service = "o.Orders"
        methods = ["Create"]
        require = "orders:write or admin"

        [[rules]]
        service = "o.Orders"
        methods = ["*"]
        authenticated = true
    "#;
    let yaml = "
rules:
  - { service: o.Orders, methods: [Create], require: orders:write or admin }
  - { service: o.Orders, methods: ['*'], authenticated: true }
";
    let rules = RpcRules::from_toml(toml).unwrap();
    assert_eq!(rules, RpcRules::from_yaml(yaml).unwrap());
    assert_eq!(rules.access_to("/o.Orders/Create").to_string(), "requires orders:write or admin");
    let toml = "[[rules]]\npaths = ['/a']\nmethods = ['GET']\nexpose = true\n";
    let yaml = "rules: [{paths: [/a], methods: [GET], expose: true}]";
    assert_eq!(PathRules::from_toml(toml).unwrap(), PathRules::from_yaml(yaml).unwrap());
}

#[test]
fn the_documents_of_the_examples_are_read_again_as_they_are_printed() {
    let rules = RpcRules::from_json(temporal_rules::RULES).unwrap();
    assert_eq!(RpcRules::from_json(&serde_json::to_string(&rules).unwrap()).unwrap(), rules);
    let rules = PathRules::from_yaml(yuuvis_gateway::RULES).unwrap();
    assert_eq!(PathRules::from_json(&serde_json::to_string(&rules).unwrap()).unwrap(), rules);
}

/// What is misspelt is refused, and never read as if it were not there.
#[test]
fn documents_that_are_no_rules() {
    for (document, problem) in [
        ("", "EOF"),
        ("[]", "expected struct"),
        ("{}", "rules"),
        (r#"{"rules":[]}"#, "no rules"),
        (r#"{"rules":[],"rule":[]}"#, "unknown field"),
        (r#"{"rules":[{"paths":["/a"]}]}"#, "exactly one of"),
        (r#"{"rules":[{"paths":["/a"],"expose":false}]}"#, "exactly one of"),
        (r#"{"rules":[{"paths":["/a"],"expose":true,"require":"x"}]}"#, "exactly one of"),
        (r#"{"rules":[{"paths":["/a"],"open":true}]}"#, "unknown field"),
        (r#"{"rules":[{"paths":["/a"],"requires":"x"}]}"#, "unknown field"),
        (r#"{"rules":[{"paths":["/a"],"require":"x","require":"y"}]}"#, "duplicate field"),
        (r#"{"rules":[{"paths":["/a"],"require":"x","method":["GET"]}]}"#, "unknown field"),
        (r#"{"rules":[{"paths":["/a"],"require":"x","methods":[]}]}"#, "no methods"),
        (r#"{"rules":[{"paths":["/a"],"require":"x","methods":"GET"}]}"#, "sequence"),
        (r#"{"rules":[{"paths":"/a","require":"x"}]}"#, "sequence"),
        (r#"{"rules":[{"paths":["/a"],"require":"a and b or c"}]}"#, "need brackets"),
        (r#"{"rules":[{"paths":["/a"],"require":"orders:*"}]}"#, "one permission"),
        (r#"{"rules":[{"paths":["/a"],"require":""}]}"#, "expected a permission"),
        (r#"{"rules":[{"paths":["/a"],"require":null}]}"#, "null"),
        (r#"{"rules":[{"paths":["/a"],"require":null,"expose":true}]}"#, "null"),
        // What was lost on the way is not every method, and asks more than nothing.
        (r#"{"rules":[{"paths":["/a"],"expose":true,"methods":null}]}"#, "null"),
        (r#"{"rules":[{"paths":["a"],"require":"x"}]}"#, "begins with"),
    ] {
        let error = PathRules::from_json(document).unwrap_err().to_string();
        assert!(error.contains(problem), "{document}: {error}");
    }
    for (document, problem) in [
        (r#"{"rules":[{"service":"s","require":"x"}]}"#, "methods"),
        (r#"{"rules":[{"service":"s","methods":[],"require":"x"}]}"#, "no methods"),
        (r#"{"rules":[{"methods":["A"],"require":"x"}]}"#, "service"),
        (r#"{"rules":[{"service":"s","methods":["A"],"expose":true}]}"#, "unknown field"),
        (r#"{"rules":[{"service":"s","methods":["A"],"open":true,"require":null}]}"#, "null"),
    ] {
        let error = RpcRules::from_json(document).unwrap_err().to_string();
        assert!(error.contains(problem), "{document}: {error}");
    }
}

/// A key with nothing behind it is how YAML loses a value.
#[test]
fn yaml_without_a_value_is_no_value() {
    for lost in ["methods:", "methods: ~", "require:", "require: ~"] {
        let document = format!("rules:\n  - paths: [/a]\n    expose: true\n    {lost}\n");
        assert!(PathRules::from_yaml(&document).is_err(), "{lost}");
    }
    assert!(PathRules::from_yaml("rules:\n  - paths: [/a]\n    expose: true\n").is_ok());
}

#[test]
fn yaml_is_bounded() {
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nrules: [*b]\n";
    assert!(PathRules::from_yaml(bomb).is_err());
    let deep = format!("rules: {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(PathRules::from_yaml(&deep).is_err());
    let deep = format!("{{\"rules\": {}", "[".repeat(100_000));
    assert!(PathRules::from_json(&deep).is_err());
    let deep = format!("rules = {}", "[".repeat(100_000));
    assert!(PathRules::from_toml(&deep).is_err());
}

/// For people: one rule a line.
#[test]
fn rules_print_themselves() {
    assert_eq!(
        paths().to_string(),
        "/login: open\n\
         GET,PUT /a/** /b/?: requires x\n\
         /c: authenticated\n\
         /d: denied\n"
    );
    assert_eq!(
        rpc().to_string(),
        "grpc.health.v1.Health [Check]: open\n\
         o.Orders [A, B]: requires x or \"not y\" or \"and\"\n\
         o.Orders [*]: authenticated\n\
         p.Orders [*]: denied\n"
    );
}
