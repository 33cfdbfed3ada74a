//! Whether a mapping uses columns that are called as those of a file of rejected rows: then a file that begins with them
//! is a sheet of someone's own. Its rejected rows are written below other names.
//!
//! Start at [`find`].
//!
//! Never here: what such a file is (`read::rejected_columns`).

use toml::de::{DeTable, DeValue};

use crate::read::rejected_columns::{FirstColumns, OWN};

/// The keys of a mapping whose values are names of columns. Source: docs/reference/mapping.md.
const NAMING: [&str; 8] = [
    "column",
    "id_column",
    "precision_column",
    "key",
    "range",
    "stay",
    "place",
    "age",
];

/// The key whose value has names of columns in braces.
const TEXT: &str = "text";

/// Returns which first columns make a file one of rejected rows, for the mapping of this tree.
pub(super) fn find(mapping: &DeTable<'_>) -> FirstColumns {
    if table(mapping) {
        FirstColumns::OtherNames
    } else {
        FirstColumns::AnyNames
    }
}

fn table(table: &DeTable<'_>) -> bool {
    table
        .iter()
        .any(|(key, value)| names(key.get_ref(), value.get_ref()))
}

fn names(key: &str, value: &DeValue<'_>) -> bool {
    match value {
        DeValue::String(text) if NAMING.contains(&key) => OWN.contains(&text.as_ref()),
        DeValue::String(text) if key == TEXT => OWN.iter().any(|own| has_cell(text, own)),
        DeValue::Array(list) => list.iter().any(|value| names(key, value.get_ref())),
        DeValue::Table(inner) => self::table(inner),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => false,
    }
}

/// Whether a text has the cell of a column in it: `{line}`, or 12 digits of its hash.
fn has_cell(text: &str, column: &str) -> bool {
    let mut behind = text.split('{').skip(1);
    behind.any(|rest| {
        let rest = rest.strip_prefix(column);
        rest.is_some_and(|rest| rest.starts_with(['}', '#']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_such_a_name_is_found_wherever_a_mapping_names_it() {
        for (text, expected) in [
            ("[row]\nkey = ['line']", FirstColumns::OtherNames),
            (
                "[row.from]\nnote = { column = 'reason' }",
                FirstColumns::OtherNames,
            ),
            (
                "[row.from]\na = { column = ['x', 'hint'] }",
                FirstColumns::OtherNames,
            ),
            (
                "[row]\nsubject = { text = 'c-{line#12}' }",
                FirstColumns::OtherNames,
            ),
            (
                "[[skip]]\nwhen = [{ column = 'hint', is = 'x' }]",
                FirstColumns::OtherNames,
            ),
            (
                "[[skip]]\nreason = 'line'\nwhen = []",
                FirstColumns::AnyNames,
            ),
            (
                "[row]\nkey = ['no']\nsubject = { text = 'line {no}' }",
                FirstColumns::AnyNames,
            ),
        ] {
            let tree = DeTable::parse(text).unwrap();
            assert_eq!(find(tree.get_ref()), expected, "{text}");
        }
    }
}
