//! Custody, state by state: domain rules by example.
//!
//! Never here: the notation of the logs (see `notation`).

use expect_test::expect;

use crate::notation::{check, check_held};

#[test]
fn a_release_ends_on_its_day() {
    check(
        r#"
11 1 arrest
13 1 release
"#,
        expect![[r#"
            1: police_custody 11 to 13
            1: free 13 to ..
            days 11-12: 1 held
        "#]],
    );
}

#[test]
fn no_term_lapses_by_itself() {
    check(
        r#"
11 1 arrest
11 1 detention_extended until=2020-01-14
"#,
        expect![[r#"
            1: police_custody 11 to ..
            days 11-31: 1 held
        "#]],
    );
}

#[test]
fn interval_dates_bound_the_figure() {
    check(
        r#"
11/13 1 arrest
20/22 1 release
"#,
        expect![[r#"
            1: police_custody 11/13 to 20/22
            1: free 20/22 to ..
            days 11-12: 0 held (at least 0, at most 1)
            days 13-19: 1 held
            days 20-21: 0 held (at least 0, at most 1)
        "#]],
    );
}

#[test]
fn a_doubt_mark_leaves_at_least() {
    check(
        r#"
11? 1 arrest
20 1 release
"#,
        expect![[r#"
            1: police_custody 11? to 20
            1: free 20 to ..
            days 11-19: 1 held (at least 0, at most 1)
        "#]],
    );
}

#[test]
fn a_doubt_mark_on_the_end_counts_too() {
    check(
        r#"
11 1 arrest
20~ 1 release
"#,
        expect![[r#"
            1: police_custody 11 to 20?
            1: free 20? to ..
            days 11-19: 1 held (at least 0, at most 1)
        "#]],
    );
}

#[test]
fn an_open_date_is_capped_by_the_day_of_its_record() {
    check(
        r#"
11/.. 1 arrest rec=14
20 1 release rec=21
"#,
        expect![[r#"
            1: police_custody 11/14 to 20
            1: free 20 to ..
            days 11-13: 0 held (at least 0, at most 1)
            days 14-19: 1 held
        "#]],
    );
}

#[test]
fn an_earliest_day_after_the_record_is_listed() {
    check(
        r#"
11 1 arrest rec=9
"#,
        expect![[r#"
            1: police_custody 11 to ..
            1: after_record at 1
            days 11-31: 1 held
        "#]],
    );
}

/// The release was recorded first, so it is sorted first.
#[test]
fn a_later_arrest_by_the_opener_implies_a_release_between() {
    check(
        r#"
11 1 arrest
15 1 arrest
20 1 release
"#,
        expect![[r#"
            1: police_custody 11 to 11/15 (implied)
            1: police_custody 15 to 20
            1: free 20 to ..
            1: arrest_while_held at 2
            days 11-14: 0 held (at least 0, at most 1)
            days 15-19: 1 held
        "#]],
    );
}

/// The release of 12 to 18 came before the second arrest, so no later than the 15th.
#[test]
fn a_later_arrest_takes_the_next_ending_cut_to_its_day() {
    check(
        r#"
11 1 arrest
15 1 arrest
12/18 1 release
20 1 release
"#,
        expect![[r#"
            1: police_custody 11 to 12/15
            1: free 12/15 to 15
            1: police_custody 15 to 20
            1: free 20 to ..
            day 11: 1 held
            days 12-14: 0 held (at least 0, at most 1)
            days 15-19: 1 held
        "#]],
    );
}

#[test]
fn a_later_arrest_does_not_take_an_ending_that_begins_on_its_day() {
    check(
        r#"
11 1 arrest
15 1 arrest
15/18 1 release
"#,
        expect![[r#"
            1: police_custody 11 to 11/15 (implied)
            1: police_custody 15 to 15/18
            1: free 15/18 to ..
            1: arrest_while_held at 2
            days 11-17: 0 held (at least 0, at most 1)
        "#]],
    );
}

#[test]
fn an_arrest_by_another_organisation_implies_nothing() {
    check(
        r#"
11 1 arrest
15 1 arrest by=beta
20 1 release
"#,
        expect![[r#"
            1: police_custody 11 to 20
            1: free 20 to ..
            1: arrest: 2 shown, against 1
            days 11-19: 1 held
        "#]],
    );
}

#[test]
fn the_opener_of_a_later_state_is_the_opener_of_the_custody() {
    check(
        r#"
11 1 arrest
12 1 bail by=beta decision=refused
15 1 arrest
20 1 release
"#,
        expect![[r#"
            1: police_custody 11 to 12
            1: pretrial 12 to 12/15 (implied)
            1: police_custody 15 to 20
            1: free 20 to ..
            1: arrest_while_held at 3
            day 11: 1 held
            days 12-14: 0 held (at least 0, at most 1)
            days 15-19: 1 held
        "#]],
    );
}

#[test]
fn an_arrest_with_the_day_of_the_opening_one_implies_nothing() {
    check(
        r#"
11 1 arrest
11/14 1 arrest
"#,
        expect![[r#"
            1: police_custody 11 to ..
            days 11-31: 1 held
        "#]],
    );
}

#[test]
fn what_a_detention_is_says_its_kind() {
    check(
        r#"
10 1 detention
10 2 detention kind=pretrial
10 3 detention kind=administrative
10 4 detention kind=serving
10 5 detention kind=unknown
"#,
        expect![[r#"
            1: police_custody 10 to ..
            2: pretrial 10 to ..
            3: administrative 10 to ..
            4: serving 10 to ..
            5: police_custody 10 to ..
            days 10-31: 5 held
        "#]],
    );
}

#[test]
fn a_sentence_holds_only_beyond_what_is_suspended_and_credited() {
    check(
        r#"
10 1,2 arrest
12 1 sentence custody=P1Y suspended=P6M time_served_credit=P1M
12 2 sentence custody=P360D suspended=P6M time_served_credit=P6M
"#,
        expect![[r#"
            1: police_custody 10 to 12
            1: serving 12 to ..
            2: police_custody 10 to ..
            days 10-31: 2 held
        "#]],
    );
}

#[test]
fn a_sentence_holds_who_is_in_custody_or_from_its_day() {
    check(
        r#"
12 1 sentence custody=P1Y
12 2 sentence custody=P1Y effective_from=14
"#,
        expect![[r#"
            2: serving 14 to ..
            days 14-31: 1 held
        "#]],
    );
}

/// Before a sentence takes effect its own day shows the custody that it ends.
#[test]
fn a_sentence_that_takes_effect_later_is_served_from_then_on() {
    for (arrest, states, held) in [
        (
            "10",
            "police_custody,serving",
            expect!["days 10-31: 1 held\n"],
        ),
        ("10", "police_custody", expect!["days 10-13: 1 held\n"]),
        ("10", "serving", expect!["days 14-31: 1 held\n"]),
        // Arrested on one of four days: in police custody by the sentence's own day.
        (
            "10/13",
            "police_custody",
            expect![[r#"
                days 10-11: 0 held (at least 0, at most 1)
                days 12-13: 1 held
            "#]],
        ),
    ] {
        check_held(
            &format!("\n{arrest} 1 arrest\n12 1 sentence custody=P1Y effective_from=14\n"),
            &format!("custody_state={states}"),
            held,
        );
    }
}

#[test]
fn a_sentence_for_life_holds() {
    check(
        r#"
10 1 arrest
12 1 sentence custody=life suspended=P90Y
"#,
        expect![[r#"
            1: police_custody 10 to 12
            1: serving 12 to ..
            days 10-31: 1 held
        "#]],
    );
}

/// What was before a sentence stays as it was: it is served from its own day, however far back it counts.
#[test]
fn a_sentence_that_counts_from_an_earlier_day_is_served_from_its_own() {
    check(
        r#"
5 1 arrest
10 1 sentence custody=P1Y effective_from=3
5 2 arrest
7 2 release release_kind=on_bail
10 2 sentence custody=P1Y effective_from=5
"#,
        expect![[r#"
            1: police_custody 5 to 10
            1: serving 10 to ..
            2: police_custody 5 to 7
            2: free_with_restrictions 7 to 10
            2: serving 10 to ..
            days 5-6: 2 held
            days 7-9: 1 held
            days 10-31: 2 held
        "#]],
    );
}

#[test]
fn bail_refused_holds_and_bail_granted_frees() {
    check(
        r#"
10 1 bail decision=refused
12 1 bail decision=granted
14 1 bail decision=revoked
"#,
        expect![[r#"
            1: pretrial 10 to 12
            1: free_with_restrictions 12 to 14
            1: pretrial 14 to ..
            days 10-11: 1 held
            days 14-31: 1 held
        "#]],
    );
}

#[test]
fn a_conditional_release_restricts() {
    check(
        r#"
10 1,2,3 arrest
12 1 release release_kind=on_bail
12 2 release conditions=reporting
12 3 release release_kind=acquitted
"#,
        expect![[r#"
            1: police_custody 10 to 12
            1: free_with_restrictions 12 to ..
            2: police_custody 10 to 12
            2: free_with_restrictions 12 to ..
            3: police_custody 10 to 12
            3: free 12 to ..
            days 10-11: 3 held
        "#]],
    );
}

#[test]
fn left_custody_is_no_release() {
    check(
        r#"
10 1 arrest
13 1 left_custody
"#,
        expect![[r#"
            1: police_custody 10 to 13
            1: left_custody 13 to ..
            days 10-12: 1 held
        "#]],
    );
}

#[test]
fn a_death_ends_its_own_track() {
    check(
        r#"
10 1 arrest
13/14 1 death
16 1 release
17 1 arrest
"#,
        expect![[r#"
            1: police_custody 10 to 13/14
            1: dead 13/14 to ..
            1: after_death at 3
            1: after_death at 4
            days 10-12: 1 held
            day 13: 0 held (at least 0, at most 1)
        "#]],
    );
}

#[test]
fn a_death_bounds_other_tracks() {
    check(
        r#"
10 1 arrest case=c1
10 1 arrest case=c2
13/15 1 death case=c2
"#,
        expect![[r#"
            1: police_custody 10 to ..
            1 in c2: police_custody 10 to 13/15
            1 in c2: dead 13/15 to ..
            days 10-12: 1 held
            days 13-14: 0 held (at least 0, at most 1)
        "#]],
    );
}

#[test]
fn a_refuted_death_bounds_nothing() {
    check(
        r#"
10 1 arrest case=c1
13 1 death case=c2 ver=refuted
"#,
        expect![[r#"
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn an_escape_ends_custody_and_is_no_release() {
    check(
        r#"
10 1 arrest
13 1 escape
15 1 arrest
"#,
        expect![[r#"
            1: police_custody 10 to 13
            1: wanted 13 to 15
            1: police_custody 15 to ..
            days 10-12: 1 held
            days 15-31: 1 held
        "#]],
    );
}
