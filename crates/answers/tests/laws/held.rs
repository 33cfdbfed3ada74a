//! Who is held on a day, and inconsistencies: domain rules by example.
//!
//! Never here: the notation of the logs (see `notation`).

use expect_test::expect;

use crate::notation::{check, check_held};

#[test]
fn a_disappearance_is_held_but_not_detained() {
    check(
        r#"
10 1 disappearance
12 1 reappearance custody=pretrial
14 1 reappearance custody=free
"#,
        expect![[r#"
            1: disappeared 10 to 12
            1: pretrial 12 to 14
            1: free 14 to ..
            days 12-13: 1 held
        "#]],
    );
}

#[test]
fn a_reappearance_that_says_nothing_leaves_it_unknown() {
    check(
        r#"
10 1 abduction
12 1 reappearance
"#,
        expect![[r#"
            1: disappeared 10 to 12
            1: unknown 12 to ..
        "#]],
    );
}

/// The escape shows that the spell of both states lasts to the 15th, whenever bail was granted.
#[test]
fn a_run_goes_on_through_states_that_are_not_held() {
    check_held(
        r#"
10 1 house_arrest
../20 1 bail decision=granted
15 1 escape
"#,
        "custody_state=house_arrest,wanted",
        expect![[r#"
            days 10-14: 1 held
            days 15-19: 0 held (at least 0, at most 1)
        "#]],
    );
}

/// Held from the 12th at the latest, and until the 18th at the earliest.
#[test]
fn a_transfer_shows_that_a_person_is_held() {
    check(
        r#"
10/14 1 arrest
12 1 transfer
18 1 transfer
16/22 1 release
"#,
        expect![[r#"
            1: police_custody 10/14 to 16/22
            1: free 16/22 to ..
            days 10-11: 0 held (at least 0, at most 1)
            days 12-17: 1 held
            days 18-21: 0 held (at least 0, at most 1)
        "#]],
    );
}

#[test]
fn another_arrest_shows_that_a_person_is_held() {
    check(
        r#"
10/14 1 arrest
11/12 1 arrest by=beta
"#,
        expect![[r#"
            1: police_custody 10/14 to ..
            1: arrest: 2 shown, against 1
            days 10-11: 0 held (at least 0, at most 1)
            days 12-31: 1 held
        "#]],
    );
}

/// One spell from arrest to release: no day is lost between two states.
#[test]
fn a_run_joins_adjacent_states() {
    check(
        r#"
10/12 1 arrest
11/14 1 detention kind=pretrial
16 1 sentence custody=P1Y
20 1 release
"#,
        expect![[r#"
            1: police_custody 10/12 to 11/14
            1: pretrial 11/14 to 16
            1: serving 16 to 20
            1: free 20 to ..
            days 10-11: 0 held (at least 0, at most 1)
            days 12-19: 1 held
        "#]],
    );
}

#[test]
fn a_run_is_broken_by_a_state_that_does_not_satisfy() {
    check(
        r#"
10 1 arrest
12 1 house_arrest
14 1 detention kind=pretrial
"#,
        expect![[r#"
            1: police_custody 10 to 12
            1: house_arrest 12 to 14
            1: pretrial 14 to ..
            days 10-11: 1 held
            days 14-31: 1 held
        "#]],
    );
}

#[test]
fn house_arrest_counts_where_the_definition_says_so() {
    check_held(
        r#"
10 1 arrest
12 1 house_arrest
14 1 detention kind=pretrial
"#,
        "definition=detained/incl_house_arrest",
        expect![[r#"
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn state_custody_needs_a_state_authority() {
    check_held(
        r#"
10 1 arrest authority=police
10 2 arrest authority=paramilitary
10 3 arrest
"#,
        "definition=detained/state_custody",
        expect![[r#"
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_person_in_two_cases_counts_once() {
    check(
        r#"
10 1 arrest case=c1
12 1 arrest case=c2
14 1 release case=c1
"#,
        expect![[r#"
            1: police_custody 10 to 14
            1: free 14 to ..
            1 in c2: police_custody 12 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_refuted_event_changes_nobody() {
    check(
        r#"
10 1 arrest ver=refuted
10 2 arrest
12 2 release ver=refuted
"#,
        expect![[r#"
            2: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_release_of_someone_not_known_to_be_held_is_listed() {
    check(
        r#"
10 1 release
"#,
        expect![[r#"
            1: free 10 to ..
            1: ending_without_beginning at 1
        "#]],
    );
}

#[test]
fn two_organisations_that_differ_are_both_kept() {
    check(
        r#"
10 1 arrest
11 1 arrest by=beta ver=verified
15 1 release
15 1 release by=beta release_kind=acquitted
"#,
        expect![[r#"
            1: police_custody 10 to 15
            1: free 15 to ..
            1: arrest: 2 shown, against 1
            1: release: 4 shown, against 3
            days 10-14: 1 held
        "#]],
    );
}

#[test]
fn an_ending_between_makes_two_events_of_one_kind_no_contradiction() {
    check(
        r#"
10 1 arrest
12 1 release
14 1 arrest by=beta
"#,
        expect![[r#"
            1: police_custody 10 to 12
            1: free 12 to 14
            1: police_custody 14 to ..
            days 10-11: 1 held
            days 14-31: 1 held
        "#]],
    );
}
