//! `habeas receipt`: the proof that an event stands in the signed history, fetched, checked and kept.
//!
//! That, and not the answer to a sending, is what a publisher keeps: an answer can be taken back.
//!
//! Never here: how a receipt is judged (`audit::receipt`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use audit::receipt;
use event::Position;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::export::write;
use super::{Exit, Terminal, verify};
use crate::client::{Client, Failure};
use crate::history::read;

/// How long it waits before it asks again for a proof that is not made yet.
const PAUSE: Duration = Duration::from_millis(500);

/// Fetches, checks and keeps the receipt of what was published
///
/// Keeps POSITION.tlog-proof and POSITION.json, the event as it is stored. Both together prove to
/// anyone, with no server, that the event stands in the history: habeas verify POSITION.json
/// --receipt POSITION.tlog-proof --policy FILE
///
/// Examples:
///   habeas receipt 118 --policy policy
///   habeas emit event.json -o jsonl | habeas receipt --policy policy --sent event.json
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Positions [default: those in the verdicts on standard input]
    #[arg(value_name = "POSITION")]
    positions: Vec<u64>,
    /// Whose signatures count (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// The folder to keep them in
    #[arg(long, value_name = "DIR", default_value = ".")]
    output: PathBuf,
    /// What was sent, one event or one a line: each position must be one of these
    #[arg(long, value_name = "FILE")]
    sent: Option<PathBuf>,
    /// How many seconds to wait for a checkpoint that covers it
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u32,
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    events: Vec<StoredEvent<'a>>,
}

#[derive(Deserialize)]
struct StoredEvent<'a> {
    position: u64,
    #[serde(borrow)]
    event: &'a RawValue,
}

#[derive(Deserialize)]
struct VerdictPosition {
    position: Option<u64>,
}

/// Fetches, checks and keeps a receipt for each position.
///
/// # Errors
/// [`Failure::Differs`] when a receipt does not hold, or is of what was not sent;
/// [`Failure::Absent`] for a position that the caller does not see; else what failed.
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let policy = verify::policy(&args.policy)?;
    let sent = args.sent.as_deref().map(read).transpose()?;
    let positions = positions(args, terminal)?;
    for position in positions {
        let entry = stored(client, position)?;
        if let Some(sent) = &sent {
            receipt::is_sent(position, &entry, sent)?;
        }
        let bytes = fetched(client, position, args.wait)?;
        let (found, trusted) = receipt::check(&bytes, &entry, &policy)?;
        receipt::is_of(&found, position)?;
        let file = |ending: &str| args.output.join(format!("{position}.{ending}"));
        write(&file("json"), &entry)?;
        write(&file("tlog-proof"), &bytes)?;
        let size = trusted.checkpoint.size;
        terminal.line(&format!("{{\"position\":{position},\"size\":{size}}}"))?;
    }
    Ok(Exit::Ok)
}

fn positions(args: &Args, terminal: &mut Terminal<'_>) -> Result<Vec<u64>, Failure> {
    if !args.positions.is_empty() || terminal.typed {
        return match args.positions.as_slice() {
            [] => Err(unsaid("no position is named")),
            positions => Ok(positions.to_vec()),
        };
    }
    let mut text = String::new();
    let read = terminal.input.read_to_string(&mut text);
    read.map_err(|source| Failure::Io {
        path: Path::new("standard input").to_owned(),
        doing: "be read",
        source,
    })?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let verdicts = lines.map(serde_json::from_str::<VerdictPosition>);
    let found: Result<Vec<_>, _> = verdicts.collect();
    let found = found.map_err(|error| unsaid(&format!("standard input holds {error}")))?;
    match found
        .into_iter()
        .filter_map(|verdict| verdict.position)
        .collect::<Vec<_>>()
    {
        positions if positions.is_empty() => Err(unsaid("standard input holds no position")),
        positions => Ok(positions),
    }
}

fn unsaid(found: &str) -> Failure {
    Failure::Usage {
        what: "there is nothing to fetch".to_owned(),
        found: found.to_owned(),
        right: Some("positions, or the verdicts of `habeas emit -o jsonl`".to_owned()),
        next: None,
    }
}

/// Asks for the event at a position, as it is stored.
fn stored(client: &Client, position: u64) -> Result<Vec<u8>, Failure> {
    let answer = client.get(&format!("/v1/events?from={position}&limit=1"))?;
    let page: Page<'_> = answer.read()?;
    let found = page.events.iter().find(|found| found.position == position);
    let event = found.ok_or_else(|| Failure::Absent {
        what: format!("event at position {position} that this caller sees"),
        next: "name the token of the organisation that sent it with --token".to_owned(),
    })?;
    Ok(event.event.get().as_bytes().to_vec())
}

/// Asks for the proof of a position until it is there.
fn fetched(client: &Client, position: u64, wait: u32) -> Result<Vec<u8>, Failure> {
    let position = Position::new(position);
    let tries = Duration::from_secs(wait.into()).as_millis() / PAUSE.as_millis();
    for _ in 0..tries {
        match client.get(&format!("/v1/log/proof/{position}")) {
            Err(Failure::Refused(problem)) if matches!(problem.status, 404 | 429 | 503) => {}
            other => return other.map(|answer| answer.body),
        }
        std::thread::sleep(PAUSE);
    }
    let answer = client.get(&format!("/v1/log/proof/{position}"))?;
    Ok(answer.body)
}
