//! Signatures of what is posted, and the secrets that they are made with.
//!
//! Source: Standard Webhooks 1.0.0, "Signature scheme": HMAC-SHA-256 over `<id>.<timestamp>.<body>`.
//!
//! Never here: where a secret is kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Fewest bytes of a secret. Source: Standard Webhooks 1.0.0, "Signature scheme".
pub const SECRET_BYTES_MIN: usize = 24;

/// Most bytes of a secret. Source: as of the fewest.
pub const SECRET_BYTES_MAX: usize = 64;

/// Bytes of a secret that this node makes.
const OWN_BYTES: usize = 32;

/// What stands before a secret in text.
const PREFIX: &str = "whsec_";

/// A text that is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret must be whsec_ and base64 of 24 to 64 bytes")]
pub struct SecretFormError;

/// The secret that a receiver checks signatures with.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Reads a secret: `whsec_`, then base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// [`SecretFormError`], which repeats nothing of it.
    pub fn parse(text: &str) -> Result<Self, SecretFormError> {
        let text = text.strip_prefix(PREFIX).ok_or(SecretFormError)?;
        let bytes = STANDARD.decode(text).map_err(|_| SecretFormError)?;
        if (SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&bytes.len()) {
            Ok(Self(bytes))
        } else {
            Err(SecretFormError)
        }
    }

    /// Makes a secret of 32 random bytes.
    ///
    /// # Errors
    /// The system's, where it has no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = vec![0; OWN_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Returns the text by which a receiver is told of it.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// Returns the header `webhook-signature` of a message; `seconds` since 1970.
    #[must_use]
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        // A key of any length is taken.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_specification() {
        // The example of the specification's reference libraries.
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = secret.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(format!("{secret:?}"), "[secret]");
    }

    #[test]
    fn a_secret_is_read_back_and_has_its_length() {
        let own = Secret::random().unwrap();
        assert_eq!(Secret::parse(&own.to_text()), Ok(own));
        let of = |bytes: usize| format!("{PREFIX}{}", STANDARD.encode(vec![7; bytes]));
        for (text, is_taken) in [
            (of(SECRET_BYTES_MIN), true),
            (of(SECRET_BYTES_MAX), true),
            (of(SECRET_BYTES_MIN - 1), false),
            (of(SECRET_BYTES_MAX + 1), false),
            (STANDARD.encode([7; 32]), false),
            ("whsec_*".to_owned(), false),
        ] {
            assert_eq!(Secret::parse(&text).is_ok(), is_taken, "{text}");
        }
    }
}
