//! The order of a track's events, and which of them the state machine reads.
//!
//! Source: docs/reference/figures.md, Tracks.
//!
//! Never here: the state that follows (see [`crate::facts::machine`]).

use event::{Day, EventKey, Instant, Kind};

use crate::track::assertion::{Assertion, Effect};
use crate::track::kinds::{is_ending, is_evidence_of_custody};

/// Sorts a track by day, then `recordedtime`, then beginnings before endings, then org, source, id.
pub(crate) fn sort_track<'a>(track: impl IntoIterator<Item = &'a Assertion>) -> Vec<&'a Assertion> {
    let mut sorted: Vec<_> = track.into_iter().collect();
    sorted.sort_by_key(|&event| sort_key(event));
    sorted
}

/// Returns the sort key of an event in its track.
pub(crate) fn sort_key(event: &Assertion) -> (Day, Instant, u8, &EventKey) {
    (event.sort_day(), event.recorded, rank(event), &event.key)
}

const fn rank(assertion: &Assertion) -> u8 {
    if matches!(assertion.effect, Effect::Held(_)) {
        0
    } else if is_ending(assertion.kind) {
        2
    } else {
        1
    }
}

/// Whether the event is an input of the state machine.
pub(crate) const fn is_input(event: &Assertion) -> bool {
    match event.effect {
        Effect::Held(_) | Effect::Release { .. } | Effect::BailGranted | Effect::Reappeared(_) => {
            true
        }
        Effect::Sentence { custodial, .. } => custodial,
        Effect::Charge { .. } | Effect::Statuses(_) | Effect::Numbers { .. } | Effect::Link(_) => {
            false
        }
        Effect::Plain => {
            is_ending(event.kind)
                || is_evidence_of_custody(event.kind)
                || matches!(event.kind, Kind::Wanted)
        }
    }
}
