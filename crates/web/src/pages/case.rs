//! A case: its people with their custody and charges, what contradicts, and its timeline.
//!
//! What stands here is what `/v1/cases/{id}` answers, in words and drawings.
//!
//! Never here: what follows from events (crate `fold`).

use std::collections::{BTreeMap, BTreeSet};

use answers::{CaseBody, CaseWindow, EntryBody, NoCasePlace};
use askama::Template;
use axum::response::Response;
use event::{Day, Position};

use crate::address::Address;
use crate::chart::{Tone, span};
use crate::http::{Problem, Sort, parameters};
use crate::layout::Layout;
use crate::parts::findings::TEXT_BYTES;
use crate::parts::people::{self, InCase};
use crate::parts::timeline_entry::{self, TimelineEntry};
use crate::request::PageRequest;

/// How many people, and how many entries, stand on one page. Source: docs/reference/limits.md.
const ITEMS: usize = 100;

#[derive(Template)]
#[template(path = "case.html")]
struct Page<'v> {
    layout: Layout<'v>,
    id: String,
    org: String,
    people: Vec<InCase>,
    timeline: Vec<TimelineEntry>,
    events: String,
    next: Option<String>,
    /// Where the reader adds what happened, where their role enters events.
    add: Option<String>,
    json: String,
}

/// Shows a case.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at", "from"])?;
    let from = request.address.get("from");
    let from = from.map(|from| from.parse().map_err(|error| no_place(from, error)));
    let window = CaseWindow {
        from: from.transpose()?.unwrap_or_default(),
        limit: ITEMS,
        bytes: TEXT_BYTES,
    };
    let id = parameters::case_id(&request.id)?;
    let snapshot = request.snapshot_hiding().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let (case, next) = snapshot.case(&id, request.scope(), &window)?;
    let w = request.words();
    let axis = axis(&case);
    let page = Page {
        layout: Layout::at(
            request,
            w.fill("case.title", &[("id", &case.case)]),
            &snapshot,
        )
        .with_feed(
            Address::default()
                .with("lang", &w.language.code)
                .href(&format!("/v1/cases/{}/events.atom", case.case)),
        ),
        org: id.org().to_owned(),
        people: case
            .persons
            .iter()
            .enumerate()
            .map(|(at, person)| {
                let named = people::named(request, &person.person, &person.traits);
                InCase {
                    named: Some(named),
                    ..people::in_case(request, &person.facts, axis, &format!("bar{at}"))
                }
            })
            .collect(),
        timeline: timeline(request, &case, axis),
        events: w.count(
            "case.events",
            u64::try_from(case.timeline.len()).unwrap_or(0),
            &[],
        ),
        add: request.rights.enters().then(|| {
            let named = Address::default().with("case", &case.case);
            request.href("/enter", &named)
        }),
        next: next.map(|next| {
            let address = request.address.with("from", &next.to_string());
            request.href(&format!("/cases/{}", case.case), &address)
        }),
        json: request.address.href(&format!("/v1/cases/{}", case.case)),
        id: case.case,
    };
    request.send(&snapshot, &page)
}

fn no_place(from: &str, error: NoCasePlace) -> Problem {
    let detail = format!("from is {from:?}, but {error}");
    Problem::new(Sort::Parameter, detail)
}

/// Makes one axis for all that a case shows.
fn axis(case: &CaseBody) -> Option<span::Axis> {
    let of_events = case
        .timeline
        .iter()
        .filter_map(|entry| entry.occurred.as_ref());
    let days = of_events.flat_map(people::days_of);
    let custody = case.persons.iter().flat_map(|person| &person.facts.custody);
    let edges = custody.flat_map(|interval| {
        let to = interval.to.iter().flat_map(|to| people::days_of(&to.when));
        people::days_of(&interval.from.when).into_iter().chain(to)
    });
    span::Axis::over(days.chain(edges))
}

/// Puts a timeline in the order in which things happened, each with what was done to it.
fn timeline(
    request: &PageRequest,
    case: &CaseBody,
    axis: Option<span::Axis>,
) -> Vec<TimelineEntry> {
    let (mut entries, acts) = by_root(case);
    entries.sort_by_key(|entry| (first_day(entry), entry.leaf.position));
    let entries = entries.into_iter().map(|entry| {
        let position = entry.leaf.position;
        let acts = acts.get(&position.get()).into_iter().flatten();
        let days = entry.occurred.as_ref().map(|when| when.days).zip(axis);
        TimelineEntry {
            acts: acts.map(|act| timeline_entry::act(request, act)).collect(),
            against: against(request, case, position),
            date: days.map(|(days, axis)| axis.date(&format!("d{position}"), days, Tone::Arrested)),
            ..timeline_entry::shown(request, entry)
        }
    });
    entries.collect()
}

/// Divides a timeline into entries of their own, and the acts on each by its position.
///
/// An act on an act stands below the event that both lead to; the walk ends with the acts.
fn by_root(case: &CaseBody) -> (Vec<&EntryBody>, BTreeMap<u64, Vec<&EntryBody>>) {
    let positions: BTreeSet<u64> = case
        .timeline
        .iter()
        .map(|entry| entry.leaf.position.get())
        .collect();
    let targets: BTreeMap<u64, u64> = case
        .timeline
        .iter()
        .filter_map(|entry| Some((entry.leaf.position.get(), entry.target?.get())))
        .filter(|(_, target)| positions.contains(target))
        .collect();
    let root = |entry: &EntryBody| {
        let mut at = *targets.get(&entry.leaf.position.get())?;
        for _ in 0..targets.len() {
            match targets.get(&at) {
                Some(next) => at = *next,
                None => break,
            }
        }
        Some(at)
    };
    let (mut entries, mut acts) = (Vec::new(), BTreeMap::<u64, Vec<&EntryBody>>::new());
    for entry in &case.timeline {
        match root(entry) {
            Some(root) => acts.entry(root).or_default().push(entry),
            None => entries.push(entry),
        }
    }
    (entries, acts)
}

/// Returns what an event stands against: number and organisation of each that says otherwise.
fn against(request: &PageRequest, case: &CaseBody, position: Position) -> Vec<(String, String)> {
    let org_at = |position: Position| {
        let mut timeline = case.timeline.iter();
        let found = timeline.find(|entry| entry.leaf.position == position);
        found.map_or_else(String::new, |entry| entry.org.clone())
    };
    let contradictions = case.persons.iter();
    let contradictions = contradictions.flat_map(|person| &person.facts.contradictions);
    let sides = contradictions
        .map(|found| [found.others.as_slice(), &[found.shown]].concat())
        .filter(|sides| sides.contains(&position));
    sides
        .flatten()
        .filter(|other| *other != position)
        .map(|other| (request.words().number(other.get()), org_at(other)))
        .collect()
}

fn first_day(entry: &EntryBody) -> Day {
    let when = entry.occurred.as_ref();
    when.map_or(Day::MAX, |when| when.days.earliest)
}
