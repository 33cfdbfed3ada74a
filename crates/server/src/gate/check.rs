//! The check of what is sent: each event is admitted, and waits for the writer, or is rejected.
//!
//! Never here: the rules (`event::admit`).

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::verdict::{Draft, Outcome};
use super::{Sender, Waiting};

/// Checks each event; those that pass wait for the writer, the others have their outcome.
pub(super) fn check(
    events: &[Bytes],
    sender: &Sender,
    now: event::Instant,
) -> (Vec<Draft>, Vec<Waiting>) {
    let mut drafts = Vec::with_capacity(events.len());
    let mut waiting = Vec::with_capacity(events.len());
    for (slot, bytes) in events.iter().enumerate() {
        let sha256 = event::hex(&Sha256::digest(bytes));
        let admitted = event::admit(bytes, sender.caller(), now);
        let judged = admitted.and_then(|admitted| {
            sender.may_send(admitted.event.kind)?;
            Ok(admitted)
        });
        let (source, id, outcome) = match judged {
            Ok(mut admitted) => {
                let key = &admitted.event.envelope.key;
                let names = (Some(key.source.to_string()), Some(key.id.to_string()));
                if let Some(author) = sender.author(&key.source, &key.id) {
                    admitted.set_author(&author);
                }
                waiting.push(Waiting {
                    admitted: Box::new(admitted),
                    slot,
                });
                (names.0, names.1, None)
            }
            Err(rejection) => {
                let (source, id) = names(bytes);
                (source, id, Some(Outcome::rejected(rejection)))
            }
        };
        drafts.push(Draft {
            source,
            id,
            sha256,
            outcome,
            notices: Vec::new(),
            noticed_at: None,
        });
    }
    (drafts, waiting)
}

/// The most characters of a name that a verdict repeats from an event that did not pass.
const NAME_CHARS_MAX: usize = 200;

/// Returns `source` and `id` of an event that did not pass, so that its sender recognises it.
fn names(bytes: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(json) = event::Json::parse(bytes) else {
        return (None, None);
    };
    let name = |field| {
        json.text(field)
            .map(|text| text.chars().take(NAME_CHARS_MAX).collect::<String>())
    };
    (name("source"), name("id"))
}
