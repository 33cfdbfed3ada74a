//! Signing in: a browser trades an organisation's token for a cookie, for reading and for the forms of the page.
//!
//! Never here: what a token allows (see [`crate::access`]).

use askama::Template;
use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use web::Layout;
use web::http::parameters;

use crate::access::{Credential, Leave, SignInError};
use crate::desk::Use;
use crate::http::Problem;
use crate::http::body::{self, OTHER_BYTES_MAX};
use crate::http::caller;
use crate::http::cookie::{self, Transport};
use crate::page::NodeRequest;

#[derive(Template)]
#[template(path = "access.html")]
struct Page<'v> {
    layout: Layout<'v>,
    action: String,
    /// What the form is told from another site's by.
    form_token: String,
    /// In whose name the reader reads: the person's and the organisation's, with the role and the token's id.
    holder: Option<String>,
    /// Why a form was not taken, by the key of its words.
    refused: Option<&'static str>,
    rejected: Option<String>,
    /// Where one signs in with an account at the provider, where there is one.
    provider: Option<String>,
    /// Where the lines of use are, to who may read them.
    uses: Option<String>,
}

/// Shows in whose name the reader reads, and the form to change it.
pub(crate) async fn show(request: NodeRequest) -> Response {
    let made = page(&request, StatusCode::OK, None);
    request.answer(made)
}

fn page(
    request: &NodeRequest,
    status: StatusCode,
    refused: Option<&'static str>,
) -> Result<Response, Problem> {
    request.takes(&["at"])?;
    let key = &request.app.pages.form_key;
    let form = key.issue(request.headers(), transport(request));
    let form = form.map_err(|error| Problem::failed(&error))?;
    let page = Page {
        layout: Layout::new(request, request.words().t("access.title").to_owned()),
        action: request.href("/access", &web::address::Address::default()),
        form_token: form.field,
        holder: request.may.credential().map(|one| holder(request, one)),
        refused,
        provider: request
            .app
            .provider
            .as_ref()
            .map(|_| request.link("/access/provider")),
        rejected: request
            .may
            .rejections(None)
            .is_ok()
            .then(|| request.link("/rejected")),
        uses: request.may.uses().is_ok().then(|| request.link("/uses")),
    };
    let mut response = request.send_fresh(status, &page)?;
    if let Some(cookie) = form.cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Says whose token it is: `Sokha, Mekong Rights, desk, 22e3ce19b5`.
pub(super) fn holder(request: &NodeRequest, credential: &Credential) -> String {
    let tokens = &request.app.tokens;
    let person = credential.person.as_ref();
    let person = person.map(|person| {
        let name = tokens.name_of_person(person);
        name.unwrap_or_else(|| person.to_string())
    });
    let org = credential.organisation.as_ref();
    let name = org.map(|org| tokens.name_of(org).unwrap_or_else(|| org.to_string()));
    let token = credential.token.as_ref().map(ToString::to_string);
    let parts = [person, name, Some(credential.role.to_string()), token];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub(in crate::page) fn transport(request: &NodeRequest) -> Transport {
    if request.origin().starts_with("https") {
        Transport::Tls
    } else {
        Transport::Plain
    }
}

/// Takes a token and gives a cookie, or takes the cookie away.
///
/// The form is taken from this site's own pages alone: a page of another site could otherwise sign
/// its reader in as somebody.
pub(crate) async fn enter(request: NodeRequest, body: Body) -> Response {
    let bodies = &request.app.bounds.bodies;
    let made = match body::read(bodies, request.headers(), body, OTHER_BYTES_MAX).await {
        Ok(body) => entered(&request, &body.bytes),
        Err(problem) => Err(problem),
    };
    request.answer(made)
}

fn entered(request: &NodeRequest, body: &[u8]) -> Result<Response, Problem> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let fields = parameters::decode_form(text)?;
    let field = |name: &str| {
        let field = fields.iter().find(|(key, _)| key == name);
        field
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    };
    let form_token = field("form").unwrap_or_default();
    let key = &request.app.pages.form_key;
    if !request.is_own_form() || !key.knows(request.headers(), form_token) {
        return page(request, StatusCode::FORBIDDEN, Some("access.form"));
    }
    let mut response = request.lead_to(&request.link("/"));
    match field("token") {
        None => {
            if let Some(holder) = request.may.credential() {
                let everywhere = field("everywhere") == Some("yes");
                let left = if everywhere {
                    Leave::Everywhere
                } else {
                    Leave::Here
                };
                request.app.tokens.sign_out(holder, left);
            }
            response
                .headers_mut()
                .append(header::SET_COOKIE, cookie::forget());
        }
        Some(token) => {
            let now = request.app.clock.now();
            let (session, holder) = match request.app.tokens.sign_in(token) {
                Ok(signed_in) => signed_in,
                Err(SignInError::Denied(denied)) => {
                    caller::note_refused(&request.app, denied, Some(token));
                    return page(request, StatusCode::UNAUTHORIZED, Some("access.wrong"));
                }
                Err(error @ SignInError::Random(_)) => return Err(Problem::failed(&error)),
            };
            let (seconds, _) = now.parts();
            let left = holder.expires;
            let left = left.map(|expires| expires.parts().0.saturating_sub(seconds));
            let Some(given) = cookie::give(&session, left, transport(request)) else {
                return page(request, StatusCode::UNAUTHORIZED, Some("access.wrong"));
            };
            request.app.uses.note(Use::SignedIn, Some(&holder), now);
            response.headers_mut().append(header::SET_COOKIE, given);
        }
    }
    Ok(response)
}
