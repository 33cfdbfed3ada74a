//! Drafts of invented files in five scripts, and of the real ones.

use std::path::Path;

use crate::mapping::Mapping;
use crate::{Inputs, Job, suggest, testing};

/// Drafts a mapping, runs it dry, and returns the draft, the rows read, used and rejected.
fn tried(path: &Path) -> (String, u64, u64, u64) {
    let draft = suggest(path).unwrap();
    let mapping = Mapping::test(&draft);
    drop(mapping);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mapping.toml");
    std::fs::write(&file, &draft).unwrap();
    let job = Job::new(Inputs {
        mapping: file,
        files: vec![path.to_owned()],
        ..Inputs::default()
    })
    .unwrap_or_else(|error| panic!("{error}\n{draft}"));
    let mut made = 0;
    let report = job.events(&mut |_, _| {
        made += 1;
        Ok(())
    });
    let report = report.unwrap_or_else(|error| panic!("{error}\n{draft}"));
    (draft, report.rows_read, made, report.rows_rejected)
}

#[test]
fn a_file_in_any_of_five_scripts_is_drafted() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, parts) in [
        (
            "latin.csv",
            "no,entered,date,name,sex,age,town\n1,2020-12-10 05:30,13/02/2020,Ana Example,F,17,Kep\n2,2020-12-11 05:30,02/03/2020,Bo Example,M,40,Kep\n",
            &[
                "\"F\" = \"female\"",
                "age_at_event",
                "%d/%m/%Y",
                "place.locality",
            ][..],
        ),
        (
            "khmer.csv",
            "ល.រ,កាលបរិច្ឆេទ,ឈ្មោះ,ភេទ,អាយុ\n១,២៥/១២/២០២០,សុខ ឧទាហរណ៍,ប្រុស,៤០\n២,២៦/១២/២០២០,ដារា ឧទាហរណ៍,ស្រី,១៧\n",
            &["Khmr", "\"ស្រី\" = \"female\"", "%d/%m/%Y"],
        ),
        (
            "cyrillic.csv",
            "№;Дата;ФИО;Пол;задержано\n1;25.12.2020;Анна Пример;ж;3\n2;26.12.2020;Борис Пример;м;4\n",
            &["Cyrl", "%d.%m.%Y", "\"group\"", "kind = \"arrest\""],
        ),
        (
            "arabic.csv",
            "رقم,تاريخ,الاسم,الجنس\n1,2020-12-25,مثال أول,ذكر\n2,2020-12-26,مثال ثان,أنثى\n",
            &["Arab", "\"ذكر\" = \"male\""],
        ),
        (
            "han.csv",
            "编号,日期,姓名,性别,出生日期\n1,2020-12-25,例子一,男,1980-02\n2,2020-12-26,例子二,女,1981\n",
            &["Hani", "\"女\" = \"female\"", "birth"],
        ),
        (
            "han_days.csv",
            "序号,姓名,拘留日期\n1,例子一,2020年1月5日\n2,例子二,2020年12月25日\n",
            &["\"occurred\" = { column = \"拘留日期\", date = \"%Y年%m月%d日\" }"],
        ),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let (draft, rows, made, rejected) = tried(&path);
        for part in parts {
            assert!(draft.contains(part), "{part} is not in\n{draft}");
        }
        assert_eq!((rows, made, rejected), (2, 2, 0), "{draft}");
    }
}

#[test]
fn the_day_of_the_event_is_not_that_of_its_end_and_two_that_may_be_it_are_named() {
    let folder = tempfile::tempdir().unwrap();
    for (header, expected) in [
        (
            "release date,date",
            "\"occurred\" = { column = \"date\", date = \"%Y-%m-%d\" }\n",
        ),
        (
            "entry date,date",
            "\"occurred\" = { column = \"date\", date = \"%Y-%m-%d\" }\n",
        ),
        (
            "Дата освобождения,Дата задержания",
            "column = \"Дата задержания\", date = \"%Y-%m-%d\" }\n",
        ),
        (
            "released,detained on",
            "column = \"detained on\", date = \"%Y-%m-%d\" }\n",
        ),
        (
            "date,arrest date",
            "column = \"arrest date\", date = \"%Y-%m-%d\" } # unsure: or another day? There are also \"date\"",
        ),
        (
            "release date,town",
            "# unsure: no column is surely the day of the event",
        ),
    ] {
        let path = folder.path().join("list.csv");
        std::fs::write(
            &path,
            format!("id,{header},name\n1,2020-05-13,2020-05-14,Ana\n2,2020-05-15,2020-05-16,Bo\n"),
        )
        .unwrap();
        let draft = suggest(&path).unwrap();
        assert!(draft.contains(expected), "{header}\n{draft}");
    }
}

