//! Endings that are sorted before the beginning of their day.
//!
//! Never here: other rules of custody (see `custody`).

use expect_test::expect;

use crate::notation::check;

#[test]
fn an_ending_before_a_beginning_of_its_day_ends_it() {
    check(
        r#"
13 1 release rec=14
13 1 arrest rec=15
"#,
        expect![[r#"
            1: free 13 to ..
            1: police_custody 13 to 13
        "#]],
    );
}

/// Several follow in their order, and what they begin by themselves never was.
#[test]
fn endings_before_a_beginning_of_their_day_follow_it_in_their_order() {
    check(
        r#"
12 1 wanted
12/13 1 release rec=14
12/13 1 escape rec=14
13 1 arrest rec=15
"#,
        expect![[r#"
            1: wanted 12 to 13
            1: free 12/13 to 12/13
            1: wanted 12/13 to ..
            1: police_custody 13 to 12/13
            1: ending_without_beginning at 3
        "#]],
    );
}

#[test]
fn an_ending_on_the_day_of_a_remand_keeps_the_days_before() {
    check(
        r#"
11/13 1 release rec=14
12/13 1 bail decision=refused rec=15
"#,
        expect![[r#"
            1: free 11/13 to ..
            1: pretrial 12/13 to 11/13
            day 12: 0 held (at least 0, at most 1)
        "#]],
    );
}

/// A death is an ending like a release; that nothing was open before it changes nothing.
#[test]
fn a_death_before_a_remand_of_its_day_ends_it() {
    check(
        r#"
12/13 1 death rec=14
12/13 1 bail decision=refused rec=15
"#,
        expect![[r#"
            1: dead 12/13 to ..
            1: pretrial 12/13 to 12/13
            day 12: 0 held (at least 0, at most 1)
        "#]],
    );
}

#[test]
fn an_ending_of_another_day_does_not_end_a_later_beginning() {
    check(
        r#"
12 1 release
13 1 arrest
"#,
        expect![[r#"
            1: free 12 to 13
            1: police_custody 13 to ..
            1: ending_without_beginning at 1
            days 13-31: 1 held
        "#]],
    );
}

/// What comes before a sentence takes effect finds the custody that it did not end yet.
#[test]
fn what_comes_before_a_sentence_takes_effect_comes_first() {
    check(
        r#"
10 1 arrest
12 1 sentence custody=P1Y effective_from=20
14 1 release
10 2 arrest
12 2 sentence custody=P1Y effective_from=20
14 2 transfer
10 3 arrest
12 3 sentence custody=P1Y effective_from=20
13 3 sentence custody=P1Y effective_from=16
10 4 arrest
12 4 sentence custody=P1Y effective_from=20
14 4 house_arrest
12 5 sentence custody=P1Y effective_from=20
12 5 sentence custody=P2Y effective_from=20
"#,
        expect![[r#"
            1: police_custody 10 to 14
            1: free 14 to 20
            1: serving 20 to ..
            2: police_custody 10 to 20
            2: serving 20 to ..
            3: police_custody 10 to 16
            3: serving 16 to ..
            4: police_custody 10 to 14
            4: house_arrest 14 to 20
            4: serving 20 to ..
            5: serving 20 to ..
            days 10-13: 4 held
            days 14-19: 2 held
            days 20-31: 5 held
        "#]],
    );
}
