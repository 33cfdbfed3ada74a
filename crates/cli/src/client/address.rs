//! Addresses: of a server, and of what is asked of it.
//!
//! Never here: requests.

use std::net::IpAddr;

use figures::percent_encode;
use ureq::http::Uri;

use super::Failure;

/// A path with its query, being put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target(String);

impl Target {
    /// Begins with a path that needs no encoding.
    pub(crate) fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    /// Adds a parameter.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(&percent_encode(name));
        self.0.push('=');
        self.0.push_str(&percent_encode(value));
        self
    }

    /// Adds a parameter where there is a value.
    #[must_use]
    pub(crate) fn with_some(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, &value.to_string()),
            None => self,
        }
    }

    /// Returns it as it is asked for.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the address of a server without its last slash.
///
/// # Errors
/// [`Failure::Usage`] when it begins neither with `http://` nor with `https://`, names no host, or has a name
/// before the host: `http://127.0.0.1@example.org` is at `example.org`.
pub(super) fn base(server: &str) -> Result<String, Failure> {
    let base = server.trim().trim_end_matches('/');
    let parsed = base.parse::<Uri>().ok();
    let scheme = parsed.as_ref().and_then(Uri::scheme_str);
    let authority = parsed.as_ref().and_then(Uri::authority);
    match (scheme, authority) {
        (Some("http" | "https"), Some(authority))
            if !authority.host().is_empty() && !authority.as_str().contains('@') =>
        {
            Ok(base.to_owned())
        }
        (Some(_) | None, Some(_) | None) => Err(Failure::Usage {
            what: "the server's address is not right".to_owned(),
            found: format!("--server is {server:?}"),
            right: Some("must be http://HOST:PORT or https://HOST:PORT".to_owned()),
            next: None,
        }),
    }
}

/// Whether a server's address names this machine.
pub(crate) fn is_this_machine(base: &str) -> bool {
    let parsed = base.trim().parse::<Uri>().ok();
    let parsed = parsed.filter(|parsed| parsed.scheme().is_some());
    let host = parsed.as_ref().and_then(Uri::host).unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_judged_by_the_host_that_is_connected_to() {
        for (address, own) in [
            ("http://127.0.0.1:8420", true),
            ("http://127.8.0.1", true),
            ("http://localhost:8420/habeas", true),
            ("http://LOCALHOST", true),
            ("http://[::1]:8420", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://127.0.0.1.example.org", false),
            ("http://localhost.example.org", false),
            ("http://127.0.0.1@example.org", false),
            ("http://localhost@example.org:8000", false),
            ("http://127.0.0.1:8000@example.org", false),
            ("http://[::ffff:192.0.2.1]", false),
            ("http://127.1", false),
            ("127.0.0.1", false),
            ("", false),
        ] {
            assert_eq!(is_this_machine(address), own, "{address}");
        }
        for wrong in [
            "http://a@b",
            "http://@b",
            "http://",
            "ftp://b",
            "b",
            "http://127.0.0.1:8000@b",
        ] {
            assert!(base(wrong).is_err(), "{wrong}");
        }
        assert_eq!(base(" https://b/habeas/ ").unwrap(), "https://b/habeas");
    }

    #[test]
    fn a_target_is_encoded_like_the_servers_own_links() {
        let target = Target::new("/v1/figures")
            .with("law", "Code pénal & more")
            .with("at", "recorded:2020-12-10T10:00:00+07:00")
            .with_some("limit", Some(5))
            .with_some("cursor", None::<&str>);
        assert_eq!(
            target.as_str(),
            "/v1/figures?law=Code%20p%C3%A9nal%20%26%20more\
             &at=recorded:2020-12-10T10:00:00%2B07:00&limit=5"
        );
    }

    #[test]
    fn of_ascii_letters_digits_and_seven_others_stay_bare() {
        let bare: String = ('\0'..='\u{7f}')
            .filter(|c| percent_encode(&c.to_string()) == c.to_string())
            .collect();
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";
        assert_eq!(bare, format!(",-./0123456789:{letters}"));
        for (value, right) in [
            ("", ""),
            ("100% a&b=c#d?e", "100%25%20a%26b%3Dc%23d%3Fe"),
            (
                "\0\t\n\r!\"'()*;<>@",
                "%00%09%0A%0D%21%22%27%28%29%2A%3B%3C%3E%40",
            ),
            ("§ 495 ក\u{1f54a}", "%C2%A7%20495%20%E1%9E%80%F0%9F%95%8A"),
        ] {
            assert_eq!(percent_encode(value), right, "{value:?}");
        }
    }

    #[test]
    fn a_servers_address_is_http_or_https_and_loses_its_slash() {
        assert_eq!(
            base("http://127.0.0.1:8420/").unwrap(),
            "http://127.0.0.1:8420"
        );
        for wrong in [
            "127.0.0.1:8420",
            "ftp://habeas.example",
            "http://",
            "https://",
            "",
        ] {
            assert!(matches!(base(wrong), Err(Failure::Usage { .. })), "{wrong}");
        }
        assert_eq!(
            base("https://habeas.example").unwrap(),
            "https://habeas.example"
        );
        assert!(is_this_machine("http://localhost:1"));
        assert!(is_this_machine("https://127.0.0.1:1"));
        assert!(!is_this_machine("http://habeas.example"));
    }
}
