//! A change: read from the stream's data, and written as one line.
//!
//! Never here: the stream.

use serde::Deserialize;

use crate::client::{Failure, safe, sse};
use crate::terminal::records;

/// One change.
pub(super) struct Change {
    /// Its position.
    pub(super) position: u64,
    /// As sent, on one line.
    pub(super) json: String,
    event: Event,
}

#[derive(Deserialize)]
struct Leaf {
    position: u64,
    event: Event,
}

/// What a line shows of an event. Any member can be absent: the operator sees every leaf of the log.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Event {
    r#type: Option<String>,
    org: Option<String>,
    source: Option<String>,
    id: Option<String>,
    subject: Option<String>,
    receivedtime: Option<String>,
    recordedtime: Option<String>,
    data: Data,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data {
    occurred: Option<String>,
    persons: Vec<Person>,
}

#[derive(Deserialize)]
struct Person {
    id: Option<String>,
}

#[derive(Deserialize)]
struct Reset {
    position: u64,
}

/// Reads the position after which a stream that was reset goes on.
///
/// # Errors
/// [`Failure::Answer`] when it has none.
pub(super) fn reset_position(event: &sse::Event) -> Result<u64, Failure> {
    let reset: Reset = serde_json::from_str(&event.data).map_err(|error| Failure::Answer {
        url: "/v1/changes".to_owned(),
        found: format!("a reset without its position ({error})"),
    })?;
    Ok(reset.position)
}

impl Change {
    /// Reads a change from an event of the stream.
    ///
    /// # Errors
    /// [`Failure::Answer`] when it has no position.
    pub(super) fn of(event: &sse::Event) -> Result<Self, Failure> {
        let unfit = |found: String| Failure::Answer {
            url: "/v1/changes".to_owned(),
            found,
        };
        let json = event.data.replace('\n', " ");
        let position = event.id.parse::<u64>();
        match (serde_json::from_str::<Leaf>(&json), position) {
            (Ok(leaf), _) => Ok(Self {
                position: leaf.position,
                event: leaf.event,
                json,
            }),
            // A leaf that is not of our shape is still a change, and its position is the stream's.
            (Err(_), Ok(position)) => Ok(Self {
                position,
                event: Event::default(),
                json,
            }),
            (Err(error), Err(_)) => Err(unfit(error.to_string())),
        }
    }

    fn kind(&self) -> String {
        let text = self.event.r#type.as_deref().unwrap_or("(not an event)");
        let kind = text
            .strip_prefix("habeas.")
            .and_then(|rest| rest.split_once(".v"));
        kind.map_or(text, |(kind, _)| kind).to_owned()
    }

    fn persons(&self, between: &str) -> String {
        let ids = self.event.data.persons.iter();
        let ids: Vec<_> = ids.filter_map(|person| person.id.as_deref()).collect();
        ids.join(between)
    }

    /// Writes the line that a person reads.
    pub(super) fn line(&self) -> String {
        let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let event = &self.event;
        let text = format!(
            "{:>7}  {:<20}  {:<21}  {:<14}  {:<24}  {}",
            self.position,
            self.kind(),
            said(&event.data.occurred),
            said(&event.org),
            said(&event.subject),
            self.persons(" ")
        );
        safe(&text).trim_end().to_owned()
    }
}

/// The columns of [`csv_record`].
pub(super) const CSV: [&str; 10] = [
    "position",
    "receivedtime",
    "recordedtime",
    "kind",
    "org",
    "source",
    "id",
    "subject",
    "occurred",
    "persons",
];

/// Writes a change as a record of CSV.
///
/// # Errors
/// [`Failure::Output`].
pub(super) fn csv_record(change: &Change) -> Result<Vec<u8>, Failure> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let event = &change.event;
    let record = [
        change.position.to_string(),
        text(&event.receivedtime),
        text(&event.recordedtime),
        change.kind(),
        text(&event.org),
        text(&event.source),
        text(&event.id),
        text(&event.subject),
        text(&event.data.occurred),
        change.persons(" "),
    ];
    records([record
        .map(|cell| answers::guard_formula(&cell).into_owned())
        .into()])
}
