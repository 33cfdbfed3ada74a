//! Cells of CSV that a spreadsheet must not take for formulas.
//!
//! Never here: writing CSV (crate `csv`).

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The signs with which a spreadsheet begins a formula, and what looks like one of them without being one in
/// any form of Unicode. Source: OWASP, CSV Injection.
const SIGNS: [char; 7] = ['=', '+', '-', '@', '\u{2212}', '\u{2795}', '\u{2796}'];

/// Puts an apostrophe before a cell that a spreadsheet would take for a formula: one that begins with such a
/// sign in any of its compatible forms (NFKC), what is blank, invisible or ignorable before it left aside, or
/// with a tab or a line's end.
#[must_use]
pub fn guard_formula(cell: &str) -> Cow<'_, str> {
    let is_formula = cell.chars().find(|c| !is_unseen(*c)).is_some_and(is_sign);
    if is_formula || cell.starts_with(['\t', '\r', '\n']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Whether a reader does not see a character at the beginning of a cell.
fn is_unseen(c: char) -> bool {
    let format = GeneralCategoryGroup::Format.union(GeneralCategoryGroup::Control);
    c.is_whitespace()
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || format.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// Whether a character is such a sign, or a form of one; of other ASCII signs the forms are taken for such
/// too, since a form is not what anyone types.
fn is_sign(c: char) -> bool {
    if c.is_ascii() || SIGNS.contains(&c) {
        return SIGNS.contains(&c);
    }
    let mut text = [0; 4];
    let plain = ComposingNormalizerBorrowed::new_nfkc().normalize(c.encode_utf8(&mut text));
    plain.starts_with(SIGNS) || plain.starts_with(['<', '>'])
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
            "\u{202e}=1",
            "\u{61c}=1",
            "\u{ad}=1",
            "\u{34f}=1",
            "\u{180e}=1",
            "\u{fe0e}=1",
            "\u{2066}\u{e0020}\u{fff9}=1",
            "\u{fe62}1",
            "\u{fe63}1",
            "\u{fe65}1",
            "\u{fe66}1",
            "\u{fe6b}a",
            "\u{fb29}1",
            "\u{207a}1",
            "\u{208c}1",
            "\u{2212}5",
            "\u{2795}1",
        ] {
            assert_eq!(guard_formula(cell), format!("'{cell}"), "{cell:?}");
        }
    }

    #[test]
    fn another_cell_stays_as_it_is() {
        for cell in [
            "",
            "a=b",
            "KH-12",
            " a",
            "'=1",
            "7",
            "ភ្នំពេញ",
            "شعبه",
            "<b>",
            "½",
            "2020-01-01",
        ] {
            assert_eq!(guard_formula(cell), cell);
        }
    }
}
