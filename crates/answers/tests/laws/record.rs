//! Corrections, retractions, grants and keys: domain rules by example.
//!
//! Never here: the notation of the logs (see `notation`).

use expect_test::expect;

use crate::notation::{check, check_figure};

#[test]
fn a_correction_changes_its_target() {
    check(
        r#"
10 1 arrest
.. - correction of=1 patch={"occurred":"2020-01-12"}
"#,
        expect![[r#"
            1: police_custody 12 to ..
            days 12-31: 1 held
        "#]],
    );
}

#[test]
fn a_correction_may_come_before_its_target() {
    check(
        r#"
.. - correction of=2 patch={"occurred":"2020-01-12"}
10 1 arrest
"#,
        expect![[r#"
            1: police_custody 12 to ..
            days 12-31: 1 held
        "#]],
    );
}

#[test]
fn corrections_apply_in_the_order_of_their_record() {
    check(
        r#"
10 1 arrest
.. - correction of=1 rec=15 patch={"occurred":"2020-01-12"}
.. - correction of=1 rec=14 patch={"occurred":"2020-01-14","verification":"verified"}
"#,
        expect![[r#"
            1: police_custody 12 to ..
            days 12-31: 1 held
        "#]],
    );
}

#[test]
fn a_correction_can_move_an_event_to_another_person() {
    check(
        r#"
10 1 arrest
.. - correction of=1 patch={"persons":[{"id":"alpha:2"}]}
"#,
        expect![[r#"
            2: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_correction_of_a_correction() {
    check(
        r#"
10 1 arrest
.. - correction of=1 patch={"occurred":"2020-01-12"}
.. - correction of=2 patch={"patch":{"occurred":"2020-01-14"}}
"#,
        expect![[r#"
            1: police_custody 14 to ..
            days 14-31: 1 held
        "#]],
    );
}

#[test]
fn a_retracted_correction_has_no_effect() {
    check(
        r#"
10 1 arrest
.. - correction of=1 patch={"occurred":"2020-01-12"}
.. - retraction of=2
"#,
        expect![[r#"
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_retraction_ends_its_target() {
    check(
        r#"
10 1 arrest
.. - retraction of=1 reason=duplicate
"#,
        expect![[""]],
    );
}

#[test]
fn a_retracted_retraction_has_no_effect() {
    check(
        r#"
10 1 arrest
.. - retraction of=1
.. - retraction of=2
"#,
        expect![[r#"
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn acts_in_a_cycle_have_no_effect() {
    check(
        r#"
10 1 arrest
.. - retraction of=3
.. - retraction of=2
.. - retraction of=4
"#,
        expect![[r#"
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn acts_by_strangers_have_no_effect() {
    check(
        r#"
10 1 arrest
.. - retraction of=1 by=beta
.. - correction of=1 by=beta patch={"occurred":"2020-01-12"}
.. - verification_changed of=1 by=beta to=refuted
"#,
        expect![[r#"
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn acts_by_who_holds_a_grant_count() {
    check(
        r#"
10 1 arrest
.. - correction of=1 by=beta patch={"occurred":"2020-01-12"}
.. - grant grantee=beta case=-
"#,
        expect![[r#"
            1: police_custody 12 to ..
            days 12-31: 1 held
        "#]],
    );
}

#[test]
fn acts_no_longer_count_when_the_grant_is_retracted() {
    check(
        r#"
10 1 arrest
.. - grant grantee=beta case=-
.. - correction of=1 by=beta patch={"occurred":"2020-01-12"}
.. - retraction of=2 case=-
"#,
        expect![[r#"
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn who_holds_a_grant_cannot_retract_it() {
    check(
        r#"
10 1 arrest
.. - grant grantee=beta case=-
.. - correction of=1 by=beta patch={"occurred":"2020-01-12"}
.. - retraction of=2 by=beta case=-
"#,
        expect![[r#"
            1: police_custody 12 to ..
            days 12-31: 1 held
        "#]],
    );
}

/// Only the granting organisation acts on a grant, at any depth.
#[test]
fn who_held_a_grant_cannot_take_back_its_retraction() {
    check(
        r#"
10 1 arrest
.. - grant grantee=beta case=-
.. - correction of=1 by=beta patch={"occurred":"2020-01-12"}
.. - retraction of=2 case=-
.. - retraction of=4 by=beta case=-
"#,
        expect![[r#"
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_corrected_grant_goes_to_another() {
    check(
        r#"
10 1 arrest
.. - grant grantee=beta case=-
.. - correction of=1 by=gamma patch={"occurred":"2020-01-12"}
.. - correction of=2 case=- patch={"grantee":"gamma"}
"#,
        expect![[r#"
            1: police_custody 12 to ..
            days 12-31: 1 held
        "#]],
    );
}

#[test]
fn a_verification_change_counts() {
    check(
        r#"
10 1 arrest
.. - verification_changed of=1 to=refuted
"#,
        expect![[""]],
    );
}

#[test]
fn a_patch_that_fails_the_check_has_no_effect() {
    check(
        r#"
10 1 arrest
.. - correction of=1 patch={"occurred":"yesterday"}
.. - correction of=1 patch={"persons":[{"id":"nobody"}]}
"#,
        expect![[r#"
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_patch_that_touches_target_or_pair_has_no_effect() {
    check(
        r#"
10 1,2,3 arrest
.. - same_person pair=1,2
.. - correction of=2 patch={"pair":["alpha:1","alpha:3"]}
.. - retraction of=1
.. - correction of=4 patch={"target":{"org":"alpha","source":"//x","id":"00000000-0000-4000-8000-000000000009"}}
"#,
        expect![[r#"
            1 2: are one
        "#]],
    );
}

#[test]
fn a_repeat_has_no_effect() {
    check_figure(
        r#"
10 1 arrest id=7
10 1 arrest id=7
"#,
        "measure=events",
        expect![[r#"
            1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn the_first_of_two_that_conflict_stands() {
    check_figure(
        r#"
10 1 arrest id=7
12 1 arrest id=7
"#,
        "measure=events&group_by=person",
        expect![[r#"
            1 (at least 1, at most 1)
            alpha:1: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn the_same_id_of_another_organisation_is_another_event() {
    check_figure(
        r#"
10 1 arrest id=7
12 1 arrest id=7 by=beta
"#,
        "measure=events&group_by=org",
        expect![[r#"
            2 (at least 2, at most 2)
            alpha: 1 (at least 1, at most 1)
            beta: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn leaves_that_are_no_events_change_nothing() {
    check_figure(
        r#"
{
{"specversion":"1.0"}
10 1 arrest_of_a_new_sort
10 1 arrest
10 1 genesis
"#,
        "measure=events&group_by=kind",
        expect![[r#"
            1 (at least 1, at most 1)
            arrest: 1 (at least 1, at most 1)
        "#]],
    );
}
