//! An import of a file that ends in the middle.

use super::tests::{end, keeping};
use crate::commands::import::Records;

/// Bytes of a block that is not compressed. Source: RFC 1951, 3.2.4.
const BLOCK_BYTES: usize = 60_000;

/// Packs bytes as a gzip without its end.
fn cut_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    for block in bytes.chunks(BLOCK_BYTES) {
        let length = u16::try_from(block.len()).unwrap();
        packed.push(0);
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    packed
}

#[test]
fn a_file_that_ends_in_the_middle_is_imported_and_told_as_far_as_it_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    // More than is read of a file when it is opened.
    let long = "x".repeat(1_000);
    let rows: String = (1..3_000)
        .map(|no| format!("{no},2020-01-02,{long}\n"))
        .collect();
    let sheet = format!("no,day,note\n0,soon,\n{rows}");
    std::fs::write(at("a.csv.gz"), cut_gzip(sheet.as_bytes())).unwrap();
    let mapping = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv.gz']\nmode = 'state'\n\
        [row]\nkey = ['no']\nset = {visibility = 'public'}\n\
        recordedtime = {text = '2020-12-10T05:30:00Z'}\nfrom = {occurred = {column = 'day', date = '%Y-%m-%d'}}\n\
        [[event]]\nkind = 'arrest'\n";
    std::fs::write(at("m.toml"), mapping).unwrap();
    let (url, thread) = keeping();
    let args = crate::commands::import::Args {
        files: Vec::new(),
        mapping: at("m.toml"),
        folder: None,
        server: url.clone(),
        token: None,
        ca: None,
        dry_run: false,
        offline: false,
        output: None,
        rejected: Some(at("r.csv")),
        gone: None,
        no_wait: true,
        quiet: true,
        limit_snapshots: None,
        suggest: false,
        template: None,
        set: Vec::new(),
    };
    let summary = crate::commands::import::import(args, Records::None).unwrap();
    drop(end(&url, thread));
    let place = summary.report.broke_off.clone().unwrap();
    let begin = "a.csv.gz, behind the row of line ";
    assert!(place.starts_with(begin), "{place}");
    let [used, unchanged, skipped, rejected] = summary.balance();
    assert!((1_000..3_000).contains(&used), "{used}");
    assert_eq!((unchanged, skipped, rejected), (0, 0, 1));
    assert_eq!(summary.report.rows_read, used + 1);
    assert_eq!((summary.posted.new, summary.posted.gone.len()), (used, 0));
    let text = std::fs::read_to_string(at("r.csv")).unwrap();
    assert!(text.ends_with(",0,soon,\n"), "{text}");
}
