//! What imports of a list sent and no version of it says any more, since a version was replaced: it is taken back.
//!
//! Start at [`Corrector::take_back`]. The acts that the list says now follow from its versions alone; every other act of
//! its imports is retracted, so that what holds is what the versions say, and what others did. An act that is said again
//! has the retraction of it retracted. The id of each is made of the act that it is on, so it is sent once.
//!
//! An event that no version says is left as it is, and all acts on it: it is told as gone.
//!
//! Never here: which acts the versions say (`snapshots`), and the requests.

use std::collections::BTreeSet;

use event::Instant;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::acts::{self, Acts, CHAIN_MAX};
use super::{Corrector, dates, text};
use crate::leaves::{at, leaves, named};
use crate::line::Envelope;
use crate::patch::{apply, difference};
use crate::report::Unclear;

/// What the id of a retraction is made of, beside that of the act that no version says any more.
const UNSAID: &[u8] = b"\"unsaid\"";

/// What is taken back of the acts on one event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenBack {
    /// The lines to send, in this order.
    pub lines: Vec<Vec<u8>>,
    /// What holds of the event before and after, by the paths of members (`place.lat`); of the event itself (`event`)
    /// whether it stands.
    pub differs: Vec<(String, Json, Json)>,
    /// What is not taken back, and why.
    pub told: Option<String>,
}

/// The acts on one event, and what the versions say of it.
pub(super) struct OneEvent<'l> {
    pub(super) first: &'l Json,
    /// The event as the versions say it.
    said: &'l Json,
    said_ids: BTreeSet<&'l str>,
    /// The same, and the acts on it.
    pub(super) acts_said: &'l [Json],
    acts: Acts<'l>,
    /// What the event says by its first version.
    pub(super) now: Map<String, Json>,
}

impl Corrector {
    /// Takes back what no version says any more of one event. `log` is what the log has of it: it, and the acts on it and
    /// on these, in the order of positions; `said` what the versions say of it: it, and the acts on it. `clock` is when a
    /// correction is recorded that has no time of its own.
    #[must_use]
    pub fn take_back(
        &self,
        log: &[Json],
        said: &[Json],
        unclear: &Unclear,
        clock: Instant,
    ) -> TakenBack {
        let Some(one) = self.one_event(log, said) else {
            return TakenBack::default();
        };
        let unsaid = log.iter().filter(|act| {
            self.is_of_list(act)
                && acts::target_key(act).is_some()
                && !self.is_wanted(act, &one, CHAIN_MAX)
                && !one.acts.is_taken_back(acts::key(act), &|_| false)
        });
        let unsaid: Vec<&Json> = unsaid.collect();
        if unclear.may_say(text(one.first, "id"), &unsaid) {
            let told = "what a version said before, and none says now, stands: a row that may say it could not be read";
            return TakenBack {
                told: (!unsaid.is_empty()).then(|| told.to_owned()),
                ..TakenBack::default()
            };
        }
        let mut taken = TakenBack::default();
        for act in unsaid {
            match self.retraction(act, &one) {
                Ok(line) => taken.lines.extend(line),
                Err(told) => taken.told = Some(told),
            }
        }
        self.mend(&mut taken, log, &one, clock);
        taken
    }

    fn one_event<'l>(&self, log: &'l [Json], said: &'l [Json]) -> Option<OneEvent<'l>> {
        let root = said.iter().find(|event| self.target(event).is_none())?;
        let mut own = log.iter().filter(|event| self.is_own(event));
        let first = own.find(|event| text(event, "id") == text(root, "id"))?;
        let mut now = first.get("data")?.as_object()?.clone();
        let patch = difference(&now, root.get("data")?.as_object()?, &self.policy);
        apply(&mut now, &patch);
        Some(OneEvent {
            first,
            said: root,
            said_ids: said.iter().map(|event| text(event, "id")).collect(),
            acts_said: said,
            acts: Acts { log },
            now,
        })
    }

