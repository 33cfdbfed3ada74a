//! Contradictions: differing assertions by two organisations about one event in one track.
//!
//! Start at [`disagreements`]. Both assertions stay; the case shows the better verified, then the
//! later recorded, and lists the others. Source: docs/reference/figures.md, Contradictions.
//!
//! Never here: which value is right.

use std::collections::BTreeMap;

use event::{Kind, Position, Verification};
use serde::{Deserialize, Serialize};

use crate::facts::order::{is_input, sort_track};
use crate::track::assertion::{Assertion, Effect};
use crate::track::kinds::can_contradict;

/// That assertions of one kind differ. Which ones do is told by [`disagreements`]: a list of them in each
/// version would grow with the square of their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contradiction {
    /// The kind of event.
    pub kind: Kind,
    /// The position whose value the case shows.
    pub shown: Position,
}

/// A contradiction with the assertions that differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// The contradiction.
    pub found: Contradiction,
    /// The positions of the assertions that differ from the shown one, rising.
    pub others: Vec<Position>,
}

/// Whether an event can be in a contradiction, or separates episodes of them; one that is refuted says nothing.
pub(crate) fn is_relevant(event: &Assertion) -> bool {
    let stands = event.attributes.verification != Verification::Refuted;
    stands && (is_input(event) || can_contradict(event.kind))
}

/// Whether an event ends custody, so that what comes after it is another episode.
pub(crate) const fn ends_episode(event: &Assertion) -> bool {
    matches!(event.effect, Effect::Release { .. })
        || matches!(event.kind, Kind::Escape | Kind::Death | Kind::LeftCustody)
}

/// Returns the contradictions of a track as one scope sees it, sorted: same kind, different organisation, different
/// values, and no ending of custody between them.
#[must_use]
pub fn disagreements<'a>(track: impl IntoIterator<Item = &'a Assertion>) -> Vec<Disagreement> {
    // An event that neither bears on custody nor can contradict does not separate episodes.
    let events: Vec<&Assertion> = track
        .into_iter()
        .filter(|event| is_relevant(event))
        .collect();
    let first = events.first().map(|event| &event.key.org);
    if events.iter().all(|event| Some(&event.key.org) == first) {
        return Vec::new();
    }
    let sorted = sort_track(events);
    let mut found = Vec::new();
    let mut episode: Vec<&Assertion> = Vec::new();
    let mut flush = |episode: &mut Vec<&Assertion>| {
        found.extend(disagreements_in_episode(episode));
        episode.clear();
    };
    let mut ended = false;
    for event in sorted {
        // An episode runs from a beginning to the endings after it: two reports of one release are
        // in it together, and what comes after them is not.
        let ends = ends_episode(event);
        if ended && !ends {
            flush(&mut episode);
            ended = false;
        }
        ended |= ends;
        episode.push(event);
    }
    flush(&mut episode);
    found.sort();
    found
}

/// Returns what an event asserts something of, within its episode: each charge is a subject of its own.
pub(crate) fn subject(event: &Assertion) -> (Kind, Option<&str>) {
    let charge = if let Effect::Charge { charge, .. } = &event.effect {
        Some(&**charge)
    } else {
        None
    };
    (event.kind, charge)
}

fn disagreements_in_episode(episode: &[&Assertion]) -> Vec<Disagreement> {
    let mut subjects: BTreeMap<(Kind, Option<&str>), Vec<&Assertion>> = BTreeMap::new();
    for event in episode.iter().filter(|event| can_contradict(event.kind)) {
        subjects.entry(subject(event)).or_default().push(event);
    }
    subjects
        .into_iter()
        .filter_map(|((kind, _), same)| disagreement(kind, &same))
        .collect()
}

fn disagreement(kind: Kind, same: &[&Assertion]) -> Option<Disagreement> {
    let shown = same.iter().max_by_key(|event| {
        (
            event.attributes.verification.rank(),
            event.recorded,
            &event.key,
        )
    })?;
    let mut others: Vec<Position> = same
        .iter()
        .filter(|other| other.key.org != shown.key.org && differs(shown, other))
        .map(|other| other.position)
        .collect();
    others.sort();
    others.dedup();
    let found = Contradiction {
        kind,
        shown: shown.position,
    };
    (!others.is_empty()).then_some(Disagreement { found, others })
}

/// Whether two assertions of one kind differ in date, place, charge or release kind.
fn differs(a: &Assertion, b: &Assertion) -> bool {
    let place = match (&a.attributes.place, &b.attributes.place) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    };
    a.days != b.days || place || a.effect != b.effect
}
