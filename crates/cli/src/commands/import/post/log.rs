//! The log, read page by page: what it has of events in question, and the acts on them.
//!
//! Start at [`each`]. Any desk can read it, so any desk can go on where another one ended.
//!
//! Never here: what follows from what is found.

use std::collections::{HashMap, HashSet};

use import::Corrector;
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;

use super::error::Error;
use super::request::{PAGE_EVENTS, Poster};

/// A page of the history.
#[derive(Deserialize)]
struct Page {
    events: Vec<Leaf>,
}

#[derive(Deserialize)]
struct Leaf {
    position: u64,
    event: Json,
}

/// Hands over the events from a position on, in the order of positions.
///
/// # Errors
/// As [`Poster::events_from`]; [`Error::Verdicts`] for an answer that is none.
pub(crate) fn each(poster: &Poster, from: u64, take: &mut dyn FnMut(Json)) -> Result<(), Error> {
    let mut next = from;
    loop {
        let body = poster.events_from(next)?;
        let page: Page = serde_json::from_slice(&body).map_err(|error| Error::Verdicts {
            url: poster.url.clone(),
            expected: PAGE_EVENTS,
            found: error.to_string(),
        })?;
        let more = page.events.len() >= PAGE_EVENTS;
        for Leaf { position, event } in page.events {
            next = position + 1;
            take(event);
        }
        if !more {
            return Ok(());
        }
    }
}

/// Reads what the log has of the events that are `asked` for by their ids: each, the acts on it, and the
/// acts on these, whoever's, in the order of positions, by the id of the event. `look` sees each event that is read.
///
/// # Errors
/// As [`each`].
pub(crate) fn known(
    asked: &HashSet<Uuid>,
    from: u64,
    corrector: &Corrector,
    poster: &Poster,
    look: &mut dyn FnMut(&Json),
) -> Result<HashMap<String, Vec<Json>>, Error> {
    let mut known: HashMap<String, Vec<Json>> = HashMap::new();
    // The event that each act in question is on, through other acts too.
    let mut of: HashMap<String, String> = HashMap::new();
    each(poster, from, &mut |event| {
        look(&event);
        let target = Corrector::target_key_of(&event);
        let root = match &target {
            Some(key) => {
                let root = of.get(key).map(String::as_str);
                root.or_else(|| corrector.target(&event))
            }
            None => event
                .get("id")
                .and_then(Json::as_str)
                .filter(|_| corrector.is_own(&event)),
        };
        let asked = |root: &&str| root.parse().is_ok_and(|root| asked.contains(&root));
        let Some(root) = root.filter(asked).map(str::to_owned) else {
            return;
        };
        if target.is_some() {
            of.insert(Corrector::key_of(&event), root.clone());
        }
        known.entry(root).or_default().push(event);
    })?;
    Ok(known)
}
