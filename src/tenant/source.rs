//! [`TenantSource`]: where in a request its tenant is named.

use std::{borrow::Cow, fmt, sync::Arc};

use http::{HeaderName, request::Parts};

#[cfg(feature = "mtls")]
use crate::tenant::certificate::CertificateName;
use crate::{
    claims::ClaimPath,
    error::AuthError,
    identity::Identity,
    tenant::{Tenant, TenantResolver, places},
};

/// Where in a request its tenant is named: one place, or several that are combined.
///
/// A source says which tenant a request *asks for*. Whether the caller may have it is decided by the
/// [`TenantLayer`](crate::TenantLayer) in any case, so no source needs to be trusted, but some
/// can be chosen by the client and some cannot:
///
/// | Source | Who chooses | Absent | Refused |
/// |---|---|---|---|
/// | [`header`](Self::header) | the client | no line | two lines, not visible ASCII |
/// | [`host`](Self::host), [`first_host_label`](Self::first_host_label) | the client | no host; the domain itself | another domain, several labels, an address, damage |
/// | [`path`](Self::path) | the client | another prefix, nothing after it | an empty segment before others |
/// | [`claim`](Self::claim) | who issued the credentials | no such claim | several names, not a string |
/// | [`certificate`](Self::certificate), [`certificate_by`](Self::certificate_by) | who signed the certificate | no certificate, no such name | several names, a certificate out of its time |
/// | [`fixed`](Self::fixed) | you | never | |
/// | [`resolved_by`](Self::resolved_by) | your rule | `None` | its errors |
///
/// What is there and is no name of a [`Tenant`] is refused by all of them, and so never taken for
/// absent.
///
/// # Combinations
///
/// [`all_of`](Self::all_of) is the careful one: what two places say must be the same.
/// [`first_of`](Self::first_of) looks no further than the first place that says anything, so a client
/// that may write to an early place keeps the later ones from being read. That gets nobody into a tenant
/// they do not belong to; but who belongs to two tenants then chooses between them where you may have
/// meant the certificate to. Put what clients cannot choose first, or take `all_of`.
/// [`required`](Self::required) makes a place one that must say something.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{AuthLayer, Identity, Tenant, TenantLayer, TenantSource};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // The host names the tenant; old clients send a header, which must say the same.
/// let source = TenantSource::all_of([
///     TenantSource::host("example.com"),
///     TenantSource::header(TenantSource::DEFAULT_HEADER),
/// ]);
/// let member = Identity::anonymous().with_claim("tenant", vec!["acme", "globex"]);
/// let auth = (AuthLayer::first_of([]).allow_anonymous_as(member), TenantLayer::new(source));
/// let service = auth.layer(service_fn(async |request: Request<()>| {
///     let tenant = Tenant::from_extensions(request.extensions()).expect("agreed");
///     Ok::<_, std::convert::Infallible>(Response::new(tenant.to_string()))
/// }));
///
/// let request = |host, header| {
///     let request = Request::builder().header("host", host).header("x-id-tenant-name", header);
///     request.body(()).unwrap()
/// };
/// let agreed = service.clone().oneshot(request("acme.example.com", "acme")).await.unwrap();
/// assert_eq!(agreed.body(), "acme");
/// let torn = service.oneshot(request("acme.example.com", "globex")).await.unwrap();
/// assert_eq!(torn.status(), 401);
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a source does nothing until a TenantLayer reads it"]
pub struct TenantSource(Place);

#[derive(Clone)]
enum Place {
    AllOf(Arc<[TenantSource]>),
    #[cfg(feature = "mtls")]
    Certificate(CertificateName),
    Claim(Arc<ClaimPath>),
    FirstHostLabel,
    FirstOf(Arc<[TenantSource]>),
    Fixed(Tenant),
    Header(HeaderName),
    /// The domain that follows the tenant's label, in lower case.
    Host(Arc<str>),
    /// The segments that come before the tenant's.
    Path(Arc<[String]>),
    Required(Arc<TenantSource>),
    Resolver(Arc<dyn TenantResolver>),
}

