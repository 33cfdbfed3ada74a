//! What a run of an import put into the log, and which of it is to be taken back.
//!
//! Start at [`History::add`], once for each event of the log, and then [`History::found`].
//!
//! Never here: requests, and the retractions themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

/// Acts on acts that are followed; a longer chain is nobody's.
const CHAIN_MAX: u8 = 32;

/// What names an event: organisation, source, id.
pub(super) type Key = [String; 3];

/// An event that is to be taken back.
#[derive(Debug)]
pub(super) struct RunEvent {
    /// The event.
    pub(super) event: Json,
    /// How many retractions of its organisation's desks it had that were taken back themselves.
    pub(super) undone: usize,
}

/// An act that another run, or someone at a desk, sent on an event of the run: it ends with what it is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FallingAct {
    /// Where it stands in the log.
    pub(super) position: u64,
    /// Its kind.
    pub(super) kind: String,
    /// The organisation that sent it.
    pub(super) org: String,
    /// Whether another run of an import sent it.
    pub(super) by_import: bool,
    /// What it is on.
    target: Key,
}

/// What a run put into the log.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The events to take back, in the order of positions.
    pub(super) events: Vec<RunEvent>,
    /// How many of the run's were taken back before, or end with what they act on.
    pub(super) others: u64,
    /// The first position and the last.
    pub(super) positions: Option<(u64, u64)>,
    /// Acts of others that end with what is taken back, in the order of positions; retractions are none.
    pub(super) falling: Vec<FallingAct>,
}

/// What is kept of the log while it is read.
pub(super) struct History<'r> {
    run: &'r str,
    own: Vec<Json>,
    positions: Option<(u64, u64)>,
    /// What each retraction that no import sent is on, by its key.
    by_desk: BTreeMap<Key, Key>,
    /// What some retraction is on, whoever's.
    retracted: BTreeSet<Key>,
    /// Acts that are not of the run, by their keys.
    others: BTreeMap<Key, FallingAct>,
}

impl<'r> History<'r> {
    /// Begins with an empty log.
    pub(super) fn new(run: &'r str) -> Self {
        Self {
            run,
            own: Vec::new(),
            positions: None,
            by_desk: BTreeMap::new(),
            retracted: BTreeSet::new(),
            others: BTreeMap::new(),
        }
    }

    /// Adds the log's next event.
    pub(super) fn add(&mut self, position: u64, event: Json) {
        let target = target(&event);
        if let Some(target) = target
            .clone()
            .filter(|_| text(&event, "importrun") != self.run)
        {
            let act = FallingAct {
                position,
                kind: kind(&event).to_owned(),
                org: text(&event, "org").to_owned(),
                by_import: event.get("importrun").is_some(),
                target,
            };
            self.others.insert(key(&event), act);
        }
        if let Some(target) = target.filter(|_| kind(&event) == "retraction") {
            // Another organisation may have no right to it.
            let is_of_owner = target.first().is_some_and(|org| text(&event, "org") == org);
            if is_of_owner && event.get("importrun").is_none() {
                self.by_desk.insert(key(&event), target.clone());
            }
            self.retracted.insert(target);
        }
        if text(&event, "importrun") == self.run {
            let (first, _) = self.positions.unwrap_or((position, position));
            self.positions = Some((first, position));
            self.own.push(event);
        }
    }

    /// Returns what is to be taken back: each event of the run but those that end with what they act on, and those that a
    /// desk took back. What an import took back may return by another run, or by another undo, so it is not left out; nor
    /// is what has a retraction on its retraction. One more retraction changes nothing.
    pub(super) fn found(self) -> Found {
        let mut found = Found {
            positions: self.positions,
            ..Found::default()
        };
        let keys: BTreeSet<Key> = self.own.iter().map(key).collect();
        let (mut settled, mut undone) = (BTreeSet::new(), BTreeMap::<&Key, usize>::new());
        for (act, target) in &self.by_desk {
            if self.retracted.contains(act) {
                *undone.entry(target).or_default() += 1;
            } else {
                settled.insert(target);
            }
        }
        for event in self.own {
            let ends = target(&event).is_some_and(|target| keys.contains(&target));
            let key = key(&event);
            if ends || settled.contains(&key) {
                found.others += 1;
            } else {
                let undone = undone.get(&key).copied().unwrap_or_default();
                found.events.push(RunEvent { event, undone });
            }
        }
        let taken: BTreeSet<Key> = found.events.iter().map(|one| key(&one.event)).collect();
        // What ends with an event of the run ends what is on it too.
        let falls = |act: &FallingAct| {
            let mut target = &act.target;
            for _ in 0..CHAIN_MAX {
                if taken.contains(target) || keys.contains(target) && !settled.contains(target) {
                    return true;
                }
                match self.others.get(target) {
                    Some(next) => target = &next.target,
                    None => return false,
                }
            }
            false
        };
        let acts = self.others.iter();
        let acts =
            acts.filter(|(key, act)| act.kind != "retraction" && !self.retracted.contains(*key));
        let falling = acts.map(|(_, act)| act).filter(|act| falls(act));
        found.falling = falling.cloned().collect();
        found.falling.sort_by_key(|act| act.position);
        found
    }
}

