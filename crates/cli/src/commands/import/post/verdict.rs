//! The server's verdicts, in the order of the events, added up.
//!
//! Never here: requests.

use std::borrow::Cow;

use event::Code;
use import::{Origin, RejectedEvent, Rows};
use serde::Deserialize;
use serde_json::Value as Json;
use uuid::Uuid;

use super::batch::Batch;
use super::error::Error;
use super::fates::Fate;
use super::report::PostingTotals;
use crate::commands::notices::Notice;

/// The code of a conflict. Source: docs/reference/errors.md.
const CONFLICT: &str = Code::Conflict.as_str();

/// An event that the log has with other content: its row came back changed.
#[derive(Debug)]
pub(super) struct Conflict {
    /// The event as it was sent.
    pub(super) line: Vec<u8>,
    /// What is told where it is not corrected.
    pub(super) rejected: RejectedEvent,
    /// The position of the event that the log has; 1 where the server does not say.
    pub(super) first: u64,
}

/// One verdict; other members are left alone.
#[derive(Deserialize)]
struct Verdict<'a> {
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    position: Option<u64>,
    #[serde(default)]
    repeat: bool,
    #[serde(borrow, default)]
    code: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pointer: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    found: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    expected: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    hint: Option<Cow<'a, str>>,
    #[serde(default)]
    notices: Vec<Notice>,
}

/// Rows whose events the log has, to be compared with what it has of them.
#[derive(Debug, Default)]
pub(super) struct RowsInLog {
    /// With other content.
    pub(super) conflicts: Vec<Conflict>,
    /// With the same content, which may have been corrected since.
    pub(super) repeats: Vec<Conflict>,
}

/// The code of a notice that the log does not have what an act is on. Source: docs/reference/api.md, Notices.
const TARGET_UNKNOWN: &str = "target_unknown";

/// Adds the verdicts of one request, whose rows are of this sort; what the log has is gathered.
///
/// # Errors
/// [`Error::Verdicts`] when it is not a list of as many verdicts.
pub(super) fn add(
    body: &[u8],
    batch: &Batch,
    rows: Rows,
    posted: &mut PostingTotals,
    known: &mut RowsInLog,
    url: &str,
) -> Result<(), Error> {
    let events = batch.events;
    let wrong = |found: String| Error::Verdicts {
        url: url.to_owned(),
        expected: events,
        found,
    };
    let verdicts: Vec<Verdict<'_>> =
        serde_json::from_slice(body).map_err(|error| wrong(error.to_string()))?;
    if verdicts.len() != events {
        return Err(wrong(format!("{} verdicts", verdicts.len())));
    }
    let mut lines = batch.lines.split_inclusive(|byte| *byte == b'\n');
    let mut origins = batch.origins.iter();
    for verdict in verdicts {
        let line = lines.next().unwrap_or_default();
        let origin = origins.next().cloned().unwrap_or_default();
        match (verdict.position, &verdict.code) {
            (Some(position), None) => {
                posted.position = posted.position.max(position);
                if verdict.repeat {
                    posted.repeats += 1;
                    posted.fates.note(&origin, Fate::Unchanged);
                    notice(&verdict.notices, line, &origin, rows, posted);
                    known.repeats.push(Conflict {
                        line: line.to_vec(),
                        rejected: rejected(verdict, origin),
                        first: position,
                    });
                    continue;
                }
                posted.new += 1;
                posted.fates.note(&origin, Fate::Used);
                notice(&verdict.notices, line, &origin, rows, posted);
            }
            (_, Some(code)) if code == CONFLICT => {
                let first = first_position(verdict.expected.as_deref());
                let (line, rejected) = (line.to_vec(), rejected(verdict, origin));
                known.conflicts.push(Conflict {
                    line,
                    rejected,
                    first,
                });
            }
            (_, Some(_)) => {
                posted.fates.note(&origin, Fate::Rejected);
                let id = verdict.id.as_deref().and_then(|id| id.parse::<Uuid>().ok());
                posted.refused.extend(id);
                posted.rejections.add(rejected(verdict, origin));
            }
            (None, None) => return Err(wrong("a verdict without position or code".to_owned())),
        }
    }
    Ok(())
}

/// Adds the notices of an event. An act of a list is on an event that the list sent before it, which the node may not have
/// folded yet: that it is not known is told only where it was rejected.
fn notice(
    notices: &[Notice],
    line: &[u8],
    origin: &Origin,
    rows: Rows,
    posted: &mut PostingTotals,
) {
    for notice in notices {
        let is_of_list = rows == Rows::Snapshots && notice.code == TARGET_UNKNOWN;
        if is_of_list && own_target(line).is_some_and(|target| !posted.refused.contains(&target)) {
            continue;
        }
        posted.notices.add(notice, || place(origin));
    }
}

/// Returns the event of its own source that an act is on.
fn own_target(line: &[u8]) -> Option<Uuid> {
    let act = serde_json::from_slice::<Json>(line).ok()?;
    let target = act.pointer("/data/target")?;
    let is_own = ["org", "source"]
        .iter()
        .all(|name| target.get(name) == act.get(name));
    let id = target.get("id")?.as_str()?;
    is_own.then(|| id.parse().ok()).flatten()
}

/// Returns where an event comes from: the line of its file, where that is known.
fn place(origin: &Origin) -> String {
    match origin.line {
        0 => origin.file.to_string(),
        line => format!("{}:{line}", origin.file),
    }
}

