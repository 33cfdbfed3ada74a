//! Which ids are one person: domain rules by example.
//!
//! Never here: the notation of the logs (see `notation`).

use expect_test::expect;

use crate::notation::{check, check_figure, count_of};

#[test]
fn linked_ids_count_as_one() {
    check_figure(
        r#"
10 1 arrest
10 beta:1 arrest by=beta
.. - same_person pair=1,beta:1
"#,
        "measure=persons&kind=arrest",
        expect![[r#"
            1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn links_join_across_ids() {
    check_figure(
        r#"
10 1,2,3 arrest
.. - same_person pair=1,2
.. - same_person pair=3,2
"#,
        "measure=persons&kind=arrest",
        expect![[r#"
            1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn the_last_recorded_link_of_a_pair_holds() {
    check_figure(
        r#"
10 1,2 arrest
.. - not_same_person pair=2,1 rec=12
.. - same_person pair=1,2 rec=11
"#,
        "measure=persons&kind=arrest",
        expect![[r#"
            2 (at least 2, at most 2)
        "#]],
    );
}

#[test]
fn not_same_person_undoes_only_its_pair() {
    check_figure(
        r#"
10 1,2,3 arrest
.. - same_person pair=1,2 rec=11
.. - same_person pair=2,3 rec=11
.. - same_person pair=1,3 rec=11
.. - not_same_person pair=1,3 rec=12
"#,
        "measure=persons&kind=arrest",
        expect![[r#"
            1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn a_link_of_two_ids_that_its_organisation_owns_not_does_not_count() {
    check(
        r#"
10 1,2 arrest
.. - same_person pair=1,2 by=beta
"#,
        expect![[r#"
            1: police_custody 10 to ..
            2: police_custody 10 to ..
            days 10-31: 2 held
        "#]],
    );
}

#[test]
fn a_grant_lets_a_link_count() {
    check(
        r#"
10 1,2 arrest
.. - same_person pair=1,2 by=beta
.. - grant grantee=beta case=-
"#,
        expect![[r#"
            1: police_custody 10 to ..
            2: police_custody 10 to ..
            1 2: are one
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn a_retracted_grant_no_longer_lets_a_link_count() {
    check(
        r#"
10 1,2 arrest
.. - grant grantee=beta case=-
.. - same_person pair=1,2 by=beta
.. - retraction of=2 case=-
"#,
        expect![[r#"
            1: police_custody 10 to ..
            2: police_custody 10 to ..
            days 10-31: 2 held
        "#]],
    );
}

/// The owner linked first, so the pair was not new when the other came.
#[test]
fn a_grant_covers_links_that_came_after_the_owners() {
    check(
        r#"
10 1,2 arrest
.. - same_person pair=1,2 rec=10
.. - not_same_person pair=1,2 by=beta rec=12
.. - grant grantee=beta case=-
"#,
        expect![[r#"
            1: police_custody 10 to ..
            2: police_custody 10 to ..
            days 10-31: 2 held
        "#]],
    );
}

#[test]
fn a_retracted_link_is_undone() {
    check(
        r#"
10 1,2 arrest
.. - same_person pair=1,2
.. - retraction of=2
"#,
        expect![[r#"
            1: police_custody 10 to ..
            2: police_custody 10 to ..
            days 10-31: 2 held
        "#]],
    );
}

#[test]
fn a_link_of_an_id_with_itself_changes_nothing() {
    check(
        r#"
10 1 arrest
.. - same_person pair=1,1
"#,
        expect![[r#"
            1: police_custody 10 to ..
            days 10-31: 1 held
        "#]],
    );
}

#[test]
fn death_of_one_id_bounds_the_other() {
    check(
        r#"
10 1 arrest case=c1
12 beta:1 death by=beta case=beta:c9
.. - same_person pair=1,beta:1
"#,
        expect![[r#"
            1: police_custody 10 to ..
            beta:1 in beta:c9: dead 12 to ..
            1 beta:1: are one
            days 10-11: 1 held
        "#]],
    );
}

#[test]
fn an_owner_parts_whatever_came_later_by_the_other() {
    for (later, expected) in [
        ("same_person pair=1,beta:1 by=beta rec=13", 2),
        ("same_person pair=1,beta:1 rec=13", 1),
        ("retraction of=4", 1),
    ] {
        let log = format!(
            r#"
10 1 arrest
10 beta:1 arrest by=beta
.. - same_person pair=1,beta:1 by=beta rec=11
.. - not_same_person pair=1,beta:1 rec=12
.. - {later}
"#
        );
        let found = count_of(&log, "measure=persons&kind=arrest");
        assert_eq!(found, expected, "{later}");
    }
}

#[test]
fn within_one_organisation_the_last_link_holds() {
    check_figure(
        r#"
10 1,2 arrest
.. - not_same_person pair=1,2 rec=11
.. - grant grantee=beta case=-
.. - same_person pair=1,2 by=beta rec=12
"#,
        "measure=persons&kind=arrest",
        expect![[r#"
            1 (at least 1, at most 1)
        "#]],
    );
}

#[test]
fn others_do_not_make_two_ids_of_an_organisation_one() {
    for (links, expected) in [
        // By ids of theirs, of one organisation or of several.
        (
            ".. - same_person pair=1,beta:1 by=beta\n.. - same_person pair=2,beta:1 by=beta",
            2,
        ),
        (
            ".. - same_person pair=1,beta:1\n.. - same_person pair=2,beta:1 by=beta",
            2,
        ),
        (
            ".. - same_person pair=1,beta:1 by=beta\n.. - same_person pair=beta:1,gamma:1 by=gamma\n.. - same_person pair=2,gamma:1 by=gamma",
            2,
        ),
        // The organisation itself, or its editor.
        (
            ".. - same_person pair=1,beta:1\n.. - same_person pair=2,beta:1",
            1,
        ),
        (
            ".. - same_person pair=1,beta:1\n.. - same_person pair=2,beta:1 by=beta\n.. - grant grantee=beta case=-",
            1,
        ),
        (
            ".. - same_person pair=1,2\n.. - same_person pair=2,beta:1 by=beta",
            1,
        ),
    ] {
        let log = format!("\n10 1,2 arrest\n{links}\n");
        let found = count_of(&log, "measure=persons&kind=arrest");
        assert_eq!(found, expected, "{links}");
    }
}

/// Two of alpha and two of beta: alpha says that its two are one, and each was linked to one of beta's.
/// The earlier of the links across holds, whichever came first.
#[test]
fn a_link_that_would_join_two_of_another_is_left_out() {
    let across = [
        ".. - same_person pair=1,beta:1 rec=11",
        ".. - same_person pair=2,beta:2 rec=12",
    ];
    for across in [across, [across[1], across[0]]] {
        let log = format!(
            "\n10 1,2 arrest\n10 beta:1 arrest by=beta\n10 beta:2 arrest by=beta\n{}\n{}\n.. - same_person pair=1,2 rec=13\n",
            across[0], across[1]
        );
        assert_eq!(count_of(&log, "measure=persons&kind=arrest"), 2);
    }
}
