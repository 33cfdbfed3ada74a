//! Inconsistencies, and contradictions between organisations: domain rules by example.
//!
//! Never here: the notation of the logs (see `notation`).

use expect_test::expect;

use crate::notation::check;

#[test]
fn a_second_organisations_report_of_a_release_fits() {
    check(
        r#"
11 1 arrest
13 1 release
14 1 release by=beta
"#,
        expect![[r#"
            1: police_custody 11 to 13
            1: free 13 to ..
            1: release: 3 shown, against 2
            days 11-12: 1 held
        "#]],
    );
}

#[test]
fn a_second_release_by_the_same_organisation_does_not_fit() {
    check(
        r#"
11 1 arrest
13 1 release
14 1 release
"#,
        expect![[r#"
            1: police_custody 11 to 13
            1: free 13 to ..
            1: ending_without_beginning at 3
            days 11-12: 1 held
        "#]],
    );
}

#[test]
fn a_release_by_two_of_someone_never_held_does_not_fit() {
    check(
        r#"
13 1 release
14 1 release by=beta
"#,
        expect![[r#"
            1: free 13 to ..
            1: release: 2 shown, against 1
            1: ending_without_beginning at 1
            1: ending_without_beginning at 2
        "#]],
    );
}

#[test]
fn a_release_after_left_custody_tells_how() {
    check(
        r#"
11 1 arrest
13 1 left_custody
15 1 release
"#,
        expect![[r#"
            1: police_custody 11 to 13
            1: left_custody 13 to 15
            1: free 15 to ..
            days 11-12: 1 held
        "#]],
    );
}

/// Whoever is free on bail is released from the conditions.
#[test]
fn a_release_after_bail_ends_the_restrictions() {
    check(
        r#"
11 1 arrest
13 1 bail decision=granted
15 1 release release_kind=charges_dropped
"#,
        expect![[r#"
            1: police_custody 11 to 13
            1: free_with_restrictions 13 to 15
            1: free 15 to ..
            days 11-12: 1 held
        "#]],
    );
}

#[test]
fn a_transfer_of_someone_not_known_to_be_held_does_not_fit() {
    check(
        r#"
11 1 transfer
12 2 detention_extended
13 3 transfer rec=13
13 3 arrest rec=14
"#,
        expect![[r#"
            1: held_without_beginning at 1
            2: held_without_beginning at 2
            3: police_custody 13 to ..
            days 13-31: 1 held
        "#]],
    );
}

#[test]
fn parts_that_cannot_make_the_whole_are_flagged() {
    check(
        r#"
11 - aggregate_claim verbatim=a measure=persons lower=25 upper=25 parts=released:13,remain:12
11 - aggregate_claim verbatim=b measure=persons lower=24 upper=24 parts=released:13,remain:12
11 - aggregate_claim verbatim=c measure=persons lower=26 parts=released:13,remain:12
11 - aggregate_claim verbatim=d measure=persons lower=24 parts=released:13,remain:12
"#,
        expect![[r#"
            c1: claim_parts at 2
            c1: claim_parts at 3
        "#]],
    );
}

#[test]
fn each_charge_of_a_spell_is_compared() {
    check(
        r#"
11 1 charge charge=1 article=494
11 1 charge charge=2 article=495
12 1 charge by=beta charge=1 article=494
11 1 charge by=beta charge=2 article=496
"#,
        expect![[r#"
            1: charge 1 of article 494: pending 11
            1: charge 2 of article 495: pending 11
            1: charge: 3 shown, against 1
            1: charge: 4 shown, against 2
        "#]],
    );
}

#[test]
fn the_better_verified_is_shown_then_the_later_recorded() {
    check(
        r#"
11 1 arrest ver=verified
12 1 arrest by=beta rec=2020-03-05
10 2 arrest rec=2020-03-02
11 2 arrest by=beta rec=2020-03-05
"#,
        expect![[r#"
            1: police_custody 11 to ..
            1: arrest: 1 shown, against 2
            2: police_custody 10 to ..
            2: arrest: 4 shown, against 3
            day 10: 1 held
            days 11-31: 2 held
        "#]],
    );
}

#[test]
fn what_an_ending_parts_does_not_contradict() {
    check(
        r#"
11 1 arrest
13 1 release
15 1 arrest by=beta
"#,
        expect![[r#"
            1: police_custody 11 to 13
            1: free 13 to 15
            1: police_custody 15 to ..
            days 11-12: 1 held
            days 15-31: 1 held
        "#]],
    );
}

#[test]
fn what_is_refuted_neither_contradicts_nor_parts() {
    check(
        r#"
11 1 arrest
13 1 release ver=refuted
15 1 arrest by=beta
11 2 arrest ver=refuted
15 2 arrest by=beta
"#,
        expect![[r#"
            1: police_custody 11 to ..
            1: arrest: 3 shown, against 1
            2: police_custody 15 to ..
            days 11-14: 1 held
            days 15-31: 2 held
        "#]],
    );
}
