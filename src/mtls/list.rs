//! [`CertificateList`]: certificates that are allowed or denied, exchanged while requests come.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use x509_parser::prelude::X509Version;

use crate::{
    config_error::ConfigError,
    mtls::{ClientCertificate, parse},
    pem,
};

/// One certificate of a [`CertificateList`]: by its fingerprint, or by serial number and issuer.
///
/// There is no entry by serial number alone: it is unique only for its issuer (RFC 5280,
/// section 4.1.2.2), and an authority may give its certificate the number of somebody else's.
///
/// # Examples
///
/// ```
/// use tower_auth::CertificateEntry;
///
/// let by_openssl = "4B:78:3C:FE:BC:A4:D5:E9:2E:41:57:41:4B:F0:9A:3D:\
///                   30:0C:61:5E:F2:D9:6C:19:3D:2E:69:1C:5D:95:5F:FF";
/// let entry = CertificateEntry::fingerprint(by_openssl)?;
/// let by_others = by_openssl.replace(':', "").to_lowercase();
/// assert_eq!(entry, CertificateEntry::fingerprint(&by_others)?);
/// assert!(CertificateEntry::fingerprint("4B:78").is_err());
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct CertificateEntry(Key);

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Key {
    Fingerprint([u8; 32]),
    /// The hash of both.
    IssuerAndSerial([u8; 32]),
}

impl CertificateEntry {
    /// The SHA-256 of the certificate in DER, in hexadecimal, with or without colons.
    ///
    /// # Errors
    ///
    /// When it is not 32 bytes in hexadecimal, such as a fingerprint by SHA-1.
    pub fn fingerprint(sha256: &str) -> Result<Self, ConfigError> {
        let bytes = bytes_of_hex(sha256).and_then(|bytes| bytes.try_into().ok());
        let fingerprint = bytes.ok_or_else(|| {
            ConfigError::new(format!("{sha256:?} is not a SHA-256 fingerprint in hexadecimal"))
        })?;
        Ok(Self(Key::Fingerprint(fingerprint)))
    }

    /// The serial number, in hexadecimal with or without colons, of a certificate that was issued by
    /// the authority whose own certificate is the one in the PEM.
    ///
    /// # Errors
    ///
    /// When that is no serial number in hexadecimal, or the PEM has no certificate, several, or one that is
    /// not an authority's.
    pub fn issued_by(authority_pem: &[u8], serial: &str) -> Result<Self, ConfigError> {
        let serial = bytes_of_hex(serial).ok_or_else(|| {
            ConfigError::new(format!("{serial:?} is not a serial number in hexadecimal"))
        })?;
        let wrong = |problem: &str| ConfigError::new(format!("the authority: {problem}"));
        let authorities = pem::certificates(authority_pem).map_err(|problem| wrong(&problem))?;
        let [authority] = authorities.as_slice() else {
            return Err(wrong(&format!("{} certificates in the PEM, not one", authorities.len())));
        };
        let authority = parse::single(authority).map_err(wrong)?;
        // Before version 3 no certificate says whether it is an authority's.
        let is_authority = parse::is_authority(&authority) == Ok(true);
        if authority.version() == X509Version::V3 && !is_authority {
            return Err(wrong("the certificate is not of an authority (CA is not true)"));
        }
        let key = parse::issuer_and_serial(authority.subject().as_raw(), &serial);
        Ok(Self(Key::IssuerAndSerial(key)))
    }

    /// This very certificate, by its fingerprint.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{CertificateEntry, CertificateList, ClientCertificate};
    ///
    /// # let params = rcgen::CertificateParams::new(["alice.example".to_owned()])?;
    /// # let der = params.self_signed(&rcgen::KeyPair::generate()?)?.der().to_vec();
    /// let certificate = ClientCertificate::from_der(der)?;
    /// let list = CertificateList::new();
    /// list.add([CertificateEntry::of(&certificate)]);
    /// assert!(list.contains(&certificate));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of(certificate: &ClientCertificate) -> Self {
        Self(Key::Fingerprint(certificate.fingerprint()))
    }

    /// This certificate by its serial number and issuer.
    #[must_use]
    pub fn of_issuer_and_serial(certificate: &ClientCertificate) -> Self {
        Self(Key::IssuerAndSerial(certificate.issuer_and_serial()))
    }
}

