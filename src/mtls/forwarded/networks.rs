//! Networks of IP addresses, as `10.0.0.0/8` names them (RFC 4632).

use std::net::IpAddr;

use crate::config_error::{ConfigError, Problems};

/// A network: its first address, and how many of the leading bits it fixes.
#[derive(Clone, Copy, Debug)]
struct Network {
    first: IpAddr,
    bits: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Networks(Vec<Network>);

impl Networks {
    pub(super) fn parse<T: AsRef<str>>(
        networks: impl IntoIterator<Item = T>,
    ) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let mut parsed = Vec::new();
        for text in networks {
            match Network::parse(text.as_ref()) {
                Ok(network) => parsed.push(network),
                Err(problem) => problems.add(format!("network {:?}: {problem}", text.as_ref())),
            }
        }
        if parsed.is_empty() {
            problems.add("no network of the proxy is given");
        }
        problems.finish(Self(parsed))
    }

    pub(super) fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }
}

impl Network {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (first, bits) = match text.split_once('/') {
            Some((first, bits)) => (first, Some(bits)),
            None => (text, None),
        };
        let first: IpAddr = first.parse().map_err(|_| "not an address or `address/bits`")?;
        if first != first.to_canonical() {
            return Err("write it as an IPv4 network");
        }
        let length = if first.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => length,
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                bits.parse().map_err(|_| "the number of bits is missing or too large")?
            }
            Some(_) => return Err("the number of bits is not a number"),
        };
        let network = Self { first, bits };
        if bits > length {
            Err("the number of bits is missing or too large")
        } else if bits == 0 {
            Err("that is every address, and no proof of anything")
        } else if network.prefix(first) << (length - bits) != number(first) {
            Err("bits are set after the network's own")
        } else {
            Ok(network)
        }
    }

    fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && self.prefix(address) == self.prefix(self.first)
    }

    /// The leading bits of an address of the same family. There is at least one.
    fn prefix(&self, address: IpAddr) -> u128 {
        let length = if address.is_ipv4() { 32 } else { 128 };
        number(address) >> (length - self.bits)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}
