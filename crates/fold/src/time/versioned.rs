//! System-versioned values, as the rows of a system-versioned table in SQL:2011.
//!
//! Start at [`Versioned`]. A value holds for every R with `from <= R < to`. Rows are closed, never
//! rewritten, so an earlier R has the same answer for ever.
//!
//! Never here: the days on which something happened (`event::Days`).

use event::Position;
use serde::{Deserialize, Serialize};

/// A value and the interval of positions, `from <= R < to`, in which the record held it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versioned<T> {
    /// The first position at which it holds.
    pub from: Position,
    /// The first position at which it no longer holds; none while it does.
    pub to: Option<Position>,
    /// The value.
    pub value: T,
}

impl<T> Versioned<T> {
    /// Makes an open version that begins at `from`.
    #[must_use]
    pub const fn since(from: Position, value: T) -> Self {
        Self {
            from,
            to: None,
            value,
        }
    }

    /// Whether it holds at `at`.
    #[must_use]
    pub fn holds(&self, at: Position) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// Replaces the values of the open rows of `rows` that are `concerned` with `now`, at `at`: rows of
/// equal values stay open, the others close, and new values open rows.
///
/// A row that would begin and end at the same position held at no R, and is dropped.
pub(crate) fn revise<T: Ord>(
    rows: &mut Vec<Versioned<T>>,
    mut now: Vec<T>,
    at: Position,
    concerned: impl Fn(&T) -> bool,
) {
    now.sort();
    let mut open: Vec<&mut Versioned<T>> = rows
        .iter_mut()
        .filter(|row| row.to.is_none() && concerned(&row.value))
        .collect();
    open.sort_by(|a, b| a.value.cmp(&b.value));
    let mut stays = now.into_iter().peekable();
    let mut new = Vec::new();
    let mut dropped = false;
    for row in open {
        while let Some(value) = stays.next_if(|value| *value < row.value) {
            new.push(value);
        }
        if stays.next_if(|value| *value == row.value).is_none() {
            row.to = Some(at);
            dropped |= row.from == at;
        }
    }
    new.extend(stays);
    if dropped {
        rows.retain(|row| row.to != Some(row.from));
    }
    rows.extend(new.into_iter().map(|value| Versioned::since(at, value)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_stay_and_ceased_ones_close() {
        let at = Position::new;
        let mut rows = Vec::new();
        revise(&mut rows, vec!["b", "a", "a"], at(1), |_| true);
        revise(&mut rows, vec!["c", "a"], at(2), |_| true);
        revise(&mut rows, vec!["a"], at(2), |_| true);
        let text: Vec<_> = rows
            .iter()
            .map(|row| (row.value, row.from.get(), row.to.map(Position::get)))
            .collect();
        assert_eq!(text, [("a", 1, None), ("a", 1, Some(2)), ("b", 1, Some(2))]);
    }
}
