//! Lines of use: who signed in, took out in bulk, was refused; for the operator, and an organisation's desk.
//!
//! What stands here is what `/v1/uses` answers.
//!
//! Never here: noting them.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use web::Layout;

use crate::desk::Use;
use crate::http::Problem;
use crate::page::NodeRequest;

/// Most lines on the page. Source: docs/reference/limits.md.
const LINES: usize = 200;

struct Line {
    hour: String,
    what: &'static str,
    organisation: String,
    person: String,
    token: String,
    count: String,
}

#[derive(Template)]
#[template(path = "uses.html")]
struct Page<'v> {
    layout: Layout<'v>,
    lines: Vec<Line>,
    /// Whether there are more than stand here.
    has_more: bool,
}

/// Shows the lines of use, the newest first.
pub(crate) async fn show(request: NodeRequest) -> Response {
    let made = page(&request);
    request.answer(made)
}

fn page(request: &NodeRequest) -> Result<Response, Problem> {
    request.takes(&[])?;
    let of = request.may.uses()?;
    let uses = request.app.uses.list(of.as_ref());
    let w = request.words();
    let lines = uses.iter().take(LINES).map(|(line, count)| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Line {
            // `2026-11-29T17:00:00Z`, to the hour.
            hour: line.hour.get(..16).unwrap_or(&line.hour).replace('T', " "),
            what: key(line.what),
            organisation: text(&line.organisation),
            person: text(&line.person),
            token: text(&line.token),
            count: w.number(*count),
        }
    });
    let page = Page {
        layout: Layout::new(request, w.t("uses.title").to_owned()),
        lines: lines.collect(),
        has_more: uses.len() > LINES,
    };
    request.send_fresh(StatusCode::OK, &page)
}

/// Returns the key of the words that say what was done.
const fn key(what: Use) -> &'static str {
    match what {
        Use::SignedIn => "uses.signed_in",
        Use::Exported => "uses.exported",
        Use::TookEvents => "uses.took_events",
        Use::NamedAuthor => "uses.named_author",
        Use::RefusedUnknown => "uses.refused_unknown",
        Use::RefusedExpired => "uses.refused_expired",
        Use::RefusedRevoked => "uses.refused_revoked",
        Use::RefusedSignIn => "uses.refused_sign_in",
        Use::FoundAltered => "uses.found_altered",
    }
}
