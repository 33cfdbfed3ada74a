//! Cases and people by id, as a scope sees them: which stand in a list after an id, and whether one is
//! there at all. Nothing is read of those of which the scope sees nothing, so that neither an answer nor
//! its time tells of them.
//!
//! Start at [`ColumnStore::cases_after`].
//!
//! Never here: what is said of a case or a person.

use std::collections::BTreeSet;

use event::{CaseId, PersonId, Position};
use fold::Scope;

use crate::columns::dictionary::Dictionary;
use crate::columns::ids::{ColumnId, EventRowNo, Position32, index};
use crate::columns::store::ColumnStore;

impl ColumnStore {
    /// Returns, rising, the ids of the first `limit` cases after `after` of which an event is effective at
    /// `at` and seen by `scope`.
    #[must_use]
    pub fn cases_after(
        &self,
        after: Option<&CaseId>,
        limit: usize,
        at: Position,
        scope: &Scope,
    ) -> Vec<CaseId> {
        let cases = &self.events.columns().case;
        let after = after.map(CaseId::as_str);
        let ids = self.first_seen(cases, &self.cases, (after, limit), (at, scope));
        ids.into_iter()
            .filter_map(|id| CaseId::parse(id).ok())
            .collect()
    }

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
        let persons = &self.events.columns().person;
        let after = after.map(PersonId::as_str);
        let ids = self.first_seen(persons, &self.persons, (after, limit), (at, scope));
        ids.into_iter()
            .filter_map(|id| PersonId::parse(id).ok())
            .collect()
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

    /// Returns the first `limit` texts after `after` of the owners of rows that are seen.
    fn first_seen<'d, Owner: ColumnId>(
        &self,
        owners: &[Option<Owner>],
        texts: &'d Dictionary<Owner>,
        (after, limit): (Option<&str>, usize),
        (at, scope): (Position, &Scope),
    ) -> BTreeSet<&'d str> {
        let (visible, at) = (self.visible(scope), Position32::up_to(at));
        let mut is_seen = vec![false; texts.len()];
        let rows = self.events.columns().validity.iter().zip(owners);
        for (validity, owner) in rows {
            if let Some(owner) = owner
                && validity.holds_at(at)
                && visible.contains(validity.audience)
                && let Some(is_seen) = is_seen.get_mut(index(owner.number()))
            {
                *is_seen = true;
            }
        }
        let mut first = BTreeSet::new();
        for (text, is_seen) in texts.iter().zip(is_seen) {
            if is_seen && after.is_none_or(|after| text > after) {
                first.insert(text);
                if first.len() > limit {
                    first.pop_last();
                }
            }
        }
        first
    }
}
