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
