//! Entries and calendars as their lines.

use event::Position;
use figures::{Certainty, HeldLine};

use super::*;
use crate::text::words::Catalogues;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn words() -> Catalogues {
    Catalogues::load(None).unwrap()
}

fn log() -> LogId {
    LogId::of("habeas.local/0")
}

fn held(since: (Day, Day), counts: Certainty) -> HeldLine {
    HeldLine {
        person: Some("alpha:p1".to_owned()),
        individual: Some("alpha:p1".to_owned()),
        case: Some("alpha:c1".to_owned()),
        position: Position::new(7),
        counts,
        since_earliest: since.0,
        since_latest: since.1,
        days_at_least: 0,
        days_at_most: None,
        passes_months: None,
        may_pass_months: None,
    }
}

/// The days, the status and the first line of each term.
fn terms(since: (Day, Day), counts: Certainty, on: &str) -> Vec<String> {
    let words = words();
    let entries = term_entries(
        words.look_up("en").unwrap(),
        &held(since, counts),
        day(on),
        log(),
        "http://a",
        Instant::from_parts(0, 0),
    );
    let told = |entry: &Entry| {
        let (first, end) = entry.span().unwrap();
        let end = end.unwrap_or_default();
        format!("{first} {end} {:?} {}", entry.knowledge, entry.lines[0])
    };
    entries.iter().map(told).collect()
}

#[test]
fn a_term_ends_on_its_day_and_one_to_come_is_tentative() {
    let since = day("2020-08-31");
    assert_eq!(
        terms((since, since), Certainty::Surely, "2021-03-01"),
        [
            "20210228 20210301 Known Held since 2020-08-31.",
            "20210831 20210901 Uncertain If the custody goes on until then.",
            "20220228 20220301 Uncertain If the custody goes on until then.",
        ]
    );
    let doubtful = terms((since, since), Certainty::WithDoubt, "2022-03-01");
    assert!(doubtful.iter().all(|term| term.contains("Uncertain")));
}

#[test]
fn a_term_of_an_uncertain_start_spans_all_days_on_which_it_may_end() {
    let spans = terms(
        (day("2020-05-01"), day("2020-05-31")),
        Certainty::Surely,
        "2022-01-01",
    );
    let right = "20201101 20201201 Uncertain The day is not known: it is between 2020-11-01 and 2020-11-30.";
    assert_eq!(spans[0], right);
    let open = terms(
        (Day::MIN, day("2020-05-31")),
        Certainty::Surely,
        "2022-01-01",
    );
    let right = "20201130 20201201 Uncertain The day is not known: it is on 2020-11-30 or before.";
    assert_eq!(open[0], right);
}

#[test]
fn an_entry_is_named_by_the_log_and_what_it_follows_from() {
    let words = words();
    let w = words.look_up("en").unwrap();
    let of = |log: LogId, position: u64, months: usize| {
        let held = HeldLine {
            position: Position::new(position),
            ..held((day("2020-05-01"), day("2020-05-01")), Certainty::Surely)
        };
        let at = Instant::from_parts(0, 0);
        term_entries(w, &held, day("2020-06-01"), log, "http://a", at)[months].uid
    };
    let own = of(log(), 7, 0);
    assert_eq!(own, of(log(), 7, 0));
    let others = [
        of(log(), 7, 1),
        of(log(), 8, 0),
        of(LogId::of("habeas.local/1"), 7, 0),
    ];
    assert!(!others.contains(&own));
}

#[test]
fn an_empty_calendar_has_a_component_all_the_same() {
    let calendar = Calendar {
        name: "Hearings".to_owned(),
        about: String::new(),
        address: "http://a/v1/hearings.ics?at=1".to_owned(),
        audience: Audience::Public,
        entries: Vec::new(),
    };
    assert!(calendar.write().contains("BEGIN:VTIMEZONE\r\nTZID:UTC\r\n"));
}
