//! The template comes in by its mapping, whatever its language.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;

use super::columns::{COLUMNS, Holds, KINDS, offered};
use super::mapping::mapping;
use super::*;
use crate::mapping::Mapping;
use crate::{Inputs, Job, dry_run, testing};

/// The events of a template that is filled with `rows`, by the mapping in `folder`.
fn events(folder: &Path, language: Language, rows: &[Vec<(&str, &str)>]) -> Vec<Json> {
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(Vec::as_slice).collect();
    let (sheet, path) = (folder.join("sheet.xlsx"), folder.join("sheet.toml"));
    std::fs::write(&sheet, filled(language, &rows).unwrap()).unwrap();
    std::fs::write(&path, mapping()).unwrap();
    let job = Job::new(Inputs {
        mapping: path,
        files: vec![sheet],
        ..Inputs::default()
    });
    let mut out = Vec::new();
    let dry = dry_run(&job.unwrap(), Path::new("-"), &mut out).unwrap();
    let report = &dry.report;
    assert!(dry.rejections.is_empty(), "{:?}", dry.rejections.events);
    assert_eq!(
        (report.rows_read, report.rows_used()),
        (u64::try_from(rows.len()).unwrap(), report.rows_read),
        "{}",
        testing::print_report(report)
    );
    let lines = out
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// One row for each code of each drop-down.
fn rows_of_every_code(language: Language) -> Vec<Vec<(&'static str, &'static str)>> {
    let of = |list: &'static str, code: &str| {
        let label = offered(list).find(|label| label.code == code).unwrap();
        language.label(label)
    };
    let mut rows = Vec::new();
    for column in COLUMNS {
        let Holds::Code(list) = column.holds else {
            continue;
        };
        for label in offered(list) {
            let kind = match list {
                "kind" => label.code,
                "detention_kind" => "detention",
                "release_kind" => "release",
                _ => "arrest",
            };
            let mut row = vec![
                ("recorded", "2020-12-27"),
                ("case", "2020-014"),
                ("day", "2020-12-25"),
                ("person", "14"),
                ("name_km", "សុខ ដារា"),
                ("kind", of("kind", kind)),
            ];
            if list != "kind" {
                row.push((column.name, language.label(label)));
            }
            rows.push(row);
        }
    }
    rows
}

/// Gives each row its number.
fn numbered(
    rows: Vec<Vec<(&'static str, &'static str)>>,
) -> Vec<Vec<(&'static str, &'static str)>> {
    let mut rows = rows;
    for (number, row) in (1..).zip(&mut rows) {
        let number: &'static str = Box::leak(format!("{number}").into_boxed_str());
        row.push(("no", number));
    }
    rows
}

#[test]
fn every_code_comes_in_the_same_from_either_language() {
    let folder = tempfile::tempdir().unwrap();
    let english = events(
        folder.path(),
        Language::English,
        &numbered(rows_of_every_code(Language::English)),
    );
    let khmer = events(
        folder.path(),
        Language::Khmer,
        &numbered(rows_of_every_code(Language::Khmer)),
    );
    assert_eq!(english, khmer);
    let text = serde_json::to_string(&english).unwrap();
    for column in COLUMNS {
        if let Holds::Code(list) = column.holds {
            for label in offered(list).filter(|_| list != "kind") {
                assert!(
                    text.contains(&format!("\"{}\"", label.code)),
                    "{list} {}",
                    label.code
                );
            }
        }
    }
    let kinds: BTreeSet<&str> = english
        .iter()
        .filter_map(|event| event["type"].as_str())
        .collect();
    assert_eq!(kinds.len(), KINDS.len());
}

#[test]
fn a_row_says_what_its_cells_say() {
    let row = vec![
        ("no", "7"),
        ("recorded", "27/12/2020"),
        ("case", "2020-014"),
        ("kind", "Arrest"),
        ("day", "2020-12"),
        ("day_in_words", "at the end of the year"),
        ("person", "14"),
        ("name_km", "សុខ ដារា"),
        ("name_en", "Sok Dara"),
        ("born", "1990"),
        ("age", "30"),
        ("unnamed", "over 20"),
        ("place_code", "KH-12"),
        ("source_url", "https://news.example/1"),
        ("note", "taken at the market"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let events = events(folder.path(), Language::English, &[row]);
    let [event] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(event["recordedtime"], "2020-12-27T00:00:00+07:00");
    assert_eq!(event["subject"], "your-organisation:2020-014");
    let expected = serde_json::json!({
        "occurred": "2020-12",
        "occurred_as_reported": "at the end of the year",
        "persons": [{
            "id": "your-organisation:p-14",
            "names": [
                {"text": "សុខ ដារា", "script": "Khmr"},
                {"text": "Sok Dara", "script": "Latn", "kind": "transliteration"},
            ],
            "birth": "1990",
            "age_at_event": 30,
        }],
        "group": {"lower": 21, "verbatim": "over 20"},
        "place": {"code": "KH-12"},
        "sources": [{"url": "https://news.example/1"}],
        "note": "taken at the market",
    });
    assert_eq!(event["data"], expected);
}

/// The codes of the drop-downs are those of the lists: `HABEAS_TEMPLATE=write` writes the mapping anew.
#[test]
fn the_shipped_mapping_is_the_one_that_is_written_beside_a_template() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/mappings/template.toml");
    if std::env::var_os("HABEAS_TEMPLATE").is_some() {
        std::fs::write(&path, mapping()).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == mapping(),
        "HABEAS_TEMPLATE=write writes it anew"
    );
}

#[test]
fn a_template_has_the_same_bytes_whenever_it_is_made() {
    for (name, template) in Template::NAMES {
        assert_eq!(Template::parse(name), Some(template));
        assert!(template.workbook().unwrap() == template.workbook().unwrap());
        Mapping::test(&template.mapping());
    }
}
