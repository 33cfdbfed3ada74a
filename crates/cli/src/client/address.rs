//! Addresses: of a server, and of what is asked of it.
//!
//! Never here: requests.

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
        encode(name, &mut self.0);
        self.0.push('=');
        encode(value, &mut self.0);
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

/// Percent-encodes a part of a path or a query (RFC 3986), as the server's own links do.
pub(crate) fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,:/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// Returns the address of a server without its last slash.
///
/// # Errors
/// [`Failure::Usage`] when it does not begin with `http://`: this program brings no TLS of its own.
pub(super) fn base(server: &str) -> Result<String, Failure> {
    let base = server.trim().trim_end_matches('/');
    match base.strip_prefix("http://") {
        Some(host) if !host.is_empty() => Ok(base.to_owned()),
        Some(_) | None => Err(Failure::Usage {
            what: "the server's address is not right".to_owned(),
            found: format!("--server is {server:?}"),
            right: Some("must be http://HOST:PORT".to_owned()),
            next: Some(
                "for a server behind TLS, go through a tunnel or a proxy on this machine"
                    .to_owned(),
            ),
        }),
    }
}

/// Whether a server's address names this machine.
pub(super) fn is_this_machine(base: &str) -> bool {
    let host = base.trim_start_matches("http://");
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
    fn a_servers_address_is_http_and_loses_its_slash() {
        assert_eq!(
            base("http://127.0.0.1:8420/").unwrap(),
            "http://127.0.0.1:8420"
        );
        for wrong in ["127.0.0.1:8420", "https://habeas.example", "http://", ""] {
            assert!(matches!(base(wrong), Err(Failure::Usage { .. })), "{wrong}");
        }
        assert!(is_this_machine("http://localhost:1"));
        assert!(!is_this_machine("http://habeas.example"));
    }
}
