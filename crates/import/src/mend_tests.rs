//! A file of rejected rows is mended and imported again, by the mapping that it was rejected by.

use std::path::{Path, PathBuf};

use encoding_rs::WINDOWS_1251;
use serde_json::Value as Json;

use crate::read::books::{Xml, xlsx};
use crate::{Inputs, Job, Rejections, Report, rejected};

/// A folder with a mapping and a file.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(key: &str, files: &str, name: &str, bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let of = if name.ends_with("json") {
            "people."
        } else {
            ""
        };
        let mapping = format!(
            "format = 1\norg = 'test'\nsource = '//test.example/a'\n{files}\n[row]\nkey = {key}\n\
             recordedtime = {{text = '2021-01-03T00:00:00Z'}}\nset = {{visibility = 'public'}}\n\
             from = {{occurred = {{column = '{of}day', date = '%d.%m.%Y'}}, 'place.locality' = {{column = '{of}town'}}}}\n\
             [[event]]\nkind = 'arrest'\n"
        );
        std::fs::write(folder.path().join("m.toml"), mapping).unwrap();
        std::fs::write(folder.path().join(name), bytes).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Imports a file, and writes what is rejected beside it; returns the ids with day and town.
    fn import(&self, file: &str, out: &str) -> Result<(Vec<[String; 3]>, Report), String> {
        let job = Job::new(Inputs {
            mapping: self.path("m.toml"),
            files: vec![self.path(file)],
            ..Inputs::default()
        });
        let job = job.map_err(|error| error.to_string())?;
        let mut events = Vec::new();
        let report = job.events(&mut |line, _| {
            let event: Json = serde_json::from_slice(line).unwrap();
            let fields = ["/id", "/data/occurred", "/data/place/locality"];
            events.push(fields.map(|field| {
                let said = event.pointer(field).and_then(Json::as_str);
                said.unwrap_or("").to_owned()
            }));
            Ok(())
        });
        let report = report.map_err(|error| error.to_string())?;
        let rejections = Rejections::default();
        rejected::write(&self.path(out), &job, &report, &rejections).unwrap();
        Ok((events, report))
    }

    fn mend(&self, file: &str, mended: &[(&str, &str)]) -> String {
        let mut text = std::fs::read_to_string(self.path(file)).unwrap();
        for (wrong, right) in mended {
            assert!(text.contains(wrong), "{text}");
            text = text.replace(wrong, right);
        }
        std::fs::write(self.path(file), &text).unwrap();
        text
    }
}

const SHEET: &str =
    "day,town\n01.02.2020,Aville\nsoon,Bville\n03.02.2020,Cville\nsoon,Bville\nlater,Dville\n";
const OBJECTS: &str = r#"[{"no": "7", "people": [{"day": "01.02.2020", "town": "Aville"}, {"day": "soon", "town": "Bville"}]},
    {"no": "8", "people": [{"day": "later", "town": "Cville"}]}]"#;

#[test]
fn a_mended_row_stays_the_row_that_it_was() {
    for (key, files, name, content) in [
        ("['@row']", "", "a.csv", SHEET),
        ("['@content']", "", "a.csv", SHEET),
        (
            "['no', '@repeat']",
            "[files]\nrepeat = 'people'",
            "a.json",
            OBJECTS,
        ),
    ] {
        let desk = Desk::new(key, files, name, content.as_bytes());
        let (good, _) = desk.import(name, "r.csv").unwrap();
        let text = desk.mend("r.csv", &[("soon", "05.02.2020")]);
        let (mended, report) = desk.import("r.csv", "again.csv").unwrap();
        assert_eq!(report.rows_rejected, 1, "{key}: {text}");
        let ids: Vec<&String> = good.iter().chain(&mended).map(|[id, ..]| id).collect();
        let mut apart = ids.clone();
        apart.sort();
        apart.dedup();
        assert_eq!(apart.len(), ids.len(), "{key}: {text}");
        // Mended once more, in what was rejected of it.
        desk.mend("again.csv", &[("later", "06.02.2020")]);
        let (once_more, report) = desk.import("again.csv", "r2.csv").unwrap();
        assert_eq!((once_more.len(), report.rows_rejected), (1, 0), "{key}");
        // The content is another one once it is mended; the others are the rows of the file that was mended itself.
        if key != "['@content']" {
            desk.mend(name, &[("soon", "05.02.2020"), ("later", "06.02.2020")]);
            let (whole, _) = desk.import(name, "r3.csv").unwrap();
            let mut parts = [good, mended, once_more].concat();
            let mut whole = whole;
            parts.sort();
            whole.sort();
            assert_eq!(parts, whole, "{key}");
        }
    }
}

