//! The cookie by which a browser reads as an organisation: a session's name, never its token. It is taken for
//! reading alone, and for forms of the page that hold a token of the same session ([`super::form_token`]).
//!
//! It is `HttpOnly` and `SameSite=Strict`: no script reads it, and no other site's page sends it.
//!
//! Never here: what a token allows (see [`crate::access`]).

use axum::http::{HeaderMap, HeaderValue, header};

use crate::access::AccessError;
use crate::access::sessions::SESSION_SECONDS;
use crate::oidc::ATTEMPT_SECONDS;

const NAME: &str = "habeas_token";

/// The cookie of an attempt to sign in at a provider.
const ATTEMPT_NAME: &str = "habeas_sign_in";

/// How long a browser keeps it, in seconds: as long as a session lasts.
const AGE_SECONDS: i64 = SESSION_SECONDS;

/// Returns what a browser sends; an empty one is none.
///
/// # Errors
/// [`AccessError::Form`] where it is no text, or two are sent that differ: another page of the host may have
/// set one.
pub(crate) fn token(headers: &HeaderMap) -> Result<Option<&str>, AccessError> {
    value(headers, NAME)
}

/// Returns the value of the cookie `name`; an empty one is none.
///
/// # Errors
/// As [`token`].
pub(crate) fn value<'h>(
    headers: &'h HeaderMap,
    name: &str,
) -> Result<Option<&'h str>, AccessError> {
    let mut found = None;
    let values = headers.get_all(header::COOKIE).iter();
    for pair in values.flat_map(|value| value.as_bytes().split(|byte| *byte == b';')) {
        let Some(token) = pair.trim_ascii().strip_prefix(name.as_bytes()) else {
            continue;
        };
        let Some(token) = token.strip_prefix(b"=").filter(|token| !token.is_empty()) else {
            continue;
        };
        let token = std::str::from_utf8(token).map_err(|_| AccessError::Form)?;
        if found.is_some_and(|before| before != token) {
            return Err(AccessError::Form);
        }
        found = Some(token);
    }
    Ok(found)
}

/// How a browser reaches the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// Over TLS: the cookie is sent over nothing else.
    Tls,
    /// In the clear, as on loopback.
    Plain,
}

/// Makes the header that gives a browser its session, for a working day, or `left_seconds` where the token runs
/// out before; none when the token cannot stand in a cookie.
pub(crate) fn give(
    token: &str,
    left_seconds: Option<i64>,
    transport: Transport,
) -> Option<HeaderValue> {
    let seconds = left_seconds.map_or(AGE_SECONDS, |left| left.clamp(0, AGE_SECONDS));
    set(NAME, token, seconds, transport)
}

/// Returns the attempt that a browser has begun; none of two that differ.
pub(crate) fn attempt(headers: &HeaderMap) -> Option<&str> {
    value(headers, ATTEMPT_NAME).ok().flatten()
}

/// Makes the header that gives a browser its attempt: it is sent when a link leads here from another site, since
/// that is how one comes back from a provider.
pub(crate) fn give_attempt(value: &str, transport: Transport) -> Option<HeaderValue> {
    written(ATTEMPT_NAME, value, ATTEMPT_SECONDS, ("Lax", transport))
}

/// Makes the header that takes the attempt away.
pub(crate) const fn forget_attempt() -> HeaderValue {
    HeaderValue::from_static("habeas_sign_in=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")
}

/// Makes the header that sets a cookie; none where the value cannot stand in one.
pub(super) fn set(
    name: &str,
    value: &str,
    age_seconds: i64,
    transport: Transport,
) -> Option<HeaderValue> {
    written(name, value, age_seconds, ("Strict", transport))
}

fn written(
    name: &str,
    value: &str,
    age_seconds: i64,
    (same_site, transport): (&str, Transport),
) -> Option<HeaderValue> {
    let plain = |c: char| c.is_ascii_graphic() && !";,\"\\".contains(c);
    if !value.chars().all(plain) {
        return None;
    }
    let secure = match transport {
        Transport::Tls => "; Secure",
        Transport::Plain => "",
    };
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; Max-Age={age_seconds}; HttpOnly; SameSite={same_site}{secure}"
    ))
    .ok()
}

/// Makes the header that takes it away.
pub(crate) const fn forget() -> HeaderValue {
    HeaderValue::from_static("habeas_token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_it_was_given() {
        let given = give("abc-123", Some(60), Transport::Tls).unwrap();
        assert!(given.to_str().unwrap().contains("; Max-Age=60;"));
        let day = give("abc-123", None, Transport::Plain).unwrap();
        assert!(day.to_str().unwrap().contains("; Max-Age=28800;"));
        assert!(
            given
                .to_str()
                .unwrap()
                .ends_with("HttpOnly; SameSite=Strict; Secure")
        );
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("a=b; habeas_token=abc-123"),
        );
        assert_eq!(token(&headers), Ok(Some("abc-123")));
        assert_eq!(give("a; Domain=elsewhere", None, Transport::Plain), None);
        headers.insert(header::COOKIE, HeaderValue::from_static("habeas_token="));
        assert_eq!(token(&headers), Ok(None));
    }

    #[test]
    fn two_tokens_that_differ_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("habeas_token=a"));
        headers.append(header::COOKIE, HeaderValue::from_static("habeas_token=a"));
        assert_eq!(token(&headers), Ok(Some("a")));
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("x=y;habeas_token=b"),
        );
        assert_eq!(token(&headers), Err(AccessError::Form));
        let other = HeaderValue::from_bytes(b"habeas_token=\xff").unwrap();
        headers.insert(header::COOKIE, other);
        assert_eq!(token(&headers), Err(AccessError::Form));
    }
}
