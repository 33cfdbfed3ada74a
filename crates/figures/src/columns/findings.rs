//! Findings over all tracks: contradictions and inconsistencies, which are kept and shown, never
//! repaired.
//!
//! Never here: what is found in one track (see [`fold`]).

use event::{CaseId, PersonId, Position};
use fold::{Fact, Scope, Track, TrackId};

use crate::columns::capacity::Capacity;
use crate::columns::ids::Position32;
use crate::columns::store::{ColumnStore, TrackKey};
use crate::columns::validity::Validity;

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

impl ColumnStore {
    pub(crate) fn put_findings(
        &mut self,
        key: TrackKey,
        id: &TrackId,
        track: &Track,
    ) -> Result<(), Capacity> {
        let mut found = Vec::new();
        for row in &track.facts {
            if let Fact::Contradiction(_) | Fact::Inconsistency(..) = row.value.0 {
                let finding = Finding {
                    case: id.case().cloned(),
                    person: id.person().cloned(),
                    fact: row.value.0.clone(),
                };
                found.push((self.validity(row.from, row.to, &row.value.1)?, finding));
            }
        }
        if found.is_empty() {
            self.findings.remove(&key);
        } else {
            self.findings.insert(key, found);
        }
        Ok(())
    }

    /// Returns what contradicts or does not fit at `at`, as `scope` sees it, by case and person.
    #[must_use]
    pub fn findings(&self, at: Position, scope: &Scope) -> Vec<&Finding> {
        let visible = self.visible(scope);
        let at = Position32::up_to(at);
        let is_seen =
            |validity: &Validity| validity.holds_at(at) & visible.contains(validity.audience);
        let rows = self.findings.values().flatten();
        let mut found: Vec<_> = rows
            .filter(|row| is_seen(&row.0))
            .map(|row| &row.1)
            .collect();
        found.sort_by(|a, b| (&a.case, &a.person, &a.fact).cmp(&(&b.case, &b.person, &b.fact)));
        found
    }
}
