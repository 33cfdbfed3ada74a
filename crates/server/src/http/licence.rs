//! The licence of the data, as the operator says it: with every answer.
//!
//! Start at [`DataLicence`]. Source: RFC 4946 (the link relation `license`), and the operator's flags.
//!
//! Never here: what is licensed, and whether the operator may.

use std::sync::Arc;

use answers::package::Licence;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// The name of the licence.
const DATA_LICENCE: HeaderName = HeaderName::from_static("habeas-data-licence");

/// The most bytes of a licence's name, and of its address. Source: docs/reference/limits.md.
const LICENCE_BYTES_MAX: usize = 200;

/// The licence of the data, as text and as headers have it.
#[derive(Clone, Debug)]
pub struct DataLicence {
    licence: Licence,
    name: HeaderValue,
    link: Option<HeaderValue>,
}

impl DataLicence {
    /// Makes it of a name that [`parse_name`] and an address that [`parse_url`] took; none of another name.
    #[must_use]
    pub fn new(name: &str, url: Option<&str>) -> Option<Self> {
        let link = url.map(|url| HeaderValue::from_str(&format!("<{url}>; rel=\"license\"")));
        Some(Self {
            licence: Licence {
                name: name.to_owned(),
                url: url.map(ToOwned::to_owned),
            },
            name: HeaderValue::from_str(name).ok()?,
            link: link.transpose().ok()?,
        })
    }

    /// Returns it as text.
    #[must_use]
    pub const fn licence(&self) -> &Licence {
        &self.licence
    }
}

/// Takes the name of a licence: what a header holds.
///
/// # Errors
/// What is right.
pub fn parse_name(text: &str) -> Result<String, String> {
    let is_plain = text
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if text.trim().is_empty() || text.len() > LICENCE_BYTES_MAX || !is_plain {
        return Err(format!(
            "a licence is named by 1 to {LICENCE_BYTES_MAX} ASCII characters, such as CC-BY-4.0"
        ));
    }
    Ok(text.to_owned())
}

/// Takes the address of a licence.
///
/// # Errors
/// What is right.
pub fn parse_url(text: &str) -> Result<String, String> {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"<>\"'".contains(&byte));
    if !is_web || !is_plain || text.len() > LICENCE_BYTES_MAX {
        return Err(format!(
            "a licence stands at an address of the web of at most {LICENCE_BYTES_MAX} ASCII characters, such as \
             https://creativecommons.org/licenses/by/4.0/"
        ));
    }
    Ok(text.to_owned())
}

/// Says with each answer under which licence the data is.
pub(super) async fn say(
    State(licence): State<Option<Arc<DataLicence>>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if let Some(licence) = licence {
        let headers = response.headers_mut();
        headers.insert(DATA_LICENCE, licence.name.clone());
        if let Some(link) = &licence.link {
            headers.append(header::LINK, link.clone());
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_of_words_and_an_address_that_headers_and_pages_hold() {
        let long = "x".repeat(LICENCE_BYTES_MAX + 1);
        for (name, right) in [
            ("CC-BY-4.0", true),
            ("Open Data Commons Attribution License", true),
            ("", false),
            (" ", false),
            ("a\nb", false),
            ("សេរី", false),
            (&long, false),
        ] {
            assert_eq!(parse_name(name).is_ok(), right, "{name:?}");
        }
        for (url, right) in [
            ("https://creativecommons.org/licenses/by/4.0/", true),
            ("http://a.example/l", true),
            ("a.example", false),
            ("javascript:x", false),
            ("https://a.example/\">", false),
            ("https://a.example/ b", false),
            (&format!("https://{long}"), false),
        ] {
            assert_eq!(parse_url(url).is_ok(), right, "{url:?}");
        }
        let made = DataLicence::new("CC0-1.0", Some("https://a.example/l")).unwrap();
        assert_eq!(made.link.unwrap(), "<https://a.example/l>; rel=\"license\"");
    }
}
