//! A dry run: every event is checked as the gate would, and written out.
//!
//! What only the log knows stays open: repeats, conflicts, and whether the caller may write.
//!
//! Never here: which file it is, and the server.

use std::collections::HashSet;
use std::io::{BufWriter, Write};
use std::path::Path;

use event::{Caller, Instant, OrgId};
use serde_json::Value as Json;
use uuid::Uuid;

use super::emit::Origin;
use super::id_index::{IdIndex, time_number};
use super::outlook::Outlook;
use super::report::{RejectedEvent, Rejections, Report};
use super::{Error, Job};

/// Bytes written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// 9999-12-31T23:59:59Z: a dry run has no clock, so no event is ahead of it.
const END_OF_TIME: Instant = Instant::from_parts(253_402_300_799, 0);

/// Events of a dry run for which the log is asked: of more, no ids are kept. Source: docs/reference/limits.md.
pub const ASKED_MAX: usize = 200_000;

/// What a dry run found.
#[derive(Default)]
pub struct DryRun {
    /// The rows, and the events made of them.
    pub report: Report,
    /// Events that the gate would reject.
    pub rejections: Rejections,
    /// What would happen.
    pub outlook: Outlook,
    /// The ids of the events, of which at most one more is kept than the log is asked for.
    pub ids: HashSet<Uuid>,
    /// All of the ids, each with [`time_number`] of when it is recorded, where rows that are gone are told; none where the
    /// rows are not all that is so now.
    pub made: Option<IdIndex>,
}

/// Makes the events, checks them and writes them into `out`, whose name is `path` where writing fails.
///
/// # Errors
/// As [`Job::events`], and [`Error::Io`] for the output.
pub fn dry_run(job: &Job, path: &Path, out: &mut dyn Write) -> Result<DryRun, Error> {
    let Ok(org) = OrgId::parse(&job.mapping.org) else {
        // Told with the mapping's other mistakes.
        job.events(&mut |_, _| Ok(()))?;
        return Err(Error::wrong("org names no organisation".to_owned()));
    };
    let failed = |source| Error::Io {
        path: path.to_owned(),
        doing: "write",
        source,
    };
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
    let mut run = DryRun {
        made: job.tells_gone().then(IdIndex::default),
        ..DryRun::default()
    };
    run.report = job.events(&mut |line, origin| {
        check(line, origin, &org, &mut run.rejections);
        if let Ok(event) = serde_json::from_slice::<Json>(line) {
            let id = event.get("id").and_then(Json::as_str);
            let id = id.and_then(|id| id.parse::<Uuid>().ok());
            if run.ids.len() <= ASKED_MAX {
                run.ids.extend(id);
            }
            if let (Some(made), Some(id)) = (&mut run.made, id) {
                let recorded = event.get("recordedtime").and_then(Json::as_str);
                made.insert(id, time_number(recorded.unwrap_or("")));
            }
            run.outlook.add(&event, origin);
        }
        out.write_all(line).map_err(failed)
    })?;
    out.flush().map_err(failed)?;
    run.made = run.made.filter(|_| run.report.is_whole());
    Ok(run)
}

/// Adds the event's rejection, if the gate would reject it.
fn check(line: &[u8], origin: &Origin, org: &OrgId, rejections: &mut Rejections) {
    let line = line.trim_ascii_end();
    let Err(rejection) = event::admit(line, Caller::Org(org), END_OF_TIME) else {
        return;
    };
    let id = serde_json::from_slice::<Json>(line).ok();
    let id = id
        .as_ref()
        .and_then(|event| event.get("id"))
        .and_then(Json::as_str);
    rejections.add(RejectedEvent {
        origin: origin.clone(),
        id: id.unwrap_or_default().to_owned(),
        code: rejection.code.as_str().to_owned(),
        pointer: rejection.pointer,
        found: rejection.found,
        expected: rejection.expected,
        hint: rejection.hint.unwrap_or_default(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Mapping;

    #[test]
    fn a_dry_run_finds_what_the_gate_would_reject() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("a.csv"),
            "no,day,how\n1,2020-01-02,raid\n2,2020-01-02,raidd\n",
        )
        .unwrap();
        let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\n\
            [row]\nkey = ['no']\nrecordedtime = {text = '2020-01-03T00:00:00Z'}\n\
            set = {visibility = 'public'}\nfrom = {occurred = {column = 'day'}, mode = {column = 'how'}}\n\
            [[event]]\nkind = 'arrest'\n";
        let job = Job {
            mapping: Mapping::test(mapping),
            secret: None,
            new_secret: None,
            mapping_file: std::path::PathBuf::new(),
            folder: folder.path().to_owned(),
            files: vec![folder.path().join("a.csv")],
            snapshots_max: 0,
            run: None,
            meter: std::sync::Arc::default(),
        };
        let mut out = Vec::new();
        let run = dry_run(&job, Path::new("events.jsonl"), &mut out).unwrap();
        let checked = run.rejections;
        assert_eq!((run.report.events_made(), run.ids.len()), (2, 2));
        assert_eq!(run.outlook.kinds["arrest"].get(&Some(2020)), Some(&2));
        assert_eq!(
            checked.by_code.iter().collect::<Vec<_>>(),
            [(&"E0203".to_owned(), &1)]
        );
        assert_eq!(checked.events[0].pointer, "/data/mode");
        assert_eq!(
            (
                &*checked.events[0].origin.file,
                checked.events[0].origin.line
            ),
            ("a.csv", 3)
        );
        let lines = String::from_utf8(out).unwrap();
        assert_eq!(lines.lines().count(), 2);
        assert!(
            lines
                .lines()
                .nth(1)
                .unwrap()
                .contains(&checked.events[0].id)
        );
    }
}
