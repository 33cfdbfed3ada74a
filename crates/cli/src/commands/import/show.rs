//! What a person sees after an import: the balance of its rows, the events, and of a dry run what would happen.
//!
//! Start at [`summary`].
//!
//! Never here: progress while it runs (`post`).

use comfy_table::{Cell, CellAlignment, Table, presets};
use import::{Comings, Outlook};

use super::ahead::Ahead;
use super::args::Args;
use super::post::Summary;
use super::post::taken_back::TakenBackTotals;
use crate::terminal::table::grouped;

/// Prints the summary on standard error: standard output may carry the events.
pub(super) fn summary(summary: &Summary, args: &Args) {
    eprintln!("{}", table(summary));
    let notices = summary.posted.notices.table(None);
    if !notices.is_empty() {
        eprintln!("\n{}", notices.trim_end());
    }
    if let Some((outlook, ahead)) = &summary.outlook {
        eprint!("{}", would(outlook, ahead));
    }
    if let Some(comings) = &summary.report.comings {
        eprint!("{}", refused(comings));
    }
    let of = match summary.report.comings {
        Some(_) => "that the list said when it was imported, and says no more",
        None => "of rows that are gone, or were rejected now",
    };
    eprint!("{}", gone(summary.gone(), of));
    if let Some(taken) = summary.taken_back() {
        eprint!("{}", taken_back(taken, summary.outlook.is_some()));
    }
    if summary.has_rejections() && args.rejected.is_none() {
        eprintln!("--rejected FILE writes down what was rejected and why");
    }
}

/// Says that not all was read, why, and how to go on; `run` is the run's id, of a dry run none.
pub(super) fn broken_off(place: &str, run: Option<&str>) -> String {
    let done = match run {
        Some(run) => format!(
            "What stands before it is imported, as the summary says. To go on, mend the file or get it anew, and import it \
             again by the same mapping: what the log has is not added twice. To take it back: `habeas retract --run {run}`"
        ),
        None => "Mend the file or get it anew; nothing was posted".to_owned(),
    };
    format!("error: not all was read: {place}\n{done}\n")
}

/// Says that the server took no more, why, and how to go on; `run` is the run's id.
pub(super) fn stopped(error: &dyn std::error::Error, run: Option<&str>) -> String {
    let mut why = error.to_string();
    let mut source = error.source();
    while let Some(next) = source {
        why.push_str(&format!(": {next}"));
        source = next.source();
    }
    let undone = run.map_or_else(String::new, |run| {
        format!(" To take it back: `habeas retract --run {run}`")
    });
    format!(
        "error: not all was sent: {why}\nWhat the server took stays, as the summary says. To go on, run the same import \
         again: what the log has is not added twice.{undone}\n"
    )
}

