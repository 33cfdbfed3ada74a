//! The chain of a file's records: each is sealed with its number and the tag of the one before, and a head beside
//! the file names the last, so that what was cut out, put elsewhere or put back older is found.
//!
//! Start at [`read`]. Numbers go on over a file that was written anew. The head is written after the records, so
//! that a crash leaves records beyond it: those that follow it count, and what is torn there is no fault.
//!
//! Never here: files, and what a record says.

use super::MasterKey;

/// Bytes of a tag: Poly1305's (RFC 8439, 2.5).
const TAG_BYTES: usize = 16;

/// What a sealed record is told from others by: nobody makes two of one tag without the key.
pub(super) type Tag = [u8; TAG_BYTES];

/// Where a chain ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The number of the first record that stands in the file.
    pub(super) first: u64,
    /// The number of the last one; one less than the first where there is none.
    pub(super) last: u64,
    /// The tag of the last one.
    pub(super) tag: Tag,
}

impl Head {
    /// The head of a chain that has no record yet.
    pub(super) const EMPTY: Self = Self {
        first: 1,
        last: 0,
        tag: [0; TAG_BYTES],
    };

    fn to_bytes(self) -> Vec<u8> {
        let (first, last) = (self.first.to_le_bytes(), self.last.to_le_bytes());
        [&first[..], &last[..], &self.tag[..]].concat()
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (first, rest) = bytes.split_first_chunk()?;
        let (last, rest) = rest.split_first_chunk()?;
        Some(Self {
            first: u64::from_le_bytes(*first),
            last: u64::from_le_bytes(*last),
            tag: rest.try_into().ok()?,
        })
    }
}

/// A record that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    number: u64,
    /// The tag of the record before.
    before: Tag,
    /// Its own.
    tag: Tag,
    record: Vec<u8>,
}

/// What is not as this node left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A line that does not open: it was changed, or is sealed under another key.
    Unreadable {
        /// Which, from 1.
        line: usize,
    },
    /// A record that stands where it was not put: older, twice, or of another chain.
    Misplaced {
        /// On which line, from 1.
        line: usize,
    },
    /// Records that are gone.
    Missing {
        /// How many.
        records: u64,
        /// Before which line, from 1; none where they stood at the end.
        line: Option<usize>,
    },
    /// The head is gone, or is sealed under another key.
    Headless,
}

impl Fault {
    /// How many records it concerns.
    pub(super) const fn records(self) -> u64 {
        match self {
            Self::Unreadable { .. } | Self::Misplaced { .. } | Self::Headless => 1,
            Self::Missing { records, .. } => records,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable { line } => write!(f, "line {line} does not open"),
            Self::Misplaced { line } => write!(f, "line {line} stands where it was not put"),
            Self::Missing {
                records,
                line: Some(line),
            } => write!(f, "{records} records are missing before line {line}"),
            Self::Missing {
                records,
                line: None,
            } => write!(f, "{records} records are missing at the end"),
            Self::Headless => f.write_str("the head is missing, or does not open"),
        }
    }
}

/// What a file gave.
#[derive(Debug, Default)]
pub(super) struct ChainContent {
    /// The records, by their numbers.
    pub(super) records: Vec<Vec<u8>>,
    /// Where the chain goes on.
    pub(super) head: Head,
    /// What is not as it was left.
    pub(super) faults: Vec<Fault>,
    /// Whether a record at the end was not written whole: the file must be written anew.
    pub(super) is_torn: bool,
}

/// Puts records at the end of a chain; returns their sealed bytes, and the head after them. None where the
/// system has no random bytes.
pub(super) fn seal(
    key: &MasterKey,
    sort: &str,
    mut head: Head,
    records: &[Vec<u8>],
) -> Option<(Vec<Vec<u8>>, Head)> {
    let mut lines = Vec::with_capacity(records.len());
    for record in records {
        let number = head.last.checked_add(1)?;
        let text = [&number.to_le_bytes()[..], &head.tag, record].concat();
        let sealed = key.seal(&of_record(sort), &text)?;
        (head.last, head.tag) = (number, *sealed.last_chunk()?);
        lines.push(sealed);
    }
    Some((lines, head))
}

/// Opens a record.
pub(super) fn open(key: &MasterKey, sort: &str, sealed: &[u8]) -> Option<Entry> {
    let text = key.open(&of_record(sort), sealed)?;
    let (number, rest) = text.split_first_chunk()?;
    let (before, record) = rest.split_first_chunk()?;
    Some(Entry {
        number: u64::from_le_bytes(*number),
        before: *before,
        tag: *sealed.last_chunk()?,
        record: record.to_vec(),
    })
}