#[test]
fn a_day_that_may_stand_either_way_is_said_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, "id,date,name\n1,05/06/2020,Ana\n2,05/06/2020,Bo\n").unwrap();
    let (draft, rows, made, rejected) = tried(&path);
    assert!(
        draft.contains("unsure: is the day first, or the month?"),
        "{draft}"
    );
    assert_eq!((rows, made, rejected), (2, 0, 2));
}

#[test]
fn years_of_another_calendar_are_drafted_in_it_and_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, parts) in [
        (
            "thai.csv",
            "id,date,name\n1,29/02/2563,Ana\n2,05/06/2563,Bo\n",
            ["calendar = \"buddhist\"", "as those of Thailand"],
        ),
        (
            "thai_words.csv",
            "ลำดับ,วันที่,ชื่อ\n1,29/02/2563,ตัวอย่าง หนึ่ง\n2,05/06/2563,ตัวอย่าง สอง\n",
            ["calendar = \"buddhist\"", "script = \"Thai\""],
        ),
        (
            "khmer.csv",
            "ល.រ,កាលបរិច្ឆេទ,ឈ្មោះ\n១,២៥/១២/២៥៦៣,សុខ\n២,២៦/១២/២៥៦៣,ដារា\n",
            [
                "calendar = \"buddhist\"",
                "Cambodia's begin in April or May",
            ],
        ),
        (
            "ethiopian.csv",
            "ቁጥር,date,ስም\n1,2013-04-25,ምሳሌ አንድ\n2,2013-05-01,ምሳሌ ሁለት\n",
            [
                "date = \"%Y-%m-%d\"",
                "are these of it, say calendar = \"ethiopian\"",
            ],
        ),
        // A day of the second month that the common calendar has not.
        (
            "persian.csv",
            "شماره,تاریخ,نام\n۱,۱۳۹۹/۰۲/۳۱,مثال یک\n۲,۱۳۹۹/۰۷/۰۱,مثال دو\n",
            ["calendar = \"solar_hijri\"", "as those of Iran"],
        ),
        (
            "arabic.csv",
            "رقم,تاريخ,الاسم\n1,1442-02-10,مثال أول\n2,1442-07-01,مثال ثان\n",
            ["calendar = \"solar_hijri\"", "or lunar ones"],
        ),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let (draft, rows, made, rejected) = tried(&path);
        for part in parts {
            assert!(draft.contains(part), "{part} is not in\n{draft}");
        }
        assert_eq!((rows, made, rejected), (2, 2, 0), "{draft}");
    }
}

#[test]
fn a_header_below_a_title_and_a_break_in_its_first_cell_are_found() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, part) in [
        (
            "title.csv",
            "Arrests in 2020\n\nid,date,name\n1,2020-12-25,Ana\n2,2020-12-26,Bo\n",
            "header = 2",
        ),
        (
            "titles.csv",
            "Arrests,Phnom Penh\nid,date,name\n1,2020-12-25,Ana\n2,2020-12-26,Bo\n",
            "header = 2",
        ),
        (
            "break.csv",
            "\"id\n(ours)\";date;name\n1;2020-12-25;Ana\n2;2020-12-26;Bo\n",
            "semicolons",
        ),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let (draft, rows, made, rejected) = tried(&path);
        assert!(draft.contains(part), "{part} is not in\n{draft}");
        assert_eq!((rows, made, rejected), (2, 2, 0), "{draft}");
    }
}

