//! What notices are told, of events being sent and of those in the log.

use event::OrgId;
use fold::{HistoricalView, Memory};

use super::*;

fn leaf(kind: &str, id: u8, org: &str, data: &str) -> Vec<u8> {
    let subject = r#""subject":"desk:c1","#;
    format!(
        r#"{{"receivedtime":"2020-09-08T00:00:00Z","specversion":"1.0","id":"6f8a1c1e-0000-4000-8000-0000000000{id:02}","source":"//desk.example","type":"habeas.{kind}.v1",{subject}"org":"{org}","recordedtime":"2020-09-07T08:30:00Z","data":{data}}}"#
    )
    .into_bytes()
}

fn amend(id: u8, org: &str, target: u8, patch: &str) -> Vec<u8> {
    let target = format!(
        r#"{{"org":"desk","source":"//desk.example","id":"6f8a1c1e-0000-4000-8000-0000000000{target:02}"}}"#
    );
    let data = format!(r#"{{"target":{target},"patch":{patch}}}"#);
    leaf("correction", id, org, &data)
}

/// Returns the codes of the notices of what is sent over a log.
fn codes(log: &[Vec<u8>], sent: &[Vec<u8>], scope: &Scope) -> Vec<Vec<&'static str>> {
    let mut memory = Memory::default();
    memory.fold(log.iter().map(Vec::as_slice));
    let mut before = Sent::default();
    let mut notices = NoticesBefore::new(&memory, scope.clone(), &mut before);
    let events = sent.iter().map(|leaf| match event::read(leaf) {
        Reading::Event(event) => event,
        Reading::Unknown(_) | Reading::Rejected { .. } => panic!("an event"),
    });
    events
        .map(|event| {
            let Ok(found) = notices.of(&event);
            found.iter().map(|notice| notice.code).collect()
        })
        .collect()
}

const ARREST: &str =
    r#"{"occurred":"2020-09-07","visibility":"public","group":{"lower":3,"upper":5}}"#;

