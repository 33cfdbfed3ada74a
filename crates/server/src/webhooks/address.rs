//! The address of a receiver: which are taken, and into which networks its name may lead.
//!
//! Start at [`Address::parse`]. What a name leads to is judged when it is looked up, at each delivery
//! ([`Address::may_lead_to`]), and the connection goes to the address that was judged.
//!
//! Never here: connections.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::Uri;
use axum::http::uri::Scheme;

use crate::http::client::Network;

/// Most bytes of a receiver's address. Source: docs/reference/limits.md.
pub const URL_BYTES_MAX: usize = 2_048;

/// Why an address is not taken. None repeats it: it may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Too long.
    #[error("the url is longer than {URL_BYTES_MAX} bytes")]
    Length,
    /// Not of the form of an address.
    #[error(
        "the url must be https://<host>[:port]/<path>, without a user, a password and a fragment"
    )]
    Form,
    /// In the clear.
    #[error(
        "the url must begin with https://; http:// is taken where the operator names this machine in --webhook-network"
    )]
    Clear,
    /// It leads inside.
    #[error(
        "the url leads to an address that is not public, and that no --webhook-network of the operator names"
    )]
    Inside,
}

/// The address of a receiver.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    uri: Uri,
    host: String,
    /// Whether it is spoken to by TLS.
    is_secure: bool,
}

impl Address {
    /// Reads an address, which may lead into these networks beside public ones.
    ///
    /// # Errors
    /// [`AddressError`]: the first that applies.
    pub fn parse(text: &str, networks: &[Network]) -> Result<Self, AddressError> {
        if text.len() > URL_BYTES_MAX {
            return Err(AddressError::Length);
        }
        let is_clean = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains('#');
        let uri: Uri = text.parse().map_err(|_| AddressError::Form)?;
        let authority = uri.authority().ok_or(AddressError::Form)?;
        let has_user = authority.as_str().contains('@');
        let is_secure = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(AddressError::Form),
        };
        let host = authority.host().trim_start_matches('[');
        let host = host.trim_end_matches(']').to_owned();
        let behind = authority.as_str().rsplit_once(authority.host());
        let behind = behind.map_or("", |(_, behind)| behind);
        let port = behind.strip_prefix(':').map(str::parse::<u16>);
        let is_port = behind.is_empty() || matches!(port, Some(Ok(1..)));
        if !is_clean || has_user || host.is_empty() || !is_port {
            return Err(AddressError::Form);
        }
        let address = Self {
            uri,
            host,
            is_secure,
        };
        let is_named = |ip: IpAddr| networks.iter().any(|network| network.has(ip));
        let loopback = [
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        ];
        if !is_secure && !loopback.into_iter().any(is_named) {
            return Err(AddressError::Clear);
        }
        // A name is judged once it is looked up.
        if let Ok(ip) = address.host.parse::<IpAddr>()
            && !address.may_lead_to(ip, networks)
        {
            return Err(AddressError::Inside);
        }
        Ok(address)
    }

    /// Whether a connection to `ip` may be made for it: to a public address, or into one of these networks; in the
    /// clear, on this machine alone.
    #[must_use]
    pub fn may_lead_to(&self, ip: IpAddr, networks: &[Network]) -> bool {
        let ip = ip.to_canonical();
        let is_named = networks.iter().any(|network| network.has(ip));
        if self.is_secure {
            is_named || is_public(ip)
        } else {
            is_named && ip.is_loopback()
        }
    }

    /// Whether it is spoken to by TLS.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Returns the host, an address of IPv6 without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the port.
    #[must_use]
    pub fn port(&self) -> u16 {
        let own = self.uri.port_u16();
        own.unwrap_or(if self.is_secure { 443 } else { 80 })
    }

    /// Returns what the header `Host` says.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.uri
            .authority()
            .map_or("", |authority| authority.as_str())
    }

    /// Returns the path with the query.
    #[must_use]
    pub fn target(&self) -> &str {
        self.uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[address of a receiver]")
    }
}

/// Whether an address is reached over the public network. Source: IANA's registries of special-purpose addresses
/// (RFC 6890), of IPv6 those within 2000::/3 that lead to no IPv4 address.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let is_special = ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 192 && b == 88 && c == 99)
                || (a == 198 && (18..20).contains(&b));
            !is_special
        }
        IpAddr::V6(ip) => {
            let [first, second, ..] = ip.segments();
            // Teredo, ORCHID and benchmarks; documentation; 6to4.
            let is_special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8))
                || first == 0x2002
                || (first == 0x3fff && second < 0x1000);
            first & 0xe000 == 0x2000 && !is_special
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(texts: &[&str]) -> Vec<Network> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn an_address_is_taken_by_its_form_and_by_where_it_leads() {
        let long = format!("https://a.example/{}", "x".repeat(URL_BYTES_MAX));
        for (inside, text, expected) in [
            (&[][..], "https://a.example/hook?key=1", None),
            (&[], "https://a.example:8443/", None),
            (&[], "https://93.184.215.14/", None),
            (&[], "https://[2606:2800:21f:cb07::1]/", None),
            (&[], long.as_str(), Some(AddressError::Length)),
            (&[], "a.example/hook", Some(AddressError::Form)),
            (&[], "ftp://a.example/", Some(AddressError::Form)),
            (&[], "https://u:p@a.example/", Some(AddressError::Form)),
            (&[], "https://a.example/#x", Some(AddressError::Form)),
            (&[], "https://a.example:0/", Some(AddressError::Form)),
            (&[], "https://a.example:/", Some(AddressError::Form)),
            (&[], "https://a.example:99999/", Some(AddressError::Form)),
            (&[], "https://[2606:2800:21f:cb07::1]:8443/", None),
            (&[], "http://a.example/", Some(AddressError::Clear)),
            (&[], "http://127.0.0.1:9/", Some(AddressError::Clear)),
            (&[], "https://127.0.0.1/", Some(AddressError::Inside)),
            (&[], "https://10.0.0.1/", Some(AddressError::Inside)),
            (&[], "https://[::1]/", Some(AddressError::Inside)),
            (
                &[],
                "https://[::ffff:10.0.0.1]/",
                Some(AddressError::Inside),
            ),
            (&["127.0.0.0/8"], "http://127.0.0.1:9/", None),
            (
                &["127.0.0.0/8"],
                "http://10.0.0.1/",
                Some(AddressError::Inside),
            ),
            (
                &["10.0.0.0/8"],
                "http://10.0.0.1/",
                Some(AddressError::Clear),
            ),
            (&["10.0.0.0/8"], "https://10.0.0.1/", None),
        ] {
            let parsed = Address::parse(text, &networks(inside));
            assert_eq!(parsed.err(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_public_is_told_from_what_is() {
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::",
            "3fff::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for public in [
            "1.1.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1",
            "2a00:1450::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn an_address_tells_nothing_of_itself() {
        let address = Address::parse("https://a.example/hook/T0KEN", &[]).unwrap();
        assert_eq!(format!("{address:?}"), "[address of a receiver]");
        assert_eq!((address.host(), address.port()), ("a.example", 443));
        assert_eq!(address.target(), "/hook/T0KEN");
    }
}
