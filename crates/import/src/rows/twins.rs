//! Rows whose key another row has: in one file the second is rejected, in a later file it may say the same again.
//!
//! Start at [`Twins`].
//!
//! Never here: rows that are one event on purpose (`together`).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value as Json;

use super::RowMapping;
use super::field::CellError;
use super::key::Contents;
use super::row_events::RowEvents;
use super::section::Section;
use crate::emit::{Emitter, Twin};
use crate::id_index::IdIndex;
use crate::read::{Row, line_of};

/// How the reason of a row begins whose key another row has.
pub(super) const TWIN: &str = "a twin:";

/// How the reason of a row goes on whose key another row has that names someone else.
pub(crate) const OTHER_PEOPLE: &str = "and names other people, who would be taken for one person";

/// What is noted of a row whose key a row of an earlier file has.
pub(super) const EARLIER: &str =
    "a twin: a row of an earlier file has its key; where it says something else it is rejected";

/// What is noted of a row whose person had another name before.
pub(super) const OTHER_NAME: &str =
    "an id of a person stands with another name than in a row before it: are they one person?";

/// What came so far in an import.
#[derive(Default)]
pub(crate) struct Twins {
    /// Where the keys stand, by the id of the row's first event: the line, counted on from file to file.
    lines: IdIndex,
    pub(super) contents: Contents,
    pub(super) names: NamesOfIds,
    /// Where the keys of rows stand whose people are told apart by them, whatever events the rows make.
    keys: IdIndex,
    /// The names of those people.
    row_names: NamesOfIds,
    /// The lines of the files before this one.
    before: u64,
    /// The greatest line so far, counted on from file to file.
    last: u64,
}

impl Twins {
    /// Begins with a further file.
    pub(super) fn begin_file(&mut self) {
        self.before = self.last;
        self.contents = Contents::default();
    }

    /// Counts a line on from those of the files before.
    fn counted(&mut self, line: u64) -> u64 {
        let counted = self.before.saturating_add(line);
        self.last = self.last.max(counted);
        counted
    }
}

impl RowMapping {
    /// Looks whether the key of a row stood before: of two rows of a file that make one event, one would be lost.
    ///
    /// # Errors
    /// [`CellError`] where it stood in this file.
    pub(super) fn alone(
        &self,
        row: &Row,
        made: &RowEvents,
        key: &[String],
        twins: &mut Twins,
        out: &Emitter<'_>,
    ) -> Result<Option<Twin>, CellError> {
        let Some(first) = made.events.first() else {
            return Ok(None);
        };
        let line = twins.counted(made.line);
        self.names_the_same(row, made, (key, line), twins, out)?;
        match twins.lines.insert(first.id, line) {
            None => Ok(None),
            Some(known) => match known.checked_sub(twins.before) {
                None | Some(0) => Ok(Some(Twin::EarlierFile)),
                Some(known) => {
                    let reason = format!("{TWIN} line {} has the key of line {known}", made.line);
                    Err(self.refuse_key(row, &reason))
                }
            },
        }
    }

    /// Looks whether people whose ids are made of the key of a row are those whom the rows before it with that key name:
    /// rows of one key may say events of several kinds, but of one person each.
    fn names_the_same(
        &self,
        row: &Row,
        made: &RowEvents,
        (key, line): (&[String], u64),
        twins: &mut Twins,
        out: &Emitter<'_>,
    ) -> Result<(), CellError> {
        // Events of one section have one id where their rows have one key.
        if self.row_ids.is_empty() || self.sections.len() < 2 {
            return Ok(());
        }
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let known = twins.keys.insert(out.maker.id(&key), line);
        let is_of_row = |id: &str| self.row_ids.iter().any(|begin| id.starts_with(begin));
        let are_others = twins.row_names.are_others_of(made, &is_of_row);
        let Some(known) = known.filter(|_| are_others) else {
            return Ok(());
        };
        let of = match known.checked_sub(twins.before) {
            None | Some(0) => "a row of an earlier file".to_owned(),
            Some(known) => format!("line {known}"),
        };
        let reason = format!(
            "{TWIN} line {} has the key of {of}, {OTHER_PEOPLE}",
            made.line
        );
        Err(self.refuse_key(row, &reason))
    }

    /// Keeps the key of a row that is rejected: a later one with it must not come in its place.
    pub(super) fn reserve(&self, row: &Row, key: &[String], twins: &mut Twins, out: &Emitter<'_>) {
        let holds =
            |section: &&Section| section.when.iter().all(|when| when.holds(row, &self.nulls));
        if let Some(section) = self.sections.iter().find(holds) {
            let key: Vec<&str> = key.iter().map(String::as_str).collect();
            let id = out.maker.id(&section.name(&key, None));
            let line = twins.counted(line_of(row));
            twins.lines.insert(id, line);
        }
    }
}

/// The name that each id of a person stood with first, in each script: as hashes, 16 bytes each.
#[derive(Default)]
pub(super) struct NamesOfIds(HashMap<u64, u64>);

impl NamesOfIds {
    /// Whether a person of the row had another name in a row before.
    pub(super) fn are_others(&mut self, made: &RowEvents) -> bool {
        self.are_others_of(made, &|_| true)
    }

    /// Whether a person of the row whose id is one of those asked for had another name in a row before.
    fn are_others_of(&mut self, made: &RowEvents, is_asked: &dyn Fn(&str) -> bool) -> bool {
        let persons = made
            .events
            .first()
            .and_then(|event| event.data.get("persons"));
        let persons = persons.and_then(Json::as_array).into_iter().flatten();
        let mut is_other = false;
        for person in persons {
            let id = person.get("id").and_then(Json::as_str);
            if !id.is_some_and(is_asked) {
                continue;
            }
            let names = person
                .get("names")
                .and_then(Json::as_array)
                .into_iter()
                .flatten();
            let mut scripts = Vec::new();
            for name in names {
                let script = name.get("script").and_then(Json::as_str);
                // Further names in a script are aliases.
                if scripts.contains(&script) {
                    continue;
                }
                scripts.push(script);
                let text = hash(&name.get("text").and_then(Json::as_str));
                is_other |= *self.0.entry(hash(&(id, script))).or_insert(text) != text;
            }
        }
        is_other
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
