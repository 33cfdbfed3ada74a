//! Rows that are events: each `[[event]]` of the mapping whose conditions hold makes one event of a row.
//!
//! Start at [`run`]. A row gives all of its events or none: a cell that cannot be read rejects the row.
//!
//! Never here: rosters (`change_log`), and where events go.

pub(crate) mod mapping;
mod persons;
#[cfg(test)]
mod tests;
mod value;

use std::path::Path;

use csv::StringRecord;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::Error;
use super::codes::{self, NullWords};
use super::condition::{Condition, ConditionSpec};
use super::dates;
use super::emit::Emitter;
use super::input::{Column, CsvTable, line_of};
use super::mapping::Mapping;
use mapping::{EventSection, LeaveSection, Order};
use persons::Persons;
use value::{CellError, FieldReader, FieldSpec};

struct Section {
    kind: String,
    part: Option<String>,
    when: Vec<Condition>,
    constants: Map<String, Json>,
    from: Vec<(String, FieldReader)>,
}

struct RowMapping {
    key: Vec<Column>,
    subject: Option<FieldReader>,
    recorded: FieldReader,
    persons: Option<Persons>,
    order: Order,
    sections: Vec<Section>,
    skip: Vec<(Vec<Condition>, String)>,
    leave: Vec<(Vec<Condition>, String)>,
    nulls: NullWords,
    zone: TimeZone,
}

/// One event with its `data`, before its envelope is written.
struct EventDraft {
    id: Uuid,
    section: usize,
    data: Vec<u8>,
}

/// The events of one row.
struct RowEvents {
    subject: Option<String>,
    recorded: String,
    events: Vec<EventDraft>,
}

/// Turns the rows of one file into events.
///
/// # Errors
/// An input that cannot be read, a mapping that does not fit it, and what the sink answers.
pub(crate) fn run(
    mapping: &Mapping,
    file: &Path,
    zone: &TimeZone,
    out: &mut Emitter<'_>,
) -> Result<(), Error> {
    let mut table = CsvTable::open(file)?;
    let rows = RowMapping::bind(mapping, &table, zone)?;
    let mut row = StringRecord::new();
    let mut waiting = Vec::new();
    while table.read(&mut row)? {
        out.report.rows_read += 1;
        let Some(made) = rows.make(&table.name, &row, out) else {
            continue;
        };
        match rows.order {
            Order::File => rows.write(&made, out)?,
            Order::Recordedtime => waiting.push((dates::rfc3339(&made.recorded), made)),
        }
    }
    // Stable: rows of one time keep the order of the file.
    waiting.sort_by_key(|(recorded, _)| *recorded);
    waiting
        .iter()
        .try_for_each(|(_, made)| rows.write(made, out))
}

impl RowMapping {
    fn bind(mapping: &Mapping, table: &CsvTable, zone: &TimeZone) -> Result<Self, Error> {
        let shared = mapping
            .row
            .as_ref()
            .ok_or_else(|| Error::wrong("[row] is missing".to_owned()))?;
        let bind = |spec: &FieldSpec| spec.bind(table, &mapping.codes);
        let conditions = |list: &[ConditionSpec]| {
            list.iter()
                .map(|when| when.bind(table))
                .collect::<Result<Vec<_>, Error>>()
        };
        let left = |list: &[LeaveSection]| {
            let bound = list
                .iter()
                .map(|l| Ok((conditions(&l.when)?, l.reason.clone())));
            bound.collect::<Result<Vec<_>, Error>>()
        };
        let section = |event: &EventSection| {
            let mut constants = Map::new();
            for table in [&shared.set, &event.set] {
                value::add_constants(&mut constants, table)?;
            }
            let mut from = Vec::new();
            for (path, spec) in &shared.from {
                if !event.from.contains_key(path) {
                    from.push((path.clone(), bind(spec)?));
                }
            }
            for (path, spec) in &event.from {
                from.push((path.clone(), bind(spec)?));
            }
            let (kind, part) = (event.kind.clone(), event.part.clone());
            Ok(Section {
                kind,
                part,
                when: conditions(&event.when)?,
                constants,
                from,
            })
        };
        Ok(Self {
            key: shared
                .key
                .iter()
                .map(|name| table.column(name))
                .collect::<Result<_, _>>()?,
            subject: shared.subject.as_ref().map(&bind).transpose()?,
            recorded: bind(&shared.recordedtime)?,
            order: shared.order,
            persons: shared.persons.as_ref().map(|p| p.bind(table)).transpose()?,
            sections: mapping
                .event
                .iter()
                .map(section)
                .collect::<Result<_, Error>>()?,
            skip: left(&mapping.skip)?,
            leave: left(&mapping.leave)?,
            nulls: NullWords::new(&mapping.null),
            zone: zone.clone(),
        })
    }

