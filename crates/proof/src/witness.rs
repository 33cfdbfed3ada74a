//! What a witness is asked, and how it judges: a log may only grow.
//!
//! Start at [`judge`]. Source: C2SP tlog-witness, add-checkpoint.
//!
//! Never here: what the witness remembers, and HTTP.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::Checkpoint;
use crate::error::{Malformed, Mismatch};
use crate::hash::{Hash, decimal, empty_root, sha256};
use crate::key::{Role, Verifier};
use crate::note::{Line, Note};
use crate::receipt::{hash_lines, last_note};
use crate::verify;

/// The media type of a refusal that names a size. Source: tlog-witness.
pub const SIZE_MEDIA_TYPE: &str = "text/x.tlog.size";

/// The body of `POST add-checkpoint`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness is thought to have cosigned last, in entries.
    pub old: u64,
    /// The consistency proof from there to the checkpoint.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: Note,
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.path
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for AddCheckpoint {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let (line, rest) = text.split_once('\n').unwrap_or_default();
        let old = line.strip_prefix("old ").and_then(decimal);
        let old = old.ok_or(Malformed::new("request", 1, "old, and a number of entries"))?;
        let (path, rest, number) = hash_lines(rest, "request", 2)?;
        Ok(Self {
            old,
            path,
            checkpoint: last_note(rest, number)?,
        })
    }
}

/// Why a witness does not cosign, in the order in which it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The body is no such request, or its note no checkpoint. HTTP 400.
    Malformed(Malformed),
    /// The witness does not know the log. HTTP 404.
    UnknownLog,
    /// None of the log's keys signed, or one did wrongly. HTTP 403.
    Unsigned,
    /// The old size is above the checkpoint's. HTTP 400.
    Sizes,
    /// The witness cosigned another size last. HTTP 409, with that size.
    Stale {
        /// The size it cosigned last, in entries; zero if none.
        size: u64,
    },
    /// The proof does not hold, or the root is another at the same size. HTTP 422.
    Inconsistent(Mismatch),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(problem) => problem.fmt(f),
            Self::UnknownLog => f.write_str("this witness does not know the log"),
            Self::Unsigned => f.write_str("no key of the log that this witness knows signed it"),
            Self::Sizes => f.write_str("the old size is above the checkpoint's"),
            Self::Stale { size } => write!(f, "this witness cosigned size {size} last"),
            Self::Inconsistent(problem) => problem.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

/// Judges a request: `logs` are the keys that are known, `latest` gives the checkpoint that was
/// cosigned last for an origin. Returns what is to be remembered, and cosigned only after that.
///
/// Between `latest` and the remembering nothing else may be cosigned for the log.
///
/// # Errors
/// [`Refusal`], the first that applies in its order.
pub fn judge(
    request: &AddCheckpoint,
    logs: &[Verifier],
    latest: impl FnOnce(&str) -> Option<Checkpoint>,
) -> Result<Checkpoint, Refusal> {
    let read = request.checkpoint.text().parse();
    let checkpoint: Checkpoint = read.map_err(Refusal::Malformed)?;
    let keys = logs.iter().filter(|key| key.role() == Role::Log);
    let keys: Vec<_> = keys.filter(|key| key.name() == checkpoint.origin).collect();
    if keys.is_empty() {
        return Err(Refusal::UnknownLog);
    }
    let checked = request.checkpoint.check(&keys);
    checked.map_err(|_| Refusal::Unsigned)?;
    if request.old > checkpoint.size {
        return Err(Refusal::Sizes);
    }
    let (old, root) = latest(&checkpoint.origin)
        .map_or_else(|| (0, empty_root()), |latest| (latest.size, latest.root));
    if request.old != old {
        return Err(Refusal::Stale { size: old });
    }
    verify::consistency(old, checkpoint.size, root, checkpoint.root, &request.path)
        .map_err(Refusal::Inconsistent)?;
    Ok(checkpoint)
}

/// Reads a witness's answer: one or more signature lines.
///
/// # Errors
/// [`Malformed`] for anything else.
pub fn read_cosignatures(text: &str) -> Result<Vec<Line>, Malformed> {
    let lines: Result<Vec<Line>, _> = text.split_inclusive('\n').map(str::parse).collect();
    lines.and_then(|lines| {
        let first = Malformed::new("witness's answer", 1, "a signature line");
        if lines.is_empty() {
            Err(first)
        } else {
            Ok(lines)
        }
    })
}