fn table(summary: &Summary) -> Table {
    let Summary { report, posted, .. } = summary;
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let mut line = |count: u64, text: &str| {
        table.add_row(vec![
            Cell::new(grouped(count)).set_alignment(CellAlignment::Right),
            Cell::new(text),
        ]);
    };
    line(report.rows_read, "rows read");
    let words = ["used", "unchanged", "skipped", "rejected"];
    for (count, word) in summary.balance().into_iter().zip(words) {
        line(count, &format!("  {word}"));
    }
    if summary.not_sent() > 0 {
        line(summary.not_sent(), "  not sent");
    }
    if let Some(comings) = &report.comings {
        line(comings.snapshots, "snapshots");
        line(comings.arrived, "  arrived");
        line(comings.back, "  back, having been gone");
        line(comings.changed, "  changed");
        line(comings.gone, "  gone");
    }
    line(report.events_made(), "events made");
    for (kind, count) in &report.events {
        line(*count, &format!("  {kind}"));
    }
    for (reason, count) in &report.notes {
        line(*count, &format!("noted: {reason}"));
    }
    if posted.has_answers() {
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

/// Lines of a list that are shown.
const SHOWN_MAX: usize = 20;

/// What a dry run says would happen.
fn would(outlook: &Outlook, ahead: &Result<Ahead, String>) -> String {
    let mut text = String::from("\nwould be made, by kind and year:\n");
    for (kind, years) in &outlook.kinds {
        for (year, count) in years {
            let year = year.map_or_else(|| "-".to_owned(), |year| year.to_string());
            text.push_str(&format!("  {kind:<20} {year:>5} {:>10}\n", grouped(*count)));
        }
    }
    for (what, strange) in &outlook.strange {
        text.push_str(&format!(
            "look at {} texts with {what}:\n",
            grouped(strange.count)
        ));
        listed(&mut text, &strange.places);
    }
    match ahead {
        Err(reason) => text.push_str(&format!("the log was not asked: {reason}\n")),
        Ok(ahead) => {
            text.push_str(&format!(
                "of these the log has {}, {} would be new, {} corrections would be sent\n",
                grouped(ahead.repeats),
                grouped(ahead.new),
                grouped(ahead.corrections)
            ));
            listed(&mut text, &ahead.shown);
            if let Some(refused) = ahead.refused.as_ref().filter(|refused| refused.acts > 0) {
                text.push_str(&format!(
                    "the server would refuse {} corrections and retractions (E0120): the token is of the role {}, and those \
                     of a desk are taken\n",
                    grouped(refused.acts),
                    refused.role
                ));
            }
            if !ahead.told.is_empty() {
                text.push_str("and would not be corrected:\n");
                listed(&mut text, &ahead.told);
            }
        }
    }
    text
}

fn refused(comings: &Comings) -> String {
    let mut text = String::new();
    if !comings.refused.is_empty() {
        text.push_str("snapshots that were not believed, so that they say nothing:\n");
        listed(&mut text, &comings.refused);
    }
    text
}

fn gone(events: &[String], of: &str) -> String {
    let mut text = String::new();
    if !events.is_empty() {
        let count = grouped(u64::try_from(events.len()).unwrap_or(u64::MAX));
        text.push_str(&format!("{count} events {of}; they stand as they were:\n"));
        listed(&mut text, events);
        if events.len() > SHOWN_MAX {
            text.push_str("  --gone FILE names all of them\n");
        }
    }
    text
}

fn taken_back(taken: &TakenBackTotals, is_dry: bool) -> String {
    let mut text = String::new();
    if taken.acts > 0 {
        let count = grouped(taken.acts);
        let what = match is_dry {
            true => format!("{count} acts would take back"),
            false => format!("{count} acts took back"),
        };
        text.push_str(&format!(
            "{what} what the list said when it was imported, and no version says any more:\n"
        ));
        listed(&mut text, &taken.shown);
    }
    if !taken.told.is_empty() {
        text.push_str("not taken back:\n");
        listed(&mut text, &taken.told);
    }
    text
}

fn listed(text: &mut String, lines: &[String]) {
    for line in lines.iter().take(SHOWN_MAX) {
        text.push_str(&format!("  {line}\n"));
    }
    if let Some(more) = lines.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0) {
        text.push_str(&format!("  and {more} more\n"));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_balance_of_rows_stands_apart_from_events() {
        let mut summary = Summary::default();
        summary.report.rows_read = 10;
        summary.report.rows_skipped = 2;
        summary.report.rows_rejected = 1;
        let shown = table(&summary).to_string();
        let numbers: Vec<&str> = shown.split_whitespace().collect();
        let rows = numbers.join(" ");
        assert!(
            rows.starts_with("10 rows read 7 used 0 unchanged 2 skipped 1 rejected 0 events made"),
            "{rows}"
        );
        assert_eq!(summary.balance().iter().sum::<u64>(), 10);
        // The log had all of it; a row that came back changed has no position of its own.
        summary.posted.answers = 1;
        let shown = table(&summary).to_string();
        assert!(shown.contains("events that the log had already"), "{shown}");
        summary.posted.position = 5;
        assert_eq!(summary.balance(), [0, 7, 2, 1]);
    }

    #[test]
    fn a_dry_run_says_what_would_happen() {
        let mut outlook = Outlook::default();
        let years = BTreeMap::from([(None, 1), (Some(2020), 1_200)]);
        outlook.kinds.insert("arrest".to_owned(), years);
        let ahead = Ahead {
            new: 1_199,
            repeats: 1,
            corrections: 1,
            shown: vec!["a.csv:2  occurred: 2020-01-01 -> 2020-01-02".to_owned()],
            ..Ahead::default()
        };
        let text = would(&outlook, &Ok(ahead));
        for part in [
            "arrest                   -          1",
            "arrest                2020      1,200",
            "the log has 1, 1,199 would be new, 1 corrections",
            "  a.csv:2  occurred: 2020-01-01 -> 2020-01-02",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert!(would(&outlook, &Err("--offline".to_owned())).contains("not asked: --offline"));
    }
}
