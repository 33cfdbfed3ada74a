//! An in-memory [`View`]: every row of the read models in maps, for replaying an exported history
//! without a store.
//!
//! Start at [`Memory::fold`].
//!
//! Never here: files.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use event::{CaseId, KeyHash, PersonId, Position};

use crate::readers::LastHidden;
use crate::rows::{Editor, EditorId, Person, Record, RejectedLeaf, Times, Track, TrackId};
use crate::step::Step;
use crate::view::{Rows, View};

/// The rows of the leaves folded so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Records of event keys, by the hash of the key.
    pub records: BTreeMap<KeyHash, Record>,
    /// Tracks.
    pub tracks: BTreeMap<TrackId, Track>,
    /// Persons.
    pub persons: BTreeMap<PersonId, Person>,
    /// Editors, by the organisation whose record they act on.
    pub editors: BTreeMap<EditorId, Editor>,
    /// The bytes of each leaf.
    pub leaves: BTreeMap<Position, Vec<u8>>,
    /// Rejected leaves.
    pub rejected: BTreeMap<Position, RejectedLeaf>,
    /// Times by row number, [`TIMES_PER_ROW`](crate::TIMES_PER_ROW) positions a row.
    pub times: BTreeMap<u64, Vec<Times>>,
    /// What was hidden last.
    pub last_hidden: LastHidden,
    /// An index of the tracks of each case: `None` is the case's own track.
    cases: BTreeMap<CaseId, BTreeSet<Option<PersonId>>>,
    newest: Position,
}

/// A case and its tracks, its own first and then by person.
type CaseTracks = (CaseId, Vec<(TrackId, Track)>);

impl Memory {
    /// Folds the leaves that follow those folded so far, as one step, and returns the rows that it
    /// changed.
    pub fn fold<'a>(&mut self, leaves: impl Iterator<Item = &'a [u8]>) -> Rows {
        let mut position = self.newest;
        let rows = {
            let mut step = Step::new(&*self);
            for leaf in leaves {
                position = position.next();
                let Ok(()) = step.apply(position, leaf);
            }
            let Ok(rows) = step.finish();
            rows
        };
        self.merge(rows.clone());
        rows
    }

    /// Writes the rows that a step changed over those it read.
    pub fn merge(&mut self, rows: Rows) {
        for id in rows.tracks.keys() {
            if let Some(case) = id.case() {
                let tracks = self.cases.entry(case.clone()).or_default();
                tracks.insert(id.person().cloned());
            }
        }
        self.records.extend(rows.records);
        self.tracks.extend(rows.tracks);
        self.persons.extend(rows.persons);
        self.editors.extend(rows.editors);
        self.leaves.extend(rows.leaves);
        self.rejected.extend(rows.rejected);
        self.newest = self.newest.max(rows.position);
        self.times.extend(rows.times);
        self.last_hidden = rows.last_hidden.unwrap_or_else(|| self.last_hidden.clone());
    }

    /// Returns the tracks of a case, its own first and then by person.
    #[must_use]
    pub fn tracks_of_case(&self, case: &CaseId) -> Vec<(TrackId, Track)> {
        let tracks = self.cases.get(case).into_iter().flatten();
        let ids = tracks.map(|person| match person {
            None => TrackId::Case(case.clone()),
            Some(person) => TrackId::Person(Some(case.clone()), person.clone()),
        });
        ids.filter_map(|id| Some((id.clone(), self.tracks.get(&id)?.clone())))
            .collect()
    }

    /// Returns the cases after `after`, or all of them, and their tracks, in the order of case ids.
    ///
    /// # Errors
    /// None: the signature is the store's, so that both serve the same callers.
    pub fn cases_from(
        &self,
        after: Option<&CaseId>,
    ) -> impl Iterator<Item = Result<CaseTracks, Infallible>> {
        let cases = self.cases.keys();
        cases
            .filter(move |case| after.is_none_or(|after| *case > after))
            .map(|case| Ok((case.clone(), self.tracks_of_case(case))))
    }
}

impl View for Memory {
    type Error = Infallible;

    fn record(&self, key: KeyHash) -> Result<Option<Record>, Infallible> {
        Ok(self.records.get(&key).cloned())
    }

    fn track(&self, id: &TrackId) -> Result<Option<Track>, Infallible> {
        Ok(self.tracks.get(id).cloned())
    }

    fn person(&self, id: &PersonId) -> Result<Option<Person>, Infallible> {
        Ok(self.persons.get(id).cloned())
    }

    fn editor(&self, id: &EditorId) -> Result<Option<Editor>, Infallible> {
        Ok(self.editors.get(id).cloned())
    }

    fn leaf(&self, position: Position) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.leaves.get(&position).cloned())
    }

    fn times(&self, row: u64) -> Result<Option<Vec<Times>>, Infallible> {
        Ok(self.times.get(&row).cloned())
    }

    fn last_hidden(&self) -> Result<Option<LastHidden>, Infallible> {
        Ok(Some(self.last_hidden.clone()))
    }
}
