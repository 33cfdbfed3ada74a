//! Anchors: signed checkpoints of the past that stand among the entries themselves.
//!
//! Each fixes the root of an earlier part, so that a difference can be placed between two of them.
//!
//! Never here: the newest checkpoint, which comes from outside.

use event::Reading;
use proof::{Checkpoint, Mismatch, Note, OpenError, Policy, Tree};

use crate::keys::KeyHistory;

/// What every anchor's type begins with.
const TYPE: &str = "habeas.anchor.v";

/// The anchors met so far.
pub(crate) struct Anchors<'a> {
    policy: &'a Policy,
    origin: &'a str,
    /// The log's keys, as the entries name them.
    keys: KeyHistory,
    /// What stands in anchors, each with the index of its entry.
    notes: Vec<(u64, Note)>,
    signed: Vec<Checkpoint>,
    problem: Option<String>,
}

impl<'a> Anchors<'a> {
    /// Looks for anchors of the log `origin` that a key of `policy` signed.
    pub(crate) fn new(policy: &'a Policy, origin: &'a str) -> Self {
        Self {
            policy,
            origin,
            keys: KeyHistory::default(),
            notes: Vec::new(),
            signed: Vec::new(),
            problem: None,
        }
    }

    /// Looks at the entry at `index`.
    pub(crate) fn entry(&mut self, index: u64, entry: &[u8]) {
        self.keys.entry(index, entry);
        let Ok(text) = str::from_utf8(entry) else {
            return;
        };
        if index != 0 && !text.contains(TYPE) {
            return;
        }
        let Reading::Event(event) = event::read(entry) else {
            return;
        };
        match event.kind.code() {
            "genesis" => self.genesis(event.data.text("origin")),
            "anchor" => self.anchor(index, event.data.text("checkpoint")),
            _ => {}
        }
    }

    fn genesis(&mut self, origin: Option<&str>) {
        if let Some(found) = origin.filter(|found| *found != self.origin) {
            let origin = self.origin;
            let found = format!("the first entry names the log {found}, but {origin} was signed");
            self.problem.get_or_insert(found);
        }
    }

    fn anchor(&mut self, index: u64, checkpoint: Option<&str>) {
        let note = checkpoint.and_then(|text| Note::parse(text.as_bytes()).ok());
        self.notes.extend(note.map(|note| (index, note)));
    }

    /// Opens the notes, once all keys are known. One that is signed by no key of the policy, or by none
    /// that follows from one and is due, fixes nothing.
    fn open(&mut self) {
        for (index, note) in std::mem::take(&mut self.notes) {
            let Some(checkpoint) = self.checkpoint_of(&note) else {
                continue;
            };
            if checkpoint.size > index {
                let found =
                    format!("the anchor at index {index} is of what does not stand before it");
                self.problem.get_or_insert(found);
            }
            self.signed.push(checkpoint);
        }
        self.signed.sort_by_key(|anchor| anchor.size);
    }

    fn checkpoint_of(&self, note: &Note) -> Option<Checkpoint> {
        let by_policy = || {
            note.check(&self.policy.keys_of(self.origin)).ok()?;
            note.text().parse().ok()
        };
        let Some(keys) = self.keys.linked(self.policy) else {
            return by_policy();
        };
        match keys.open(note) {
            Ok(checkpoint) => Some(checkpoint),
            // A key of the policy whose own entry was moved or lost: what it signed still tells where.
            Err(OpenError::Mismatch(Mismatch::Unsigned)) => by_policy(),
            Err(_) => None,
        }
    }

    /// Returns the log's keys, as the entries name them.
    pub(crate) const fn keys(&self) -> &KeyHistory {
        &self.keys
    }

    /// Returns the size of the largest anchor before which nothing differs, and that of the first
    /// that has another root.
    pub(crate) fn compare(&mut self, tree: &mut Tree) -> (u64, Option<u64>) {
        self.open();
        let mut good = 0;
        for anchor in &self.signed {
            if proof::root(tree, anchor.size) != Ok(anchor.root) {
                return (good, Some(anchor.size));
            }
            good = anchor.size;
        }
        (good, None)
    }

    /// Returns what does not fit, of the form `found, but right`.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Returns how many there are.
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.signed.len()).unwrap_or(u64::MAX)
    }
}
