//! A small public key infrastructure, made while the tests run.
use std::net::IpAddr;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, RevokedCertParams, SanType, date_time_ymd,
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
        let mut params = CertificateParams::default();
        params.distinguished_name = distinguished_name(&[(DnType::CommonName, name)]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        Self { certificate, issuer }
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
