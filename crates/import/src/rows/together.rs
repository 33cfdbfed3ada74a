//! Rows of one key that are one event, a person each: `[row] together = true`.
//!
//! Start at [`Together::add`]. All events of a file are held until its end.
//!
//! Never here: how a row becomes events.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::row_events::{EventDraft, RowEvents};
use crate::dates;

/// The events of the rows so far.
#[derive(Default)]
pub(super) struct Together {
    /// Whether people are told apart by ids that stand in the rows, so that a person of one id is one.
    has_own_ids: bool,
    rows: Vec<RowEvents>,
    /// Where the rows of an event stand, by its id.
    places: HashMap<Uuid, usize>,
    /// The lines that name the people of an event, by its id and theirs.
    lines: HashMap<(Uuid, String), u64>,
}

/// Why a row cannot be joined to an event that stands, and what in it the row says.
enum Clash {
    /// It says another value of this field.
    Field(String),
    /// It names a person again, by this id, and says the same of them.
    Again(String),
    /// It says another thing of the person with this id.
    Other(String),
}

impl Together {
    /// Begins with no rows; `has_own_ids` says whether people are told apart by ids that stand in them.
    pub(super) fn new(has_own_ids: bool) -> Self {
        Self {
            has_own_ids,
            ..Self::default()
        }
    }

    /// Adds the events of a row; people are added to an event that stands already.
    ///
    /// # Errors
    /// Why the row is not of the event that has its key, with the line of the row that it goes against. So is one whose
    /// people the event has already, since of two people of one name one would be lost.
    pub(super) fn add(&mut self, row: RowEvents) -> Result<(), String> {
        let known = row
            .events
            .iter()
            .find_map(|event| self.places.get(&event.id));
        let Some(place) = known.copied() else {
            for event in &row.events {
                self.places.insert(event.id, self.rows.len());
            }
            self.note_people(&row);
            self.rows.push(row);
            return Ok(());
        };
        let joined = self.joined(place, &row)?;
        self.note_people(&row);
        let Some(first) = self.rows.get_mut(place) else {
            return Ok(());
        };
        if dates::rfc3339(&row.recorded) > dates::rfc3339(&first.recorded) {
            first.recorded.clone_from(&row.recorded);
        }
        first.others.push((row.line, row.row));
        for (event, (stands, data)) in row.events.into_iter().zip(joined) {
            match stands.and_then(|at| first.events.get_mut(at)) {
                Some(known) => known.data = data,
                None => {
                    self.places.insert(event.id, place);
                    first.events.push(EventDraft { data, ..event });
                }
            }
        }
        Ok(())
    }

    /// Joins the events of a row to those that stand at a place: where each does, and what it says then. All of a row or
    /// nothing.
    fn joined(&self, place: usize, row: &RowEvents) -> Result<Vec<Joined>, String> {
        let Some(first) = self.rows.get(place) else {
            return Ok(Vec::new());
        };
        let (line, of_first) = (row.line, first.line);
        if first.subject != row.subject {
            return Err(other_field(line, of_first, "subject"));
        }
        let mut joined = Vec::new();
        for event in &row.events {
            let stands = first.events.iter().position(|known| known.id == event.id);
            let known = stands.and_then(|at| first.events.get(at));
            let data = known.map(|known| join(&known.data, &event.data, self.has_own_ids));
            let data = match data.transpose() {
                Ok(data) => data.unwrap_or_else(|| event.data.clone()),
                Err(Clash::Field(field)) => return Err(other_field(line, of_first, &field)),
                Err(Clash::Again(person)) => {
                    let named = self.line_of(event.id, &person, of_first);
                    return Err(format!(
                        "line {line} names a person whom line {named} names already: are they two people, give each a name \
                         or an id of their own; if not, one row is enough"
                    ));
                }
                Err(Clash::Other(person)) => {
                    let named = self.line_of(event.id, &person, of_first);
                    return Err(format!(
                        "line {line} says another thing of a person whom line {named} names: are they two people, give each \
                         a name or an id of their own; if not, say it in one row"
                    ));
                }
            };
            joined.push((stands, data));
        }
        let is_new = |(stands, data): &Joined| {
            stands
                .and_then(|at| first.events.get(at))
                .map(|known| &known.data)
                != Some(data)
        };
        if !joined.iter().any(is_new) {
            return Err(format!(
                "line {line} says what line {of_first} says of the event, and names nobody else: is it someone else, give \
                 them a name or an id of their own"
            ));
        }
        Ok(joined)
    }

    fn line_of(&self, event: Uuid, person: &str, first: u64) -> u64 {
        let line = self.lines.get(&(event, person.to_owned()));
        line.copied().unwrap_or(first)
    }

    fn note_people(&mut self, row: &RowEvents) {
        for event in &row.events {
            let people = event.data.get("persons").and_then(Json::as_array);
            for person in people.into_iter().flatten() {
                self.lines
                    .entry((event.id, id_of(person).to_owned()))
                    .or_insert(row.line);
            }
        }
    }

    /// Returns the rows, in the order in which each key came first.
    pub(super) fn end(self) -> Vec<RowEvents> {
        self.rows
    }
}

/// Where an event of a row stands already, if it does, and what it says with the row.
type Joined = (Option<usize>, Map<String, Json>);

fn other_field(line: u64, first: u64, field: &str) -> String {
    format!("line {line} has the key of line {first}, and says another {field} of the event")
}

fn id_of(person: &Json) -> &str {
    person.get("id").and_then(Json::as_str).unwrap_or("")
}

/// Adds the people of one event to another that is else the same. One who stands in both is one person only where ids of
/// the rows' own say so.
fn join(
    known: &Map<String, Json>,
    new: &Map<String, Json>,
    has_own_ids: bool,
) -> Result<Map<String, Json>, Clash> {
    let (mut known, mut new) = (known.clone(), new.clone());
    let people = |data: &mut Map<String, Json>| match data.remove("persons") {
        Some(Json::Array(people)) => people,
        Some(_) | None => Vec::new(),
    };
    let (mut of_known, of_new) = (people(&mut known), people(&mut new));
    let mut fields = known.keys().chain(new.keys());
    if let Some(field) = fields.find(|field| known.get(*field) != new.get(*field)) {
        return Err(Clash::Field(field.clone()));
    }
    for person in of_new {
        let id = id_of(&person);
        match of_known.iter().find(|other| id_of(other) == id) {
            Some(other) if *other != person => return Err(Clash::Other(id.to_owned())),
            Some(_) if !has_own_ids => return Err(Clash::Again(id.to_owned())),
            Some(_) => {}
            None => of_known.push(person),
        }
    }
    if !of_known.is_empty() {
        known.insert("persons".to_owned(), Json::Array(of_known));
    }
    Ok(known)
}
