//! The row of a person: the statements of each event about them, and the traits that hold.
//!
//! Never here: which statement holds (see [`crate::facts::persons`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{
    CodeSet, Edtf, EventKey, Instant, OrgId, PersonId, Position, Sex, Verification, Visibility,
};
use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::rows::track_id::TrackId;
use crate::time::versioned::Versioned;

/// A name: its text, and its script and kind where given.
pub type Name = (Box<str>, Option<Box<str>>, Option<Box<str>>);

/// Traits of a person; an absent one is not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Traits {
    /// Sex.
    pub sex: Option<Sex>,
    /// Date of birth: earliest and latest day.
    pub birth: Option<event::Days>,
    /// Roles.
    pub roles: Option<CodeSet>,
    /// Nationality, as said.
    pub nationality: Option<Box<str>>,
    /// Names: text, and script and kind where given.
    pub names: Vec<Name>,
}

impl Traits {
    /// Whether no trait is stated.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sex.is_none()
            && self.birth.is_none()
            && self.roles.is_none()
            && self.nationality.is_none()
            && self.names.is_empty()
    }

    /// Returns the days of a birth date.
    #[must_use]
    pub fn birth_days(birth: Option<Edtf>) -> Option<event::Days> {
        birth.map(|edtf| edtf.days)
    }
}

/// The statement of one event about one person, and its rank among such statements.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonStatement {
    /// The recordedtime of the event, or of the correction that set `persons` last.
    pub recorded: Instant,
    /// The key of the event, or of that correction.
    pub key: EventKey,
    /// The position of the event.
    pub event: Position,
    /// How well that event is verified.
    pub verification: Verification,
    /// The organisation that asserted the event, which sees it whoever corrected it.
    pub org: OrgId,
    /// Who may see it.
    pub visibility: Visibility,
    /// Where that is `org`: the organisations that see it, sorted.
    pub confined_to: Vec<OrgId>,
    /// The traits that it states.
    pub traits: Traits,
}

/// The row of a person, with both clocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The statements of effective events, by the event's position.
    pub statements: BTreeMap<Position, Vec<Versioned<PersonStatement>>>,
    /// The traits that hold, and for which scopes.
    pub traits: Vec<Versioned<(Traits, Audience)>>,
    /// The person's tracks.
    pub tracks: BTreeSet<TrackId>,
    /// The other ids of pairs on which links were asserted.
    pub linked: BTreeSet<PersonId>,
}
