//! What could be lost or mixed up without a word, on invented rows: it is rejected by its line, or noted.

use serde_json::{Value as Json, json};

use crate::mapping::Mapping;
use crate::testing;

fn mapping(inputs: &str, sections: &str) -> String {
    format!(
        "format = 1\norg = \"test\"\nsource = \"//test.example/list\"\ninputs = [{inputs}]\ntimezone = \"America/Los_Angeles\"\n\
         [row]\nkey = [\"no\"]\nsubject = {{ column = \"no\" }}\nrecordedtime = {{ text = \"2021-01-01T00:00:00Z\" }}\n\
         set = {{ visibility = \"public\", occurred = \"2020\" }}\n{sections}"
    )
}

/// Runs one file; returns the first event's field at a pointer, the reason of the first rejected row, and the notes.
fn told(sections: &str, rows: &str, pointer: &str) -> (Json, String, String) {
    let mapping = mapping("\"s.csv\"", sections);
    let (events, report) = testing::import(&mapping, &[("s.csv", rows)]);
    let field = events.first().and_then(|event| event.pointer(pointer));
    let rejected = report.rejected_rows.first();
    let rejected =
        rejected.map_or_else(String::new, |row| format!("{}: {}", row.column, row.reason));
    let notes: Vec<&str> = report.notes.keys().map(String::as_str).collect();
    (
        field.cloned().unwrap_or_default(),
        rejected,
        notes.join("; "),
    )
}

const ARREST: &str = "[[event]]\nkind = \"arrest\"\n";

/// Of people who are told apart by their rows, two of one name are two, or one who was written twice.
#[test]
fn a_name_that_stands_twice_in_one_cell_is_never_taken_for_one_person_of_a_row() {
    let sections = |identity: &str| {
        format!(
            "[row.persons]\ncolumn = \"who\"\nsplit = \", \"\nid_prefix = \"p-\"\nidentity = \"{identity}\"\n{ARREST}"
        )
    };
    let rows = "no,who\n1,\"Ann, Ann\"\n";
    let (_, reason, _) = told(&sections("row"), rows, "");
    assert!(
        reason.contains("a name stands twice in one cell"),
        "{reason}"
    );
    let (_, reason, notes) = told(&sections("name"), rows, "");
    assert!(
        reason.is_empty() && notes.contains("taken once"),
        "{reason} {notes}"
    );
}

/// A birth that no format reads is held to the years of the common calendar too.
#[test]
fn a_birth_of_another_calendar_is_rejected() {
    let sections = format!(
        "[[row.person]]\nid_prefix = \"p-\"\nidentity = \"row\"\nnames = [{{ column = \"who\" }}]\n\
         from = {{ birth = {{ column = \"born\" }} }}\n{ARREST}"
    );
    for (born, hint) in [("2546", "buddhist"), ("1382-01-01", "solar_hijri")] {
        let (_, reason, _) = told(&sections, &format!("no,who,born\n1,Ann,{born}\n"), "");
        assert!(reason.contains(hint), "{born}: {reason}");
    }
    for born in ["1985", "1985-06?", "1985/1987"] {
        let (_, reason, _) = told(&sections, &format!("no,who,born\n1,Ann,{born}\n"), "");
        assert_eq!(reason, "", "{born}");
    }
}

#[test]
fn ids_and_names_that_do_not_go_together_are_told() {
    let sections = format!(
        "[row.persons]\ncolumn = \"who\"\nsplit = \"; \"\nid_prefix = \"p-\"\nidentity = \"column\"\nid_column = \"id\"\n{ARREST}"
    );
    for (rows, rejected, noted) in [
        ("no,who,id\n1,Ana; Bo,1; 2\n", "", ""),
        (
            "no,who,id\n1,Ana; Bo,1; 2; 3\n",
            "id: 3 ids for 2 names",
            "",
        ),
        ("no,who,id\n1,,1\n", "id: 1 ids for 0 names", ""),
        ("no,who,id\n1,Ana; Bo,1\n", "id: no id for each", ""),
        (
            "no,who,id\n1,Ana; Bo,1; 1\n",
            "id: two names have one id",
            "",
        ),
        (
            "no,who,id\n1,Ana; Ana,1; 1\n",
            "",
            "stands twice in one cell",
        ),
        (
            "no,who,id\n1,Ana,1\n2,Bo,1\n",
            "",
            "with another name than in a row before",
        ),
        ("no,who,id\n1,Ana,1\n2,Ana,1\n", "", ""),
    ] {
        let (_, reason, notes) = told(&sections, rows, "");
        assert_eq!(reason.is_empty(), rejected.is_empty(), "{rows}: {reason}");
        assert_eq!(notes.is_empty(), noted.is_empty(), "{rows}: {notes}");
        assert!(
            reason.starts_with(rejected) && notes.contains(noted),
            "{rows}: {reason}; {notes}"
        );
    }
}

