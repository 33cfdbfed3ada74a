//! Notices of accepted events, added up by code: how often, where first, and what to do.
//!
//! Start at [`NoticeTotals`], which `habeas emit` and `habeas import` show alike.
//!
//! Never here: what a notice means (docs/reference/api.md, Notices).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::terminal::Screen;
use crate::terminal::table::{Column, draw, grouped};

/// How many places of a code are shown.
const PLACES_SHOWN: usize = 3;

/// A notice of an accepted event: what it will probably not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) pointer: String,
    #[serde(default)]
    pub(crate) hint: String,
}

/// Notices, added up by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NoticeTotals(BTreeMap<String, NoticeTotal>);

/// The notices of one code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct NoticeTotal {
    count: u64,
    places: Vec<String>,
    hint: String,
}

impl NoticeTotals {
    /// Counts a notice of the event at `place` of the input.
    pub(crate) fn add(&mut self, notice: &Notice, place: impl FnOnce() -> String) {
        let total = self.0.entry(notice.code.clone()).or_default();
        total.count = total.count.saturating_add(1);
        if total.places.len() < PLACES_SHOWN {
            total.places.push(format!("{} {}", place(), notice.pointer));
        }
        if total.hint.is_empty() {
            total.hint.clone_from(&notice.hint);
        }
    }

    /// Returns how many notices there are.
    pub(crate) fn count(&self) -> u64 {
        self.0.values().map(|total| total.count).sum()
    }

    /// Draws them as a table, a line for each code; nothing where there are none.
    pub(crate) fn table(&self, screen: Option<Screen>) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let columns = [
            Column::text("notice"),
            Column::number("count"),
            Column::text("first at"),
            Column::text("next"),
        ];
        let rows = self.0.iter().map(|(code, total)| {
            let places = total.places.join("; ");
            vec![
                code.clone(),
                grouped(total.count),
                places,
                total.hint.clone(),
            ]
        });
        draw(&columns, rows, screen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_counted_by_code_and_name_their_first_places() {
        let mut totals = NoticeTotals::default();
        assert_eq!(totals.table(None), "");
        let notice = |code: &str| Notice {
            code: code.to_owned(),
            pointer: "/data/occurred".to_owned(),
            hint: format!("mend the {code}"),
        };
        for line in 2..7 {
            totals.add(&notice("date_implausible"), || format!("line {line}"));
        }
        totals.add(&notice("no_right"), || "line 9".to_owned());
        assert_eq!(totals.count(), 6);
        let table = totals.table(None);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("date_implausible"));
        assert!(lines[1].contains(
            "5  line 2 /data/occurred; line 3 /data/occurred; line 4 /data/occurred  mend"
        ));
        assert!(lines[2].contains("line 9"));
    }
}
