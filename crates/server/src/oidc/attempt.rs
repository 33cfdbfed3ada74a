//! An attempt to sign in at a provider: what goes there and must come back to the same browser.
//!
//! Start at [`AttemptKey::begin`]. The browser gets a random value in a cookie; state, nonce and code verifier follow
//! from it by HMAC, so that nothing is kept here and nobody's attempt drives out another's. The key is of this
//! process: an attempt ends with it.
//!
//! Never here: cookies, and requests to a provider.

use access::hmac_sha256;
use event::{Instant, hex};

/// How long an attempt may take, in seconds. Source: docs/reference/limits.md.
pub const ATTEMPT_SECONDS: i64 = 10 * 60;

/// Bytes of the random part.
const RANDOM_BYTES: usize = 16;

/// The key by which this process knows its attempts.
#[derive(Clone)]
pub struct AttemptKey([u8; 32]);

/// An attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What the browser keeps: when it began, and random digits.
    pub cookie: String,
    /// What comes back with the code. Source: RFC 6749, 4.1.1.
    pub state: String,
    /// What stands in the ID token. Source: OpenID Connect Core 1.0, 3.1.2.1.
    pub nonce: String,
    /// What proves that who trades the code is who began. Source: RFC 7636, 4.1.
    pub verifier: String,
}

impl AttemptKey {
    /// Makes a key.
    ///
    /// # Errors
    /// The system's, where it has no random bytes.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self(key))
    }

    /// Begins an attempt.
    ///
    /// # Errors
    /// The system's, where it has no random bytes.
    pub fn begin(&self, now: Instant) -> Result<Attempt, getrandom::Error> {
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random)?;
        let (seconds, _) = now.parts();
        Ok(self.of(format!("{seconds}-{}", hex(&random))))
    }

    /// Returns the attempt of a browser's cookie, where it is not too old and `state` is its own.
    #[must_use]
    pub fn resume(&self, cookie: &str, state: &str, now: Instant) -> Option<Attempt> {
        let (began, _) = cookie.split_once('-')?;
        let (seconds, _) = now.parts();
        let age = seconds.checked_sub(began.parse().ok()?)?;
        let attempt = self.of(cookie.to_owned());
        // By hashes, so that how long it takes tells nothing of how much is right.
        let is_own = hmac_sha256(&self.0, state.as_bytes())
            == hmac_sha256(&self.0, attempt.state.as_bytes());
        (is_own && (0..ATTEMPT_SECONDS).contains(&age)).then_some(attempt)
    }

    fn of(&self, cookie: String) -> Attempt {
        let part = |name: &str| hex(&hmac_sha256(&self.0, format!("{name} {cookie}").as_bytes()));
        Attempt {
            state: part("state"),
            nonce: part("nonce"),
            verifier: part("verifier"),
            cookie,
        }
    }
}

impl std::fmt::Debug for AttemptKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[attempt key]")
    }
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[attempt]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_of_one_browser_and_one_process_and_ends() {
        let at = |seconds| Instant::from_parts(1_800_000_000 + seconds, 0);
        let key = AttemptKey::new().unwrap();
        let begun = key.begin(at(0)).unwrap();
        let other = key.begin(at(0)).unwrap();
        let resume = |cookie: &str, state: &str, now| key.resume(cookie, state, at(now)).is_some();
        assert!(key.resume(&begun.cookie, &begun.state, at(599)) == Some(begun.clone()));
        assert!(!resume(&begun.cookie, &begun.state, ATTEMPT_SECONDS));
        assert!(!resume(&begun.cookie, &begun.state, -1));
        assert!(!resume(&begun.cookie, &other.state, 0));
        assert!(!resume(&other.cookie, &begun.state, 0));
        // A time of one's own choice makes another attempt.
        let younger = begun.cookie.replace("1800000000", "1800000500");
        assert!(!resume(&younger, &begun.state, 700));
        for cookie in ["", "-", "1800000000", "x-00"] {
            assert!(!resume(cookie, "", 0), "{cookie}");
        }
        let restarted = AttemptKey::new().unwrap();
        assert!(
            restarted
                .resume(&begun.cookie, &begun.state, at(0))
                .is_none()
        );
        let parts = [&begun.state, &begun.nonce, &begun.verifier];
        // A verifier has 43 to 128 characters (RFC 7636, 4.1).
        assert!(parts.iter().all(|part| part.len() == 64));
        assert!(begun.state != begun.nonce && begun.nonce != begun.verifier);
    }
}
