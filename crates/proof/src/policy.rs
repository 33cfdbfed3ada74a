//! Policies: whose signatures a reader asks for before a checkpoint is believed.
//!
//! Start at [`Policy::check`]. Source: C2SP tlog-policy. A policy must not come from the server
//! whose history it judges.
//!
//! Never here: addresses being called.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use crate::checkpoint::{Checkpoint, OpenError};
use crate::error::{Malformed, Mismatch};
use crate::hash::decimal;
use crate::key::{Role, Verifier};
use crate::note::Note;

/// The longest policy that is read, in bytes. Source: ours.
pub const POLICY_BYTES_MAX: usize = 1 << 20;
/// The quorum that asks for no witness. Source: tlog-policy.
const NONE: &str = "none";

/// A log whose checkpoints are believed if the witnesses agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its key; the name is the origin.
    pub key: Verifier,
    /// Where it is served.
    pub url: Option<String>,
}

/// One who cosigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its name in this policy.
    pub name: String,
    /// Its key.
    pub key: Verifier,
    /// Where it takes checkpoints.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    threshold: usize,
    members: Vec<String>,
}

/// Logs, witnesses, and how many of these must cosign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: BTreeMap<String, Group>,
    quorum: String,
}

/// A checkpoint that a policy believes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The witnesses that cosigned it, and when, in seconds since 1970.
    pub cosigned: Vec<(String, u64)>,
}

impl Policy {
    /// Returns the logs, in the order of the file.
    #[must_use]
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// Returns the keys of the logs of this name.
    #[must_use]
    pub fn keys_of(&self, origin: &str) -> Vec<&Verifier> {
        let keys = self.logs.iter().map(|log| &log.key);
        keys.filter(|key| key.name() == origin).collect()
    }

    /// Returns the witnesses, in the order of the file.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Returns the name of the quorum, `none` if no witness is asked for.
    #[must_use]
    pub fn quorum(&self) -> &str {
        &self.quorum
    }

    /// Checks that a note is a checkpoint of a listed log, and that the quorum cosigned it.
    ///
    /// # Errors
    /// [`OpenError`]: no checkpoint; [`Mismatch::UnknownLog`], [`Mismatch::Signature`],
    /// [`Mismatch::Unsigned`], [`Mismatch::Quorum`], the first that applies.
    pub fn check(&self, note: &Note) -> Result<Trusted, OpenError> {
        self.check_with(note, &[])
    }

    /// As [`Policy::check`], where the log may also have signed with one of `more`: keys that follow
    /// from one of the listed log's own, by entries at hand ([`crate::Keys`]).
    ///
    /// # Errors
    /// As [`Policy::check`].
    pub fn check_with(&self, note: &Note, more: &[&Verifier]) -> Result<Trusted, OpenError> {
        let checkpoint: Checkpoint = note.text().parse()?;
        let mut logs = self.keys_of(&checkpoint.origin);
        if logs.is_empty() {
            let origin = checkpoint.origin;
            return Err(OpenError::Mismatch(Mismatch::UnknownLog { origin }));
        }
        logs.extend(more);
        note.check(&logs)?;
        let keys: Vec<_> = self.witnesses.iter().map(|witness| &witness.key).collect();
        let signed = match note.check(&keys) {
            Err(Mismatch::Unsigned) => Vec::new(),
            checked => checked?,
        };
        let cosigned: Vec<_> = signed
            .into_iter()
            .filter_map(|signed| Some((self.witnesses.get(signed.key)?.name.clone(), signed.time)))
            .collect();
        let names = cosigned.iter().map(|(name, _)| name.as_str()).collect();
        if self.quorum == NONE || self.holds(&self.quorum, &names) {
            Ok(Trusted {
                checkpoint,
                cosigned,
            })
        } else {
            let quorum = self.quorum.clone();
            Err(OpenError::Mismatch(Mismatch::Quorum { quorum }))
        }
    }

    /// Returns whether a witness cosigned, or enough members of a group did.
    ///
    /// A group names only what stands before it, so this ends.
    fn holds(&self, name: &str, cosigned: &BTreeSet<&str>) -> bool {
        self.groups.get(name).map_or_else(
            || cosigned.contains(name),
            |group| {
                let members = group.members.iter();
                members
                    .filter(|member| self.holds(member, cosigned))
                    .count()
                    >= group.threshold
            },
        )
    }
}

