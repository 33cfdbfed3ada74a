//! The invented history as senders have it: without what a gate puts before an event, and up to now.
//!
//! Never here: what the history tells (see [`crate::invented`]).

use std::time::{SystemTime, UNIX_EPOCH};

use event::Instant;

/// Returns the events of a history that can be sent: its stories go on past today, and the gate refuses what was
/// recorded in the future (E0115).
pub(crate) fn events(events: u64, seed: u64) -> Vec<String> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    let now = Instant::from_parts(now.as_secs() as i64, 0).to_string();
    let sent = crate::invented::history(events, seed)
        .into_iter()
        .map(|leaf| sent(&leaf));
    sent.filter(|event| {
        let (_, recorded) = event.split_once("\"recordedtime\":\"").expect("a record");
        recorded < now.as_str()
    })
    .collect()
}

/// Takes off what a gate has put before an event.
fn sent(leaf: &[u8]) -> String {
    let text = std::str::from_utf8(leaf).expect("text");
    let rest = text.strip_prefix("{\"receivedtime\":\"").expect("a gate's");
    let (_, rest) = rest.split_once("\",").expect("an instant");
    format!("{{{rest}")
}
