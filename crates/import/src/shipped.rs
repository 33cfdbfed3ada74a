//! The mappings that the repository ships, on the real files they are for, where these are.
//!
//! Each count is that of ../shared/data/README.md. Never here: rows of those files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::Job;
use crate::dry_run::{DryRun, dry_run};
use crate::testing;

/// Imports files of a folder by a mapping that names none; none where the folder is not there.
fn import(mapping: &str, folder: &str, files: &[&str]) -> Option<(Vec<Json>, DryRun)> {
    let folder = testing::shared_data(folder)?;
    let job = |files: Vec<PathBuf>| Job {
        mapping: testing::example(mapping),
        secret: None,
        new_secret: None,
        mapping_file: std::path::PathBuf::new(),
        folder: folder.clone(),
        files,
        snapshots_max: usize::MAX,
        run: None,
        meter: std::sync::Arc::default(),
    };
    let files: Vec<PathBuf> = files.iter().map(|file| folder.join(file)).collect();
    let run = |files: Vec<PathBuf>| {
        let mut out = Vec::new();
        let dry = dry_run(&job(files), Path::new("events.jsonl"), &mut out).unwrap();
        (String::from_utf8(out).unwrap(), dry)
    };
    let (text, dry) = run(files.clone());
    assert!(text == run(files).0, "a second import would add something");
    let events: Vec<Json> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let report = &dry.report;
    let ids: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| event["id"].as_str())
        .collect();
    assert_eq!(ids.len(), events.len(), "one id, two events");
    let others = report.rows_unchanged + report.rows_skipped + report.rows_rejected;
    assert_eq!(report.rows_read, report.rows_used() + others);
    Some((events, dry))
}

/// All rows are used, and no event is rejected.
fn all_rows(dry: &DryRun, rows: u64) {
    let report = &dry.report;
    assert_eq!(
        (report.rows_read, report.rows_used()),
        (rows, rows),
        "{}",
        testing::print_report(report)
    );
    assert!(
        dry.rejections.is_empty(),
        "{:?}",
        dry.rejections.events.first()
    );
}

/// The sum of the people detained, by what `of` makes of each event.
fn detained(events: &[Json], of: impl Fn(&Json) -> String) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for event in events {
        let lower = event["data"]["group"]["lower"].as_u64().unwrap();
        assert_eq!(event["data"]["group"]["upper"].as_u64(), Some(lower));
        *sums.entry(of(event)).or_default() += lower;
    }
    sums
}

#[test]
fn ovdinfo_of_2013_gives_the_published_figures() {
    let Some((events, dry)) = import("ovdinfo_2013.toml", "ovdinfo_2013", &["detentions.csv"])
    else {
        return;
    };
    all_rows(&dry, 235);
    let place = |event: &Json| event["data"]["place"]["code"].as_str().unwrap().to_owned();
    let sums = detained(&events, place);
    assert_eq!(sums.values().sum::<u64>(), 2_037);
    assert_eq!(sums["RU-MOW"], 1_462);
    let moscow = events.iter().filter(|event| place(event) == "RU-MOW");
    assert_eq!(moscow.count(), 169);
}

#[test]
fn ovdinfo_of_moscow_2012_gives_the_months_that_the_press_printed() {
    let file = "v5_head_651f155_data.csv";
    let Some((events, dry)) = import("ovdinfo_moscow_2012.toml", "ovdinfo_moscow_2012", &[file])
    else {
        return;
    };
    all_rows(&dry, 180);
    let month = |event: &Json| event["data"]["occurred"].as_str().unwrap()[..7].to_owned();
    let months: Vec<u64> = detained(&events, month).into_values().collect();
    assert_eq!(months, [1_312, 67, 126, 600, 224, 1_998, 196, 101, 181, 80]);
    assert_eq!(months.iter().sum::<u64>(), 4_885);
    let sanctioned = |event: &&Json| event["data"]["sanctioned"] == "согласовано";
    assert_eq!(events.iter().filter(sanctioned).count(), 19);
}

#[test]
fn the_prisoners_of_china_come_in_but_for_births_that_are_no_dates() {
    let file = "docs_2020-09-22_f693ae4.csv";
    let Some((events, dry)) = import("china_prisoners.toml", "china_prisoners", &[file]) else {
        return;
    };
    let report = &dry.report;
    assert_eq!((report.rows_read, report.rows_rejected), (926, 0));
    // 1954-02-29, 1952-08021 and 19812 are no dates: their rows are rejected by name.
    assert_eq!(dry.rejections.rows.len(), 3, "{:?}", dry.rejections.by_code);
    assert!(
        dry.rejections
            .events
            .iter()
            .all(|event| event.pointer == "/data/persons/0/birth")
    );
    let kinds: Vec<(&str, u64)> = report
        .events
        .iter()
        .map(|(kind, count)| (kind.as_str(), *count))
        .collect();
    assert_eq!(kinds, [("death", 20), ("detention", 94), ("sentence", 832)]);
    let people: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| event["data"]["persons"][0]["id"].as_str())
        .collect();
    assert_eq!(people.len(), 926);
}