#[test]
fn words_that_name_nobody_stand_for_as_many_as_the_mapping_says() {
    for (unnamed, who, lower, upper) in [
        (r#"["unknown man"]"#, "unknown man", json!(1), json!(1)),
        (
            r#"["unknown man"]"#,
            "unknown man; unknown man",
            json!(2),
            json!(2),
        ),
        (
            r#"{ "unknown man" = "1", "two students" = "2" }"#,
            "unknown man; two students",
            json!(3),
            json!(3),
        ),
        (
            r#"{ "students" = "2+", "unknown man" = "1" }"#,
            "students; unknown man",
            json!(3),
            Json::Null,
        ),
        (r#"{ "some" = "3-5" }"#, "some; Ana", json!(3), json!(5)),
        (r#"["20-30", "dozens"]"#, "20-30", json!(20), json!(30)),
        (r#"["20-30", "dozens"]"#, "dozens", json!(24), Json::Null),
    ] {
        let sections = format!(
            "[row.persons]\ncolumn = \"who\"\nsplit = \"; \"\nid_prefix = \"p-\"\nidentity = \"row\"\nunnamed = {unnamed}\n{ARREST}"
        );
        let rows = format!("no,who\n1,{who}\n");
        let (group, rejected, _) = told(&sections, &rows, "/data/group");
        assert_eq!(
            (&group["lower"], &group["upper"]),
            (&lower, &upper),
            "{unnamed} {who}: {group} {rejected}"
        );
    }
    let sections = format!(
        "[row.persons]\ncolumn = \"who\"\nid_prefix = \"p-\"\nunnamed = {{ some = \"many\" }}\n{ARREST}"
    );
    let error = Mapping::parse(&mapping("\"s.csv\"", &sections))
        .unwrap_err()
        .to_string();
    assert!(error.contains("no count"), "{error}");
}

#[test]
fn digits_of_any_script_make_one_key_one_case_and_one_person() {
    let sections = format!(
        "[[row.person]]\nid_prefix = \"p-\"\nidentity = \"column\"\nid_column = \"who\"\n{ARREST}"
    );
    let of = |rows: &str| {
        let mapping = mapping("\"s.csv\"", &sections);
        let (events, report) = testing::import(&mapping, &[("s.csv", rows)]);
        let event = events[0].clone();
        let ids = [
            &event["id"],
            &event["subject"],
            &event["data"]["persons"][0]["id"],
        ];
        (ids.map(Json::to_string), report.rows_rejected)
    };
    assert_eq!(of("no,who\n១២,៧\n"), of("no,who\n12,7\n"));
    assert_eq!(of("no,who\n۱۲,۷\n12,7\n").1, 1, "a twin");
}

#[test]
fn letters_of_one_or_two_characters_make_one_case_and_one_person() {
    for identity in [
        "identity = \"column\"\nid_column = \"who\"",
        "identity = \"name\"",
    ] {
        let sections =
            format!("[row.persons]\ncolumn = \"who\"\nid_prefix = \"p-\"\n{identity}\n{ARREST}");
        let of = |rows: &str| {
            let mapping = mapping("\"s.csv\"", &sections);
            let (events, _) = testing::import(&mapping, &[("s.csv", rows)]);
            let event = events[0].clone();
            [&event["subject"], &event["data"]["persons"][0]["id"]].map(Json::to_string)
        };
        let (composed, decomposed) = (
            "no,who\nIr\u{e8}ne,Ir\u{e8}ne\n",
            "no,who\nIre\u{300}ne,Ire\u{300}ne\n",
        );
        assert_eq!(of(composed), of(decomposed), "{identity}");
    }
}

#[test]
fn what_stands_behind_a_text_is_nothing_where_nothing_does() {
    let sections = "[[event]]\nkind = \"arrest\"\nfrom = { stated_reason = { column = \"x\", tail = \"~\" } }\n";
    for (cell, expected) in [
        ("a~b", json!("b")),
        ("a~", Json::Null),
        ("~", Json::Null),
        ("a", json!("a")),
    ] {
        let rows = format!("no,x\n1,{cell}\n");
        assert_eq!(
            told(sections, &rows, "/data/stated_reason").0,
            expected,
            "{cell}"
        );
    }
}

#[test]
fn a_row_of_which_no_event_is_made_is_skipped_or_rejected_as_the_mapping_says() {
    let event = "[[event]]\nkind = \"arrest\"\nwhen = [{ column = \"what\", in = [\"arrest\", \"ចាប់ខ្លួន\"] }]\n";
    let rows = "no,what\n1,arest\n";
    assert_eq!(told(event, rows, "").1, "");
    let strict = format!("no_event = \"reject\"\n{event}");
    let reason = told(&strict, rows, "").1;
    assert!(
        reason.starts_with("what: no [[event]] section")
            && reason.ends_with("did you mean arrest?"),
        "{reason}"
    );
    assert_eq!(told(&strict, "no,what\n1,ចាប់ខ្លួន\n", "").1, "");
}

#[test]
fn a_header_that_stands_in_the_data_again_is_no_row() {
    let with_date = format!("[row.from]\noccurred = {{ column = \"day\" }}\n{ARREST}");
    for sections in [ARREST, &with_date] {
        let mapping = mapping("\"s.csv\"", sections);
        let rows = "no,day\n1,2020\n no ,day\n2,2020\nno,2020\n";
        let (events, report) = testing::import(&mapping, &[("s.csv", rows)]);
        let rejected = report.rejected_rows.iter();
        let rejected: Vec<(u64, &str)> =
            rejected.map(|row| (row.row, row.reason.as_str())).collect();
        assert_eq!(events.len(), 3);
        assert!(
            matches!(rejected[..], [(3, reason)] if reason.starts_with("the header again")),
            "{rejected:?}"
        );
    }
    // In the file of what was rejected it is none still; a rule may leave it out; objects have no header.
    let again = "line,reason,hint,@row,no,day\n3,the header again,,2,no,day\n";
    let mapping_of = |sections: &str| mapping("\"s.csv\"", sections);
    let (events, report) = testing::import(&mapping_of(ARREST), &[("s.csv", again)]);
    assert_eq!((events.len(), report.rows_rejected), (0, 1));
    let skip = format!(
        "{ARREST}[[skip]]\nwhen = [{{ column = \"no\", is = \"no\" }}]\nreason = \"a header\"\n"
    );
    let (_, report) = testing::import(&mapping_of(&skip), &[("s.csv", "no,day\n1,2020\nno,day\n")]);
    assert_eq!((report.rows_skipped, report.rows_rejected), (1, 0));
}

/// What a row that is rejected made before is not gone with it.
#[test]
fn the_events_of_a_rejected_row_are_known_by_its_key() {
    let mapping = mapping(
        "\"s.csv\"",
        "[row.from]\noccurred = { column = \"day\", date = \"%Y-%m-%d\" }\n[[event]]\nkind = \"arrest\"\n",
    );
    let (events, report) = testing::import(
        &mapping,
        &[("s.csv", "no,day\n1,2020-01-02\n2,2020-01-03\n")],
    );
    assert!(report.rejected_ids.is_empty());
    let rows = "no,day\n1,2020-01-02\n2,soon\n,soon\n3\n";
    let (_, report) = testing::import(&mapping, &[("s.csv", rows)]);
    let ids: Vec<String> = report
        .rejected_ids
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        (ids, report.rows_rejected),
        (vec![events[1]["id"].as_str().unwrap().to_owned()], 3)
    );
}

/// A row of a later file with a key of an earlier one may say the same again; it never takes the other's place.
#[test]
fn a_key_that_stands_in_two_files_is_noted_and_its_row_marked() {
    let of = |second: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), "no\n1\n2\n3\n").unwrap();
        std::fs::write(folder.path().join("b.csv"), second).unwrap();
        let mapping = Mapping::test(&mapping("\"a.csv\", \"b.csv\"", ARREST));
        let mut twins = Vec::new();
        let report = testing::job(mapping, folder.path()).events(&mut |_, origin| {
            let twin = origin.twin;
            twins.extend(twin.map(|twin| (origin.file.to_string(), origin.line, twin)));
            Ok(())
        });
        (twins, report.unwrap())
    };
    let (twins, report) = of("no\n4\n2\n4\n");
    assert_eq!(twins, [("b.csv".to_owned(), 3, crate::Twin::EarlierFile)]);
    assert_eq!(
        report.rejected_rows[0].reason,
        "a twin: line 4 has the key of line 2"
    );
    assert!(
        report
            .notes
            .keys()
            .any(|note| note.contains("an earlier file")),
        "{report:?}"
    );
    let (twins, report) = of("no\n4\n");
    assert!(twins.is_empty() && report.notes.is_empty());
}