#[test]
fn an_amendment_is_told_what_it_will_not_do() {
    let log = [leaf("arrest", 1, "desk", ARREST)];
    let sent = [
        amend(2, "desk", 1, r#"{"note":"right"}"#),
        amend(3, "desk", 9, r#"{"note":"no such target"}"#),
        amend(4, "other", 1, r#"{"note":"another's"}"#),
        amend(5, "desk", 1, r#"{"group":{"upper":1}}"#),
        amend(6, "desk", 1, r#"{"target":null}"#),
        leaf("arrest", 7, "desk", r#"{"occurred":"2020-09-07"}"#),
        amend(8, "desk", 7, r#"{"visibility":"public"}"#),
    ];
    let told = codes(&log, &sent, &Scope::Operator);
    let expected: [&[&str]; 7] = [
        &[],
        &["target_unknown"],
        &["no_right"],
        &["patch_fails_check"],
        &["patch_fails_check"],
        &[],
        &["visibility_widened"],
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_stands_before_in_a_request_counts_with_its_effect() {
    let log = [leaf("arrest", 1, "desk", ARREST)];
    let sent = [
        leaf("grant", 2, "desk", r#"{"grantee":"other"}"#),
        amend(3, "other", 1, r#"{"note":"with the grant above"}"#),
        leaf(
            "same_person",
            4,
            "other",
            r#"{"visibility":"public","pair":["desk:p1","desk:p2"]}"#,
        ),
        amend(5, "desk", 1, r#"{"group":{"upper":9}}"#),
        amend(6, "desk", 1, r#"{"group":{"lower":7}}"#),
        amend(7, "desk", 1, r#"{"visibility":"partners"}"#),
        amend(8, "desk", 1, r#"{"visibility":"public"}"#),
        amend(9, "third", 1, r#"{"note":"without one"}"#),
    ];
    let told = codes(&log, &sent, &Scope::Operator);
    let expected: [&[&str]; 8] = [
        &[],
        &[],
        &[],
        &[],
        &[],
        &[],
        &["visibility_widened"],
        &["no_right"],
    ];
    assert_eq!(told, expected);
}

#[test]
fn who_may_not_see_a_target_is_told_that_it_is_unknown() {
    let retraction = |reason: &str| {
        let target = r#"{"org":"desk","source":"//desk.example","id":"6f8a1c1e-0000-4000-8000-000000000001"}"#;
        let data = format!(r#"{{"target":{target},"reason":"{reason}"}}"#);
        vec![
            leaf("arrest", 1, "desk", ARREST),
            leaf("retraction", 2, "desk", &data),
        ]
    };
    let hidden = || leaf("arrest", 1, "desk", r#"{"occurred":"2020-09-07"}"#);
    // More amendments than a patch is tried on.
    let mut many = vec![hidden()];
    many.extend((0..=TRIED_AMENDMENTS_MAX).map(|number| {
        let act = String::from_utf8(amend(2, "desk", 1, r#"{"note":"x"}"#)).unwrap();
        act.replacen(
            "-8000-000000000002",
            &format!("-8000-0000001{number:05}"),
            1,
        )
        .into_bytes()
    }));
    let cases = [
        (vec![hidden()], "target_unknown"),
        (many, "target_unknown"),
        (retraction("safety"), "target_unknown"),
        (retraction("duplicate"), "no_right"),
    ];
    let other = Scope::Org(OrgId::parse("other").unwrap());
    for (log, expected) in cases {
        let sent = [amend(2, "other", 1, r#"{"note":"x"}"#)];
        assert_eq!(codes(&log, &sent, &other), [[expected]], "{}", log.len());
    }
}

#[test]
fn links_left_to_their_organisation_and_years_that_cannot_be_are_told() {
    let pair = r#"{"pair":["desk:p1","desk:p2"],"basis":"b"}"#;
    let sent = [
        leaf("same_person", 1, "desk", pair),
        leaf("arrest", 2, "desk", r#"{"occurred":"0025-09-26"}"#),
        leaf("arrest", 3, "desk", r#"{"occurred":"2021-09-26"}"#),
    ];
    let expected = [["kept_to_org"], ["date_implausible"], ["date_implausible"]];
    assert_eq!(codes(&[], &sent, &Scope::Operator), expected);
}

#[test]
fn a_link_without_right_and_a_correction_to_a_year_that_cannot_be_are_told_when_sent_and_later() {
    let link = |id, org, pair: &str| {
        let data = format!(r#"{{"pair":{pair},"basis":"b","visibility":"public"}}"#);
        leaf("same_person", id, org, &data)
    };
    let between_others = r#"["desk:p1","third:p1"]"#;
    let log = [
        leaf("arrest", 1, "desk", ARREST),
        link(2, "other", between_others),
        link(3, "other", r#"["other:p1","third:p1"]"#),
        amend(4, "desk", 1, r#"{"occurred":"2220-09-07"}"#),
        amend(5, "desk", 1, r#"{"occurred":"1820"}"#),
        amend(6, "desk", 1, r#"{"occurred":"2020-09"}"#),
    ];
    let expected: [(u64, &[&str]); 3] = [
        (2, &["no_right"]),
        (4, &["date_implausible"]),
        (5, &["date_implausible"]),
    ];
    let later = codes_at(&log, 6, &Scope::Operator);
    assert_eq!(later, expected.map(|(at, codes)| (at, codes.to_vec())));
    let told = codes(&log[..1], &log[1..], &Scope::Operator);
    let told = told.into_iter().zip(2..);
    let told = told.filter(|(codes, _)| !codes.is_empty());
    let told: Vec<_> = told.map(|(codes, at)| (at, codes)).collect();
    assert_eq!(told, expected.map(|(at, codes)| (at, codes.to_vec())));
    // A grant by an owner of one of the two ids gives the right.
    let grant = r#"{"grantee":"other","visibility":"public"}"#;
    let log = [
        leaf("grant", 7, "third", grant),
        link(8, "other", between_others),
    ];
    assert_eq!(codes_at(&log, 2, &Scope::Operator), []);
    assert_eq!(codes(&log[..1], &log[1..], &Scope::Operator), [[""; 0]]);
}

/// Returns the codes of the notices at R = `at` of each event of a log that `scope` sent, by position.
fn codes_at(log: &[Vec<u8>], at: u64, scope: &Scope) -> Vec<(u64, Vec<&'static str>)> {
    let mut memory = Memory::default();
    memory.fold(log.iter().map(Vec::as_slice));
    let at = Position::new(at);
    let then = HistoricalView::new(&memory, at);
    let mut notices = NoticesAt::new(&memory, &then, at, scope.clone());
    let mut found = Vec::new();
    for (number, leaf) in (1..=at.get()).zip(log) {
        if let Reading::Event(event) = event::read(leaf) {
            let Ok(told) = notices.of(Position::new(number), &event);
            found.push((number, told.iter().map(|notice| notice.code).collect()));
        }
    }
    found.retain(|(_, codes): &(u64, Vec<_>)| !codes.is_empty());
    found
}

#[test]
fn what_is_in_the_log_is_told_as_of_each_position() {
    let log = [
        amend(2, "desk", 1, r#"{"note":"before its target"}"#),
        leaf("arrest", 1, "desk", ARREST),
        amend(3, "other", 1, r#"{"note":"another's"}"#),
        amend(4, "desk", 1, r#"{"group":{"upper":1}}"#),
        amend(5, "desk", 1, r#"{"visibility":"partners"}"#),
        amend(6, "desk", 1, r#"{"visibility":"public"}"#),
        leaf(
            "grant",
            7,
            "desk",
            r#"{"grantee":"other","visibility":"public"}"#,
        ),
        leaf("arrest", 8, "desk", r#"{"occurred":"0025-09-26"}"#),
    ];
    let told = |at| codes_at(&log, at, &Scope::Operator);
    let early = (1, vec!["target_unknown"]);
    let without_right = (3, vec!["no_right"]);
    let later = vec![
        (4, vec!["patch_fails_check"]),
        (6, vec!["visibility_widened"]),
    ];
    assert_eq!(told(1), [early]);
    assert_eq!(told(3), std::slice::from_ref(&without_right));
    assert_eq!(told(6), [vec![without_right], later.clone()].concat());
    // The grant came: the right holds from then on.
    assert_eq!(
        told(8),
        [later, vec![(8, vec!["date_implausible"])]].concat()
    );
}

#[test]
fn an_act_in_the_log_tells_nothing_of_a_target_that_its_sender_may_not_see() {
    let act = || amend(3, "other", 1, r#"{"note":"x"}"#);
    let hidden = leaf("arrest", 1, "desk", r#"{"occurred":"2020-09-07"}"#);
    let elsewhere = leaf("arrest", 9, "desk", ARREST);
    let other = Scope::Org(OrgId::parse("other").unwrap());
    for first in [hidden, elsewhere] {
        let log = [first, act()];
        assert_eq!(codes_at(&log, 2, &other), [(2, vec!["target_unknown"])]);
    }
}
