//! The mapping language on invented rows: one test an idea.

use expect_test::{Expect, expect};

use crate::mapping::Mapping;
use crate::testing;

/// A mapping with these sections, over any file.
fn mapping(sections: &str) -> String {
    format!(
        "format = 1\norg = \"test\"\nsource = \"//test.example/list\"\ninputs = [\"s.csv\"]\nnull = [\"-\"]\n\
         months = {{ \"មករា\" = 1, \"Farvardin\" = 1 }}\n\
         [row]\nkey = [\"no\"]\nsubject = {{ column = \"no\" }}\nrecordedtime = {{ text = \"2021-01-01T00:00:00Z\" }}\n\
         set = {{ visibility = \"public\", occurred = \"2020\" }}\n{sections}"
    )
}

fn check(sections: &str, rows: &str, fields: &[&str], expected: Expect) {
    let (events, report) = testing::import(&mapping(sections), &[("s.csv", rows)]);
    let events = testing::print(&events, fields);
    expected.assert_eq(&format!("{events}--\n{}", testing::print_report(&report)));
}

fn mistakes(sections: &str, header: &str, expected: Expect) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.csv"), header).unwrap();
    let error = testing::run(Mapping::test(&mapping(sections)), folder.path(), 1).unwrap_err();
    expected.assert_eq(&error.to_string());
}

