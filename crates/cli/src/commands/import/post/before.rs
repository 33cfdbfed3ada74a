//! What is looked at in the log before anything is sent, so that an import that would go wrong adds nothing.
//!
//! Start at [`check`]. A log that cannot be read stops nothing: what is sent is judged by the server all the same.
//!
//! Never here: single rows (`change`).

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use event::Instant;
use import::{Corrector, Job};
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;

use super::error::Error;
use super::log;
use super::request::Poster;
use super::taken_back::ActInLog;

/// The events of this source, and the acts of its imports, on which someone else acted.
pub(in crate::commands::import) type Touched = HashSet<Uuid>;

/// Whether the log had something of this source before the import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands::import) enum Before {
    /// It had nothing, so that no row can be gone.
    Nothing,
    /// It had something, or was not read.
    Something,
}

/// What the log had before the import.
pub(in crate::commands::import) struct InLog {
    /// Of snapshots: what someone else acted on.
    pub(super) touched: Touched,
    /// Whether it had something of this source.
    pub(super) before: Before,
    /// Of snapshots: the events that imports of this source sent.
    pub(super) said: Vec<Uuid>,
    /// Of snapshots: the acts that imports of this source sent.
    pub(super) acts: Vec<ActInLog>,
}

/// Refuses an import whose secret was made just now where the log has events of another one, and one of snapshots
/// that leaves out some that the log has, or puts one between them.
///
/// # Errors
/// [`Error::Events`] with the reason; what a list of snapshots that cannot be read answers.
pub(in crate::commands::import) fn check(
    job: &Job,
    corrector: &Corrector,
    poster: &Poster,
) -> Result<InLog, Error> {
    let mut touched = Touched::new();
    let (mut said, mut acts) = (Vec::new(), Vec::new());
    let not_read = || InLog {
        touched: Touched::new(),
        before: Before::Something,
        said: Vec::new(),
        acts: Vec::new(),
    };
    let named = named_times(job)?;
    if named.is_none() && !job.has_new_secret() {
        return Ok(not_read());
    }
    let mut before = Before::Nothing;
    let mut wrong: Option<String> = None;
    let mut known = BTreeSet::new();
    let read = log::each(poster, 1, &mut |event| {
        if let (Some(target), true) = (corrector.target(&event), named.is_some())
            && !corrector.is_of_list(&event)
        {
            touched.extend(target.parse::<Uuid>().ok());
        }
        if !corrector.is_own(&event) {
            return;
        }
        before = Before::Something;
        known.extend(recorded(&event));
        let is_event = event.pointer("/data/target").is_none();
        if named.is_some() {
            acts.extend(ActInLog::read(&event, corrector));
        }
        if is_event && named.is_some() && corrector.is_imported(&event) {
            let id = event.get("id").and_then(Json::as_str);
            said.extend(id.and_then(|id| id.parse::<Uuid>().ok()));
        }
        if wrong.is_none() && is_event {
            wrong = other_secret(job, corrector, &event);
        }
        // What a list said of a snapshot is its events, or its acts alone.
        if wrong.is_none() && (is_event || corrector.is_of_list(&event)) {
            wrong = other_snapshot(named.as_ref(), &event);
        }
    });
    if read.is_err() {
        return Ok(not_read());
    }
    if wrong.is_none()
        && let Some(named) = &named
        && job.tells_who_left()
    {
        wrong = put_between(job, named, &known)?;
    }
    match wrong {
        Some(what) => {
            job.forget_new_secret();
            Err(import::Error::wrong(what).into())
        }
        None => Ok(InLog {
            touched,
            before,
            said,
            acts,
        }),
    }
}

/// Returns when the snapshots were recorded that the mapping names; none where the rows are events.
fn named_times(job: &Job) -> Result<Option<BTreeSet<Instant>>, Error> {
    let times = job.snapshot_times()?;
    Ok(times.map(|times| {
        let read = times.iter().filter_map(|time| Instant::parse(time));
        read.map(|(time, _)| time).collect()
    }))
}

/// Says that a snapshot stands before one that the log has, and is new to it: what the later ones said of who left,
/// and when, followed without it, and would stand there twice.
///
/// A snapshot at which nothing changed is in no log. So the events are made once more, only where one is in question.
fn put_between(
    job: &Job,
    named: &BTreeSet<Instant>,
    known: &BTreeSet<Instant>,
) -> Result<Option<String>, Error> {
    // What a desk did by itself has a time of its own.
    let Some(newest) = known.intersection(named).last() else {
        return Ok(None);
    };
    let in_question: BTreeSet<Instant> = named
        .range(..newest)
        .filter(|time| !known.contains(time))
        .copied()
        .collect();
    if in_question.is_empty() {
        return Ok(None);
    }
    let mut first = None;
    job.events(&mut |line, _| {
        if first.is_none()
            && let Ok(Recorded { recordedtime }) = serde_json::from_slice(line)
        {
            let time = Instant::parse(&recordedtime).map(|(time, _)| time);
            first = time.filter(|time| in_question.contains(time));
        }
        Ok(())
    })?;
    Ok(first.map(|time| {
        format!(
            "the snapshot recorded at {time} is new to the log, which has later ones of this source: who left between \
             them would be told twice. Leave it out (failed, or not named); or take the runs of this source back \
             (habeas retract --run ID), and import all snapshots under another source"
        )
    }))
}