#[test]
fn rows_of_several_files_are_not_named_by_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.csv", "b.csv"] {
        std::fs::write(folder.path().join(name), "no\n1\n").unwrap();
    }
    let mapping =
        mapping("\"a.csv\", \"b.csv\"", ARREST).replace("key = [\"no\"]", "key = [\"@row\"]");
    let job = testing::job(Mapping::test(&mapping), folder.path());
    let error = job.events(&mut |_, _| Ok(())).unwrap_err().to_string();
    assert!(error.contains("each numbers its rows from 1"), "{error}");
}

#[test]
fn rows_before_a_file_that_cannot_be_read_are_made_and_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.csv"), "no,who\n1,Ana\n2,Bo\n").unwrap();
    // A packed file without anything in it.
    std::fs::write(folder.path().join("t.csv"), [0x1f, 0x8b, 8, 0]).unwrap();
    let sections = ARREST;
    let made = mapping("\"s.csv\", \"t.csv\"", sections);
    let (events, report) = testing::run(Mapping::test(&made), folder.path(), usize::MAX).unwrap();
    assert_eq!((events.len(), report.rows_used()), (2, 2));
    let place = report.broke_off.unwrap();
    assert!(
        place.contains("t.csv") && place.contains("failed to read"),
        "{place}"
    );
    // Where nothing was read, nothing is told but the error.
    let made = mapping("\"t.csv\", \"s.csv\"", sections);
    assert!(testing::run(Mapping::test(&made), folder.path(), usize::MAX).is_err());
}

