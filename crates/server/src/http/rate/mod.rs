//! Rates: how much one token, and one address, may ask for, so that nobody makes others wait.
//!
//! Start at [`Rates::take`]. A caller with a token is known by it, from any address; others by their
//! address, those of one /64 of IPv6 as one. A caller on this machine has no limit, unless a trusted proxy names
//! its clients.
//!
//! Never here: finding out the address ([`super::client`]).

mod buckets;

use std::net::{IpAddr, Ipv6Addr};

use access::TokenId;

pub use buckets::{Allowance, Buckets, Empty};

use super::client::Client;
use crate::access::Credential;

/// How much one token may ask for: 100 requests a second. Source: docs/reference/limits.md.
pub const OF_A_TOKEN: Allowance = Allowance {
    burst: 1_000,
    interval_ms: 10,
};

/// How much one address without a token may ask for: 20 requests a second. Source: docs/reference/limits.md.
pub const OF_AN_ADDRESS: Allowance = Allowance {
    burst: 200,
    interval_ms: 50,
};

/// How many tokens and how many addresses are remembered: about 6 MiB. Source: docs/reference/limits.md.
pub const CALLERS_MAX: usize = 65_536;

/// Who is counted as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// All who ask on this machine.
    ThisMachine,
    /// Who has this token; the operator's own has no id.
    Token(Option<TokenId>),
    /// Who asks at this address without a token that is taken: of IPv6, in this /64.
    Address(IpAddr),
}

impl Caller {
    /// Returns who asks, by the token where there is one that is taken.
    #[must_use]
    pub fn new(client: Client, credential: Option<&Credential>) -> Self {
        match (client, credential) {
            (Client::ThisMachine, _) => Self::ThisMachine,
            (Client::At(_), Some(credential)) => Self::Token(credential.token.clone()),
            (Client::At(address), None) => Self::Address(network(address)),
        }
    }
}

/// What each caller may still ask for.
#[derive(Debug)]
pub struct Rates {
    /// By token; the operator's own has no id.
    tokens: Buckets<Option<TokenId>>,
    addresses: Buckets<IpAddr>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            tokens: Buckets::new(OF_A_TOKEN, CALLERS_MAX),
            addresses: Buckets::new(OF_AN_ADDRESS, CALLERS_MAX),
        }
    }
}

impl Rates {
    /// Takes one request of a caller.
    ///
    /// # Errors
    /// [`Empty`]: the caller has asked for all that it may for now.
    pub fn take(&self, caller: &Caller, now_ms: u64) -> Result<(), Empty> {
        match caller {
            Caller::ThisMachine => Ok(()),
            Caller::Token(token) => self.tokens.take(token, now_ms),
            Caller::Address(address) => self.addresses.take(address, now_ms),
        }
    }
}

/// Returns whose an address is: one of IPv4 is one caller, of IPv6 a whole /64 is, since a single line has
/// that many. Source: RFC 6177; RFC 4291 section 2.5.1.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let bits = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(bits))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> Client {
        Client::At(address.parse().unwrap())
    }

    /// Takes all that a caller may ask for; returns how many requests that were.
    fn drain(rates: &Rates, client: Client, credential: Option<&Credential>) -> u64 {
        let caller = Caller::new(client, credential);
        let taken = (0..10_000).take_while(|_| rates.take(&caller, 0).is_ok());
        u64::try_from(taken.count()).unwrap()
    }

    #[test]
    fn a_token_counts_from_wherever_it_asks_and_an_address_where_there_is_none() {
        let rates = Rates::default();
        let token = |id: &str| Credential {
            token: Some(TokenId::parse(id).unwrap()),
            ..Credential::of_operator()
        };
        let (one, other) = (token("one"), token("other"));
        assert_eq!(drain(&rates, at("192.0.2.1"), Some(&one)), OF_A_TOKEN.burst);
        assert_eq!(drain(&rates, at("192.0.2.2"), Some(&one)), 0);
        assert_eq!(
            drain(&rates, at("192.0.2.1"), Some(&other)),
            OF_A_TOKEN.burst
        );
        assert_eq!(drain(&rates, at("192.0.2.1"), None), OF_AN_ADDRESS.burst);
        assert_eq!(drain(&rates, at("192.0.2.2"), None), OF_AN_ADDRESS.burst);
        assert_eq!(drain(&rates, at("::ffff:192.0.2.2"), None), 0);
        assert_eq!(drain(&rates, Client::ThisMachine, None), 10_000);
    }

    #[test]
    fn all_addresses_of_a_64_of_ipv6_are_one_caller() {
        let rates = Rates::default();
        let whole = drain(&rates, at("2001:db8::1"), None);
        assert_eq!(whole, OF_AN_ADDRESS.burst);
        assert_eq!(drain(&rates, at("2001:db8::ffff:0:0:1"), None), 0);
        let next = drain(&rates, at("2001:db8:0:1::1"), None);
        assert_eq!(next, OF_AN_ADDRESS.burst);
    }
}
