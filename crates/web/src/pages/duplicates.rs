//! Possible duplicates: ids that may be one person, for a desk to look at.
//!
//! Never here: what makes ids candidates (crate `answers`); nothing is ever joined by itself.

use answers::{DuplicateGroup, IndividualDetails};
use askama::Template;
use axum::response::Response;

use super::held;
use crate::address::Address;
use crate::http::Problem;
use crate::layout::{Layout, Way};
use crate::parts::findings;
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::format;
use crate::text::words::Words;

/// How many groups stand on one page. Source: docs/reference/limits.md.
const LINES: usize = 50;

/// The ids of one individual, with their names.
pub(super) struct One {
    pub(super) names: Vec<(String, String)>,
    pub(super) ids: Vec<Way>,
    /// What tells them apart: birth, places, and when something was reported of them.
    pub(super) details: Vec<String>,
    /// The forms that say whether they are one person with the first of the group, where the reader's role enters
    /// events.
    pub(super) acts: Vec<Way>,
}

/// Ids that may be one person.
pub(super) struct Candidate {
    pub(super) because: String,
    /// The names as they are compared, or what is reported alike.
    pub(super) shared: Option<String>,
    pub(super) case: Option<Way>,
    pub(super) individuals: Vec<One>,
    pub(super) parted: Vec<String>,
}

#[derive(Template)]
#[template(path = "duplicates.html")]
struct Page<'v> {
    layout: Layout<'v>,
    groups: Vec<Candidate>,
    next: Option<String>,
    json: String,
}

/// Shows possible duplicates.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at", "from"])?;
    let from = findings::from(request)?;
    let snapshot = request.snapshot().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let scope = request.scope();
    let found = tokio::task::block_in_place(|| snapshot.duplicates(scope, from, LINES));
    let found = found.map_err(|failure| Problem::failed(&failure))?;
    let w = request.words();
    let page = Page {
        layout: Layout::at(request, w.t("duplicates.title").to_owned(), &snapshot)
            .with_files("/v1/duplicates", &request.address.only(&["at"])),
        groups: candidates(request, &snapshot, &found.duplicates)?,
        next: found.next.map(|next| {
            request.href(
                "/duplicates",
                &request.address.with("from", &next.to_string()),
            )
        }),
        json: request.address.without("from").href("/v1/duplicates"),
    };
    request.send(&snapshot, &page)
}

/// Says of groups of ids what they share and what tells them apart.
///
/// # Errors
/// [`Problem`] when the store cannot be read.
pub(super) fn candidates(
    request: &PageRequest,
    snapshot: &Snapshot,
    groups: &[DuplicateGroup],
) -> Result<Vec<Candidate>, Problem> {
    let groups = groups.iter();
    groups.map(|one| group(request, snapshot, one)).collect()
}

/// Says what is known of one individual beside their names.
#[must_use]
pub fn words_of(w: &Words, details: &IndividualDetails) -> Vec<String> {
    let births = details.births.iter();
    let births = births.map(|birth| w.fill("person.born", &[("when", &format::when(w, birth))]));
    let events = details.events.iter().map(|events| format::when(w, events));
    let places = details.places.iter().map(|place| w.place(place));
    births.chain(events).chain(places).collect()
}

fn group(
    request: &PageRequest,
    snapshot: &Snapshot,
    group: &DuplicateGroup,
) -> Result<Candidate, Problem> {
    let w = request.words();
    let way = |path: &str, id: &str| Way {
        name: id.to_owned(),
        href: request.link(&format!("/{path}/{id}")),
        here: false,
    };
    let first = group.individuals.first().and_then(|ids| ids.first());
    let individuals = group.individuals.iter().zip(&group.details);
    let individuals = individuals.map(|(ids, details)| {
        Ok(One {
            names: held::names(request, snapshot, ids)?,
            ids: ids.iter().map(|id| way("persons", id)).collect(),
            details: words_of(w, details),
            acts: acts(request, first, ids.first()),
        })
    });
    let names: Vec<&str> = group.names.iter().map(String::as_str).collect();
    let fact = group.fact.as_ref().map(|fact| {
        let when = &fact.occurred;
        let days = format::when(w, when);
        let kind = w.label("kind", fact.kind);
        w.fill("value.named", &[("name", &kind), ("value", &days)])
    });
    Ok(Candidate {
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

/// Returns the forms that say whether an individual is one person with the first of a group; none of the first.
fn acts(request: &PageRequest, first: Option<&String>, other: Option<&String>) -> Vec<Way> {
    let pair = first.zip(other).filter(|(first, other)| first != other);
    let Some((first, other)) = pair.filter(|_| request.rights.enters()) else {
        return Vec::new();
    };
    let named = Address::default().with("person", first);
    let named = named.with("other", other);
    let ways = [
        ("/enter/same_person", "duplicates.join"),
        ("/enter/not_same_person", "duplicates.part"),
    ];
    let way = |(path, name): (&str, &str)| Way {
        name: request.words().t(name).to_owned(),
        href: request.href(path, &named),
        here: false,
    };
    ways.map(way).into()
}
