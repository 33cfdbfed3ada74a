//! What the doctor asks the node: whether it answers and writes, its version, what it signed, its scrub.
//!
//! Never here: the node's files.

use std::path::Path;

use audit::checkpoint;
use event::Instant;
use proof::{Checkpoint, Policy, Signer};
use serde::Deserialize;

use super::finding::Finding;
use crate::client::{Client, Failure};
use crate::history::CHECKPOINT;

/// How old the last scrub may be, in seconds: it is made every day. Source: docs/operate/history.md, Continuity.
const SCRUB_OLD: i64 = 2 * 86_400;

/// How many entries may wait for a checkpoint before somebody should look: what comes in some ten seconds.
const UNSIGNED_MAX: u64 = 50_000;

/// What `/readyz` says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Ready {
    #[serde(default)]
    ready: bool,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    position: u64,
    lag_events: Option<u64>,
    #[serde(default)]
    log_connected: bool,
    target: Option<u64>,
    rebuilding_to: Option<u64>,
    #[serde(default)]
    inboxes_missing: usize,
    trouble: Option<Trouble>,
    access_file: Option<String>,
    certificate_files: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Trouble {
    name: String,
    what: String,
}

/// Asks the node.
pub(super) fn look(client: &Client, data: &Path, now: Instant) -> Vec<Finding> {
    let ready = match client.ready() {
        Ok(answer) => match answer.read::<Ready>() {
            Ok(ready) => ready,
            Err(_) => return vec![unknown()],
        },
        Err(failure) => return vec![away(&failure)],
    };
    let mut found = of_ready(&ready);
    found.extend(signing(client, data, ready.position));
    found.push(scrub(client, now));
    found
}

fn unknown() -> Finding {
    let next = "name the node's address with --server or HABEAS_SERVER";
    Finding::wrong("node", "what answers is no node of this log", next)
}

fn away(failure: &Failure) -> Finding {
    let cause = std::error::Error::source(failure);
    let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
    Finding::wrong(
        "node",
        format!("{failure}{cause}"),
        "start it, or name its address with --server; what only a node can say was not looked at",
    )
}

/// What `/readyz` says, thing by thing.
pub(super) fn of_ready(ready: &Ready) -> Vec<Finding> {
    let mut found = Vec::new();
    found.push(match &ready.trouble {
        Some(Trouble { name, what }) => Finding::wrong(
            "node",
            format!("it does not write: {name}: {what}"),
            format!("docs/operate/log.md, {name}"),
        ),
        None if !ready.ready => Finding::look(
            "node",
            progress(ready),
            "wait; `habeas doctor` again shows how far it is",
        ),
        None => Finding::right(
            "node",
            format!("it answers and writes, at position {}", ready.position),
        ),
    });
    found.push(log(ready));
    found.push(match ready.version.as_deref() {
        Some(version) if version == env!("CARGO_PKG_VERSION") => {
            Finding::right("version", format!("node and command are {version}"))
        }
        Some(version) => Finding::look(
            "version",
            format!(
                "the node is {version}, this command {}",
                env!("CARGO_PKG_VERSION")
            ),
            "use the command of the node's version",
        ),
        None => Finding::look(
            "version",
            "the node tells it to the operator alone",
            "run this where operator.token can be read, or with --token",
        ),
    });
    if let Some(mistake) = &ready.access_file {
        let next = "correct it: the one before is in force until the node is restarted";
        found.push(Finding::wrong("access file in force", mistake, next));
    }
    if let Some(mistake) = &ready.certificate_files {
        let next =
            "put the right files there: those before are in force until the node is restarted";
        found.push(Finding::wrong("certificate in force", mistake, next));
    }
    if ready.inboxes_missing > 0 {
        found.push(Finding::wrong(
            "inboxes",
            format!("{} organisations have none", ready.inboxes_missing),
            "make room on the broker's volume: each takes 64 MiB",
        ));
    }
    found
}

fn progress(ready: &Ready) -> String {
    match ready.target.or(ready.rebuilding_to) {
        Some(target) => format!("it folds the log: {} of {target}", ready.position),
        None => format!("it is not ready, at position {}", ready.position),
    }
}

