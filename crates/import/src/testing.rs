//! What the tests of the readers share: run a mapping over invented rows, and print the events.
//!
//! Every event is also judged as the gate would judge it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use event::{Caller, Instant, OrgId};
use serde_json::Value as Json;

use super::mapping::Mapping;
use super::report::Report;
use super::{Error, Job};

/// Runs `mapping` over `files` (name and content) and returns the events and the report.
pub(super) fn import(mapping: &str, files: &[(&str, &str)]) -> (Vec<Json>, Report) {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    run(Mapping::test(mapping), folder.path(), usize::MAX).unwrap()
}

/// Runs a mapping over the files of a folder.
pub(super) fn run(
    mapping: Mapping,
    folder: &Path,
    snapshots_max: usize,
) -> Result<(Vec<Json>, Report), Error> {
    let job = Job {
        snapshots_max,
        ..job(mapping, folder)
    };
    let org = OrgId::parse(&job.mapping.org).unwrap();
    let mut events = Vec::new();
    let late = Instant::from_parts(253_402_300_799, 0);
    let report = job.events(&mut |line, _| {
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        if let Err(rejection) = event::admit(line.trim_ascii_end(), Caller::Org(&org), late) {
            panic!("{rejection} in {}", String::from_utf8_lossy(line));
        }
        events.push(serde_json::from_slice(line).unwrap());
        Ok(())
    })?;
    Ok((events, report))
}

/// Returns what is wrong with a mapping.
pub(super) fn mistakes(mapping: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mapping.toml");
    std::fs::write(&path, mapping).unwrap();
    match Mapping::load(&path) {
        Ok(mapping) => {
            let told = mapping.mistakes.into_iter().map(|(_, what)| what);
            told.collect::<Vec<_>>().join("\n")
        }
        Err(error) => error.to_string(),
    }
}

/// Returns what is wrong with a mapping beside a file.
pub(super) fn bound(mapping: &str, file: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, file).unwrap();
    let made = Mapping::parse(mapping).and_then(|mapping| {
        let job = Job {
            files: vec![path],
            ..job(mapping, folder.path())
        };
        job.events(&mut |_, _| Ok(()))
    });
    made.err()
        .map_or_else(String::new, |error| error.to_string())
}

/// Makes the job of a mapping and the files of a folder that it names.
pub(super) fn job(mapping: Mapping, folder: &Path) -> Job {
    let inputs = mapping.inputs.iter();
    Job {
        files: inputs.map(|file| folder.join(file)).collect(),
        mapping,
        secret: None,
        new_secret: None,
        mapping_file: std::path::PathBuf::new(),
        folder: folder.to_owned(),
        snapshots_max: usize::MAX,
        run: None,
        meter: std::sync::Arc::default(),
    }
}

/// Prints what tells events apart, one a line: day recorded, kind, case, then fields of `data`.
pub(super) fn print(events: &[Json], fields: &[&str]) -> String {
    let mut out = String::new();
    for event in events {
        let text = |name: &str| event[name].as_str().unwrap_or("-").to_owned();
        let kind = text("type").split('.').nth(1).unwrap().to_owned();
        write!(
            out,
            "{} {kind} {}",
            &text("recordedtime")[..10],
            text("subject")
        )
        .unwrap();
        for field in fields {
            match event.pointer(&format!("/data/{field}")) {
                Some(Json::String(value)) => write!(out, " {value}").unwrap(),
                Some(value) => write!(out, " {value}").unwrap(),
                None => {}
            }
        }
        out.push('\n');
    }
    out
}

/// Prints a report's notes and rejected rows.
pub(super) fn print_report(report: &Report) -> String {
    let mut out = String::new();
    for (reason, count) in &report.notes {
        writeln!(out, "{count} {reason}").unwrap();
    }
    for row in &report.rejected_rows {
        writeln!(
            out,
            "{} line {} {}: {} ({})",
            row.file, row.row, row.column, row.reason, row.value_class
        )
        .unwrap();
    }
    out
}

/// Returns the folder of real data, or says loudly that a test is skipped.
#[allow(
    clippy::print_stderr,
    reason = "whoever runs the tests sees what was skipped"
)]
pub(super) fn shared_data(folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = std::env::var_os("HABEAS_SHARED_DATA")
        .map_or_else(|| root.join("../shared/data"), PathBuf::from)
        .join(folder);
    if data.is_dir() {
        return Some(data);
    }
    let skipped = format!(
        "SKIPPED: {} is not there; HABEAS_SHARED_DATA names another folder\n",
        data.display()
    );
    std::io::stderr().write_all(skipped.as_bytes()).unwrap();
    None
}

/// Reads one of the mappings that the repository ships.
pub(super) fn example(name: &str) -> Mapping {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/mappings");
    Mapping::load(&folder.join(name)).unwrap()
}