impl FromStr for Policy {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader::default();
        if text.len() > POLICY_BYTES_MAX {
            return Err(Malformed::new("policy", 1, "at most 1 MiB"));
        }
        for (number, line) in (1..).zip(text.split('\n')) {
            if line.contains(|c: char| c.is_ascii_control() && c != '\t') {
                return Err(Malformed::new(
                    "policy",
                    number,
                    "no control characters but tabs",
                ));
            }
            let words: Vec<_> = line
                .split([' ', '\t'])
                .filter(|word| !word.is_empty())
                .collect();
            let read = reader.line(&words);
            read.map_err(|expected| Malformed::new("policy", number, expected))?;
        }
        if !text.is_empty() && !text.ends_with('\n') {
            let last = text.split('\n').count();
            return Err(Malformed::new(
                "policy",
                last,
                "a line feed at the end of each line",
            ));
        }
        let quorum = reader
            .quorum
            .ok_or(Malformed::new("policy", 1, "one quorum line"))?;
        Ok(Self {
            logs: reader.logs,
            witnesses: reader.witnesses,
            groups: reader.groups,
            quorum,
        })
    }
}

#[derive(Default)]
struct Reader {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: BTreeMap<String, Group>,
    members: BTreeSet<String>,
    quorum: Option<String>,
}

/// What would have been right.
type Expected = &'static str;

impl Reader {
    fn line(&mut self, words: &[&str]) -> Result<(), Expected> {
        match words {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", key] => self.log(key, None),
            ["log", key, url] => self.log(key, Some(url)),
            ["witness", name, key] => self.witness(name, key, None),
            ["witness", name, key, url] => self.witness(name, key, Some(url)),
            ["group", name, threshold, members @ ..] => self.group(name, threshold, members),
            ["quorum", name] => self.quorum(name),
            _ => Err("a line that begins with log, witness, group, quorum or #"),
        }
    }

    fn key(&self, text: &str, role: Role) -> Result<Verifier, Expected> {
        let key: Verifier = text
            .parse()
            .map_err(|problem: Malformed| problem.expected)?;
        if key.role() != role {
            return Err("a log's key of type 1, and a witness's of type 4");
        }
        let mut keys = self.logs.iter().map(|log| &log.key);
        let mut others = self.witnesses.iter().map(|witness| &witness.key);
        let is_same = |other: &Verifier| other.public() == key.public();
        if keys.any(is_same) || others.any(is_same) {
            return Err("each key once");
        }
        Ok(key)
    }

    fn log(&mut self, key: &str, url: Option<&str>) -> Result<(), Expected> {
        let key = self.key(key, Role::Log)?;
        let url = url.map(str::to_owned);
        self.logs.push(Log { key, url });
        Ok(())
    }

    fn is_known(&self, name: &str) -> bool {
        self.groups.contains_key(name) || self.witnesses.iter().any(|w| w.name == name)
    }

    fn new_name(&self, name: &str) -> Result<String, Expected> {
        if name == NONE || self.is_known(name) {
            Err("a name that is not taken, and not none")
        } else {
            Ok(name.to_owned())
        }
    }

    fn witness(&mut self, name: &str, key: &str, url: Option<&str>) -> Result<(), Expected> {
        let name = self.new_name(name)?;
        let key = self.key(key, Role::Cosigner)?;
        let url = url.map(str::to_owned);
        self.witnesses.push(Witness { name, key, url });
        Ok(())
    }

    fn group(&mut self, name: &str, threshold: &str, members: &[&str]) -> Result<(), Expected> {
        let name = self.new_name(name)?;
        for member in members {
            if !self.is_known(member) || !self.members.insert((*member).to_owned()) {
                return Err("members that stand before, each in one group only");
            }
        }
        let count = members.len();
        let threshold = match threshold {
            "any" => Some(1),
            "all" => Some(count),
            number => decimal(number).and_then(|number| usize::try_from(number).ok()),
        };
        let threshold = threshold
            .filter(|threshold| (1..=count).contains(threshold))
            .ok_or("any, all, or a number from 1 to the number of members")?;
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        self.groups.insert(name, Group { threshold, members });
        Ok(())
    }

