//! Charges, counting units, unnamed people and persons: domain rules by example.
//!
//! Never here: the notation of the logs (see `notation`).

use expect_test::expect;

use crate::notation::{check, check_figure};

#[test]
fn a_charges_own_event_comes_first() {
    check(
        r#"
12 1 charge_status charge=1 status=dropped
15 1 charge charge=1 article=495
"#,
        expect![[r#"
            1: charge 1 of article 495: pending 15, dropped 12
        "#]],
    );
}

#[test]
fn a_verdict_speaks_of_each_charge() {
    check(
        r#"
10 1 charge charge=1 article=494
10 1 charge charge=2 article=495
14 1 verdict verdicts=1:guilty,2:dismissed
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, convicted 14
            1: charge 2 of article 495: pending 10, dismissed 14
        "#]],
    );
}

#[test]
fn a_status_alone_makes_a_charge_known() {
    check(
        r#"
12 1 charge_status charge=1 status=convicted
"#,
        expect![[r#"
            1: charge 1 of article -: convicted 12
        "#]],
    );
}

#[test]
fn an_amended_charge_keeps_its_history() {
    check(
        r#"
10 1 charge charge=1 article=494
12 1 charge_status charge=1 status=amended new_charge=2
12 1 charge charge=2 article=495
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, amended 12 into 2
            1: charge 2 of article 495 in place of 1: pending 12
        "#]],
    );
}

#[test]
fn one_charge_against_two_is_two_person_charges() {
    check_figure(
        r#"
10 1,2 charge charge=1 article=495
10 1 charge charge=2 article=494
"#,
        "measure=person_charges&group_by=article",
        expect![[r#"
            3 (at least 3, at most 3)
            494: 1 (at least 1, at most 1)
            495: 2 (at least 2, at most 2)
        "#]],
    );
}

/// A charge is of one case, and an event of another may name it.
#[test]
fn a_charge_named_in_two_cases_is_one_person_charge() {
    check_figure(
        r#"
10 1 charge charge=1 article=495
14 1 sentence case=c2 custody=P1Y charges=["alpha:c1/1"]
"#,
        "measure=person_charges",
        expect![[r#"
            1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn persons_by_article_count_once_each() {
    check_figure(
        r#"
10 1,2 charge charge=1 article=495
10 1 charge charge=2 article=495
"#,
        "measure=persons&article=495",
        expect![[r#"
            2 (at least 2, at most 2)
        "#]],
    );
}

#[test]
fn refuted_charges_are_left_out() {
    check_figure(
        r#"
10 1 charge charge=1 article=495 ver=refuted
"#,
        "measure=person_charges",
        expect![[r#"
            0 (at least 0, at most 0)
        "#]],
    );
}

#[test]
fn proceedings_that_name_no_person_change_nobody() {
    check(
        r#"
10 - charge charge=1 article=495
12 - sentence custody=P1Y effective_from=12
"#,
        expect![[""]],
    );
}

#[test]
fn unnamed_people_stand_beside_the_figure() {
    check_figure(
        r#"
10 1 arrest
10 - arrest group=450/450
11 - arrest group=24/
"#,
        "measure=persons&kind=arrest",
        expect![[r#"
            1 (at least 1, at most 1), 474 to .. unnamed
        "#]],
    );
}

#[test]
fn events_count_as_asserted() {
    check_figure(
        r#"
10 1,2 arrest
10 1 arrest by=beta
11 - arrest group=24/30
"#,
        "measure=events&kind=arrest&group_by=org",
        expect![[r#"
            3 (at least 3, at most 3)
            alpha: 2 (at least 2, at most 2)
            beta: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn refuted_events_count_only_when_asked_for() {
    check_figure(
        r#"
10 1 arrest
10 2 arrest ver=refuted
"#,
        "measure=persons&kind=arrest&verification=refuted",
        expect![[r#"
            1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn unknown_and_disputed_rank_with_reported() {
    check_figure(
        r#"
10 1 arrest
10 2 arrest ver=disputed
10 3 arrest ver=reported
10 4 arrest ver=corroborated
10 5 arrest ver=refuted
"#,
        "measure=persons&kind=arrest&group_by=verification",
        expect![[r#"
            4 (at least 4, at most 4)
            corroborated: 1 (at least 1, at most 1)
            disputed: 1 (at least 1, at most 1)
            reported: 1 (at least 1, at most 1)
            unknown: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn a_threshold_takes_what_is_at_least_as_well_checked() {
    check_figure(
        r#"
10 1 arrest ver=reported
10 2 arrest ver=corroborated
10 3 arrest ver=verified
"#,
        "measure=persons&kind=arrest&verification=corroborated",
        expect![[r#"
            2 (at least 2, at most 2)
        "#]],
    );
}

#[test]
fn a_figure_is_bounded_by_its_window() {
    check_figure(
        r#"
10 1 arrest
9/11 2 arrest
10? 3 arrest
2020-02 4 arrest
"#,
        "measure=persons&kind=arrest&occurred=2020-01-10/2020-01-31",
        expect![[r#"
            2 (at least 1, at most 3)
        "#]],
    );
}

#[test]
fn an_uncertain_month_touches_each_that_it_may_be() {
    check_figure(
        r#"
10 1 arrest
31/2020-02-01 2 arrest
"#,
        "measure=persons&kind=arrest&group_by=month",
        expect![[r#"
            2 (at least 2, at most 2)
            2020-01: 1 (at least 1, at most 2)
            2020-02: 0 (at least 0, at most 1)
        "#]],
    );
}

/// No day lies in January 2020 and in the year 2019.
#[test]
fn month_and_year_agree_in_one_group() {
    check_figure(
        r#"
2019-12-31/2020-01-01 1 arrest
"#,
        "measure=persons&kind=arrest&group_by=year,month",
        expect![[r#"
            1 (at least 1, at most 1)
            2019-12 2019: 0 (at least 0, at most 1)
            2020-01 2020: 0 (at least 0, at most 1)
        "#]],
    );
}

#[test]
fn a_place_includes_its_subdivisions() {
    check_figure(
        r#"
10 1 arrest place=KH
10 2 arrest place=KH-12
10 3 arrest place=TH
"#,
        "measure=persons&kind=arrest&place=KH",
        expect![[r#"
            2 (at least 2, at most 2)
        "#]],
    );
}

#[test]
fn arrests_for_rights_name_a_right() {
    check_figure(
        r#"
10 1 arrest rights=expression,assembly
10 2 arrest
"#,
        "measure=persons&definition=arrested/for_rights&group_by=rights_exercised",
        expect![[r#"
            1 (at least 1, at most 1)
            assembly: 1 (at least 1, at most 1)
            expression: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn unknown_never_replaces_a_known_sex() {
    check_figure(
        r#"
10 1 arrest sex=female
12 1 release sex=unknown
10 2 arrest sex=unknown
"#,
        "measure=persons&kind=arrest&group_by=sex",
        expect![[r#"
            2 (at least 2, at most 2)
            female: 1 (at least 1, at most 1)
            unknown: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn the_later_recorded_trait_holds() {
    check_figure(
        r#"
10 1 arrest sex=female rec=20
12 1 release sex=male rec=19
"#,
        "measure=persons&kind=arrest&group_by=sex",
        expect![[r#"
            1 (at least 1, at most 1)
            female: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn a_later_correction_sets_a_persons_traits() {
    check_figure(
        r#"
10 1 arrest sex=female rec=10
12 1 release sex=male rec=12
.. - correction of=1 rec=14 patch={"persons":[{"id":"alpha:1","sex":"other"}]}
"#,
        "measure=persons&kind=arrest&group_by=sex",
        expect![[r#"
            1 (at least 1, at most 1)
            other: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn a_correction_of_something_else_does_not_renew_traits() {
    check_figure(
        r#"
10 1 arrest sex=female rec=10
12 1 release sex=male rec=12
.. - correction of=1 rec=14 patch={"occurred":"2020-01-11"}
"#,
        "measure=persons&kind=arrest&group_by=sex",
        expect![[r#"
            1 (at least 1, at most 1)
            male: 1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn who_is_under_18_at_the_event_is_a_minor() {
    check_figure(
        r#"
10 1 arrest age=17
10 2 arrest birth=2002-01-11
10 3 arrest birth=2002-01-10
10 4 arrest birth=2002
10 5 arrest
"#,
        "measure=persons&kind=arrest&group_by=minor,person",
        expect![[r#"
            5 (at least 5, at most 5)
            no alpha:3: 1 (at least 1, at most 1)
            unknown alpha:4: 1 (at least 1, at most 1)
            unknown alpha:5: 1 (at least 1, at most 1)
            yes alpha:1: 1 (at least 1, at most 1)
            yes alpha:2: 1 (at least 1, at most 1)
        "#]],
    );
}