/// Returns what names an event.
pub(super) fn key(event: &Json) -> Key {
    ["org", "source", "id"].map(|name| text(event, name).to_owned())
}

fn target(act: &Json) -> Option<Key> {
    Some(key(act.pointer("/data/target")?))
}

/// Returns an event's kind.
pub(super) fn kind(event: &Json) -> &str {
    text(event, "type").split('.').nth(1).unwrap_or("")
}

/// Returns a text of an event, empty where it has none.
pub(super) fn text<'e>(event: &'e Json, name: &str) -> &'e str {
    event.get(name).and_then(Json::as_str).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Reads a log, a line for each event: id, kind, target or `-`, run or `-`, and the organisation where it is not `a`.
    fn log(lines: &str) -> Vec<Json> {
        let lines = lines.lines().filter(|line| !line.trim().is_empty());
        let event = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let org = words.get(4).copied().unwrap_or("a");
            let mut event = json!({"id": words[0], "org": org, "source": "//a.example/list",
                "type": format!("habeas.{}.v1", words[1]), "data": {}});
            if words[2] != "-" {
                event["data"]["target"] =
                    json!({"org": "a", "source": "//a.example/list", "id": words[2]});
            }
            if words[3] != "-" {
                event["importrun"] = words[3].into();
            }
            event
        };
        lines.map(event).collect()
    }

    fn found(lines: &str, run: &str) -> (Vec<String>, u64) {
        let mut history = History::new(run);
        for (position, event) in (1..).zip(log(lines)) {
            history.add(position, event);
        }
        let found = history.found();
        let shown = |one: &RunEvent| format!("{}+{}", text(&one.event, "id"), one.undone);
        (found.events.iter().map(shown).collect(), found.others)
    }

    #[test]
    fn acts_of_others_that_end_with_a_run_are_found() {
        for (lines, expected) in [
            ("1 arrest - r\n2 correction 1 -", &[2][..]),
            // Of another organisation, of a later run, and on a correction.
            (
                "1 arrest - r\n2 verification_changed 1 - b\n3 correction 1 q\n4 correction 3 -",
                &[2, 3, 4],
            ),
            (
                "1 arrest - q\n2 correction 1 r\n3 correction 2 -\n4 correction 1 -",
                &[3],
            ),
            // They ended before.
            ("1 arrest - r\n2 correction 1 -\n3 retraction 2 -", &[]),
            ("1 arrest - r\n2 correction 1 -\n3 retraction 1 -", &[]),
            ("1 arrest - q\n2 correction 1 -", &[]),
        ] {
            let mut history = History::new("r");
            for (position, event) in (1..).zip(log(lines)) {
                history.add(position, event);
            }
            let found = history.found().falling;
            let found: Vec<u64> = found.iter().map(|act| act.position).collect();
            assert_eq!(found, expected, "{lines}");
        }
    }

    #[test]
    fn what_was_gone_and_came_back_within_a_run_is_taken_back_with_it() {
        for (lines, run, taken) in [
            // Gone, and back.
            (
                "1 arrest - r\n2 retraction 1 r\n3 retraction 2 r",
                "r",
                &["1+0"][..],
            ),
            ("1 arrest - r\n2 retraction 1 r", "r", &["1+0"]),
            // Gone in a later run, which may be undone too; back in a third one.
            ("1 arrest - q\n2 retraction 1 r", "q", &["1+0"]),
            ("1 arrest - q\n2 retraction 1 r", "r", &["2+0"]),
            (
                "1 arrest - p\n2 retraction 1 q\n3 retraction 2 r",
                "q",
                &["2+0"],
            ),
            (
                "1 arrest - p\n2 retraction 1 q\n3 retraction 2 r",
                "r",
                &["3+0"],
            ),
            (
                "1 arrest - q\n2 retraction 1 r\n3 retraction 2 r",
                "r",
                &["2+0"],
            ),
            // A correction of an event of another run.
            ("1 arrest - q\n2 correction 1 r", "r", &["2+0"]),
            // A desk took it back, and took that back; then it is taken back again, under another id.
            ("1 arrest - r\n2 retraction 1 -", "r", &[]),
            (
                "1 arrest - r\n2 retraction 1 -\n3 retraction 2 -",
                "r",
                &["1+1"],
            ),
            (
                "1 arrest - r\n2 retraction 1 -\n3 retraction 2 -\n4 retraction 1 -",
                "r",
                &[],
            ),
            // One that has no right to it.
            ("1 arrest - r\n2 retraction 1 - b", "r", &["1+0"]),
        ] {
            let (events, others) = found(lines, run);
            assert_eq!(events, taken, "{lines}");
            let own = log(lines);
            let own = own.iter().filter(|event| text(event, "importrun") == run);
            let others = usize::try_from(others).unwrap();
            assert_eq!(events.len() + others, own.count(), "{lines}");
        }
    }
}
