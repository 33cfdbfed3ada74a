//! Signed notes: a text, and the signatures of those who stand for it.
//!
//! Start at [`Note::parse`] and [`Note::check`]. Source: C2SP signed-note.
//!
//! Never here: what the text says.

use std::fmt;
use std::str::FromStr;

use crate::cosignature;
use crate::error::{Malformed, Mismatch};
use crate::hash::{base64, unbase64};
use crate::key::{KeyId, Role, Signer, Verifier, is_name};

/// The most signatures one note may carry; more are refused. Source: ours; signed-note asks for 16.
pub const SIGNATURES_MAX: usize = 100;
/// The longest note that is read, in bytes. Source: ours.
pub const NOTE_BYTES_MAX: usize = 1 << 20;

/// One signature line: `— <name> <base64 of the key's id and the signature>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The name of the key.
    pub name: String,
    /// Its id.
    pub id: KeyId,
    /// What follows the id: 64 bytes of a log, 72 of a cosigner.
    pub signature: Vec<u8>,
}

impl Line {
    /// Returns whether the line claims to be made by this key.
    #[must_use]
    pub fn is_by(&self, key: &Verifier) -> bool {
        self.id == key.id() && self.name == key.name()
    }
}

/// The line with its line feed.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.0.to_vec();
        bytes.extend(&self.signature);
        writeln!(f, "\u{2014} {} {}", self.name, base64(&bytes))
    }
}

impl FromStr for Line {
    type Err = Malformed;

    /// Reads a line with its line feed.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let read = || {
            let line = text.strip_prefix("\u{2014} ")?.strip_suffix('\n')?;
            let (name, signature) = line.split_once(' ')?;
            let bytes = unbase64(signature)?;
            let (id, signature) = bytes.split_first_chunk::<4>()?;
            let is_line = is_name(name) && !signature.is_empty();
            is_line.then(|| Self {
                name: name.to_owned(),
                id: KeyId(*id),
                signature: signature.to_vec(),
            })
        };
        read().ok_or(Malformed::new(
            "signature line",
            1,
            "an em dash, a key's name and standard base64, one space between",
        ))
    }
}

/// A text and its signature lines. It prints as it was read, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    lines: Vec<Line>,
}

/// A signature that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The place of the key among those that were given, from 0.
    pub key: usize,
    /// When a cosigner says it signed, in seconds since 1970. Zero of a log.
    pub time: u64,
}

impl Note {
    /// Makes a note without signatures of a text.
    ///
    /// # Errors
    /// [`Malformed`] if the text does not end in a line feed, or has control characters.
    pub fn new(text: &str) -> Result<Self, Malformed> {
        let is_text = text.ends_with('\n') && !text.chars().any(is_forbidden);
        is_text
            .then(|| Self {
                text: text.to_owned(),
                lines: Vec::new(),
            })
            .ok_or(Malformed::new(
                "note",
                1,
                "lines, without control characters",
            ))
    }

    /// Reads a note: the text up to the last empty line, one or more signature lines after it.
    ///
    /// # Errors
    /// [`Malformed`] for anything else.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let wrong = |line, expected| Malformed::new("note", line, expected);
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(wrong(1, "at most 1 MiB"));
        }
        let whole = str::from_utf8(bytes).map_err(|_| wrong(1, "UTF-8"))?;
        let cut = whole
            .rfind("\n\n")
            .ok_or(wrong(1, "an empty line before the signatures"))?;
        let (text, rest) = whole.split_at(cut + 1);
        let mut note = Self::new(text)?;
        let first = text.lines().count() + 2;
        for (number, line) in rest.split_inclusive('\n').skip(1).enumerate() {
            if number == SIGNATURES_MAX {
                return Err(wrong(first + number, "at most 100 signatures"));
            }
            let line = line.parse().map_err(|problem: Malformed| Malformed {
                line: first + number,
                ..problem
            })?;
            note.lines.push(line);
        }
        if note.lines.is_empty() {
            return Err(wrong(first, "a signature"));
        }
        if note.to_string().as_bytes() == bytes {
            Ok(note)
        } else {
            Err(wrong(1, "one spelling of each byte"))
        }
    }

    /// Returns the text, with its last line feed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the signature lines, in order.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Adds a line, which may be of any key; one that is there is not added again.
    pub fn add(&mut self, line: Line) {
        if !self.lines.contains(&line) {
            self.lines.push(line);
        }
    }

    /// Signs with a log's key and adds the line.
    ///
    /// # Errors
    /// [`Malformed`] for a cosigner's key, which signs with a time.
    pub fn sign(&mut self, key: &Signer) -> Result<(), Malformed> {
        if key.verifier().role() != Role::Log {
            return Err(Malformed::new("key", 1, "a log's key, of type 1"));
        }
        let signature = key.sign(self.text.as_bytes()).to_vec();
        self.add(Line {
            name: key.verifier().name().to_owned(),
            id: key.verifier().id(),
            signature,
        });
        Ok(())
    }

    /// Checks every line that claims to be by one of `keys`; the others are not looked at.
    ///
    /// Returns one [`Signed`] for each key that signed, in the order of the keys; of a cosigner
    /// that signed twice, the latest time.
    ///
    /// # Errors
    /// [`Mismatch::Signature`] if a line by one of the keys is wrong, [`Mismatch::Unsigned`] if
    /// there is none by any.
    pub fn check(&self, keys: &[&Verifier]) -> Result<Vec<Signed>, Mismatch> {
        let mut signed = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            let lines = self.lines.iter().filter(|line| line.is_by(key));
            let times: Option<Vec<u64>> = lines.map(|line| self.time(line, key)).collect();
            let times = times.ok_or_else(|| Mismatch::Signature {
                name: key.name().to_owned(),
            })?;
            if let Some(time) = times.into_iter().max() {
                signed.push(Signed { key: place, time });
            }
        }
        if signed.is_empty() {
            Err(Mismatch::Unsigned)
        } else {
            Ok(signed)
        }
    }

    /// Returns the time of a right signature, zero for a log's.
    fn time(&self, line: &Line, key: &Verifier) -> Option<u64> {
        match key.role() {
            Role::Log => key
                .is_signed(self.text.as_bytes(), &line.signature)
                .then_some(0),
            Role::Cosigner => cosignature::time(&self.text, line, key),
        }
    }
}

