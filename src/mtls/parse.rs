//! A certificate's DER, read into fields by structure and never by text.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::{Duration, SystemTime},
};

use x509_parser::{
    certificate::X509Certificate,
    extensions::{GeneralName, ParsedExtension, X509Extension},
    oid_registry::OID_X509_EXT_BASIC_CONSTRAINTS,
    prelude::FromDer,
    time::ASN1Time,
    x509::{AttributeTypeAndValue, X509Name},
};

/// What is read from the DER; the DER itself and its thumbprint are added by who has them.
#[derive(Default, Eq, PartialEq)]
pub(super) struct Fields {
    pub(super) der: Vec<u8>,
    pub(super) thumbprint: String,
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
}

/// Reads one certificate and nothing after it. No error quotes any of it.
pub(super) fn certificate(der: &[u8]) -> Result<Fields, &'static str> {
    let certificate = match X509Certificate::from_der(der) {
        Ok(([], certificate)) => certificate,
        Ok(_) => return Err("something follows the certificate"),
        Err(_) => return Err("not a certificate in DER"),
    };
    let subject = certificate.subject();
    let mut fields = Fields {
        subject: subject.to_string(),
        issuer: certificate.issuer().to_string(),
        serial: certificate.raw_serial_as_string(),
        not_before: system_time(certificate.validity().not_before),
        not_after: system_time(certificate.validity().not_after),
        for_client_auth: is_for_client_auth(&certificate)?,
        common_names: attributes(subject, X509Name::iter_common_name)?,
        organizations: attributes(subject, X509Name::iter_organization)?,
        organizational_units: attributes(subject, X509Name::iter_organizational_unit)?,
        ..Fields::default()
    };
    let alternatives = certificate
        .subject_alternative_name()
        .map_err(|_| "the subject alternative names are damaged")?;
    for name in alternatives.iter().flat_map(|names| &names.value.general_names) {
        alternative(name, &mut fields)?;
    }
    Ok(fields)
}

fn alternative(name: &GeneralName<'_>, fields: &mut Fields) -> Result<(), &'static str> {
    match name {
        GeneralName::DNSName(name) => fields.dns_names.push(ia5(name)?),
        GeneralName::URI(name) => fields.uris.push(ia5(name)?),
        GeneralName::RFC822Name(name) => fields.emails.push(ia5(name)?),
        GeneralName::IPAddress(bytes) => fields.ip_addresses.push(ip_address(bytes)?),
        GeneralName::Invalid(..) => return Err("a subject alternative name is damaged"),
        // Of kinds that no rule of this crate reads.
        _ => {}
    }
    Ok(())
}

fn attributes<'c, I>(
    subject: &'c X509Name<'c>,
    of_kind: impl Fn(&'c X509Name<'c>) -> I,
) -> Result<Vec<String>, &'static str>
where
    I: Iterator<Item = &'c AttributeTypeAndValue<'c>>,
{
    let text = |attribute: &AttributeTypeAndValue<'_>| match attribute.as_str() {
        Ok(text) if !text.is_empty() && !text.contains(char::is_control) => Ok(text.to_owned()),
        Ok(_) => Err("an attribute of the subject is empty or holds a control character"),
        Err(_) => Err("an attribute of the subject is in an encoding that is not supported"),
    };
    of_kind(subject).map(text).collect()
}

/// RFC 5280, section 4.2.1.6: these names are IA5 strings. A NUL byte has fooled many readers.
fn ia5(name: &str) -> Result<String, &'static str> {
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(name.to_owned())
    } else {
        Err("a subject alternative name is empty or holds a character that it must not")
    }
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

/// An authority's own certificate is never a client's.
fn is_for_client_auth(certificate: &X509Certificate<'_>) -> Result<bool, &'static str> {
    const DAMAGED: &str = "an extension is damaged or occurs twice";
    let usages = certificate.extended_key_usage().map_err(|_| DAMAGED)?;
    let constraints =
        certificate.get_extension_unique(&OID_X509_EXT_BASIC_CONSTRAINTS).map_err(|_| DAMAGED)?;
    let is_authority = match constraints.map(X509Extension::parsed_extension) {
        None => false,
        Some(ParsedExtension::BasicConstraints(constraints)) => constraints.ca,
        Some(_) => return Err(DAMAGED),
    };
    Ok(!is_authority && usages.is_none_or(|usages| usages.value.client_auth))
}

fn system_time(time: ASN1Time) -> Option<SystemTime> {
    let seconds = u64::try_from(time.timestamp()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
