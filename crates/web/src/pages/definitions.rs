//! Definitions: what figures may count by, those that are built in and those of organisations, each
//! with the figure that counts by it.
//!
//! Never here: what a definition counts (crate `figures`).

use answers::{OwnDefinition, own_definitions};
use askama::Template;
use axum::response::Response;
use event::Json;
use figures::{Definition, Query};

use crate::address::Address;
use crate::http::Problem;
use crate::layout::{Layout, Way};
use crate::parts::findings;
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;
use crate::text::sentence;

/// A definition that is built in.
struct BuiltIn {
    name: String,
    title: String,
    says: String,
    figure: String,
}

/// A definition of an organisation's own.
struct Own {
    name: String,
    event: Way,
    /// The predicate as it was sent.
    predicate: String,
    /// The figure that counts by it; none where it cannot be used.
    figure: Option<String>,
    why_not: Option<String>,
}

#[derive(Template)]
#[template(path = "definitions.html")]
struct Page<'v> {
    layout: Layout<'v>,
    built_in: Vec<BuiltIn>,
    own: Vec<Own>,
    next: Option<String>,
    json: String,
}

/// Shows the definitions.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    let (snapshot, from) = findings::page_start(request).await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let own = tokio::task::block_in_place(|| own(request, &snapshot, from));
    let (own, next) = own.map_err(|failure| Problem::failed(&failure))?;
    let w = request.words();
    let page = Page {
        layout: Layout::at(request, w.t("definitions.title").to_owned(), &snapshot),
        built_in: Definition::ALL
            .iter()
            .filter_map(|one| built_in(request, one.name()))
            .collect(),
        own,
        next: next.map(|next| {
            let state = request.address.with("from", &next.to_string());
            request.href("/definitions", &state)
        }),
        json: request.address.href("/v1/definitions"),
    };
    request.send(&snapshot, &page)
}

/// Returns the figure that counts by a definition, at the R that the reader has chosen.
fn figure(request: &PageRequest, definition: &str) -> (String, Address) {
    let state = request.address.only(&["at"]).with("definition", definition);
    (request.href("/figures", &state), state)
}

fn built_in(request: &PageRequest, name: &str) -> Option<BuiltIn> {
    let w = request.words();
    let (figure, state) = figure(request, name);
    let query = Query::parse(state.pairs()).ok()?;
    Some(BuiltIn {
        name: query.definition_name(),
        title: sentence::subject(w, &query),
        says: sentence::explained(w, &query).1,
        figure,
    })
}

/// Shows the definitions of organisations that stand on the page that begins after `from` of them, and says
/// where the next page begins, if there is one.
fn own(
    request: &PageRequest,
    snapshot: &Snapshot,
    from: usize,
) -> Result<(Vec<Own>, Option<usize>), ReadFailure> {
    let (at, scope) = (snapshot.position, request.scope());
    let reading = snapshot.read()?;
    let mut known = own_definitions(&reading, &snapshot.columns(), at, scope)?;
    let all = known.len();
    known.drain(..from.min(all));
    known.truncate(findings::LINES);
    let mut shown = Vec::new();
    for one in known {
        let effective = fold::effective_at(&reading, one.position, at)?;
        let predicate = effective.and_then(|effective| {
            let predicate = effective.event.data.get("predicate").unwrap_or(&Json::Null);
            serde_json::to_string_pretty(predicate).ok()
        });
        shown.push(shown_as(request, &one, predicate.unwrap_or_default()));
    }
    shown.truncate(findings::fitting(
        shown.iter().map(|one| one.predicate.len()),
    ));
    let next = from.saturating_add(shown.len());
    Ok((shown, Some(next).filter(|next| *next < all)))
}

fn shown_as(request: &PageRequest, one: &OwnDefinition, predicate: String) -> Own {
    let name = one.name.to_string();
    Own {
        event: Way {
            name: request.words().number(one.position.get()),
            href: request.link(&format!("/events/{}", one.position)),
            here: false,
        },
        predicate,
        figure: one.predicate.is_ok().then(|| figure(request, &name).0),
        why_not: one.predicate.as_ref().err().map(ToString::to_string),
        name,
    }
}
