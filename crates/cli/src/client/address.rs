//! Addresses: of a server, and of what is asked of it.
//!
//! Never here: requests.

use figures::percent_encode;

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
/// [`Failure::Usage`] when it begins neither with `http://` nor with `https://`.
pub(super) fn base(server: &str) -> Result<String, Failure> {
    let base = server.trim().trim_end_matches('/');
    let host = base
        .strip_prefix("http://")
        .or_else(|| base.strip_prefix("https://"));
    match host {
        Some(host) if !host.is_empty() => Ok(base.to_owned()),
        Some(_) | None => Err(Failure::Usage {
            what: "the server's address is not right".to_owned(),
            found: format!("--server is {server:?}"),
            right: Some("must be http://HOST:PORT or https://HOST:PORT".to_owned()),
            next: None,
        }),
    }
}

/// Whether a server's address names this machine.
pub(crate) fn is_this_machine(base: &str) -> bool {
    let (_, host) = base.split_once("://").unwrap_or_default();
    ["127.", "localhost", "[::1]"]
        .iter()
        .any(|own| host.starts_with(own))
}

#[cfg(test)]
mod tests {
    use super::*;

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
