//! Definitions: what figures may count by, those that are built in and those of organisations, each
//! with the figure that counts by it.
//!
//! Never here: what a definition counts (crate `fold`).

use askama::Template;
use axum::response::Response;
use event::{Json, Kind};
use fold::shown::listed;
use fold::{Definition, OwnDefinition, Query};

use crate::http::Problem;
use crate::page::address::State;
use crate::page::layout::{Frame, Way};
use crate::page::request::Visit;
use crate::page::text::format;
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
    frame: Frame<'v>,
    built_in: Vec<BuiltIn>,
    own: Vec<Own>,
    json: String,
}

/// Shows the definitions.
pub(crate) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made)
}

async fn page(visit: &Visit) -> Result<Response, Problem> {
    visit.takes(&["at"])?;
    let snapshot = visit.snapshot().await?;
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let own = tokio::task::block_in_place(|| own(visit, &snapshot));
    let w = visit.words();
    let page = Page {
        frame: Frame::at(visit, w.t("definitions.title").to_owned(), &snapshot),
        built_in: Definition::ALL
            .iter()
            .filter_map(|one| built_in(visit, one.name()))
            .collect(),
        own: own.map_err(|failure| Problem::failed(&failure))?,
        json: visit.state.href("/v1/definitions"),
    };
    visit.send(&snapshot, &page)
}

/// Returns the figure that counts by a definition, at the R that the reader has chosen.
fn figure(visit: &Visit, definition: &str) -> (String, State) {
    let state = visit.state.only(&["at"]).with("definition", definition);
    (visit.href("/figures", &state), state)
}

fn built_in(visit: &Visit, name: &str) -> Option<BuiltIn> {
    let w = visit.words();
    let (figure, state) = figure(visit, name);
    let query = Query::parse(state.pairs()).ok()?;
    Some(BuiltIn {
        name: query.definition_name(),
        title: format::subject(w, &query),
        says: format::explained(w, &query).1,
        figure,
    })
}

fn own(visit: &Visit, snapshot: &Snapshot) -> Result<Vec<Own>, store::Failure> {
    let (at, scope) = (snapshot.position, visit.may.scope());
    let reading = snapshot.model.store().read()?;
    let table = snapshot.model.table();
    let known = fold::own_definitions(&reading, &table, at, scope)?;
    let events = listed(&reading, &table, &[Kind::Definition], at, scope)?;
    let predicate = |one: &OwnDefinition| {
        let mut events = events.iter();
        let event = events.find(|event| event.position == one.position)?;
        serde_json::to_string_pretty(event.data.get("predicate").unwrap_or(&Json::Null)).ok()
    };
    let shown = known.iter().map(|one| {
        let name = one.name.to_string();
        Own {
            event: Way {
                name: visit.words().number(one.position.get()),
                href: visit.link(&format!("/events/{}", one.position)),
                here: false,
            },
            predicate: predicate(one).unwrap_or_default(),
            figure: one.predicate.is_ok().then(|| figure(visit, &name).0),
            why_not: one.predicate.as_ref().err().map(ToString::to_string),
            name,
        }
    });
    Ok(shown.collect())
}
