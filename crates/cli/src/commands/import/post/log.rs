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

/// Hands over the events from a position on, in the order of positions. A page may be short, or empty, and not the last:
/// the server says where the next one is.
///
/// # Errors
/// As [`Poster::events_at`]; [`Error::Verdicts`] for an answer that is none.
pub(crate) fn each(poster: &Poster, from: u64, take: &mut dyn FnMut(Json)) -> Result<(), Error> {
    let mut target = format!("/v1/events?from={from}&limit={PAGE_EVENTS}");
    let mut reached = from;
    loop {
        let answer = poster.events_at(&target)?;
        let page: Page = serde_json::from_slice(&answer.body).map_err(|error| Error::Verdicts {
            url: poster.url.clone(),
            expected: PAGE_EVENTS,
            found: error.to_string(),
        })?;
        for Leaf { position, event } in page.events {
            reached = position;
            take(event);
        }
        let Some(next) = answer.next else {
            poster.voice.has_read();
            return Ok(());
        };
        poster.voice.reads(reached, answer.folded);
        target = next;
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

/// Returns the event that each act of what the log has is on, by the ids of both.
pub(crate) fn roots_of_acts(
    logs: &HashMap<String, Vec<Json>>,
    corrector: &Corrector,
) -> HashMap<String, String> {
    let mut roots = HashMap::new();
    for (root, log) in logs {
        let own = log.iter().filter(|event| corrector.is_own(event));
        let acts = own.filter(|event| corrector.target(event).is_some());
        let ids = acts.filter_map(|act| act.get("id").and_then(Json::as_str));
        roots.extend(ids.map(|id| (id.to_owned(), root.clone())));
    }
    roots
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;
    use crate::commands::import::post::voice::Voice;
    use crate::commands::testing::{Server, answer};

    #[test]
    fn the_log_is_read_to_its_end_over_short_pages_and_that_is_said_once() {
        let page = |position: u64| {
            let event = format!("{{\"position\":{position},\"event\":{{\"id\":\"{position}\"}}}}");
            format!("{{\"events\":[{event}]}}")
        };
        let next =
            "Link: </v1/events?cursor=a&limit=1000>; rel=\"next\"\r\nHabeas-Position: 285000\r\n";
        let server = Server::new(vec![
            answer(200, next, &page(1)),
            answer(200, next, "{\"events\":[]}"),
            answer(200, "", &page(30_000)),
        ]);
        let said = Rc::new(RefCell::new(Vec::new()));
        let mut poster = Poster::new(&server.url, None).unwrap();
        poster.voice = Voice::kept(&said);
        let mut ids = Vec::new();
        each(&poster, 1, &mut |event| ids.push(event["id"].to_string())).unwrap();
        assert_eq!(ids, ["\"1\"", "\"30000\""]);
        assert_eq!(server.requests().len(), 3);
        assert_eq!(
            *said.borrow(),
            ["reading what the log has of this source, up to position 285,000; that takes a while"]
        );
    }
}
