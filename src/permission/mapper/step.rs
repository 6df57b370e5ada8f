//! [`Step`]: what is done to an element on its way to a permission.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

#[cfg(feature = "regex")]
use crate::permission::mapper::pattern::{ClaimPattern, Fit};
use crate::{error::AuthError, tenant::Tenant};

/// What is done to an element. Steps are taken in the order in which they were written.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Takes a prefix away; what has none is somebody else's.
    Strip(Arc<str>),
    Prefix(Arc<str>),
    /// What is not in the table stays as it is.
    Rename(Arc<HashMap<String, Vec<Arc<str>>>>),
    Only(Arc<HashSet<String>>),
    /// Takes the tenant and a colon away; what has another tenant is for other requests.
    OfTenant,
    #[cfg(feature = "regex")]
    Match(Arc<ClaimPattern>),
}

/// An element on its way.
#[derive(Debug)]
pub(super) struct Element<'a> {
    pub(super) text: Cow<'a, str>,
    /// Bytes at its beginning that come from the configuration and not from the claim.
    pub(super) configured: usize,
}

/// What became of an element.
enum Next<'a> {
    Element(Element<'a>),
    /// It means nothing here.
    Nothing,
    /// It is malformed.
    #[cfg(feature = "regex")]
    NoMatch,
    Names(&'a [Arc<str>]),
}

impl<'a> Element<'a> {
    pub(super) const fn of_claim(text: Cow<'a, str>) -> Self {
        Self { text, configured: 0 }
    }

    fn configured(name: &'a str) -> Self {
        Self { text: name.into(), configured: name.len() }
    }

    /// What the claim alone decides on.
    pub(super) fn of_token(&self) -> &str {
        // The boundary is one of a prefix, or the end.
        self.text.get(self.configured..).unwrap_or(&self.text)
    }

    fn without_first(self, bytes: usize) -> Self {
        let text = match self.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[bytes..]),
            Cow::Owned(text) => Cow::Owned(text[bytes..].to_owned()),
        };
        Self { text, configured: self.configured.saturating_sub(bytes) }
    }
}

/// Takes the steps one after the other, and hands over what comes out at the end. The last argument is
/// asked what to do about what fits no pattern.
pub(super) fn walk<'a>(
    steps: &'a [Step],
    element: Element<'a>,
    tenant: Option<&Tenant>,
    end: &mut dyn FnMut(Option<Element<'a>>) -> Result<(), AuthError>,
) -> Result<(), AuthError> {
    let Some((step, rest)) = steps.split_first() else { return end(Some(element)) };
    match step.take(element, tenant) {
        Next::Element(element) => walk(rest, element, tenant, end),
        Next::Nothing => Ok(()),
        #[cfg(feature = "regex")]
        Next::NoMatch => end(None),
        Next::Names(names) => {
            let mut names = names.iter().map(|name| Element::configured(name));
            names.try_for_each(|element| walk(rest, element, tenant, end))
        }
    }
}

impl Step {
    fn take<'a>(&'a self, element: Element<'a>, tenant: Option<&Tenant>) -> Next<'a> {
        match self {
            Self::Strip(prefix) if element.text.starts_with(&**prefix) => {
                Next::Element(element.without_first(prefix.len()))
            }
            Self::Prefix(prefix) => Next::Element(Element {
                text: [prefix, &*element.text].concat().into(),
                configured: element.configured + prefix.len(),
            }),
            Self::Rename(table) => match table.get(&*element.text) {
                Some(names) => Next::Names(names),
                None => Next::Element(element),
            },
            Self::Only(names) if names.contains(&*element.text) => Next::Element(element),
            Self::OfTenant => {
                // No name of a tenant has a colon, so there is one way to read it.
                let named = element.text.split_once(':').map(|(name, _)| name);
                match tenant.map(Tenant::as_str) {
                    Some(tenant) if named == Some(tenant) => {
                        Next::Element(element.without_first(tenant.len() + 1))
                    }
                    _ => Next::Nothing,
                }
            }
            #[cfg(feature = "regex")]
            Self::Match(pattern) => match pattern.fit(&element.text, tenant) {
                Fit::Name { text, configured } => {
                    Next::Element(Element { text: text.into(), configured })
                }
                Fit::OtherTenant => Next::Nothing,
                Fit::None => Next::NoMatch,
            },
            Self::Strip(_) | Self::Only(_) => Next::Nothing,
        }
    }
}
