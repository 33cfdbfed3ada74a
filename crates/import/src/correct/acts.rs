//! The acts that the log has on an event: which stand, which were taken back, and what others corrected.
//!
//! Start at [`Acts::imported`]. The log is in the order of positions; a retraction that was itself taken back takes
//! nothing back.
//!
//! Never here: what a row says now (`correct`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::{Corrector, text};
use crate::dates;
use crate::leaves::{Path, at, leaves, meet};
use crate::patch::apply;

/// Retractions of retractions of one event that are followed; a longer chain is nobody's.
pub(super) const CHAIN_MAX: u8 = 32;

/// What the log has of one event: it, and the acts on it and on these.
pub(super) struct Acts<'l> {
    pub(super) log: &'l [Json],
}

/// What was last imported from a row.
pub(super) struct LastVersion {
    /// What the event said first.
    pub(super) first: Map<String, Json>,
    pub(super) data: Map<String, Json>,
    /// What holds now: what all corrections that stand make of the event.
    pub(super) in_force: Map<String, Json>,
    pub(super) version: Uuid,
    pub(super) recorded: Option<Timestamp>,
    /// The members that someone else corrected since this source did.
    pub(super) others: BTreeSet<Path>,
    /// What corrections of this source said that were taken back, by member.
    pub(super) undone: BTreeMap<Path, Json>,
}

/// What names an event: organisation, source, id.
pub(super) fn key(event: &Json) -> [&str; 3] {
    ["org", "source", "id"].map(|name| text(event, name))
}

/// What names the target of an act.
pub(super) fn target_key(act: &Json) -> Option<[&str; 3]> {
    Some(key(act.pointer("/data/target")?))
}

impl Acts<'_> {
    /// Whether a retraction of an event stands that is not one of those left aside.
    pub(super) fn is_taken_back(&self, event: [&str; 3], aside: &dyn Fn(&Json) -> bool) -> bool {
        self.is_retracted(event, aside, CHAIN_MAX)
    }

    fn is_retracted(&self, event: [&str; 3], aside: &dyn Fn(&Json) -> bool, left: u8) -> bool {
        let Some(left) = left.checked_sub(1) else {
            return false;
        };
        self.log.iter().any(|act| {
            text(act, "type").starts_with("habeas.retraction.")
                && target_key(act) == Some(event)
                && !aside(act)
                && !self.is_retracted(key(act), &|_| false, left)
        })
    }

    /// Applies some of the corrections that stand to what an event said first.
    pub(super) fn corrected(
        &self,
        first: &Json,
        is_applied: &dyn Fn(&Json) -> bool,
    ) -> Map<String, Json> {
        let event = key(first);
        let acts = self.log.iter().filter(|act| {
            target_key(act) == Some(event)
                && act.pointer("/data/patch").is_some()
                && is_applied(act)
                && !self.is_taken_back(key(act), &|_| false)
        });
        let mut acts: Vec<&Json> = acts.collect();
        acts.sort_by_key(|act| (dates::rfc3339(text(act, "recordedtime")), key(act)));
        let data = first.get("data").and_then(Json::as_object);
        let mut data = data.cloned().unwrap_or_default();
        let patches = acts.into_iter().map(|act| act.pointer("/data/patch"));
        for patch in patches.flatten().filter_map(Json::as_object) {
            apply(&mut data, patch);
        }
        data
    }

    /// Applies the corrections that this source sent to what it sent first; none where that is no event. What `by_list` took
    /// back may be said again.
    pub(super) fn imported(
        &self,
        first: &Json,
        is_own: &dyn Fn(&Json) -> bool,
        by_list: &dyn Fn(&Json) -> bool,
    ) -> Option<LastVersion> {
        let id = text(first, "id");
        let data = first.get("data")?.as_object()?;
        let mut imported = LastVersion {
            first: data.clone(),
            data: data.clone(),
            in_force: data.clone(),
            version: id.parse().ok()?,
            recorded: dates::rfc3339(text(first, "recordedtime")),
            others: BTreeSet::new(),
            undone: BTreeMap::new(),
        };
        let event = key(first);
        let acts = self.log.iter().filter(|act| target_key(act) == Some(event));
        for act in acts.filter(|act| text(act, "type").starts_with("habeas.correction.")) {
            let Some(patch) = act.pointer("/data/patch").and_then(Json::as_object) else {
                continue;
            };
            let is_own = is_own(act);
            let is_undone = self.is_taken_back(key(act), &|_| false);
            if is_own {
                imported.version = text(act, "id").parse().ok()?;
            }
            match (is_own, is_undone) {
                (true, true) if self.is_taken_back(key(act), by_list) => {
                    imported.undone.extend(leaves(patch));
                }
                (true, true) => {}
                (true, false) => imported.correct(patch),
                (false, false) => imported
                    .others
                    .extend(leaves(patch).into_iter().map(|(path, _)| path)),
                // Someone's correction that does not stand any more.
                (false, true) => {}
            }
            let recorded = dates::rfc3339(text(act, "recordedtime"));
            imported.recorded = imported.recorded.max(recorded);
        }
        imported.in_force = self.corrected(first, &|_| true);
        Some(imported)
    }
}

impl LastVersion {
    /// Applies a correction of this source.
    fn correct(&mut self, patch: &Map<String, Json>) {
        apply(&mut self.data, patch);
        for (path, _) in leaves(patch) {
            self.others.retain(|other| !meet(other, &path));
            self.undone.retain(|other, _| !meet(other, &path));
        }
    }

    /// Whether someone else corrected a member to a value, or something around it, so that this holds now.
    pub(super) fn has_from_others(&self, path: &[String], value: &Json) -> bool {
        let holds = at(&self.in_force, path).unwrap_or(&Json::Null);
        self.is_of_others(path) && holds == value
    }

    /// Whether someone else corrected a member, or something in it or around it.
    pub(super) fn is_of_others(&self, path: &[String]) -> bool {
        self.others.iter().any(|other| meet(other, path))
    }
}

impl Corrector {
    /// Names an event as text, so that acts on it are found.
    #[must_use]
    pub fn key_of(event: &Json) -> String {
        key(event).join("\n")
    }

    /// Names the target of an act in the same way; none of what is no act.
    #[must_use]
    pub fn target_key_of(act: &Json) -> Option<String> {
        target_key(act).map(|key| key.join("\n"))
    }
}
