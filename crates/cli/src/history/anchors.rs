//! Anchors: signed checkpoints of the past that stand among the entries themselves.
//!
//! Each fixes the root of an earlier part, so that a difference can be placed between two of them.
//!
//! Never here: the newest checkpoint, which comes from outside.

use event::Reading;
use proof::{Checkpoint, Note, Policy, Tree};

/// What every anchor's type begins with.
const TYPE: &str = "habeas.anchor.v";

/// The anchors met so far.
pub(crate) struct Anchors<'a> {
    policy: &'a Policy,
    origin: &'a str,
    signed: Vec<Checkpoint>,
    problem: Option<String>,
}

impl<'a> Anchors<'a> {
    /// Looks for anchors of the log `origin` that a key of `policy` signed.
    pub(crate) const fn new(policy: &'a Policy, origin: &'a str) -> Self {
        Self {
            policy,
            origin,
            signed: Vec::new(),
            problem: None,
        }
    }

    /// Looks at the entry at `index`.
    pub(crate) fn entry(&mut self, index: u64, entry: &[u8]) {
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
        let keys = self.policy.logs().iter().map(|log| &log.key);
        let keys: Vec<_> = keys.filter(|key| key.name() == self.origin).collect();
        let note = checkpoint.and_then(|text| Note::parse(text.as_bytes()).ok());
        // An anchor that no key of the policy signed, of an older key or a forged one, fixes nothing.
        let Some(note) = note.filter(|note| note.check(&keys).is_ok()) else {
            return;
        };
        let Ok(checkpoint) = note.text().parse::<Checkpoint>() else {
            return;
        };
        if checkpoint.size > index {
            let found = format!("the anchor at index {index} is of what does not stand before it");
            self.problem.get_or_insert(found);
        }
        self.signed.push(checkpoint);
    }

    /// Returns the size of the largest anchor before which nothing differs, and that of the first
    /// that has another root.
    pub(crate) fn compare(&mut self, tree: &mut Tree) -> (u64, Option<u64>) {
        self.signed.sort_by_key(|anchor| anchor.size);
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
