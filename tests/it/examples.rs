//! Every example does what its curl lines say.

use axum::{Extension, Router, body::Body};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{Request, Response, header::WWW_AUTHENTICATE};
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower_auth::{ForwardedAuthorities, ProxyProof, UnixPeer};

use self::behind_proxy::{app::Form, world::World};

macro_rules! examples {
    ($($name:ident: $path:literal),* $(,)?) => {
        $(
            #[path = $path]
            #[allow(dead_code, reason = "tests drive the application, not its main")]
            pub(crate) mod $name;
        )*
    };
}

examples! {
    api_key: "../../examples/api_key.rs",
    basic: "../../examples/basic.rs",
    behind_proxy: "../../examples/behind_proxy/main.rs",
    client: "../../examples/client.rs",
    explain: "../../examples/explain.rs",
    first_of: "../../examples/first_of.rs",
    jwks: "../../examples/jwks.rs",
    jwt: "../../examples/jwt.rs",
    mtls: "../../examples/mtls.rs",
    nussknacker: "../../examples/nussknacker/main.rs",
    problem_json: "../../examples/problem_json.rs",
    quickstart: "../../examples/quickstart/main.rs",
    roles: "../../examples/roles.rs",
    temporal_rules: "../../examples/temporal_rules/main.rs",
    tenants: "../../examples/tenants.rs",
    tonic_service: "../../examples/tonic.rs",
    yuuvis_gateway: "../../examples/yuuvis_gateway/main.rs",
}