/// Rows of one key may say events of several kinds, but people whose ids are made of it are one person each.
#[test]
fn two_people_of_one_key_are_never_one_person_whatever_the_kinds() {
    let sections = "[row.from]\noccurred = { column = \"day\" }\n\
        [row.persons]\ncolumn = \"who\"\nid_prefix = \"p-\"\nidentity = \"row\"\n\
        [[event]]\nkind = \"arrest\"\nwhen = [{ column = \"what\", is = \"arrest\" }]\n\
        [[event]]\nkind = \"release\"\nwhen = [{ column = \"what\", is = \"release\" }]\n";
    let head = "no,who,day,what\n";
    let ann = "1,Ann,2020-05-01,arrest\n";
    for (second, identity, reason) in [
        (
            "1,Bo,2020-05-02,release\n",
            "row",
            "a twin: line 3 has the key of line 2, and names other people",
        ),
        // Of one person several events.
        ("1,Ann,2020-05-02,release\n", "row", ""),
        ("2,Bo,2020-05-02,release\n", "row", ""),
        // Two people have two ids.
        ("1,Bo,2020-05-02,release\n", "name", ""),
    ] {
        let sections =
            sections.replace("identity = \"row\"", &format!("identity = \"{identity}\""));
        let (events, report) = testing::import(
            &mapping("\"s.csv\"", &sections),
            &[("s.csv", &format!("{head}{ann}{second}"))],
        );
        let told = report.rejected_rows.first().map_or("", |row| &row.reason);
        assert!(
            told.starts_with(reason) && told.is_empty() == reason.is_empty(),
            "{second}: {told}"
        );
        assert_eq!(events.len(), if reason.is_empty() { 2 } else { 1 });
    }
    // So it is in a further file, and in the file of what was rejected until it is mended.
    let (first, second) = (
        format!("{head}{ann}"),
        format!("{head}1,Bo,2020-05-02,release\n"),
    );
    let folder = tempfile::tempdir().unwrap();
    let of_two = mapping("\"a.csv\", \"b.csv\"", sections);
    for (name, text) in [("a.csv", &first), ("b.csv", &second), ("m.toml", &of_two)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let job = testing::job(Mapping::test(&of_two), folder.path());
    let report = job.events(&mut |_, _| Ok(())).unwrap();
    assert!(
        report.rejected_rows[0]
            .reason
            .contains("of a row of an earlier file")
    );
    let rejected = folder.path().join("r.csv");
    crate::rejected::write(&rejected, &job, &report, &crate::Rejections::default()).unwrap();
    let again = std::fs::read_to_string(&rejected).unwrap();
    for (text, count) in [(again.clone(), 0), (again.replace(",1,Bo", ",2,Bo"), 1)] {
        let (events, _) = testing::import(&mapping("\"s.csv\"", sections), &[("s.csv", &text)]);
        assert_eq!(events.len(), count, "{text}");
    }
}