fn log(ready: &Ready) -> Finding {
    match ready.lag_events {
        Some(0) => Finding::right("log", "all of it is folded"),
        Some(lag) => Finding::look(
            "log",
            format!("{lag} events are not folded yet"),
            "look again",
        ),
        None if ready.log_connected => {
            Finding::look("log", "the broker does not say where it ends", "look again")
        }
        None => Finding::wrong(
            "log",
            "the broker does not answer",
            "look at the broker, and at nats.log in the node's folder",
        ),
    }
}

/// What was signed, by which key, and who cosigned.
fn signing(client: &Client, data: &Path, position: u64) -> Vec<Finding> {
    let file = |path: &str| {
        client
            .get(&format!("/v1/log/{path}"))
            .ok()
            .map(|answer| answer.body)
    };
    let policy = file("policy").and_then(|text| String::from_utf8(text).ok());
    let policy = policy.and_then(|text| text.parse::<Policy>().ok());
    let mut found = Vec::new();
    let key = std::fs::read_to_string(data.join("log.key")).ok();
    let has_key = key.is_some();
    let key = key.and_then(|text| text.trim().parse::<Signer>().ok());
    if let (Some(key), Some(policy)) = (key, &policy) {
        let known = policy.keys_of(key.verifier().name());
        if !known.contains(&key.verifier()) {
            let next = "put this log's own key back (docs/operate/trust.md, Keys)";
            found.push(Finding::wrong(
                "log's key",
                "log.key is not the key of this log",
                next,
            ));
        }
    }
    let Some(signed) = file(CHECKPOINT) else {
        let next =
            "the first comes some seconds after the first event; see the node's log if none does";
        found.push(Finding::look("checkpoint", "none is signed yet", next));
        return found;
    };
    found.push(checkpoint_of(&signed, policy.as_ref(), (position, has_key)));
    found
}

/// What the newest checkpoint says to a node at a position, which has the log's key or not.
pub(super) fn checkpoint_of(
    signed: &[u8],
    policy: Option<&Policy>,
    (position, has_key): (u64, bool),
) -> Finding {
    let about = "checkpoint";
    let read = checkpoint::read(signed).ok();
    let covered = read.and_then(|note| note.text().parse::<Checkpoint>().ok());
    let Some(covered) = covered else {
        return Finding::wrong(about, "what is published is none", "see the node's log");
    };
    if let Some(Err(why)) = policy.map(|policy| checkpoint::trust(signed, policy)) {
        let next = "see the node's log: who should sign or cosign it, did not";
        return Finding::wrong(about, why.to_string(), next);
    }
    let behind = position.saturating_sub(covered.size);
    let all = position.max(covered.size);
    let said = format!("the newest covers {} of {all} entries", covered.size);
    if behind > UNSIGNED_MAX {
        return Finding::wrong(about, said, "see the node's log: nothing new is signed");
    }
    if behind > 0 && !has_key {
        let next = "look again in a minute; if it stays so, no node has the log's key: put log.key back from where it is kept";
        return Finding::look(about, said, next);
    }
    Finding::right(about, said)
}

/// How old the last scrub is.
fn scrub(client: &Client, now: Instant) -> Finding {
    let about = "scrub";
    let Ok(metrics) = client.get("/metrics") else {
        let next = "run this with the operator's token";
        return Finding::look(about, "its time is told to the operator alone", next);
    };
    let text = String::from_utf8_lossy(&metrics.body).into_owned();
    let ended = text
        .lines()
        .find_map(|line| line.strip_prefix("habeas_scrub_finished_seconds "));
    let ended = ended
        .and_then(|text| text.trim().parse::<i64>().ok())
        .unwrap_or(0);
    if ended == 0 {
        return Finding::look(about, "none ended since the start", "look again in an hour");
    }
    let age = now.parts().0 - ended;
    let said = format!("the last that found nothing ended {} h ago", age / 3_600);
    if age > SCRUB_OLD {
        let next = "see the node's log: the log and the history are to be compared every day";
        return Finding::wrong(about, said, next);
    }
    Finding::right(about, said)
}
