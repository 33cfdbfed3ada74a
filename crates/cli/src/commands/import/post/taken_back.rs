//! What a list that was seen at snapshots said when it was imported, and no version of it says any more.
//!
//! Start at [`in_question`], which reads nothing, and [`SaidActs`]: what the versions say of the events in question.
//!
//! Never here: what is taken back of an event (`import::Corrector`), and the requests (`unsaid`).

use std::collections::{BTreeMap, HashMap, HashSet};

use import::{Corrector, IdIndex, TakenBack, Unclear, time_number};
use serde_json::Value as Json;
use uuid::Uuid;

use super::log;
use crate::clock;
use crate::commands::import::short::short;

/// Changes that are shown one by one.
const SHOWN_MAX: usize = 200;

/// Retractions of retractions of one event that are followed; a longer chain is nobody's.
const CHAIN_MAX: u8 = 32;

/// What was, or would be, taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TakenBackTotals {
    /// Acts that take back, or mend what was behind them.
    pub(crate) acts: u64,
    /// The first of what holds another thing then: event, field, before and after.
    pub(crate) shown: Vec<String>,
    /// What is not taken back, with the reason.
    pub(crate) told: Vec<String>,
}

impl TakenBackTotals {
    /// Adds what is taken back of one event.
    pub(crate) fn add(&mut self, taken: &TakenBack, event: Option<&Json>) {
        self.acts += u64::try_from(taken.lines.len()).unwrap_or(u64::MAX);
        let text = |name| {
            event
                .and_then(|event| event.get(name)?.as_str())
                .unwrap_or("")
        };
        let kind = text("type").split('.').nth(1).unwrap_or("event");
        let name = match text("subject") {
            "" => kind.to_owned(),
            case => format!("{kind} of {case}"),
        };
        let left = SHOWN_MAX.saturating_sub(self.shown.len());
        for (field, before, after) in taken.differs.iter().take(left) {
            let [before, after] = short([before, after]);
            self.shown
                .push(format!("{name}  {field}: {before} -> {after}"));
        }
        let told = taken.told.iter().map(|told| format!("{name}  {told}"));
        self.told
            .extend(told.take(SHOWN_MAX.saturating_sub(self.told.len())));
    }
}

/// An act that an import of this source sent, as far as it is kept while the log is read.
pub(super) struct ActInLog {
    pub(super) id: Uuid,
    pub(super) target: Uuid,
    pub(super) is_retraction: bool,
    /// [`time_number`] of when it is recorded.
    pub(super) time: u64,
}

impl ActInLog {
    /// Reads an act; none of what is none, or no list's.
    pub(super) fn read(event: &Json, corrector: &Corrector) -> Option<Self> {
        let target = corrector.target(event)?;
        let kind = event.get("type")?.as_str()?;
        corrector.is_of_list(event).then_some(Self {
            id: event.get("id")?.as_str()?.parse().ok()?,
            target: target.parse().ok()?,
            is_retraction: kind.starts_with("habeas.retraction."),
            time: time_number(event.get("recordedtime")?.as_str()?),
        })
    }
}

/// Returns the events with acts that may have to be taken back: an act that no version says, and that nothing ended; or
/// one that does so to an act which is said; and those with an act that a version says at another time, so that two may
/// have one.
pub(super) fn in_question(
    acts: &[ActInLog],
    made: &IdIndex,
    sent_in_part: &HashSet<Uuid>,
) -> HashSet<Uuid> {
    let is_said = |id: Uuid| made.contains(id) || sent_in_part.contains(&id);
    let is_of_time = |act: &ActInLog| made.line(act.id).is_none_or(|time| time == act.time);
    if acts.iter().all(|act| is_said(act.id) && is_of_time(act)) {
        return HashSet::new();
    }
    let by_id: HashMap<Uuid, &ActInLog> = acts.iter().map(|act| (act.id, act)).collect();
    let targets: HashSet<Uuid> = acts
        .iter()
        .filter(|act| act.is_retraction)
        .map(|act| act.target)
        .collect();
    // Ended by a retraction that nothing ended.
    let ended: HashSet<Uuid> = acts
        .iter()
        .filter(|act| act.is_retraction && !targets.contains(&act.id))
        .map(|act| act.target)
        .collect();
    let is_wanted = |act: &ActInLog| {
        let (mut act, mut is_right) = (act, true);
        for _ in 0..CHAIN_MAX {
            if is_said(act.id) {
                return is_right;
            }
            match by_id.get(&act.target).filter(|_| act.is_retraction) {
                // A retraction is right where what it is on is not.
                Some(target) => (act, is_right) = (target, !is_right),
                None if act.is_retraction && !is_said(act.target) => return is_right,
                None => return !is_right,
            }
        }
        true
    };
    let wrong = acts
        .iter()
        .filter(|act| !is_of_time(act) || (!ended.contains(&act.id) && !is_wanted(act)));
    let root = |act: &ActInLog| {
        let mut target = act.target;
        for _ in 0..CHAIN_MAX {
            match by_id.get(&target) {
                Some(act) => target = act.target,
                None => return Some(target),
            }
        }
        None
    };
    let roots = wrong.filter_map(root);
    roots.filter(|root| made.contains(*root)).collect()
}

/// What the versions say of some events: each with the acts on it, in the order in which they are made.
pub(crate) struct SaidActs {
    by_event: BTreeMap<String, Vec<Json>>,
    /// The event that each act is on, through other acts too.
    roots: HashMap<String, String>,
}

impl SaidActs {
    /// Begins with the events of which this is the log.
    pub(crate) fn of(logs: &HashMap<String, Vec<Json>>, corrector: &Corrector) -> Self {
        Self {
            by_event: logs.keys().map(|id| (id.clone(), Vec::new())).collect(),
            roots: log::roots_of_acts(logs, corrector),
        }
    }

    /// The ids of the events.
    pub(crate) fn events(&self) -> impl Iterator<Item = &str> {
        self.by_event.keys().map(String::as_str)
    }

    /// Keeps what a version says, where it is of one of the events.
    pub(crate) fn look(&mut self, event: &Json, corrector: &Corrector) {
        let id = event.get("id").and_then(Json::as_str).unwrap_or("");
        let target = corrector.target(event);
        let root = target.map(|target| self.roots.get(target).map_or(target, String::as_str));
        let root = root.unwrap_or(id).to_owned();
        if target.is_some() && self.by_event.contains_key(&root) {
            self.roots.insert(id.to_owned(), root.clone());
        }
        if let Some(said) = self.by_event.get_mut(&root) {
            said.push(event.clone());
        }
    }

    /// Returns what is taken back of one of the events.
    pub(crate) fn take_back(
        &self,
        id: &str,
        log: &[Json],
        unclear: &Unclear,
        corrector: &Corrector,
    ) -> TakenBack {
        let said = self.by_event.get(id).map_or(&[][..], Vec::as_slice);
        corrector.take_back(log, said, unclear, clock::now())
    }
}
