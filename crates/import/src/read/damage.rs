//! What a file of rejected rows keeps of a row that was cut from a broken text, so that it is known for as long as nobody
//! mended it: `@damaged`.
//!
//! Start at [`mark`] and [`stands`]. The mark names what is to be mended by hashes of cells that programs leave as they
//! are (those with a quote, an end of a line, a lost character), and a row that was too short by its number of cells: a
//! spreadsheet writes other cells, such as days, anew, and makes all rows as wide as the widest.
//!
//! Never here: what is wrong with a row.

use serde_json::{Value as Json, json};

use crate::line::hash_hex;

/// The column of the mark.
pub(crate) const DAMAGED: &str = "@damaged";

/// The member of a mark whose cells must all stand as they did.
const ALL: &str = "all";

/// Hex digits of the hash of a cell: the file that it stands in has the cell as well.
const CELL_DIGITS: usize = 12;

/// What is wrong with a row that is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its bytes or quotes: what stands in its cells is not what anyone wrote there.
    Text,
    /// How many cells it has, or something else that its cells show.
    #[default]
    Cells,
}

/// Marks a row of cells that should be `right`; empty where nothing is to be remembered, since it is rejected again as it
/// stands.
pub(super) fn mark(fault: Fault, cells: &[&str], right: usize) -> String {
    let mut parts = Vec::new();
    if cells.len() < right {
        parts.push(json!(width(cells)));
    }
    if fault == Fault::Text {
        let damaged = cells.iter().filter(|cell| is_damaged(cell));
        let hashes: Vec<Json> = damaged.map(|cell| json!(hash(cell))).collect();
        let is_unclear = hashes.is_empty() && parts.is_empty();
        parts.extend(hashes);
        if is_unclear {
            let filled = cells.iter().filter(|cell| !cell.trim().is_empty());
            parts.extend(filled.map(|cell| json!(hash(cell))));
        }
    }
    match parts[..] {
        [] => String::new(),
        [..] => Json::Array(parts).to_string(),
    }
}

/// Marks a row that is whole, and names someone else than another of its key: by the cells that programs leave as they
/// are, texts and numbers, of which one is another when it is mended.
pub(super) fn mark_whole(cells: &[&str]) -> String {
    let is_kept = |cell: &&&str| {
        let cell = cell.trim();
        let mut signs = cell.chars();
        signs.next().is_some_and(|first| !first.is_ascii_digit())
            || !cell.starts_with('0') && signs.all(|sign| sign.is_ascii_digit()) && !cell.is_empty()
    };
    let hashes: Vec<Json> = cells
        .iter()
        .filter(is_kept)
        .map(|cell| json!(hash(cell)))
        .collect();
    json!([{ ALL: hashes }]).to_string()
}

/// Whether something that a mark names stands in these cells as it did. So it does where the mark cannot be read.
pub(super) fn stands(mark: &str, cells: &[&str]) -> bool {
    let Ok(parts) = serde_json::from_str::<Vec<Json>>(mark) else {
        return true;
    };
    let hashes: Vec<String> = cells.iter().map(|cell| hash(cell)).collect();
    parts.iter().any(|part| match part {
        Json::String(known) => hashes.contains(known),
        Json::Number(known) => known.as_u64() == u64::try_from(width(cells)).ok(),
        Json::Object(known) => match known.get(ALL).and_then(Json::as_array) {
            Some(all) => all.iter().all(|one| {
                one.as_str()
                    .is_some_and(|one| hashes.iter().any(|hash| hash == one))
            }),
            None => true,
        },
        Json::Null | Json::Bool(_) | Json::Array(_) => true,
    })
}

/// The cells up to the last that is not empty.
fn width(cells: &[&str]) -> usize {
    let last = cells.iter().rposition(|cell| !cell.trim().is_empty());
    last.map_or(0, |place| place + 1)
}

fn is_damaged(cell: &str) -> bool {
    cell.contains(['"', '\n', '\r', '\0', '\u{fffd}'])
}

fn hash(cell: &str) -> String {
    hash_hex(
        &cell.replace("\r\n", "\n").trim().replace('\0', ""),
        CELL_DIGITS,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_damaged_until_what_was_wrong_is_written_anew() {
        let lost = ["42", "B\u{fffd}a", "2020-05-01"];
        let open = ["43", "\"Cy", "2020-05-03"];
        let short = ["3", "2020-01-02"];
        for (fault, cells, again, is_unmended) in [
            (Fault::Text, &lost[..], &lost[..], true),
            // A spreadsheet wrote the day anew.
            (
                Fault::Text,
                &lost,
                &["42", "B\u{fffd}a", "01/05/2020"],
                true,
            ),
            (Fault::Text, &lost, &["42", "Bea", "2020-05-01"], false),
            (Fault::Text, &open, &["43", "\"Cy", "2020-05-04"], true),
            (Fault::Text, &open, &["43", "Cy", "2020-05-03"], false),
            (Fault::Text, &["1", "\"Ana"], &["1", "\"Ana", "x"], true),
            (Fault::Text, &["1", "\"Ana"], &["1", "Ana", "x"], false),
            // It was made as wide as the others.
            (Fault::Cells, &short, &["3", "2020-01-02", ""], true),
            (Fault::Cells, &short, &["3", "2/1/2020", ""], true),
            (Fault::Cells, &short, &["3", "2020-01-02", "Dara"], false),
            (Fault::Cells, &[], &["", "", ""], true),
        ] {
            let mark = mark(fault, cells, 3);
            assert!(!mark.is_empty());
            assert_eq!(
                stands(&mark, again),
                is_unmended,
                "{cells:?} {again:?} {mark}"
            );
        }
        let whole = mark_whole(&["1", "Bo", "2020-05-02", "release"]);
        for (again, is_unmended) in [
            (["1", "Bo", "2020-05-02", "release"], true),
            (["1", "Bo", "02/05/2020", "release"], true),
            (["3", "Bo", "2020-05-02", "release"], false),
            (["1", "Ann", "2020-05-02", "release"], false),
        ] {
            assert_eq!(stands(&whole, &again), is_unmended, "{again:?}");
        }
        // One with too many cells has them still.
        assert_eq!(mark(Fault::Cells, &["1", "2", "3", "4"], 3), "");
        assert!(stands("what someone typed", &["1"]));
    }
}