impl TenantSource {
    /// A header field that names the tenant: the one that yuuvis Momentum uses.
    pub const DEFAULT_HEADER: HeaderName = HeaderName::from_static("x-id-tenant-name");

    /// A header field, which must occur once. [`DEFAULT_HEADER`](Self::DEFAULT_HEADER) is a name for it.
    pub const fn header(name: HeaderName) -> Self {
        Self(Place::Header(name))
    }

    /// The label of the host before this domain: with `example.com` it is `acme` on
    /// `acme.example.com`. The label is read in lower case; the domain itself names no tenant.
    pub fn host(domain: &str) -> Self {
        Self(Place::Host(domain.trim_start_matches('.').to_ascii_lowercase().into()))
    }

    /// The first label of the host, whatever domain follows it; in lower case.
    ///
    /// For services under many domains. Where there is one, take [`host`](Self::host): here
    /// `www.example.com` names the tenant `www`.
    pub const fn first_host_label() -> Self {
        Self(Place::FirstHostLabel)
    }

    /// The segment of the path after this prefix: with `/tenants` it is `acme` in
    /// `/tenants/acme/orders`.
    ///
    /// The prefix is compared exactly with the path that the layer sees; inside of a nested router
    /// that is the path without the nesting's own prefix.
    pub fn path(prefix: &str) -> Self {
        let segments = prefix.split('/').filter(|segment| !segment.is_empty());
        Self(Place::Path(segments.map(str::to_owned).collect()))
    }

    /// A claim of the identity that acts: a string, or an array of one string; see
    /// [`Claims`](crate::Claims) for paths. The layer must then be inside of authentication.
    pub fn claim(path: &str) -> Self {
        Self::claim_at(Arc::new(ClaimPath::from(path)))
    }

    /// The one name of this kind in the client certificate of the connection, or in the one that a
    /// [`ForwardedCertificatesLayer`](crate::ForwardedCertificatesLayer) further out believed.
    #[cfg(feature = "mtls")]
    pub const fn certificate(kind: crate::NameKind) -> Self {
        Self(Place::Certificate(CertificateName::Kind(kind)))
    }

    /// The part of a name in the client certificate that a template calls `{name}`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{NameTemplate, TenantLayer, TenantSource};
    ///
    /// // spiffe://example.org/tenant/acme/billing is billing of acme.
    /// let template = NameTemplate::uri("spiffe://example.org/tenant/{name}/{workload}")?;
    /// let layer = TenantLayer::new(TenantSource::certificate_by(template));
    /// # let _ = layer;
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    #[cfg(feature = "mtls")]
    pub fn certificate_by(template: crate::NameTemplate) -> Self {
        Self(Place::Certificate(CertificateName::Template(Arc::new(template))))
    }

    /// Always this tenant.
    pub const fn fixed(tenant: Tenant) -> Self {
        Self(Place::Fixed(tenant))
    }

    /// What a rule of your own finds.
    pub fn resolved_by(resolver: impl TenantResolver) -> Self {
        Self(Place::Resolver(Arc::new(resolver)))
    }

    /// The first of these that names a tenant; those behind it are not looked at. See
    /// [the type](Self#combinations) for what that means where clients choose.
    ///
    /// One that is there and malformed refuses the request. None at all is a request without a tenant.
    pub fn first_of(sources: impl IntoIterator<Item = Self>) -> Self {
        Self(Place::FirstOf(sources.into_iter().collect()))
    }

    /// All of these: those that name a tenant must name the same one, and one of them must name one.
    ///
    /// A contradiction is refused at once, also outside of authentication, where a stranger may try out
    /// what a [`fixed`](Self::fixed) tenant or a certificate's is called. Where that is a secret, put
    /// the layer inside, or take [`TenantLayer::with_known_tenants`](crate::TenantLayer::with_known_tenants).
    pub fn all_of(sources: impl IntoIterator<Item = Self>) -> Self {
        Self(Place::AllOf(sources.into_iter().collect()))
    }