    /// Whether an act of the list is to hold: a version says it, or it brings about what the versions say.
    fn is_wanted(&self, act: &Json, one: &OneEvent<'_>, left: u8) -> bool {
        if one.said_ids.contains(text(act, "id")) {
            return true;
        }
        if let Some(patch) = act.pointer("/data/patch").and_then(Json::as_object) {
            return self.is_part(act, patch, one)
                || mends(act, patch, one)
                || self.unties(act, patch, one);
        }
        // A retraction: right where what it is on is not.
        let (Some(target), Some(left)) = (acts::target_key(act), left.checked_sub(1)) else {
            return true;
        };
        if target == acts::key(one.first) {
            return false;
        }
        let target = one.acts.log.iter().find(|act| acts::key(act) == target);
        target.is_none_or(|target| !self.is_of_list(target) || !self.is_wanted(target, one, left))
    }

    /// Whether a correction says a part of one that a version says: the rest of it was someone else's. It has the time of
    /// the whole, where one that follows on the whole has a later one; one at a return follows on the retraction that
    /// brings the event back, and has its time.
    fn is_part(&self, act: &Json, patch: &Map<String, Json>, one: &OneEvent<'_>) -> bool {
        let written = Json::Object(patch.clone()).to_string();
        let id: Option<Uuid> = text(act, "id").parse().ok();
        let recorded = dates::rfc3339(text(act, "recordedtime"));
        let wholes = one.acts_said.iter().filter(|whole| {
            whole.pointer("/data/patch").is_some()
                && dates::rfc3339(text(whole, "recordedtime")) == recorded
        });
        let mut wholes = wholes.filter_map(|whole| text(whole, "id").parse::<Uuid>().ok());
        wholes.any(|whole| Some(self.maker.next_id(whole, written.as_bytes())) == id)
    }

    /// Makes the line that takes an act back; none where the log has it.
    ///
    /// # Errors
    /// Why it is not taken back: someone else took the same back before.
    fn retraction(&self, act: &Json, one: &OneEvent<'_>) -> Result<Option<Vec<u8>>, String> {
        let Ok(version) = text(act, "id").parse::<Uuid>() else {
            return Ok(None);
        };
        let id = self.maker.next_id(version, UNSAID);
        let written = id.hyphenated().to_string();
        let mut known = one.acts.log.iter().filter(|event| self.is_own(event));
        if let Some(known) = known.find(|event| text(event, "id") == written) {
            let by_list = |act: &Json| self.is_of_list(act);
            let by_others = one.acts.is_taken_back(acts::key(known), &by_list);
            return match by_others {
                true => Err(
                    "what a version said before, and none says now, was taken back, and someone else undid that: it stays so"
                        .to_owned(),
                ),
                // What undid it is taken back itself.
                false => Ok(None),
            };
        }
        let target =
            json!({"org": self.maker.org, "source": self.maker.source, "id": text(act, "id")});
        let data = json!({"target": target, "reason": "source_withdrew"}).to_string();
        let envelope = Envelope {
            id,
            kind: "retraction",
            subject: None,
            // A later time may be that of no snapshot.
            recorded: text(act, "recordedtime"),
            file: None,
        };
        let mut line = Vec::new();
        self.maker.write(&envelope, data.as_bytes(), &mut line);
        Ok(Some(line))
    }

    /// Corrects what the event says by its first version, where that was hidden by what is taken back now, and what
    /// corrections of one time make of it; then notes what holds before and after.
    fn mend(&self, taken: &mut TakenBack, log: &[Json], one: &OneEvent<'_>, clock: Instant) {
        let mut after = log.to_vec();
        // A dry run has no run, and stands for one.
        let read = |line: &Vec<u8>| {
            let mut act = serde_json::from_slice::<Map<String, Json>>(line).ok()?;
            act.entry("importrun").or_insert(Json::Null);
            Some(Json::Object(act))
        };
        after.extend(taken.lines.iter().filter_map(read));
        if let Some(line) = self.change(one.said, &after, clock, &[]).correction {
            after.extend(read(&line));
            taken.lines.push(line);
        }
        if let Some(line) = self.untie(&after, one) {
            after.extend(read(&line));
            taken.lines.push(line);
        }
        let after = Acts { log: &after };
        let stands = |acts: &Acts<'_>| match acts.is_taken_back(acts::key(one.first), &|_| false) {
            true => Json::from("retracted"),
            false => Json::from("stands"),
        };
        let (was, is) = (stands(&one.acts), stands(&after));
        if was != is {
            taken.differs.push(("event".to_owned(), was, is));
        }
        let holds = |acts: &Acts<'_>| {
            let last = self.last_version(acts, one.first);
            last.map(|last| last.in_force).unwrap_or_default()
        };
        let (was, is) = (holds(&one.acts), holds(&after));
        let both = leaves(&was).into_iter().chain(leaves(&is));
        let paths: BTreeSet<_> = both.map(|(path, _)| path).collect();
        for path in paths {
            let value = |data| at(data, &path).cloned().unwrap_or(Json::Null);
            let (before, after) = (value(&was), value(&is));
            // What holds other members is told by them.
            let is_leaf = |value: &Json| !value.is_object();
            if before != after && is_leaf(&before) && is_leaf(&after) {
                taken.differs.push((named(&[path]), before, after));
            }
        }
    }
}

