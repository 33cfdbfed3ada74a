//! `habeas retract EVENT`: one event is taken back, shown first.
//!
//! Never here: the undoing of a whole run of an import (see [`crate::commands::retract`]).

use serde_json::{Map, Value};

use super::target::find;
use super::{Act, SendOptions, organisation, send};
use crate::client::{Client, Failure, safe};
use crate::commands::publish::show_changes;
use crate::commands::{Exit, Terminal};

pub(in crate::commands) use super::target::name;

/// Shows what is taken back, and takes it back where that is said.
///
/// # Errors
/// [`Failure::Usage`] of an event that is not in effect and of a reason that the check rejects; as [`Client::get`] and
/// [`Client::post_events`].
pub(in crate::commands) fn run(
    event: &str,
    reason: &str,
    sending: SendOptions,
    (client, terminal): (&Client, &mut Terminal<'_>),
) -> Result<Exit, Failure> {
    let target = find(client, event)?;
    let now = target.in_effect()?;
    terminal.say(&format!(
        "{} at position {}, of {}{}",
        now.kind,
        target.position(),
        target.text("org"),
        target
            .case()
            .map_or_else(String::new, |case| format!(", case {}", safe(case)))
    ));
    // What it says now, and nothing from then on.
    let gone = now.data.iter().map(|(name, value)| {
        let field = format!("data.{name}");
        (field, Some(value.clone()), None::<Value>)
    });
    show_changes(&gone.collect::<Vec<_>>(), terminal);
    let org = organisation(client, target.text("org"))?;
    if org != target.text("org") {
        terminal.say(&format!(
            "the event is {}'s: without its grant to {org} the retraction has no effect",
            target.text("org")
        ));
    }
    let mut data = Map::new();
    data.insert("target".to_owned(), target.key());
    data.insert("reason".to_owned(), reason.into());
    let act = Act {
        kind: "retraction",
        org: &org,
        source: target.text("source"),
        case: target.case(),
        data,
        at: target.at,
    };
    send(&act, sending, client, terminal)
}
