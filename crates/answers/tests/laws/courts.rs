//! Amended charges, appeals, clemency and sentences: the status of a charge, by example.
//!
//! Never here: the notation of the logs (see `notation`).

use expect_test::expect;

use crate::notation::{check, check_figure};

#[test]
fn a_new_charge_without_its_own_event_begins_with_the_amendment() {
    check(
        r#"
10 1 charge charge=1 article=494
12? 1 charge_status charge=1 status=amended new_charge=2
14 1 verdict verdicts=2:guilty
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, amended 12? into 2
            1: charge 2 of article - in place of 1: pending 12?, convicted 14
        "#]],
    );
}

#[test]
fn an_amended_charge_is_a_person_charge_of_its_own_beside_the_new_one() {
    check_figure(
        r#"
10 1 charge charge=1 article=494
12 1 charge_status charge=1 status=amended new_charge=2
"#,
        "measure=person_charges&group_by=charge_status",
        expect![[r#"
            2 (at least 2, at most 2)
            amended: 1 (at least 1, at most 1)
            pending: 1 (at least 1, at most 1)
        "#]],
    );
}

/// An amendment changes the status of the amended charge, and of no other.
#[test]
fn a_chain_of_amendments_is_linked_both_ways() {
    check(
        r#"
10 1 charge charge=1 article=494
12 1 charge_status charge=1 status=amended new_charge=2
14 1 charge_status charge=2 status=amended new_charge=3
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, amended 12 into 2
            1: charge 2 of article - in place of 1: pending 12, amended 14 into 3
            1: charge 3 of article - in place of 2: pending 14
        "#]],
    );
}

#[test]
fn only_an_amended_charge_has_another_in_its_place() {
    check(
        r#"
10 1 charge charge=1 article=494
12 1 charge_status charge=1 status=dropped new_charge=2
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, dropped 12
        "#]],
    );
}

#[test]
fn an_amendment_that_is_taken_back_leaves_no_new_charge() {
    check(
        r#"
10 1 charge charge=1 article=494
12 1 charge_status charge=1 status=amended new_charge=2
.. - retraction of=2
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10
        "#]],
    );
}

#[test]
fn a_lodged_appeal_keeps_the_charge_open() {
    check(
        r#"
10 1 charge charge=1 article=494
12 1 verdict verdicts=1:guilty
14 1 appeal stage=lodged charges=1
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, convicted 12, pending_appeal 14
        "#]],
    );
}

#[test]
fn an_upheld_judgment_stands_as_before_the_appeal() {
    check(
        r#"
10 1 charge charge=1 article=494
10 1 charge charge=2 article=495
12 1 verdict verdicts=1:guilty,2:not_guilty
14 1 appeal stage=lodged charges=1,2
18 1 appeal stage=decided outcome=upheld charges=1,2
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, convicted 12, pending_appeal 14, convicted 18
            1: charge 2 of article 495: pending 10, acquitted 12, pending_appeal 14, acquitted 18
        "#]],
    );
}

/// A quashed conviction leaves nothing; a quashed acquittal leaves the charge.
#[test]
fn a_quashed_judgment_is_undone() {
    check(
        r#"
10 1 charge charge=1 article=494
10 1 charge charge=2 article=495
12 1 verdict verdicts=1:guilty,2:not_guilty
18 1 appeal stage=decided outcome=quashed charges=1,2
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, convicted 12, dismissed 18
            1: charge 2 of article 495: pending 10, acquitted 12, pending 18
        "#]],
    );
}

#[test]
fn a_remanded_case_is_pending_again_and_a_changed_sentence_convicts() {
    check(
        r#"
10 1 charge charge=1 article=494
10 1 charge charge=2 article=495
10 1 charge charge=3 article=496
12 1 verdict verdicts=1:guilty,2:guilty,3:not_guilty
18 1 appeal stage=decided outcome=remanded charges=1
18 1 appeal stage=decided outcome=reduced charges=2
18 1 appeal stage=decided outcome=increased charges=3
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, convicted 12, pending 18
            1: charge 2 of article 495: pending 10, convicted 12, convicted 18
            1: charge 3 of article 496: pending 10, acquitted 12, convicted 18
        "#]],
    );
}

#[test]
fn how_an_appeal_was_decided_may_not_be_known() {
    check(
        r#"
10 1 charge charge=1 article=494
12 1 verdict verdicts=1:guilty
18 1 appeal stage=decided charges=1
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, convicted 12, unknown 18
        "#]],
    );
}

#[test]
fn an_appeal_that_names_no_charge_changes_none() {
    check(
        r#"
10 1 charge charge=1 article=494
12 1 appeal stage=lodged
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10
        "#]],
    );
}

/// A pardon and a commutation are about the punishment: the conviction stands.
#[test]
fn an_amnesty_ends_a_charge_and_a_pardon_stands_in_its_history() {
    check(
        r#"
10 1 charge charge=1 article=494
10 1 charge charge=2 article=495
10 1 charge charge=3 article=496
12 1 verdict verdicts=1:guilty,2:guilty,3:guilty
14 1 clemency clemency_kind=amnesty charges=1
15 1 clemency clemency_kind=pardon charges=2
16 1 clemency clemency_kind=commutation charges=3
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, convicted 12, amnestied 14
            1: charge 2 of article 495: pending 10, convicted 12, convicted 15
            1: charge 3 of article 496: pending 10, convicted 12, convicted 16
        "#]],
    );
}

/// A pardon alone frees nobody: only a release ends custody.
#[test]
fn clemency_changes_no_custody() {
    check(
        r#"
10 1 detention kind=serving
12 1 clemency clemency_kind=pardon
14 1 release release_kind=pardon
"#,
        expect![[r#"
            1: serving 10 to 14
            1: free 14 to ..
            days 10-13: 1 held
        "#]],
    );
}

#[test]
fn a_sentence_convicts_of_the_charges_that_it_names() {
    check(
        r#"
10 1 charge charge=1 article=494
10 1 charge charge=2 article=495
12 1 sentence custody=P1Y suspended=P1Y charges=1
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 10, convicted 12
            1: charge 2 of article 495: pending 10
        "#]],
    );
}

/// In days rounded down, two times six months would be a day less than a year.
#[test]
fn a_year_less_twice_six_months_is_nothing() {
    check(
        r#"
10 1,2 arrest
12 1 sentence custody=P1Y suspended=P6M time_served_credit=P6M
12 2 sentence custody=P1Y suspended=P6M time_served_credit=P5M30D
"#,
        expect![[r#"
            1: police_custody 10 to ..
            2: police_custody 10 to 12
            2: serving 12 to ..
            days 10-31: 2 held
        "#]],
    );
}
