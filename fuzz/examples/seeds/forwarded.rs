//! Fields of forwarded certificates, in the form of the target `forwarded`: `0` to `8` choose the form.

use crate::Seed;

const LINES: [(&str, &str); 46] = [
    ("xfcc", "0FCert=\"{alice}\""),
    (
        "xfcc-envoy",
        "0FBy=spiffe://lab.test/x;Hash=bb13067a9b165abdbc984e139f88a610f8b60e0d41dfcda256466d4b4f0ce19a;Cert=\"{alice}\";Chain=\"{alice}{ca}\";Subject=\"CN=alice\";URI=spiffe://lab.test/ns/acme/sa/alice;DNS=alice.acme.test",
    ),
    ("xfcc-two", "0FCert=\"{bob}\",Cert=\"{alice}\""),
    ("xfcc-lines", "0FCert=\"{bob}\"\nFCert=\"{alice}\""),
    ("xfcc-quotes", r#"0FSubject="CN=a\",Cert=b;\\,=";Cert="{alice}""#),
    ("xfcc-open-quote", "0FCert=\"{alice}\";Subject=\"a"),
    ("xfcc-hash-only", "0FHash=00;Subject=\"CN=admin\";URI=spiffe://lab.test/a"),
    ("xfcc-hash-wrong", "0FHash=00;Cert=\"{alice}\""),
    ("xfcc-twice", "0FCert=\"{alice}\";Cert=\"{bob}\""),
    ("xfcc-empty-element", "0FCert=\"{alice}\","),
    ("xfcc-case", "0FCERT={alice};uri=;UNKNOWN=1"),
    ("xfcc-two-uris", "0FCert=\"{two-uri}\";URI=a;URI=b"),
    ("xfcc-nul", "0FCert=\"%00{alice}\""),
    ("xfcc-not-utf8", "0FCert=\"%FF{alice}\""),
    (
        "xfcc-hops",
        "1FCert=\"{alice}\",By=b;Cert=\"{mesh-a}\";URI=spiffe://lab.test/ns/mesh/sa/mesh-a",
    ),
    ("xfcc-hops-alone", "1FCert=\"{alice}\""),
    ("xfcc-by", "2FBy=spiffe://lab.test/ns/mesh/sa/mesh-a;Cert=\"{alice}\""),
    (
        "xfcc-by-two",
        "2FBy=spiffe://lab.test/ns/mesh/sa/mesh-a;Cert=\"{alice}\",By=b;Cert=\"{mesh-a}\";URI=spiffe://lab.test/ns/mesh/sa/mesh-a",
    ),
    ("xfcc-by-nobody", "2FBy=b;Cert=\"{mesh-a}\";URI=spiffe://lab.test/ns/mesh/sa/mesh-a"),
    (
        "xfcc-by-forged",
        "2FBy=spiffe://lab.test/ns/mesh/sa/mesh-a;Cert=\"{alice}\",By=b;Cert=\"{bob}\";URI=spiffe://lab.test/ns/mesh/sa/mesh-a",
    ),
    ("client-cert", "3F:{alice64}:"),
    ("client-cert-chain", "3F:{bob64}:\nC:{inter64}:, :{ca64}:"),
    ("client-cert-chain-alone", "3C:{inter64}:"),
    ("client-cert-repeated", "3F:{alice64}:\nC:{alice64}:"),
    ("client-cert-parameter", "3F:{alice64}:;a=1"),
    ("client-cert-empty", "3F::"),
    ("client-cert-lines", "3F:{alice64}:\nF:{alice64}:"),
    ("nginx", "4F{alice}\nVSUCCESS"),
    ("nginx-no-verdict", "4F{alice}"),
    ("nginx-failed", "4F{alice}\nVFAILED:unable to verify"),
    ("nginx-two-verdicts", "4F{alice}\nVSUCCESS\nVSUCCESS"),
    ("nginx-alias", "4A{alice}\nVSUCCESS"),
    ("nginx-template", "4F$ssl_client_escaped_cert\nVNONE"),
    ("nginx-chain", "4F{alice}{ca}\nVSUCCESS"),
    ("haproxy", "5F{alice64}"),
    ("haproxy-template", "5F%[ssl_c_der,base64]"),
    ("haproxy-authority", "5F{ca64}"),
    ("haproxy-no-san", "5F{no-san64}"),
    ("apache", "6F{alice-pem} "),
    ("apache-null", "6F(null)"),
    ("apache-template", "6F%{SSL_CLIENT_CERT}s"),
    ("traefik", "7F{bob64},{inter64}"),
    ("traefik-empty", "7F{bob64},"),
    ("alb", "8F{alice}%0A"),
    ("alb-chain", "8F{bob}%0A{inter}%0A"),
    ("none", "5F-"),
];

pub(crate) fn seeds() -> Vec<Seed> {
    let mut seeds: Vec<Seed> =
        LINES.into_iter().map(|(name, lines)| (name, lines.as_bytes().to_vec())).collect();
    seeds.push(("not-ascii", b"5F\xe9{alice64}".to_vec()));
    seeds.push(("long", [b"0FCert=\"".to_vec(), vec![b'a'; 8500]].concat()));
    seeds
}
