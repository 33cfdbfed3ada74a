//! Signing in: a browser trades an organisation's token for a cookie, for reading alone.
//!
//! Never here: what a token allows (see [`crate::access`]).

use askama::Template;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::http::Problem;
use crate::http::cookie::{self, Transport};
use crate::page::layout::Frame;
use crate::page::request::Visit;
use crate::query::parameters;

#[derive(Template)]
#[template(path = "access.html")]
struct Page<'v> {
    frame: Frame<'v>,
    action: String,
    wrong: bool,
    rejected: Option<String>,
}

/// Shows in whose name the reader reads, and the form to change it.
pub(crate) async fn show(visit: Visit) -> Response {
    let made = page(&visit, StatusCode::OK, false);
    visit.answer(made)
}

fn page(visit: &Visit, status: StatusCode, wrong: bool) -> Result<Response, Problem> {
    let page = Page {
        frame: Frame::new(visit, visit.words().t("access.title").to_owned()),
        action: visit.href("/access", &crate::page::address::State::default()),
        wrong,
        rejected: visit.may_write().is_ok().then(|| visit.link("/rejected")),
    };
    visit.send_fresh(status, &page)
}

/// Takes a token and gives a cookie, or takes the cookie away.
///
/// The form is taken from this site's own pages alone: a page of another site could otherwise sign
/// its reader in as somebody.
pub(crate) async fn enter(visit: Visit, body: Bytes) -> Response {
    let made = entered(&visit, &body);
    visit.answer(made)
}

fn entered(visit: &Visit, body: &Bytes) -> Result<Response, Problem> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let fields = parameters::decode(text)?;
    let field = |name: &str| {
        let field = fields.iter().find(|(key, _)| key == name);
        field
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    };
    if !visit.is_own_form() {
        return page(visit, StatusCode::FORBIDDEN, true);
    }
    let mut response = visit.lead_to(&visit.link("/"));
    match field("token") {
        None => {
            response
                .headers_mut()
                .append(header::SET_COOKIE, cookie::forget());
        }
        Some(token) => {
            let transport = if visit.origin().starts_with("https") {
                Transport::Tls
            } else {
                Transport::Plain
            };
            let known = visit.app.tokens.read(Some(token)).ok();
            let given = known.and_then(|_| cookie::give(token, transport));
            let Some(given) = given else {
                return page(visit, StatusCode::UNAUTHORIZED, true);
            };
            response.headers_mut().append(header::SET_COOKIE, given);
        }
    }
    Ok(response)
}
