//! The row of a track: its assertions, the facts derived from them, and its timeline.
//!
//! Never here: the derivation of facts (see [`crate::facts`]).

use event::{EventKey, Instant, OrgId, Position};
use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::facts::charges::PersonCharge;
use crate::facts::contradictions::Contradiction;
use crate::facts::custody::{Custody, Inconsistency};
use crate::time::versioned::Versioned;
use crate::track::assertion::Assertion;

/// A fact: something derived from the assertions of a track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fact {
    /// An interval in one state of custody.
    Custody(Custody),
    /// A person-charge.
    Charge(PersonCharge),
    /// A contradiction between two organisations.
    Contradiction(Contradiction),
    /// An inconsistency, and the position of the event that shows it.
    Inconsistency(Inconsistency, Position),
    /// The two ids of the pair are one person, by links that count.
    Same(PairJoin),
}

/// What joins the two ids of a pair. Source: docs/reference/figures.md, Identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PairJoin {
    /// The recordedtime of the first of the links that say so and count.
    pub recorded: Instant,
    /// Its key.
    pub key: EventKey,
    /// The organisations by whose word the two are one, sorted: each whose last link on the pair, or whose
    /// editors' where it owns one of the ids, says so.
    pub by: Vec<OrgId>,
}

/// An entry of a track's timeline: an event in the track, or an amendment whose target has not come. The
/// amendments on an event are listed in its [`Record`](crate::Record).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// The position from which the entry is in the timeline: its own, or that of an amendment which
    /// brought it there.
    pub since: Position,
    /// The position of the event or amendment.
    pub position: Position,
}

/// The row of a track, with both clocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// The assertions of its effective events.
    pub assertions: Vec<Versioned<Assertion>>,
    /// The facts derived from them, and for which scopes each holds.
    pub facts: Vec<Versioned<(Fact, Audience)>>,
    /// Its timeline, rising by `since`, then by position.
    pub timeline: Vec<TimelineEntry>,
}