    /// Makes the events of a row; none when it is skipped or rejected.
    fn make(&self, file: &str, row: &StringRecord, out: &mut Emitter<'_>) -> Option<RowEvents> {
        if let Some(reason) = self.matching(&self.skip, row).next() {
            out.report.note(reason);
            return None;
        }
        for reason in self.matching(&self.leave, row) {
            out.report.note(reason);
        }
        match self.events(row, out) {
            Ok(made) => {
                if made.events.is_empty() {
                    out.report
                        .note("no event: no [[event]] section applies to the row");
                }
                Some(made)
            }
            Err(CellError {
                column,
                value,
                reason,
            }) => {
                out.report
                    .reject(file, line_of(row), &column, &value, &reason);
                None
            }
        }
    }

    fn write(&self, made: &RowEvents, out: &mut Emitter<'_>) -> Result<(), Error> {
        made.events.iter().try_for_each(|event| {
            let kind = self
                .sections
                .get(event.section)
                .map_or("", |s| s.kind.as_str());
            out.event(
                event.id,
                kind,
                made.subject.as_deref(),
                &made.recorded,
                &event.data,
            )
        })
    }

    fn matching<'a>(
        &'a self,
        list: &'a [(Vec<Condition>, String)],
        row: &'a StringRecord,
    ) -> impl Iterator<Item = &'a str> {
        let holds = |when: &[Condition]| when.iter().all(|w| w.holds(row, &self.nulls));
        list.iter()
            .filter(move |(when, _)| holds(when))
            .map(|(_, reason)| reason.as_str())
    }

    fn events(&self, row: &StringRecord, out: &Emitter<'_>) -> Result<RowEvents, CellError> {
        let mut cells = value::RowCells {
            row,
            nulls: &self.nulls,
            zone: &self.zone,
            subject: None,
            secret: out.maker.secret.as_ref(),
        };
        let local = match &self.subject {
            Some(subject) => subject.text(&cells)?,
            None => None,
        };
        let local = local.map(|text| codes::local(&text, out.maker.secret.as_ref()));
        let subject = local.map(|local| format!("{}:{local}", out.maker.org));
        cells.subject = subject.as_deref();
        let Some(recorded) = self.recorded.text(&cells)? else {
            return Err(self
                .recorded
                .refuse("", "empty, but every event says when it was recorded"));
        };
        let mut events = Vec::new();
        for (index, section) in self.sections.iter().enumerate() {
            if !section.when.iter().all(|when| when.holds(row, &self.nulls)) {
                continue;
            }
            let mut data = section.constants.clone();
            for (path, from) in &section.from {
                if let Some(value) = from.json(&cells)? {
                    value::put(&mut data, path, value);
                }
            }
            if let Some(persons) = &self.persons {
                persons.put(row, &self.nulls, &out.maker, &mut data);
            }
            if out.maker.secret.is_none() && !is_public(&data) {
                return Err(hidden(section, &data));
            }
            let id = self.id(section, row, out);
            let data = Json::Object(data).to_string().into_bytes();
            events.push(EventDraft {
                id,
                section: index,
                data,
            });
        }
        Ok(RowEvents {
            subject,
            recorded,
            events,
        })
    }

    /// The id: over the kind, the part where a row makes several of a kind, and the key's cells.
    fn id(&self, section: &Section, row: &StringRecord, out: &Emitter<'_>) -> Uuid {
        let mut key = vec![section.kind.as_str()];
        key.extend(section.part.as_deref());
        key.extend(self.key.iter().map(|column| column.of(row)));
        out.maker.id(&key)
    }
}

/// Whether anyone may see an event with this data.
fn is_public(data: &Map<String, Json>) -> bool {
    data.get("visibility").and_then(Json::as_str) == Some("public")
}

/// Why a hidden row is rejected without a secret: whoever guesses it could prove it.
fn hidden(section: &Section, data: &Map<String, Json>) -> CellError {
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
