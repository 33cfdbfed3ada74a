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

/// Drafts of real files: how many rows each reads, uses and rejects.
#[test]
fn drafts_of_the_real_files_run() {
    for (folder, file, rows, least) in [
        ("uspft", "incidents_2020-07.csv", 516, 516),
        ("ovdinfo_2013", "detentions.csv", 235, 235),
        ("china_prisoners", "data_2020-05-16_91a4ae7.csv", 879, 800),
        ("cpj_1992_2016", "cpj.csv.gz", 1782, 1700),
    ] {
        let Some(folder) = testing::shared_data(folder) else {
            continue;
        };
        let (draft, read, made, rejected) = tried(&folder.join(file));
        assert_eq!(read, rows, "{file}\n{draft}");
        assert!(
            made >= least && made + rejected == read,
            "{file}: {made} made, {rejected} rejected\n{draft}"
        );
    }
}
