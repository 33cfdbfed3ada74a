//! Cells of CSV that a spreadsheet must not take for formulas.
//!
//! Never here: writing CSV (crate `csv`).

use std::borrow::Cow;

/// The signs with which a spreadsheet begins a formula, and their full-width forms, which some take for them.
/// Source: OWASP, CSV Injection.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Puts an apostrophe before a cell that a spreadsheet would take for a formula: one that begins with such a
/// sign, blanks and invisible characters before it left aside, or with a tab or a line's end.
#[must_use]
pub fn guard_formula(cell: &str) -> Cow<'_, str> {
    let is_blank = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    let begins = cell.trim_start_matches(is_blank);
    if begins.starts_with(SIGNS) || cell.starts_with(['\t', '\r', '\n']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_takes_for_a_formula_begins_with_an_apostrophe() {
        for cell in [
            "=1+1",
            "+1",
            "-1",
            "@a",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            " =1",
            "\u{a0}=1",
            "\u{200b}=1",
            "\u{feff}+1",
            "\ta",
            "\ra",
            "\na",
            "\u{0}=1",
            "\u{3000}＝1",
        ] {
            assert_eq!(guard_formula(cell), format!("'{cell}"), "{cell:?}");
        }
    }

    #[test]
    fn another_cell_stays_as_it_is() {
        for cell in ["", "a=b", "KH-12", " a", "'=1", "7", "ភ្នំពេញ", "2020-01-01"] {
            assert_eq!(guard_formula(cell), cell);
        }
    }
}
