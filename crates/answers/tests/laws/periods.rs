//! Groups of time: the span of events, the days outside of it, and who is held period by period.
//!
//! Never here: random histories (see `laws`).

use expect_test::expect;
use fold::Scope;

use crate::memory::fold_all;
use crate::notation::{check_figure, leaves, parse};

#[test]
fn a_date_without_a_beginning_stands_in_the_row_outside_of_the_span() {
    check_figure(
        r#"
10 1 death
2018-05-01 2 death
../20 3 death
"#,
        "kind=death&group_by=year",
        expect![[r#"
            3 (at least 3, at most 3)
            -: 0 (at least 0, at most 1)
            2018: 1 (at least 1, at most 2)
            2019: 0 (at least 0, at most 1)
            2020: 1 (at least 1, at most 2)
        "#]],
    );
}

/// The days outside are those before the span and those after it: 3 died on one of either.
#[test]
fn what_lies_outside_of_the_span_wholly_counts_there() {
    check_figure(
        r#"
10 1 death
../2015-03-01 2 death
2001/2003 3 death
"#,
        "kind=death&group_by=year",
        expect![[r#"
            3 (at least 3, at most 3)
            -: 2 (at least 2, at most 2)
            2020: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn without_a_date_that_sets_it_the_span_is_empty() {
    check_figure(
        "../20 1 death\n2001/2003~ 2 death",
        "kind=death&group_by=month,year",
        expect![[r#"
            2 (at least 1, at most 2)
            - -: 2 (at least 1, at most 2)
        "#]],
    );
}

/// Recorded on 1 March 2020: 2 died 150 years before, 3 a day earlier.
#[test]
fn a_date_more_than_150_years_before_its_record_sets_no_span() {
    check_figure(
        r#"
1900-01-01 1 death
1870-03-01 2 death
1870-02-28 3 death
"#,
        "kind=death&group_by=year",
        expect![[r#"
            3 (at least 3, at most 3)
            1870: 2 (at least 2, at most 2)
            1900: 1 (at least 1, at most 1)
        "#]],
    );
    check_figure(
        "1870-02-28 3 death",
        "kind=death&group_by=year",
        expect![[r#"
            1 (at least 1, at most 1)
            -: 1 (at least 1, at most 1)
        "#]],
    );
}

/// Recorded on 1 March 2020: 2 died 150 years after, 3 a day later. One date far off leaves every question
/// by time an answer.
#[test]
fn a_date_more_than_150_years_after_its_record_sets_no_span() {
    check_figure(
        r#"
1900-01-01 1 death
2170-03-01 2 death
2170-03-02 3 death
"#,
        "kind=death&group_by=year",
        expect![[r#"
            3 (at least 3, at most 3)
            1900: 1 (at least 1, at most 1)
            2170: 2 (at least 2, at most 2)
        "#]],
    );
    check_figure(
        "2019-01-01 1 death\n9999-12-31 2 death",
        "kind=death&group_by=month",
        expect![[r#"
            2 (at least 2, at most 2)
            -: 1 (at least 1, at most 1)
            2019-01: 1 (at least 1, at most 1)
        "#]],
    );
}

/// The year 2016 has 366 days; one day more is too wide.
#[test]
fn a_date_wider_than_366_days_sets_no_span() {
    check_figure(
        "2016 1 death\n2018-01-01/2019-01-02 2 death",
        "kind=death&group_by=year",
        expect![[r#"
            2 (at least 2, at most 2)
            -: 1 (at least 1, at most 1)
            2016: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn the_span_and_the_days_outside_are_cut_to_the_window() {
    check_figure(
        r#"
10 1 death
2019-12-20/2020-01-05 2 death
2017/2020-01-20 3 death
"#,
        "kind=death&occurred=2019-12-25/2020-02&group_by=month",
        expect![[r#"
            1 (at least 1, at most 3)
            2019-12: 0 (at least 0, at most 2)
            2020-01: 1 (at least 1, at most 3)
        "#]],
    );
}

#[test]
fn more_than_1200_periods_are_refused() {
    let refused = |log: &str, query: &str| {
        let columns = fold_all(&leaves(log), &[]).columns;
        let at = columns.instants().newest();
        let answer = figures::answer(&columns, &parse(query), at, None, &Scope::Operator);
        let rows = answer.map(|answer| answer.rows.len());
        rows.map_err(|refused| match refused {
            figures::TooManyGroups::Periods(periods) => periods.found,
            figures::TooManyGroups::Cells => 0,
        })
    };
    let log = "1920-02-01 1 death\n2020-01-01 2 death";
    assert_eq!(refused(log, "kind=death&group_by=month"), Ok(2));
    let log = "1920-01-01 1 death\n2020-01-01 2 death";
    assert_eq!(refused(log, "kind=death&group_by=month"), Err(1_201));
    assert_eq!(refused(log, "kind=death&group_by=quarter"), Ok(2));
    assert_eq!(
        refused(log, "kind=death&group_by=month&occurred=1950/.."),
        Ok(1)
    );
    let log = "1920-01-01 1 arrest";
    let held = "definition=detained/any&on=2020-01-31&group_by=month";
    assert_eq!(refused(log, held), Err(1_201));
    assert_eq!(refused(log, &format!("{held}&occurred=2019-12/..")), Ok(2));
}

#[test]
fn who_is_held_by_month_is_the_figure_of_its_last_day() {
    check_figure(
        r#"
2020-03-10 1 arrest
2020-05-20 1 release
2020-04-10 2 arrest case=alpha:c2
"#,
        "definition=detained/any&group_by=month&on=2020-06-15",
        expect![[r#"
            1 (at least 1, at most 1)
            2020-03: 1 (at least 1, at most 1)
            2020-04: 2 (at least 2, at most 2)
            2020-05: 1 (at least 1, at most 1)
            2020-06: 1 (at least 1, at most 1)
        "#]],
    );
}

/// The row of the period of D is of D, and months are named with their years.
#[test]
fn who_is_held_by_period_and_sex_ends_with_d() {
    check_figure(
        r#"
2020-03-10 1 arrest sex=female
2020-04-20 1 release
2020-04-10 2 arrest case=alpha:c2 sex=male
"#,
        "definition=detained/any&group_by=month,sex,year&on=2020-04-15",
        expect![[r#"
            2 (at least 2, at most 2)
            2020-03 female 2020: 1 (at least 1, at most 1)
            2020-04 female 2020: 1 (at least 1, at most 1)
            2020-04 male 2020: 1 (at least 1, at most 1)
        "#]],
    );
}