/// Seals the head; none where the system has no random bytes.
pub(super) fn seal_head(key: &MasterKey, sort: &str, head: Head) -> Option<Vec<u8>> {
    key.seal(&of_head(sort), &head.to_bytes())
}

/// Opens the head.
pub(super) fn open_head(key: &MasterKey, sort: &str, sealed: &[u8]) -> Option<Head> {
    Head::of_bytes(&key.open(&of_head(sort), sealed)?)
}

/// What a record is sealed as, so that it is taken for nothing else.
fn of_record(sort: &str) -> String {
    format!("{sort} record 2")
}

fn of_head(sort: &str) -> String {
    format!("{sort} head 1")
}

/// Checks the lines of a file against each other and against its head; every record that opens is given, where it
/// stands wrong too.
pub(super) fn read(lines: Vec<Option<Entry>>, head: Option<Head>) -> ChainContent {
    let mut walk = Walk {
        head,
        at: None,
        faults: Vec::new(),
    };
    if head.is_none() {
        walk.faults.push(Fault::Headless);
    }
    let (mut found, mut is_torn) = (Vec::new(), false);
    for (line, entry) in (1..).zip(lines) {
        match walk.step(line, entry.as_ref()) {
            Step::Goes => found.extend(entry),
            Step::Torn => {
                is_torn = true;
                break;
            }
        }
    }
    walk.end();
    found.sort_by_key(|entry| entry.number);
    let (last, tag) = match (walk.at, head) {
        (Some((number, tag)), head) if head.is_none_or(|head| head.last <= number) => (number, tag),
        (_, Some(head)) => (head.last, head.tag),
        (_, None) => (0, Tag::default()),
    };
    ChainContent {
        head: Head {
            first: found.first().map_or(last + 1, |entry| entry.number),
            last,
            tag,
        },
        records: found.into_iter().map(|entry| entry.record).collect(),
        faults: walk.faults,
        is_torn,
    }
}

enum Step {
    Goes,
    /// It was not written whole, and nothing after it counts.
    Torn,
}

struct Walk {
    head: Option<Head>,
    /// The number and the tag of the record that the next one follows.
    at: Option<(u64, Tag)>,
    faults: Vec<Fault>,
}

impl Walk {
    fn step(&mut self, line: usize, entry: Option<&Entry>) -> Step {
        // Beyond the head stands what was never reported written.
        let is_beyond = self.head.is_some_and(|head| {
            self.at
                .map_or(head.last < head.first, |(at, _)| at >= head.last)
        });
        let Some(entry) = entry else {
            if is_beyond {
                return Step::Torn;
            }
            self.faults.push(Fault::Unreadable { line });
            return Step::Goes;
        };
        let is_known = self.head.is_some_and(|head| entry.number <= head.last);
        let fault = self.fault(line, entry);
        if is_beyond && !is_known && fault.is_some() {
            return Step::Torn;
        }
        self.faults.extend(fault);
        let is_older = self.at.is_some_and(|(at, _)| entry.number <= at);
        if !is_older && !self.is_before_the_file(entry) {
            self.at = Some((entry.number, entry.tag));
        }
        Step::Goes
    }

    /// Returns what is wrong with a record in its place.
    fn fault(&self, line: usize, entry: &Entry) -> Option<Fault> {
        let misplaced = Some(Fault::Misplaced { line });
        let is_named = |head: Head| entry.number != head.last || entry.tag == head.tag;
        if !self.head.is_none_or(is_named) {
            return misplaced;
        }
        let next = match (self.at, self.head) {
            (Some((at, tag)), _) if entry.number == at.saturating_add(1) => {
                return if entry.before == tag { None } else { misplaced };
            }
            (Some((at, _)), _) => at.saturating_add(1),
            // Written anew, and a crash before the head was.
            (None, Some(head)) if entry.number > head.last && entry.before == head.tag => {
                return None;
            }
            (None, Some(head)) => head.first,
            (None, None) => return None,
        };
        match entry.number.checked_sub(next) {
            None => misplaced,
            Some(0) => None,
            Some(records) => {
                let line = Some(line);
                Some(Fault::Missing { records, line })
            }
        }
    }

    /// Whether a record is of before the file was last written anew.
    fn is_before_the_file(&self, entry: &Entry) -> bool {
        self.head.is_some_and(|head| entry.number < head.first)
    }

    /// Finds what is missing at the end.
    fn end(&mut self) {
        let Some(head) = self.head else { return };
        let next = self.at.map_or(head.first, |(at, _)| at.saturating_add(1));
        let records = head.last.saturating_add(1).saturating_sub(next);
        if records > 0 {
            self.faults.push(Fault::Missing {
                records,
                line: None,
            });
        }
    }
}
