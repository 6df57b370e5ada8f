//! [`CertificateFilters`]: filters of which one must match, exchanged while requests come.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use super::filter::Demands;
use crate::{
    config_error::{ConfigError, Problems},
    mtls::{CertificateFilter, ClientCertificate, PublicAuthorities},
};

/// Filters of which one must match, for
/// [`CertificateRules::with_filters`](crate::CertificateRules::with_filters). Clones share them.
///
/// Without any, all certificates match that the authority has signed.
///
/// The rules ask them on every request, so that a change counts on connections that are open already.
/// Readers take no lock, and a request sees the filters from before a change or those from after it.
///
/// # Examples
///
/// ```
/// use tower_auth::{CertificateFilter, CertificateFilters, CertificateRules};
///
/// let filters = CertificateFilters::new([
///     CertificateFilter::new().with_common_name("worker-*").with_organization("Contoso"),
///     CertificateFilter::new().with_subject_alternative_name("admin.contoso.com"),
/// ])?;
/// let rules = CertificateRules::new().with_filters(filters.clone());
/// # let _ = rules;
///
/// // Later, while requests are served:
/// filters.replace([CertificateFilter::new().with_organization("Contoso")])?;
///
/// let error = filters.replace([
///     CertificateFilter::new().with_common_name("a*b"),
///     CertificateFilter::new(),
/// ]);
/// assert_eq!(error.unwrap_err().problems().count(), 2);
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CertificateFilters(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    now: ArcSwap<Filters>,
    /// Whether the bundle needs filters. Held by whoever changes either; reading takes no lock.
    demanded: Mutex<bool>,
}

#[derive(Debug)]
struct Filters(Vec<Demands>);

impl CertificateFilters {
    /// More than these are a configuration error.
    pub const MAX: usize = 25;

    /// Filters of which any one suffices.
    ///
    /// # Errors
    ///
    /// All that is wrong: too many, one without a field, an empty value, a `*` that is alone, in the
    /// middle, or one of two.
    pub fn new(filters: impl IntoIterator<Item = CertificateFilter>) -> Result<Self, ConfigError> {
        let now = ArcSwap::from_pointee(Filters::read(filters)?);
        Ok(Self(Arc::new(Inner { now, demanded: Mutex::new(false) })))
    }

    /// Exchanges all filters at once: no request sees a part of them.
    ///
    /// # Errors
    ///
    /// As for [`new`](Self::new), and where none is given and a public authority is in the bundle that
    /// was [accepted](Self::accept_bundle). The filters stay what they are then.
    pub fn replace(
        &self,
        filters: impl IntoIterator<Item = CertificateFilter>,
    ) -> Result<(), ConfigError> {
        let filters = Filters::read(filters)?;
        let demanded = self.0.demanded.lock().unwrap_or_else(PoisonError::into_inner);
        if *demanded && filters.0.is_empty() {
            return Err(ConfigError::new(
                "filters cannot be removed: a public authority is trusted, which signs for anybody",
            ));
        }
        self.0.now.store(Arc::new(filters));
        Ok(())
    }

    /// Checks that there are filters where a public authority is in the bundle of authorities, as PEM,
    /// and sees to it from now on: [`replace`](Self::replace) does not remove them, until another bundle
    /// is accepted that has none.
    ///
    /// Ask it before the bundle is handed to the TLS stack, beside
    /// [`check_ca_bundle`](crate::check_ca_bundle).
    ///
    /// # Errors
    ///
    /// A public authority and no filters, and a bundle that cannot be read. Then the bundle that was
    /// accepted before counts.
    pub fn accept_bundle(
        &self,
        bundle_pem: &[u8],
        public: &PublicAuthorities,
    ) -> Result<(), ConfigError> {
        let found = public.numbers_in(bundle_pem)?;
        let mut demanded = self.0.demanded.lock().unwrap_or_else(PoisonError::into_inner);
        let mut problems = Problems::default();
        if self.0.now.load().0.is_empty() {
            for number in &found {
                problems.add(format!(
                    "certificate {number}: of a public authority, which signs for anybody: set filters"
                ));
            }
        }
        problems.finish(())?;
        *demanded = !found.is_empty();
        Ok(())
    }

    /// Whether a certificate matches one of the filters, or there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{CertificateFilter, CertificateFilters, ClientCertificate};
    ///
    /// # let params = rcgen::CertificateParams::new(["alice.contoso.com".to_owned()])?;
    /// # let der = params.self_signed(&rcgen::KeyPair::generate()?)?.der().to_vec();
    /// let certificate = ClientCertificate::from_der(der)?; // of alice.contoso.com
    /// let filter = |name| CertificateFilter::new().with_subject_alternative_name(name);
    /// assert!(CertificateFilters::new([filter("*.CONTOSO.com")])?.matches(&certificate));
    /// assert!(!CertificateFilters::new([filter("contoso.com")])?.matches(&certificate));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn matches(&self, certificate: &ClientCertificate) -> bool {
        let Filters(filters) = &**self.0.now.load();
        filters.is_empty() || filters.iter().any(|filter| filter.are_met_by(certificate))
    }
}

impl Filters {
    fn read(filters: impl IntoIterator<Item = CertificateFilter>) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let filters: Vec<Demands> = filters
            .into_iter()
            .zip(1..)
            .map(|(filter, number)| filter.read(number, &mut problems))
            .collect();
        if filters.len() > CertificateFilters::MAX {
            problems.add(format!("{} filters: at most {}", filters.len(), CertificateFilters::MAX));
        }
        problems.finish(Self(filters))
    }
}
