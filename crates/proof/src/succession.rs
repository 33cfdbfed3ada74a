//! The keys of a log, one after the other: which of them signs a tree of which size.
//!
//! Start at [`Keys`]. A key names the one that follows it in a [`Succession`], a note that both of them
//! sign and that the log keeps as one of its entries. The key that is due for a tree is the newest
//! whose succession stands in that tree. So whoever holds the entries can follow from any key to any
//! other, forwards by the old one's word and back by the new one's. Source: docs/reference/history.md.
//!
//! Never here: where keys are kept, and when one is replaced.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::{Checkpoint, OpenError};
use crate::error::{Malformed, Mismatch};
use crate::hash::decimal;
use crate::key::{Role, Signer, Verifier};
use crate::note::Note;

/// The first line. No origin has spaces, so that no succession can be read as a checkpoint, nor a
/// checkpoint as a succession.
const TITLE: &str = "habeas key succession";

/// From which position on another key signs for a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succession {
    /// The position of the entry that holds it, from 1.
    pub position: u64,
    /// The key that signed until then.
    pub before: Verifier,
    /// The key that signs every tree of `position` entries and more.
    pub after: Verifier,
    /// Until when the key before adds its signature, in seconds since 1970; for those who have not
    /// heard of the new one. No rule hangs on it.
    pub until: u64,
}

/// The text that both keys sign.
impl fmt::Display for Succession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (origin, position) = (self.after.name(), self.position);
        let (before, after, until) = (&self.before, &self.after, self.until);
        write!(
            f,
            "{TITLE}\n{origin}\nposition {position}\nfrom {before}\nto {after}\nuntil {until}\n"
        )
    }
}

impl FromStr for Succession {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = |line, expected| Malformed::new("succession", line, expected);
        let field = |line: usize, name: &str| {
            let line = text.split('\n').nth(line.saturating_sub(1));
            line.and_then(|line| line.strip_prefix(name))
                .and_then(|line| line.strip_prefix(' '))
        };
        let key = |line, name| {
            let key: Option<Verifier> = field(line, name).and_then(|text| text.parse().ok());
            key.filter(|key| key.role() == Role::Log)
                .ok_or(wrong(line, "a log's key behind its word"))
        };
        let number = |line, name| {
            let number = field(line, name).and_then(decimal);
            number.ok_or(wrong(line, "a number behind its word"))
        };
        let read = Self {
            position: number(3, "position")?,
            before: key(4, "from")?,
            after: key(5, "to")?,
            until: number(6, "until")?,
        };
        if read.before.name() != read.after.name() || read.before == read.after {
            return Err(wrong(5, "another key of the same log"));
        }
        if read.to_string() == text {
            Ok(read)
        } else {
            Err(wrong(
                1,
                "habeas key succession, the origin, and no other lines",
            ))
        }
    }
}

impl Succession {
    /// Signs with both keys.
    ///
    /// # Errors
    /// [`Malformed`] for keys that are not those it names.
    pub fn sign(&self, before: &Signer, after: &Signer) -> Result<Note, Malformed> {
        if (before.verifier(), after.verifier()) != (&self.before, &self.after) {
            return Err(Malformed::new(
                "key",
                1,
                "the keys that the succession names",
            ));
        }
        let mut note = Note::new(&self.to_string())?;
        note.sign(before)?;
        note.sign(after)?;
        Ok(note)
    }

    /// Reads a note, and checks that both keys signed it.
    ///
    /// # Errors
    /// [`OpenError`]: no succession; [`Mismatch::Signature`], [`Mismatch::Unsigned`] where one of the
    /// two is wrong or missing.
    pub fn open(note: &Note) -> Result<Self, OpenError> {
        let read: Self = note.text().parse()?;
        let signed = note.check(&[&read.before, &read.after])?;
        if signed.len() == 2 {
            Ok(read)
        } else {
            Err(OpenError::Mismatch(Mismatch::Unsigned))
        }
    }
}

/// The keys of a log, as its entries name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    first: Verifier,
    later: Vec<Succession>,
}

