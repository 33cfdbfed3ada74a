//! Logins: by which account at a sign-in provider (OpenID Connect) somebody reads as with a token of theirs.
//!
//! Start at [`Login`]. An account is known by its subject, which the provider gives to nobody else, or by an e-mail
//! address that the provider says is verified. Source: OpenID Connect Core 1.0, 5.7.
//!
//! Never here: asking a provider.

use crate::TokenId;

/// Most bytes of a subject. Source: OpenID Connect Core 1.0, 2, `sub`.
const SUBJECT_BYTES_MAX: usize = 255;

/// Most bytes of an e-mail address. Source: RFC 5321, 4.5.3.1.
const EMAIL_BYTES_MAX: usize = 254;

/// Most bytes of an issuer. Source: docs/reference/limits.md.
const ISSUER_BYTES_MAX: usize = 500;

/// An account at a provider, and whose token it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The provider.
    pub issuer: Issuer,
    /// The account.
    pub account: Account,
    /// The token as whose holder one reads; it is a person's.
    pub token: TokenId,
}

/// What a login knows an account by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// What the provider calls it; compared as text.
    Subject(String),
    /// Its address, where the provider says that it is verified; in lower case.
    Email(String),
}

/// A text that is no subject, address or issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// A subject.
    #[error("no subject, which is 1 to {SUBJECT_BYTES_MAX} ASCII characters")]
    Subject,
    /// An address.
    #[error(
        "no e-mail address of at most {EMAIL_BYTES_MAX} characters, such as sokha@habeas.example"
    )]
    Email,
    /// An issuer.
    #[error("no issuer, which is https://host, or http://127.0.0.1, without a query")]
    Issuer,
}

impl Account {
    /// Parses a subject.
    ///
    /// # Errors
    /// [`LoginError::Subject`].
    pub fn subject(text: &str) -> Result<Self, LoginError> {
        let is_right = (1..=SUBJECT_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        is_right
            .then(|| Self::Subject(text.to_owned()))
            .ok_or(LoginError::Subject)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Subject(text) | Self::Email(text) => text,
        }
    }

    /// Parses an address.
    ///
    /// # Errors
    /// [`LoginError::Email`].
    pub fn email(text: &str) -> Result<Self, LoginError> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_right = text.len() <= EMAIL_BYTES_MAX
            && is_plain
            && text.split_once('@').is_some_and(|(name, host)| {
                !name.is_empty() && !host.is_empty() && !host.contains('@')
            });
        is_right
            .then(|| Self::Email(text.to_ascii_lowercase()))
            .ok_or(LoginError::Email)
    }
}

/// The address of a provider: by TLS, or on this machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issuer(String);

impl Issuer {
    /// Parses an issuer.
    ///
    /// # Errors
    /// [`LoginError::Issuer`].
    pub fn parse(text: &str) -> Result<Self, LoginError> {
        let host = text.strip_prefix("https://").or_else(|| {
            let rest = text.strip_prefix("http://")?;
            let host = rest.split(['/', ':']).next()?;
            (host == "127.0.0.1" || host == "localhost").then_some(rest)
        });
        let is_plain = |host: &str| {
            host.bytes().all(|byte| byte.is_ascii_graphic())
                && !host.is_empty()
                && !host.starts_with(['/', ':'])
                && !host.contains(['?', '#', '@', '"', '\\'])
        };
        let is_right = text.len() <= ISSUER_BYTES_MAX && host.is_some_and(is_plain);
        is_right
            .then(|| Self(text.to_owned()))
            .ok_or(LoginError::Issuer)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_and_an_issuer_have_their_forms() {
        for (text, is_right) in [
            ("248289761001", true),
            ("a b~", true),
            ("", false),
            ("ស", false),
            ("line\n", false),
            (&"a".repeat(256), false),
        ] {
            assert_eq!(Account::subject(text).is_ok(), is_right, "{text}");
        }
        let lower = Account::email("Sokha@Habeas.Example");
        assert_eq!(lower, Account::email("sokha@habeas.example"));
        for text in ["", "sokha", "@habeas", "sokha@", "a@b@c", "a b@c"] {
            assert_eq!(Account::email(text), Err(LoginError::Email), "{text}");
        }
        for (text, is_right) in [
            ("https://id.habeas.example/realm", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost/x", true),
            ("http://id.habeas.example", false),
            ("http://127.0.0.1.example", false),
            ("https://", false),
            ("https://a?b", false),
            ("https://user@a", false),
            ("ftp://a", false),
        ] {
            assert_eq!(Issuer::parse(text).is_ok(), is_right, "{text}");
        }
    }
}