#[test]
fn a_file_of_rejected_rows_that_does_not_say_which_they_were_is_refused() {
    for key in ["['@row']", "['@content']", "['no', '@repeat']"] {
        let rows = "line,reason,hint,no,day,town\n3,day: no date,,7,05.02.2020,Bville\n";
        let desk = Desk::new(key, "", "r.csv", rows.as_bytes());
        let told = desk.import("r.csv", "again.csv").unwrap_err();
        assert!(
            told.contains("no column @") && told.contains("Mend the rows in that file"),
            "{told}"
        );
    }
    let rows = "line,reason,hint,@row,day,town\n3,day: no date,,,05.02.2020,Bville\n";
    let desk = Desk::new("['@row']", "", "r.csv", rows.as_bytes());
    let (events, report) = desk.import("r.csv", "again.csv").unwrap();
    assert_eq!((events.len(), report.rows_rejected), (0, 1));
}

#[test]
fn how_the_original_is_written_says_nothing_of_the_file_of_what_was_rejected() {
    let files = "[files]\nencoding = 'windows-1251'\nheader = 3\nseparator = ';'";
    let sheet = "Список\n\nno;day;town\n1;01.02.2020;Тверь\n2;soon;Орёл\n";
    let (bytes, _, _) = WINDOWS_1251.encode(sheet);
    let desk = Desk::new("['no']", files, "a.csv", &bytes);
    let (good, _) = desk.import("a.csv", "r.csv").unwrap();
    assert_eq!((good.len(), good[0][2].as_str()), (1, "Тверь"));
    let text = desk.mend("r.csv", &[("soon", "05.02.2020")]);
    assert!(text.starts_with("line,reason,hint,no,day,town\n"), "{text}");
    // As it is, and as spreadsheet programs save it.
    let with_mark = format!("\u{feff}{text}");
    let with_semicolons = text.replace(',', ";");
    for text in [text, with_mark, with_semicolons] {
        std::fs::write(desk.path("r.csv"), &text).unwrap();
        let (mended, _) = desk.import("r.csv", "again.csv").unwrap();
        assert_eq!((mended.len(), mended[0][2].as_str()), (1, "Орёл"), "{text}");
    }
    let head = ["line", "reason", "hint", "no", "day", "town"].map(Xml::Text);
    let row = ["5", "no date", "", "2", "05.02.2020", "Орёл"].map(Xml::Text);
    let rows = vec![head.into_iter().collect(), row.into_iter().collect()];
    std::fs::write(desk.path("r.xlsx"), xlsx("", &[("r", "visible", rows, "")])).unwrap();
    let (mended, _) = desk.import("r.xlsx", "again.csv").unwrap();
    assert_eq!((mended.len(), mended[0][2].as_str()), (1, "Орёл"));
}

