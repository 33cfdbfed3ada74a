//! The mappings for what other tools export, on invented people in the shape of those exports.
//!
//! Source of the shapes: the exporters of Uwazi (app/api/csv) and OpenEvSys (mod/analysis), both HURIDOCS.
//!
//! Never here: real files (`shipped`).

use std::path::Path;

use expect_test::expect;
use serde_json::Value as Json;

use crate::{DryRun, Inputs, Job, dry_run, testing};

/// The events that a shipped mapping makes of a file, each judged as the gate would; twice the same.
fn import(mapping: &str, file: &str) -> (Vec<Json>, DryRun) {
    let folder = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/mappings");
    let text = std::fs::read_to_string(shipped.join(mapping)).unwrap();
    let (path, csv) = (
        folder.path().join(mapping),
        folder.path().join("export.csv"),
    );
    std::fs::write(&path, text).unwrap();
    std::fs::write(&csv, file).unwrap();
    let run = || {
        let job = Job::new(Inputs {
            mapping: path.clone(),
            files: vec![csv.clone()],
            ..Inputs::default()
        });
        let mut out = Vec::new();
        let dry = dry_run(&job.unwrap(), Path::new("-"), &mut out).unwrap();
        (String::from_utf8(out).unwrap(), dry)
    };
    let (lines, dry) = run();
    assert_eq!(lines, run().0, "a second import would add something");
    assert!(dry.rejections.is_empty(), "{:?}", dry.rejections.events);
    let events = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    (events.collect(), dry)
}

#[test]
fn an_export_of_uwazi_comes_in() {
    let (events, dry) = import(
        "uwazi.toml",
        "Title,Date added,Template,Case ID,Names,Sex,Date of arrest,Detained,Date of release,Charges,Kind of place,Summary,Geolocation,Documents,Attachments,Published\n\
         Arrest at the market,2020-12-27,Detention,KHM-014,Sok Dara|Chan Bopha,,2020-12-25,2020-12-25~2021-01-10,2021-01-10,Incitement,Police station,Taken at noon,11.55|104.92,/files/a.pdf,,Published\n\
         Arrest at the market,2020-12-28,Detention,KHM-015,Keo Rithy,Male,2020-12-26,,,,,,,,,Unpublished\n",
    );
    assert_eq!(
        dry.report.rows_used(),
        2,
        "{}",
        testing::print_report(&dry.report)
    );
    expect![[r#"
        2020-12-27 arrest your-organisation:KHM-014 2020-12-25 public {"kind":"police_station","lat":11.55,"lon":104.92}
        2020-12-27 detention your-organisation:KHM-014 2020-12-25 public {"kind":"police_station","lat":11.55,"lon":104.92} 2021-01-10
        2020-12-27 charge your-organisation:KHM-014 2020-12-25/.. public {"kind":"police_station","lat":11.55,"lon":104.92}
        2020-12-27 release your-organisation:KHM-014 2021-01-10 public {"kind":"police_station","lat":11.55,"lon":104.92}
        2020-12-28 arrest your-organisation:KHM-015 2020-12-26 org
    "#]]
    .assert_eq(&testing::print(
        &events,
        &["occurred", "visibility", "place", "until_as_reported"],
    ));
    assert_eq!(events[0]["data"]["persons"].as_array().unwrap().len(), 2);
    assert_eq!(events[4]["data"]["persons"][0]["sex"], "male");
}

#[test]
fn an_export_of_openevsys_comes_in() {
    let (events, dry) = import(
        "openevsys.toml",
        // Each line ends with a comma, as OpenEvSys writes it.
        "\"Event Record Number\",\"Act Record Number\",\"Type Of Act\",\"Initial Date\",\"Final Date\",\"Exact Location\",\"Stated Reason\",\"Age At Time Of Victimisation\",\"Date Of Entry\",\"Person Record Number\",\"Person Name\",\"Other Names\",\"Date Of Birth\",\"Sex\",\n\
         \"E-7\",\"A-1\",\"Arbitrary arrest\",\"2020-12-25\",\"\",\"Market, \"\"Old\"\" quarter\",\"incitement\",\"30\",\"2020-12-27 09:00:00\",\"P-14\",\"Sok Dara\",\"Dara\",\"1990-05-01\",\"Male\",\n\
         \"E-7\",\"A-2\",\"Detention without trial\",\"2020-12-25\",\"2021-01-10\",\"\",\"\",\"about thirty\",\"2021-01-12\",\"P-14\",\"Sok Dara\",\"\",\"0000-00-00\",\"Male\",\n\
         \"E-8\",\"A-3\",\"Denial of a passport\",\"2020-12-26\",\"\",\"\",\"\",\"\",\"2020-12-27\",\"P-15\",\"Chan Bopha\",\"\",\"\",\"Female\",\n",
    );
    let report = &dry.report;
    assert_eq!(
        (report.rows_read, report.rows_used(), report.rows_skipped),
        (3, 2, 1),
        "{}",
        testing::print_report(report)
    );
    expect![[r#"
        2020-12-27 arrest your-organisation:E-7 2020-12-25 {"as_reported":"Market, \"Old\" quarter"} incitement your-organisation:p-P-14 1990-05-01
        2021-01-12 detention your-organisation:E-7 2020-12-25 your-organisation:p-P-14
    "#]]
    .assert_eq(&testing::print(
        &events,
        &[
            "occurred",
            "place",
            "stated_reason",
            "persons/0/id",
            "persons/0/birth",
        ],
    ));
}
