//! Tracks in which much meets: many events of few days and few organisations, some of them taken out again.
//!
//! Never here: what single rules say (see `custody`, `charges`, `disagree`).

use proptest::prelude::*;
use proptest::sample::select;

use crate::generate::histories;
use crate::laws::{EVENTS_MAX, law, same_as_derived, show};
use crate::memory::fold_all;

/// An event: its kind and data, when, the second of its record, of which organisation, and for whom.
type Sent = (
    &'static str,
    &'static str,
    &'static str,
    u8,
    &'static str,
    &'static str,
);

const KINDS: [(&str, &str); 14] = [
    ("arrest", ""),
    ("arrest", ""),
    ("detention", ""),
    ("release", r#","release_kind":"unknown""#),
    ("release", r#","release_kind":"unknown""#),
    ("release", r#","release_kind":"bail""#),
    ("transfer", ""),
    ("detention_extended", ""),
    ("escape", ""),
    ("death", ""),
    ("charge", r#","charge":"o1:c/1","law":"code","article":"1""#),
    ("charge_status", r#","charge":"o1:c/1","status":"dropped""#),
    (
        "charge_status",
        r#","charge":"o1:c/1","status":"convicted""#,
    ),
    ("left_custody", ""),
];
const DAYS: [&str; 6] = [
    "2020-06-01",
    "2020-06-01",
    "2020-06-02",
    "2020-05-30/2020-06-01",
    "2020-05-30/2020-06-02",
    "2020-06-01/2020-06-03",
];

fn events() -> impl Strategy<Value = Vec<(Sent, Option<usize>)>> {
    let kind = select(&KINDS[..]);
    let event = (
        kind,
        select(&DAYS[..]),
        0..3_u8,
        select(&["o1", "o1", "o2"][..]),
        select(&["public", "public", "partners", "org"][..]),
    );
    let event = event.prop_map(|((kind, more), day, second, org, visibility)| {
        (kind, more, day, second, org, visibility)
    });
    let retracts = prop::option::weighted(0.25, 0..40_usize);
    prop::collection::vec((event, retracts), 5..40)
}

fn leaf(number: usize, kind: &str, org: &str, second: u8, data: &str) -> Vec<u8> {
    let subject = match kind {
        "retraction" => "",
        _ => r#""subject":"o1:c","#,
    };
    format!(
        r#"{{"receivedtime":"2021-01-02T00:00:00Z","specversion":"1.0","id":"00000000-0000-4000-8000-{number:012}","source":"//{org}.example/desk","type":"habeas.{kind}.v1",{subject}"org":"{org}","recordedtime":"2021-01-01T00:00:0{second}Z","data":{data}}}"#
    )
    .into_bytes()
}

/// Returns the leaves of a log: each event, and here and there the retraction of an earlier one.
fn log(events: &[(Sent, Option<usize>)]) -> Vec<Vec<u8>> {
    let mut leaves = Vec::new();
    for (number, ((kind, more, day, second, org, visibility), retracts)) in
        events.iter().enumerate()
    {
        let data = format!(
            r#"{{"visibility":"{visibility}","occurred":"{day}","persons":[{{"id":"o1:p"}}]{more}}}"#
        );
        leaves.push(leaf(number, kind, org, *second, &data));
        if let Some(target) = retracts.filter(|target| *target <= number) {
            let org = events[target].0.4;
            let data = format!(
                r#"{{"target":{{"org":"{org}","source":"//{org}.example/desk","id":"00000000-0000-4000-8000-{target:012}"}},"reason":"duplicate"}}"#
            );
            leaves.push(leaf(1_000 + number, "retraction", org, 3, &data));
        }
    }
    leaves
}

#[test]
fn what_is_kept_by_what_changes_is_what_follows_from_all_events() {
    law(events(), |events| {
        let leaves = log(&events);
        for (number, leaf) in leaves.iter().enumerate() {
            let read = event::read(leaf);
            let is_event = matches!(read, event::Reading::Event(_));
            prop_assert!(is_event, "{number}: {}", show(&leaves));
        }
        for upto in 1..=leaves.len() {
            let rows = fold_all(&leaves[..upto], &[]).rows;
            for (id, track) in &rows.tracks {
                prop_assert!(same_as_derived(id, track), "{}", show(&leaves[..upto]));
            }
        }
        Ok(())
    });
}

#[test]
fn a_track_under_acts_of_every_sort_has_the_facts_of_all_its_events() {
    let splits = prop::collection::vec(0..40_usize, 0..6);
    let shuffled = histories(EVENTS_MAX).prop_flat_map(|history| {
        let order: Vec<usize> = (0..history.len()).collect();
        (Just(history.of_one_track()), Just(order).prop_shuffle())
    });
    law((shuffled, splits), |((history, order), splits)| {
        let leaves = history.leaves(&order);
        let rows = fold_all(&leaves, &splits).rows;
        for (id, track) in &rows.tracks {
            prop_assert!(same_as_derived(id, track), "{splits:?}\n{}", show(&leaves));
        }
        Ok(())
    });
}
