//! `habeas correct`: what an earlier event should have said, shown before and after.
//!
//! Never here: finding the event, and sending.

use serde_json::{Map, Value};

use super::target::{find, name};
use super::{Act, SendOptions, field, organisation, send};
use crate::client::{Client, Failure};
use crate::commands::publish::show_changes;
use crate::commands::{Exit, Terminal};

/// Corrects an earlier event: shows each field before and after, asks, and sends the correction
///
/// Examples:
///   habeas correct 44 occurred=2020-09-02 --reason "The lawyer has the police report"
///   habeas correct 44 place.locality="Chamkar Mon" mode=null
///   habeas correct 44 --patch '{"rights_exercised": ["assembly"]}'
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// The event: its position, or its id
    #[arg(value_name = "EVENT", value_parser = name)]
    event: String,
    /// A field of its data and what it should have said; null takes it away, a dot leads into a field
    #[arg(value_name = "FIELD=VALUE", value_parser = field::pair, required_unless_present = "patch")]
    fields: Vec<(String, String)>,
    /// The same as a JSON merge patch of its data
    #[arg(long, value_name = "JSON", value_parser = object, conflicts_with = "fields")]
    patch: Option<Map<String, Value>>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    sending: SendOptions,
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("must be a JSON object: {error}"))
}

/// Shows what a correction changes, and sends it where that is said.
///
/// # Errors
/// [`Failure::Usage`] of an event that is not in effect, of a patch that changes nothing and of one that the check
/// rejects; as [`Client::get`] and [`Client::post_events`].
pub(in crate::commands) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let target = find(client, &args.event)?;
    let now = target.in_effect()?;
    let patch = match &args.patch {
        Some(patch) => patch.clone(),
        None => field::patch(&now.kind, &args.fields),
    };
    let mut after = now.data.clone();
    field::merge(&mut after, &patch);
    let changes = form::differing(&now.data, &after, "data.");
    if changes.is_empty() {
        return Err(Failure::Usage {
            what: "the correction changes nothing".to_owned(),
            found: "the event says so already".to_owned(),
            right: None,
            next: None,
        });
    }
    terminal.say(&format!(
        "{} at position {}, of {}",
        now.kind,
        target.position(),
        target.text("org")
    ));
    show_changes(&changes, terminal);
    let org = organisation(client, target.text("org"))?;
    if org != target.text("org") {
        terminal.say(&format!(
            "the event is {}'s: without its grant to {org} the correction has no effect",
            target.text("org")
        ));
    }
    let mut data = Map::new();
    data.insert("target".to_owned(), target.key());
    data.insert("patch".to_owned(), Value::Object(patch));
    data.extend(
        args.reason
            .clone()
            .map(|why| ("reason".to_owned(), why.into())),
    );
    let act = Act {
        kind: "correction",
        org: &org,
        source: target.text("source"),
        case: target.case(),
        data,
        at: target.at,
    };
    send(&act, args.sending, client, terminal)
}
