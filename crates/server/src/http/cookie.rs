//! The token as a cookie: how a browser reads as an organisation. It is taken for reading alone.
//!
//! It is `HttpOnly` and `SameSite=Strict`: no script reads it, and no other site's page sends it.
//!
//! Never here: what a token allows (see [`crate::access`]).

use axum::http::{HeaderMap, HeaderValue, header};

const NAME: &str = "habeas_token";

/// How long a browser keeps it: 8 hours, a working day, in seconds.
const AGE_SECONDS: u32 = 8 * 60 * 60;

/// Returns the token that a browser sends.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, token)| *name == NAME && !token.is_empty())
        .map(|(_, token)| token)
}

/// How a browser reaches the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// Over TLS: the cookie is sent over nothing else.
    Tls,
    /// In the clear, as on loopback.
    Plain,
}

/// Makes the header that gives a browser its token; none when the token cannot stand in a cookie.
pub(crate) fn give(token: &str, transport: Transport) -> Option<HeaderValue> {
    let plain = |c: char| c.is_ascii_graphic() && !";,\"\\".contains(c);
    if !token.chars().all(plain) {
        return None;
    }
    let secure = match transport {
        Transport::Tls => "; Secure",
        Transport::Plain => "",
    };
    HeaderValue::from_str(&format!(
        "{NAME}={token}; Path=/; Max-Age={AGE_SECONDS}; HttpOnly; SameSite=Strict{secure}"
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
        let given = give("abc-123", Transport::Tls).unwrap();
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
        assert_eq!(token(&headers), Some("abc-123"));
        assert_eq!(give("a; Domain=elsewhere", Transport::Plain), None);
        headers.insert(header::COOKIE, HeaderValue::from_static("habeas_token="));
        assert_eq!(token(&headers), None);
    }
}
