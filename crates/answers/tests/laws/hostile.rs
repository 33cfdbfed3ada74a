//! Hostile and malformed logs: folding and counting must not panic, overflow, or take too long.
//!
//! Never here: timings.

use std::fmt::Write as _;

use event::{Instant, Position};
use expect_test::expect;
use figures::Query;
use fold::{AMENDMENT_DEPTH_MAX, Scope};

use crate::memory::fold_all;
use crate::notation::{check_figure, leaves, parse, report};

/// A chain of retractions: each retracts the one before, the first an arrest.
fn chain(length: usize, order: impl Iterator<Item = usize>) -> String {
    let id = |link: usize| format!("00000000-0000-4000-8000-{:012}", link + 500);
    let mut log = String::new();
    for link in order.filter(|link| *link <= length) {
        if link == 0 {
            log.push_str("10 1 arrest id=500\n");
            continue;
        }
        let (own, target) = (link + 500, id(link - 1));
        // Written out, since a line can only name a target that stands in the log.
        let target = format!(r#"{{"org":"alpha","source":"//test.example","id":"{target}"}}"#);
        writeln!(log, ".. - retraction id={own} target={target}").unwrap();
    }
    log
}

#[test]
fn a_chain_of_acts_is_followed_so_far_whatever_its_order() {
    for length in [
        1,
        2,
        AMENDMENT_DEPTH_MAX,
        AMENDMENT_DEPTH_MAX + 1,
        AMENDMENT_DEPTH_MAX + 9,
    ] {
        let forth = report(&chain(length, 0..=length), &Scope::Operator);
        let back = report(&chain(length, (0..=length).rev()), &Scope::Operator);
        let middle_last = (0..=length).filter(|l| *l != 1).chain([1]);
        let middle = report(&chain(length, middle_last), &Scope::Operator);
        assert_eq!(forth, back, "of {length}");
        assert_eq!(forth, middle, "of {length}");
        // The deepest one that counts is in effect, so every other one below it is retracted.
        let stands = length.min(AMENDMENT_DEPTH_MAX) % 2 == 0;
        assert_eq!(forth.contains("police_custody"), stands, "of {length}");
    }
}

#[test]
fn acts_are_counted_as_no_events_even_in_a_cycle() {
    check_figure(
        r#"
10 1 arrest
.. - retraction of=3
.. - retraction of=2
.. - correction of=4 patch={"occurred":"2020-01-12"}
.. - retraction of=4
"#,
        "measure=events&group_by=kind",
        expect![[r#"
            1 (at least 1, at most 1)
            arrest: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn a_date_as_wide_as_history_makes_no_more_groups_than_months() {
    let log = "0000/9998 1 arrest\n../2020-01-01 2 arrest\n2020-01-01/.. 3 arrest\n";
    let columns = fold_all(&leaves(log), &[]).columns;
    let query = parse("measure=persons&kind=arrest&group_by=year,month,quarter");
    let end = columns.instants().newest();
    let answer = crate::answer(&columns, &query, end, None, &Scope::Operator);
    assert!(answer.rows.len() <= 1_203, "{}", answer.rows.len());
}

#[test]
fn a_value_stands_once_in_a_list() {
    let refused = |name: &str, values: &str| {
        let asked = [(name.to_owned(), values.to_owned())];
        Query::parse(&asked).unwrap_err().to_string()
    };
    expect![[
        r#"group_by is "month,org,month", but must be values that differ: month stands twice"#
    ]]
    .assert_eq(&refused("group_by", "month,org,month"));
    for (name, values) in [
        ("kind", "arrest,arrest"),
        ("custody_state", "pretrial,sentenced,pretrial"),
        ("sex", "female,female"),
        ("rights_exercised", "expression,expression"),
        ("place", "KH-12,KH-12"),
        ("org", "alpha,alpha"),
        ("person", "alpha:1,alpha:1"),
        ("law", "a,b,a"),
    ] {
        assert!(refused(name, values).contains("stands twice"), "{name}");
    }
}

#[test]
fn an_event_of_a_thousand_persons_counts_each() {
    let persons: Vec<String> = (0..1_000).map(|person| person.to_string()).collect();
    let log = format!("10 {} arrest\n12 7 release\n", persons.join(","));
    check_figure(
        &log,
        "definition=detained/any&on=2020-01-12",
        expect![[r#"
            999 (at least 999, at most 999)
        "#]],
    );
}

#[test]
fn json_that_lies_too_deep_is_listed_and_changes_nothing() {
    let deep = format!("{{\"data\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    let model = fold_all(&[deep.into_bytes(), Vec::new(), vec![0xff; 9]], &[]);
    assert_eq!((model.rows.rejected.len(), model.columns.rows()), (3, 0));
}

#[test]
fn any_position_can_be_asked_for() {
    let columns = fold_all(&leaves("10 1 arrest"), &[]).columns;
    for (at, held) in [(0, 0), (1, 1), (1_000_000, 1)] {
        let query = parse("definition=detained/any&on=2020-01-10");
        let at = Position::new(at);
        let answer = crate::answer(&columns, &query, at, None, &Scope::Public);
        assert_eq!(answer.total.count, held, "at {at}");
    }
}

#[test]
fn what_the_system_will_say_one_day_is_left_out_of_what_organisations_recorded() {
    let log = r#"
10 1 arrest rec=11
{"specversion":"1.0","id":"00000000-0000-4000-8000-000000000900","source":"//habeas/log","org":"system","type":"habeas.seal.v1","recordedtime":"2020-03-01T12:01:00Z","receivedtime":"2020-03-01T12:01:00Z","data":{}}
10 2 arrest rec=12
"#;
    let columns = fold_all(&leaves(log), &[]).columns;
    let (instant, _) = Instant::parse("2020-01-20T00:00:00Z").unwrap();
    assert_eq!(
        columns
            .instants()
            .recorded(instant, &fold::Scope::Operator)
            .position,
        Position::new(3)
    );
}
