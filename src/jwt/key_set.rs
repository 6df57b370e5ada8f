//! A set of keys, and which of them a token can have been signed with.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::jwt::{Algorithm, jwk::Jwk, key::Key, token::Header};

/// So many keys of one set may share name and algorithm: a token of that name is held against each of
/// them, and no token may cost many signature checks.
const MAX_NAMESAKES: usize = 4;

/// The keys of one source at one time. A set is never changed, it is replaced.
#[derive(Debug)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
    generation: u64,
    /// Why keys of the source are not in the set.
    pub(crate) left_out: Vec<String>,
}

impl KeySet {
    pub(super) fn new(keys: Vec<Key>) -> Self {
        static GENERATIONS: AtomicU64 = AtomicU64::new(0);

        let mut set = Self {
            keys: Vec::with_capacity(keys.len()),
            generation: GENERATIONS.fetch_add(1, Ordering::Relaxed),
            left_out: Vec::new(),
        };
        keys.into_iter().for_each(|key| set.add(key));
        set
    }

    /// Reads a JWK set; keys that tokens cannot be verified with are left out.
    #[cfg(feature = "jwks")]
    pub(crate) fn parse(
        json: &[u8],
        max_keys: usize,
        kid: Option<&str>,
        allowed: &[Algorithm],
    ) -> Result<Self, String> {
        let (jwks, mut left_out) = Jwk::parse_set(json, max_keys)?;
        let mut keys = Vec::with_capacity(jwks.len());
        for jwk in jwks {
            match bind(&jwk, kid, allowed) {
                Ok(bound) => keys.extend(bound),
                Err(reason) => left_out.push(reason),
            }
        }
        if keys.is_empty() {
            return Err(format!("no usable key in the set ({})", left_out.join("; ")));
        }
        let mut set = Self::new(keys);
        set.left_out.append(&mut left_out);
        Ok(set)
    }

    /// No two sets of the process have the same.
    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }

    #[cfg(feature = "jwks")]
    pub(crate) const fn len(&self) -> usize {
        self.keys.len()
    }

    #[cfg(feature = "jwks")]
    pub(super) fn into_keys(self) -> (Vec<Key>, Vec<String>) {
        (self.keys, self.left_out)
    }

    /// The keys with the name and algorithm that a token gives.
    pub(super) fn named(&self, kid: &str, header: &Header<'_>) -> impl Iterator<Item = &Key> {
        self.of(header).filter(move |key| key.kid.as_deref() == Some(kid))
    }

    /// All keys with the algorithm that a token gives.
    pub(super) fn of(&self, header: &Header<'_>) -> impl Iterator<Item = &Key> {
        let algorithm = header.algorithm;
        self.keys.iter().filter(move |key| key.algorithm == algorithm)
    }

    fn add(&mut self, key: Key) {
        let is_namesake = |other: &&Key| other.kid == key.kid && other.algorithm == key.algorithm;
        if self.keys.iter().filter(is_namesake).count() < MAX_NAMESAKES {
            self.keys.push(key);
        } else {
            let name = key.kid.as_deref().map_or("no name".to_owned(), |kid| format!("{kid:?}"));
            self.left_out.push(format!(
                "more than {MAX_NAMESAKES} keys of one algorithm have {name} as \"kid\""
            ));
        }
    }
}

/// Binds a JWK to its `alg`; one without, to each of the issuer's algorithms that fits its type.
pub(super) fn bind(
    jwk: &Jwk,
    kid: Option<&str>,
    allowed: &[Algorithm],
) -> Result<Vec<Key>, String> {
    let fits = |algorithm: &Algorithm| match jwk.algorithm {
        Some(own) => own == *algorithm,
        None => jwk.key.fits(*algorithm),
    };
    let kid = jwk.kid.as_deref().or(kid);
    let fitting = allowed.iter().copied().filter(fits);
    let keys: Vec<Key> = fitting
        .map(|algorithm| Key::asymmetric(kid, &jwk.key, algorithm))
        .collect::<Result<_, _>>()?;
    match keys.as_slice() {
        [] => Err("the key fits none of the issuer's algorithms".into()),
        _ => Ok(keys),
    }
}
