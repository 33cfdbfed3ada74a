//! A mapping against the header of a file: columns are found, and every mistake is gathered, with its
//! line and the nearest right word, before the import is refused.
//!
//! Start at [`Binder`].
//!
//! Never here: what a key means.

use std::cell::RefCell;
use std::collections::BTreeMap;

use toml::Spanned;

use crate::Error;
use crate::codes::CodeMap;
use crate::error::quoted;
use crate::read::{Column, Table};

/// The place of a mistake that stands at no byte of the mapping.
pub(crate) const NOWHERE: usize = usize::MAX;

/// Stands for a text that is missing, or is no text: no column, kind or map of this name is told, since that it is wrong
/// is told already.
pub(crate) const STAND_IN: &str = "\u{1}";

/// How like a word must be to be named. Source: tried on the field names of docs/reference/events.md.
const SIMILARITY_MIN: f64 = 0.8;

/// The shortest word in which one slip still leaves it known.
const SLIP_CHARACTERS_MIN: usize = 3;

/// Finds what a mapping names, and gathers what is not there.
pub(crate) struct Binder<'a> {
    /// The file.
    pub(crate) table: &'a Table,
    maps: &'a BTreeMap<String, CodeMap>,
    /// The names of months in the cells.
    pub(crate) months: &'a BTreeMap<String, i8>,
    lines: &'a [usize],
    mistakes: RefCell<Vec<(usize, String)>>,
}

impl<'a> Binder<'a> {
    /// Begins with the mistakes that are known.
    ///
    /// `lines` says where each line of the mapping begins, as a byte.
    pub(crate) const fn new(
        table: &'a Table,
        maps: &'a BTreeMap<String, CodeMap>,
        months: &'a BTreeMap<String, i8>,
        lines: &'a [usize],
        known: Vec<(usize, String)>,
    ) -> Self {
        Self {
            table,
            maps,
            months,
            lines,
            mistakes: RefCell::new(known),
        }
    }

    /// Notes a mistake at a byte of the mapping.
    pub(crate) fn wrong(&self, at: usize, what: String) {
        self.mistakes.borrow_mut().push((at, what));
    }

    /// Whether the file has a column of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.table.has_column(name)
    }

    /// Finds a column; [`Column::NONE`] after a mistake.
    pub(crate) fn column(&self, name: &Spanned<String>) -> Column {
        self.column_named(name.as_ref(), name.span().start)
    }

    /// The same for a name inside a text that stands at a byte of the mapping.
    pub(crate) fn column_named(&self, name: &str, at: usize) -> Column {
        if name == STAND_IN {
            return Column::NONE;
        }
        self.table.column(name).unwrap_or_else(|error| {
            let missing = matches!(error, Error::Column { .. });
            let near = if missing {
                unseen(name, self.table.header()).unwrap_or_else(|| hint(name, self.table.header()))
            } else {
                String::new()
            };
            self.wrong(at, format!("{error}{near}"));
            Column::NONE
        })
    }

    /// Finds a code map; an empty one after a mistake.
    pub(crate) fn codes(&self, name: &Spanned<String>) -> CodeMap {
        let maps = self.maps;
        maps.get(name.as_ref()).cloned().unwrap_or_else(|| {
            let near = hint(name.as_ref(), maps.keys().map(String::as_str));
            self.wrong(
                name.span().start,
                format!(
                    "codes {} are named, but not given{near}",
                    quoted(name.as_ref())
                ),
            );
            CodeMap::new()
        })
    }

    /// Refuses the mapping if there was a mistake.
    ///
    /// # Errors
    /// [`Error::Mistakes`].
    pub(crate) fn end(self) -> Result<(), Error> {
        let mistakes = self.mistakes.into_inner();
        if mistakes.is_empty() {
            return Ok(());
        }
        Err(refuse(mistakes, self.lines))
    }
}

/// Makes the error of mistakes, each with its byte in the mapping, in their order there.
pub(crate) fn refuse(mut mistakes: Vec<(usize, String)>, lines: &[usize]) -> Error {
    mistakes.sort();
    mistakes.dedup();
    let told = mistakes.into_iter().map(|(at, what)| {
        if at == NOWHERE {
            return what;
        }
        let line = lines.partition_point(|begin| *begin <= at);
        format!("mapping line {line}: {what}")
    });
    Error::Mistakes {
        mistakes: told.collect(),
    }
}

/// Returns the word of `words` that is most like `word`.
pub(crate) fn nearest<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let lower = word.to_lowercase();
    let mut best = None;
    for candidate in words {
        let known = candidate.to_lowercase();
        let mut likeness = strsim::jaro_winkler(&lower, &known);
        // Two letters that changed places make short words unlike.
        if lower.chars().count() >= SLIP_CHARACTERS_MIN && strsim::osa_distance(&lower, &known) <= 1
        {
            likeness = likeness.max(SIMILARITY_MIN);
        }
        if likeness >= SIMILARITY_MIN && best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Names a column that looks like `name` and has a character in it that cannot be seen.
fn unseen<'w>(name: &str, header: impl Iterator<Item = &'w str>) -> Option<String> {
    let is_unseen = |c: char| matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    let seen = |text: &str| -> String {
        let text: String = text.chars().filter(|c| !is_unseen(*c)).collect();
        text.trim().to_owned()
    };
    let (column, character) = header
        .filter(|column| seen(column) == seen(name))
        .find_map(|column| Some((column, column.chars().find(|c| is_unseen(*c))?)))?;
    let code = u32::from(character);
    Some(format!(
        "; {} has the character U+{code:04X} in it, which cannot be seen: take it out of the header",
        quoted(column)
    ))
}

/// Returns `; did you mean "day"?`, or nothing.
fn hint<'w>(word: &str, words: impl Iterator<Item = &'w str>) -> String {
    nearest(word, words).map_or_else(String::new, |near| {
        format!("; did you mean {near}?", near = quoted(near))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_of_a_header_that_cannot_be_seen_is_named() {
        for (header, expected) in [
            ("na\u{200b}me", Some("U+200B")),
            ("name\u{a0}", Some("U+00A0")),
            ("name", None),
            ("names\u{200b}", None),
        ] {
            let told = unseen("name", [header].into_iter());
            assert_eq!(told.is_some(), expected.is_some(), "{header}");
            assert!(told.unwrap_or_default().contains(expected.unwrap_or("")));
        }
    }
}