    fn quorum(&mut self, name: &str) -> Result<(), Expected> {
        if self.quorum.is_some() {
            return Err("one quorum line");
        }
        if name != NONE && !self.is_known(name) {
            return Err("a quorum that stands before, or none");
        }
        self.quorum = Some(name.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosignature::cosign;
    use crate::hash::empty_root;
    use crate::key::Signer;

    fn signer(name: &str, role: Role) -> Signer {
        let seed = crate::hash::sha256(name.as_bytes());
        Signer::new(name, role, &seed).unwrap()
    }

    fn witness(name: &str) -> String {
        format!(
            "witness {name} {}\n",
            signer(name, Role::Cosigner).verifier()
        )
    }

    fn log() -> Signer {
        signer("log.example", Role::Log)
    }

    /// The example of the specification.
    fn example() -> String {
        let mut text = format!(
            "# who is believed\n\nlog {}\thttps://log.example\n",
            log().verifier()
        );
        for name in ["X1", "X2", "X3"] {
            text += &witness(name);
        }
        text += "group X 2 X1 X2 X3\n";
        text += &(witness("Y1") + &witness("Y2"));
        text + "  group Y any Y1 Y2\ngroup X-and-Y all X Y\nquorum X-and-Y\n"
    }

    fn note(cosigners: &[&str]) -> Note {
        let (origin, root) = ("log.example".to_owned(), empty_root());
        let mut note = Checkpoint {
            origin,
            size: 0,
            root,
        }
        .sign(&log())
        .unwrap();
        for (time, name) in (1..).zip(cosigners) {
            let line = cosign(&signer(name, Role::Cosigner), note.text(), time).unwrap();
            note.add(line);
        }
        note
    }

    #[test]
    fn the_quorum_decides() {
        let policy: Policy = example().parse().unwrap();
        assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example"));
        for (cosigners, holds) in [
            (vec!["X1", "X2", "Y1"], true),
            (vec!["X3", "X1", "Y2", "Y1", "stranger"], true),
            (vec![], false),
            (vec!["X1", "Y1"], false),
            (vec!["X1", "X1", "Y1"], false),
            (vec!["X1", "X2", "X3"], false),
            (vec!["Y1", "Y2"], false),
        ] {
            let checked = policy.check(&note(&cosigners));
            assert_eq!(checked.is_ok(), holds, "{cosigners:?}");
        }
        let trusted = policy.check(&note(&["Y1", "X2", "X1"])).unwrap();
        let cosigned = [("X1".into(), 3), ("X2".into(), 2), ("Y1".into(), 1)];
        assert_eq!(trusted.cosigned, cosigned);
    }

    #[test]
    fn a_log_that_is_not_listed_is_not_believed() {
        let other = signer("other.example", Role::Log);
        let policy: Policy = format!("log {}\nquorum none\n", other.verifier())
            .parse()
            .unwrap();
        let origin = "log.example".into();
        let refused = Err(OpenError::Mismatch(Mismatch::UnknownLog { origin }));
        assert_eq!(policy.check(&note(&[])), refused);
        let policy: Policy = format!("log {}\nquorum none\n", log().verifier())
            .parse()
            .unwrap();
        assert!(policy.check(&note(&[])).is_ok());
        // Another key of the same name.
        let same = Signer::new("log.example", Role::Log, &[9; 32]).unwrap();
        let policy: Policy = format!("log {}\nquorum none\n", same.verifier())
            .parse()
            .unwrap();
        assert_eq!(
            policy.check(&note(&[])),
            Err(OpenError::Mismatch(Mismatch::Unsigned))
        );
    }

    #[test]
    fn a_wrong_line_is_named() {
        let text = example();
        let with = |line: &str| text.replace("quorum", &format!("{line}\nquorum"));
        let key = signer("Z", Role::Cosigner).verifier().to_string();
        let wrong = [
            ("quorum\n".into(), 1),
            (String::new(), 1),
            ("quorum nobody\n".into(), 1),
            (text.clone() + "quorum none\n", 13),
            (text.trim_end().into(), 12),
            (text.replace('\n', "\r\n"), 1),
            (with(&witness("X1")), 12),
            (with(&format!("witness none {key}")), 12),
            (with(&format!("witness Z {}", log().verifier())), 12),
            (with(&format!("log {key}")), 12),
            (with(&format!("log {}", log().verifier())), 12),
            (with(&format!("witness Z {key} https://z extra")), 12),
            (with("group Z 1 X1"), 12),
            (with("group Z 1 none"), 12),
            (with("group Z 1 Z"), 12),
            (with("group Z 0 X-and-Y"), 12),
            (with("group Z 2 X-and-Y"), 12),
            (with("group Z 01 X-and-Y"), 12),
            (with("group Z any"), 12),
            (with("groups"), 12),
            (with("log"), 12),
        ];
        for (text, line) in wrong {
            let read = text.parse::<Policy>();
            assert_eq!(read.map_err(|problem| problem.line), Err(line), "{text}");
        }
        assert!(
            with(&format!("witness Z {key} https://z.example"))
                .parse::<Policy>()
                .is_ok()
        );
    }
}
