//! The stored bytes of one row of each family, pinned: the rows are the fold's own types, so a field that
//! is moved there moves bytes here.
//!
//! Where they differ, stores on disk are of another format: raise [`SCHEMA`](crate::checkpoint::SCHEMA),
//! or the fold's version of rows where what the rows say has changed, then `UPDATE_EXPECT=1`.
//!
//! Never here: which rows follow from which events (crate `fold`).

use std::fmt::Write;

use expect_test::expect_file;

use crate::checkpoint::Tally;
use crate::keys::{self, Family};
use crate::settings::{ENGINE_TIMEOUT, Identity, Settings};
use crate::store::Store;
use crate::{engine, leaves};

/// Events that leave a row in each family, invented.
const LOG: &str = include_str!("log.jsonl");

#[test]
fn one_row_of_each_family_has_the_bytes_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        cache_bytes: 1 << 20,
        identity: Identity {
            log: "HABEAS 2026-01-01".into(),
            rows: 1,
        },
        engine_timeout: ENGINE_TIMEOUT,
    };
    let store = Store::open(folder.path(), settings).unwrap();
    let rows = fold::Memory::default().fold(LOG.lines().map(str::as_bytes));
    store.apply(&rows).unwrap();
    let handle = store.shared().engine().unwrap().handle();
    let mut pinned = String::new();
    let meta = engine::get(&handle, &keys::META).unwrap().unwrap();
    pin(&mut pinned, "meta", (&keys::META, &meta));
    for family in Family::ALL {
        let found = engine::scan(&handle, &[family.prefixes().0], family.end());
        let found: Vec<_> = found.map(Result::unwrap).collect();
        let mut tally = Tally::default();
        found.iter().for_each(|(_, value)| tally.add(value));
        let longest = found.iter().max_by_key(|(_, value)| value.len());
        let (key, value) = longest.unwrap_or_else(|| panic!("no row of {}", family.name()));
        if family == Family::Leaves {
            // What a frame unpacks to is pinned, not how well it is packed.
            let unpacked = leaves::decode(key, value).unwrap().concat();
            assert_eq!(unpacked, LOG.replace('\n', "").into_bytes());
        } else {
            let named = format!(
                "{}: {} of sum {:x}, the longest",
                family.name(),
                tally.rows,
                tally.sum
            );
            pin(&mut pinned, &named, (key, value));
        }
    }
    expect_file!["rows.txt"].assert_eq(&pinned);
}

/// Writes a row as text: its key, then its value in lines of 32 bytes.
fn pin(pinned: &mut String, name: &str, (key, value): (&[u8], &[u8])) {
    writeln!(pinned, "{name}\n  {}", event::hex(key)).unwrap();
    for bytes in value.chunks(32) {
        writeln!(pinned, "    {}", event::hex(bytes)).unwrap();
    }
}
