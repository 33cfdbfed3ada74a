//! People by id, as a scope sees them: which stand in a list after an id, and whether one, or a case, is there
//! at all. Nothing is read of those of which the scope sees nothing, so that neither an answer nor
//! its time tells of them.
//!
//! Start at [`ColumnStore::persons_after`].
//!
//! Never here: what is said of a case or a person.

use std::collections::BTreeSet;

use event::{CaseId, PersonId, Position};
use fold::Scope;

use crate::columns::ids::{ColumnId as _, EventRowNo, Position32};
use crate::columns::store::ColumnStore;

impl ColumnStore {
    /// Returns, rising, the ids of the first `limit` people after `after` of whom an event is effective at
    /// `at` and seen by `scope`.
    #[must_use]
    pub fn persons_after(
        &self,
        after: Option<&PersonId>,
        limit: usize,
        at: Position,
        scope: &Scope,
    ) -> Vec<PersonId> {
        let (visible, known) = (self.visible(scope), Position32::up_to(at));
        let mut is_seen = vec![false; self.persons.len()];
        let columns = self.events.columns();
        for (validity, person) in columns.validity.iter().zip(&columns.person) {
            if let Some(person) = person
                && validity.holds_at(known)
                && visible.contains(validity.audience)
                && let Some(is_seen) = is_seen.get_mut(person.index())
            {
                *is_seen = true;
            }
        }
        let after = after.map(PersonId::as_str);
        let mut first = BTreeSet::new();
        for (id, is_seen) in self.persons.iter().zip(is_seen) {
            let is_first = first.len() < limit || first.last().is_some_and(|last| id < *last);
            if is_seen && is_first && after.is_none_or(|after| id > after) {
                first.insert(id);
                if first.len() > limit {
                    first.pop_last();
                }
            }
        }
        let ids = first.into_iter();
        ids.filter_map(|id| PersonId::parse(id).ok()).collect()
    }

    /// Whether an event of the case is effective at `at` and seen by `scope`.
    #[must_use]
    pub fn sees_case(&self, case: &CaseId, at: Position, scope: &Scope) -> bool {
        let case = self.cases.find(case.as_str());
        case.is_some_and(|case| self.sees_any(self.events_of.case.rows(case), at, scope))
    }

    /// Whether an event of the person is effective at `at` and seen by `scope`.
    #[must_use]
    pub fn sees_person(&self, person: &PersonId, at: Position, scope: &Scope) -> bool {
        let person = self.persons.find(person.as_str());
        person.is_some_and(|person| self.sees_any(self.events_of.person.rows(person), at, scope))
    }

    fn sees_any(
        &self,
        mut rows: impl Iterator<Item = EventRowNo>,
        at: Position,
        scope: &Scope,
    ) -> bool {
        let (visible, at) = (self.visible(scope), Position32::up_to(at));
        let validity = &self.events.columns().validity;
        rows.any(|row| {
            let validity = validity.get(row.index());
            validity.is_some_and(|row| row.holds_at(at) && visible.contains(row.audience))
        })
    }
}
