//! `habeas retract`: takes back what one run of an import put into the log, as a whole.
//!
//! Start at [`run`]. It shows what would be taken back and does nothing, until it is told `--yes`. The events of a run name
//! it in `importrun`, so any desk can undo it. Undoing twice adds nothing: the ids of the retractions are made of the
//! run's and the event's.
//!
//! `found` says which events are to be taken back.
//!
//! Never here: the import (`import`).

mod found;

use std::collections::{BTreeMap, BTreeSet};

use event::Instant;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::act::{SendOptions, retraction};
use super::{Exit, Terminal};
use crate::client::{Client, Failure, safe};
use crate::terminal::table::grouped;
use found::{Found, History, RunEvent, key, kind, text};

/// Events of the history asked for at once. Source: docs/reference/api.md, Lists.
const PAGE_EVENTS: usize = 1_000;

/// Retractions in a request.
const BATCH_EVENTS: usize = 1_000;

/// Takes back an event, or all that one run of an import put into the log: shows what, asks, and does it
///
/// Of a run only --yes sends.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The event: its position, or its id
    #[arg(value_name = "EVENT", value_parser = retraction::name, required_unless_present = "run")]
    event: Option<String>,
    /// All that one run of an import put into the log, as `habeas import` named it
    #[arg(long, value_name = "ID", conflicts_with = "event")]
    run: Option<String>,
    /// Why, a code of retraction_reason
    #[arg(long, value_name = "CODE", default_value = "data_entry_error")]
    reason: String,
    /// Of a run, ends as soon as the retractions are in the log; figures may show them a little later
    #[arg(long, requires = "run")]
    no_wait: bool,
    #[command(flatten)]
    sending: SendOptions,
}

/// Acts of others that are named one by one.
const NAMED_MAX: usize = 20;

#[derive(Deserialize)]
struct Page {
    events: Vec<Leaf>,
}

#[derive(Deserialize)]
struct Leaf {
    position: u64,
    event: Json,
}

#[derive(Deserialize)]
struct Verdict {
    #[serde(default)]
    position: u64,
    #[serde(default)]
    repeat: bool,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    expected: Option<String>,
}

/// Shows an event, or what a run put into the log, and takes it back where that is said.
///
/// # Errors
/// [`Failure`]: as [`Client::get`] and [`Client::post_events`]; a run that the log has nothing of.
pub(super) fn run(
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    match &args.run {
        Some(run) => take_back(run, args, client, terminal),
        None => {
            let event = args.event.as_deref().unwrap_or_default();
            retraction::run(event, &args.reason, args.sending, (client, terminal))
        }
    }
}

/// Shows what a run put into the log, and takes it back where that is said.
fn take_back(
    run: &str,
    args: &Args,
    client: &Client,
    terminal: &mut Terminal<'_>,
) -> Result<Exit, Failure> {
    let found = read(client, run)?;
    let Some((first, last)) = found.positions else {
        return Err(Failure::Usage {
            what: "the log has no event of this run that this token may read".to_owned(),
            found: run.to_owned(),
            right: Some("the id that `habeas import` printed at its end".to_owned()),
            next: None,
        });
    };
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for one in &found.events {
        *kinds.entry(kind(&one.event)).or_default() += 1;
    }
    let cases: BTreeSet<&str> = found
        .events
        .iter()
        .map(|one| text(&one.event, "subject"))
        .collect();
    terminal.say(&format!(
        "run {} stands at positions {first} to {last}: {} events of {} cases to take back, {} that need nothing",
        run,
        grouped(count(found.events.len())),
        grouped(count(cases.iter().filter(|case| !case.is_empty()).count())),
        grouped(found.others)
    ));
    for (kind, events) in kinds {
        terminal.say(&format!("{:>10}  {kind}", grouped(events)));
    }
    name_falling(&found, terminal);
    if !args.sending.is_agreed() {
        terminal.say("nothing was sent; --yes takes them back");
        return Ok(Exit::Ok);
    }
    send(run, &found, args, (client, terminal))
}

