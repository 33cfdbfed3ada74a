//! An import that the server stops half-way.

use super::tests::{FORBIDDEN, end, json_answer, serve};
use crate::commands::import::{Records, exit};

fn args(folder: &std::path::Path, url: &str) -> crate::commands::import::Args {
    crate::commands::import::Args {
        files: Vec::new(),
        mapping: folder.join("m.toml"),
        folder: None,
        server: url.to_owned(),
        token: None,
        ca: None,
        dry_run: false,
        offline: false,
        output: None,
        rejected: Some(folder.join("r.csv")),
        gone: None,
        no_wait: false,
        quiet: true,
        limit_snapshots: None,
        suggest: false,
        template: None,
        set: Vec::new(),
    }
}

/// Takes so many requests, then answers 403.
fn taking(requests: usize) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let mut taken = 0;
    serve(move |body| {
        if body.is_empty() {
            return None;
        }
        taken += 1;
        if taken > requests {
            return Some(FORBIDDEN.to_owned());
        }
        let verdicts = (1..).zip(body.lines());
        let verdicts = verdicts.map(|(place, _)| format!("{{\"position\":{place}}}"));
        let verdicts: Vec<String> = verdicts.collect();
        Some(json_answer("200 OK", &format!("[{}]", verdicts.join(","))))
    })
}

#[test]
fn an_import_that_the_server_stops_half_way_is_told_with_all_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (1..10_000).map(|no| format!("{no},2020-01-02\n")).collect();
    let sheet = format!("no,day\n{rows}10000,soon\n");
    std::fs::write(folder.path().join("a.csv"), sheet).unwrap();
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\n\
        [row]\nkey = ['no']\nset = {visibility = 'public'}\n\
        recordedtime = {text = '2020-01-03T00:00:00Z'}\nfrom = {occurred = {column = 'day', date = '%Y-%m-%d'}}\n\
        [[event]]\nkind = 'arrest'\n";
    std::fs::write(folder.path().join("m.toml"), mapping).unwrap();
    let (url, thread) = taking(1);
    let args = args(folder.path(), &url);
    let summary = crate::commands::import::import(args.clone(), Records::None).unwrap();
    drop(end(&url, thread));
    let told = summary.stopped.clone().unwrap().to_string();
    assert!(told.contains("401"), "{told}");
    assert_eq!(summary.report.rows_read, 10_000);
    assert_eq!(
        (summary.balance(), summary.not_sent()),
        ([4_000, 0, 0, 1], 5_999)
    );
    assert!(matches!(exit(&summary), crate::commands::Exit::Failed));
    let text = std::fs::read_to_string(folder.path().join("r.csv")).unwrap();
    assert!(text.ends_with(",10000,soon\n"), "{text}");
    // One that takes nothing is told at once.
    let (url, thread) = taking(0);
    let args = crate::commands::import::Args {
        server: url.clone(),
        ..args
    };
    assert!(crate::commands::import::import(args, Records::None).is_err());
    drop(end(&url, thread));
}
