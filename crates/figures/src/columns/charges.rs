//! The rows of person-charges, as two columns: the head that a scan tests of each row, and the body.
//!
//! Start at [`ChargeColumns::push`].
//!
//! Never here: what a charge is (see [`fold`]), and which ones count (see
//! [`crate::scan::run`]).

use std::collections::BTreeMap;
use std::ops::Range;

use event::{ChargeStatus, Days};

use crate::columns::capacity::Capacity;
use crate::columns::ids::{
    ArticleNo, ChargeNo, ChargeRowNo, ColumnId as _, CourtNo, LawNo, LoadedTrackNo, PersonChargeNo,
    PersonNo, Position32, index, push,
};
use crate::columns::multi_track::MultiTrack;
use crate::columns::rows::RowAttributes;
use crate::columns::validity::Validity;

/// The fields of a person-charge that a scan tests before it reads the body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChargeHead {
    pub(crate) validity: Validity,
    pub(crate) days: Days,
    pub(crate) law: Option<LawNo>,
    pub(crate) article: Option<ArticleNo>,
    pub(crate) status: ChargeStatus,
    pub(crate) doubt: bool,
    /// Whether its days set the span of a figure by time.
    pub(crate) sets_span: bool,
}

/// The other fields of a person-charge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChargeBody {
    /// The position of the event that lays it, or mentions it first.
    pub(crate) event: Position32,
    pub(crate) ids: ChargeIds,
    pub(crate) court: Option<CourtNo>,
    /// Whether it ever stood convicted.
    pub(crate) convicted: bool,
    pub(crate) attributes: RowAttributes,
}

/// The ids of a charge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChargeIds {
    /// That of the charge, whoever it is against.
    pub(crate) charge: ChargeNo,
    /// That of the charge of this person, who has one however many rows it has.
    pub(crate) of_person: PersonChargeNo,
}

/// All rows, by [`ChargeRowNo`], and the ids of charges.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChargeColumns {
    heads: Vec<ChargeHead>,
    bodies: Vec<ChargeBody>,
    /// How many rows there are.
    count: u32,
    /// The id of each charge, by a hash of its name.
    charges: BTreeMap<u64, ChargeNo>,
    /// The id of each charge of a person.
    person_charges: BTreeMap<(Option<PersonNo>, ChargeNo), PersonChargeNo>,
    /// The persons that each charge is against.
    persons: MultiTrack<ChargeNo, PersonNo>,
    /// The tracks that each charge of a person stands in.
    tracks: MultiTrack<PersonChargeNo, LoadedTrackNo>,
}

impl ChargeColumns {
    /// Returns how many rows there are.
    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    /// Returns how many rows there are, as a length.
    pub(crate) const fn len(&self) -> usize {
        self.heads.len()
    }

    /// Returns the ids of a charge of a person, which stands in a track.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more of them.
    pub(crate) fn intern(
        &mut self,
        charge: &str,
        person: Option<PersonNo>,
        track: LoadedTrackNo,
    ) -> Result<ChargeIds, Capacity> {
        let next = ChargeNo::after(self.charges.len())?;
        let charge = *self.charges.entry(hash(charge)).or_insert(next);
        let next = PersonChargeNo::after(self.person_charges.len())?;
        let of_person = self.person_charges.entry((person, charge));
        let of_person = *of_person.or_insert(next);
        self.persons.mark(charge, person)?;
        self.tracks.mark(of_person, Some(track))?;
        Ok(ChargeIds { charge, of_person })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more row ids.
    pub(crate) fn push(
        &mut self,
        head: ChargeHead,
        body: ChargeBody,
    ) -> Result<ChargeRowNo, Capacity> {
        let row = ChargeRowNo::after(self.heads.len())?;
        push(&mut self.heads, head);
        push(&mut self.bodies, body);
        self.count = row.packed().get();
        Ok(row)
    }

    /// Stores a row in the place of another.
    pub(crate) fn replace(&mut self, row: ChargeRowNo, head: ChargeHead, body: ChargeBody) {
        let at = row.index();
        if let Some((old_head, old_body)) = self.heads.get_mut(at).zip(self.bodies.get_mut(at)) {
            (*old_head, *old_body) = (head, body);
        }
    }

    /// Makes a row one that never held.
    pub(crate) fn clear(&mut self, row: ChargeRowNo) {
        if let Some(head) = self.heads.get_mut(row.index()) {
            head.validity.clear();
        }
    }

    /// Returns a row.
    pub(crate) fn get(&self, row: ChargeRowNo) -> Option<(&ChargeHead, &ChargeBody)> {
        self.row_at(row.index())
    }

    /// Returns the row at an index.
    pub(crate) fn row_at(&self, at: usize) -> Option<(&ChargeHead, &ChargeBody)> {
        self.heads.get(at).zip(self.bodies.get(at))
    }

    /// Returns the heads of a range of rows.
    pub(crate) fn heads(&self, rows: Range<u32>) -> &[ChargeHead] {
        let rows = index(rows.start)..index(rows.end);
        self.heads.get(rows).unwrap_or_default()
    }

    /// Returns all rows.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&ChargeHead, &ChargeBody)> {
        self.heads.iter().zip(&self.bodies)
    }

    /// Whether a charge was ever laid against several person ids.
    pub(crate) fn is_of_several_persons(&self, ids: ChargeIds) -> bool {
        self.persons.number(ids.charge).is_some()
    }

    /// Whether a charge of a person ever stood in several tracks: else one row of it holds at one R for
    /// one scope.
    pub(crate) fn is_in_several_tracks(&self, ids: ChargeIds) -> bool {
        self.tracks.number(ids.of_person).is_some()
    }
}

/// Hashes the name of a charge. Two names could only be mixed up within one individual, where 64 bits
/// of FNV-1a leave no chance worth naming.
fn hash(charge: &str) -> u64 {
    charge.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
