//! What became of each row whose events were made: used, unchanged, not sent, or rejected.
//!
//! Start at [`Fates::note`]. A row is as the greatest of its events: one that was rejected in part is rejected.
//!
//! Never here: rows of which no event was made (`import::Report`).

use import::Origin;

/// The code of a row that is not corrected, or not wholly. Source: docs/guides/import.md, A row that came
/// back changed.
pub(crate) const NOT_CORRECTED: &str = "I0201";

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// The log had all of it.
    Unchanged,
    /// Something of it is new in the log.
    Used,
    /// The server stopped the import before all of it was sent.
    NotSent,
    /// An event of it was rejected.
    Rejected,
}

/// What became of the rows, by their numbers: a byte for each row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fates(Vec<Option<Fate>>);

impl Fates {
    /// Notes what became of an event of a row.
    pub(crate) fn note(&mut self, origin: &Origin, fate: Fate) {
        for (_, row) in origin.rows() {
            self.note_row(row, fate);
        }
    }

    /// Notes the same of events of several rows.
    pub(crate) fn note_all(&mut self, origins: &[Origin], fate: Fate) {
        origins.iter().for_each(|origin| self.note(origin, fate));
    }

    /// Notes what became of a row, by its number.
    pub(crate) fn note_row(&mut self, row: u64, fate: Fate) {
        let Ok(row) = usize::try_from(row) else {
            return;
        };
        if row == 0 {
            return;
        }
        if self.0.len() <= row {
            self.0.resize(row + 1, None);
        }
        if let Some(known) = self.0.get_mut(row) {
            *known = (*known).max(Some(fate));
        }
    }

    /// Returns the number of rows with this fate.
    pub(crate) fn count(&self, fate: Fate) -> u64 {
        let rows = self.0.iter().filter(|known| **known == Some(fate));
        u64::try_from(rows.count()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_as_the_greatest_of_its_events() {
        let mut fates = Fates::default();
        for (row, fate) in [
            (1, Fate::Unchanged),
            (1, Fate::Used),
            (2, Fate::Rejected),
            (2, Fate::Used),
            (3, Fate::Unchanged),
            (0, Fate::Used),
        ] {
            let origin = Origin {
                row,
                ..Origin::default()
            };
            fates.note(&origin, fate);
        }
        let count = |fate| fates.count(fate);
        assert_eq!(
            (
                count(Fate::Used),
                count(Fate::Rejected),
                count(Fate::Unchanged)
            ),
            (1, 1, 1)
        );
    }
}