#[test]
fn of_several_sheets_the_one_with_the_most_rows_is_drafted_and_the_others_named() {
    use crate::read::books::{Xml, xlsx};
    let row = |cells: [&'static str; 3]| cells.map(Xml::Text).into_iter().collect::<Vec<_>>();
    let sheets = [
        (
            "About",
            "visible",
            vec![row(["who", "what", "when"]), row(["us", "arrests", "2020"])],
            "",
        ),
        (
            "List",
            "visible",
            vec![
                vec![Xml::Text("Arrests in 2020")],
                row(["id", "date", "name"]),
                row(["1", "2020-12-25", "Ana"]),
                row(["2", "2020-12-26", "Bo"]),
            ],
            "",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.xlsx");
    std::fs::write(&path, xlsx("", &sheets)).unwrap();
    let (draft, rows, made, rejected) = tried(&path);
    for part in ["sheet = \"List\"", "there are also \"About\"", "header = 2"] {
        assert!(draft.contains(part), "{part} is not in\n{draft}");
    }
    assert_eq!((rows, made, rejected), (2, 2, 0), "{draft}");
}

#[test]
fn rows_of_several_kinds_and_days_of_several_are_several_events() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.csv");
    let rows = "id,detained on,released,sentence date,name\n1,2020-05-13,2020-05-14,,Ana\n2,,2020-05-16,2020-06-01,Bo\n\
        3,2020-05-13,,,Dara\n";
    std::fs::write(&path, rows).unwrap();
    let (draft, rows, made, rejected) = tried(&path);
    for part in [
        "kind = \"arrest\" # unsure: what happened",
        "when = [{ column = \"detained on\", given = true }]",
        "kind = \"release\" # unsure: \"released\" is called a day of it",
        "kind = \"sentence\" # unsure: \"sentence date\" is called a day of it",
    ] {
        assert!(draft.contains(part), "{part} is not in\n{draft}");
    }
    assert_eq!((rows, made, rejected), (3, 5, 0), "{draft}");
    let rows = "id,date,category,name\n1,2020-05-13,\"Arrest, Attack\",Ana\n2,2020-05-14,Denial of access,Bo\n\
        3,2020-05-14,Attack,Dara\n4,2020-05-15,Attack,Ek\n";
    std::fs::write(&path, rows).unwrap();
    let (draft, rows, made, rejected) = tried(&path);
    for part in [
        "when = [{ column = \"category\", has = [\"Arrest\"] }]",
        "kind = \"assault\" # unsure: by the words of \"category\"",
        "# unsure: rows that say only \"Denial of access\" in \"category\" make no event",
    ] {
        assert!(draft.contains(part), "{part} is not in\n{draft}");
    }
    assert_eq!((rows, made, rejected), (4, 4, 0), "{draft}");
    for (header, arrest, release) in [
        (
            "case no,date of incident,what happened,victim name",
            "arrested",
            "released",
        ),
        ("Номер,Дата,Событие,ФИО", "задержание", "освобождение"),
    ] {
        let rows = format!(
            "{header}\n1,2020-05-13,{arrest},Ana\n2,2020-05-14,{arrest},Bo\n3,2020-05-15,{release},Ana\n"
        );
        std::fs::write(&path, rows).unwrap();
        let (draft, rows, made, rejected) = tried(&path);
        for (kind, word) in [("arrest", arrest), ("release", release)] {
            for part in [format!("kind = \"{kind}\""), format!("has = [\"{word}\"]")] {
                assert!(draft.contains(&part), "{part} is not in\n{draft}");
            }
        }
        assert_eq!((rows, made, rejected), (3, 3, 0), "{draft}");
        assert!(!draft.contains("Not used"), "{draft}");
    }
    let path = folder.path().join("prisoners.csv");
    std::fs::write(&path, "id,name,date of death\n1,Ana,2020-01-02\n2,Bo,\n").unwrap();
    let (draft, ..) = tried(&path);
    assert!(
        draft.contains("say so, and no column has its day"),
        "{draft}"
    );
    assert!(draft.contains("kind = \"death\""), "{draft}");
}

#[test]
fn a_file_without_a_header_is_no_draft_and_lists_in_cells_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "").unwrap();
    let told = suggest(&path).unwrap_err().to_string();
    assert!(told.starts_with("a.csv has no header"), "{told}");
    let path = folder.path().join("a.json");
    let rows = r#"[{"no": 1, "people": [{"name": "Ana"}]}, {"no": 2, "people": []}]"#;
    std::fs::write(&path, rows).unwrap();
    let draft = suggest(&path).unwrap();
    let part = "#   \"people\": 1 cells are lists; with [files] repeat = \"people\" each item";
    assert!(draft.contains(part), "{draft}");
}

/// Drafts of real files: how many rows each reads, uses and rejects.
#[test]
fn drafts_of_the_real_files_run() {
    for (folder, file, rows, least) in [
        ("uspft", "incidents_2020-07.csv", 516, 370),
        ("ovdinfo_2013", "detentions.csv", 235, 235),
        ("china_prisoners", "data_2020-05-16_91a4ae7.csv", 879, 650),
        ("cpj_1992_2016", "cpj.csv.gz", 1782, 1700),
    ] {
        let Some(folder) = testing::shared_data(folder) else {
            continue;
        };
        let (draft, read, made, rejected) = tried(&folder.join(file));
        assert_eq!(read, rows, "{file}\n{draft}");
        // A row may say several events, and where categories differ none.
        assert!(
            made >= least && rejected * 10 <= read,
            "{file}: {made} made, {rejected} rejected\n{draft}"
        );
    }
}
