//! Acts by hand: `habeas correct`, `habeas retract POSITION` and `habeas same-person`, each shown before it is sent.
//!
//! Start at [`send`], which they share.
//!
//! Never here: what an act does (the server), and the undoing of a run of an import (see [`super::retract`]).

pub(super) mod correct;
pub(super) mod field;
pub(super) mod retraction;
pub(super) mod same_person;
mod target;
#[cfg(test)]
mod tests;

use std::io::{BufRead as _, BufReader, Read};

use event::Caller;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::emit::verdicts::Verdicts;
use super::{Exit, OutputOption, Terminal};
use crate::client::{Client, Failure};

/// Whether it is sent, and how its verdict is shown.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct SendOptions {
    /// Sends it without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    written: OutputOption,
}

impl SendOptions {
    /// Whether it is sent without asking.
    pub(super) const fn is_agreed(self) -> bool {
        self.yes
    }
}

/// Who asks, as the server has it.
#[derive(Deserialize)]
struct Asker {
    organisation: Option<String>,
}

/// Returns the organisation in whose name one asks; `other` for the operator, who has none.
///
/// # Errors
/// As [`Client::get`].
fn organisation(client: &Client, other: &str) -> Result<String, Failure> {
    let answer = client.get("/v1/access")?;
    let asker: Asker = answer.read()?;
    Ok(asker.organisation.unwrap_or_else(|| other.to_owned()))
}

/// What an act is made of, beside what every event has.
struct Act<'a> {
    kind: &'a str,
    org: &'a str,
    source: &'a str,
    case: Option<&'a str>,
    data: Map<String, Value>,
    /// The newest position when it was looked at: the same act sent twice at once is one.
    at: u64,
}

impl Act<'_> {
    /// Makes the event, on one line.
    fn line(&self, now: event::Instant) -> String {
        let Self {
            kind,
            org,
            source,
            case,
            data,
            at,
        } = self;
        // Names as in docs/reference/events.md, Importers.
        let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, source.as_bytes());
        let name = json!(["by hand", kind, org, data, at]).to_string();
        let mut event = json!({
            "specversion": "1.0",
            "id": Uuid::new_v5(&space, name.as_bytes()).to_string(),
            "source": source,
            "type": format!("habeas.{kind}.v1"),
            "org": org,
            "recordedtime": now.to_string(),
            "datacontenttype": "application/json",
            "data": data,
        });
        if let (Some(members), Some(case)) = (event.as_object_mut(), case) {
            members.insert("subject".to_owned(), json!(case));
        }
        event.to_string()
    }
}

/// Checks an act that was shown, asks, and sends it.
///
/// # Errors
/// [`Failure::Usage`] of one that the check rejects, and as [`Client::post_events`].
fn send(
    act: &Act<'_>,
    sending: SendOptions,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let now = (terminal.clock)();
    let line = act.line(now);
    event::admit(line.as_bytes(), Caller::Any, now).map_err(|rejection| Failure::Usage {
        what: format!("the {} would be rejected ({})", act.kind, rejection.code),
        found: format!("{} at {}", rejection.found, rejection.pointer),
        right: Some(rejection.expected),
        next: rejection.hint,
    })?;
    if !sending.yes && !agreed(terminal) {
        terminal.line(&line)?;
        terminal.say("nothing was sent; --yes sends this event");
        return Ok(Exit::Ok);
    }
    let answer = client.post_events("application/json", line.as_bytes())?;
    let mut verdicts = Verdicts::default();
    verdicts
        .add(&answer.body, 1)
        .map_err(|found| answer.unfit(found))?;
    verdicts.show(terminal.form(sending.written), terminal)?;
    terminal.say(&verdicts.summary());
    Ok(if verdicts.rejected() == 0 {
        Exit::Ok
    } else {
        Exit::Rejected
    })
}

/// How many bytes of what is typed are read: more is no yes.
const ANSWER_BYTES_MAX: u64 = 1_024;

/// Asks whoever sits at the terminal; nobody is asked whose input is no keyboard.
fn agreed(terminal: &mut Terminal<'_>) -> bool {
    if !terminal.typed {
        return false;
    }
    terminal.say("Send it? Type yes:");
    let mut said = String::new();
    let typed: &mut dyn Read = terminal.input;
    let first_line = BufReader::new(typed.take(ANSWER_BYTES_MAX)).read_line(&mut said);
    first_line.is_ok() && said.trim() == "yes"
}
