//! Signing in: a browser trades an organisation's token for a cookie, for reading alone.
//!
//! Never here: what a token allows (see [`crate::access`]).

use askama::Template;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;

use crate::http::Problem;
use crate::http::body::{self, OTHER_BYTES_MAX};
use crate::http::cookie::{self, Transport};
use crate::page::layout::Layout;
use crate::page::request::PageRequest;
use crate::query::parameters;

#[derive(Template)]
#[template(path = "access.html")]
struct Page<'v> {
    layout: Layout<'v>,
    action: String,
    wrong: bool,
    rejected: Option<String>,
}

/// Shows in whose name the reader reads, and the form to change it.
pub(crate) async fn show(request: PageRequest) -> Response {
    let made = page(&request, StatusCode::OK, false);
    request.answer(made)
}

fn page(request: &PageRequest, status: StatusCode, wrong: bool) -> Result<Response, Problem> {
    let page = Page {
        layout: Layout::new(request, request.words().t("access.title").to_owned()),
        action: request.href("/access", &crate::page::address::Address::default()),
        wrong,
        rejected: request
            .may
            .rejections(None)
            .is_ok()
            .then(|| request.link("/rejected")),
    };
    request.send_fresh(status, &page)
}

/// Takes a token and gives a cookie, or takes the cookie away.
///
/// The form is taken from this site's own pages alone: a page of another site could otherwise sign
/// its reader in as somebody.
pub(crate) async fn enter(request: PageRequest, body: Body) -> Response {
    let bodies = &request.app.bodies;
    let made = match body::read(bodies, request.headers(), body, OTHER_BYTES_MAX).await {
        Ok(body) => entered(&request, &body.bytes),
        Err(problem) => Err(problem),
    };
    request.answer(made)
}

fn entered(request: &PageRequest, body: &[u8]) -> Result<Response, Problem> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let fields = parameters::decode(text)?;
    let field = |name: &str| {
        let field = fields.iter().find(|(key, _)| key == name);
        field
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    };
    if !request.is_own_form() {
        return page(request, StatusCode::FORBIDDEN, true);
    }
    let mut response = request.lead_to(&request.link("/"));
    match field("token") {
        None => {
            response
                .headers_mut()
                .append(header::SET_COOKIE, cookie::forget());
        }
        Some(token) => {
            let transport = if request.origin().starts_with("https") {
                Transport::Tls
            } else {
                Transport::Plain
            };
            let known = request.app.tokens.read(Some(token)).ok();
            let given = known.and_then(|_| cookie::give(token, transport));
            let Some(given) = given else {
                return page(request, StatusCode::UNAUTHORIZED, true);
            };
            response.headers_mut().append(header::SET_COOKIE, given);
        }
    }
    Ok(response)
}
