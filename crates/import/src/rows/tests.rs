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
identity = "name"
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
            2020-02-02 arrest test:2 2020-02-01? {"code":"KH"} [{"kind":"ngo","ref":"sheet row 2"}]
            2020-02-03 arrest test:1 2020-02-01 {"code":"KH","locality":"Kampot"} ["expression","assembly"] [{"kind":"ngo","ref":"sheet row 1"}]
            2020-02-03 charge test:1 2020-02-01/.. {"code":"KH","locality":"Kampot"} test:1/af06dccf65a4 ["expression","assembly"] [{"kind":"ngo","ref":"sheet row 1"}]
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
            2020-02-03 arrest test:1 [{"affiliations":["Union, Kampot"],"id":"test:p-4ad2ae98c444759c","names":[{"text":"Sok"}]},{"id":"test:p-a7c59539d8ae15bf","names":[{"text":"Dara"}]}] {"lower":1,"upper":1,"verbatim":"unknown man"}
            --
            1 a person stands twice in one cell, and is taken once
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
            2020-02-03 arrest test:2
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
        error.contains("line 23: sheet.csv has no column \"who\""),
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
    // All rows in the category of arrests, the bare criminal charge among them.
    assert_eq!(report.events.get("arrest"), Some(&80));
    assert_eq!(report.events.get("assault"), Some(&159));
}

/// A mapping of a few lines for one question, over the columns `no`, `day`, `who`, `n`, `age`.
fn small(change: &str) -> String {
    let base = r#"format = 1
org = "test"
source = "//test.example/small"
timezone = "Asia/Phnom_Penh"
null = ["-"]
inputs = ["s.csv"]
[row]
key = ["no"]
subject = { column = "no" }
recordedtime = { text = "2020-12-10T05:30:00+07:00" }
set = { visibility = "public" }
[row.persons]
column = "who"
id_prefix = "p-"
identity = "row"
[[event]]
kind = "arrest"
[row.from]
"occurred" = { column = "day" }
"#;
    format!("{base}{change}")
}

fn check_small(change: &str, rows: &str, fields: &[&str], expected: Expect) {
    let sheet = format!("no,day,who,n,age\n{rows}");
    let (events, report) = testing::import(&small(change), &[("s.csv", &sheet)]);
    let events = testing::print(&events, fields);
    expected.assert_eq(&format!("{events}--\n{}", testing::print_report(&report)));
}

