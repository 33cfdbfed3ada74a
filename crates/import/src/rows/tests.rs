//! What follows from rows, on invented ones.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use crate::mapping::Mapping;
use crate::testing;

const MAPPING: &str = r#"
format = 1
org = "test"
source = "//test.example/sheet"
timezone = "Asia/Phnom_Penh"
null = ["None", "-"]
inputs = ["sheet.csv"]

[row]
key = ["no"]
subject = { column = "no" }
recordedtime = { column = "entered", instant = "%d/%m/%Y %H:%M" }
order = "recordedtime"
set = { visibility = "public", place = { code = "KH" }, sources = [{ kind = "ngo" }] }

[row.from]
"occurred" = { column = "day", date = "%d/%m/%Y", doubt = "?", doubt_when = { column = "sure", is = "no" } }
"place.locality" = { column = "town" }
"sources.0.ref" = { text = "sheet row {no}" }
"rights_exercised" = { column = "rights", codes = "right", split = "; " }

[row.persons]
column = "who"
split = ", "
id_prefix = "p-"
affiliation = true
unnamed = ["unknown man"]

[[event]]
kind = "arrest"
when = [{ column = "what", has = ["arrest"] }]

[[event]]
kind = "charge"
part = "first"
when = [{ column = "what", has = ["charge"] }, { column = "law", not = "-" }]
from = { "occurred" = { column = "day", date = "%d/%m/%Y", suffix = "/.." }, "charge" = { text = "{subject}/{law#12}" } }

[[skip]]
when = [{ column = "what", is = "test" }]
reason = "a test row"

[[leave]]
when = [{ column = "what", contains = "other" }]
reason = "left out: other"

[codes.right]
speech = "expression"
gathering = "assembly"
"*" = ""
"#;

const HEAD: &str = "no,entered,day,sure,town,what,rights,who,law\n";

fn check(rows: &str, fields: &[&str], expected: Expect) {
    let (events, report) = testing::import(MAPPING, &[("sheet.csv", &format!("{HEAD}{rows}"))]);
    let events = testing::print(&events, fields);
    expected.assert_eq(&format!("{events}--\n{}", testing::print_report(&report)));
}

#[test]
fn a_row_gives_an_event_for_each_section_in_the_order_recorded() {
    check(
        "\
1,03/02/2020 06:00,01/02/2020,yes,Kampot,\"arrest, charge\",speech; gathering,A,art 495
2,02/02/2020 06:00,01/02/2020,no,None,arrest,-,B,-
",
        &["occurred", "place", "charge", "rights_exercised", "sources"],
        expect![[r#"
            2020-02-01 arrest test:2 2020-02-01? {"code":"KH"} [{"kind":"ngo","ref":"sheet row 2"}]
            2020-02-02 arrest test:1 2020-02-01 {"code":"KH","locality":"Kampot"} ["expression","assembly"] [{"kind":"ngo","ref":"sheet row 1"}]
            2020-02-02 charge test:1 2020-02-01/.. {"code":"KH","locality":"Kampot"} test:1/af06dccf65a4 ["expression","assembly"] [{"kind":"ngo","ref":"sheet row 1"}]
            --
        "#]],
    );
}

#[test]
fn people_are_split_outside_parentheses_and_the_unnamed_stand_beside_them() {
    check(
        "1,03/02/2020 06:00,01/02/2020,yes,-,arrest,-,\"Sok (Union, Kampot), unknown man, Sok, Dara\",-\n",
        &["persons", "group"],
        expect![[r#"
            2020-02-02 arrest test:1 [{"affiliations":["Union, Kampot"],"id":"test:p-4ad2ae98c444759c","names":[{"text":"Sok"}]},{"id":"test:p-a7c59539d8ae15bf","names":[{"text":"Dara"}]}] {"lower":1,"upper":1,"verbatim":"unknown man"}
            --
        "#]],
    );
}

#[test]
fn a_row_that_gives_no_event_is_counted_with_its_reason() {
    check(
        "\
1,03/02/2020 06:00,01/02/2020,yes,-,test,-,A,-
2,03/02/2020 06:00,01/02/2020,yes,-,\"arrest, other\",-,A,-
3,03/02/2020 06:00,01/02/2020,yes,-,another,-,A,-
4,03/02/2020 06:00,2020-02-01,yes,-,arrest,-,A,-
5,-,01/02/2020,yes,-,arrest,-,A,-
",
        &[],
        expect![[r#"
            2020-02-02 arrest test:2
            --
            1 a test row
            2 left out: other
            1 no event: no [[event]] section applies to the row
            sheet.csv line 5 day: not a date of the form %d/%m/%Y (text with digits, 10 characters)
            sheet.csv line 6 entered: empty, but every event says when it was recorded (empty)
        "#]],
    );
}

#[test]
fn a_second_import_gives_the_same_ids_and_content_whatever_rows_are_new() {
    let row = "1,03/02/2020 06:00,01/02/2020,yes,-,\"arrest, charge\",-,A,art 495\n";
    let import =
        |rows: &str| testing::import(MAPPING, &[("sheet.csv", &format!("{HEAD}{rows}"))]).0;
    let first = import(row);
    assert_eq!(first, import(row));
    let more = import(&format!(
        "0,01/02/2020 06:00,01/02/2020,yes,-,arrest,-,B,-\n{row}"
    ));
    assert_eq!(first[..], more[1..]);
}

#[test]
fn a_mapping_that_does_not_fit_its_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("sheet.csv"), "no,entered\n").unwrap();
    let error = testing::run(Mapping::test(MAPPING), folder.path(), 1)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("sheet.csv has no column \"who\""),
        "{error}"
    );
}

/// The tracker's export: each id once, the same events twice, and its arrests by year.
#[test]
fn the_real_tracker_gives_its_arrests() {
    let Some(folder) = testing::shared_data("uspft") else {
        return;
    };
    let run = || {
        let mut mapping = testing::example("uspft.toml");
        mapping.inputs = vec!["incidents_2020-07.csv".to_owned()];
        testing::run(mapping, &folder, usize::MAX).unwrap()
    };
    let ((events, report), (again, _)) = (run(), run());
    assert_eq!((report.rows_read, report.rows_rejected), (516, 0));
    assert!(events == again, "a second run made other events");
    let ids: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| event["id"].as_str())
        .collect();
    assert_eq!(ids.len(), events.len());
    // Rows in the category of arrests but one, which is a bare criminal charge.
    assert_eq!(report.events.get("arrest"), Some(&79));
    assert_eq!(report.events.get("assault"), Some(&159));
}
