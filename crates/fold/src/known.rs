//! The second clock: what was known from one position of the log to another.
//!
//! A [`Known`] value is a row of a system-versioned table (SQL:2011): it holds for every R with
//! `from <= R < to`. Rows are closed, never rewritten, so every earlier R keeps its answer.
//!
//! Never here: when something happened (`event::Days`).

use event::Position;
use serde::{Deserialize, Serialize};

/// A value and the positions of the log between which it was what the record knew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known<T> {
    /// The position that made it known.
    pub from: Position,
    /// The first position at which it was no longer what the record knew; none while it is.
    pub to: Option<Position>,
    /// The value.
    pub value: T,
}

impl<T> Known<T> {
    /// Makes a value known from `from` on.
    #[must_use]
    pub const fn since(from: Position, value: T) -> Self {
        Self {
            from,
            to: None,
            value,
        }
    }

    /// Whether it was what the record knew at `at`.
    #[must_use]
    pub fn holds(&self, at: Position) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// Brings the open rows of `rows` that are `concerned` to `now`: equal values stay, ceased ones are
/// closed, new ones begin.
///
/// A value that begins and ceases at the same position was never known, and leaves no row.
pub(crate) fn revise<T: Ord>(
    rows: &mut Vec<Known<T>>,
    mut now: Vec<T>,
    at: Position,
    concerned: impl Fn(&T) -> bool,
) {
    now.sort();
    let mut open: Vec<&mut Known<T>> = rows
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
    rows.extend(new.into_iter().map(|value| Known::since(at, value)));
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
