//! The event that an act is on: found by its position or its id, as it was sent and as it is.
//!
//! Start at [`find`].
//!
//! Never here: acts.

use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::client::{Client, Failure};

/// Events asked for at once. Source: docs/reference/limits.md, Asking.
const PAGE_EVENTS: usize = 1_000;

/// An event as the server tells it: `/v1/events/{position}`.
#[derive(Deserialize)]
pub(super) struct Target {
    /// The newest position when it was told.
    #[serde(rename = "position")]
    pub(super) at: u64,
    sent: Leaf,
    pub(super) effective: Option<Effective>,
}

#[derive(Deserialize)]
struct Leaf {
    position: u64,
    event: Map<String, Value>,
}

/// The event with the acts on it.
#[derive(Deserialize)]
pub(super) struct Effective {
    pub(super) kind: String,
    pub(super) data: Map<String, Value>,
}

#[derive(Deserialize)]
struct Page {
    events: Vec<Leaf>,
}

impl Target {
    /// Returns where it stands.
    pub(super) const fn position(&self) -> u64 {
        self.sent.position
    }

    /// Returns an attribute as it was sent; empty where there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        let value = self.sent.event.get(name);
        value.and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns its case, where it has one.
    pub(super) fn case(&self) -> Option<&str> {
        Some(self.text("subject")).filter(|case| !case.is_empty())
    }

    /// Returns what names it.
    pub(super) fn key(&self) -> Value {
        let members = ["org", "source", "id"].map(|name| (name.to_owned(), self.text(name).into()));
        Value::Object(members.into_iter().collect())
    }

    /// Returns it as it is.
    ///
    /// # Errors
    /// [`Failure::Usage`] of one that is not in effect.
    pub(super) fn in_effect(&self) -> Result<&Effective, Failure> {
        self.effective.as_ref().ok_or_else(|| Failure::Usage {
            what: format!("the event at position {} is not in effect", self.position()),
            found: "it was retracted, or is no event of its own".to_owned(),
            right: None,
            next: Some("its case shows what became of it: `habeas cases ID`".to_owned()),
        })
    }
}

/// Takes a position or the id of an event.
///
/// # Errors
/// What is right.
pub(in crate::commands) fn name(text: &str) -> Result<String, String> {
    let is_position = text.parse::<u64>().is_ok_and(|position| position > 0);
    if is_position || Uuid::try_parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    Err("must be a position, or the id of an event, a UUID".to_owned())
}

/// Finds the event that a position or an id names.
///
/// # Errors
/// As [`Client::get`]; [`Failure::Usage`] of an id that none has that one may see, or more than one.
pub(super) fn find(client: &Client, name: &str) -> Result<Target, Failure> {
    let position = match name.parse::<u64>() {
        Ok(position) => position,
        Err(_) => position_of(client, &name.to_lowercase())?,
    };
    client.get(&format!("/v1/events/{position}"))?.read()
}

/// Looks the log through for an id: sources choose ids, so two may have chosen one.
fn position_of(client: &Client, id: &str) -> Result<u64, Failure> {
    let mut found = Vec::new();
    let mut target = format!("/v1/events?from=1&limit={PAGE_EVENTS}");
    loop {
        let answer = client.get(&target)?;
        let page: Page = answer.read()?;
        let of_id = |leaf: &Leaf| leaf.event.get("id").and_then(Value::as_str) == Some(id);
        let events = page.events.into_iter();
        found.extend(events.filter(of_id).map(|leaf| leaf.position));
        // A page may be short, or empty, and not the last.
        let Some(next) = answer.next else {
            break;
        };
        target = next;
    }
    match found.as_slice() {
        [position] => Ok(*position),
        [] => Err(Failure::Absent {
            what: format!("event {id} that this token may read"),
            next: "name it by its position".to_owned(),
        }),
        several => {
            let positions: Vec<_> = several.iter().map(ToString::to_string).collect();
            Err(Failure::Usage {
                what: format!("more than one event has the id {id}"),
                found: format!("positions {}", positions.join(", ")),
                right: Some("one of these positions".to_owned()),
                next: None,
            })
        }
    }
}
