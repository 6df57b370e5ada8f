//! A small public key infrastructure, made while the tests run.
use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension,
    DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod,
    KeyPair, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber, SignatureAlgorithm,
    date_time_ymd,
};

/// An authority that signs certificates.
pub(crate) struct Authority {
    certificate: rcgen::Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its private key.
pub(crate) struct Certified {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let usages = [KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self::root(Leaf::named(name).authority().key_usages(usages))
    }

    /// One that is its own issuer.
    pub(crate) fn root(request: Leaf) -> Self {
        Self::root_with_key(request, KeyPair::generate().unwrap())
    }

    /// One that is its own issuer and signs by this algorithm.
    pub(crate) fn root_signing_by(request: Leaf, algorithm: &'static SignatureAlgorithm) -> Self {
        Self::root_with_key(request, KeyPair::generate_for(algorithm).unwrap())
    }

    fn root_with_key(Leaf(params): Leaf, key: KeyPair) -> Self {
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// An authority that this one vouches for.
    pub(crate) fn authority(&self, Leaf(params): Leaf) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// The same key under another name.
    pub(crate) fn renamed(&self, name: &str) -> Self {
        let key = KeyPair::from_pem(&self.issuer.key().serialize_pem()).unwrap();
        Self::root_with_key(Leaf::named(name).signer(), key)
    }

    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        self.certificate.der().to_vec()
    }

    pub(crate) fn sign(&self, request: &Leaf) -> Certified {
        let key = KeyPair::generate().unwrap();
        let certificate = request.0.signed_by(&key, &self.issuer).unwrap();
        Certified { certificate, key }
    }

    /// A list of revoked certificates by their serial numbers, good until a day.
    pub(crate) fn revocation_list(&self, serials: &[Vec<u8>], until: (i32, u8, u8)) -> String {
        let revoked = |serial: &Vec<u8>| RevokedCertParams {
            serial_number: serial.clone().into(),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(until.0, until.1, until.2),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).unwrap().pem().unwrap()
    }

    /// A server's certificate for `localhost`.
    pub(crate) fn server(&self) -> Certified {
        let server = Leaf::named("localhost").dns("localhost");
        self.sign(&server.usages([ExtendedKeyUsagePurpose::ServerAuth]))
    }

    /// A client's certificate with a URI as its name.
    pub(crate) fn client(&self, uri: &str) -> Certified {
        self.sign(&client(uri))
    }
}

impl Certified {
    pub(crate) fn pem(&self) -> String {
        self.certificate.pem()
    }

    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        self.certificate.der().to_vec()
    }
}

/// A certificate that somebody asks for.
#[derive(Clone)]
pub(crate) struct Leaf(CertificateParams);

/// What a good client asks for.
pub(crate) fn client(uri: &str) -> Leaf {
    Leaf::named("client").uri(uri).usages([ExtendedKeyUsagePurpose::ClientAuth])
}

impl Leaf {
    pub(crate) fn named(common_name: &str) -> Self {
        Self::of(&[(DnType::CommonName, common_name)])
    }

    pub(crate) fn of(subject: &[(DnType, &str)]) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = distinguished_name(subject);
        Self(params)
    }

    pub(crate) fn dns(self, name: &str) -> Self {
        self.alternative(SanType::DnsName(name.try_into().unwrap()))
    }

    pub(crate) fn uri(self, uri: &str) -> Self {
        self.alternative(SanType::URI(uri.try_into().unwrap()))
    }

    pub(crate) fn email(self, address: &str) -> Self {
        self.alternative(SanType::Rfc822Name(address.try_into().unwrap()))
    }

    pub(crate) fn ip(self, address: impl Into<IpAddr>) -> Self {
        self.alternative(SanType::IpAddress(address.into()))
    }

    pub(crate) fn usages(
        mut self,
        usages: impl IntoIterator<Item = ExtendedKeyUsagePurpose>,
    ) -> Self {
        self.0.extended_key_usages = usages.into_iter().collect();
        self
    }

    pub(crate) fn key_usages(mut self, usages: impl IntoIterator<Item = KeyUsagePurpose>) -> Self {
        self.0.key_usages = usages.into_iter().collect();
        self
    }

    pub(crate) fn serial(mut self, serial: &[u8]) -> Self {
        self.0.serial_number = Some(SerialNumber::from_slice(serial));
        self
    }

    /// One more attribute of the subject, also of a type that it has already.
    pub(crate) fn attribute(mut self, oid: &[u64], value: impl Into<DnValue>) -> Self {
        self.0.distinguished_name.push(DnType::CustomDnType(oid.to_vec()), value);
        self
    }

    /// Valid on the days from the first to the second, both as year, month and day.
    pub(crate) fn valid(mut self, from: (i32, u8, u8), to: (i32, u8, u8)) -> Self {
        self.0.not_before = date_time_ymd(from.0, from.1, from.2);
        self.0.not_after = date_time_ymd(to.0, to.1, to.2);
        self
    }

    /// A certificate of an authority, whatever else it is.
    pub(crate) fn authority(mut self) -> Self {
        self.0.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        self
    }

    /// Says by which key the issuer signs.
    pub(crate) fn issuer_key(mut self) -> Self {
        self.0.use_authority_key_identifier_extension = true;
        self
    }

    /// What a good authority asks for.
    pub(crate) fn signer(self) -> Self {
        self.authority().key_usages([KeyUsagePurpose::KeyCertSign])
    }

    /// An extension with this DER as its content.
    pub(crate) fn extension(mut self, oid: &[u64], content: &[u8]) -> Self {
        let extension = CustomExtension::from_oid_content(oid, content.to_vec());
        self.0.custom_extensions.push(extension);
        self
    }

    fn alternative(mut self, name: SanType) -> Self {
        self.0.subject_alt_names.push(name);
        self
    }
}

fn distinguished_name(attributes: &[(DnType, &str)]) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    for (kind, value) in attributes {
        name.push(kind.clone(), *value);
    }
    name
}

/// A certificate's DER as PEM.
pub(crate) fn pem(der: &[u8]) -> String {
    let lines: Vec<String> = STANDARD
        .encode(der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// The DER with these bytes exchanged for others of the same length, wherever they are.
pub(crate) fn exchanged(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let (mut der, mut count) = (der.to_vec(), 0);
    for start in 0..=der.len() - from.len() {
        if der[start..].starts_with(from) {
            der[start..start + to.len()].copy_from_slice(to);
            count += 1;
        }
    }
    assert!(count > 0, "the bytes are not there");
    der
}
