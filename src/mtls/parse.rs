//! A certificate's DER, read into fields by structure and never by text.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::{Duration, SystemTime},
};

use sha2::{Digest, Sha256};
use x509_parser::{
    asn1_rs::{Class, Tag},
    certificate::X509Certificate,
    der_parser::{Oid, oid},
    extensions::{GeneralName, ParsedExtension, X509Extension},
    oid_registry::OID_X509_EXT_BASIC_CONSTRAINTS,
    prelude::FromDer,
    time::ASN1Time,
    x509::{AttributeTypeAndValue, X509Name},
};

use super::{NameKind, name_form, name_text, spiffe, twin::Frame};

/// Attributes of the subject that few certificates have: damage in them is told to who uses them.
const RARE_ATTRIBUTES: [(NameKind, Oid<'_>); 5] = [
    (NameKind::SerialNumber, oid!(2.5.4.5)),
    (NameKind::Country, oid!(2.5.4.6)),
    (NameKind::Locality, oid!(2.5.4.7)),
    (NameKind::State, oid!(2.5.4.8)),
    (NameKind::EmailAttribute, oid!(1.2.840.113549.1.9.1)),
];

/// Longer certificates are not read: no stack of TLS takes messages that are much longer.
const MAX_BYTES: usize = 64 * 1024;

/// What is read from the DER.
pub(super) struct Fields {
    /// The issuer's name and the serial number, hashed: what makes a certificate one of a kind.
    pub(super) issuer_and_serial: [u8; 32],
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) serial: String,
    pub(super) not_before: Option<SystemTime>,
    pub(super) not_after: Option<SystemTime>,
    pub(super) for_client_auth: bool,
    pub(super) common_names: Vec<String>,
    pub(super) organizations: Vec<String>,
    pub(super) organizational_units: Vec<String>,
    pub(super) dns_names: Vec<String>,
    pub(super) uris: Vec<String>,
    pub(super) emails: Vec<String>,
    pub(super) ip_addresses: Vec<IpAddr>,
    /// Whether there is any subject alternative name, of whatever type.
    pub(super) has_alternatives: bool,
    /// Whether the only URI, if there is one, is a SPIFFE ID and this is an X.509-SVID.
    pub(super) svid: Result<(), &'static str>,
    /// Names of the other kinds that are there.
    pub(super) rare: Vec<(NameKind, Result<Vec<String>, &'static str>)>,
}

/// Reads one certificate and nothing after it. No error quotes any of it.
pub(super) fn certificate(der: &[u8]) -> Result<Fields, &'static str> {
    let certificate = single(der)?;
    let subject = certificate.subject();
    let alternatives = Alternatives::of(&certificate)?;
    let mut rare = rare_attributes(subject);
    if !alternatives.ip_addresses.is_empty() {
        let texts = alternatives.ip_addresses.iter().map(ToString::to_string).collect();
        rare.push((NameKind::IpAddress, Ok(texts)));
    }
    let issuer = certificate.issuer();
    Ok(Fields {
        issuer_and_serial: issuer_and_serial(issuer.as_raw(), certificate.raw_serial()),
        subject: name_text::text(subject),
        issuer: name_text::text(issuer),
        serial: certificate.raw_serial_as_string(),
        not_before: system_time(certificate.validity().not_before),
        not_after: system_time(certificate.validity().not_after),
        for_client_auth: is_for_client_auth(&certificate)?,
        common_names: attributes(subject.iter_common_name())?,
        organizations: attributes(subject.iter_organization())?,
        organizational_units: attributes(subject.iter_organizational_unit())?,
        svid: svid(&certificate, &alternatives.uris),
        dns_names: alternatives.dns_names,
        uris: alternatives.uris,
        emails: alternatives.emails,
        ip_addresses: alternatives.ip_addresses,
        has_alternatives: alternatives.any,
        rare,
    })
}

/// One certificate and nothing after it.
pub(super) fn single(der: &[u8]) -> Result<X509Certificate<'_>, &'static str> {
    if der.len() > MAX_BYTES {
        return Err("the certificate is too long");
    }
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) if Frame::of(der, &certificate).is_some() => Ok(certificate),
        Ok(([], _)) => Err("not a certificate in DER"),
        Ok(_) => Err("something follows the certificate"),
        Err(_) => Err("not a certificate in DER"),
    }
}

/// The other certificate that can be written of this one, see [`Frame`].
pub(super) fn twin(der: &[u8]) -> Option<Vec<u8>> {
    let certificate = single(der).ok()?;
    Frame::of(der, &certificate)?.twin(&certificate)
}

/// A serial number is unique only for its issuer (RFC 5280, section 4.1.2.2). A name in DER knows
/// its own length, so no two pairs are hashed as the same bytes.
pub(super) fn issuer_and_serial(issuer: &[u8], serial: &[u8]) -> [u8; 32] {
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    Sha256::new().chain_update(issuer).chain_update(&serial[zeros..]).finalize().into()
}

