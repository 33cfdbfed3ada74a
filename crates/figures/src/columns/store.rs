//! The column store: the facts of all tracks as columns in memory, over which figures are counted.
//!
//! Start at [`ColumnStore`]; rows are put in by [`ColumnStore::put`]. It holds nothing that the rows of
//! the store do not: it is loaded from them at start.
//!
//! Never here: how rows are put in (see [`crate::columns::load`]), and counting rules.

use std::collections::BTreeMap;

use event::{Kind, Position};
use fold::{Instants, LastHidden, Scope};

use crate::columns::audiences::{Audiences, Visible};
use crate::columns::by_kind::KindIndex;
use crate::columns::capacity::Capacity;
use crate::columns::charges::ChargeColumns;
use crate::columns::dictionary::Dictionary;
use crate::columns::events::EventColumns;
use crate::columns::findings::Finding;
use crate::columns::identity::Links;
use crate::columns::ids::{
    ArticleNo, CaseNo, ChargeRowNo, ColumnId, CourtNo, EventRowNo, IdVec, LawNo, LoadedTrackNo,
    LocalityNo, NationalityNo, OrgNo, PersonNo, PlaceNo, Position32, TrackNo, UnitNo,
};
use crate::columns::multi_track::MultiTrack;
use crate::columns::persons::PersonColumns;
use crate::columns::postings::PostingLists;
use crate::columns::ragged::Ragged;
use crate::columns::rows::{Interval, RowAttributes};
use crate::columns::spells::index::SpellIndex;
use crate::columns::tag_sets::TagSets;
use crate::columns::validity::Validity;

/// Which track: as [`fold::TrackId`], with ids in place of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TrackKey {
    Person(Option<CaseNo>, PersonNo),
    Case(CaseNo),
    Lone(Position),
    Pair(PersonNo, PersonNo),
}

/// The rows of a track.
#[derive(Clone, Debug)]
pub(crate) struct LoadedTrack {
    pub(crate) track: LoadedTrackNo,
    pub(crate) events: Vec<EventRowNo>,
    pub(crate) charges: Vec<ChargeRowNo>,
    /// None where it never had custody.
    pub(crate) custody: Option<TrackNo>,
}

/// All columns.
#[derive(Clone, Debug, Default)]
pub struct ColumnStore {
    pub(crate) instants: Instants,
    pub(crate) last_hidden: LastHidden,
    pub(crate) persons: Dictionary<PersonNo>,
    pub(crate) cases: Dictionary<CaseNo>,
    pub(crate) places: Dictionary<PlaceNo>,
    pub(crate) localities: Dictionary<LocalityNo>,
    pub(crate) nationalities: Dictionary<NationalityNo>,
    pub(crate) tag_sets: TagSets,
    pub(crate) orgs: Dictionary<OrgNo>,
    pub(crate) laws: Dictionary<LawNo>,
    pub(crate) articles: Dictionary<ArticleNo>,
    pub(crate) courts: Dictionary<CourtNo>,
    pub(crate) audiences: Audiences,
    pub(crate) tracks: BTreeMap<TrackKey, LoadedTrack>,
    pub(crate) events: EventColumns,
    /// The tracks of each event, by its position.
    pub(crate) event_tracks: MultiTrack<Position32, LoadedTrackNo>,
    pub(crate) deaths: Vec<EventRowNo>,
    /// Whether a death of the person is among the rows.
    pub(crate) has_death: IdVec<PersonNo, bool>,
    pub(crate) custody: Ragged<TrackNo, Interval>,
    pub(crate) spells: SpellIndex,
    pub(crate) charges: ChargeColumns,
    pub(crate) traits: PersonColumns,
    pub(crate) links: Links,
    pub(crate) kinds: KindIndex,
    pub(crate) events_of: OwnerPostings<EventRowNo>,
    pub(crate) charges_of: OwnerPostings<ChargeRowNo>,
    pub(crate) custody_of: OwnerPostings<TrackNo>,
    pub(crate) findings: BTreeMap<TrackKey, Vec<(Validity, Finding)>>,
    /// The greatest position that it takes, where that is less than columns can hold.
    pub(crate) position_limit: Option<Position>,
    /// The limit that was reached: from then on no more rows are put in.
    pub(crate) full: Option<Capacity>,
}

