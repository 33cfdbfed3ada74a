//! What is fuzzed: whatever the bytes are, nothing panics, and what comes of them holds what the reference says.
//!
//! Start at any function: each takes the bytes of one input. The fuzzer calls them (`fuzz_targets`), and so does a test
//! with every file of `corpus` (tests/acceptance/fuzzed.rs). An input that broke one is put into the corpus.
//!
//! Never here: what is right for single inputs, which the tests of the crates say.

#![allow(dead_code, reason = "each target calls one of them")]

use std::path::Path;

use event::{Caller, Edtf, Instant, OrgId};
use import::{Inputs, Job, Report};

/// 9999-12-31T23:59:59Z: no event is ahead of it.
const END_OF_TIME: Instant = Instant::from_parts(253_402_300_799, 0);

/// Bytes that an event may have. Source: docs/reference/errors.md, E0101.
const EVENT_BYTES_MAX: usize = 60_000;

/// An event as it is sent: admitted, or rejected with what was found.
pub(crate) fn event_json(bytes: &[u8]) {
    let org = OrgId::parse("test").expect("an organisation");
    match event::admit(bytes, Caller::Org(&org), END_OF_TIME) {
        Ok(_) => assert!(bytes.len() <= EVENT_BYTES_MAX && std::str::from_utf8(bytes).is_ok()),
        Err(rejection) => assert!(!rejection.code.as_str().is_empty()),
    }
}

/// An uncertain date: its days are in order.
pub(crate) fn edtf(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(date) = Edtf::parse(text)
    {
        let (earliest, latest) = (date.days.earliest, date.days.latest);
        assert!(earliest <= latest, "{text}: {earliest:?} {latest:?}");
    }
}

/// A mapping, over a small table: refused with its mistakes, or each row is accounted for.
pub(crate) fn mapping(bytes: &[u8]) {
    // It would read repositories of this machine.
    if bytes.windows(3).any(|part| part == b"git") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (mapping, sheet) = (folder.path().join("m.toml"), folder.path().join("a.csv"));
    std::fs::write(&mapping, bytes).expect("written");
    let rows =
        "no,day,who,what,n\n1,2020-01-02,Ana,arrest,3\n2,05/06/2020,\"Bo, Dara\",x,dozens\n,,,,\n";
    std::fs::write(&sheet, rows).expect("written");
    imported(&mapping, &sheet);
    drop(import::Form::load(&mapping));
}

/// A file of any sort: a mapping is drafted for it, and it is imported by that; each row is accounted for.
pub(crate) fn sheet(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let (mapping, sheet) = (folder.path().join("m.toml"), folder.path().join("sheet"));
    std::fs::write(&sheet, bytes).expect("written");
    if let Ok(draft) = import::suggest(&sheet) {
        std::fs::write(&mapping, draft).expect("written");
        imported(&mapping, &sheet);
    }
}

fn imported(mapping: &Path, sheet: &Path) {
    let job = Job::new(Inputs {
        mapping: mapping.to_owned(),
        files: vec![sheet.to_owned()],
        ..Inputs::default()
    });
    let Ok(job) = job else { return };
    if let Ok(report) = job.events(&mut |_, _| Ok(())) {
        let Report {
            rows_read,
            rows_skipped,
            rows_unchanged,
            rows_rejected,
            ..
        } = report;
        assert_eq!(
            rows_read,
            report.rows_used() + rows_skipped + rows_unchanged + rows_rejected
        );
    }
}
