//! An outbox: events that are kept in a folder until the node has said what became of each.
//!
//! Start at [`Outbox::put`] and [`Outbox::send`]. Each `entries/<number>.jsonl` is what one request carries, in the
//! order in which it was put; it is removed once there is a verdict on every event of it, and those that were
//! rejected are written to `rejected/` before. Ids are fixed when events are put, so that a request which is sent
//! again adds nothing. What a crash leaves behind stands beside each step.
//!
//! Never here: whether an event is right, and the way to the server.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use archive::Disk;
use serde_json::json;
use uuid::Uuid;

use super::Key;
use super::events::{Events, Layout, PART_BYTES_MAX, PART_EVENTS_MAX};
use super::verdicts::Verdicts;
use crate::client::{Answer, Failure};

/// The most bytes of events in an outbox. Source: docs/reference/limits.md.
pub(super) const OUTBOX_BYTES_MAX: u64 = 256 << 20;

/// The most entries in an outbox. Source: docs/reference/limits.md.
pub(super) const OUTBOX_ENTRIES_MAX: usize = 10_000;

/// The media type in which entries are sent.
const LINES: &str = "application/jsonl";

/// The folder of an outbox, for as long as it is open.
pub(super) struct Outbox {
    folder: PathBuf,
    disk: Disk,
    /// Keeps a second process out, so that the order is kept.
    _lock: File,
}

/// What an outbox holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// Entries.
    pub(super) entries: usize,
    /// Bytes of them.
    pub(super) bytes: u64,
}

/// Returns the events on a line each, with an id: its own, or one that follows from its bytes and its `source`
/// (UUID version 5), so that the same event put again is the same.
pub(super) fn identified(events: &Events<'_>) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for piece in &events.pieces {
        // No text of JSON holds a line break as it is, so these stand between tokens.
        let mut line: Vec<u8> = piece.to_vec();
        for byte in &mut line {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        let key = Key::of(&line);
        if let (Some(source), None) = (key.source, key.id) {
            let space = Uuid::new_v5(&Uuid::NAMESPACE_URL, source.as_bytes());
            let id = format!("\"id\":\"{}\",", Uuid::new_v5(&space, &line));
            if line.first() == Some(&b'{') {
                line.splice(1..1, id.into_bytes());
            }
        }
        lines.push(line);
    }
    lines
}

