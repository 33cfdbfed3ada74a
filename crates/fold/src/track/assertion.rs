//! Assertions, the typed form of effective events in a track: only the fields that state and
//! counting need.
//!
//! Start at [`Assertion`]. The raw bytes stay in the log; an amendment rebuilds the assertion from
//! them.
//!
//! Never here: JSON (see [`crate::track::interpret`]).

use event::{
    Assessment, AuthorityKind, CaseId, ChargeStatus, CodeSet, CustodyState, Days, EventKey,
    FourValued, Instant, Kind, OrgId, Position, ReleaseKind, Verification, Visibility,
};
use serde::{Deserialize, Serialize};

use crate::audience::Scope;
use crate::track::kinds::sorts_by_first_day;

/// The attributes of an event by which figures filter and group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attributes {
    /// The case.
    pub case: Option<CaseId>,
    /// The place: an ISO 3166-1 or -2 code.
    pub place: Option<Box<str>>,
    /// The town, commune or street, as said.
    pub locality: Option<Box<str>>,
    /// The organisation's own words for it, each once, rising.
    pub tags: Vec<Box<str>>,
    /// The rights that were being exercised.
    pub rights_exercised: CodeSet,
    /// The rights that were violated.
    pub rights_violated: CodeSet,
    /// The kind of authority that acted.
    pub authority: Option<AuthorityKind>,
    /// The level of verification.
    pub verification: Verification,
    /// The group's assessment.
    pub assessment: Assessment,
    /// The person's age at the event, in years.
    pub age: Option<u8>,
    /// Whether a death was in custody; unknown for every other kind.
    pub in_custody: FourValued,
    /// Who may see it.
    pub visibility: Visibility,
}

/// The effect of an event on its track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Effect {
    /// None beyond what its kind implies.
    Plain,
    /// The person is held, in this state.
    Held(CustodyState),
    /// A release.
    Release {
        /// Its kind.
        kind: ReleaseKind,
        /// Whether conditions bind the person.
        conditional: bool,
    },
    /// Bail was granted; refused or revoked bail is [`Effect::Held`].
    BailGranted,
    /// A sentence.
    Sentence {
        /// Whether custody remains: it exceeds what is suspended and credited.
        custodial: bool,
        /// When it takes effect, where given.
        effective: Option<Days>,
        /// The charges that it names.
        charges: Vec<Box<str>>,
    },
    /// A reappearance, in this state.
    Reappeared(CustodyState),
    /// A charge is laid.
    Charge {
        /// `<case>/<local>`.
        charge: Box<str>,
        /// The law.
        law: Option<Box<str>>,
        /// The article of the law.
        article: Option<Box<str>>,
        /// The court.
        court: Option<Box<str>>,
    },
    /// Effects on charges: `<case>/<local>` and the effect on each.
    Statuses(Vec<(Box<str>, ChargeEffect)>),
    /// A claim of a number of people.
    Numbers {
        /// The lower bound.
        lower: u64,
        /// The upper bound; none when there is none.
        upper: Option<u64>,
        /// Whether the claim's stated parts cannot add up to it.
        inconsistent: bool,
    },
    /// Whether the two ids of the pair are one person.
    Link(bool),
}

/// The effect of an event on a charge. Source: docs/reference/figures.md, Charges.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ChargeEffect {
    /// Its status becomes this.
    To(ChargeStatus),
    /// It is replaced by this charge.
    Into(Box<str>),
    /// A court of appeal upholds the status before the appeal.
    Upheld,
    /// A court of appeal sets aside the status before the appeal.
    Quashed,
    /// Its status does not change; the event is in its history.
    Stays,
}

/// An effective event as asserted in one track.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assertion {
    /// The position of the event.
    pub position: Position,
    /// The event's key.
    pub key: EventKey,
    /// The event's recordedtime.
    pub recorded: Instant,
    /// The kind of event.
    pub kind: Kind,
    /// The days on one of which it happened.
    pub days: Days,
    /// Whether the date carries a doubt mark.
    pub doubt: bool,
    /// Whether that date is after the recordedtime.
    pub after_record: bool,
    /// Whether that date sets the span of a figure by time (see [`event::Occurred`]).
    pub sets_span: bool,
    /// Whether that date is more than a century before the recordedtime.
    pub is_implausible: bool,
    /// Who may see it.
    pub visibility: Visibility,
    /// Where that is `org`: the organisations that see it, sorted.
    pub confined_to: Vec<OrgId>,
    /// The event's attributes.
    pub attributes: Attributes,
    /// The number of unnamed people: lower and upper bound.
    pub unnamed: Option<(u64, Option<u64>)>,
    /// The event's effect on the track.
    pub effect: Effect,
}

impl Assertion {
    /// Returns the key of the order in which patches apply and the last link holds: (recordedtime,
    /// org, source, id).
    #[must_use]
    pub fn order(&self) -> (Instant, &EventKey) {
        (self.recorded, &self.key)
    }

    /// Whether `scope` sees it.
    #[must_use]
    pub fn is_seen(&self, scope: &Scope) -> bool {
        scope.sees_confined(self.visibility, &self.confined_to)
    }

    /// Returns the day by which a track is sorted (docs/reference/figures.md, Tracks).
    #[must_use]
    pub const fn sort_day(&self) -> event::Day {
        if sorts_by_first_day(self.kind) {
            self.days.earliest
        } else {
            self.days.latest
        }
    }
}
