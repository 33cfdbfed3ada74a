//! One `[[event]]` of a mapping with its columns found, and the fields of an event that it makes of a row.
//!
//! Never here: whom the event concerns (`persons`, `people`).

use event::Kind;
use serde_json::{Map, Value as Json};

use super::field::{self, CellError, FieldReader, RowCells, Target};
use super::mapping::{EventSection, RowSection};
use crate::condition::Condition;
use crate::mapping::binder::Binder;
use crate::mapping::holds::{self, Holds};

/// One event that a row makes.
pub(super) struct Section {
    pub(super) kind: String,
    pub(super) part: Option<String>,
    pub(super) when: Vec<Condition>,
    constants: Map<String, Json>,
    from: Vec<(String, FieldReader)>,
}

impl Section {
    /// Returns what the id of an event of a row is made of.
    pub(super) fn name<'s>(&'s self, key: &[&'s str], stay: Option<&'s str>) -> Vec<&'s str> {
        let mut name = vec![self.kind.as_str()];
        name.extend(self.part.as_deref());
        name.extend(key);
        name.extend(stay);
        name
    }

    /// Returns the fields of an event of a row, but for its persons.
    pub(super) fn data(&self, cells: &RowCells<'_>) -> Result<Map<String, Json>, CellError> {
        let mut data = self.constants.clone();
        for (path, from) in &self.from {
            if let Some(value) = from.json(cells)? {
                field::put(&mut data, path, value);
            }
        }
        // The language of a note that is not there; a note may also be a plain text.
        let is_empty = |note: &Json| note.is_object() && note.get("text").is_none();
        if data.get("note").is_some_and(is_empty) {
            data.remove("note");
        }
        Ok(data)
    }
}

/// One `[[event]]` with what all events of a row share.
pub(super) fn section(shared: &RowSection, event: &EventSection, binder: &Binder<'_>) -> Section {
    let mut constants = Map::new();
    for table in [&shared.set, &event.set] {
        if let Err(error) = field::add_constants(&mut constants, table.as_ref()) {
            binder.wrong(table.span().start, error.to_string());
        }
    }
    let kind = Kind::parse(event.kind.as_ref());
    let own = event.from.iter();
    let all = shared
        .from
        .iter()
        .filter(|(path, _)| !event.from.contains_key(*path))
        .chain(own);
    let from = all.map(|(path, spec)| {
        let holds = kind.and_then(|kind| holds::holds(kind, path.as_ref()).ok());
        let target = Target {
            path: path.as_ref(),
            holds: holds.unwrap_or(Holds::Text),
            at: path.span().start,
        };
        let reader = spec.bind(binder, target);
        (path.as_ref().clone(), reader)
    });
    Section {
        kind: event.kind.as_ref().clone(),
        part: event.part.clone(),
        when: event.when.iter().map(|when| when.bind_in(binder)).collect(),
        constants,
        from: from.collect(),
    }
}

/// Whether anyone may see an event with this data.
pub(super) fn is_public(data: &Map<String, Json>) -> bool {
    data.get("visibility").and_then(Json::as_str) == Some("public")
}

/// Why a hidden row is rejected without a secret: whoever guesses it could prove it.
pub(super) fn hidden(section: &Section, data: &Map<String, Json>) -> CellError {
    let visibility = data.get("visibility").and_then(Json::as_str);
    CellError {
        column: "visibility".to_owned(),
        value: visibility.unwrap_or("org").to_owned(),
        reason: format!(
            "not public, but without a secret only public rows are imported: the {} could be guessed \
             and proved. Use format = 2",
            section.kind
        ),
    }
}
