//! What a person sees after an import: the summary, and the file of what was rejected.
//!
//! Never here: progress while it runs (`post`).

use std::path::Path;

use comfy_table::{Cell, CellAlignment, Table, presets};
use import::Error;

use super::post::Summary;
use crate::terminal::table::grouped;

/// Prints the summary on standard error: standard output may carry the events.
pub(crate) fn summary(summary: &Summary) {
    eprintln!("{}", table(summary));
    let notices = summary.posted.notices.table(None);
    if !notices.is_empty() {
        eprintln!("\n{}", notices.trim_end());
    }
    if summary.has_rejections() {
        eprintln!("--rejected FILE writes down what was rejected and why");
    }
}

fn table(summary: &Summary) -> Table {
    let Summary { report, posted } = summary;
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut line = |count: u64, text: &str| {
        table.add_row(vec![
            Cell::new(grouped(count)).set_alignment(CellAlignment::Right),
            Cell::new(text),
        ]);
    };
    line(report.rows_read, "rows read");
    line(report.events_made(), "events made");
    for (kind, count) in &report.events {
        line(*count, &format!("  {kind}"));
    }
    for (reason, count) in &report.notes {
        line(*count, &format!("noted: {reason}"));
    }
    line(report.rows_rejected, "rows rejected");
    if posted.position > 0 {
        line(posted.new, "events new in the log");
        line(
            posted.corrections,
            "corrections of rows that came back changed",
        );
        line(posted.repeats, "events that the log had already");
    }
    for (code, count) in &posted.rejections.by_code {
        line(*count, &format!("events rejected with {code}"));
    }
    if posted.notices.count() > 0 {
        line(
            posted.notices.count(),
            "notices: what accepted events will probably not do",
        );
    }
    table
}

/// Writes what was rejected as CSV: rows by the mapping, events by the server.
///
/// # Errors
/// [`Error::Csv`] when the file cannot be written.
pub(crate) fn rejected(path: &Path, summary: &Summary) -> Result<(), Error> {
    let failed = |source| Error::csv(path, source);
    let mut out = csv::Writer::from_path(path).map_err(failed)?;
    let header = [
        "by", "file", "line", "event", "place", "found", "reason", "hint",
    ];
    out.write_record(header).map_err(failed)?;
    for row in &summary.report.rejected_rows {
        let line = row.row.to_string();
        let (column, class) = (row.column.as_str(), row.value_class.as_str());
        let record = [
            "mapping",
            &row.file,
            &line,
            "",
            column,
            class,
            &row.reason,
            "",
        ];
        out.write_record(record).map_err(failed)?;
    }
    for event in &summary.posted.rejections.events {
        let reason = format!("{}: expected {}", event.code, event.expected);
        let line = match event.origin.line {
            0 => String::new(),
            line => line.to_string(),
        };
        let record = [
            "server",
            &event.origin.file,
            &line,
            &event.id,
            &event.pointer,
            &event.found,
            &reason,
            &event.hint,
        ];
        out.write_record(record).map_err(failed)?;
    }
    out.flush().map_err(|source| Error::Io {
        path: path.to_owned(),
        doing: "write",
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_rejected_is_written_as_csv() {
        let mut summary = Summary::default();
        let (row, event) = (&mut summary.report, &mut summary.posted.rejections);
        row.reject("a.csv", 3, "date", "x", "not a date, really");
        event.add(import::RejectedEvent {
            origin: import::Origin {
                file: "a.csv".into(),
                line: 4,
            },
            id: "id-1".to_owned(),
            code: "E0203".to_owned(),
            pointer: "/data/mode".to_owned(),
            found: "raidd".to_owned(),
            expected: "a code".to_owned(),
            hint: "raid".to_owned(),
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejected.csv");
        rejected(&path, &summary).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[1],
            "mapping,a.csv,3,,date,\"text, 1 characters\",\"not a date, really\","
        );
        assert_eq!(
            lines[2],
            "server,a.csv,4,id-1,/data/mode,raidd,E0203: expected a code,raid"
        );
    }
}
