//! Admission limits: each is reached, in one request, in several, and after a restart.
//!
//! Never here: the writer.

use event::Reading;
use fold::Memory;

use super::*;

const LIMITS: AdmissionLimits = AdmissionLimits {
    event_persons: 2,
    event_charges: 3,
    event_acts: 2,
    track_events: 2,
    person_links: 2,
};

fn leaf(kind: &str, id: u8, org: &str, data: &str) -> Vec<u8> {
    let subject = match kind {
        "arrest" => r#""subject":"desk:c1","#,
        _ => "",
    };
    format!(
        r#"{{"receivedtime":"2020-09-08T00:00:00Z","specversion":"1.0","id":"6f8a1c1e-0000-4000-8000-0000000000{id:02}","source":"//desk.example","type":"habeas.{kind}.v1",{subject}"org":"{org}","recordedtime":"2020-09-07T08:30:00Z","data":{data}}}"#
    )
    .into_bytes()
}

fn arrest(id: u8, org: &str, people: &[&str]) -> Vec<u8> {
    let persons: Vec<String> = people
        .iter()
        .map(|id| format!(r#"{{"id":"{id}"}}"#))
        .collect();
    let persons = persons.join(",");
    let data =
        format!(r#"{{"occurred":"2020-09-07","visibility":"public","persons":[{persons}]}}"#);
    leaf("arrest", id, org, &data)
}

fn act(kind: &str, id: u8, org: &str, target: u8) -> Vec<u8> {
    let rest = match kind {
        "correction" => format!(r#""patch":{{"note":"n{id}"}}"#),
        _ => r#""reason":"duplicate""#.to_owned(),
    };
    let data = format!(
        r#"{{"target":{{"org":"desk","source":"//desk.example","id":"6f8a1c1e-0000-4000-8000-0000000000{target:02}"}},{rest}}}"#
    );
    leaf(kind, id, org, &data)
}

fn link(id: u8, org: &str, pair: [&str; 2]) -> Vec<u8> {
    let data = format!(
        r#"{{"pair":["{}","{}"],"basis":"b","visibility":"public"}}"#,
        pair[0], pair[1]
    );
    leaf("same_person", id, org, &data)
}

fn event(leaf: &[u8]) -> Event {
    match event::read(leaf) {
        Reading::Event(event) => *event,
        Reading::Unknown(_) | Reading::Rejected { .. } => panic!("an event"),
    }
}

/// Sends events one after the other, those behind `folded` in one round over a log of those before, and
/// then each in a round of its own over the same log; returns the codes of both, which must be equal.
fn codes(folded: &[Vec<u8>], sent: &[Vec<u8>]) -> Vec<Option<&'static str>> {
    let mut memory = Memory::default();
    memory.fold(folded.iter().map(Vec::as_slice));
    let code = |rejection: Option<Rejection>| rejection.map(|rejection| rejection.code.as_str());
    let mut counts = Counts::new(LIMITS);
    let mut added = Added::new();
    let one_round: Vec<_> = sent
        .iter()
        .map(|leaf| {
            let Ok(judged) = counts.admit(&memory, &event(leaf), &mut added);
            code(judged)
        })
        .collect();
    let mut counts = Counts::new(LIMITS);
    let rounds: Vec<_> = sent
        .iter()
        .map(|leaf| {
            let mut added = Added::new();
            let Ok(judged) = counts.admit(&memory, &event(leaf), &mut added);
            counts.add(added, Position::new(99), Position::ZERO);
            code(judged)
        })
        .collect();
    assert_eq!(one_round, rounds);
    one_round
}

/// Both: all of it sent over an empty log, and the last one alone over a log of the others.
fn last_code(leaves: &[Vec<u8>]) -> Option<&'static str> {
    let sent = codes(&[], leaves).pop().unwrap();
    let (last, before) = leaves.split_last().unwrap();
    let restarted = codes(before, std::slice::from_ref(last)).pop().unwrap();
    assert_eq!(sent, restarted, "in flight, and after a restart");
    sent
}

#[test]
fn people_of_one_event() {
    let two = arrest(1, "desk", &["desk:p1", "desk:p2"]);
    let three = arrest(1, "desk", &["desk:p1", "desk:p2", "desk:p3"]);
    assert_eq!(last_code(&[two]), None);
    assert_eq!(last_code(&[three]), Some("E0401"));
    let target =
        r#"{"org":"desk","source":"//desk.example","id":"6f8a1c1e-0000-4000-8000-000000000001"}"#;
    let patch = r#"{"persons":[{"id":"desk:p1"},{"id":"desk:p2"},{"id":"desk:p3"}]}"#;
    let correction = leaf(
        "correction",
        2,
        "desk",
        &format!(r#"{{"target":{target},"patch":{patch}}}"#),
    );
    assert_eq!(last_code(&[correction]), Some("E0401"));
    let target = target.replace("01\"", "02\"");
    let nested = leaf(
        "correction",
        3,
        "desk",
        &format!(r#"{{"target":{target},"patch":{{"patch":{patch}}}}}"#),
    );
    assert_eq!(last_code(&[nested]), Some("E0401"));
}

#[test]
fn charges_of_the_people_of_one_event() {
    let appeal = |id, people: &[&str], charges: usize| {
        let persons = people.iter().map(|id| format!(r#"{{"id":"{id}"}}"#));
        let persons: Vec<String> = persons.collect();
        let charges: Vec<String> = (0..charges).map(|n| format!(r#""desk:c1/{n}""#)).collect();
        let data = format!(
            r#"{{"occurred":"2020-09-07","visibility":"public","stage":"lodged","persons":[{}],"charges":[{}]}}"#,
            persons.join(","),
            charges.join(",")
        );
        leaf("appeal", id, "desk", &data)
    };
    assert_eq!(last_code(&[appeal(1, &["desk:p1"], 3)]), None);
    assert_eq!(last_code(&[appeal(1, &["desk:p1"], 4)]), Some("E0405"));
    assert_eq!(last_code(&[appeal(1, &[], 4)]), Some("E0405"));
    let two = &["desk:p1", "desk:p2"];
    assert_eq!(last_code(&[appeal(1, two, 1)]), None);
    assert_eq!(last_code(&[appeal(1, two, 2)]), Some("E0405"));
}

#[test]
fn acts_on_one_event_count_against_who_sends_them() {
    let mut log = vec![arrest(1, "desk", &["desk:p1"])];
    log.push(act("correction", 2, "desk", 1));
    log.push(act("correction", 3, "desk", 1));
    assert_eq!(last_code(&log), None);
    log.push(act("correction", 4, "desk", 1));
    assert_eq!(last_code(&log), Some("E0402"));
    log.pop();
    log.push(act("correction", 5, "other", 1));
    assert_eq!(
        last_code(&log),
        None,
        "another organisation's acts are its own"
    );
}

#[test]
fn a_retraction_by_the_owner_is_never_refused() {
    let mut log = vec![arrest(1, "desk", &["desk:p1"])];
    log.push(act("correction", 2, "desk", 1));
    log.push(act("correction", 3, "desk", 1));
    log.push(act("retraction", 4, "desk", 1));
    assert_eq!(last_code(&log), None);
    let of_other = |id| act("retraction", id, "other", 1);
    let log = [of_other(5), of_other(6), of_other(7)];
    assert_eq!(last_code(&log), Some("E0402"));
}

#[test]
fn events_of_one_track_count_against_who_sends_them() {
    let mut log = vec![
        arrest(1, "desk", &["desk:p1"]),
        arrest(2, "desk", &["desk:p1", "desk:p2"]),
    ];
    log.push(arrest(3, "desk", &["desk:p2"]));
    assert_eq!(last_code(&log), None);
    log.push(arrest(4, "desk", &["desk:p3", "desk:p1"]));
    assert_eq!(last_code(&log), Some("E0403"));
    log.pop();
    log.push(arrest(5, "other", &["desk:p1"]));
    assert_eq!(last_code(&log), None);
    let of_case = |id| arrest(id, "desk", &[]);
    assert_eq!(
        last_code(&[of_case(6), of_case(7), of_case(8)]),
        Some("E0403")
    );
}

#[test]
fn links_of_one_person_count_against_who_sends_them() {
    let mut log = vec![
        link(1, "desk", ["desk:p1", "desk:p2"]),
        link(2, "desk", ["desk:p3", "desk:p1"]),
    ];
    assert_eq!(last_code(&log), None);
    log.push(link(3, "desk", ["desk:p4", "desk:p1"]));
    assert_eq!(last_code(&log), Some("E0404"));
    log.pop();
    log.push(link(4, "other", ["desk:p1", "other:p1"]));
    assert_eq!(last_code(&log), None);
}

#[test]
fn what_is_refused_adds_nothing() {
    let full = [
        arrest(1, "desk", &["desk:p1"]),
        arrest(2, "desk", &["desk:p1"]),
    ];
    let sent = [
        arrest(3, "desk", &["desk:p2", "desk:p1"]),
        arrest(4, "desk", &["desk:p2"]),
        arrest(5, "desk", &["desk:p2"]),
        arrest(6, "desk", &["desk:p2"]),
    ];
    assert_eq!(
        codes(&full, &sent),
        [Some("E0403"), None, None, Some("E0403")]
    );
}

#[test]
fn counts_of_what_is_folded_are_dropped_and_read_again() {
    let mut counts = Counts::new(LIMITS);
    counts.prune_at = 1;
    let mut memory = Memory::default();
    let first = arrest(1, "desk", &["desk:p1"]);
    let mut added = Added::new();
    let Ok(judged) = counts.admit(&memory, &event(&first), &mut added);
    assert_eq!(judged, None);
    counts.add(added, Position::new(1), Position::ZERO);
    assert_eq!(counts.counts.len(), 1, "what is on its way is kept");
    memory.fold(std::iter::once(first.as_slice()));
    counts.prune_at = 1;
    counts.add(Added::new(), Position::new(1), Position::new(1));
    assert!(counts.counts.is_empty());
    let mut added = Added::new();
    let again = event(&arrest(2, "desk", &["desk:p1"]));
    let Ok(judged) = counts.admit(&memory, &again, &mut added);
    assert_eq!((judged, added.len()), (None, 1));
}

#[test]
fn fewer_acts_are_taken_on_an_event_of_many_people_or_charges_and_on_acts_on_it() {
    let limits = AdmissionLimits {
        event_acts: 6,
        ..AdmissionLimits::default()
    };
    let people: Vec<String> = (0..25).map(|id| format!("desk:p{id}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let many = arrest(1, "desk", &people);
    let charges: Vec<String> = (0..120).map(|id| format!(r#""desk:c1/{id}""#)).collect();
    let charged = leaf(
        "arrest",
        2,
        "desk",
        &format!(
            r#"{{"occurred":"2020-09-07","persons":[{{"id":"desk:p1"}}],"charges":[{}]}}"#,
            charges.join(",")
        ),
    );
    let few = arrest(3, "desk", &["desk:p1"]);
    for is_folded in [true, false] {
        let sent = [many.clone(), charged.clone(), few.clone()];
        let mut memory = Memory::default();
        if is_folded {
            memory.fold(sent.iter().map(Vec::as_slice));
        }
        let (mut counts, mut added) = (Counts::new(limits), Added::new());
        let mut taken = |leaf: &[u8]| {
            let Ok(judged) = counts.admit(&memory, &event(leaf), &mut added);
            judged.is_none()
        };
        if !is_folded {
            assert!(sent.iter().all(|leaf| taken(leaf)));
        }
        for (target, most) in [(1, 2), (2, 2), (3, 6)] {
            let acts = (0..8)
                .filter(|at| taken(&act("correction", 10 + target * 10 + at, "desk", target)));
            assert_eq!(acts.count(), most, "on {target}, folded: {is_folded}");
        }
        // An act on the first correction of the event of many is an act on many.
        let on_act = (0..8).filter(|at| taken(&act("correction", 60 + at, "third", 20)));
        assert_eq!(on_act.count(), 2, "folded: {is_folded}");
    }
}
