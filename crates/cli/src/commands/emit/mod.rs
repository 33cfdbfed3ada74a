//! `habeas emit`: events to the server, checked here first.
//!
//! Never here: the check itself (crate `event`), and rows of other people's files (`import`).

mod events;
mod outbox;
pub(super) mod verdicts;

use std::io::Read;
use std::path::{Path, PathBuf};

use event::{Caller, Code, Instant};
use serde::Deserialize;

use super::{Exit, OutputOption, Terminal};
use crate::client::{Client, Failure};
use events::Events;
use outbox::Outbox;
use verdicts::{Verdict, Verdicts};

/// Sends events: one, a JSON array, or one a line
///
/// Nothing is sent when the check here rejects one of them. Sending again adds nothing: an event that
/// is there already is answered with the position it has.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file; - is standard input [default: -, or nothing with --outbox]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Keeps the events in this folder until there is a verdict on each, and sends what is in it, in order
    #[arg(long, value_name = "DIR")]
    outbox: Option<PathBuf>,
    /// Leaves the check to the server
    #[arg(long)]
    no_check: bool,
    /// Ends as soon as the events are in the log; figures may show them a little later
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    written: OutputOption,
}

/// Bytes of an input at the most; larger loads are for `habeas import`.
const INPUT_BYTES_MAX: u64 = 1 << 30;

/// Sends the events of a file and shows the verdicts.
///
/// # Errors
/// [`Failure`]: an input that cannot be read or holds no event, or as [`Client::post_events`]. Verdicts
/// on what was sent until then are shown all the same.
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    if let Some(folder) = &args.outbox {
        return store_and_forward(args, folder, client, terminal);
    }
    let file = args.file.as_deref().unwrap_or(Path::new("-"));
    let text = read(file, terminal)?;
    let events = Events::of(&text)?;
    let form = terminal.form(args.written);
    if !args.no_check {
        let rejected = check(&events.pieces, (terminal.clock)())?;
        if !rejected.is_empty() {
            rejected.show(form, terminal)?;
            terminal.say(&format!(
                "nothing was sent: {} of {} events would be rejected (--no-check sends all the same)",
                rejected.rejected(),
                events.pieces.len()
            ));
            return Ok(Exit::Rejected);
        }
    }
    let mut verdicts = Verdicts::default();
    let sent = send(&events, client, &mut verdicts);
    report(args, client, &verdicts, sent, terminal)
}

/// Puts the events of a file into an outbox, where one is given, and sends what is in it.
///
/// # Errors
/// As [`run`]; what is not sent stays in the outbox.
fn store_and_forward(
    args: &Args,
    folder: &Path,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let outbox = Outbox::open(folder, archive::Disk::default())?;
    if let Some(file) = &args.file {
        let text = read(file, terminal)?;
        let lines = outbox::identified(&Events::of(&text)?);
        let pieces: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        if !args.no_check {
            let rejected = check(&pieces, (terminal.clock)())?;
            if !rejected.is_empty() {
                rejected.show(terminal.form(args.written), terminal)?;
                terminal.say(&format!(
                    "nothing was put into the outbox: {} of {} events would be rejected",
                    rejected.rejected(),
                    pieces.len()
                ));
                return Ok(Exit::Rejected);
            }
        }
        outbox.put(lines)?;
    }
    let mut verdicts = Verdicts::default();
    let post = |media: &str, body: &[u8]| client.post_events(media, body);
    let sent = outbox.send(post, &mut verdicts);
    let left = outbox.content()?;
    if left.entries > 0 {
        terminal.say(&format!(
            "{} entries of {} bytes are in the outbox still, to be sent by the next `habeas emit --outbox`",
            left.entries, left.bytes
        ));
    }
    if verdicts.rejected() > 0 {
        let place = folder.join("rejected");
        terminal.say(&format!("what was rejected stands in {}", place.display()));
    }
    report(args, client, &verdicts, sent, terminal)
}

/// Shows what became of the events that were sent, and waits until they are folded.
fn report(
    args: &Args,
    client: &Client,
    verdicts: &Verdicts,
    sent: Result<Option<u64>, Failure>,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    if !verdicts.is_empty() {
        verdicts.show(terminal.form(args.written), terminal)?;
        terminal.say(&verdicts.summary());
    }
    let folded = sent?;
    let position = verdicts.position().unwrap_or(0);
    // A server that does not say how far it is, or is there already, is not waited for.
    let is_behind = folded.is_some_and(|folded| folded < position);
    if is_behind && !args.no_wait && !client.wait_folded(position)? {
        terminal.say("the events are in the log, but figures do not show them yet");
    }
    Ok(if verdicts.rejected() > 0 {
        Exit::Rejected
    } else {
        Exit::Ok
    })
}