/// What is read of a line, of which there may be a million.
#[derive(Deserialize)]
struct Recorded<'l> {
    #[serde(borrow)]
    recordedtime: Cow<'l, str>,
}

fn recorded(event: &Json) -> Option<Instant> {
    let recorded = event.get("recordedtime").and_then(Json::as_str)?;
    Instant::parse(recorded).map(|(time, _)| time)
}

fn other_secret(job: &Job, corrector: &Corrector, event: &Json) -> Option<String> {
    let key = corrector
        .other_secret(event)
        .filter(|_| job.has_new_secret())?;
    Some(format!(
        "the log has events of this source that were made with the secret {key}, and there is none beside this mapping: \
         a new one would give all its people and cases other ids. Put that desk's <mapping>.secret beside the mapping"
    ))
}

/// Says that a snapshot of the log is not among those that are named: who came and went follows from all of them.
fn other_snapshot(named: Option<&BTreeSet<Instant>>, event: &Json) -> Option<String> {
    let recorded = event.get("recordedtime").and_then(Json::as_str)?;
    let (time, _) = Instant::parse(recorded)?;
    let is_left_out = named.is_some_and(|named| !named.contains(&time));
    is_left_out.then(|| {
        format!(
            "the log has a snapshot of this source recorded at {recorded}, which is not among those named now: name all \
             of them in each run, in the order in which they were taken. Who came and went follows from the whole"
        )
    })
}

#[cfg(test)]
mod tests {
    use import::Inputs;

    use super::*;

    /// Versions of a list, recorded on these days of January 2024, each with its rows.
    fn job(folder: &std::path::Path, versions: &[(u8, &str)]) -> Job {
        let mut named = Vec::new();
        for (day, rows) in versions {
            std::fs::write(folder.join(format!("{day}.csv")), format!("no\n{rows}")).unwrap();
            named.push(format!(
                "{{ file = '{day}.csv', recorded = '2024-01-0{day}T00:00:00Z' }}"
            ));
        }
        let mapping = format!(
            "format = 1\norg = 'test'\nsource = '//test.example/list'\n[snapshots]\ngone = 'left_custody'\nversions = [{}]\n\
             [row]\nkey = ['no']\nset = {{ visibility = 'public' }}\nfrom = {{ \"persons.0.id\" = {{ text = 'test:{{no}}' }} }}\n\
             [[event]]\nkind = 'arrest'\n",
            named.join(", ")
        );
        let path = folder.join("m.toml");
        std::fs::write(&path, mapping).unwrap();
        Job::new(Inputs {
            mapping: path,
            ..Inputs::default()
        })
        .unwrap()
    }

    fn times(days: &[u8]) -> BTreeSet<Instant> {
        let of = |day: &u8| {
            Instant::parse(&format!("2024-01-0{day}T00:00:00Z"))
                .unwrap()
                .0
        };
        days.iter().map(of).collect()
    }

    /// A version at which nothing changed is in no log, and one behind the newest only adds to it.
    #[test]
    fn a_snapshot_between_those_of_the_log_is_refused_where_it_says_something() {
        let folder = tempfile::tempdir().unwrap();
        for (versions, known, is_refused) in [
            (
                &[(1, "1\n2\n"), (2, "1\n"), (3, "1\n")][..],
                &[1, 3][..],
                true,
            ),
            (&[(1, "1\n2\n"), (2, "1\n2\n"), (3, "1\n")], &[1, 3], false),
            (&[(1, "1\n2\n"), (2, "1\n"), (3, "1\n4\n")], &[1, 2], false),
            (&[(1, "1\n2\n"), (2, "1\n"), (3, "1\n4\n")], &[], false),
            // What a desk did later is no snapshot.
            (&[(1, "1\n2\n"), (2, "1\n"), (3, "1\n4\n")], &[1, 9], false),
        ] {
            let job = job(folder.path(), versions);
            let days: Vec<u8> = versions.iter().map(|(day, _)| *day).collect();
            let told = put_between(&job, &times(&days), &times(known)).unwrap();
            assert_eq!(
                told.is_some(),
                is_refused,
                "{versions:?} {known:?}: {told:?}"
            );
        }
    }
}
