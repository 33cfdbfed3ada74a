//! The client of a request: which address it asks from, also behind a proxy that names it.
//!
//! Start at [`Proxies::client`]. A proxy adds the address it was asked from at the end of `X-Forwarded-For`;
//! what stands before may be the client's own invention. So it is read from its end, over proxies that are
//! trusted, up to the first address that is not one of theirs.
//!
//! Never here: what a client may do.

use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName};

/// Where a proxy names its client. Source: RFC 7239, section 1.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Default for Peer {
    /// That of nobody: a request that came over no connection is counted with others of its sort.
    fn default() -> Self {
        Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// Somebody on this machine.
    ThisMachine,
    /// Somebody at this address.
    At(IpAddr),
}

/// The proxies that are trusted to name their clients.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// Trusts the proxies of these networks.
    #[must_use]
    pub const fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Finds out who asks: the peer, or who a trusted one names.
    ///
    /// A trusted peer that names nobody is the client itself; with a proxy that names nobody, all of its
    /// clients are one.
    #[must_use]
    pub fn client(&self, peer: Peer, headers: &HeaderMap) -> Client {
        let Peer(peer) = peer;
        let peer = peer.to_canonical();
        if self.0.is_empty() && peer.is_loopback() {
            return Client::ThisMachine;
        }
        let values: Vec<&[u8]> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .map(axum::http::HeaderValue::as_bytes)
            .collect();
        let mut named = values
            .iter()
            .rev()
            .flat_map(|value| value.rsplit(|byte| *byte == b','));
        let mut found = peer;
        while self.trusts(found) {
            let Some(address) = named.next().and_then(address) else {
                break;
            };
            found = address;
        }
        Client::At(found)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.has(address))
    }
}

/// Reads an address as proxies write it: bare, in brackets, or with a port.
fn address(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let bare = text
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    let with_port = || text.parse::<std::net::SocketAddr>().map(|at| at.ip());
    let address = bare.or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
}

/// The addresses that begin with the same bits: `10.0.0.0/8`, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// How many bits at the beginning are the same.
    bits: u32,
}

/// A text that is no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no address or network, e.g. 127.0.0.1 or 10.0.0.0/8")]
pub struct NetworkError;

impl Network {
    /// Whether an address is one of these.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        let (own, bits_all) = number(self.address);
        let (other, other_all) = number(address.to_canonical());
        let rest = bits_all.saturating_sub(self.bits);
        bits_all == other_all && (own ^ other).checked_shr(rest).unwrap_or_default() == 0
    }
}

/// Returns an address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let address = address.to_canonical();
        let (_, bits_all) = number(address);
        let bits = bits.map_or(Ok(bits_all), |bits| bits.parse().map_err(|_| NetworkError))?;
        if bits > bits_all {
            return Err(NetworkError);
        }
        Ok(Self { address, bits })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn ask(proxies: &[&str], peer: &str, named: &[&str]) -> Client {
        let networks = proxies.iter().map(|text| text.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for value in named {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        Proxies::new(networks).client(Peer(peer.parse().unwrap()), &headers)
    }

    #[test]
    fn only_a_trusted_proxy_names_its_client() {
        let at = |address: &str| Client::At(address.parse().unwrap());
        let cases: &[(&[&str], &str, &[&str], Client)] = &[
            (&[], "127.0.0.1", &["192.0.2.9"], Client::ThisMachine),
            (&[], "::ffff:127.0.0.1", &[], Client::ThisMachine),
            (&[], "198.51.100.7", &["192.0.2.9"], at("198.51.100.7")),
            (&["127.0.0.1"], "127.0.0.1", &["192.0.2.9"], at("192.0.2.9")),
            (
                &["127.0.0.1"],
                "198.51.100.7",
                &["192.0.2.9"],
                at("198.51.100.7"),
            ),
            // What stands before the last may be invented.
            (
                &["127.0.0.1"],
                "127.0.0.1",
                &["10.0.0.1, 192.0.2.9"],
                at("192.0.2.9"),
            ),
            (
                &["127.0.0.1"],
                "127.0.0.1",
                &["10.0.0.1", "192.0.2.9"],
                at("192.0.2.9"),
            ),
            (
                &["127.0.0.1"],
                "127.0.0.1",
                &["127.0.0.1, 192.0.2.9"],
                at("192.0.2.9"),
            ),
            (
                &["127.0.0.0/8", "10.0.0.0/8"],
                "127.0.0.1",
                &["192.0.2.9, 10.1.2.3"],
                at("192.0.2.9"),
            ),
            (
                &["127.0.0.1"],
                "127.0.0.1",
                &["[2001:db8::1]:443"],
                at("2001:db8::1"),
            ),
            (
                &["127.0.0.1"],
                "127.0.0.1",
                &["192.0.2.9:81"],
                at("192.0.2.9"),
            ),
            (&["::1"], "::1", &["2001:db8::1"], at("2001:db8::1")),
            // A trusted one that names nobody.
            (&["127.0.0.1"], "127.0.0.1", &[], at("127.0.0.1")),
            (&["127.0.0.1"], "127.0.0.1", &["unknown"], at("127.0.0.1")),
        ];
        for (proxies, peer, named, expected) in cases {
            assert_eq!(
                ask(proxies, peer, named),
                *expected,
                "{proxies:?} {peer} {named:?}"
            );
        }
    }

    #[test]
    fn a_network_has_the_addresses_that_begin_as_it_does() {
        let has = |network: &str, address: &str| {
            let network: Network = network.parse().unwrap();
            network.has(address.parse().unwrap())
        };
        assert!(has("0.0.0.0/0", "203.0.113.1") && has("10.0.0.0/8", "10.255.0.1"));
        assert!(has("2001:db8::/32", "2001:db8:1::1") && has("::/0", "2001:db8::1"));
        assert!(!has("10.0.0.0/8", "11.0.0.1") && !has("192.0.2.1", "192.0.2.2"));
        assert!(!has("0.0.0.0/0", "::1") && !has("::/0", "192.0.2.1"));
        for wrong in [
            "",
            "localhost",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "::/129",
            "10.0.0.0/",
        ] {
            assert_eq!(wrong.parse::<Network>(), Err(NetworkError), "{wrong}");
        }
    }
}
