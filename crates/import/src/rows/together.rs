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
    rows: Vec<RowEvents>,
    /// Where the rows of an event stand, by its id.
    places: HashMap<Uuid, usize>,
}

impl Together {
    /// Adds the events of a row; people are added to an event that stands already.
    ///
    /// # Errors
    /// The line of the row that says something else of the event, and in what.
    pub(super) fn add(&mut self, row: RowEvents) -> Result<(), (u64, String)> {
        let known = row
            .events
            .iter()
            .find_map(|event| self.places.get(&event.id));
        let Some(place) = known.copied() else {
            for event in &row.events {
                self.places.insert(event.id, self.rows.len());
            }
            self.rows.push(row);
            return Ok(());
        };
        let Some(first) = self.rows.get_mut(place) else {
            return Ok(());
        };
        if first.subject != row.subject {
            return Err((first.line, "subject".to_owned()));
        }
        // All of a row or nothing: what is joined is looked at first.
        let mut joined = Vec::new();
        for event in &row.events {
            let stands = first.events.iter().position(|known| known.id == event.id);
            let made = match stands.and_then(|at| first.events.get(at)) {
                Some(known) => {
                    join(&known.data, &event.data).map_err(|field| (first.line, field))?
                }
                None => event.data.clone(),
            };
            joined.push((stands, made));
        }
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

    /// Returns the rows, in the order in which each key came first.
    pub(super) fn end(self) -> Vec<RowEvents> {
        self.rows
    }
}

/// Adds the people of one event to another that is else the same.
///
/// # Errors
/// The field in which it is not.
fn join(known: &Map<String, Json>, new: &Map<String, Json>) -> Result<Map<String, Json>, String> {
    let (mut known, mut new) = (known.clone(), new.clone());
    let people = |data: &mut Map<String, Json>| match data.remove("persons") {
        Some(Json::Array(people)) => people,
        Some(_) | None => Vec::new(),
    };
    let (mut of_known, of_new) = (people(&mut known), people(&mut new));
    let mut fields = known.keys().chain(new.keys());
    if let Some(field) = fields.find(|field| known.get(*field) != new.get(*field)) {
        return Err(field.clone());
    }
    for person in of_new {
        let same = |other: &&Json| other.get("id") == person.get("id");
        match of_known.iter().find(same) {
            Some(other) if *other == person => {}
            Some(_) => return Err("persons".to_owned()),
            None => of_known.push(person),
        }
    }
    if !of_known.is_empty() {
        known.insert("persons".to_owned(), Json::Array(of_known));
    }
    Ok(known)
}
