//! Corrections of a list that have one time, where the order of their ids would decide what holds.
//!
//! Start at [`Corrector::untie`]. A correction that the log has from a later version keeps its time, though a replaced
//! version says the same earlier now; so one that follows on it may have the same. Of two of one time the one with the
//! greater id holds. Where that is not what the versions say, one more correction of that time says it, under the first of
//! its possible ids that is greater than all others there.
//!
//! Never here: what no version says any more (`unsaid`).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::acts::{self, Acts};
use super::unsaid::OneEvent;
use super::{Corrector, dates, text};
use crate::leaves::{Path, at, keep_out, leaves, meet};
use crate::line::Envelope;
use crate::patch::{apply, difference};

/// Ids that are tried: of 20 corrections of one time, all are smaller in one case of 200,000.
const IDS_MAX: u16 = 256;

fn recorded(act: &Json) -> Option<Timestamp> {
    dates::rfc3339(text(act, "recordedtime"))
}

fn patch_of(act: &Json) -> Option<&Map<String, Json>> {
    act.pointer("/data/patch").and_then(Json::as_object)
}

impl OneEvent<'_> {
    /// What the versions say of the event, up to one recorded at this time; up to the last where none is given.
    fn said_until(&self, time: Option<Timestamp>) -> Map<String, Json> {
        let mut data = self.now.clone();
        let acts = self.acts_said.iter();
        let acts = acts.filter(|act| time.is_none() || recorded(act) <= time);
        for patch in acts.filter_map(patch_of) {
            apply(&mut data, patch);
        }
        data
    }
}

impl Corrector {
    /// Makes the correction after which the event is what its versions say, as far as its own corrections say another
    /// thing; none where they do not, or where the event does not stand. `log` is what the log has of it.
    pub(super) fn untie(&self, log: &[Json], one: &OneEvent<'_>) -> Option<Vec<u8>> {
        let acts = Acts { log };
        let first = acts::key(one.first);
        if acts.is_taken_back(first, &|_| false) {
            return None;
        }
        let last = self.last_version(&acts, one.first)?;
        let on_event = log.iter().filter(|act| {
            acts::target_key(act) == Some(first) && !acts.is_taken_back(acts::key(act), &|_| false)
        });
        let (own, others): (Vec<&Json>, Vec<&Json>) =
            on_event.partition(|act| self.is_of_list(act));
        let paths = |acts: &[&Json]| -> Vec<Path> {
            let all = acts.iter().filter_map(|act| patch_of(act)).flat_map(leaves);
            all.map(|(path, _)| path).collect()
        };
        let (by_list, by_others) = (paths(&own), paths(&others));
        let touched = |paths: &[Path], path: &[String]| paths.iter().any(|one| meet(one, path));
        let mut patch = difference(&last.in_force, &one.said_until(None), &self.policy);
        keep_out(&mut patch, &|path, _| {
            !touched(&by_list, path)
                || touched(&by_others, path)
                || last.undone.keys().any(|undone| meet(undone, path))
        });
        let said = one.acts_said.iter();
        let newest = own
            .iter()
            .copied()
            .chain(said)
            .max_by_key(|act| recorded(act))?;
        if patch.is_empty() {
            return None;
        }
        let of_time = own.iter().filter(|act| recorded(act) == recorded(newest));
        let known: BTreeSet<&str> = of_time.map(|act| text(act, "id")).collect();
        let patch = Json::Object(patch);
        let written = patch.to_string();
        let mut ids = self.ids(one.first, &written);
        let id = ids.find(|id| {
            let id = id.hyphenated().to_string();
            known.last().is_none_or(|last| id.as_str() > *last)
        })?;
        let source = &self.maker.source;
        let target = json!({"org": self.maker.org, "source": source, "id": text(one.first, "id")});
        let envelope = Envelope {
            id,
            kind: "correction",
            subject: one.first.get("subject").and_then(Json::as_str),
            recorded: text(newest, "recordedtime"),
            file: None,
        };
        let mut line = Vec::new();
        let data = json!({"target": target, "patch": patch}).to_string();
        self.maker.write(&envelope, data.as_bytes(), &mut line);
        Some(line)
    }

    /// Whether a correction was made here, and says what the versions say of its time.
    pub(super) fn unties(&self, act: &Json, patch: &Map<String, Json>, one: &OneEvent<'_>) -> bool {
        let said = one.said_until(recorded(act));
        let is_so = |(path, value): (Path, Json)| at(&said, &path).unwrap_or(&Json::Null) == &value;
        let id: Option<Uuid> = text(act, "id").parse().ok();
        let written = Json::Object(patch.clone()).to_string();
        leaves(patch).into_iter().all(is_so)
            && self.ids(one.first, &written).any(|made| Some(made) == id)
    }

    /// The possible ids of a correction of an event that says this.
    fn ids(&self, first: &Json, patch: &str) -> impl Iterator<Item = Uuid> {
        let first = text(first, "id").parse::<Uuid>().unwrap_or_default();
        let of = move |number| format!("[\"untie\",{number},{patch}]");
        (0..IDS_MAX).map(move |number| self.maker.next_id(first, of(number).as_bytes()))
    }
}