impl Keys {
    /// Begins with the key that the log's first entry names.
    #[must_use]
    pub const fn new(first: Verifier) -> Self {
        Self {
            first,
            later: Vec::new(),
        }
    }

    /// Returns the newest key.
    #[must_use]
    pub fn newest(&self) -> &Verifier {
        self.later.last().map_or(&self.first, |last| &last.after)
    }

    /// Returns the key that is due for a tree of `size` entries.
    #[must_use]
    pub fn at(&self, size: u64) -> &Verifier {
        let mut later = self.later.iter().rev();
        let last = later.find(|succession| succession.position <= size);
        last.map_or(&self.first, |last| &last.after)
    }

    /// Returns the successions, oldest first.
    #[must_use]
    pub fn successions(&self) -> &[Succession] {
        &self.later
    }

    /// Returns all keys, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Verifier> {
        let later = self.later.iter().map(|succession| &succession.after);
        std::iter::once(&self.first).chain(later)
    }

    /// Takes in the succession that stands in the log at `position`.
    ///
    /// # Errors
    /// [`OpenError`] as [`Succession::open`], or [`Mismatch::Succession`] where it is not of this
    /// position, not from the newest key, or to a key that signed before. Nothing changes then: such an
    /// entry has no effect.
    pub fn succeed(&mut self, position: u64, note: &Note) -> Result<(), OpenError> {
        let next = Succession::open(note)?;
        let follows = next.position == position
            && next.before == *self.newest()
            && self.all().all(|key| *key != next.after);
        if !follows {
            return Err(OpenError::Mismatch(Mismatch::Succession));
        }
        self.later.push(next);
        Ok(())
    }

    /// Reads a note's text, and checks that the key that is due for its size signed it. What others of
    /// the log's keys add is right or refuses the note, and does not count.
    ///
    /// # Errors
    /// [`OpenError`]: no checkpoint; [`Mismatch::Origin`], [`Mismatch::Signature`],
    /// [`Mismatch::Unsigned`], [`Mismatch::NotDue`], in this order.
    pub fn open(&self, note: &Note) -> Result<Checkpoint, OpenError> {
        let checkpoint: Checkpoint = note.text().parse()?;
        let size = checkpoint.size;
        if checkpoint.origin != self.first.name() {
            return Err(OpenError::Mismatch(Mismatch::Origin {
                found: checkpoint.origin,
                expected: self.first.name().to_owned(),
            }));
        }
        let all: Vec<_> = self.all().collect();
        let signed = note.check(&all)?;
        let due = self.at(size);
        let mut by = signed.iter().filter_map(|signed| all.get(signed.key));
        if by.any(|key| *key == due) {
            return Ok(checkpoint);
        }
        Err(OpenError::Mismatch(Mismatch::NotDue {
            size,
            due: due.id().to_string(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::empty_root;

    const ORIGIN: &str = "log.example/kh/2026a";

    fn key(number: u8) -> Signer {
        Signer::new(ORIGIN, Role::Log, &[number; 32]).unwrap()
    }

    fn succession(position: u64, before: u8, after: u8) -> Succession {
        Succession {
            position,
            before: key(before).verifier().clone(),
            after: key(after).verifier().clone(),
            until: 1_607_558_400,
        }
    }

    fn signed(position: u64, before: u8, after: u8) -> Note {
        let succession = succession(position, before, after);
        succession.sign(&key(before), &key(after)).unwrap()
    }

    fn note(size: u64, signers: &[u8]) -> Note {
        let (origin, root) = (ORIGIN.to_owned(), empty_root());
        let checkpoint = Checkpoint { origin, size, root };
        let mut note = Note::new(&checkpoint.to_string()).unwrap();
        for number in signers {
            note.sign(&key(*number)).unwrap();
        }
        note
    }

    fn keys() -> Keys {
        let mut keys = Keys::new(key(1).verifier().clone());
        keys.succeed(10, &signed(10, 1, 2)).unwrap();
        keys.succeed(15, &signed(15, 2, 3)).unwrap();
        keys
    }

    #[test]
    fn each_size_has_the_key_that_is_due() {
        let keys = keys();
        let due = |size| keys.at(size).clone();
        for (size, number) in [(0, 1), (9, 1), (10, 2), (14, 2), (15, 3), (99, 3)] {
            assert_eq!(due(size), *key(number).verifier(), "{size}");
        }
        assert_eq!(keys.newest(), key(3).verifier());
        assert_eq!(keys.all().count(), 3);
    }

    #[test]
    fn only_the_key_that_is_due_counts() {
        let keys = keys();
        let opened = |size, signers: &[u8]| keys.open(&note(size, signers)).map(|c| c.size);
        let not_due = |size, number: u8| {
            let due = key(number).verifier().id().to_string();
            Err(OpenError::Mismatch(Mismatch::NotDue { size, due }))
        };
        assert_eq!(opened(9, &[1]), Ok(9));
        assert_eq!(opened(10, &[2]), Ok(10));
        // Both of them, while some have not heard of the new one.
        assert_eq!(opened(10, &[2, 1]), Ok(10));
        assert_eq!(opened(10, &[1]), not_due(10, 2), "retired");
        assert_eq!(opened(9, &[2]), not_due(9, 1), "not yet due");
        assert_eq!(opened(20, &[1, 2]), not_due(20, 3));
        let unsigned = Err(OpenError::Mismatch(Mismatch::Unsigned));
        assert_eq!(opened(20, &[9]), unsigned);
    }

    #[test]
    fn a_succession_that_does_not_follow_changes_nothing() {
        let before = keys();
        let mut keys = before.clone();
        let not = OpenError::Mismatch(Mismatch::Succession);
        for (what, position, note) in [
            ("of another position", 21, signed(20, 3, 4)),
            ("from a key that is retired", 20, signed(20, 2, 4)),
            ("from a key of nobody", 20, signed(20, 8, 4)),
            ("to a key that signed before", 20, signed(20, 3, 1)),
        ] {
            assert_eq!(keys.succeed(position, &note), Err(not.clone()), "{what}");
        }
        for signers in [[3], [4]] {
            let mut half = Note::new(&succession(20, 3, 4).to_string()).unwrap();
            half.sign(&key(signers[0])).unwrap();
            let unsigned = OpenError::Mismatch(Mismatch::Unsigned);
            assert_eq!(keys.succeed(20, &half), Err(unsigned), "by one of two");
        }
        assert_eq!(keys, before);
        assert_eq!(keys.succeed(20, &signed(20, 3, 4)), Ok(()));
    }

    #[test]
    fn another_spelling_of_a_succession_is_refused() {
        let text = succession(10, 1, 2).to_string();
        assert_eq!(text.parse(), Ok(succession(10, 1, 2)));
        assert!(text.parse::<Checkpoint>().is_err());
        let (one, two) = (key(1), key(2));
        let (one, two) = (one.verifier().to_string(), two.verifier().to_string());
        let cosigner = Signer::new(ORIGIN, Role::Cosigner, &[2; 32]).unwrap();
        let other = Signer::new("other.example", Role::Log, &[2; 32]).unwrap();
        for wrong in [
            String::new(),
            text.replace("habeas", "Habeas"),
            text.replacen(ORIGIN, "other.example", 1),
            text.replace("position 10", "position 010"),
            text.replace("position 10", "position +10"),
            text.replace("from ", "from  "),
            text.replace(&two, &one),
            text.replace(&two, &cosigner.verifier().to_string()),
            text.replace(&two, &other.verifier().to_string()),
            text.replace("until", "since"),
            text.replace('\n', "\r\n"),
            text.trim_end().to_owned(),
            format!("{text}\n"),
            format!("{text}more\n"),
        ] {
            assert!(wrong.parse::<Succession>().is_err(), "{wrong}");
        }
        assert!(succession(10, 1, 2).sign(&key(2), &key(1)).is_err());
    }
}