/// The rows of each person and of each case.
#[derive(Clone, Debug)]
pub(crate) struct OwnerPostings<Row> {
    pub(crate) person: PostingLists<PersonNo, Row>,
    pub(crate) case: PostingLists<CaseNo, Row>,
}

impl<Row> Default for OwnerPostings<Row> {
    fn default() -> Self {
        Self {
            person: PostingLists::default(),
            case: PostingLists::default(),
        }
    }
}

impl<Row: ColumnId> OwnerPostings<Row> {
    /// Adds the next row.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more row ids.
    pub(crate) fn push(
        &mut self,
        person: Option<PersonNo>,
        case: Option<CaseNo>,
    ) -> Result<(), Capacity> {
        self.person.push(person)?;
        self.case.push(case)
    }
}

impl ColumnStore {
    /// Makes one that takes no position after `limit`, so that a test can reach the limit.
    #[must_use]
    pub fn with_position_limit(limit: Position) -> Self {
        Self {
            position_limit: Some(limit),
            ..Self::default()
        }
    }

    /// Returns the times of all positions.
    #[must_use]
    pub const fn instants(&self) -> &Instants {
        &self.instants
    }

    /// Returns the position of the last act that hid something which `scope` could see.
    #[must_use]
    pub fn hidden_through(&self, scope: &Scope) -> Position {
        self.last_hidden.through(scope)
    }

    /// Stores what was hidden last.
    pub fn put_last_hidden(&mut self, last: LastHidden) {
        self.last_hidden = last;
    }

    /// Returns how many rows of facts there are, ceased ones included.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.events.len() + self.charges.len() + self.custody.row_count()
    }

    /// Returns the organisations that have asserted something.
    pub fn organisations(&self) -> impl Iterator<Item = event::OrgId> {
        self.orgs
            .iter()
            .filter_map(|org| event::OrgId::parse(org).ok())
    }

    /// Returns the positions of the events of `kinds` that are effective at `at` and that `scope` may
    /// see, rising.
    #[must_use]
    pub fn listed(&self, kinds: &[Kind], at: Position, scope: &Scope) -> Vec<Position> {
        self.positions_of(at, scope, |row| kinds.contains(&row.kind))
    }

    /// Returns those of one kind and one organisation, rising.
    #[must_use]
    pub fn listed_of(
        &self,
        (kind, org): (Kind, &event::OrgId),
        at: Position,
        scope: &Scope,
    ) -> Vec<Position> {
        let Some(org) = self.orgs.find(org.as_str()) else {
            return Vec::new();
        };
        self.positions_of(at, scope, |row| row.kind == kind && row.org == org)
    }

    fn positions_of(
        &self,
        at: Position,
        scope: &Scope,
        is_wanted: impl Fn(&RowAttributes) -> bool,
    ) -> Vec<Position> {
        let visible = self.visible(scope);
        let at = Position32::up_to(at);
        let is_seen =
            |validity: Validity| validity.holds_at(at) & visible.contains(validity.audience);
        let rows = self.events.iter();
        let found: std::collections::BTreeSet<Position32> = rows
            .filter(|row| is_wanted(&row.attributes) && is_seen(row.validity))
            .map(|row| row.event)
            .collect();
        found.into_iter().map(Position::from).collect()
    }

    /// Returns the number of an event among those that stand in several tracks; none of one that stands
    /// in one track, of which at no R two rows hold together.
    pub(crate) fn shared_event(&self, event: Position32) -> Option<UnitNo> {
        self.event_tracks.number(event)
    }

    /// Returns which audiences of rows `scope` belongs to.
    pub(crate) fn visible(&self, scope: &Scope) -> Visible {
        self.audiences.visible(scope)
    }
}