impl Outbox {
    /// Opens the outbox in `folder`, which is made where it is absent, and waits for another process that has it open.
    ///
    /// # Errors
    /// [`Failure::Io`]: no such folder can be.
    pub(super) fn open(folder: &Path, disk: Disk) -> Result<Self, Failure> {
        use std::os::unix::fs::DirBuilderExt as _;
        let locked = || {
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true).mode(0o700);
            builder.create(folder)?;
            for name in ["entries", "rejected"] {
                builder.create(folder.join(name))?;
            }
            // The names are on disk before anything is put under them.
            File::open(folder)?.sync_all()?;
            let lock = File::create(folder.join("lock"))?;
            lock.lock()?;
            Ok(lock)
        };
        let lock = locked().map_err(|source: io::Error| Failure::Io {
            path: folder.to_owned(),
            doing: "be opened as an outbox",
            source,
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            disk,
            _lock: lock,
        })
    }

    /// Puts events in, behind those that are there; they are on disk when this returns.
    ///
    /// # Errors
    /// [`Failure::Usage`]: there is no room, and none is put; [`Failure::Io`]. After that some may be in, and putting
    /// all of them again adds nothing to the record.
    pub(super) fn put(&self, lines: Vec<Vec<u8>>) -> Result<(), Failure> {
        let events = Events {
            layout: Layout::Lines,
            pieces: lines.iter().map(Vec::as_slice).collect(),
        };
        let parts = events.parts();
        let Content { entries, bytes } = self.content()?;
        let more = parts.iter().map(|part| part.body.len()).sum::<usize>();
        let bytes = bytes.saturating_add(u64::try_from(more).unwrap_or(u64::MAX));
        if bytes > OUTBOX_BYTES_MAX || entries + parts.len() > OUTBOX_ENTRIES_MAX {
            return Err(Failure::Usage {
                what: "the outbox is full".to_owned(),
                found: format!("{bytes} bytes in {} entries", entries + parts.len()),
                right: Some(format!(
                    "at most {OUTBOX_BYTES_MAX} bytes in {OUTBOX_ENTRIES_MAX} entries"
                )),
                next: Some("send what is in it first".to_owned()),
            });
        }
        let mut number = self.last()?;
        for part in parts {
            number += 1;
            // A crash before leaves what was put so far; each entry is there whole, or not at all.
            let path = self.entry(number);
            self.disk.write(&path, &part.body, 0o600)?;
        }
        Ok(())
    }

    /// Sends what is in it, in order, and removes what there are verdicts on.
    ///
    /// # Errors
    /// [`Failure`] of `post`, by which what is not sent stays; [`Failure::Io`].
    pub(super) fn send(
        &self,
        post: impl Fn(&str, &[u8]) -> Result<Answer, Failure>,
        verdicts: &mut Verdicts,
    ) -> Result<Option<u64>, Failure> {
        let mut folded = None;
        let mut rest = self.entries()?;
        while !rest.is_empty() {
            let (numbers, lines) = self.together(&rest)?;
            let answer = post(LINES, &lines.join(&b'\n'))?;
            // A crash here, or before, lets the same be sent again, and every event of it is answered as a repeat.
            folded = answer.folded;
            let before = verdicts.len();
            verdicts
                .add(&answer.body, lines.len())
                .map_err(|found| answer.unfit(found))?;
            self.keep_rejected(&numbers, verdicts, before, &lines)?;
            for number in &numbers {
                // A crash here leaves entries that are sent again: repeats, and the same rejections under the same name.
                self.disk.forget(&self.entry(*number))?;
            }
            rest.drain(..numbers.len());
        }
        Ok(folded)
    }

    /// Returns what it holds.
    ///
    /// # Errors
    /// [`Failure::Io`].
    pub(super) fn content(&self) -> Result<Content, Failure> {
        let mut content = Content::default();
        for number in self.entries()? {
            let path = self.entry(number);
            let read = fs::metadata(&path).map_err(failed(&path, "be read"))?;
            content.entries += 1;
            content.bytes = content.bytes.saturating_add(read.len());
        }
        Ok(content)
    }

    /// Reads as many entries as one request carries, one at least; returns their numbers, and their lines.
    fn together(&self, rest: &[u64]) -> Result<(Vec<u64>, Vec<Vec<u8>>), Failure> {
        let (mut numbers, mut lines, mut bytes) = (Vec::new(), Vec::<Vec<u8>>::new(), 0);
        for number in rest {
            let path = self.entry(*number);
            let entry = fs::read(&path).map_err(failed(&path, "be read"))?;
            let more: Vec<&[u8]> = entry.split(|byte| *byte == b'\n').collect();
            bytes += entry.len() + 1;
            let is_full = bytes > PART_BYTES_MAX || lines.len() + more.len() > PART_EVENTS_MAX;
            if is_full && !numbers.is_empty() {
                break;
            }
            numbers.push(*number);
            lines.extend(more.into_iter().map(<[u8]>::to_vec));
        }
        Ok((numbers, lines))
    }

    /// Writes what was rejected, each event with its verdict, under the name of the first entry that was sent with it.
    fn keep_rejected(
        &self,
        numbers: &[u64],
        verdicts: &Verdicts,
        before: usize,
        lines: &[Vec<u8>],
    ) -> Result<(), Failure> {
        let mut kept = String::new();
        for (place, verdict) in verdicts.rejected_from(before) {
            let event = lines.get(place).map(Vec::as_slice).unwrap_or_default();
            let event = String::from_utf8_lossy(event);
            kept.push_str(&json!({"verdict": verdict, "event": event}).to_string());
            kept.push('\n');
        }
        let Some(number) = numbers.first().filter(|_| !kept.is_empty()) else {
            return Ok(());
        };
        let path = self.folder.join("rejected").join(name(*number));
        self.disk.write(&path, kept.as_bytes(), 0o600)?;
        Ok(())
    }

    fn entry(&self, number: u64) -> PathBuf {
        self.folder.join("entries").join(name(number))
    }

    /// Returns the numbers of the entries, in order.
    fn entries(&self) -> Result<Vec<u64>, Failure> {
        self.numbers("entries")
    }

    /// Returns the greatest number that was given; 0 where none stands.
    fn last(&self) -> Result<u64, Failure> {
        let given = [self.entries()?, self.numbers("rejected")?];
        Ok(given.concat().into_iter().max().unwrap_or(0))
    }

    fn numbers(&self, folder: &str) -> Result<Vec<u64>, Failure> {
        let path = self.folder.join(folder);
        let mut numbers = Vec::new();
        for file in fs::read_dir(&path).map_err(failed(&path, "be read"))? {
            let file = file.map_err(failed(&path, "be read"))?;
            let name = file.file_name();
            // What a crash left half written has another ending.
            let number = name.to_str().and_then(|name| name.strip_suffix(".jsonl"));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }
}

fn name(number: u64) -> String {
    format!("{number:012}.jsonl")
}

fn failed(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Failure {
    let path = path.to_owned();
    move |source| Failure::Io {
        path,
        doing,
        source,
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
