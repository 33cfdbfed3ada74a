//! What follows from rows of change about people held and their charges, on invented people.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use crate::testing;

/// The repository's own mapping, with plain files.
fn mapping() -> String {
    include_str!("../../../../../docs/examples/mappings/pdx_jail.toml").replace(".csv.gz", ".csv")
}

const SCRAPES: &str = "\
0,2024-01-01T20:00:00Z,,,,
1,2024-01-03T20:00:00Z,,,,
2,2024-01-04T20:00:00Z,0,,scrape failed: roster file empty,
3,2024-01-05T18:00:00Z,,,,
4,2024-01-05T23:00:00Z,,,,
5,2024-01-09T20:00:00Z,,,,
";

fn files(people: &str, charges: &str) -> [(&'static str, String); 3] {
    let head = "scrape,recorded_at,roster_rows,charge_rows,note,source_commit\n";
    let people_head =
        "scrape,op,person,name,age,gender,race,agency,booked_at,facility,projected_release\n";
    [
        ("scrapes.csv", format!("{head}{SCRAPES}")),
        ("roster_changes.csv", format!("{people_head}{people}")),
        (
            "charge_changes.csv",
            format!("scrape,op,count,name,charge,bail,status\n{charges}"),
        ),
    ]
}

/// Imports `people` and `charges` and compares the events' `fields`, then the report.
fn check(people: &str, charges: &str, fields: &[&str], expected: Expect) {
    let files = files(people, charges);
    let files: Vec<(&str, &str)> = files.iter().map(|(n, c)| (*n, c.as_str())).collect();
    let (events, report) = testing::import(&mapping(), &files);
    let events = testing::print(&events, fields);
    expected.assert_eq(&format!("{events}--\n{}", testing::print_report(&report)));
}

#[test]
fn someone_who_vanishes_left_between_two_good_snapshots_and_a_hole_says_nothing() {
    check(
        "\
0,add,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
3,remove,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
",
        "",
        &["occurred", "last_seen", "facility"],
        expect![[r#"
            2024-01-01 arrest pdx:A-123020230703 2023-12-30 MAIN
            2024-01-05 left_custody pdx:A-123020230703 2024-01-03/2024-01-05 2024-01-03
            --
            1 snapshot failed: a hole, says nothing about anyone
        "#]],
    );
}

#[test]
fn a_return_under_the_old_stamp_happened_between_two_snapshots() {
    check(
        "\
0,add,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
1,remove,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
5,add,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
",
        "",
        &["occurred", "occurred_as_reported"],
        expect![[r#"
            2024-01-01 arrest pdx:A-123020230703 2023-12-30 12/30/2023 07:03 PM
            2024-01-03 left_custody pdx:A-123020230703 2024-01-01/2024-01-03
            2024-01-09 arrest pdx:A-123020230703 2024-01-05/2024-01-09 12/30/2023 07:03 PM
            --
            1 came back under a day not after the last departure: came between two snapshots
            1 snapshot failed: a hole, says nothing about anyone
        "#]],
    );
}

#[test]
fn who_leaves_and_returns_on_one_day_came_on_that_day() {
    check(
        "\
1,add,A,n1,30,Male,White,Court,01/02/2024 07:03 PM,MAIN,Unknown
3,remove,A,n1,30,Male,White,Court,01/02/2024 07:03 PM,MAIN,Unknown
4,add,A,n1,30,Male,White,Court,01/05/2024 01:00 PM,MAIN,Unknown
5,remove,A,n1,30,Male,White,Court,01/05/2024 01:00 PM,MAIN,Unknown
5,add,B,n2,30,Male,White,Court,01/08/2024 01:00 PM,MAIN,Unknown
",
        "",
        &["occurred"],
        expect![[r#"
            2024-01-03 arrest pdx:A-010220240703 2024-01-02
            2024-01-05 left_custody pdx:A-010220240703 2024-01-03/2024-01-05
            2024-01-05 arrest pdx:A-010520240100 2024-01-05
            2024-01-09 left_custody pdx:A-010520240100 2024-01-05/2024-01-09
            2024-01-09 arrest pdx:B-010820240100 2024-01-08
            --
            1 came back under a day not after the last departure: came between two snapshots
            1 snapshot failed: a hole, says nothing about anyone
        "#]],
    );
}

#[test]
fn a_changed_facility_is_a_transfer_and_the_rest_one_correction() {
    check(
        "\
0,add,A,n1,30,Unknown,Unknown,nan,12/30/2023 07:03 PM,MAIN,Unknown
1,change,A,n1,31,Unknown,Unknown,nan,12/30/2023 07:03 PM,MAIN,Unknown
3,change,A,n2,31,Female,Asian,Court,12/30/2023 07:03 PM,EAST,02/03/2024
4,change,A,n2,31,Female,Asian,nan,12/30/2023 07:03 PM,EAST,Unknown
",
        "",
        &["occurred", "from", "to", "persons", "patch"],
        expect![[r#"
            2024-01-01 arrest pdx:A-123020230703 2023-12-30 [{"age_at_event":30,"id":"pdx:A","names":[{"text":"n1"}],"sex":"unknown"}]
            2024-01-05 transfer pdx:A-123020230703 2024-01-03/2024-01-05 MAIN EAST [{"id":"pdx:A"}]
            2024-01-05 correction - {"authority":{"kind":"unknown","name":"Court"},"persons":[{"age_at_event":30,"id":"pdx:A","names":[{"text":"n2"}],"race":"Asian","sex":"female"}],"projected_release":"02/03/2024"}
            2024-01-05 correction - {"authority":null,"projected_release":null}
            --
            1 age advanced by a year: the age at the arrest stands
            1 snapshot failed: a hole, says nothing about anyone
        "#]],
    );
}

#[test]
fn a_corrected_booking_day_moves_the_arrest_only_where_the_person_stays_on_the_roster() {
    check(
        "\
0,add,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
1,remove,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
3,add,A,n1,30,Male,White,Court,01/04/2024 07:03 PM,MAIN,Unknown
4,change,A,n1,30,Male,White,Court,01/05/2024 01:03 PM,MAIN,Unknown
5,change,A,n1,30,Male,White,Court,01/02/2024 01:03 PM,MAIN,Unknown
",
        "",
        &["occurred", "patch"],
        expect![[r#"
            2024-01-01 arrest pdx:A-123020230703 2023-12-30
            2024-01-03 left_custody pdx:A-123020230703 2024-01-01/2024-01-03
            2024-01-05 arrest pdx:A-010420240703 2024-01-04
            2024-01-05 correction - {"occurred":"2024-01-05","occurred_as_reported":"01/05/2024 01:03 PM"}
            2024-01-09 correction - {"occurred_as_reported":"01/02/2024 01:03 PM"}
            --
            1 a corrected day is not after the last departure, or ahead: kept as it was
            1 snapshot failed: a hole, says nothing about anyone
        "#]],
    );
}

const TWO: &str = "\
0,add,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
0,add,B,n2,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
";

/// The charges' own fields.
const CHARGE: [&str; 6] = [
    "occurred",
    "charge",
    "status",
    "status_as_reported",
    "left_roster",
    "patch",
];

#[test]
fn each_unit_of_a_count_is_a_charge_of_its_own() {
    check(
        TWO,
        "\
0,add,2,n1,THEFT I (C Felony),$0,Unsentenced
1,remove,1,n1,THEFT I (C Felony),$0,Unsentenced
3,add,1,n1,THEFT I (C Felony),$0,Sentenced
",
        &CHARGE,
        expect![[r#"
            2024-01-01 arrest pdx:A-123020230703 2023-12-30
            2024-01-01 arrest pdx:B-123020230703 2023-12-30
            2024-01-01 charge pdx:A-123020230703 ../2024-01-01 pdx:A-123020230703/7ecdc44f45ad-1 Unsentenced
            2024-01-01 charge pdx:A-123020230703 ../2024-01-01 pdx:A-123020230703/7ecdc44f45ad-2 Unsentenced
            2024-01-03 charge_status pdx:A-123020230703 2024-01-01/2024-01-03 pdx:A-123020230703/7ecdc44f45ad-1 unknown true
            2024-01-05 charge pdx:A-123020230703 2024-01-03/2024-01-05 pdx:A-123020230703/7ecdc44f45ad-3 Sentenced
            2024-01-05 charge_status pdx:A-123020230703 2024-01-03/2024-01-05 pdx:A-123020230703/7ecdc44f45ad-3 convicted Sentenced
            --
            1 snapshot failed: a hole, says nothing about anyone
        "#]],
    );
}

#[test]
fn a_charge_that_goes_and_comes_in_one_snapshot_changed_its_status_or_its_bail() {
    check(
        TWO,
        "\
0,add,3,n1,THEFT I (C Felony),$0,Unsentenced
1,remove,3,n1,THEFT I (C Felony),$0,Unsentenced
1,add,1,n1,THEFT I (C Felony),$500,Unsentenced
1,add,1,n1,THEFT I (C Felony),$0,Released
1,add,1,n1,THEFT I (C Felony),$0,Prison
",
        &CHARGE,
        expect![[r#"
            2024-01-01 arrest pdx:A-123020230703 2023-12-30
            2024-01-01 arrest pdx:B-123020230703 2023-12-30
            2024-01-01 charge pdx:A-123020230703 ../2024-01-01 pdx:A-123020230703/7ecdc44f45ad-1 Unsentenced
            2024-01-01 charge pdx:A-123020230703 ../2024-01-01 pdx:A-123020230703/7ecdc44f45ad-2 Unsentenced
            2024-01-01 charge pdx:A-123020230703 ../2024-01-01 pdx:A-123020230703/7ecdc44f45ad-3 Unsentenced
            2024-01-03 correction - {"bail_as_reported":"$500"}
            2024-01-03 charge_status pdx:A-123020230703 2024-01-01/2024-01-03 pdx:A-123020230703/7ecdc44f45ad-2 pending Released
            2024-01-03 charge_status pdx:A-123020230703 2024-01-01/2024-01-03 pdx:A-123020230703/7ecdc44f45ad-3 convicted Prison
            --
            1 snapshot failed: a hole, says nothing about anyone
        "#]],
    );
}

#[test]
fn a_name_that_two_people_bear_names_nobody() {
    check(
        "\
0,add,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
1,add,B,n1,30,Male,White,Court,01/02/2024 07:03 PM,MAIN,Unknown
4,remove,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
",
        "\
0,add,1,n1,THEFT I (C Felony),$0,Unsentenced
1,add,1,n1,THEFT I (C Felony),$0,Unsentenced
3,remove,1,n1,THEFT I (C Felony),$0,Unsentenced
4,remove,1,n1,THEFT I (C Felony),$0,Unsentenced
",
        &["persons/0/id", "charge", "status"],
        expect![[r#"
            2024-01-01 arrest pdx:A-123020230703 pdx:A
            2024-01-01 charge pdx:A-123020230703 pdx:A pdx:A-123020230703/7ecdc44f45ad-1
            2024-01-03 arrest pdx:B-010220240703 pdx:B
            2024-01-03 charge - pdx:unclear-676b8bb84ce7/7ecdc44f45ad-1
            2024-01-05 charge_status - pdx:unclear-676b8bb84ce7/f632b5851998558928fd3768 unknown
            2024-01-05 left_custody pdx:A-123020230703 pdx:A
            2024-01-05 charge_status - pdx:unclear-676b8bb84ce7/7ecdc44f45ad-1 unknown
            --
            1 charge that came beside a name of several people: names nobody
            1 charge that went beside a name of several people: names nobody
            1 snapshot failed: a hole, says nothing about anyone
        "#]],
    );
}

#[test]
fn a_corrected_name_takes_its_charges_along() {
    check(
        "\
0,add,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
1,change,A,n9,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
3,remove,A,n9,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
",
        "\
0,add,1,n1,THEFT I (C Felony),$0,Unsentenced
1,remove,1,n1,THEFT I (C Felony),$0,Unsentenced
1,add,1,n9,THEFT I (C Felony),$0,Unsentenced
3,remove,1,n9,THEFT I (C Felony),$0,Unsentenced
",
        &["charge", "status"],
        expect![[r#"
            2024-01-01 arrest pdx:A-123020230703
            2024-01-01 charge pdx:A-123020230703 pdx:A-123020230703/7ecdc44f45ad-1
            2024-01-03 correction -
            2024-01-05 left_custody pdx:A-123020230703
            2024-01-05 charge_status pdx:A-123020230703 pdx:A-123020230703/7ecdc44f45ad-1 unknown
            --
            1 charge under another name of the same person: unchanged
            1 snapshot failed: a hole, says nothing about anyone
        "#]],
    );
}

#[test]
fn rows_that_do_not_fit_are_reported_and_the_rest_goes_on() {
    check(
        "\
0,add,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
0,add,B,n2,old,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
0,add,C,n3,30,M,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
0,add,D,n4,30,Male,White,Court,2023-12-30,MAIN,Unknown
1,add,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
1,remove,E,n5,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
1,moved,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
2,remove,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
x,remove,A,n1,30,Male,White,Court,12/30/2023 07:03 PM,MAIN,Unknown
",
        "\
0,add,none,n1,THEFT I (C Felony),$0,Unsentenced
0,add,1,n1,THEFT I (C Felony),$0,Paused
0,remove,1,n1,THEFT I (C Felony),$0,Unsentenced
",
        &[],
        expect![[r#"
            2024-01-01 arrest pdx:A-123020230703
            --
            1 snapshot failed: a hole, says nothing about anyone
            roster_changes.csv line 3 age: not a whole number in digits (text, 3 characters)
            roster_changes.csv line 4 gender: no code for this value in its map (text, 1 characters)
            roster_changes.csv line 5 booked_at: not a date of the form %m/%d/%Y %I:%M %p (text with digits, 10 characters)
            charge_changes.csv line 4 charge: removed, but not that often on the roster with this bail and status (text, 18 characters)
            charge_changes.csv line 2 count: not a number from 1 to 1000 (text, 4 characters)
            charge_changes.csv line 3 status: no code for this value in its map (text, 6 characters)
            roster_changes.csv line 7 person: not on the list at the previous good snapshot (text, 1 characters)
            roster_changes.csv line 6 person: added, but already on the list (text, 1 characters)
            roster_changes.csv line 8 op: not one of add, change, remove (text, 5 characters)
            roster_changes.csv line 9 scrape: the snapshot failed, so it says nothing about anyone (digits, 1 characters)
            roster_changes.csv line 10 scrape: not a number (text, 1 characters)
        "#]],
    );
}

/// The first snapshots of the real roster: the same bytes in every run, each id once, each row accounted for.
#[test]
fn the_real_roster_gives_the_same_events_twice() {
    let Some(folder) = testing::shared_data("pdx_jail") else {
        return;
    };
    let run = || testing::run(testing::example("pdx_jail.toml"), &folder, 330).unwrap();
    let ((events, report), (again, _)) = (run(), run());
    assert_eq!(
        report.rows_rejected,
        0,
        "{}",
        testing::print_report(&report)
    );
    assert!(events.len() > 5_000, "{}", events.len());
    assert!(events == again, "a second run made other events");
    let ids: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| event["id"].as_str())
        .collect();
    assert_eq!(ids.len(), events.len());
}