/// Whether a correction brings an event to what its first version says now, which was read in another way when it was
/// imported: it is recorded at the time of that version.
fn mends(act: &Json, patch: &Map<String, Json>, one: &OneEvent<'_>) -> bool {
    let recorded = |event: &Json| dates::rfc3339(text(event, "recordedtime"));
    let mut leaves = leaves(patch).into_iter();
    recorded(act) == recorded(one.said)
        && leaves.all(|(path, value)| at(&one.now, &path).unwrap_or(&Json::Null) == &value)
}

impl Unclear {
    /// Whether a row that could not be read may say what no version says of an event.
    fn may_say(&self, event: &str, unsaid: &[&Json]) -> bool {
        let times: BTreeSet<_> = self
            .times
            .iter()
            .filter_map(|time| dates::rfc3339(time))
            .collect();
        let of_time = |act: &&Json| {
            let time = dates::rfc3339(text(act, "recordedtime"));
            time.is_some_and(|time| times.contains(&time))
        };
        event.parse().is_ok_and(|id: Uuid| self.ids.contains(&id)) || unsaid.iter().any(of_time)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::line::{LineWriter, Run};
    use crate::patch::Policy;
    use crate::row_meaning::Rows;

    /// A correction at a return follows on the retraction that brings the event back, and is no part of it.
    #[test]
    fn what_no_version_says_of_someone_who_came_back_is_taken_back() {
        let mut maker = LineWriter::new("test", "//test.example/list", None, None);
        maker.run = Some(Run {
            id: "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a00".to_owned(),
            mapping: String::new(),
        });
        let target = |id: Uuid| json!({"org": "test", "source": "//test.example/list", "id": id.to_string()});
        let made = |id: Uuid, kind: &str, month: u8, data: Json| {
            json!({"id": id.to_string(), "org": "test", "source": "//test.example/list", "importrun": "1",
                "type": format!("habeas.{kind}.v1"), "data": data,
                "recordedtime": format!("2020-0{month}-01T00:00:00Z")})
        };
        let first = Uuid::from_u128(1);
        let (gone, back) = (Uuid::from_u128(2), Uuid::from_u128(3));
        let acts = [
            made(first, "arrest", 1, json!({"occurred": "2019-12-03"})),
            made(gone, "retraction", 2, json!({"target": target(first)})),
            made(back, "retraction", 3, json!({"target": target(gone)})),
        ];
        let corrected = |day: &str| {
            let patch = json!({"occurred": day});
            let id = maker.next_id(back, patch.to_string().as_bytes());
            made(
                id,
                "correction",
                3,
                json!({"target": target(first), "patch": patch}),
            )
        };
        let with = |correction: &Json| [&acts[..], std::slice::from_ref(correction)].concat();
        let (wrong, right) = (corrected("2019-12-06"), corrected("2019-12-02"));
        let said = with(&right);
        let log = [with(&wrong), vec![right]].concat();
        let (clock, _) = Instant::parse("2020-06-01T00:00:00Z").unwrap();
        let corrector = Corrector::new(maker, TimeZone::UTC, Policy::default(), Rows::Snapshots);
        let taken = corrector.take_back(&log, &said, &Unclear::default(), clock);
        let line: Json = serde_json::from_slice(&taken.lines[0]).unwrap();
        assert_eq!(taken.lines.len(), 1, "{:?}", taken.lines);
        assert_eq!(line["data"]["target"]["id"], wrong["id"]);
    }
}