#[test]
fn the_defendants_of_each_version_are_as_many_as_its_names() {
    let Some((events, dry)) = import("capitol_cases.toml", "capitol_cases", &[]) else {
        return;
    };
    let comings = dry.report.comings.clone().unwrap();
    assert_eq!(
        (comings.snapshots, comings.refused.len()),
        (39, 1),
        "{comings:?}"
    );
    assert_eq!(
        dry.report.rows_rejected,
        0,
        "{}",
        testing::print_report(&dry.report)
    );
    assert!(
        dry.rejections.is_empty(),
        "{:?}",
        dry.rejections.events.first()
    );
    let names: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| event["data"]["persons"][0]["id"].as_str())
        .collect();
    assert_eq!(names.len(), 175);
    assert_eq!(comings.arrived - comings.gone, 170);
}

#[test]
fn each_date_of_the_journalists_killed_is_said_or_its_row_rejected_by_name() {
    let Some((events, dry)) = import("cpj.toml", "cpj_1992_2016", &["cpj.csv.gz"]) else {
        return;
    };
    let report = &dry.report;
    assert_eq!((report.rows_read, report.rows_used()), (1_782, 1_772));
    assert!(dry.rejections.is_empty(), "{:?}", dry.rejections.by_code);
    // "Date unknown" four times, "Unknown" three times, a day in the middle of April, a summer, and a day on which a death
    // was disclosed.
    assert_eq!(report.rejected_rows.len(), 10);
    for row in &report.rejected_rows {
        assert_eq!(row.column, "Date", "{}", testing::print_report(report));
    }
    let motive = |event: &&Json| event["data"]["rights_exercised"][0] == "expression";
    let mut years: BTreeMap<i64, u32> = BTreeMap::new();
    for event in events.iter().filter(motive) {
        let occurred = event["data"]["occurred"].as_str().unwrap();
        let days = event::Edtf::parse(occurred).unwrap().days;
        let year = |day: event::Day| i64::from(day.ymd().unwrap().0);
        if year(days.earliest) == year(days.latest) {
            *years.entry(year(days.latest)).or_default() += 1;
        }
    }
    assert_eq!((years[&2009], years[&2012], years[&2014]), (75, 74, 60));
}

#[test]
fn the_incidents_of_the_press_freedom_tracker_come_in_whole() {
    let file = "incidents_2020-07.csv";
    let Some((events, dry)) = import("uspft.toml", "uspft", &[file]) else {
        return;
    };
    let report = &dry.report;
    assert_eq!((report.rows_read, report.rows_rejected), (516, 0));
    assert!(dry.rejections.is_empty(), "{:?}", dry.rejections.by_code);
    let of = |kind: &'static str| {
        let kind = format!("habeas.{kind}.v1");
        events.iter().filter(move |event| event["type"] == *kind)
    };
    // All 80 incidents of the category, on their own days. Source: ../shared/data/README.md, which counts them by `date`.
    let mut arrests: BTreeMap<&str, u32> = BTreeMap::new();
    for event in of("arrest") {
        let day = event["data"]["occurred"].as_str().unwrap();
        *arrests.entry(&day[..4]).or_default() += 1;
    }
    let years: Vec<_> = arrests.into_iter().collect();
    assert_eq!(
        years,
        [
            ("2014", 1),
            ("2016", 2),
            ("2017", 38),
            ("2018", 11),
            ("2019", 9),
            ("2020", 19)
        ]
    );
    assert_eq!(of("assault").count(), 159);
    assert_eq!(of("summons").count(), 68);
    assert_eq!(of("threat").count(), 42);
    // 21 days of release are given; of the others a release follows from the status.
    let days = of("release").filter(|e| !e["data"]["occurred"].as_str().unwrap().contains(".."));
    assert_eq!(days.count(), 21);
    let dropped = |event: &&Json| event["data"]["charge"].as_str().unwrap().contains("/d-");
    assert_eq!(of("charge").filter(dropped).count(), 31);
    let left = |reason: &str| {
        report
            .notes
            .iter()
            .find(|(note, _)| note.starts_with(reason))
    };
    assert_eq!(left("updates left out").unwrap().1, &94);
    assert_eq!(
        left("category left out, no kind fits: Border Stop")
            .unwrap()
            .1,
        &43
    );
    assert_eq!(
        left("category left out, no kind fits: Denial").unwrap().1,
        &53
    );
}

/// It has no ids, so it is a list of its own and no changed file of the earlier one.
#[test]
fn the_later_export_of_the_press_freedom_tracker_has_the_arrests_of_its_years() {
    let file = "later_export_2021-12.csv";
    let Some((events, dry)) = import("uspft_later.toml", "uspft", &[file]) else {
        return;
    };
    let report = &dry.report;
    assert_eq!((report.rows_read, report.rows_rejected), (1_507, 0));
    assert!(dry.rejections.is_empty(), "{:?}", dry.rejections.by_code);
    let mut arrests: BTreeMap<&str, u32> = BTreeMap::new();
    for event in events
        .iter()
        .filter(|event| event["type"] == "habeas.arrest.v1")
    {
        let day = event["data"]["occurred"].as_str().unwrap();
        if ("2017".."2020-06-02").contains(&day) {
            *arrests.entry(&day[..4]).or_default() += 1;
        }
    }
    let years: Vec<_> = arrests.into_iter().collect();
    assert_eq!(
        years,
        [("2017", 39), ("2018", 13), ("2019", 9), ("2020", 62)]
    );
}
