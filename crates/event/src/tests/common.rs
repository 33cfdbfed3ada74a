//! The typed block: what absence means, and what is ignored.
//!
//! Never here: the check, which an event has passed by now.

use expect_test::{Expect, expect};

use super::{arrest_with, event, event_of};
use crate::{Common, Right, Role};

fn check(patch: &str, expected: Expect) {
    let common = Common::of(&event(&arrest_with(patch)));
    let rights: Vec<_> = common
        .rights_exercised
        .indices()
        .map(|i| Right::ALL[i].code())
        .collect();
    let days = common
        .occurred
        .map(|o| format!("{} to {}", o.days.earliest, o.days.latest));
    let mut lines = vec![
        format!("occurred {}", days.unwrap_or_else(|| "never".to_owned())),
        format!(
            "{} {} {}",
            common.verification, common.assessment, common.visibility
        ),
        format!("rights {}, place {:?}", rights.join(" "), common.place_code),
        format!("authority {:?}, group {:?}", common.authority, common.group),
    ];
    for person in &common.persons {
        let roles: Option<Vec<_>> = person
            .roles
            .map(|roles| roles.indices().map(|i| Role::ALL[i].code()).collect());
        let names: Vec<_> = person.names.iter().map(|name| &*name.text).collect();
        let doubt = person.birth.map(|birth| birth.doubt);
        lines.push(format!(
            "{} {:?} {doubt:?} {:?} {roles:?} {names:?}",
            person.id, person.sex, person.age_at_event
        ));
    }
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn the_block_as_values() {
    check(
        "{}",
        expect![[r#"
        occurred 2020-09-07 to 2020-09-07
        corroborated unassessed public
        rights assembly expression, place Some("KH-12")
        authority Some(Police), group None
        licadho:p-31 Some(Female) Some(true) Some(29) Some(["journalist"]) ["Sok Dara"]"#]],
    );
}

#[test]
fn what_is_absent_is_unknown() {
    check(
        r#"{"time": null, "data": {"occurred": "2020-09-07/..", "persons": null,
            "place": {"code": null}, "verification": null, "rights_exercised": null,
            "authority": null, "visibility": null,
            "group": {"lower": 24, "verbatim": "dozens", "lang": "en"}}}"#,
        expect![[r#"
            occurred 2020-09-07 to 2020-09-08
            unknown unassessed org
            rights , place None
            authority None, group Some(Group { lower: 24, upper: None, verbatim: Some("dozens"), lang: Some("en") })"#]],
    );
}

#[test]
fn a_code_of_a_newer_list_is_ignored() {
    check(
        r#"{"data": {"verification": "sworn", "assessment": "grave", "visibility": "friends",
            "rights_exercised": ["dreaming", "vote"], "authority": {"kind": "robots"},
            "persons": [{"id": "licadho:p-31", "sex": "f", "roles": ["poet"]}]}}"#,
        expect![[r#"
            occurred 2020-09-07 to 2020-09-07
            unknown unassessed org
            rights vote, place Some("KH-12")
            authority None, group None
            licadho:p-31 None None None Some([]) []"#]],
    );
}

#[test]
fn a_person_sent_twice_is_one() {
    check(
        r#"{"data": {"persons": [
            {"id": "licadho:p-31", "sex": "female", "roles": ["student"]},
            {"id": "licadho:p-32"},
            {"id": "licadho:p-31", "sex": "male", "age_at_event": 30, "roles": ["artist"]}]}}"#,
        expect![[r#"
            occurred 2020-09-07 to 2020-09-07
            corroborated unassessed public
            rights assembly expression, place Some("KH-12")
            authority Some(Police), group None
            licadho:p-31 Some(Female) None Some(30) Some(["student", "artist"]) []
            licadho:p-32 None None None None []"#]],
    );
}

#[test]
fn a_target_is_a_key() {
    let target = r#"{"org": "licadho", "source": "//licadho.example/kobo", "id": "018f3c5e-0000-7000-8000-00000000000a"}"#;
    let retraction = event(&event_of(
        "retraction",
        &format!(r#"{{"target": {target}}}"#),
    ));
    assert_eq!(
        retraction.target("target"),
        Some(event(&arrest_with("{}")).envelope.key)
    );
    assert_eq!(retraction.target("to"), None);
}

#[test]
fn the_fields_that_a_patch_changes_are_checked_again() {
    let mut arrest = event(&arrest_with("{}"));
    let mut patch = |text: &str| {
        let patch = crate::Json::parse(text.as_bytes()).unwrap();
        arrest.data.merge(&patch);
        let names = patch.as_object().unwrap().iter();
        let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
        let moved = crate::time_lies_outside(&arrest.data, arrest.envelope.time_day);
        crate::check_fields(arrest.kind, &arrest.data, &names)
            .map(|()| moved)
            .map_err(|rejection| (rejection.code.as_str(), rejection.pointer))
    };
    assert_eq!(patch(r#"{"mode": "raid"}"#), Ok(false));
    assert_eq!(patch(r#"{"mode": "a code of a newer list"}"#), Ok(false));
    assert_eq!(patch(r#"{"occurred": "2020-09-06"}"#), Ok(true));
    let rejected = |code, pointer: &str| Err((code, pointer.to_owned()));
    assert_eq!(
        patch(r#"{"occurred": null}"#),
        rejected("E0104", "/occurred")
    );
    assert_eq!(patch(r#"{"mode": 7}"#), rejected("E0105", "/mode"));
}