#[test]
fn a_date_of_a_workbook_is_one_in_the_file_of_what_was_rejected_too() {
    let head = || vec![Xml::Text("no"), Xml::Text("day"), Xml::Text("town")];
    // 44166.375 is 9 o'clock on the first of December 2020. Two rows have one key; one has no date.
    let rows = vec![
        head(),
        vec![
            Xml::Text("1"),
            Xml::Number(44_166.0, 1),
            Xml::Text("Aville"),
        ],
        vec![
            Xml::Text("1"),
            Xml::Number(44_166.375, 2),
            Xml::Text("Bville"),
        ],
        vec![
            Xml::Text("1"),
            Xml::Number(44_166.0, 3),
            Xml::Text("Cville"),
        ],
        vec![Xml::Text("4"), Xml::Text("soon"), Xml::Text("Dville")],
    ];
    let book = xlsx("", &[("a", "visible", rows, "")]);
    let desk = Desk::new("['no']", "", "a.xlsx", &book);
    let (good, _) = desk.import("a.xlsx", "r.csv").unwrap();
    assert_eq!(good.len(), 1);
    let text = desk.mend(
        "r.csv",
        &[
            (",1,2020-12-01T", ",2,2020-12-01T"),
            (",1,2020-12,", ",3,2020-12,"),
            ("soon", "04.05.2020"),
        ],
    );
    let (mended, report) = desk.import("r.csv", "again.csv").unwrap();
    let days: Vec<&str> = mended.iter().map(|[_, day, _]| day.as_str()).collect();
    assert_eq!(
        days,
        ["2020-12-01", "2020-12", "2020-05-04"],
        "{text} {report:?}"
    );
    // One that is mended into what may be two days is rejected, and one that is one day is read.
    desk.mend("r.csv", &[("2020-12-01T09:00:00", "02.12.2020")]);
    let (mended, report) = desk.import("r.csv", "again.csv").unwrap();
    assert_eq!((mended.len(), report.rows_rejected), (2, 1), "{report:?}");
    desk.mend("r.csv", &[("02.12.2020", "13.12.2020")]);
    let (mended, _) = desk.import("r.csv", "again.csv").unwrap();
    assert_eq!(mended[0][1], "2020-12-13");
    assert!(Path::new(&desk.path("again.csv")).exists());
}

#[test]
fn a_number_that_a_text_says_is_kept_too() {
    let files = "codes = {}";
    let desk = Desk::new("['@content']", files, "a.csv", SHEET.as_bytes());
    let mapping = std::fs::read_to_string(desk.path("m.toml")).unwrap();
    let mapping = mapping.replace("[row]\n", "[row]\nsubject = {text = 'row-{@row}'}\n");
    std::fs::write(desk.path("m.toml"), mapping).unwrap();
    desk.import("a.csv", "r.csv").unwrap();
    desk.mend("r.csv", &[("soon", "05.02.2020"), ("later", "06.02.2020")]);
    let job = Job::new(Inputs {
        mapping: desk.path("m.toml"),
        files: vec![desk.path("r.csv")],
        ..Inputs::default()
    });
    let mut cases = Vec::new();
    job.unwrap()
        .events(&mut |line, _| {
            let event: Json = serde_json::from_slice(line).unwrap();
            cases.push(event["subject"].as_str().unwrap().to_owned());
            Ok(())
        })
        .unwrap();
    assert_eq!(cases, ["test:row-2", "test:row-4", "test:row-5"]);
}

