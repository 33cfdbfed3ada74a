//! What there is to decide, and what was decided: possible duplicates, what contradicts and what does not fit, each
//! with the forms that settle it, and the latest acts on the record with who did them and how to undo them.
//!
//! Never here: what makes something open (crates `answers` and `fold`): what is decided leaves the lists by itself.

use askama::Template;
use axum::response::Response;
use event::{EventKey, Kind, Position};
use fold::{Sight, View as _};

use super::event::{READ_LEAVES, READS_MAX, SentEvent, is_own, leaf};
use super::{contradictions, duplicates, inconsistencies};
use crate::address::Address;
use crate::http::Problem;
use crate::layout::{Layout, Way};
use crate::parts::findings::{self, Found, Place};
use crate::parts::people::Contradiction as Sides;
use crate::record::{ReadFailure, Reading, Snapshot};
use crate::request::PageRequest;
use crate::text::format;

/// How many of each sort stand on the page. Source: docs/reference/limits.md.
const OPEN_LINES: usize = 10;

/// How many acts stand on the page. Source: docs/reference/limits.md.
const DECIDED_LINES: usize = 25;

/// The first of what is open, and the way to the rest.
struct OpenList<T> {
    lines: Vec<T>,
    count: String,
    more: Option<Way>,
}

/// An act on the record.
struct Decided {
    number: String,
    href: String,
    kind: String,
    received: String,
    org: String,
    /// The event or the people that it is about, where the reader sees them.
    about: Vec<Way>,
    /// Why, as its sender says it, and in which language.
    reason: Option<(String, String)>,
    undo: Option<Way>,
}

#[derive(Template)]
#[template(path = "decide.html")]
struct Page<'v> {
    layout: Layout<'v>,
    groups: Vec<duplicates::Candidate>,
    more_duplicates: Option<Way>,
    contradictions: OpenList<(Place, Sides)>,
    inconsistencies: OpenList<inconsistencies::InconsistencyLine>,
    rejected: Option<Way>,
    decided: Vec<Decided>,
    next: Option<String>,
}

/// Shows what there is to decide.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at", "from"])?;
    // Acts are read downwards from here; 0 is the newest.
    let last = u64::try_from(findings::from(request)?).unwrap_or(u64::MAX);
    let snapshot = request.snapshot_hiding().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let w = request.words();
    let made = tokio::task::block_in_place(|| {
        let found = snapshot.duplicates(request.scope(), 0, OPEN_LINES);
        let found = found.map_err(|failure| Problem::failed(&failure))?;
        let groups = duplicates::candidates(request, &snapshot, &found.duplicates)?;
        let sides = contradictions::found(request, &snapshot, (0, OPEN_LINES))?;
        let misfits = inconsistencies::found(request, &snapshot, (0, OPEN_LINES));
        let (decided, next) = decided(request, &snapshot, last)?;
        Ok::<_, Problem>(Page {
            layout: Layout::at(request, w.t("decide.title").to_owned(), &snapshot),
            groups,
            more_duplicates: found.next.map(|_| rest(request, "/duplicates")),
            contradictions: open(request, sides, "/contradictions"),
            inconsistencies: open(request, misfits, "/inconsistencies"),
            rejected: request.rights.enters().then(|| Way {
                name: w.t("rejected.heading").to_owned(),
                href: request.link("/rejected"),
                here: false,
            }),
            decided,
            next: next.map(|next| {
                request.href("/decide", &request.address.with("from", &next.to_string()))
            }),
        })
    })?;
    request.send(&snapshot, &made)
}

fn open<T>(request: &PageRequest, found: Found<T>, path: &str) -> OpenList<T> {
    OpenList {
        count: request
            .words()
            .number(u64::try_from(found.all).unwrap_or(u64::MAX)),
        more: (found.all > found.lines.len()).then(|| rest(request, path)),
        lines: found.lines,
    }
}

/// The way to all of a sort.
fn rest(request: &PageRequest, path: &str) -> Way {
    Way {
        name: request.words().t("decide.all").to_owned(),
        href: request.link(path),
        here: false,
    }
}