/// Sends the events; returns how far the server had folded the log when it answered last.
fn send(
    events: &Events<'_>,
    client: &Client,
    verdicts: &mut Verdicts,
) -> Result<Option<u64>, Failure> {
    let mut folded = None;
    for part in events.parts() {
        let answer = client.post_events(part.content_type, &part.body)?;
        folded = answer.folded;
        verdicts
            .add(&answer.body, part.events)
            .map_err(|found| answer.unfit(found))?;
    }
    Ok(folded)
}

/// Judges each event as the gate would; returns the rejections.
fn check(pieces: &[&[u8]], now: Instant) -> Result<Verdicts, Failure> {
    let mut rejected = Verdicts::default();
    for (index, piece) in pieces.iter().enumerate() {
        let Err(rejection) = event::admit(piece, Caller::Any, now) else {
            continue;
        };
        if rejection.code == Code::Missing && rejection.pointer == "/org" {
            // The gate sets it, to the organisation of the token, and judges the event then.
            continue;
        }
        let key = Key::of(piece);
        rejected.add_own(Verdict {
            event: index + 1,
            source: key.source,
            id: key.id,
            position: None,
            repeat: None,
            code: Some(rejection.code.as_str().to_owned()),
            pointer: Some(rejection.pointer),
            found: Some(rejection.found),
            expected: Some(rejection.expected),
            hint: rejection.hint,
            notices: Vec::new(),
        })?;
    }
    Ok(rejected)
}

/// By what a person finds the event in their file.
#[derive(Default, Deserialize)]
struct Key {
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    id: Option<String>,
}

impl Key {
    fn of(event: &[u8]) -> Self {
        serde_json::from_slice(event).unwrap_or_default()
    }
}

fn read(file: &Path, terminal: &mut Terminal<'_>) -> Result<Vec<u8>, Failure> {
    let failed = |doing| {
        move |source| Failure::Io {
            path: file.to_owned(),
            doing,
            source,
        }
    };
    let mut text = Vec::new();
    let taken = if file == Path::new("-") {
        if terminal.typed {
            terminal.say("reading events from standard input; Ctrl-D ends it");
        }
        (&mut *terminal.input)
            .take(INPUT_BYTES_MAX + 1)
            .read_to_end(&mut text)
    } else {
        std::fs::File::open(file)
            .map_err(failed("open"))?
            .take(INPUT_BYTES_MAX + 1)
            .read_to_end(&mut text)
    };
    let bytes = taken.map_err(failed("read"))?;
    if u64::try_from(bytes).is_ok_and(|bytes| bytes <= INPUT_BYTES_MAX) {
        return Ok(text);
    }
    Err(Failure::Usage {
        what: "the input is too long".to_owned(),
        found: format!("more than {INPUT_BYTES_MAX} bytes"),
        right: None,
        next: Some("divide it, or use `habeas import`".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_that_is_not_said_is_the_gates_to_set_and_what_is_wrong_is_rejected() {
        let event = |org: &str, kind: &str| {
            format!(
                "{{\"specversion\":\"1.0\",\"id\":\"0190a000-0000-7000-8000-000000000001\",\"source\":\"//a/desk\",\
                 \"type\":\"habeas.{kind}.v1\",\"subject\":\"alpha:c1\",{org}\"recordedtime\":\"2021-01-02T12:00:00Z\",\
                 \"datacontenttype\":\"application/json\",\"data\":{{\"occurred\":\"2021-01-01\",\
                 \"persons\":[{{\"id\":\"alpha:p1\"}}]}}}}"
            )
        };
        let (now, _) = Instant::parse("2021-01-03T00:00:00Z").unwrap();
        for (org, kind, rejected) in [
            ("\"org\":\"alpha\",", "arrest", 0),
            ("", "arrest", 0),
            ("\"org\":\"Alpha!\",", "arrest", 1),
            ("\"org\":\"alpha\",", "arest", 1),
        ] {
            let event = event(org, kind);
            let verdicts = check(&[event.as_bytes()], now).unwrap();
            assert_eq!(verdicts.len(), rejected, "{event}");
        }
    }
}
