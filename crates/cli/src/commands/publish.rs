//! `habeas publish`: what was kept is sent anew for others to see, and the kept event taken back as its
//! duplicate, in one request; shown first.
//!
//! Start at [`run`]. What can be published and what is sent is said by [`Publication`].
//!
//! Never here: who may see an event (the server), and the check (crate `event`).

use event::Caller;
use form::{FieldChange, KeptEvent, Publication};
use serde::Deserialize;
use serde_json::Value;

use super::emit::verdicts::Verdicts;
use super::{Exit, OutputOption, Terminal};
use crate::client::{Client, Failure, safe};
use crate::terminal::table::{Column, draw};

/// Who may see what is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Audience {
    /// Organisations that are known
    Partners,
    /// Anyone
    Public,
}

/// Publishes an event that was kept: a new event, and a retraction of the kept one as its duplicate
///
/// Shows what would be sent, and before and after; `--yes` sends it. Corrections in effect are part of the
/// new event. Whoever could see the kept event goes on to see that it stood there.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The position of the kept event
    #[arg(value_name = "POSITION")]
    position: u64,
    /// Who may see it
    #[arg(long, value_enum, default_value = "public")]
    visibility: Audience,
    /// Sends it
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    written: OutputOption,
}

/// Who asks, as the server has it.
#[derive(Deserialize)]
struct Asker {
    role: Option<String>,
    organisation: Option<String>,
}

/// Shows what publishing an event changes, and sends it where `--yes` says so.
///
/// # Errors
/// [`Failure::Usage`] with the reason where it cannot be published, and as [`Client::get`] and
/// [`Client::post_events`].
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let answer = client.get("/v1/access")?;
    let asker: Asker = answer.read()?;
    let answer = client.get(&format!("/v1/events/{}", args.position))?;
    let kept: KeptEvent = answer.read()?;
    let now = (terminal.clock)();
    let asker = (asker.role.as_deref(), asker.organisation.as_deref());
    let audience = match args.visibility {
        Audience::Partners => form::Audience::Partners,
        Audience::Public => form::Audience::Public,
    };
    let plan = Publication::new(&kept, audience, asker, now)
        .map_err(|why| refused(args.position, &why))?;
    let lines = plan.lines();
    for line in &lines {
        event::admit(line.as_bytes(), Caller::Any, now).map_err(|rejection| {
            let why = format!(
                "{} at {}: {}",
                rejection.code, rejection.pointer, rejection.found
            );
            refused(args.position, &why)
        })?;
    }
    show_changes(&plan.changes, terminal);
    if !args.yes {
        for line in &lines {
            terminal.line(line)?;
        }
        terminal.say("nothing was sent; --yes sends these two events");
        return Ok(Exit::Ok);
    }
    let answer = client.post_together("application/jsonl", lines.join("\n").as_bytes())?;
    let mut verdicts = Verdicts::default();
    verdicts
        .add(&answer.body, lines.len())
        .map_err(|found| answer.unfit(found))?;
    let form = terminal.form(args.written);
    verdicts.show(form, terminal)?;
    terminal.say(&verdicts.summary());
    if verdicts.rejected() == 0 {
        return Ok(Exit::Ok);
    }
    terminal.say("nothing was written: the two are sent together, or not at all");
    Ok(Exit::Rejected)
}

fn refused(position: u64, why: &str) -> Failure {
    Failure::Usage {
        what: format!("the event at position {position} cannot be published"),
        found: why.to_owned(),
        right: None,
        next: None,
    }
}

/// Shows each field that differs, before and after.
pub(in crate::commands) fn show_changes(changes: &[FieldChange], terminal: &mut Terminal<'_>) {
    let columns = ["field", "before", "after"].map(Column::text);
    let text =
        |value: Option<&Value>| value.map_or_else(|| "-".to_owned(), |value| safe(&shown(value)));
    let rows = changes.iter();
    let rows = rows.map(|(field, before, after)| {
        vec![field.clone(), text(before.as_ref()), text(after.as_ref())]
    });
    let table = draw(&columns, rows, terminal.screen);
    terminal.say(table.trim_end());
}

/// A text as it is, other values as JSON.
fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}
