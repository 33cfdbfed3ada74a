//! Possible duplicates: ids that may be one person, for a desk to look at.
//!
//! Never here: what makes ids candidates (crate `fold`); nothing is ever joined by itself.

use askama::Template;
use axum::response::Response;
use fold::shown::Group;

use super::held;
use crate::http::Problem;
use crate::http::record::duplicates;
use crate::page::layout::{Frame, Way};
use crate::page::parts::findings;
use crate::page::request::Visit;
use crate::page::text::format;
use crate::query::snapshot::Snapshot;

/// How many groups stand on one page. Source: docs/reference/limits.md.
const LINES: usize = 50;

/// The ids of one individual, with their names.
struct One {
    names: Vec<(String, String)>,
    ids: Vec<Way>,
}

/// Ids that may be one person.
struct May {
    because: String,
    /// The names as they are compared, or what is reported alike.
    shared: Option<String>,
    case: Option<Way>,
    individuals: Vec<One>,
    parted: Vec<String>,
}

#[derive(Template)]
#[template(path = "duplicates.html")]
struct Page<'v> {
    frame: Frame<'v>,
    groups: Vec<May>,
    next: Option<String>,
    json: String,
}

/// Shows possible duplicates.
pub(crate) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made)
}

async fn page(visit: &Visit) -> Result<Response, Problem> {
    visit.takes(&["at", "from"])?;
    let from = findings::from(visit)?;
    let snapshot = visit.snapshot().await?;
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let scope = visit.may.scope();
    let found =
        tokio::task::block_in_place(|| duplicates::duplicates(&snapshot, scope, from, LINES));
    let found = found.map_err(|failure| Problem::failed(&failure))?;
    let groups = found
        .duplicates
        .iter()
        .map(|one| group(visit, &snapshot, one));
    let w = visit.words();
    let page = Page {
        frame: Frame::at(visit, w.t("duplicates.title").to_owned(), &snapshot),
        groups: groups.collect::<Result<_, _>>()?,
        next: found
            .next
            .map(|next| visit.href("/duplicates", &visit.state.with("from", &next.to_string()))),
        json: visit.state.without("from").href("/v1/duplicates"),
    };
    visit.send(&snapshot, &page)
}

fn group(visit: &Visit, snapshot: &Snapshot, group: &Group) -> Result<May, Problem> {
    let w = visit.words();
    let way = |path: &str, id: &str| Way {
        name: id.to_owned(),
        href: visit.link(&format!("/{path}/{id}")),
        here: false,
    };
    let individuals = group.individuals.iter().map(|ids| {
        Ok(One {
            names: held::names(visit, snapshot, ids)?,
            ids: ids.iter().map(|id| way("persons", id)).collect(),
        })
    });
    let names: Vec<&str> = group.names.iter().map(String::as_str).collect();
    let fact = group.fact.as_ref().map(|fact| {
        let when = &fact.occurred;
        let days = format::when(w, when);
        let kind = w.label("kind", fact.kind);
        w.fill("value.named", &[("name", &kind), ("value", &days)])
    });
    Ok(May {
        because: w.t(&format!("duplicates.{}", group.because)).to_owned(),
        shared: fact.or((!names.is_empty()).then(|| names.join(" · "))),
        case: group.fact.as_ref().map(|fact| way("cases", &fact.case)),
        individuals: individuals.collect::<Result<_, Problem>>()?,
        parted: group
            .parted
            .iter()
            .map(|[one, other]| format!("{one} ≠ {other}"))
            .collect(),
    })
}
