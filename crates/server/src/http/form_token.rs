//! The token of a form (CSRF): a form that is sent was shown by this node to the same browser.
//!
//! Start at [`FormKey::issue`]. The page gives the browser a random cookie, `habeas_form`, and puts the HMAC of it
//! and of the browser's session into the form: another site can neither read the one nor make the other. A page of
//! a neighbouring host, which may set cookies here, has forms of its own session alone. The key is of this process,
//! so that a form that was shown before a restart is shown once more.
//!
//! Never here: what a form does.

use access::hmac_sha256;
use axum::http::{HeaderMap, HeaderValue};
use event::hex;

use super::cookie::{self, Transport};

const NAME: &str = "habeas_form";

/// How long a form may be filled in, in seconds.
const AGE_SECONDS: i64 = 60 * 60;

/// Bytes of the cookie's random value.
const RANDOM_BYTES: usize = 16;

/// The key by which this process knows its forms.
#[derive(Clone)]
pub(crate) struct FormKey([u8; 32]);

/// What a form is given: its hidden field, and the cookie that goes with it.
pub(crate) struct FormToken {
    /// The value of the hidden field.
    pub(crate) field: String,
    /// The header that gives the browser its cookie; none where it has one.
    pub(crate) cookie: Option<HeaderValue>,
}

impl FormKey {
    /// Makes a key.
    ///
    /// # Errors
    /// The system's, where it has no random bytes.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self(key))
    }

    /// Returns the token of a form that is shown.
    ///
    /// # Errors
    /// The system's, where it has no random bytes.
    pub(crate) fn issue(
        &self,
        headers: &HeaderMap,
        transport: Transport,
    ) -> Result<FormToken, getrandom::Error> {
        let session = session(headers).unwrap_or_default();
        if let Some(value) = sent(headers) {
            return Ok(FormToken {
                field: self.field(value, session),
                cookie: None,
            });
        }
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random)?;
        let value = hex(&random);
        Ok(FormToken {
            field: self.field(&value, session),
            cookie: cookie::set(NAME, &value, AGE_SECONDS, transport),
        })
    }

    /// Whether a form that was sent with `field` was shown to the browser that sends it.
    pub(crate) fn knows(&self, headers: &HeaderMap, field: &str) -> bool {
        let (Some(value), Some(session)) = (sent(headers), session(headers)) else {
            return false;
        };
        let right = self.field(value, session);
        let differing = right.bytes().zip(field.bytes());
        right.len() == field.len() && differing.fold(0, |found, (a, b)| found | (a ^ b)) == 0
    }

    /// Makes the field of the form cookie's `value`, which is always as long, and the session's cookie.
    fn field(&self, value: &str, session: &str) -> String {
        hex(&hmac_sha256(
            &self.0,
            format!("{value}{session}").as_bytes(),
        ))
    }
}

impl std::fmt::Debug for FormKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[form key]")
    }
}

/// Returns the cookie of the browser's session, empty where it has none; none where two are sent that differ.
fn session(headers: &HeaderMap) -> Option<&str> {
    cookie::token(headers).ok().map(Option::unwrap_or_default)
}

/// Returns the cookie's value where it has the form that is given.
fn sent(headers: &HeaderMap) -> Option<&str> {
    let value = cookie::value(headers, NAME).ok()??;
    let is_given = value.len() == 2 * RANDOM_BYTES && value.bytes().all(|b| b.is_ascii_hexdigit());
    is_given.then_some(value)
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    fn with(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        headers
    }

    #[test]
    fn a_form_is_taken_from_the_browser_that_was_shown_it_alone() {
        let key = FormKey::new().unwrap();
        let shown = key.issue(&HeaderMap::new(), Transport::Tls).unwrap();
        let given = shown.cookie.unwrap();
        let given = given.to_str().unwrap();
        assert!(
            given.ends_with("HttpOnly; SameSite=Strict; Secure"),
            "{given}"
        );
        let browser = with(given.split(';').next().unwrap());
        assert!(key.knows(&browser, &shown.field));
        let again = key.issue(&browser, Transport::Tls).unwrap();
        assert_eq!(
            (again.field == shown.field, again.cookie.is_none()),
            (true, true)
        );
        let other = with(&format!("{NAME}={}", "0".repeat(32)));
        for (headers, field) in [
            (&browser, ""),
            (&browser, shown.field.get(1..).unwrap()),
            (&other, shown.field.as_str()),
            (&HeaderMap::new(), shown.field.as_str()),
            (&with(&format!("{NAME}=")), ""),
        ] {
            assert!(!key.knows(headers, field), "{field}");
        }
        assert!(!FormKey::new().unwrap().knows(&browser, &shown.field));
    }

    #[test]
    fn a_form_of_another_session_is_not_taken() {
        let key = FormKey::new().unwrap();
        let form = format!("{NAME}={}", "0".repeat(32));
        let signed_in = |name: &str| with(&format!("{form}; habeas_token=session_{name}"));
        let (own, other, nobody) = (signed_in("own"), signed_in("other"), with(&form));
        let browsers = [&own, &other, &nobody];
        for shown_to in browsers {
            let field = key.issue(shown_to, Transport::Tls).unwrap().field;
            for sender in browsers {
                let is_same = std::ptr::eq(sender, shown_to);
                assert_eq!(key.knows(sender, &field), is_same);
            }
        }
        let field = key.issue(&own, Transport::Tls).unwrap().field;
        let both = with(&format!(
            "{form}; habeas_token=session_own; habeas_token=session_other"
        ));
        assert!(!key.knows(&both, &field));
    }
}