    /// Refuses requests in which this source names no tenant, whatever others say and also where
    /// [absence](crate::TenantLayer::allow_absent) is allowed.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{TenantLayer, TenantSource};
    ///
    /// // The token decides; a header may repeat it and may not contradict.
    /// let layer = TenantLayer::new(TenantSource::all_of([
    ///     TenantSource::claim("tenant").required(),
    ///     TenantSource::header(TenantSource::DEFAULT_HEADER),
    /// ]));
    /// # let _ = layer;
    /// ```
    pub fn required(self) -> Self {
        Self(Place::Required(Arc::new(self)))
    }

    pub(super) const fn claim_at(path: Arc<ClaimPath>) -> Self {
        Self(Place::Claim(path))
    }

    /// The claim that names the tenant, where nothing else does.
    pub(super) const fn only_claim(&self) -> Option<&Arc<ClaimPath>> {
        match &self.0 {
            Place::Claim(path) => Some(path),
            _ => None,
        }
    }

    /// The tenant that the request names; `None` when it names none.
    pub(super) fn find(
        &self,
        parts: &Parts,
        identity: Option<&Identity>,
    ) -> Result<Option<Tenant>, AuthError> {
        let name = match &self.0 {
            Place::AllOf(sources) => return all_of(sources, parts, identity),
            Place::FirstOf(sources) => {
                let mut found = sources.iter().map(|source| source.find(parts, identity));
                return found.find_map(Result::transpose).transpose();
            }
            Place::Required(source) => {
                let absent =
                    || AuthError::tenant_denied("a source that must name a tenant does not");
                return source.find(parts, identity)?.ok_or_else(absent).map(Some);
            }
            Place::Fixed(tenant) => return Ok(Some(tenant.clone())),
            #[cfg(feature = "mtls")]
            Place::Certificate(name) => name.find(parts)?.map(Cow::Owned),
            Place::Claim(path) => places::claim(path, identity)?.map(Cow::Borrowed),
            Place::FirstHostLabel => places::first_label(parts)?.map(Cow::Owned),
            Place::Header(name) => places::header(name, parts)?.map(Cow::Borrowed),
            Place::Host(domain) => places::label_before(domain, parts)?.map(Cow::Owned),
            Place::Path(prefix) => {
                places::segment_after(prefix, parts.uri.path()).map(Cow::Borrowed)
            }
            Place::Resolver(resolver) => resolver.resolve(parts)?.map(Cow::Owned),
        };
        let malformed = || AuthError::tenant_denied("what names the tenant is not a tenant's name");
        name.map(|name| Tenant::parse(&name).ok_or_else(malformed)).transpose()
    }
}

/// All are looked at, so that one that is malformed refuses wherever it stands.
fn all_of(
    sources: &[TenantSource],
    parts: &Parts,
    identity: Option<&Identity>,
) -> Result<Option<Tenant>, AuthError> {
    let mut agreed: Option<Tenant> = None;
    for source in sources {
        let Some(tenant) = source.find(parts, identity)? else { continue };
        if agreed.as_ref().is_some_and(|agreed| *agreed != tenant) {
            return Err(AuthError::tenant_denied("two places name different tenants"));
        }
        agreed = Some(tenant);
    }
    Ok(agreed)
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllOf(sources) => f.debug_tuple("AllOf").field(sources).finish(),
            #[cfg(feature = "mtls")]
            Self::Certificate(name) => f.debug_tuple("Certificate").field(name).finish(),
            Self::Claim(path) => f.debug_tuple("Claim").field(path).finish(),
            Self::FirstHostLabel => f.write_str("FirstHostLabel"),
            Self::FirstOf(sources) => f.debug_tuple("FirstOf").field(sources).finish(),
            Self::Fixed(tenant) => f.debug_tuple("Fixed").field(tenant).finish(),
            Self::Header(name) => f.debug_tuple("Header").field(name).finish(),
            Self::Host(domain) => f.debug_tuple("Host").field(domain).finish(),
            Self::Path(prefix) => f.debug_tuple("Path").field(prefix).finish(),
            Self::Required(source) => f.debug_tuple("Required").field(source).finish(),
            Self::Resolver(_) => f.write_str("Resolver(..)"),
        }
    }
}
