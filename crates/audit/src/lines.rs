//! A history as a file: one entry a line, byte for byte.
//!
//! What cannot be a line (it has a line feed, is not UTF-8, or begins like one of our own marks) is
//! written `{"$leaf":"<base64>"}`; what is withheld, `{"$withheld":{"hash":"<base64>","by":"<id>"}}`.
//! Each entry has one spelling only. Source: docs/reference/history.md, The file.
//!
//! Never here: hashing a whole history, and reading a file.

use proof::Hash;

use crate::Difference;

/// What our own lines begin with; an entry that begins so is written as `$leaf`.
const MARK: &[u8] = b"{\"$";
const LEAF: (&[u8], &[u8]) = (b"{\"$leaf\":\"", b"\"}");
const WITHHELD: (&[u8], &[u8]) = (b"{\"$withheld\":{\"hash\":\"", b"\"}}");

/// The longest line, with its line feed: the base64 of the longest entry, and room for the mark.
pub const LINE_BYTES_MAX: usize = 100_000;

/// An entry, or what stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// An entry's bytes.
    Entry(Vec<u8>),
    /// The leaf hash of an entry that is withheld.
    Withheld(Hash),
}

impl Line {
    /// Reads a line with its line feed.
    ///
    /// # Errors
    /// What is wrong with it, as words that follow "the line".
    pub fn read(line: &[u8]) -> Result<Self, &'static str> {
        match line.strip_suffix(b"\n") {
            Some(text) if line.len() <= LINE_BYTES_MAX => read(text),
            Some(_) | None => {
                Err("is longer than an entry can be, or cut short: no line feed ends it")
            }
        }
    }

    /// Returns the leaf hash.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        match self {
            Self::Entry(bytes) => proof::leaf(bytes),
            Self::Withheld(hash) => *hash,
        }
    }

    /// Returns the entry's bytes.
    #[must_use]
    pub fn entry(&self) -> Option<&[u8]> {
        match self {
            Self::Entry(bytes) => Some(bytes),
            Self::Withheld(_) => None,
        }
    }
}

/// Appends the line of an entry, with its line feed.
pub fn write(entry: &[u8], out: &mut Vec<u8>) {
    if is_line(entry) {
        out.extend_from_slice(entry);
    } else {
        out.extend_from_slice(LEAF.0);
        out.extend_from_slice(proof::base64(entry).as_bytes());
        out.extend_from_slice(LEAF.1);
    }
    out.push(b'\n');
}

fn is_line(entry: &[u8]) -> bool {
    !entry.contains(&b'\n') && !entry.starts_with(MARK) && str::from_utf8(entry).is_ok()
}

/// Reads a line without its line feed.
///
/// # Errors
/// What is wrong with it, as words that follow "the line".
fn read(line: &[u8]) -> Result<Line, &'static str> {
    if !line.starts_with(MARK) {
        return match is_line(line) {
            true => Ok(Line::Entry(line.to_vec())),
            false => Err("is not UTF-8, and must then be written as $leaf"),
        };
    }
    let inside = |(before, after): (&[u8], &[u8])| {
        let inside = line.strip_prefix(before)?.strip_suffix(after)?;
        str::from_utf8(inside).ok()
    };
    if let Some(text) = inside(LEAF) {
        let entry = proof::unbase64(text).filter(|entry| !is_line(entry));
        return entry
            .map(Line::Entry)
            .ok_or("begins like $leaf, but is not base64 of what needs it");
    }
    let withheld = inside(WITHHELD).and_then(|text| text.split_once("\",\"by\":\""));
    let (hash, by) = withheld.ok_or("begins like a mark, but is neither $leaf nor $withheld")?;
    match Hash::from_base64(hash) {
        Ok(hash) if !by.is_empty() && !by.contains('"') => Ok(Line::Withheld(hash)),
        Ok(_) | Err(_) => Err("begins like $withheld, but its hash or event id is none"),
    }
}

/// Why no further entry could be read.
#[derive(Debug)]
pub enum EntryError<E> {
    /// The line is not as it must be; words that follow "the line".
    Malformed(&'static str),
    /// What stands in the entry's place is no part of a log.
    Difference(Difference),
    /// The failure of whoever hands the entries in.
    Source(E),
}

/// Reads the lines of a whole file, in order.
pub fn read_all(file: &[u8]) -> impl Iterator<Item = Result<Line, &'static str>> {
    file.split_inclusive(|byte| *byte == b'\n').map(Line::read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(entry: &[u8], line: &[u8]) {
        let mut written = Vec::new();
        write(entry, &mut written);
        assert_eq!(written, [line, b"\n"].concat());
        assert_eq!(read(line), Ok(Line::Entry(entry.to_vec())));
    }

    #[test]
    fn an_entry_has_one_line_and_a_line_one_entry() {
        check(b"{\"id\":1}", b"{\"id\":1}");
        check(b"", b"");
        check(b"{\"id\":1}\r", b"{\"id\":1}\r");
        check("ភ្នំពេញ".as_bytes(), "ភ្នំពេញ".as_bytes());
        check(b"a\nb", b"{\"$leaf\":\"YQpi\"}");
        check(b"\xFF", b"{\"$leaf\":\"/w==\"}");
        check(
            b"{\"$leaf\":\"YQpi\"}",
            b"{\"$leaf\":\"eyIkbGVhZiI6IllRcGkifQ==\"}",
        );
    }

    #[test]
    fn another_spelling_of_a_line_is_refused() {
        for line in [
            b"\xFF".as_slice(),
            b"{\"$leaf\":\"YWI=\"}",
            b"{\"$leaf\": \"YQpi\"}",
            b"{\"$leaf\":\"YQpi\"} ",
            b"{\"$leaf\":\"YQpj=\"}",
            b"{\"$other\":1}",
            b"{\"$withheld\":{\"hash\":\"YQpi\",\"by\":\"e\"}}",
            b"{\"$withheld\":{\"hash\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\",\"by\":\"\"}}",
        ] {
            assert!(read(line).is_err(), "{}", String::from_utf8_lossy(line));
        }
        let hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let line = format!("{{\"$withheld\":{{\"hash\":\"{hash}\",\"by\":\"e\"}}}}");
        let withheld = Line::Withheld(proof::empty_root());
        assert_eq!(read(line.as_bytes()), Ok(withheld));
    }

    #[test]
    fn a_file_ends_with_a_line_feed() {
        let lines = |text: &str| read_all(text.as_bytes()).map(|line| line.is_ok()).collect();
        let ok: Vec<bool> = lines("a\nb\n");
        assert_eq!(ok, [true, true]);
        let cut: Vec<bool> = lines("a\nb");
        assert_eq!(cut, [true, false]);
        let long: Vec<bool> = lines(&"x".repeat(200_000));
        assert!(!long[0]);
        let long: Vec<bool> = lines(&format!("{}\n", "x".repeat(LINE_BYTES_MAX)));
        assert_eq!(long, [false]);
    }
}
