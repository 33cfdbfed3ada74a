//! Rows that are gone, told by an import and before it by a dry run.

use super::others_tests::{Log, keeping};
use super::tests::{ASKED, end};
use crate::commands::import::{Args, Records, import};

fn args(mapping: &std::path::Path, url: &str) -> Args {
    Args {
        files: Vec::new(),
        mapping: mapping.to_owned(),
        folder: None,
        server: url.to_owned(),
        token: None,
        ca: None,
        dry_run: false,
        offline: false,
        output: None,
        rejected: None,
        gone: None,
        no_wait: true,
        quiet: true,
        limit_snapshots: None,
        suggest: false,
        template: None,
        set: Vec::new(),
    }
}

/// A secret that is made just now has the log looked at before anything is sent; where it has nothing of this source,
/// nothing can be gone.
#[test]
fn the_first_import_of_a_source_reads_the_log_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mapping = "format = 2\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\nmode = 'state'\n\
        [row]\nkey = ['no']\nsubject = {column = 'no'}\nset = {visibility = 'public'}\n\
        recordedtime = {text = '2020-12-10T05:30:00Z'}\nfrom = {occurred = {column = 'day', date = '%Y-%m-%d'}}\n\
        [[event]]\nkind = 'arrest'\n";
    std::fs::write(at("m.toml"), mapping).unwrap();
    std::fs::write(at("a.csv"), "no,day\n1,2020-01-02\n").unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let args = args(&at("m.toml"), &url);
    let summary = import(args, Records::None).unwrap();
    assert_eq!(summary.posted.new, 1);
    let bodies = end(&url, thread);
    let asked = bodies.iter().filter(|body| *body == ASKED);
    assert_eq!(asked.count(), 1);
}

/// Rows that the log has already have it read, for what was done to them; what is gone is seen then.
#[test]
fn an_import_where_nothing_is_gone_reads_the_log_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\nmode = 'state'\n\
        [row]\nkey = ['no']\nsubject = {column = 'no'}\nset = {visibility = 'public'}\n\
        recordedtime = {text = '2020-12-10T05:30:00Z'}\nfrom = {occurred = {column = 'day', date = '%Y-%m-%d'}}\n\
        [[event]]\nkind = 'arrest'\n";
    std::fs::write(at("m.toml"), mapping).unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let mut gone = Vec::new();
    for rows in [
        "1,2020-01-02\n2,2020-01-02\n",
        "1,2020-01-02\n2,2020-01-02\n3,2020-01-02\n",
        "1,2020-01-02\n3,2020-01-02\n",
    ] {
        std::fs::write(at("a.csv"), format!("no,day\n{rows}")).unwrap();
        let summary = import(args(&at("m.toml"), &url), Records::None).unwrap();
        gone.push(summary.gone().to_vec());
    }
    assert_eq!(gone, [vec![], vec![], vec!["arrest of test:2".to_owned()]]);
    let asked = end(&url, thread);
    let asked = asked.iter().filter(|body| *body == ASKED).count();
    // For what is gone, for what was done to the rows, and in the last for both.
    assert_eq!(asked, 1 + 1 + 2);
}

/// Each correction is counted and rejected as the server will reject it.
#[test]
fn a_dry_run_says_which_acts_the_token_may_not_send() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\nmode = 'state'\n\
        [row]\nkey = ['no']\nsubject = {column = 'no'}\nset = {visibility = 'public'}\n\
        recordedtime = {text = '2020-12-10T05:30:00Z'}\nfrom = {occurred = {column = 'day', date = '%Y-%m-%d'}}\n\
        [[event]]\nkind = 'arrest'\n";
    std::fs::write(at("m.toml"), mapping).unwrap();
    std::fs::write(at("a.csv"), "no,day\n1,2020-01-02\n2,2020-01-02\n").unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    import(args(&at("m.toml"), &url), Records::None).unwrap();
    std::fs::write(
        at("a.csv"),
        "no,day\n1,2020-01-03\n2,2020-01-02\n3,2020-01-02\n",
    )
    .unwrap();
    for (token, balance) in [(None, [2, 1, 0, 0]), (Some("t"), [1, 1, 0, 1])] {
        let args = Args {
            dry_run: true,
            token: token.map(str::to_owned),
            ..args(&at("m.toml"), &url)
        };
        let summary = import(args, Records::None).unwrap();
        let count = summary.posted.rejections.by_code.get("E0120").copied();
        assert_eq!(summary.balance(), balance);
        let ahead = summary.outlook.unwrap().1.unwrap();
        assert_eq!(ahead.new, 1);
        let refused = ahead.refused.map(|refused| (refused.role, refused.acts));
        assert_eq!(refused, token.map(|_| ("writer".to_owned(), 1)));
        assert_eq!(count, token.map(|_| 1));
    }
    drop(end(&url, thread));
}

#[test]
fn a_dry_run_tells_the_rows_that_are_gone_as_the_import_will() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\nmode = 'state'\n\
        [row]\nkey = ['no']\nsubject = {column = 'no'}\nset = {visibility = 'public'}\n\
        recordedtime = {text = '2020-12-10T05:30:00Z'}\nfrom = {occurred = {column = 'day', date = '%Y-%m-%d'}}\n\
        [[event]]\nkind = 'arrest'\n";
    std::fs::write(at("m.toml"), mapping).unwrap();
    let log = Log::default();
    let (url, thread) = keeping(&log);
    let args = Args {
        gone: Some(at("gone.txt")),
        ..args(&at("m.toml"), &url)
    };
    let told = |rows: &str, dry_run: bool| {
        std::fs::write(at("a.csv"), format!("no,day\n{rows}")).unwrap();
        let args = Args {
            dry_run,
            ..args.clone()
        };
        let summary = import(args, Records::None).unwrap();
        let written = std::fs::read_to_string(at("gone.txt")).unwrap();
        let lines: String = summary
            .gone()
            .iter()
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(written, lines);
        (written, summary.balance())
    };
    let all = "1,2020-01-02\n2,2020-01-03\n3,2020-01-04\n";
    for (dry_run, balance) in [
        (true, [3, 0, 0, 0]),
        (false, [3, 0, 0, 0]),
        (true, [0, 3, 0, 0]),
        (false, [0, 3, 0, 0]),
    ] {
        assert_eq!(told(all, dry_run), (String::new(), balance));
    }
    // One is left out, one cannot be read.
    let fewer = "1,2020-01-02\n3,soon\n";
    let gone = "arrest of test:2\narrest of test:3, whose row was rejected\n";
    for dry_run in [true, false] {
        assert_eq!(told(fewer, dry_run), (gone.to_owned(), [0, 1, 0, 1]));
    }
    assert_eq!(log.lock().unwrap().len(), 3);
    drop(end(&url, thread));
}
