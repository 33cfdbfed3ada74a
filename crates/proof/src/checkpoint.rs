//! Checkpoints: which log, how many entries, and the root over them. Three lines.
//!
//! Source: C2SP tlog-checkpoint. Its extension lines are refused, as the specification advises.
//!
//! Never here: who signed it; see `note` and `policy`.

use std::fmt;
use std::str::FromStr;

use crate::error::{Malformed, Mismatch};
use crate::hash::{Hash, decimal};
use crate::key::{Role, Signer, Verifier, is_name};
use crate::note::Note;

/// A tree of a log. Its text is what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, and of its key.
    pub origin: String,
    /// How many entries the tree has.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// The text: origin, size and root, each with its line feed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

impl FromStr for Checkpoint {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = |line, expected| Malformed::new("checkpoint", line, expected);
        let mut lines = text.split('\n');
        let mut next = || lines.next().unwrap_or_default();
        let (origin, size, root) = (next(), next(), next());
        if !is_name(origin) {
            return Err(wrong(1, "an origin without spaces and +"));
        }
        let size = decimal(size).ok_or(wrong(2, "a size in decimal, without leading zeros"))?;
        let root = Hash::from_base64(root).map_err(|problem| wrong(3, problem.expected))?;
        let checkpoint = Self {
            origin: origin.to_owned(),
            size,
            root,
        };
        if checkpoint.to_string() == text {
            Ok(checkpoint)
        } else {
            Err(wrong(4, "nothing after the root"))
        }
    }
}

impl Checkpoint {
    /// Signs with the log's key, whose name is the origin.
    ///
    /// # Errors
    /// [`Malformed`] for another's key.
    pub fn sign(&self, key: &Signer) -> Result<Note, Malformed> {
        if key.verifier().name() != self.origin {
            return Err(Malformed::new("key", 1, "a key of the checkpoint's origin"));
        }
        let mut note = Note::new(&self.to_string())?;
        note.sign(key)?;
        Ok(note)
    }

    /// Reads a note's text, and checks that the log's key signed it.
    ///
    /// # Errors
    /// [`OpenError`]: no checkpoint, or not signed by this log.
    pub fn open(note: &Note, log: &Verifier) -> Result<Self, OpenError> {
        let checkpoint: Self = note.text().parse()?;
        if checkpoint.origin != log.name() || log.role() != Role::Log {
            return Err(OpenError::Mismatch(Mismatch::Origin {
                found: checkpoint.origin,
                expected: log.name().to_owned(),
            }));
        }
        note.check(&[log])?;
        Ok(checkpoint)
    }
}

/// Why a signed checkpoint, or a proof with one, was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    /// It is no such text.
    Malformed(Malformed),
    /// It does not hold.
    Mismatch(Mismatch),
}

impl From<Malformed> for OpenError {
    fn from(problem: Malformed) -> Self {
        Self::Malformed(problem)
    }
}

impl From<Mismatch> for OpenError {
    fn from(problem: Mismatch) -> Self {
        Self::Mismatch(problem)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(problem) => problem.fmt(f),
            Self::Mismatch(problem) => problem.fmt(f),
        }
    }
}

impl std::error::Error for OpenError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{TESSERA_3, TESSERA_SKEY, TESSERA_VKEY, tessera};

    #[test]
    fn checkpoints_are_signed_as_tessera_signs_them() {
        let note = Note::parse(TESSERA_3.as_bytes()).unwrap();
        let checkpoint = Checkpoint::open(&note, &TESSERA_VKEY.parse().unwrap()).unwrap();
        assert_eq!((checkpoint.size, checkpoint.root), tessera().1[2]);

        let (size, root) = tessera().1[5];
        let origin = checkpoint.origin;
        let last = Checkpoint { origin, size, root };
        let note = last.sign(&TESSERA_SKEY.parse().unwrap()).unwrap();
        let signature = "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=";
        assert!(note.to_string().ends_with(&format!(" {signature}\n")));
    }

    #[test]
    fn another_spelling_of_a_checkpoint_is_refused() {
        let text = TESSERA_3.split_once("\n\n").unwrap().0.to_owned() + "\n";
        assert!(text.parse::<Checkpoint>().is_ok());
        for wrong in [
            String::new(),
            text.replace("log/testdata", "log testdata"),
            text.replace("log/testdata", "log+testdata"),
            text.replace("\n3\n", "\n03\n"),
            text.replace("\n3\n", "\n+3\n"),
            text.replace("\n3\n", "\n-3\n"),
            text.replace("\n3\n", "\n 3\n"),
            text.replace("\n3\n", "\n18446744073709551616\n"),
            text.replace("vKk=", "vKl="),
            text.replace("vKk=", "vKk"),
            text.replace('\n', "\r\n"),
            text.trim_end().to_owned(),
            format!("{text}extension\n"),
            format!("{text}\n"),
        ] {
            assert!(wrong.parse::<Checkpoint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_checkpoint_of_another_log_is_refused() {
        let note = Note::parse(TESSERA_3.as_bytes()).unwrap();
        let other = Signer::new("other.example", Role::Log, &[7; 32]).unwrap();
        let opened = Checkpoint::open(&note, other.verifier());
        assert!(matches!(
            opened,
            Err(OpenError::Mismatch(Mismatch::Origin { .. }))
        ));
        let checkpoint: Checkpoint = note.text().parse().unwrap();
        assert!(checkpoint.sign(&other).is_err());
    }
}
