//! Timelines and contradictions in answers: the author of each amendment, its reason, what it changed,
//! or why it has no effect.
//!
//! Never here: the notation of the logs (see `notation`).

use std::fmt::Write as _;

use answers::CaseBody;
use event::{CaseId, Position};
use expect_test::{Expect, expect};
use fold::Scope;
use serde_json::Value;

use crate::memory::fold_all;
use crate::notation::leaves;

/// Returns the body of `/v1/cases/alpha:c1` as JSON; `null` where nothing is known of it.
fn case(log: &str, at: u64, scope: &Scope) -> Value {
    let memory = fold_all(&leaves(log), &[]).rows;
    let id = CaseId::parse("alpha:c1").unwrap();
    let tracks: Vec<_> = memory
        .tracks
        .iter()
        .filter(|(track, _)| track.case() == Some(&id))
        .map(|(track, rows)| (track.clone(), rows.clone()))
        .collect();
    let Ok(case) = CaseBody::build(&memory, &id, &tracks, Position::new(at), scope);
    serde_json::to_value(case).unwrap()
}

/// One line for each entry of a timeline.
fn timeline_text(case: &Value) -> String {
    let mut text = String::new();
    for entry in case["timeline"].as_array().into_iter().flatten() {
        let text_of = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        write!(
            text,
            "{} {} by {}",
            entry["position"],
            text_of("kind"),
            text_of("org")
        )
        .unwrap();
        if !entry["target"].is_null() {
            write!(text, " on {}", entry["target"]).unwrap();
        }
        if !text_of("reason").is_empty() {
            write!(text, " ({})", text_of("reason")).unwrap();
        }
        for one in entry["changed"].as_array().into_iter().flatten() {
            let field = one["field"].as_str().unwrap();
            write!(text, "; {field} {} to {}", one["from"], one["to"]).unwrap();
        }
        if !entry["ended_by"].is_null() {
            write!(text, "; ended by {}", entry["ended_by"]).unwrap();
        }
        if !text_of("no_effect").is_empty() {
            write!(text, "; no effect: {}", text_of("no_effect")).unwrap();
        }
        let stands = entry["effective"].as_bool().unwrap();
        assert_eq!(
            stands,
            entry["no_effect"].is_null() && entry["ended_by"].is_null()
        );
        text.push('\n');
    }
    text
}

fn check(log: &str, expected: Expect) {
    expected.assert_eq(&timeline_text(&case(log, 99, &Scope::Operator)));
}