/// Returns the path, without a prefix, under which a witness shows what it cosigned last.
#[must_use]
pub fn latest_path(origin: &str) -> String {
    let digits = sha256(origin.as_bytes()).map(|byte| format!("{byte:02x}"));
    format!("{}/checkpoint", digits.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{leaf, node};
    use crate::key::Signer;

    fn log() -> Signer {
        Signer::new("log.example", Role::Log, &[3; 32]).unwrap()
    }

    fn root(size: u64) -> Hash {
        let (one, two, three) = (leaf(b"1"), leaf(b"2"), leaf(b"3"));
        match size {
            0 => empty_root(),
            1 => one,
            2 => node(one, two),
            _ => node(node(one, two), three),
        }
    }

    fn checkpoint(size: u64) -> Checkpoint {
        let (origin, root) = ("log.example".into(), root(size));
        Checkpoint { origin, size, root }
    }

    fn request(old: u64, size: u64, path: &[Hash]) -> AddCheckpoint {
        AddCheckpoint {
            old,
            path: path.to_vec(),
            checkpoint: checkpoint(size).sign(&log()).unwrap(),
        }
    }

    fn judged(request: &AddCheckpoint, known: Option<u64>) -> Result<u64, Refusal> {
        let logs = [log().verifier().clone()];
        judge(request, &logs, |_| known.map(checkpoint)).map(|checkpoint| checkpoint.size)
    }

    #[test]
    fn a_log_may_only_grow() {
        let three = leaf(b"3");
        assert_eq!(judged(&request(0, 2, &[]), None), Ok(2));
        assert_eq!(judged(&request(0, 0, &[]), None), Ok(0));
        assert_eq!(judged(&request(2, 3, &[three]), Some(2)), Ok(3));
        assert_eq!(judged(&request(2, 2, &[]), Some(2)), Ok(2));

        let size = 3;
        assert_eq!(
            judged(&request(0, 3, &[]), Some(3)),
            Err(Refusal::Stale { size })
        );
        assert_eq!(
            judged(&request(2, 2, &[]), Some(3)),
            Err(Refusal::Stale { size })
        );
        assert_eq!(judged(&request(3, 2, &[]), Some(3)), Err(Refusal::Sizes));
        let wrong = judged(&request(2, 3, &[leaf(b"4")]), Some(2));
        assert_eq!(wrong, Err(Refusal::Inconsistent(Mismatch::Root)));
        let short = judged(&request(2, 3, &[]), Some(2));
        assert!(matches!(
            short,
            Err(Refusal::Inconsistent(Mismatch::Length { .. }))
        ));

        let (origin, root) = ("log.example".into(), leaf(b"forked"));
        let forked = Checkpoint {
            origin,
            size: 2,
            root,
        };
        let mut request = request(2, 2, &[]);
        request.checkpoint = forked.sign(&log()).unwrap();
        let size = 2;
        let fork = Err(Refusal::Inconsistent(Mismatch::Fork { size }));
        assert_eq!(judged(&request, Some(2)), fork);
    }

    #[test]
    fn a_stranger_is_refused() {
        let request = request(0, 2, &[]);
        let other = |name| {
            Signer::new(name, Role::Log, &[4; 32])
                .unwrap()
                .verifier()
                .clone()
        };
        let unknown = judge(&request, &[other("other.example")], |_| None);
        assert_eq!(unknown, Err(Refusal::UnknownLog));
        let unsigned = judge(&request, &[other("log.example")], |_| None);
        assert_eq!(unsigned, Err(Refusal::Unsigned));
    }

    #[test]
    fn who_knows_both_keys_goes_on_when_the_log_replaces_its_own() {
        let second = Signer::new("log.example", Role::Log, &[4; 32]).unwrap();
        let mut request = request(2, 3, &[leaf(b"3")]);
        request.checkpoint = checkpoint(3).sign(&second).unwrap();
        let known = |logs: &[&Signer], request: &AddCheckpoint| {
            let logs: Vec<_> = logs.iter().map(|key| key.verifier().clone()).collect();
            judge(request, &logs, |_| Some(checkpoint(2))).map(|checkpoint| checkpoint.size)
        };
        let first = log();
        assert_eq!(known(&[&first], &request), Err(Refusal::Unsigned));
        assert_eq!(known(&[&first, &second], &request), Ok(3));
        // While both sign, either is enough.
        request.checkpoint.sign(&first).unwrap();
        assert_eq!(known(&[&first], &request), Ok(3));
        assert_eq!(known(&[&second], &request), Ok(3));
    }

    #[test]
    fn another_spelling_of_a_request_is_refused() {
        let text = request(2, 3, &[leaf(b"3")]).to_string();
        assert_eq!(text.parse(), Ok(request(2, 3, &[leaf(b"3")])));
        for wrong in [
            String::new(),
            text.replace("old 2", "old 02"),
            text.replace("old 2", "old  2"),
            text.replace("old 2", "Old 2"),
            text.replace("old 2\n", ""),
            text.replace("=\n\n", "=\n"),
            text.replace('\n', "\r\n"),
            text.clone() + "\n",
        ] {
            assert!(wrong.parse::<AddCheckpoint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_place_to_look_is_named_by_the_hash_of_the_origin() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(latest_path(""), format!("{empty}/checkpoint"));
    }
}
