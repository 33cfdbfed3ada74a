//! Definitions: what figures may count by, those that are built in and those of organisations, each
//! with the figure that counts by it.
//!
//! Never here: what a definition counts (crate `figures`).

use answers::{OwnDefinition, list_events};
use askama::Template;
use axum::response::Response;
use event::{Json, Kind};
use figures::{Definition, Query};

use crate::http::Problem;
use crate::page::address::Address;
use crate::page::layout::{Layout, Way};
use crate::page::request::PageRequest;
use crate::page::text::sentence;
use crate::query::snapshot::Snapshot;

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
    json: String,
}

/// Shows the definitions.
pub(crate) async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at"])?;
    let snapshot = request.snapshot().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let own = tokio::task::block_in_place(|| own(request, &snapshot));
    let w = request.words();
    let page = Page {
        layout: Layout::at(request, w.t("definitions.title").to_owned(), &snapshot),
        built_in: Definition::ALL
            .iter()
            .filter_map(|one| built_in(request, one.name()))
            .collect(),
        own: own.map_err(|failure| Problem::failed(&failure))?,
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

fn own(request: &PageRequest, snapshot: &Snapshot) -> Result<Vec<Own>, store::Failure> {
    let (at, scope) = (snapshot.position, request.may.scope());
    let reading = snapshot.read()?;
    let table = snapshot.model.table();
    let known = answers::own_definitions(&reading, &table, at, scope)?;
    let events = list_events(&reading, &table, &[Kind::Definition], at, scope)?;
    let predicate = |one: &OwnDefinition| {
        let mut events = events.iter();
        let event = events.find(|event| event.position == one.position)?;
        serde_json::to_string_pretty(event.data.get("predicate").unwrap_or(&Json::Null)).ok()
    };
    let shown = known.iter().map(|one| {
        let name = one.name.to_string();
        Own {
            event: Way {
                name: request.words().number(one.position.get()),
                href: request.link(&format!("/events/{}", one.position)),
                here: false,
            },
            predicate: predicate(one).unwrap_or_default(),
            figure: one.predicate.is_ok().then(|| figure(request, &name).0),
            why_not: one.predicate.as_ref().err().map(ToString::to_string),
            name,
        }
    });
    Ok(shown.collect())
}