#[test]
fn numbers_are_numbers_and_what_is_said_of_a_person_stands_beside_the_name() {
    check_small(
        "\"group.lower\" = { column = \"n\" }\n\"persons.0.age_at_event\" = { column = \"age\" }\n",
        "1,2020-12-01,Ana,3,17\n2,2020-12-01,Bo,about 3,-\n3,2020-12-01,Bo,-,18.0\n4,2020-12-01,-,2,30\n",
        &["group", "persons/0/age_at_event", "persons/0/names"],
        expect![[r#"
            2020-12-10 arrest test:1 {"lower":3} 17 [{"text":"Ana"}]
            2020-12-10 arrest test:3 18 [{"text":"Bo"}]
            2020-12-10 arrest test:4 {"lower":2}
            --
            1 fields of a person are left out: the row names nobody
            s.csv line 3 n: not a whole number in digits (text with digits, 7 characters)
        "#]],
    );
}

#[test]
fn rows_without_a_key_and_twins_are_rejected_by_their_line() {
    check_small(
        "",
        "1,2020-12-01,Ana,,\n-,2020-12-01,Bo,,\n,2020-12-01,Bo,,\n1,2020-12-02,Bo,,\n2,2020-12-02,Bo,,,\n",
        &["occurred"],
        expect![[r#"
            2020-12-10 arrest test:1 2020-12-01
            --
            s.csv line 3 no: no key, but the row's id is made of it (text, 1 characters)
            s.csv line 4 no: no key, but the row's id is made of it (empty)
            s.csv line 5 no: a twin: line 5 has the key of line 2 (digits, 1 characters)
            s.csv line 6 : a row of 6 cells, but the header has 5 (empty)
        "#]],
    );
}

#[test]
fn a_row_without_an_id_is_named_by_its_number_or_its_content_with_its_count() {
    let rows = "-,2020-12-01,Ana,,\n-,2020-12-01,Ana,,\n-,2020-12-02,Bo,,\n";
    let ids = |key: &str, rows: &str| {
        let mapping = small("").replace("key = [\"no\"]", &format!("key = [\"{key}\"]"));
        let sheet = format!("no,day,who,n,age\n{rows}");
        let (events, report) = testing::import(&mapping, &[("s.csv", &sheet)]);
        assert_eq!(report.rows_rejected, 0);
        let ids = events.iter().map(|event| event["id"].to_string());
        ids.collect::<BTreeSet<_>>()
    };
    assert_eq!(ids("@row", rows).len(), 3);
    assert_eq!(ids("@content", rows).len(), 3);
    // A new row among them moves the numbers, and no content.
    let more = format!("-,2020-11-30,Cy,,\n{rows}");
    assert!(ids("@content", &more).is_superset(&ids("@content", rows)));
}

#[test]
fn one_name_in_two_rows_is_one_person_only_where_the_mapping_says_so() {
    let rows = "1,2020-12-01,Bo,7,\n2,2020-12-01,Bo,8,\n3,2020-12-01,Bo,7,\n";
    let ids = |identity: &str| {
        let mapping = small("").replace("identity = \"row\"\n", identity);
        let sheet = format!("no,day,who,n,age\n{rows}");
        let (events, _) = testing::import(&mapping, &[("s.csv", &sheet)]);
        let ids = events
            .iter()
            .map(|event| event["data"]["persons"][0]["id"].to_string());
        ids.collect::<BTreeSet<_>>().len()
    };
    assert_eq!(ids("identity = \"row\"\n"), 3);
    assert_eq!(ids("identity = \"name\"\n"), 1);
    assert_eq!(ids("identity = \"column\"\nid_column = \"n\"\n"), 2);
}

#[test]
fn a_mapping_of_format_1_that_says_no_identity_keeps_the_ids_of_names_and_asks_where_two_rows_have_one()
 {
    let import = |identity: &str, rows: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("s.csv"),
            format!("no,day,who,n,age\n{rows}"),
        )
        .unwrap();
        let mapping = small("").replace("identity = \"row\"\n", identity);
        let made = testing::run(Mapping::test(&mapping), folder.path(), usize::MAX);
        made.map(|(events, _)| events)
            .map_err(|error| error.to_string())
    };
    let apart = "1,2020-12-01,Bo,7,\n2,2020-12-01,Ana,8,\n";
    assert_eq!(import("", apart), import("identity = \"name\"\n", apart));
    let twins = "1,2020-12-01,Bo,7,\n1,2020-12-01,Bo,7,\n";
    assert_eq!(import("", twins).unwrap().len(), 1);
    let asked = import("", "1,2020-12-01,Bo,7,\n,,-,,\n2,2020-12-01,Bo,8,\n").unwrap_err();
    for part in [
        "s.csv line 2 and s.csv line 4",
        "\"who\"",
        "identity = \"name\"",
    ] {
        assert!(asked.contains(part), "{asked}");
    }
    assert!(!asked.contains("Bo"), "{asked}");
}

#[test]
fn all_mistakes_of_a_mapping_are_told_at_once_with_line_and_nearest_word() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.csv"), "no,day,who,n,age\n").unwrap();
    let mapping = small(
        "\"persons.0.brith\" = { column = \"agee\" }\n\"persons.0.id\" = { column = \"no\" }\n\
         \"learned_on\" = { column = \"day\", date = \"%d/%m/%y\" }\n\"mode\" = { column = \"n\", codes = \"modes\" }\n",
    )
    .replace("kind = \"arrest\"", "kind = \"arest\"");
    let mapping = mapping.replace("[[event]]", "[[event]]\nkind = \"arrest\"\n[[event]]");
    let error = testing::run(Mapping::test(&mapping), folder.path(), 1).unwrap_err();
    expect![[r#"
        mapping line 19: no kind of event is called "arest"; did you mean "arrest"?
        mapping line 22: persons.0.brith: no field is called "brith" there; did you mean "birth"?
        mapping line 22: s.csv has no column "agee"; read with commas between the cells (the separator) it has no, day, who, n, age; did you mean "age"?
        mapping line 23: persons.0.id is said by [row.persons] already; say the other fields of persons.0 here
        mapping line 24: %d/%m/%y has a year of two digits, and the century is never guessed: %Y is the year of four
        mapping line 25: codes "modes" are named, but not given"#]].assert_eq(&error.to_string());
}