/// The words of a mistake are no facts: a row that nobody mended is rejected again, in whatever form it is saved.
#[test]
fn a_cell_without_a_value_is_none_in_the_file_of_what_was_rejected() {
    let head = || vec![Xml::Text("no"), Xml::Text("day"), Xml::Text("town")];
    let row = |no, town| vec![Xml::Text(no), Xml::Text("01.02.2020"), town];
    let mut broken = row("4", Xml::Error("#REF!"));
    broken.push(Xml::Text("right of the header"));
    let rows = vec![
        head(),
        row("1", Xml::Formula("A1")),
        row("2", Xml::Error("#N/A")),
        row("3", Xml::Number(12_345_678_901_234_567.0, 0)),
        broken,
        vec![
            Xml::Number(12_345_678_901_234_567.0, 0),
            Xml::Text("01.02.2020"),
            Xml::Text("Eville"),
        ],
    ];
    let book = xlsx("", &[("a", "visible", rows, "")]);
    let desk = Desk::new("['no']", "", "a.xlsx", &book);
    let (good, report) = desk.import("a.xlsx", "r.csv").unwrap();
    assert_eq!((good.len(), report.rows_rejected), (0, 5));
    let text = std::fs::read_to_string(desk.path("r.csv")).unwrap();
    for (no, line) in text.lines().skip(1).enumerate() {
        assert_eq!(line.matches("#NO VALUE").count(), 1, "{no}: {line}");
    }
    assert_eq!(text.matches("01.02.2020,#NO VALUE").count(), 4, "{text}");
    // As it is, as a spreadsheet program saves it, and once more.
    std::fs::write(desk.path("r.csv"), text.replace(',', ";")).unwrap();
    let (unmended, report) = desk.import("r.csv", "again.csv").unwrap();
    assert_eq!((unmended.len(), report.rows_rejected), (0, 5), "{report:?}");
    let again = std::fs::read_to_string(desk.path("again.csv")).unwrap();
    assert_eq!(again.matches("#NO VALUE").count(), 5, "{again}");
    // One is mended, one says nothing there.
    let again = again.replacen("01.02.2020,#NO VALUE", "01.02.2020,Aville", 1);
    let again = again.replace("#NO VALUE,01.02.2020", "5,01.02.2020");
    std::fs::write(desk.path("again.csv"), again).unwrap();
    let (mended, report) = desk.import("again.csv", "r2.csv").unwrap();
    let towns: Vec<&str> = mended.iter().map(|[.., town]| town.as_str()).collect();
    assert_eq!((towns, report.rows_rejected), (vec!["Aville", "Eville"], 3));
}

/// What is read as a text in one row and is an object in another is no event of nobody there, mended or not.
#[test]
fn an_object_where_a_value_is_read_rejects_the_row() {
    let rows = r#"{"no": 1, "day": "01.02.2020", "town": "Aville"}
{"no": 2, "day": "02.02.2020", "town": {"name": {"en": "Bville"}, "zip": null}}
{"no": 3, "day": "03.02.2020", "town": {"zip": null}}
{"no": 4, "day": "04.02.2020", "town": null}
"#;
    let list = format!("[{}]", rows.trim().replace('\n', ","));
    for (name, content) in [("a.jsonl", rows), ("a.json", list.as_str())] {
        let desk = Desk::new("['no']", "", "a.csv", b"");
        let mapping = std::fs::read_to_string(desk.path("m.toml")).unwrap();
        let set = |town: &str| {
            let mapping = mapping.replace(
                "{column = 'town'}",
                &format!("{{column = {town}, default = 'nowhere'}}"),
            );
            std::fs::write(desk.path("m.toml"), mapping).unwrap();
        };
        set("'town'");
        std::fs::write(desk.path(name), content).unwrap();
        let (good, report) = desk.import(name, "r.csv").unwrap();
        assert_eq!((good.len(), report.rows_rejected), (3, 1), "{name}");
        let reason = &report.rejected_rows[0].reason;
        assert!(
            reason.contains("\"town\" holds no value but an object"),
            "{reason}"
        );
        let (unmended, report) = desk.import("r.csv", "again.csv").unwrap();
        assert_eq!((unmended.len(), report.rows_rejected), (0, 1), "{name}");
        // A mapping that reads its member too takes that.
        set("['town', 'town.name.en']");
        let (good, _) = desk.import(name, "r.csv").unwrap();
        let towns: Vec<&str> = good.iter().map(|[.., town]| town.as_str()).collect();
        assert_eq!(towns, ["Aville", "Bville", "nowhere", "nowhere"], "{name}");
    }
}

/// Rows that were cut from a broken text: an open quote that took another row along, a byte that is none, a row that is
/// too short.
const DAMAGED: &[u8] =
    b"no,day,town\n1,01.02.2020,A\xffville\n2,\"02.02.2020,Bville\n3,03.02.2020\",Cville\n\
    4,04.02.2020\n5,05.02.2020,Eville\n";