/// The note as it is sent and kept.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.text, Lines(&self.lines))
    }
}

struct Lines<'a>(&'a [Line]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| write!(f, "{line}"))
    }
}

/// Control characters below U+0020 other than a line feed. Source: signed-note, Format.
const fn is_forbidden(c: char) -> bool {
    c < ' ' && c != '\n'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{COSIGNER_VKEY, TESSERA_3, TESSERA_SKEY, TESSERA_VKEY};

    const PETER_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PETER_SKEY: &str =
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PETER_NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn key(vkey: &str) -> Verifier {
        vkey.parse().unwrap()
    }

    #[test]
    fn a_note_is_signed_as_go_signs_it() {
        let note = Note::parse(PETER_NOTE.as_bytes()).unwrap();
        assert_eq!(note.to_string(), PETER_NOTE);
        let time = 0;
        assert_eq!(
            note.check(&[&key(PETER_VKEY)]),
            Ok(vec![Signed { key: 0, time }])
        );
        let mut ours = Note::new(note.text()).unwrap();
        ours.sign(&PETER_SKEY.parse().unwrap()).unwrap();
        assert_eq!(ours, note);
    }

    #[test]
    fn signatures_of_others_are_not_looked_at_and_known_ones_must_hold() {
        let (log, cosigner) = (key(TESSERA_VKEY), key(COSIGNER_VKEY));
        let note = Note::parse(TESSERA_3.as_bytes()).unwrap();
        let signed = note.check(&[&log, &cosigner]).unwrap();
        let time = 1_607_558_400;
        assert_eq!(
            signed,
            [Signed { key: 0, time: 0 }, Signed { key: 1, time }]
        );
        assert_eq!(note.check(&[&key(PETER_VKEY)]), Err(Mismatch::Unsigned));

        let mut resigned = Note::new(note.text()).unwrap();
        resigned.sign(&TESSERA_SKEY.parse().unwrap()).unwrap();
        assert_eq!(resigned.lines()[0], note.lines()[0]);

        for at in 0..2 {
            let mut forged = note.clone();
            let last = forged.lines[at].signature.len() - 1;
            forged.lines[at].signature[last] ^= 1;
            let name = forged.lines[at].name.clone();
            assert_eq!(
                forged.check(&[&log, &cosigner]),
                Err(Mismatch::Signature { name })
            );
            // A right line beside it does not help.
            forged.add(note.lines[at].clone());
            assert!(forged.check(&[&log, &cosigner]).is_err());
        }
    }

    #[test]
    fn another_spelling_of_a_note_is_refused() {
        let note = PETER_NOTE;
        let wrong = [
            String::new(),
            "\n\n".into(),
            note.replace('\u{2014}', "-"),
            note.replace('\u{2014}', "\u{2013}"),
            note.replace('\n', "\r\n"),
            format!("\u{FEFF}{note}").replace('\u{2014}', "\u{FEFF}\u{2014}"),
            note.replace("\n\n", "\n"),
            note.trim_end().into(),
            format!("{note}\n"),
            format!("{note}trailing\n"),
            note.replace("PeterNeumann x0", "PeterNeumann  x0"),
            note.replace("PeterNeumann x0", "Peter Neumann x0"),
            note.replace("PeterNeumann x0", "Peter+Neumann x0"),
            note.replace("AM=", "AM"),
            note.replace("AM=", "AN="),
            note.replace("problem is", "problem\tis"),
            note.replace("x08go/", "x08go_"),
            "text\n\n\u{2014} a AAAAAA==\n".into(),
        ];
        for text in wrong {
            assert!(Note::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Note::parse(b"text\xFF\n\n").is_err());
    }

    #[test]
    fn the_last_empty_line_is_where_the_text_ends() {
        let mut note = Note::new("a\n\n\u{2014} b AAAAAAA=\n\nc\n").unwrap();
        note.sign(&PETER_SKEY.parse().unwrap()).unwrap();
        let read = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(read, note);
        assert!(read.check(&[&key(PETER_VKEY)]).is_ok());
    }

    #[test]
    fn a_note_carries_many_signatures_and_not_too_many() {
        let mut note = Note::parse(PETER_NOTE.as_bytes()).unwrap();
        for n in 1..SIGNATURES_MAX {
            let line = format!("\u{2014} other{n} AAAAAAA=\n");
            note.add(line.parse().unwrap());
        }
        assert!(Note::parse(note.to_string().as_bytes()).is_ok());
        note.add("\u{2014} onemore AAAAAAA=\n".parse().unwrap());
        assert!(Note::parse(note.to_string().as_bytes()).is_err());
    }
}