#[test]
fn dates_through_formats_masks_calendars_ranges_and_precision() {
    check(
        "[[event]]\nkind = \"arrest\"\n[row.from]\n\
         occurred = { column = \"day\", date = [\"%d/%m/%Y\", \"%m/%d/%Y\", \"%d %B %Y\", \"words\"] }\n\
         learned_on = { column = \"solar\", date = [\"%Y/%m/%d\"], calendar = \"solar_hijri\", optional = true }\n",
        "no,day,solar\n1,13/02/2020,۱۳۹۹/۰۱/۰۲\n2,02/03/2020,-\n3,៣ មករា ២០២០,1399/12/31\n4,May 22 or 23 2015,-\n5,May 9 or 11 2015,-\n",
        &["occurred", "learned_on"],
        expect![[r#"
            2021-01-01 arrest test:1 2020-02-13 2020-03-21
            2021-01-01 arrest test:3 2020-01-03
            2021-01-01 arrest test:4 2015-05-22/2015-05-23
            --
            1 left out, solar: not a date of the form %Y/%m/%d, or a day that the calendar has not
            s.csv line 3 day: two dates: %d/%m/%Y and %m/%d/%Y read different days, and none is guessed (text with digits, 10 characters)
            s.csv line 6 day: not a date of any of the forms %d/%m/%Y, %m/%d/%Y, %d %B %Y, words (text with digits, 16 characters)
        "#]],
    );
    check(
        "[[event]]\nkind = \"arrest\"\n[row.from]\n\
         occurred = { range = [\"from\", \"to\"], date = \"%Y-%m-%d\", masks = true, precision_column = \"p\", precision_codes = \"p\" }\n\
         [codes.p]\nyear = \"year\"\n\"*\" = \"day\"\n",
        "no,from,to,p\n1,2020-05-01,2020-05-03,-\n2,2020-05-XX,-,-\n3,-,2020-00-00,-\n4,2020-05-17,2020-05-17,year\n5,2020-05-03,2020-05-01,-\n6,-,-,-\n7,2020-05-01,2020-05-03,year\n",
        &["occurred"],
        expect![[r#"
            2021-01-01 arrest test:1 2020-05-01/2020-05-03
            2021-01-01 arrest test:2 2020-05-01/..
            2021-01-01 arrest test:3 ../2020-12-31
            2021-01-01 arrest test:4 2020
            2021-01-01 arrest test:6 2020
            --
            s.csv line 6 from, to: a range that ends before it begins (text with digits, 21 characters)
            s.csv line 8 from, to: a precision goes with one date and not with an interval (text with digits, 21 characters)
        "#]],
    );
}

#[test]
fn numbers_counts_coordinates_truths_and_lists() {
    check(
        "[[event]]\nkind = \"arrest\"\n[row.from]\n\
         group = { column = \"n\", lang = \"en\" }\n\
         \"place.lat\" = { column = \"gps\", split = \",\", item = 1 }\n\
         \"place.lon\" = { column = \"gps\", split = \",\", item = 2 }\n\
         force_used = { column = \"force\", codes = \"force\" }\n\
         rights_exercised = { column = \"rights\", inside = \"\", codes = \"right\" }\n\
         \"place.locality\" = { column = [\"town\", \"district\"], default = \"Kep\" }\n\
         [codes.force]\n\"បាទ\" = \"yes\"\n\"*\" = \"\"\n[codes.right]\nspeech = \"expression\"\ngathering = \"assembly\"\n",
        "no,n,gps,force,rights,town,district\n1,over 120,\"11.5,104.9\",បាទ,\"['speech', 'gathering']\",-,Daun Penh\n2,៤៥,\"11°33'24\"\"N,104°55'E\",-,[],-,-\n3,about 50,-,-,-,-,-\n4,3,-,-,['dance'],-,-\n",
        &["group", "place", "force_used", "rights_exercised"],
        expect![[r#"
            2021-01-01 arrest test:1 {"lang":"en","lower":121,"verbatim":"over 120"} {"lat":11.5,"locality":"Daun Penh","lon":104.9} yes ["expression","assembly"]
            2021-01-01 arrest test:2 {"lower":45,"upper":45} {"lat":11.556667,"locality":"Kep","lon":104.916667}
            --
            s.csv line 4 n: no count, as 450, 20-30, "over 120", "at least 50", "up to 30", "between 20 and 30", "dozens" (text with digits, 8 characters)
            s.csv line 5 rights: no code for this value in its map (text, 5 characters)
        "#]],
    );
}

#[test]
fn people_by_columns_have_names_by_script_and_what_is_said_of_them() {
    check(
        "[[event]]\nkind = \"arrest\"\n\
         [[row.person]]\nid_prefix = \"p-\"\nidentity = \"row\"\n\
         names = [{ column = \"km\", script = \"Khmr\", kind = \"legal\" }, { column = \"en\", script = \"Latn\", kind = \"transliteration\", split = \"; \" }]\n\
         set = { roles = [\"journalist\"] }\n\
         from = { sex = { column = \"sex\", codes = \"sex\" }, birth = { column = \"born\", date = [\"%d/%m/%Y\", \"%Y\"] }, age_at_event = { column = \"age\" }, nationality = { column = \"nat\" } }\n\
         [[row.person]]\nid_prefix = \"p-\"\nidentity = \"row\"\nnames = [{ column = \"second\" }]\n\
         [codes.sex]\n\"ប\" = \"male\"\n\"*\" = \"unknown\"\n",
        "no,km,en,sex,born,age,nat,second\n1,សុខ,Sok; Sokh,ប,1980,40,KH,Bo\n2,-,-,-,-,17,-,-\n3,-,-,-,-,-,-,-\n4,-,Ana,ប,1980,forty,-,-\n",
        &["persons"],
        expect![[r#"
            2021-01-01 arrest test:1 [{"age_at_event":40,"birth":"1980","id":"test:p-97a8223dff77eea8","names":[{"kind":"legal","script":"Khmr","text":"សុខ"},{"kind":"transliteration","script":"Latn","text":"Sok"},{"kind":"transliteration","script":"Latn","text":"Sokh"}],"nationality":"KH","roles":["journalist"],"sex":"male"},{"id":"test:p-ad386b7e13d277b7","names":[{"text":"Bo"}]}]
            2021-01-01 arrest test:2 [{"age_at_event":17,"id":"test:p-0329b2ebcb776c96","roles":["journalist"]}]
            2021-01-01 arrest test:3
            --
            s.csv line 5 age: not a whole number in digits (text, 5 characters)
        "#]],
    );
}

#[test]
fn rows_of_one_key_are_one_event_and_add_their_people_to_it() {
    check(
        "together = true\n[row.from]\noccurred = { column = \"day\" }\n[row.persons]\ncolumn = \"who\"\nid_prefix = \"p-\"\nidentity = \"name\"\n[[event]]\nkind = \"arrest\"\n",
        "no,day,who\n1,2020-12-01,Ana\n2,2020-12-02,Cy\n1,2020-12-01,Bo\n1,2020-12-03,Di\n1,2020-12-01,Ana\n",
        &["occurred", "persons"],
        expect![[r#"
            2021-01-01 arrest test:1 2020-12-01 [{"id":"test:p-dea210f058b407db","names":[{"text":"Ana"}]},{"id":"test:p-e52e1ceda3c73b49","names":[{"text":"Bo"}]}]
            2021-01-01 arrest test:2 2020-12-02 [{"id":"test:p-0b659605f69e45b5","names":[{"text":"Cy"}]}]
            --
            s.csv line 5 : line 5 has the key of line 2, and says another occurred of the event (empty)
            s.csv line 6 : line 6 names a person whom line 2 names already: are they two people, give each a name or an id of their own; if not, one row is enough (empty)
        "#]],
    );
}

/// Imports rows that are one event; returns how many people it has, and what is told of rejected rows.
fn joined(persons: &str, rows: &str) -> (usize, Vec<String>) {
    let sections = format!(
        "together = true\n[row.from]\noccurred = {{ column = \"day\" }}\n{persons}\n[[event]]\nkind = \"arrest\"\n\
         [[event]]\nkind = \"release\"\nwhen = [{{ column = \"out\", given = true }}]\n"
    );
    let rows = format!("no,day,who,sex,id,out\n{rows}");
    let (events, report) = testing::import(&mapping(&sections), &[("s.csv", &rows)]);
    let rejected = report.rejected_rows.iter();
    let rejected = rejected.map(|row| format!("{} {}", row.row, row.reason));
    let people = events
        .first()
        .and_then(|event| event["data"]["persons"].as_array());
    (people.map_or(0, Vec::len), rejected.collect())
}

/// Of two people of one name or of none one would be lost.
#[test]
fn a_row_that_names_a_person_again_is_rejected_by_its_line() {
    let person = |identity: &str| {
        format!(
            "[[row.person]]\nid_prefix = \"p-\"\nidentity = {identity}\nnames = [{{ column = \"who\" }}]\nfrom = {{ sex = {{ column = \"sex\" }} }}"
        )
    };
    let by_row = person("\"row\"");
    let by_name = person("\"name\"");
    let by_id = person("\"column\"\nid_column = \"id\"");
    let day = "2020-12-01";
    let again = "names a person whom line 2 names already";
    let other = "says another thing of a person whom line 2 names";
    for (persons, second, people, why) in [
        (&by_row, "Bo,male,1,-", 2, ""),
        (&by_row, "Ana,female,1,-", 1, again),
        (&by_row, "Ana,female,1,x", 1, again),
        (&by_row, "Ana,male,1,-", 1, other),
        (&by_row, "-,-,-,-", 1, "names nobody else"),
        (&by_name, "Ana,female,1,-", 1, again),
        (&by_id, "Ana,female,2,-", 2, ""),
        (&by_id, "Ana,female,1,-", 1, "names nobody else"),
        (&by_id, "Ana,female,1,x", 1, ""),
        (&by_id, "Ana,male,1,-", 1, other),
    ] {
        let rows = format!("1,{day},Ana,female,1,-\n1,{day},{second}\n");
        let (count, rejected) = joined(persons, &rows);
        assert_eq!(count, people, "{second}: {rejected:?}");
        assert_eq!(
            rejected.is_empty(),
            why.is_empty(),
            "{second}: {rejected:?}"
        );
        let told = rejected
            .iter()
            .all(|told| told.starts_with("3 line 3 ") && told.contains(why));
        assert!(told, "{second}: {rejected:?}");
    }
    // The line that named the person, and not the first of the event.
    let rows = format!("1,{day},Ana,-,1,-\n1,{day},Bo,-,1,-\n1,{day},Bo,-,1,-\n");
    let (_, rejected) = joined(&by_row, &rows);
    assert!(rejected[0].contains("whom line 3 names"), "{rejected:?}");
}

#[test]
fn conditions_look_at_what_is_in_a_cell_and_what_is_not() {
    check(
        "[[event]]\nkind = \"arrest\"\nwhen = [{ column = \"what\", matches = \"(?i)^arrest\", not_contains = \"drill\" }]\n\
         [[event]]\nkind = \"threat\"\nwhen = [{ column = \"what\", not_in = [\"x\", \"y\"], not_matches = \"(?i)arrest\" }]\n",
        "no,what\n1,Arrested at home\n2,arrest (drill)\n3,a threat\n4,x\n",
        &[],
        expect![[r#"
            2021-01-01 arrest test:1
            2021-01-01 threat test:3
            --
            2 no event: no [[event]] section applies to the row
        "#]],
    );
}

#[test]
fn a_pattern_and_a_number_of_another_place_are_read() {
    check(
        "[[event]]\nkind = \"arrest\"\n[row.from]\n\
         \"group.lower\" = { column = \"n\", pattern = \"([0-9.]+) people\", thousands = \".\", decimal = \",\" }\n\
         note = { column = \"x\", optional = true, pattern = \"zzz\" }\n",
        "no,n,x\n1,some 1.200 people,a\n2,some 1.20 people,a\n3,many,a\n",
        &["group"],
        expect![[r#"
            2021-01-01 arrest test:1 {"lower":1200}
            --
            1 left out, x: the pattern finds nothing in it
            s.csv line 3 n: a number whose signs are not those that decimal and thousands say (text with digits, 4 characters)
            s.csv line 4 n: the pattern finds nothing in it (text, 4 characters)
        "#]],
    );
}

#[test]
fn all_mistakes_of_the_language_are_told_at_once() {
    mistakes(
        "[[event]]\nkind = \"arrest\"\n[row.from]\n\
         occurred = { column = \"dya\", date = [\"%d/%m/%y\", \"word\"] }\n\
         learned_on = { range = [\"day\"] }\n\
         mode = { column = \"day\", text = \"x\" }\n\
         note = { column = \"day\", pattern = \"(\" }\n\
         \"place.lat\" = { column = \"day\", decimal = \",,\", precision = \"hour\" }\n\
         \"place.lon\" = { column = \"day\", calendar = \"ethiopian\" }\n\
         [[row.person]]\nid_prefix = \"p-\"\nidentity = \"column\"\nfrom = { brith = { column = \"day\" } }\n",
        "no,day\n",
        expect![[r#"
            mapping line 15: s.csv has no column "dya"; read with commas between the cells (the separator) it has no, day; did you mean "day"?
            mapping line 15: %d/%m/%y has a year of two digits, and the century is never guessed: %Y is the year of four
            mapping line 15: word has no year: %Y is one of four digits
            mapping line 16: a range has two columns: from, to
            mapping line 17: a field needs either a column, a text or a range
            mapping line 18: "(" is no pattern: error: unclosed group
            mapping line 19: decimal is one sign, e.g. ","
            mapping line 19: "precision" must be one of day, month, year
            mapping line 20: calendar and masks go with date
            mapping line 23: identity = "column" and id_column = "..." go together
            mapping line 24: brith: no field is called "brith" there; did you mean "birth"?"#]],
    );
}

/// Makes the events of rows that are one event, or of a file of rejected rows, and tells where they come from.
fn origins(row: &str, sheet: &str) -> (Vec<(Vec<u64>, bool)>, crate::Report) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), sheet).unwrap();
    let mapping = format!(
        "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\n[row]\nkey = ['no']\n{row}\
         recordedtime = {{text = '2020-12-10T05:30:00Z'}}\nset = {{visibility = 'public'}}\n\
         from = {{occurred = {{column = 'day', date = '%Y-%m-%d'}}}}\n[row.persons]\ncolumn = 'who'\nid_prefix = 'p-'\nidentity = 'row'\n\
         [[event]]\nkind = 'arrest'\n"
    );
    let job = crate::testing::job(crate::mapping::Mapping::test(&mapping), folder.path());
    let mut made = Vec::new();
    let report = job
        .events(&mut |_, origin| {
            made.push((
                origin.rows().map(|(line, _)| line).collect(),
                origin.twin.is_some(),
            ));
            Ok(())
        })
        .unwrap();
    (made, report)
}

#[test]
fn an_event_of_several_rows_comes_from_all_of_them_and_says_in_what_a_row_differs() {
    let sheet = "no,day,who\n1,2020-01-01,A\n1,2020-01-01,B\n2,2020-01-02,C\n1,2020-01-03,D\n";
    let (made, report) = origins("together = true\n", sheet);
    assert_eq!(made, [(vec![2, 3], false), (vec![4], false)]);
    let reason = &report.rejected_rows[0].reason;
    assert!(
        reason.contains("line 5") && reason.contains("another occurred"),
        "{reason}"
    );
}

#[test]
fn a_twin_stays_one_whatever_became_of_the_row_before_it() {
    let (made, report) = origins("", "no,day,who\n1,soon,A\n1,2020-01-01,B\n");
    assert!(made.is_empty());
    let reasons: Vec<&str> = report
        .rejected_rows
        .iter()
        .map(|row| row.reason.as_str())
        .collect();
    assert!(reasons[1].starts_with("a twin:"), "{reasons:?}");
    let again = "line,reason,hint,no,day,who\n3,no: a twin: line 3 has the key of line 2,,1,2020-01-01,B\n2,day: not a date,,2,2020-01-01,A\n";
    let (made, _) = origins("", again);
    assert_eq!(made, [(vec![2], true), (vec![3], false)]);
    let change = crate::Change {
        correction: Some(Vec::new()),
        ..crate::Change::default()
    };
    let twin = crate::Origin {
        twin: Some(crate::Twin::Rejected),
        ..crate::Origin::default()
    };
    assert!(
        change
            .clone()
            .of_row(&twin)
            .told
            .is_some_and(|told| told.starts_with("a twin"))
    );
    assert!(
        change
            .of_row(&crate::Origin::default())
            .correction
            .is_some()
    );
}