/// Sends a request with these headers; `user` is short for Basic credentials with a password.
async fn send(app: &Router, method: &str, uri: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn status(app: &Router, method: &str, uri: &str, headers: &[(&str, &str)]) -> u16 {
    send(app, method, uri, headers).await.status().as_u16()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

fn user(name: &str, password: &str) -> (&'static str, String) {
    ("authorization", format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
}

fn challenges(response: &Response<Body>) -> Vec<&str> {
    let lines = response.headers().get_all(WWW_AUTHENTICATE);
    lines.iter().map(|line| line.to_str().unwrap()).collect()
}

#[tokio::test]
async fn basic_admits_by_password_and_refuses_what_is_not_permitted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("htpasswd");
    std::fs::write(&file, basic::ALICE).unwrap();
    let (app, users) = basic::app(&file).unwrap();
    let (name, alice) = user("alice", "wonderland");
    let alice = [(name, alice.as_str())];

    let nobody = send(&app, "GET", "/orders", &[]).await;
    assert_eq!(nobody.status(), 401);
    assert_eq!(challenges(&nobody), [r#"Basic realm="orders", charset="UTF-8""#]);

    let listed = send(&app, "GET", "/orders", &alice).await;
    assert_eq!(text(listed).await, "orders of alice\n");
    assert_eq!(status(&app, "DELETE", "/orders", &alice).await, 403);
    let (name, wrong) = user("alice", "looking-glass");
    assert_eq!(status(&app, "GET", "/orders", &[(name, &wrong)]).await, 401);

    let (name, bob) = user("bob", "wonderland");
    assert_eq!(status(&app, "GET", "/orders", &[(name, &bob)]).await, 401);
    std::fs::write(&file, basic::ALICE.replace("alice", "bob")).unwrap();
    users.reload().unwrap();
    assert_eq!(status(&app, "GET", "/orders", &[(name, &bob)]).await, 403);
    assert_eq!(status(&app, "GET", "/orders", &alice).await, 401, "remembered, and gone");
}

#[tokio::test]
async fn nussknacker_guards_its_categories() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let app = nussknacker::app(&file.join("examples/nussknacker/users.conf")).unwrap();
    let (name, writer) = user("user1", "pass");
    let (_, deployer) = user("user2", "password");
    let (writer, deployer) = ([(name, writer.as_str())], [(name, deployer.as_str())]);
    let scenarios = "/categories/Category1/scenarios";
    for (method, uri, caller, expected) in [
        ("GET", scenarios, &[][..], 200),
        ("PUT", scenarios, &[], 401),
        ("PUT", scenarios, &writer, 200),
        ("POST", "/categories/Category1/deployments", &writer, 403),
        ("POST", "/categories/Category2/deployments", &deployer, 200),
        ("GET", "/categories/Secret/scenarios", &deployer, 404),
        ("GET", "/categories/category1/scenarios", &deployer, 404),
        ("GET", "/admin", &deployer, 200),
        ("GET", "/admin", &writer, 403),
        ("GET", "/health", &[], 200),
    ] {
        assert_eq!(status(&app, method, uri, caller).await, expected, "{method} {uri}");
    }
    let shown = text(send(&app, "GET", "/user", &deployer).await).await;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["permissions"]["globalPermissions"], serde_json::json!(["AdminTab"]));
}

#[tokio::test]
async fn jwt_admits_its_issuers_tokens_only() {
    let issuer_key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let other_key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let app = jwt::app(&issuer_key.public_key_pem()).unwrap();
    let bearer = |key| format!("Bearer {}", jwt::token(key).unwrap());

    let admitted = send(&app, "GET", "/me", &[("authorization", &bearer(&issuer_key))]).await;
    assert_eq!(text(admitted).await, "Alice, known as u-1\n");
    assert_eq!(status(&app, "GET", "/me", &[]).await, 401);
    assert_eq!(status(&app, "GET", "/me", &[("authorization", &bearer(&other_key))]).await, 401);
}

#[tokio::test]
async fn jwks_goes_on_through_a_rotation_and_an_outage() {
    let issuer = tower_auth::TestAuthority::start().await.unwrap();
    let app = jwks::app(&issuer).unwrap();
    let (worker, admin) = (jwks::worker_token(&issuer), jwks::admin_token(&issuer));
    let asked = async |path: &str, token: &str| {
        status(&app, "GET", path, &[("authorization", &format!("Bearer {token}"))]).await
    };
    assert_eq!(asked("/workflows", &worker).await, 200);
    assert_eq!(asked("/namespaces", &worker).await, 403);
    assert_eq!(asked("/namespaces", &admin).await, 200);
    assert_eq!(status(&app, "GET", "/workflows", &[]).await, 401);

    let rotated = text(send(&app, "POST", "/issuer/rotate", &[]).await).await;
    let new = rotated.trim_start_matches("NEW=").trim_end();
    assert_eq!(asked("/workflows", new).await, 200);
    assert_eq!(asked("/workflows", &worker).await, 401, "the key is gone");

    assert_eq!(status(&app, "POST", "/issuer/break-down", &[]).await, 200);
    assert_eq!(asked("/workflows", new).await, 200);
    assert_eq!(status(&app, "POST", "/issuer/recover", &[]).await, 200);
    let health = text(send(&app, "GET", "/health", &[]).await).await;
    assert!(health.starts_with("ready: true"), "{health}");
}

#[tokio::test]
async fn mtls_admits_by_certificate_until_it_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let ca = mtls::Ca::make(folder.path()).unwrap();
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = mtls::listener(folder.path()).bind(socket).unwrap();
    let (url, handle) = (format!("https://{}/", listener.local_addr()), listener.handle());
    let app = mtls::app().into_make_service_with_connect_info::<tower_auth::TlsPeer>();
    tokio::spawn(async move { axum::serve(listener, app).await });

    let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let client = || {
        let authority = reqwest::Certificate::from_pem(&file("ca.pem")).unwrap();
        reqwest::Client::builder().no_proxy().tls_certs_only([authority])
    };
    let identity = [file("client.pem"), file("client-key.pem")].concat();
    let identity = reqwest::Identity::from_pem(&identity).unwrap();
    let known = || client().identity(identity.clone()).build().unwrap().get(&url).send();

    let shown = known().await.unwrap();
    assert_eq!(shown.status(), 200);
    assert!(shown.text().await.unwrap().starts_with("hello spiffe://example.org/reports"));
    assert!(client().build().unwrap().get(&url).send().await.is_err());

    ca.renew(folder.path()).unwrap();
    assert!(handle.reload().unwrap());
    assert_eq!(known().await.unwrap().status(), 200);
    ca.revoke(folder.path(), &[4711]).unwrap();
    assert!(handle.reload().unwrap());
    assert!(known().await.is_err());
}

/// A certificate of the example's in PEM and in base64, without its key.
fn certificate<'w>(world: &'w World, name: &str) -> (&'w str, String) {
    let file = format!("{name}.pem");
    let (_, pem) = world.files.iter().find(|(name, _)| *name == file).unwrap();
    let (pem, _key) = pem.split_once("-----BEGIN PRIVATE KEY").unwrap();
    (pem, pem.lines().filter(|line| !line.starts_with('-')).collect())
}

