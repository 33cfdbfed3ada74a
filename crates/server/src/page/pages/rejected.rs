//! Rejected: what was not accepted, or has no effect, for those who send.
//!
//! What stands here is what `/v1/rejections` answers.
//!
//! Never here: what a code means (docs/reference/errors.md).

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use event::OrgId;
use serde_json::Value;
use web::Layout;
use web::http::parameters::Parameters;

use crate::http::record::rejections;
use crate::http::{Problem, Sort};
use crate::page::NodeRequest;
use crate::query::record;
use crate::query::snapshot::Snapshot;

/// How many of each stand on the page.
const LINES: usize = 100;

struct Line {
    place: String,
    org: String,
    code: String,
    pointer: String,
    found: String,
    expected: String,
    hint: Option<String>,
    id: String,
}

#[derive(Template)]
#[template(path = "rejected.html")]
struct Page<'v> {
    layout: Layout<'v>,
    inbox: Vec<Line>,
    log: Vec<Line>,
}

/// Shows what was rejected.
pub(crate) async fn show(request: NodeRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &NodeRequest) -> Result<Response, Problem> {
    request.takes(&["at", "org"])?;
    let org = request.address.get("org").map(OrgId::parse).transpose();
    let org = org.map_err(|error| Problem::new(Sort::Parameter, format!("org is {error}")))?;
    let of = request.may.rejections(org)?;
    let mut at = Parameters(request.address.only(&["at"]).pairs().to_vec());
    let snapshot = Snapshot::new(&request.app.node, request.scope(), &mut at).await?;
    let refused = rejections::refused(&request.app, &of, 0, LINES).await?;
    let (log, _) = tokio::task::block_in_place(|| record::no_effect(&snapshot, &of, 1, LINES))
        .map_err(|failure| Problem::failed(&failure))?;
    let snapshot = web::record::Snapshot::new(snapshot);
    let w = request.words();
    let inbox = refused.iter().map(|refused| {
        let text = |name: &str| {
            let value = refused.verdict.get(name).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        Line {
            place: w.number(refused.sequence),
            org: refused.org.clone(),
            code: text("code"),
            pointer: text("pointer"),
            found: text("found"),
            expected: text("expected"),
            hint: Some(text("hint")).filter(|hint| !hint.is_empty()),
            id: text("id"),
        }
    });
    let log = log.iter().map(|row| Line {
        place: w.number(row.position.get()),
        org: row.org.clone().unwrap_or_default(),
        code: row.code.clone(),
        pointer: row.pointer.clone(),
        found: row.found.clone(),
        expected: row.expected.clone(),
        hint: None,
        id: row.id.clone().unwrap_or_default(),
    });
    let page = Page {
        layout: Layout::at(request, w.t("rejected.title").to_owned(), &snapshot),
        inbox: inbox.collect(),
        log: log.collect(),
    };
    request.send_fresh(StatusCode::OK, &page)
}