/// Returns the last acts and links that the reader sees from position `last` downwards (0: from R), the newest first,
/// and where the next ones begin.
fn decided(
    request: &PageRequest,
    snapshot: &Snapshot,
    last: u64,
) -> Result<(Vec<Decided>, Option<u64>), Problem> {
    let failed = |failure: ReadFailure| Problem::failed(&failure);
    let newest = snapshot.position.get();
    let mut last = if last == 0 { newest } else { last.min(newest) };
    let mut lines = Vec::new();
    for _ in 0..READS_MAX {
        if last == 0 {
            return Ok((lines, None));
        }
        let reading = snapshot.read().map_err(failed)?;
        let first = last.saturating_sub(READ_LEAVES - 1).max(1);
        let wanted = usize::try_from(last - first + 1).unwrap_or(1);
        let read = reading
            .leaves(Position::new(first), wanted)
            .map_err(failed)?;
        let mut sight = Sight::new(&reading, snapshot.position);
        for (position, bytes) in read.into_iter().rev().filter(|(at, _)| at.get() <= last) {
            if !is_act(&bytes) {
                continue;
            }
            let seen = answers::visible_leaf(&mut sight, (position, &bytes), request.scope());
            let Some(seen) = seen.map_err(failed)? else {
                continue;
            };
            if lines.len() >= DECIDED_LINES {
                return Ok((lines, Some(position.get())));
            }
            lines.push(act(
                request,
                (snapshot, &reading),
                position,
                &SentEvent::of(&seen),
            )?);
        }
        last = first - 1;
    }
    Ok((lines, (last > 0).then_some(last)))
}

/// Whether a leaf is an act on another event, or a link of two people.
fn is_act(leaf: &[u8]) -> bool {
    let event::Reading::Event(event) = event::read(leaf) else {
        return false;
    };
    let kind = event.envelope.kind;
    kind.is_some_and(|kind| kind.is_amendment() || kind.is_link())
}

fn act(
    request: &PageRequest,
    (snapshot, reading): (&Snapshot, &Reading<'_>),
    position: Position,
    told: &SentEvent,
) -> Result<Decided, Problem> {
    let w = request.words();
    let received = told.attribute("receivedtime").unwrap_or_default();
    let received = event::Instant::parse(received);
    let is_of_people = Kind::parse(told.kind()).is_some_and(Kind::is_link);
    let about = if is_of_people {
        let ids = told.list(&["pair"]).iter().filter_map(|id| id.as_str());
        ids.map(|id| way(request, &format!("/persons/{id}"), id))
            .collect()
    } else {
        let target = target(request, (snapshot, reading), told)?;
        Vec::from_iter(target.map(|target| {
            let number = w.number(target.get());
            way(request, &format!("/events/{target}"), &number)
        }))
    };
    let reason = told.text(&["reason"]).or_else(|| told.text(&["basis"]));
    Ok(Decided {
        number: w.number(position.get()),
        href: request.link(&format!("/events/{position}")),
        kind: w.label("kind", told.kind()),
        received: received.map_or_else(String::new, |(at, _)| format::instant_text(w, at)),
        org: told.attribute("org").unwrap_or_default().to_owned(),
        about,
        reason: reason.map(|text| (text.to_owned(), "und".to_owned())),
        undo: (request.rights.corrects() && is_own(request, told)).then(|| Way {
            name: w.t("event.undo").to_owned(),
            href: request.href(&format!("/events/{position}/retract"), &Address::default()),
            here: false,
        }),
    })
}

fn way(request: &PageRequest, path: &str, name: &str) -> Way {
    Way {
        name: name.to_owned(),
        href: request.link(path),
        here: false,
    }
}

/// Returns where the event on which an act acts stands, where the reader sees it.
fn target(
    request: &PageRequest,
    (snapshot, reading): (&Snapshot, &Reading<'_>),
    told: &SentEvent,
) -> Result<Option<Position>, Problem> {
    let text = |name| told.text(&["target", name]);
    let Some(((org, source), id)) = text("org").zip(text("source")).zip(text("id")) else {
        return Ok(None);
    };
    let Ok(org) = event::OrgId::parse(org) else {
        return Ok(None);
    };
    let key = EventKey {
        org,
        source: source.into(),
        id: id.into(),
    };
    let record = reading.record(key.hash());
    let record = record.map_err(|failure| Problem::failed(&failure))?;
    let Some((first, _)) = record.and_then(|record| record.first) else {
        return Ok(None);
    };
    Ok(leaf(request, snapshot, first)?.map(|_| first))
}