#[test]
fn an_act_says_who_why_and_what_it_changed() {
    check(
        r#"
10 1 arrest
.. - correction of=1 rec=12 reason=misread patch={"occurred":"2020-01-11","mode":"raid"}
.. - correction of=1 rec=13 patch={"occurred":"2020-01-12"}
.. - verification_changed of=1 rec=14 to=verified basis=court_file
"#,
        expect![[r#"
            1 arrest by alpha
            2 correction by alpha on 1 (misread); mode null to "raid"; occurred "2020-01-10" to "2020-01-11"
            3 correction by alpha on 1; occurred "2020-01-11" to "2020-01-12"
            4 verification_changed by alpha on 1 (court_file); verification null to "verified"
        "#]],
    );
}

#[test]
fn an_act_without_effect_says_why() {
    check(
        r#"
10 1 arrest
.. - correction of=1 by=beta patch={"occurred":"2020-01-11"}
.. - correction of=1 patch={"occurred":"yesterday"}
.. - correction of=1 patch={"pair":["alpha:1","alpha:2"]}
.. - correction of=1 rec=12 patch={"occurred":"2020-01-12"}
.. - retraction of=5 reason=data_entry_error
"#,
        expect![[r#"
            1 arrest by alpha
            2 correction by beta on 1; no effect: not_allowed
            3 correction by alpha on 1; no effect: fails_check
            4 correction by alpha on 1; no effect: touches_identity
            5 correction by alpha on 1; ended by 6; no effect: retracted
            6 retraction by alpha on 5 (data_entry_error)
        "#]],
    );
}

#[test]
fn a_retracted_event_names_what_ended_it() {
    check(
        r#"
10 1 arrest
.. - correction of=1 patch={"occurred":"2020-01-11"}
.. - retraction of=1 reason=duplicate
"#,
        expect![[r#"
            1 arrest by alpha; ended by 3
            2 correction by alpha on 1; no effect: target_retracted
            3 retraction by alpha on 1 (duplicate)
        "#]],
    );
}

#[test]
fn acts_in_a_circle_are_told_apart() {
    check(
        r#"
10 1 arrest
.. - correction of=1 patch={"occurred":"2020-01-11"}
.. - retraction of=4
.. - retraction of=3
.. - retraction of=2 by=beta
"#,
        expect![[r#"
            1 arrest by alpha
            2 correction by alpha on 1; occurred "2020-01-10" to "2020-01-11"
            3 retraction by alpha on 4; no effect: circle
            4 retraction by alpha; no effect: circle
            5 retraction by beta on 2; no effect: not_allowed
        "#]],
    );
}

/// An act whose target has not come is shown in the case that its `subject` names.
#[test]
fn an_act_without_its_target_is_shown_in_the_case_that_it_names() {
    check(
        r#"
10 1 arrest
.. - correction of=9 patch={"occurred":"2020-01-11"}
"#,
        expect![[r#"
            1 arrest by alpha
            2 correction by alpha; no effect: target_absent
        "#]],
    );
}

/// What is refuted says nothing, an act no less; with the word on it taken back it has its effect again.
#[test]
fn a_refuted_act_has_no_effect() {
    check(
        r#"
10 1 arrest
.. - correction of=1 patch={"occurred":"2020-01-11"}
.. - verification_changed of=2 to=refuted
11 1 release
.. - retraction of=4
.. - verification_changed of=5 to=refuted
12 1 transfer
.. - retraction of=7
.. - verification_changed of=8 to=refuted
.. - retraction of=9
"#,
        expect![[r#"
            1 arrest by alpha
            2 correction by alpha on 1; no effect: refuted
            3 verification_changed by alpha on 2
            4 release by alpha
            5 retraction by alpha on 4; no effect: refuted
            6 verification_changed by alpha on 5
            7 transfer by alpha; ended by 8
            8 retraction by alpha on 7
            9 verification_changed by alpha on 8; ended by 10; no effect: retracted
            10 retraction by alpha on 9
        "#]],
    );
}

/// A grant lets an act count from its position on.
#[test]
fn what_an_act_came_to_is_told_as_of_r() {
    let log = r#"
10 1 arrest
.. - correction of=1 by=beta patch={"occurred":"2020-01-11"}
.. - grant grantee=beta case=-
.. - retraction of=3 case=-
"#;
    let line = |at: u64| {
        let text = timeline_text(&case(log, at, &Scope::Operator));
        text.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(line(2), "2 correction by beta on 1; no effect: not_allowed");
    let changed = r#"2 correction by beta on 1; occurred "2020-01-10" to "2020-01-11""#;
    assert_eq!(line(3), changed);
    assert_eq!(line(4), line(2));
}

#[test]
fn an_event_that_was_moved_to_another_person_stands() {
    check(
        r#"
10 1 arrest
.. - correction of=1 patch={"persons":[{"id":"alpha:2"}]}
"#,
        expect![[r#"
            1 arrest by alpha
            2 correction by alpha on 1; persons [{"id":"alpha:1"}] to [{"id":"alpha:2"}]
        "#]],
    );
}

/// What a hidden correction changed is hidden with it, and with its target: at every R, and after the
/// correction was retracted.
#[test]
fn who_may_not_see_an_act_learns_nothing_of_what_it_changed() {
    let log = r#"
10 1 arrest
12 1 release
.. - correction of=1 vis=org patch={"occurred":"2020-01-11"}
.. - retraction of=3 vis=org
"#;
    let public = |at: u64| timeline_text(&case(log, at, &Scope::Public));
    for at in 2..=4 {
        assert_eq!(public(at), "2 release by alpha\n", "{at}");
    }
}

#[test]
fn an_act_on_an_act_without_visibility_takes_that_of_the_event() {
    let log = r#"
10 1 arrest
.. - correction of=1 vis=- patch={"occurred":"2020-01-11"}
.. - retraction of=2 vis=-
"#;
    let seen = timeline_text(&case(log, 3, &Scope::Public));
    assert_eq!(seen, timeline_text(&case(log, 3, &Scope::Operator)));
    assert_eq!(seen.lines().count(), 3);
}

/// A merge and its undoing stand with the person.
#[test]
fn a_case_tells_who_was_one_with_whom() {
    let log = r#"
10 1 arrest
10 beta:7 arrest by=beta case=beta:c2
.. - same_person pair=1,beta:7 rec=11
.. - not_same_person pair=1,beta:7 rec=12 basis=other_birth
"#;
    let links = |at: u64| case(log, at, &Scope::Operator)["persons"][0]["links"].clone();
    assert!(links(2).is_null());
    assert_eq!(links(3)[0]["holds"], true);
    let (merge, undone) = (&links(4)[0], &links(4)[1]);
    assert_eq!(merge["no_effect"], "superseded");
    assert_eq!(
        merge["individuals"],
        serde_json::json!({"before": 2, "after": 1})
    );
    assert_eq!(undone["basis"], "other_birth");
    assert_eq!(
        undone["individuals"],
        serde_json::json!({"before": 1, "after": 2})
    );
}

fn contradictions(log: &str) -> String {
    let case = case(log, 99, &Scope::Operator);
    let mut text = String::new();
    for person in case["persons"].as_array().unwrap() {
        for found in person["contradictions"].as_array().unwrap() {
            let because = found["because"].as_str().unwrap();
            writeln!(text, "{}: {because}", found["kind"].as_str().unwrap()).unwrap();
            for one in found["said"].as_array().unwrap() {
                let org = one["org"].as_str().unwrap();
                let day = one["occurred"]["earliest"].as_str().unwrap();
                let value = one["value"].as_str().unwrap_or_default();
                let line = format!(
                    "  {} {org} {day} {value} {}",
                    one["position"], one["sources"]
                );
                writeln!(text, "{line}").unwrap();
            }
        }
    }
    text
}

#[test]
fn a_contradiction_says_why_one_is_shown_and_on_which_sources() {
    let text = contradictions(
        r#"
10 1 arrest ver=verified sources=[{"kind":"court_document"}]
11 1 arrest by=beta
.. - correction of=2 by=beta patch={"sources":[{"kind":"media"}]}
20 1 release by=beta release_kind=on_bail rec=21
20 1 release release_kind=pardon rec=22
10 2 charge charge=1 article=494 rec=22
10 2 charge by=beta charge=1 article=495 rec=22
"#,
    );
    expect![[r#"
        arrest: better_verified
          1 alpha 2020-01-10  [{"kind":"court_document"}]
          2 beta 2020-01-11  [{"kind":"media"}]
        release: later_recorded
          5 alpha 2020-01-20 pardon null
          4 beta 2020-01-20 on_bail null
        charge: later_recorded
          7 beta 2020-01-10 495 null
          6 alpha 2020-01-10 494 null
    "#]]
    .assert_eq(&text);
}
