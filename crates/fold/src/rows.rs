//! The rows of the read models: what the fold writes and the store keeps.
//!
//! Keys are listed in the order in which the store sorts them, so that every list an answer gives
//! is one range.
//!
//! Never here: bytes and versions of a row's format (crate `store`).

use event::{
    CaseId, Code, CodeSet, ContentHash, Edtf, EventKey, Instant, Kind, OrgId, PersonId, Position,
    Sex, Visibility,
};
use serde::{Deserialize, Serialize};

use crate::assertion::Assertion;
use crate::charges::PersonCharge;
use crate::contradictions::Contradiction;
use crate::custody::{Custody, Misfit};
use crate::known::Known;
use crate::sees::Sees;

/// A track: one person in one case, or what stands in for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TrackId {
    /// One person in one case; an event with persons and no case has none.
    Person(Option<CaseId>, PersonId),
    /// The events of a case that name no person.
    Case(CaseId),
    /// An event with neither case nor person: the position of that event.
    Lone(Position),
    /// The links on one pair of person ids, the smaller first.
    Pair(PersonId, PersonId),
}

impl TrackId {
    /// Returns the case.
    #[must_use]
    pub const fn case(&self) -> Option<&CaseId> {
        match self {
            Self::Person(case, _) => case.as_ref(),
            Self::Case(case) => Some(case),
            Self::Lone(_) | Self::Pair(..) => None,
        }
    }

    /// Returns the person.
    #[must_use]
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person(_, person) => Some(person),
            Self::Case(_) | Self::Lone(_) | Self::Pair(..) => None,
        }
    }
}

/// What follows from the events of a track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fact {
    /// An interval in one state of custody.
    Custody(Custody),
    /// A person-charge.
    Charge(PersonCharge),
    /// Two organisations differ.
    Contradiction(Contradiction),
    /// Something does not fit together.
    Misfit(Misfit, Position),
    /// Two ids are one person, by links that count.
    Same,
}

/// A position that touched a track, for its timeline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Touch {
    /// The position from which the track is known to be touched: its own, or that of a target that
    /// came later.
    pub since: Position,
    /// The position.
    pub position: Position,
    /// Who asserted it.
    pub org: OrgId,
    /// Who may see it.
    pub visibility: Visibility,
    /// The position of the event it corrects, retracts or re-verifies.
    pub target: Option<Position>,
}

/// All that is kept of a track, with both clocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Its effective events.
    pub assertions: Vec<Known<Assertion>>,
    /// What follows from them, for whom.
    pub facts: Vec<Known<(Fact, Sees)>>,
    /// Every position that touched it, rising.
    pub timeline: Vec<Touch>,
}

/// A correction, retraction or verification change, as kept beside its target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Act {
    /// When the tool recorded it.
    pub recorded: Instant,
    /// Its key.
    pub key: EventKey,
    /// Its position.
    pub position: Position,
    /// What it is.
    pub kind: Kind,
}

/// What is known of an event's key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The first leaf with this key, and its content; none while only acts on it have come.
    pub first: Option<(Position, ContentHash)>,
    /// Whether that leaf is an event whose structure passed.
    pub is_event: bool,
    /// The event it acts on, where it is such a kind.
    pub target: Option<EventKey>,
    /// The acts on it, in the order of patches.
    pub acts: Vec<Act>,
    /// The tracks in which it is, or was, effective; kept once someone has acted on it.
    pub tracks: Vec<TrackId>,
    /// The persons of whom it says, or said, something; kept once someone has acted on it.
    pub persons: Vec<PersonId>,
}

/// What concerns an organisation's events as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Its grants of editor rights.
    pub grants: Vec<EventKey>,
    /// Its events on which other organisations act, to be looked at again when a grant changes.
    pub acted_on: Vec<EventKey>,
    /// The pairs with one of its ids that other organisations link.
    pub linked: Vec<TrackId>,
}

/// A name: its text, and its script and kind where given.
pub type Name = (Box<str>, Option<Box<str>>, Option<Box<str>>);

/// What one event says of a person; absent is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Traits {
    /// Sex.
    pub sex: Option<Sex>,
    /// Birth: earliest and latest day.
    pub birth: Option<event::Days>,
    /// Roles.
    pub roles: Option<CodeSet>,
    /// Names: text, and script and kind where given.
    pub names: Vec<Name>,
}

impl Traits {
    /// Whether nothing is said.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sex.is_none() && self.birth.is_none() && self.roles.is_none() && self.names.is_empty()
    }

    /// Returns the days of a birth date.
    #[must_use]
    pub fn birth_days(birth: Option<Edtf>) -> Option<event::Days> {
        birth.map(|edtf| edtf.days)
    }
}

/// What one event says of one person, and by which order it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Saying {
    /// The recordedtime of the event or of the correction that set it.
    pub recorded: Instant,
    /// The key of the event or of the correction that set it.
    pub key: EventKey,
    /// The event that says it.
    pub event: Position,
    /// Who asserted that event: whoever corrected it, it stays theirs to see.
    pub org: OrgId,
    /// Who may see it.
    pub visibility: Visibility,
    /// Where that is `org`: the organisations that each keep it within themselves, sorted.
    pub kept_by: Vec<OrgId>,
    /// What it says.
    pub traits: Traits,
}

/// All that is said of a person, with both clocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// What effective events say now.
    pub sayings: Vec<Saying>,
    /// What holds, for whom.
    pub traits: Vec<Known<(Traits, Sees)>>,
    /// The person's tracks, sorted.
    pub tracks: Vec<TrackId>,
    /// The other ids of pairs on which links were asserted, sorted.
    pub linked: Vec<PersonId>,
}

/// A leaf that has no effect, or of a type unknown here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Who asserted it, where its envelope passed.
    pub key: Option<EventKey>,
    /// The stable code.
    pub code: Box<str>,
    /// Where in the event.
    pub pointer: Box<str>,
    /// What was found.
    pub found: Box<str>,
    /// What is right.
    pub expected: Box<str>,
}

impl Rejected {
    /// Makes the row of a rejection.
    #[must_use]
    pub fn new(key: Option<EventKey>, rejection: &event::Rejection) -> Self {
        Self {
            key,
            code: rejection.code.as_str().into(),
            pointer: rejection.pointer.as_str().into(),
            found: rejection.found.as_str().into(),
            expected: rejection.expected.as_str().into(),
        }
    }

    /// Makes the row of a leaf that repeats, or conflicts with, the leaf at `first`.
    #[must_use]
    pub fn again(key: EventKey, code: Code, first: Position) -> Self {
        Self {
            key: Some(key),
            code: code.as_str().into(),
            pointer: "/id".into(),
            found: "a key that came before".into(),
            expected: format!("a new id; the first is at position {first}").into(),
        }
    }
}

/// When a leaf was received and recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// `receivedtime`; none on a leaf that no gate wrote.
    pub received: Option<Instant>,
    /// `recordedtime`; none on the system's own events and on those that failed the check, repeat
    /// or conflict, which the instant `recorded:` leaves out.
    pub recorded: Option<Instant>,
}

/// How many positions one row of [`Times`] covers: 1,024 (index = position - 1).
pub const TIMES_PER_ROW: u64 = 1_024;
