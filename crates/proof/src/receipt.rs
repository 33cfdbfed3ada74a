//! Receipts: one file that proves that an entry is in a signed history. `.tlog-proof`.
//!
//! Source: C2SP tlog-proof.
//!
//! Never here: the entry itself; who checks a receipt has it.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::{Checkpoint, OpenError};
use crate::error::Malformed;
use crate::hash::{Hash, base64, decimal, unbase64};
use crate::note::Note;
use crate::policy::{Policy, Trusted};
use crate::verify;

/// The first line. Source: tlog-proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// The most hashes a proof can have: one for each level of the tree. Source: tlog-witness.
pub const PATH_HASHES_MAX: usize = 63;

/// An entry's index, its inclusion proof, and the checkpoint that the proof leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What the issuer adds for the reader; nothing vouches for it.
    pub extra: Option<Vec<u8>>,
    /// The entry's index, from 0.
    pub index: u64,
    /// The inclusion proof, the leaf's neighbour first.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: Note,
}

impl Receipt {
    /// Checks that the entry with this leaf hash stands at the index in a history that `policy`
    /// believes.
    ///
    /// # Errors
    /// Those of [`Policy::check`], then those of [`verify::inclusion`].
    pub fn check(&self, policy: &Policy, leaf: Hash) -> Result<Trusted, OpenError> {
        let trusted = policy.check(&self.checkpoint)?;
        let (size, root) = (trusted.checkpoint.size, trusted.checkpoint.root);
        verify::inclusion(self.index, size, leaf, &self.path, root)?;
        Ok(trusted)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Reads hash lines up to an empty line; returns them and what follows, with the lines read.
pub(crate) fn hash_lines<'a>(
    text: &'a str,
    what: &'static str,
    first: usize,
) -> Result<(Vec<Hash>, &'a str, usize), Malformed> {
    let (mut hashes, mut rest, mut number) = (Vec::new(), text, first);
    loop {
        let cut = rest.split_once('\n');
        let (line, after) = cut.ok_or(Malformed::new(
            what,
            number,
            "an empty line after the hashes",
        ))?;
        rest = after;
        number += 1;
        if line.is_empty() {
            return Ok((hashes, rest, number));
        }
        if hashes.len() == PATH_HASHES_MAX {
            return Err(Malformed::new(what, number - 1, "at most 63 hashes"));
        }
        let hash = Hash::from_base64(line);
        hashes.push(hash.map_err(|problem| Malformed::new(what, number - 1, problem.expected))?);
    }
}

/// Reads the signed checkpoint that ends a text, naming lines of the whole text.
pub(crate) fn last_note(rest: &str, first: usize) -> Result<Note, Malformed> {
    let read = Note::parse(rest.as_bytes());
    let read = read.and_then(|note| note.text().parse::<Checkpoint>().map(|_| note));
    read.map_err(|problem| Malformed {
        line: problem.line + first - 1,
        ..problem
    })
}

impl FromStr for Receipt {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = |line, expected| Malformed::new("receipt", line, expected);
        let (header, rest) = text.split_once('\n').unwrap_or_default();
        if header != HEADER {
            return Err(wrong(1, "c2sp.org/tlog-proof@v1"));
        }
        let (mut line, mut rest) = rest.split_once('\n').unwrap_or_default();
        let mut number = 2;
        let mut extra = None;
        if let Some(bytes) = line.strip_prefix("extra ") {
            extra = Some(unbase64(bytes).ok_or(wrong(2, "standard base64"))?);
            (line, rest) = rest.split_once('\n').unwrap_or_default();
            number = 3;
        }
        let index = line.strip_prefix("index ").and_then(decimal);
        let index = index.ok_or(wrong(number, "index, and a number from 0"))?;
        let (path, rest, number) = hash_lines(rest, "receipt", number + 1)?;
        Ok(Self {
            extra,
            index,
            path,
            checkpoint: last_note(rest, number)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::error::Mismatch;
    use crate::hash::leaf;
    use crate::tree;
    use crate::vectors::{COSIGNER_VKEY, TESSERA_3, TESSERA_VKEY, tessera};

    struct Three;

    impl tree::Nodes for Three {
        type Error = Infallible;

        fn node(&mut self, level: u8, index: u64) -> Result<Hash, Infallible> {
            let leaves = tessera().0;
            let hash = |at: u64| leaf(&leaves[usize::try_from(at).unwrap()]);
            let pair = || crate::hash::node(hash(index * 2), hash(index * 2 + 1));
            Ok(if level == 0 { hash(index) } else { pair() })
        }
    }

    fn receipt(index: u64) -> Receipt {
        Receipt {
            extra: None,
            index,
            path: tree::inclusion(&mut Three, index, 3).unwrap().unwrap(),
            checkpoint: Note::parse(TESSERA_3.as_bytes()).unwrap(),
        }
    }

    fn policy() -> Policy {
        let text = format!("log {TESSERA_VKEY}\nwitness w {COSIGNER_VKEY}\nquorum w\n");
        text.parse().unwrap()
    }

    #[test]
    fn a_receipt_proves_its_entry_and_no_other() {
        for index in 0..3 {
            let receipt = receipt(index);
            assert_eq!(receipt.to_string().parse(), Ok(receipt.clone()));
            for (other, entry) in (0..).zip(tessera().0) {
                let checked = receipt.check(&policy(), leaf(&entry));
                assert_eq!(checked.is_ok(), other == index);
            }
        }
        let mut moved = receipt(2);
        moved.index = 1;
        let checked = moved.check(&policy(), leaf(b"three"));
        assert!(matches!(
            checked,
            Err(OpenError::Mismatch(Mismatch::Length { .. }))
        ));
    }

    #[test]
    fn another_spelling_of_a_receipt_is_refused() {
        let mut whole = receipt(0);
        whole.extra = Some(b"where it came from".to_vec());
        let text = whole.to_string();
        assert_eq!(text.parse(), Ok(whole));
        let wrong = [
            (String::new(), 1),
            (text.replace("@v1", "@v2"), 1),
            (text.replace('\n', "\r\n"), 1),
            (format!("\u{FEFF}{text}"), 1),
            (text.replace("extra ", "extra  "), 2),
            (text.replace("extra ", "Extra "), 2),
            (text.replace("index 0", "index 00"), 3),
            (text.replace("index 0", "index -1"), 3),
            (text.replace("index 0\n", ""), 3),
            (text.replace("index 0\n", "index 0\n\n"), 5),
            (text.replace("\n\nexample", "\nexample"), 6),
        ];
        for (text, line) in wrong {
            let read = text.parse::<Receipt>();
            assert_eq!(read.map_err(|problem| problem.line), Err(line), "{text}");
        }
        let hash = Hash::new([1; 32]).to_string() + "\n";
        let long = text.replace("index 0\n", &("index 0\n".to_owned() + &hash.repeat(64)));
        assert!(long.parse::<Receipt>().is_err());
        assert!(format!("{text}\n").parse::<Receipt>().is_err());
    }
}