#[test]
fn a_damaged_row_comes_in_once_it_is_mended() {
    let desk = Desk::new("['no']", "", "a.csv", DAMAGED);
    let (events, report) = desk.import("a.csv", "r.csv").unwrap();
    assert_eq!((events.len(), report.rows_rejected), (1, 4));
    // As it is, each is rejected for what it was rejected for, again and again.
    let mut from = "r.csv".to_owned();
    for turn in 0..3 {
        let into = format!("again{turn}.csv");
        let (events, again) = desk.import(&from, &into).unwrap();
        assert_eq!((events.len(), again.rows_rejected), (0, 4), "{turn}");
        let reasons = |report: &Report| -> Vec<String> {
            let rows = report.rejected_rows.iter();
            rows.map(|row| row.reason.clone()).collect()
        };
        assert_eq!(reasons(&again)[..2], reasons(&report)[..2]);
        from = into;
    }
    let mended = desk.mend(
        &from,
        &[
            ("A\u{fffd}ville", "Aville"),
            ("\"\"\"02.02.2020\"", "02.02.2020"),
            (",4,04.02.2020", ",4,04.02.2020,Dville"),
        ],
    );
    let (events, report) = desk.import(&from, "last.csv").unwrap();
    let towns: Vec<&str> = events.iter().map(|[_, _, town]| town.as_str()).collect();
    assert_eq!(towns, ["Aville", "Bville", "Dville"], "{mended}");
    assert_eq!(report.rows_rejected, 1);
}

/// Rows of several files stand under the columns of all, and a spreadsheet makes all rows as wide as the widest.
#[test]
fn a_short_row_that_was_made_wide_is_short_still() {
    let desk = Desk::new(
        "['no']",
        "",
        "a.csv",
        b"no,day,town\n1,01.02.2020\n2,02.02.2020,B,C\n",
    );
    let (_, report) = desk.import("a.csv", "r.csv").unwrap();
    assert_eq!(report.rows_rejected, 2);
    desk.mend("r.csv", &[(",1,01.02.2020\n", ",1,01.02.2020,\n")]);
    let (events, report) = desk.import("r.csv", "s.csv").unwrap();
    assert_eq!((events.len(), report.rows_rejected), (0, 2));
    // Whoever says that it is right as it stands is believed.
    let mended = desk.mend("r.csv", &[("[2]", "")]);
    let (events, _) = desk.import("r.csv", "s.csv").unwrap();
    assert_eq!(events.len(), 1, "{mended}");
}

#[test]
fn a_sheet_with_first_columns_of_such_names_is_no_file_of_rejected_rows() {
    let sheet = b"line;reason;hint;day;town\n1;x;y;01.02.2020;Aville\n2;x;y;soon;Bville\n";
    let desk = Desk::new("['line']", "", "a.csv", sheet);
    let (events, report) = desk.import("a.csv", "r.csv").unwrap();
    assert_eq!((events.len(), report.rows_rejected), (1, 1));
    assert!(!report.is_part);
    let text = desk.mend("r.csv", &[("soon", "02.02.2020")]);
    assert!(
        text.starts_with(
            "rejected line,rejected reason,rejected hint,line,reason,hint,day,town\n3,"
        ),
        "{text}"
    );
    let (events, report) = desk.import("r.csv", "s.csv").unwrap();
    assert_eq!((events.len(), report.is_part), (1, true));
    // Where no column of these is used, they are those of an import.
    let desk = Desk::new(
        "['no']",
        "",
        "a.csv",
        b"line,reason,hint,no,day,town\n2,x,,1,01.02.2020,A\n",
    );
    let (_, report) = desk.import("a.csv", "r.csv").unwrap();
    assert!(report.is_part);
    assert!(
        report
            .notes
            .keys()
            .any(|note| note.contains("read as rejected rows"))
    );
}