/// Returns the position that a conflict names: the last number of what was expected.
fn first_position(expected: Option<&str>) -> u64 {
    let words = expected.unwrap_or("").split(|c: char| !c.is_ascii_digit());
    words
        .filter_map(|word| word.parse().ok())
        .next_back()
        .unwrap_or(1)
}

fn rejected(verdict: Verdict<'_>, origin: Origin) -> RejectedEvent {
    let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned).unwrap_or_default();
    RejectedEvent {
        origin,
        id: text(verdict.id),
        code: text(verdict.code),
        pointer: text(verdict.pointer),
        found: text(verdict.found),
        expected: text(verdict.expected),
        hint: text(verdict.hint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request of events that come from line 2 on.
    fn batch(events: u64) -> Batch {
        let rows = 2..events + 2;
        let line = |no: u64| format!("{{\"no\":{no}}}\n");
        Batch {
            lines: rows.clone().map(line).collect::<String>().into_bytes(),
            events: usize::try_from(events).unwrap(),
            origins: rows
                .map(|line| Origin {
                    file: "a.csv".into(),
                    line,
                    row: line - 1,
                    ..Origin::default()
                })
                .collect(),
        }
    }

    #[test]
    fn verdicts_are_added_up_by_what_they_say() {
        let body = br#"[{"source":"//t","id":"a","sha256":"00","position":7,"repeat":false},
            {"source":"//t","id":"b","sha256":"00","position":3,"repeat":true},
            {"source":"//t","id":"c","sha256":"00","code":"E0203","pointer":"/data/mode",
             "found":"\"raidd\"","expected":"a code","hint":null},
            {"source":"//t","id":"d","code":"E0302","expected":"a new id; the first is at position 17"}]"#;
        let mut posted = PostingTotals::default();
        let mut known = RowsInLog::default();
        add(
            body,
            &batch(4),
            Rows::Events,
            &mut posted,
            &mut known,
            "url",
        )
        .unwrap();
        let (conflicts, repeats) = (known.conflicts, known.repeats);
        assert_eq!((repeats.len(), repeats[0].first), (1, 3));
        assert_eq!((posted.new, posted.repeats, posted.position), (1, 1, 7));
        assert_eq!(posted.rejections.by_code.get("E0203"), Some(&1));
        assert_eq!(posted.rejections.events[0].found, "\"raidd\"");
        assert_eq!(posted.rejections.events[0].hint, "");
        assert_eq!(posted.rejections.events[0].origin.line, 4);
        assert_eq!(
            (conflicts[0].first, conflicts[0].rejected.origin.line),
            (17, 5)
        );
        assert_eq!(conflicts[0].line, b"{\"no\":5}\n");
    }

    #[test]
    fn notices_are_counted_with_the_lines_that_they_are_of() {
        let body = br#"[{"id":"a","position":7,"repeat":false,"noticed_at":3,
             "notices":[{"code":"date_implausible","pointer":"/data/occurred","hint":"check the year"}]},
            {"id":"b","position":3,"repeat":true,"notices":[]}]"#;
        let mut posted = PostingTotals::default();
        add(
            body,
            &batch(2),
            Rows::Events,
            &mut posted,
            &mut RowsInLog::default(),
            "url",
        )
        .unwrap();
        assert_eq!(posted.notices.count(), 1);
        let table = posted.notices.table(None);
        assert!(
            table.contains("date_implausible      1  a.csv:2 /data/occurred  check the year"),
            "{table}"
        );
    }

    #[test]
    fn a_list_does_not_tell_that_what_it_sent_before_is_not_known_yet() {
        let id = |number: u8| format!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a0{number}");
        let line = |target: u8, source: &str| {
            let data =
                serde_json::json!({"target": {"org": "test", "source": source, "id": id(target)}});
            let act =
                serde_json::json!({"org": "test", "source": "//test.example/list", "data": data});
            format!("{act}\n")
        };
        let (list, other) = ("//test.example/list", "//test.example/other");
        let lines = [
            "{}\n".to_owned(),
            line(1, list),
            line(2, list),
            line(3, other),
        ];
        let batch = Batch {
            lines: lines.concat().into_bytes(),
            ..batch(4)
        };
        let unknown =
            r#""notices":[{"code":"target_unknown","pointer":"/data/target","hint":"later"}]"#;
        let body = format!(
            r#"[{{"id":"{}","code":"E0203"}},{{"position":7,{unknown}}},{{"position":8,{unknown}}},{{"position":9,{unknown}}}]"#,
            id(1)
        );
        // Of a list, what is on an event that was rejected, and what is on another source's.
        for (rows, count) in [(Rows::Snapshots, 2), (Rows::Events, 3)] {
            let mut posted = PostingTotals::default();
            let known = &mut RowsInLog::default();
            add(body.as_bytes(), &batch, rows, &mut posted, known, "url").unwrap();
            assert_eq!((posted.notices.count(), posted.new), (count, 3));
        }
    }

    #[test]
    fn an_answer_that_leaves_an_event_out_is_an_error() {
        let add = |body: &[u8], events| {
            let posted = &mut PostingTotals::default();
            add(
                body,
                &batch(events),
                Rows::Events,
                posted,
                &mut RowsInLog::default(),
                "url",
            )
        };
        assert!(matches!(add(b"[]", 1), Err(Error::Verdicts { .. })));
        assert!(matches!(add(b"{}", 1), Err(Error::Verdicts { .. })));
        assert!(matches!(
            add(br#"[{"id":"a"}]"#, 1),
            Err(Error::Verdicts { .. })
        ));
    }
}
