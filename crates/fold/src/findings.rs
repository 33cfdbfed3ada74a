//! What contradicts or does not fit, over all tracks: kept and shown, never repaired.
//!
//! Never here: what is found in one track (see [`crate::derive`]).

use event::{CaseId, PersonId, Position};

use crate::columns::Held;
use crate::rows::{Fact, Track, TrackId};
use crate::sees::Scope;
use crate::table::{Table, index, narrow};

/// Something in a track that is kept and shown: two organisations differ, or it does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The case.
    pub case: Option<CaseId>,
    /// The person.
    pub person: Option<PersonId>,
    /// A contradiction or a misfit.
    pub fact: Fact,
}

impl Table {
    pub(crate) fn put_findings(&mut self, key: (u32, u64), id: &TrackId, track: &Track) {
        let rows = track.facts.iter();
        let found: Vec<_> = rows
            .filter(|row| matches!(row.value.0, Fact::Contradiction(_) | Fact::Misfit(..)))
            .map(|row| {
                let finding = Finding {
                    case: id.case().cloned(),
                    person: id.person().cloned(),
                    fact: row.value.0.clone(),
                };
                (self.held(row.from, row.to, &row.value.1), finding)
            })
            .collect();
        if found.is_empty() {
            self.findings.remove(&key);
        } else {
            self.findings.insert(key, found);
        }
    }

    /// Returns what contradicts or does not fit at `at`, as `scope` sees it, by case and person.
    #[must_use]
    pub fn findings(&self, at: Position, scope: &Scope) -> Vec<&Finding> {
        let visible = self.visible(scope);
        let at = narrow(at);
        let sees = |held: &Held| {
            held.at(at) && index(held.sees).is_some_and(|i| visible.get(i).copied() == Some(true))
        };
        let rows = self.findings.values().flatten();
        let mut found: Vec<_> = rows.filter(|row| sees(&row.0)).map(|row| &row.1).collect();
        found.sort_by(|a, b| (&a.case, &a.person, &a.fact).cmp(&(&b.case, &b.person, &b.fact)));
        found
    }
}
