//! [`Methods`]: the HTTP methods that a rule is for.

use http::Method;

/// The methods of a rule; none for all.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Methods(Vec<Method>);

impl Methods {
    /// The methods of these names, or what is wrong with one.
    pub(super) fn parse(names: &[String]) -> Result<Self, String> {
        let parse = |name: &String| match Method::from_bytes(name.as_bytes()) {
            Ok(method) if !name.contains(|letter: char| letter.is_ascii_lowercase()) => Ok(method),
            _ => Err(format!("{name:?} is not a method; they are written in upper case")),
        };
        names.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    pub(super) const fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// `HEAD` is answered as `GET` is, so who names `GET` means both (RFC 9110, section 9.3.2).
    pub(super) fn contain(&self, method: &Method) -> bool {
        self.is_all()
            || self.0.contains(method)
            || (method == Method::HEAD && self.0.contains(&Method::GET))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Method> {
        self.0.iter()
    }
}