/// SPIFFE X509-SVID, sections 2 and 5.2.
fn svid(certificate: &X509Certificate<'_>, uris: &[String]) -> Result<(), &'static str> {
    match uris {
        [] => return Ok(()),
        [uri] => spiffe::check(uri)?,
        _ => return Err("the certificate has several URIs: an X.509-SVID has one"),
    }
    let usage = certificate.key_usage().map_err(|_| DAMAGED)?;
    match usage {
        Some(usage) if usage.value.key_cert_sign() || usage.value.crl_sign() => {
            Err("the certificate may sign others: an X.509-SVID of a workload may not")
        }
        _ => Ok(()),
    }
}

/// The subject alternative names by their types.
#[derive(Default)]
struct Alternatives {
    any: bool,
    dns_names: Vec<String>,
    uris: Vec<String>,
    emails: Vec<String>,
    ip_addresses: Vec<IpAddr>,
}

impl Alternatives {
    fn of(certificate: &X509Certificate<'_>) -> Result<Self, &'static str> {
        let names = certificate
            .subject_alternative_name()
            .map_err(|_| "the subject alternative names are damaged")?;
        let mut alternatives = Self { any: names.is_some(), ..Self::default() };
        for name in names.iter().flat_map(|names| &names.value.general_names) {
            alternatives.add(name)?;
        }
        Ok(alternatives)
    }

    fn add(&mut self, name: &GeneralName<'_>) -> Result<(), &'static str> {
        match name {
            GeneralName::DNSName(name) => self.dns_names.push(name_form::dns(name)?),
            GeneralName::URI(name) => self.uris.push(name_form::uri(name)?),
            GeneralName::RFC822Name(name) => self.emails.push(name_form::email(name)?),
            GeneralName::IPAddress(bytes) => self.ip_addresses.push(ip_address(bytes)?),
            GeneralName::Invalid(..) => return Err("a subject alternative name is damaged"),
            // Of kinds that no rule of this crate reads.
            _ => {}
        }
        Ok(())
    }
}

fn rare_attributes(subject: &X509Name<'_>) -> Vec<(NameKind, Result<Vec<String>, &'static str>)> {
    let read = |(kind, oid): &(NameKind, Oid<'_>)| {
        let of_kind = subject.iter_attributes().filter(|attribute| attribute.attr_type() == oid);
        (*kind, attributes(of_kind))
    };
    let is_absent = |names: &Result<Vec<_>, _>| names.as_ref().is_ok_and(Vec::is_empty);
    RARE_ATTRIBUTES.iter().map(read).filter(|(_, names)| !is_absent(names)).collect()
}

fn attributes<'c>(
    of_kind: impl Iterator<Item = &'c AttributeTypeAndValue<'c>>,
) -> Result<Vec<String>, &'static str> {
    let text = |attribute: &AttributeTypeAndValue<'_>| match attribute_text(attribute) {
        Some(text) if !text.is_empty() && !text.contains(is_control) => Ok(text.to_owned()),
        Some(_) => Err("an attribute of the subject is empty or holds a control character"),
        None => Err("an attribute of the subject is in an encoding that is not supported"),
    };
    of_kind.map(text).collect()
}

/// Control characters, and those that end a line or turn the text around them, which are none by Unicode.
fn is_control(char: char) -> bool {
    matches!(char, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}') || char.is_control()
}

/// The text of an attribute, where its type has one encoding and the bytes are in it. What is neither
/// UTF-8 nor ASCII by its type is read in too many ways.
pub(super) fn attribute_text<'c>(attribute: &'c AttributeTypeAndValue<'_>) -> Option<&'c str> {
    let value = attribute.attr_value();
    let is_string = value.class() == Class::Universal && !value.header.is_constructed();
    let text = attribute.as_str().ok().filter(|_| is_string)?;
    (value.tag() == Tag::Utf8String || text.is_ascii()).then_some(text)
}

fn ip_address(bytes: &[u8]) -> Result<IpAddr, &'static str> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        Ok(Ipv4Addr::from(bytes).into())
    } else if let Ok(bytes) = <[u8; 16]>::try_from(bytes) {
        Ok(Ipv6Addr::from(bytes).into())
    } else {
        Err("an IP address among the subject alternative names is damaged")
    }
}

const DAMAGED: &str = "an extension is damaged or occurs twice";

/// An authority's own certificate is never a client's. A client signs its handshake, so where there are
/// key usages that must be one of them (RFC 8446, section 4.4.2.2).
fn is_for_client_auth(certificate: &X509Certificate<'_>) -> Result<bool, &'static str> {
    let usages = certificate.extended_key_usage().map_err(|_| DAMAGED)?;
    let is_authority = is_authority(certificate)?;
    let key_usage = certificate.key_usage().map_err(|_| DAMAGED)?;
    let signs = key_usage.is_none_or(|usage| usage.value.digital_signature());
    Ok(!is_authority && signs && usages.is_none_or(|usages| usages.value.client_auth))
}

pub(super) fn is_authority(certificate: &X509Certificate<'_>) -> Result<bool, &'static str> {
    let constraints =
        certificate.get_extension_unique(&OID_X509_EXT_BASIC_CONSTRAINTS).map_err(|_| DAMAGED)?;
    match constraints.map(X509Extension::parsed_extension) {
        None => Ok(false),
        Some(ParsedExtension::BasicConstraints(constraints)) => Ok(constraints.ca),
        Some(_) => Err(DAMAGED),
    }
}

pub(super) fn system_time(time: ASN1Time) -> Option<SystemTime> {
    let seconds = u64::try_from(time.timestamp()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