impl fmt::Debug for CertificateEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, bytes) = match &self.0 {
            Key::Fingerprint(bytes) => ("fingerprint", bytes),
            Key::IssuerAndSerial(bytes) => ("issuer and serial", bytes),
        };
        write!(f, "CertificateEntry({name} ")?;
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// Certificates, by fingerprint or by serial number and issuer. Clones share the list.
///
/// [`CertificateRules`](crate::CertificateRules) ask it on every request, so that a change counts on
/// connections that are open already. Readers take no lock.
///
/// # Examples
///
/// ```
/// use tower_auth::{CertificateEntry, CertificateList, CertificateRules};
///
/// let stolen = CertificateList::new();
/// let rules = CertificateRules::new().with_deny_list(stolen.clone());
/// # let _ = rules;
///
/// // Later, while requests are served:
/// let entry = CertificateEntry::fingerprint(&"ab".repeat(32))?;
/// stolen.add([entry]);
/// assert_eq!(stolen.len(), 1);
/// stolen.replace([]);
/// assert!(stolen.is_empty());
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CertificateList(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    entries: ArcSwap<HashSet<CertificateEntry>>,
    /// Held by whoever changes the list; reading takes none.
    writing: Mutex<()>,
}

impl CertificateList {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Exchanges the whole list at once: no request sees a part of it.
    pub fn replace(&self, entries: impl IntoIterator<Item = CertificateEntry>) {
        let entries = entries.into_iter().collect();
        self.change(|list| *list = entries);
    }

    /// Adds entries, all at once.
    pub fn add(&self, entries: impl IntoIterator<Item = CertificateEntry>) {
        self.change(|list| list.extend(entries));
    }

    /// Takes an entry away. The same certificate may be on the list by another one.
    pub fn remove(&self, entry: &CertificateEntry) {
        self.change(|list| {
            list.remove(entry);
        });
    }

    /// Whether a certificate is on the list, by whatever kind of entry.
    ///
    /// Of a certificate that ECDSA has signed whoever has it can write a second one, which says the
    /// same, is as good, and has another fingerprint. The fingerprint of either finds both.
    #[must_use]
    pub fn contains(&self, certificate: &ClientCertificate) -> bool {
        let entries = self.0.entries.load();
        !entries.is_empty()
            && (entries.contains(&CertificateEntry::of(certificate))
                || entries.contains(&CertificateEntry::of_issuer_and_serial(certificate))
                || certificate.fingerprint_of_twin().is_some_and(|twin| {
                    entries.contains(&CertificateEntry(Key::Fingerprint(twin)))
                }))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.entries.load().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.entries.load().is_empty()
    }

    fn change(&self, change: impl FnOnce(&mut HashSet<CertificateEntry>)) {
        let _writing = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = HashSet::clone(&self.0.entries.load());
        change(&mut entries);
        self.0.entries.store(Arc::new(entries));
    }
}

/// Bytes in hexadecimal, at least one; colons only between whole bytes.
fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        let (high, low) = match pair {
            [low] => (0, digit(*low)?),
            [high, low] => (digit(*high)?, digit(*low)?),
            _ => return None,
        };
        u8::try_from(high * 16 + low).ok()
    };
    if text.contains(':') {
        return text.split(':').map(|pair| byte(pair.as_bytes())).collect();
    }
    // The first of an odd number of digits stands alone: `A1B` is 0A:1B.
    let (first, rest) = text.as_bytes().split_at(text.len() % 2);
    let first = (!first.is_empty()).then_some(first);
    let bytes: Option<Vec<u8>> = first.into_iter().chain(rest.chunks(2)).map(byte).collect();
    bytes.filter(|bytes| !bytes.is_empty())
}