/// Names the acts of others that end with what is taken back.
fn name_falling(found: &Found, terminal: &mut Terminal<'_>) {
    if found.falling.is_empty() {
        return;
    }
    terminal.say(&format!(
        "{} acts that are not of this run end with it:",
        grouped(count(found.falling.len()))
    ));
    for act in found.falling.iter().take(NAMED_MAX) {
        let by = match act.by_import {
            true => ", by another run of an import",
            false => "",
        };
        terminal.say(&format!(
            "{:>10}  {} of {}{by}",
            act.position,
            safe(&act.kind),
            safe(&act.org)
        ));
    }
    if let Some(more) = found
        .falling
        .len()
        .checked_sub(NAMED_MAX)
        .filter(|more| *more > 0)
    {
        terminal.say(&format!("            and {} more", grouped(count(more))));
    }
}

/// Sends the retractions, and waits until they are folded.
fn send(
    run: &str,
    found: &Found,
    args: &Args,
    (client, terminal): (&Client, &mut Terminal<'_>),
) -> Result<Exit, Failure> {
    let now = (terminal.clock)();
    let (mut taken, mut repeats, mut rejected) = (0_u64, 0_u64, 0_u64);
    let (mut position, mut folded) = (0, None);
    for events in found.events.chunks(BATCH_EVENTS) {
        let lines: String = events
            .iter()
            .map(|one| line(one, (run, &args.reason), now))
            .collect();
        let answer = client.post_events("application/jsonl", lines.as_bytes())?;
        folded = answer.folded;
        for verdict in answer.read::<Vec<Verdict>>()? {
            position = verdict.position.max(position);
            match verdict.code {
                Some(code) => {
                    rejected += 1;
                    let expected = verdict.expected.unwrap_or_default();
                    terminal.say(&format!("not taken back: {code}, expected {expected}"));
                }
                None if verdict.repeat => repeats += 1,
                None => taken += 1,
            }
        }
    }
    terminal.say(&format!(
        "{} events taken back, {} before, {} rejected",
        grouped(taken),
        grouped(repeats),
        grouped(rejected)
    ));
    // A server that does not say how far it is, or is there already, is not waited for.
    let is_behind = folded.is_some_and(|folded| folded < position);
    if is_behind && !args.no_wait && !client.wait_folded(position)? {
        terminal.say("the events are in the log, but figures do not show them yet");
    }
    Ok(if rejected > 0 {
        Exit::Rejected
    } else {
        Exit::Ok
    })
}

/// Reads what the log has of the run.
fn read(client: &Client, run: &str) -> Result<Found, Failure> {
    let mut history = History::new(run);
    let mut target = format!("/v1/events?from=1&limit={PAGE_EVENTS}");
    loop {
        let answer = client.get(&target)?;
        let page: Page = answer.read()?;
        for Leaf { position, event } in page.events {
            history.add(position, event);
        }
        // A page may be short, or empty, and not the last.
        let Some(next) = answer.next else {
            return Ok(history.found());
        };
        target = next;
    }
}

/// Makes the line of a retraction.
fn line(one: &RunEvent, (run, reason): (&str, &str), now: Instant) -> String {
    let RunEvent { event, undone } = one;
    let [org, source, id] = key(event);
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, source.as_bytes());
    let name = match undone {
        0 => json!(["retraction", run, id]),
        undone => json!(["retraction", run, id, undone]),
    };
    let name = name.to_string();
    let mut line = json!({
        "specversion": "1.0",
        "id": Uuid::new_v5(&namespace, name.as_bytes()).to_string(),
        "source": source,
        "type": "habeas.retraction.v1",
        "org": org,
        "recordedtime": now.to_string(),
        "salt": Uuid::new_v4().simple().to_string(),
        "datacontenttype": "application/json",
        "data": {"target": {"org": org, "source": source, "id": id}, "reason": reason},
    });
    if let (Some(members), Some(case)) = (line.as_object_mut(), event.get("subject")) {
        members.insert("subject".to_owned(), case.clone());
    }
    format!("{line}\n")
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::testing::{Server, answer, habeas};

    /// A page may be short, or empty, and not the last: the server looks at so many positions and no more.
    #[test]
    fn a_run_is_read_to_the_end_of_the_log_over_short_pages() {
        let event = |id: &str, run: &str| {
            json!({"org": "test", "source": "//test.example/a", "subject": "test:1", "importrun": run,
                "id": id, "type": "habeas.arrest.v1", "data": {}})
        };
        let page = |position: u64, event: &Json| {
            json!({"events": [{"position": position, "event": event}]}).to_string()
        };
        let next = "Link: </v1/events?cursor=a&limit=1000>; rel=\"next\"\r\n";
        let server = Server::new(vec![
            answer(200, next, &page(1, &event("one", "q"))),
            answer(200, next, r#"{"events": []}"#),
            answer(200, "", &page(30_000, &event("two", "r"))),
        ]);
        let left = habeas(&server.url, &["retract", "--run", "r"], "", None);
        let (said, asked) = (left.out + &left.err, server.requests());
        assert!(
            said.contains("run r stands at positions 30000 to 30000: 1 events of 1 cases"),
            "{said}"
        );
        assert_eq!(asked.len(), 3);
        assert_eq!(
            asked[2].head[0],
            "GET /v1/events?cursor=a&limit=1000 HTTP/1.1"
        );
    }

    /// As an import does, so that figures show it.
    #[test]
    fn taking_a_run_back_names_what_falls_with_it_and_waits_until_it_is_folded() {
        let event = |id: &str, kind: &str, more: Json| {
            let mut event = json!({"org": "test", "source": "//test.example/a", "id": id,
                "type": format!("habeas.{kind}.v1"), "data": {}});
            event
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            event
        };
        let target = json!({"org": "test", "source": "//test.example/a", "id": "one"});
        let page = json!({"events": [
            {"position": 1, "event": event("one", "arrest", json!({"importrun": "r"}))},
            {"position": 7, "event": event("two", "correction", json!({"data": {"target": target, "patch": {}}}))},
        ]});
        let page = answer(200, "", &page.to_string());
        let verdicts = answer(
            200,
            "Habeas-Position: 7\r\n",
            r#"[{"id": "x", "position": 8, "repeat": false}]"#,
        );
        let run = |answers: Vec<String>, more: &[&str]| {
            let server = Server::new(answers);
            let arguments = [&["retract", "--run", "r"], more].concat();
            let left = habeas(&server.url, &arguments, "", None);
            let asked: Vec<String> = server
                .requests()
                .iter()
                .map(|request| request.head[0].clone())
                .collect();
            (left.out + &left.err, asked)
        };
        let (said, asked) = run(vec![page.clone()], &[]);
        let shown =
            "1 acts that are not of this run end with it:\n         7  correction of test\n";
        assert!(said.contains(shown), "{said}");
        assert_eq!(asked.len(), 1);
        let folded = answer(200, "", "{}");
        let (said, asked) = run(vec![page.clone(), verdicts.clone(), folded], &["--yes"]);
        assert!(said.contains("1 events taken back"), "{said}");
        assert_eq!(
            asked.last().unwrap(),
            "GET /v1/cases?limit=1&min_position=8 HTTP/1.1"
        );
        let (_, asked) = run(vec![page, verdicts], &["--yes", "--no-wait"]);
        assert_eq!(asked.len(), 2);
    }

    #[test]
    fn a_retraction_has_the_same_id_whenever_it_is_made_and_passes_the_check() {
        let event = json!({"org": "test", "source": "//test.example/a", "subject": "test:1",
            "id": "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01", "type": "habeas.arrest.v1"});
        let made = |seconds, undone| {
            let one = RunEvent {
                event: event.clone(),
                undone,
            };
            let line = line(
                &one,
                ("r", "data_entry_error"),
                Instant::from_parts(seconds, 0),
            );
            let late = Instant::from_parts(2_000_000_000, 0);
            event::admit(line.trim_ascii_end().as_bytes(), event::Caller::Any, late).unwrap();
            serde_json::from_str::<Json>(&line).unwrap()
        };
        let (first, again) = (made(1_767_225_600, 0), made(1_767_225_700, 0));
        assert_eq!(
            (&first["id"], &first["data"]),
            (&again["id"], &again["data"])
        );
        assert_ne!(first["salt"], again["salt"]);
        // What took it back does not hold any more.
        let second = made(1_767_225_700, 1);
        assert_ne!(first["id"], second["id"]);
        assert_eq!(second["id"], made(1_767_225_800, 1)["id"]);
        assert_eq!(first["subject"], "test:1");
    }
}
