//! Pinned answers: what the program answered when the vectors were written, compared byte for byte.
//!
//! Start at [`Pins`]. The files stand in `tests/vectors/`; a change that is not meant to change an answer
//! leaves them alone. A change that is meant to writes them anew, and shows in their diff what it changed:
//!
//! ```text
//! HABEAS_PIN=write cargo test -p tests --test acceptance pinned::
//! ```
//!
//! Each line is a SHA-256 and the address, question or command it is the answer of, so that the first
//! line that differs names what to ask. Whole answers, to look at, stand beside them. With
//! `HABEAS_PIN_BODIES=<folder>` every body is written there by the name of its hash: one run before a
//! change and one after give the two files to compare.
//!
//! The node runs in the test's own process, by a clock that the test sets, with a fixed origin. So only
//! what is random is left, and [`node::Blank`] puts names in its place: the address, the key and the
//! first event of the log, and all hashes of the history. The digest of the counting sources is put
//! out of sight too: it is meant to change with them.
//!
//! Never here: what an answer should be (that is `questions`, `demo` and the laws of `fold`).

mod commands;
mod crawl;
mod documented;
mod figures;
mod invented_lists;
pub(crate) mod node;
pub(crate) mod site;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::node::root;

/// How many differences are shown.
const SHOWN: usize = 12;

/// Lines of one file of vectors, by what they are of.
pub(crate) struct Pins {
    file: PathBuf,
    lines: BTreeMap<String, String>,
}

impl Pins {
    /// Begins the lines of a file below `tests/vectors/`.
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: root().join("tests/vectors").join(file),
            lines: BTreeMap::new(),
        }
    }

    /// Adds the line of `name`: what was found there.
    pub(crate) fn add(&mut self, name: String, found: String) {
        assert!(!name.contains(['\t', '\n']), "{name:?} is no line");
        assert!(!found.contains(['\t', '\n']), "{found:?} is no line");
        let before = self.lines.insert(name.clone(), found);
        assert!(before.is_none(), "{name} twice");
    }

    /// Whether there is a line of `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.lines.contains_key(name)
    }

    /// Compares the lines with those of the file; writes them where `HABEAS_PIN` is `write`.
    pub(crate) fn check(self) {
        if std::env::var("HABEAS_PIN").as_deref() == Ok("write") {
            let lines = self.lines.iter();
            let text: String = lines
                .map(|(name, found)| format!("{found}\t{name}\n"))
                .collect();
            fs::create_dir_all(self.file.parent().expect("a folder")).expect("a folder");
            fs::write(&self.file, text).expect("written");
            return;
        }
        let text = fs::read_to_string(&self.file)
            .unwrap_or_else(|error| panic!("{}: {error}", self.file.display()));
        let pinned: BTreeMap<&str, &str> = text
            .lines()
            .map(|line| line.rsplit_once('\t').expect("two columns"))
            .map(|(found, name)| (name, found))
            .collect();
        let mut different = Vec::new();
        for (name, found) in &self.lines {
            match pinned.get(name.as_str()) {
                Some(before) if before == found => {}
                Some(before) => different.push(format!("{name}\n  was {before}\n  is  {found}")),
                None => different.push(format!("{name}\n  is new")),
            }
        }
        let gone = pinned
            .keys()
            .filter(|name| !self.lines.contains_key(**name));
        different.extend(gone.map(|name| format!("{name}\n  is gone")));
        let count = different.len();
        different.truncate(SHOWN);
        assert!(
            count == 0,
            "{count} of {} differ from {}:\n{}",
            pinned.len(),
            self.file.display(),
            different.join("\n")
        );
    }
}

/// Returns the SHA-256 of some bytes, in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let hash = proof::sha256(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