/// What a proxy would write of it, in each form, with the verdict beside it.
fn forwarded(world: &World, name: &str) -> [(Form, [(&'static str, String); 2]); 3] {
    let (pem, base64) = certificate(world, name);
    let escaped: String = pem.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let verdict = |good: &str| ("x-ssl-client-verify", good.to_owned());
    [
        (Form::ClientCert, [("client-cert", format!(":{base64}:")), verdict("0")]),
        (Form::HaProxy, [("x-ssl-client-cert", base64), verdict("0")]),
        (Form::Nginx, [("x-client-cert", escaped), verdict("SUCCESS")]),
    ]
}

#[tokio::test]
async fn behind_proxy_believes_the_proxy_alone_and_verifies_again() {
    let world = World::make().unwrap();
    let authorities = ForwardedAuthorities::from_pem_with_crls(&world.ca, &world.crl).unwrap();
    for (name, expected) in [("alice", 200), ("expired", 401), ("revoked", 401), ("stranger", 401)]
    {
        for (form, fields) in forwarded(&world, name) {
            let proof = ProxyProof::unix_socket();
            let app = behind_proxy::app::app(form, proof, Some(authorities.clone()));
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            // From somewhere else the same fields are nothing, and counted.
            assert_eq!(status(&app, "GET", "/", &fields).await, 401);
            assert_eq!(text(send(&app, "GET", "/health", &[]).await).await, "forged: 1\n");
            assert_eq!(text(send(&app, "GET", "/seen", &fields).await).await, "");

            let by_the_proxy = app.layer(Extension(UnixPeer));
            let response = send(&by_the_proxy, "GET", "/", &fields).await;
            assert_eq!(response.status(), expected, "{name}, {form:?}");
            if expected == 200 {
                assert_eq!(text(response).await, "hello spiffe://example.org/alice\n");
            }
            assert_eq!(status(&by_the_proxy, "GET", "/", &fields[..1]).await, 401, "no verdict");
            assert_eq!(status(&by_the_proxy, "GET", "/", &[]).await, 401);
        }
    }
}

#[cfg(unix)]
#[test]
fn behind_proxy_lets_the_proxy_in_alone() {
    use std::os::unix::fs::PermissionsExt;
    use tower_auth::ClientCertificate;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.sock");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _listener = runtime.block_on(async { behind_proxy::doors::unix_socket(&path) }).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);

    let world = World::make().unwrap();
    for (name, expected) in [("proxy", true), ("neighbour", false), ("alice", false)] {
        let (_, base64) = certificate(&world, name);
        let certificate = ClientCertificate::from_der(STANDARD.decode(base64).unwrap()).unwrap();
        assert_eq!(behind_proxy::doors::is_the_proxys(&certificate), expected, "{name}");
    }
}

#[test]
fn behind_proxy_takes_no_argument_that_it_does_not_know() {
    let read =
        |line: &str| behind_proxy::Arguments::read(line.split_whitespace().map(str::to_owned));
    let usual = read("").unwrap();
    assert!(matches!(usual.form, Form::Nginx) && usual.authorities && !usual.by_address);
    let other = read("client-cert --without-authorities --danger-by-address").unwrap();
    assert!(matches!(other.form, Form::ClientCert) && !other.authorities && other.by_address);
    for bad in ["envoy", "--by-address", "--folder"] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

#[tokio::test]
async fn client_gets_over_a_token_that_is_revoked() {
    let app = client::app(tower_auth::TestAuthority::start().await.unwrap()).unwrap();
    assert_eq!(status(&app, "GET", "/orders", &[]).await, 401);
    let (name, wrong) = user("billing", "wrong");
    assert_eq!(status(&app, "POST", "/token", &[(name, &wrong)]).await, 401);

    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", socket.local_addr().unwrap());
    let server = tokio::spawn({
        let app = app.clone();
        async { axum::serve(socket, app).await }
    });
    let layer = client::client(&origin, "s3cr3t").unwrap();
    let orders = async || client::orders(&layer, &origin).await.unwrap();
    assert_eq!(orders().await, "orders for billing, by token 1\n");
    assert_eq!(orders().await, "orders for billing, by token 1\n");
    assert_eq!(status(&app, "POST", "/revoke", &[]).await, 204);
    assert_eq!(orders().await, "orders for billing, by token 2\n");
    assert_eq!(layer.token_status().unwrap().retries, 1);

    let stranger = client::client(&origin, "wrong").unwrap();
    let error = client::orders(&stranger, &origin).await.unwrap_err();
    assert_eq!(error.to_string(), "no token is given to this client");
    let elsewhere = client::orders(&layer, "http://localhost:9").await.unwrap_err();
    assert_eq!(elsewhere.to_string(), "the credentials are not for where the request goes");
    server.abort();
}

#[tokio::test]
async fn first_of_offers_what_was_chosen_at_run_time() {
    let app = first_of::app("basic,key");
    let (name, alice) = user("alice", "wonderland");
    let alice = [(name, alice.as_str())];

    let nobody = send(&app, "GET", "/", &[]).await;
    assert_eq!(nobody.status(), 401);
    assert_eq!(
        challenges(&nobody),
        [r#"Bearer realm="api""#, r#"Basic realm="api", charset="UTF-8""#]
    );
    assert_eq!(text(send(&app, "GET", "/", &alice).await).await, "hello alice, by Basic\n");
    let robot = send(&app, "GET", "/", &[("authorization", "Bearer k-123")]).await;
    assert_eq!(text(robot).await, "hello robot, by Bearer\n");

    let open = first_of::app("basic,key,anonymous");
    assert_eq!(text(send(&open, "GET", "/", &[]).await).await, "hello, whoever you are\n");
    assert_eq!(status(&open, "GET", "/", &[("authorization", "Bearer k-124")]).await, 401);
}

/// The curl lines of the example are the table: user, headers, path and status are read from them.
#[tokio::test]
async fn tenants_come_from_anywhere_and_are_always_held_against_the_caller() {
    let app = tenants::app();
    let text = include_str!("../../examples/tenants.rs");
    let mut lines = 0;
    for line in text.lines().filter_map(|line| line.strip_prefix("//! curl -i ")) {
        let (command, expected) = line.split_once('#').unwrap();
        let expected: u16 = expected.trim()[..3].parse().unwrap();
        let (_, path) = command.trim().split_once("http://127.0.0.1:3000").unwrap();
        let (_, caller) = command.split_once("-u ").unwrap();
        let (name, password) = caller.split(' ').next().unwrap().split_once(':').unwrap();
        let (field, credentials) = user(name, password);
        let mut headers = vec![(field.to_owned(), credentials)];
        headers.extend(command.split('\'').skip(1).step_by(2).map(|header| {
            let (name, value) = header.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        }));
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(status(&app, "GET", path, &headers).await, expected, "{line}");
        lines += 1;
    }
    assert_eq!(lines, 16);
}

#[tokio::test]
async fn roles_include_each_other() {
    let app = roles::app().unwrap();
    for (role, method, uri, expected) in [
        ("viewer", "GET", "/orders", 200),
        ("viewer", "POST", "/orders", 403),
        ("editor", "POST", "/orders", 200),
        ("editor", "GET", "/export", 403),
        ("admin", "GET", "/export", 200),
        ("stranger", "GET", "/orders", 403),
    ] {
        let (name, credentials) = user(role, "pw");
        let got = status(&app, method, uri, &[(name, &credentials)]).await;
        assert_eq!(got, expected, "{role} {method} {uri}");
    }
}

#[tokio::test]
async fn temporal_rules_are_those_of_its_authorizer() {
    let issuer = tower_auth::TestAuthority::start().await.unwrap();
    let app = temporal_rules::app(&issuer).unwrap();
    let bearer = |permissions: &[&str]| {
        format!("Bearer {}", temporal_rules::token(&issuer, "u", permissions))
    };
    let writer = bearer(&["default:read", "default:write"]);
    let system = bearer(&["temporal-system:admin"]);
    let of = |method: &str| format!("/temporal.api.workflowservice.v1.WorkflowService/{method}");
    let default = ("temporal-namespace", "default");
    let other = ("temporal-namespace", "other");
    for (method, headers, expected) in [
        ("GetSystemInfo", &[][..], 200),
        ("GetSystemInfo", &[("authorization", "Bearer garbage")], 401),
        ("StartWorkflowExecution", &[], 401),
        ("StartWorkflowExecution", &[("authorization", &*writer), default], 200),
        ("StartWorkflowExecution", &[("authorization", &*writer), other], 403),
        ("StartWorkflowExecution", &[("authorization", &*writer)], 403),
        ("ListNamespaces", &[("authorization", &*writer)], 403),
        ("ListNamespaces", &[("authorization", &*system)], 200),
        ("Unheard", &[("authorization", &*system)], 403),
    ] {
        assert_eq!(status(&app, "POST", &of(method), headers).await, expected, "{method}");
    }
    assert_eq!(status(&app, "POST", "//GetSystemInfo", &[]).await, 400);
}

#[tokio::test]
async fn the_yuuvis_gateway_passes_on_what_its_rules_let_through() {
    let app = yuuvis_gateway::app(yuuvis_gateway::start_upstream().await.unwrap()).unwrap();
    let [alice, adam, mary] = ["alice", "adam", "mary"].map(|name| user(name, "pw").1);
    let acme = ("x-id-tenant-name", "acme");
    for (uri, headers, expected) in [
        ("/client/index.html", &[][..], 200),
        ("/api/dms/objects/1", &[], 401),
        ("/api/dms/objects/1", &[acme, ("authorization", &*alice)], 200),
        ("/api/admin/roles", &[acme, ("authorization", &*alice)], 403),
        ("/api/admin/roles", &[acme, ("authorization", &*adam)], 200),
        ("/tenant-management/api/admin/users/7", &[acme, ("authorization", &*mary)], 403),
        ("/api/dms/1", &[("x-id-tenant-name", "globex"), ("authorization", &*alice)], 403),
        ("/unheard/of", &[acme, ("authorization", &*adam)], 403),
        ("/api/dms/..%2fadmin/roles", &[acme, ("authorization", &*alice)], 400),
        ("/api//admin/roles", &[acme, ("authorization", &*alice)], 400),
        ("/api/dms/1", &[acme, ("authorization", &*alice), ("x-original-url", "/api/admin")], 400),
    ] {
        assert_eq!(status(&app, "GET", uri, headers).await, expected, "{uri}");
    }
    let forged = [
        acme,
        ("authorization", &*alice),
        ("x-user", "adam"),
        ("x_user", "adam"),
        ("x-tenant", "globex"),
        ("x_tenant", "globex"),
    ];
    let told = text(send(&app, "GET", "/api/dms/objects/1?v=2", &forged).await).await;
    assert_eq!(told, "/api/dms/objects/1?v=2 for alice of acme; password: false\n");
    let open = text(send(&app, "GET", "/client/x", &forged).await).await;
    assert_eq!(open, "/client/x for nobody of nobody; password: false\n");
}

#[tokio::test]
async fn explain_explains_and_becomes_strict() {
    let lines = explain::explanations().unwrap();
    assert_eq!(lines.len(), 7);
    assert!(lines[3].contains("missing: orders:write, admin"), "{}", lines[3]);

    let app = explain::app().unwrap();
    let [clerk, boss] = ["clerk", "boss"].map(|name| user(name, "pw").1);
    let (clerk, boss) = ([("authorization", &*clerk)], [("authorization", &*boss)]);
    assert_eq!(status(&app, "GET", "/health", &[]).await, 200);
    assert_eq!(status(&app, "GET", "/orders", &clerk).await, 200);
    assert_eq!(status(&app, "DELETE", "/orders/7", &clerk).await, 403);
    let asked = "/explain?as=clerk&method=DELETE&path=/orders/7";
    assert_eq!(status(&app, "GET", asked, &clerk).await, 403);
    assert!(text(send(&app, "GET", asked, &boss).await).await.starts_with("denied"));
    assert_eq!(text(send(&app, "POST", "/strict", &boss).await).await, "version 2\n");
    assert_eq!(status(&app, "GET", "/orders", &clerk).await, 403);
}

#[tokio::test]
async fn problem_json_and_a_page_of_ones_own() {
    let app = problem_json::app();

    let api = send(&app, "GET", "/api", &[]).await;
    assert_eq!(api.headers()["content-type"], "application/problem+json");
    assert_eq!(api.headers()["cache-control"], "no-store");
    assert_eq!(challenges(&api).len(), 1);
    assert!(text(api).await.contains(r#""detail":"no credentials were presented""#));

    let page = send(&app, "GET", "/page", &[]).await;
    assert_eq!((page.status().as_u16(), challenges(&page).len()), (401, 1));
    assert_eq!(text(page).await, "<h1>Sorry: no credentials were presented</h1>\n");
    let grpc = send(&app, "GET", "/page", &[("content-type", "application/grpc")]).await;
    assert_eq!(
        (grpc.status().as_u16(), &grpc.headers()["grpc-status"]),
        (200, &"16".parse().unwrap())
    );
}

#[tokio::test]
async fn api_keys_are_judged_and_then_gone() {
    let app = api_key::app();
    let admitted = send(&app, "GET", "/", &[("x-api-key", "k-456")]).await;
    assert_eq!(text(admitted).await, "hello billing; is your key still in the request? false\n");
    let nobody = send(&app, "GET", "/", &[]).await;
    assert_eq!(challenges(&nobody), [r#"ApiKey realm="api""#]);
    assert_eq!(status(&app, "GET", "/", &[("x-api-key", "k-789")]).await, 401);
    assert_eq!(
        status(&app, "GET", "/", &[("x-api-key", "k-123"), ("x-api-key", "k-123")]).await,
        400
    );
}

#[tokio::test]
async fn the_quickstart_answers_as_its_list_says() {
    let world = quickstart::world::World::make().unwrap();
    let address = quickstart::start(&world).await.unwrap();
    let samples = quickstart::requests::samples(&world);
    assert!(samples.len() >= 12);
    for sample in samples {
        let got = sample.send(&world, address).await.unwrap();
        assert_eq!(got, sample.expected, "{}", sample.title);
    }
}

#[tokio::test]
async fn tonic_callers_get_statuses() {
    let (server, client) = {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let incoming = tonic::transport::server::TcpIncoming::from(socket);
        let server = tokio::spawn(tonic_service::app().serve_with_incoming(incoming));
        let endpoint =
            tonic::transport::Endpoint::from_shared(format!("http://{address}")).unwrap();
        (server, endpoint.connect().await.unwrap())
    };
    for (caller, expected) in [
        (Some("alice"), Ok("orders of alice")),
        (Some("mallory"), Err((tonic::Code::PermissionDenied, "a required permission is missing"))),
        (None, Err((tonic::Code::Unauthenticated, "no credentials were presented"))),
    ] {
        let mut request = tonic::Request::new(String::new());
        if let Some(caller) = caller {
            let credentials = user(caller, "pw").1;
            request.metadata_mut().insert("authorization", credentials.parse().unwrap());
        }
        let mut grpc = tonic::client::Grpc::new(client.clone());
        grpc.ready().await.unwrap();
        let path = http::uri::PathAndQuery::from_static("/orders.v1.Orders/List");
        let answer = grpc.unary(request, path, tonic_service::Text).await;
        let answer = answer.as_ref().map(|response| response.get_ref().as_str());
        assert_eq!(answer.map_err(|status| (status.code(), status.message())), expected);
    }
    server.abort();
}
