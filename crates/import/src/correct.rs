//! A row that came back changed: what the log has of its event, compared with what the row says now,
//! becomes a correction of what differs.
//!
//! Start at [`Corrector::change`]. What was last imported follows from the log alone: the event and the
//! corrections that this source sent to it, so any desk goes on where another one ended. The id of a
//! correction is UUIDv5 over `[previous version's id, patch]`; A, B, A, B are four versions. Source:
//! docs/reference/events.md, The event (Importers).
//!
//! Never here: how the log is asked, and where the correction goes.

use std::collections::BTreeSet;

use event::Instant;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::dates;
use crate::emit::{Origin, Twin};
use crate::line::{Envelope, LineWriter};
use crate::patch::{Policy, apply, difference, keep_people};

/// Compares rows with what the log has of them.
pub struct Corrector {
    maker: LineWriter,
    zone: TimeZone,
    policy: Policy,
}

/// What follows for one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The line of the correction; none where nothing is to be corrected.
    pub correction: Option<Vec<u8>>,
    /// What is not corrected, and why.
    pub told: Option<String>,
    /// The fields that it changes, each with what the log has of the import and what the row says.
    pub differs: Vec<(String, Json, Json)>,
}

impl Change {
    /// The same for a row whose key another row has: it corrects nothing.
    #[must_use]
    pub fn of_row(self, origin: &Origin) -> Self {
        let Some(twin) = origin.twin.filter(|_| self.correction.is_some()) else {
            return self;
        };
        let what = match twin {
            Twin::Rejected => "give it a key of its own",
            Twin::EarlierFile => {
                "that row stands in an earlier file of this import. Give it a key of its own, or where it is newer import its file by itself"
            }
        };
        let told = format!(
            "a twin: the log has the event of another row with its key, which it would replace: {what}"
        );
        Self {
            told: Some(told),
            ..Self::default()
        }
    }
}

/// Whether an act, or what it corrects to, is not for everyone.
fn hides(act: &Json) -> bool {
    let of = |pointer| act.pointer(pointer).and_then(Json::as_str);
    let said = [of("/data/patch/visibility"), of("/data/visibility")];
    act.pointer("/data/target").is_some() && said.into_iter().flatten().any(|one| one != "public")
}

/// What was last imported from a row.
struct Imported {
    data: Map<String, Json>,
    version: Uuid,
    recorded: Option<Timestamp>,
    /// The fields that someone else corrected.
    others: BTreeSet<String>,
    /// What corrections of this source said that were taken back, by field.
    undone: Map<String, Json>,
}

impl Corrector {
    pub(crate) const fn new(maker: LineWriter, zone: TimeZone, policy: Policy) -> Self {
        Self {
            maker,
            zone,
            policy,
        }
    }

    /// Whether an event of the log is an act of one on another; returns the id of the other.
    #[must_use]
    pub fn target<'e>(&self, event: &'e Json) -> Option<&'e str> {
        let target = event.pointer("/data/target")?;
        let own = target.get("org")?.as_str() == Some(&self.maker.org)
            && target.get("source")?.as_str() == Some(&self.maker.source);
        own.then(|| target.get("id")?.as_str()).flatten()
    }

    /// Whether an event of the log is of this organisation and source.
    #[must_use]
    pub fn is_own(&self, event: &Json) -> bool {
        let is = |name: &str, value: &str| event.get(name).and_then(Json::as_str) == Some(value);
        is("org", &self.maker.org) && is("source", &self.maker.source)
    }

    /// Compares the event of a row, as it would be sent, with `log`: the event that has its id, and the
    /// acts on that event and on its corrections, in the order of positions. `now` is when it is recorded
    /// where the row does not say a later time than its last version.
    #[must_use]
    pub fn change(&self, sent: &Json, log: &[Json], now: Instant) -> Change {
        let now = timestamp(now);
        let told = |what: &str| Change {
            told: Some(what.to_owned()),
            ..Change::default()
        };
        let id = text(sent, "id");
        let Some(first) = log
            .iter()
            .find(|event| text(event, "id") == id && self.is_own(event))
        else {
            return told(
                "the log has this event with other content, which cannot be read with this token",
            );
        };
        if text(first, "subject") != text(sent, "subject")
            || text(first, "time") != text(sent, "time")
        {
            return told(
                "the row's case or time of day changed, which no correction can: retract the event and send it anew",
            );
        }
        let taken_back = |id: &str| {
            log.iter()
                .any(|act| is_retraction(act) && self.target(act) == Some(id))
        };
        if taken_back(id) {
            return told("the event of this row was retracted, and stays so");
        }
        if let Some(other) = self.other_secret(first) {
            return told(&format!(
                "the log has the event of this row from another secret ({other}), so ids would change: put the secret of \
                 that desk beside the mapping"
            ));
        }
        let Some(imported) = self.imported(first, log, &taken_back) else {
            return told("the log has this event with content that is no event's");
        };
        let said = sent.get("data").and_then(Json::as_object);
        let mut new = said.cloned().unwrap_or_default();
        if self.policy.together {
            keep_people(&imported.data, &mut new);
        }
        let mut patch = difference(&imported.data, &new, &self.policy);
        let before = patch.len();
        patch.retain(|field, _| !imported.others.contains(field));
        let of_others = before - patch.len();
        patch.retain(|field, value| imported.undone.get(field) != Some(value));
        if !patch.is_empty() && self.maker.secret.is_none() && log.iter().any(hides) {
            return told(
                "the event of this row was hidden since; without a secret its correction could be guessed and proved: use format = 2",
            );
        }
        let told = (patch.len() < before).then(|| {
            let why = if of_others > 0 {
                "were corrected by someone else since, and are left as they are"
            } else {
                "say what was imported before and taken back, which stays so"
            };
            format!("fields that changed in the row {why}")
        });
        let differs = differs(&patch, &imported.data, Some(&new));
        let correction = (!patch.is_empty()).then(|| self.correction(sent, &imported, patch, now));
        Change {
            correction,
            told,
            differs,
        }
    }

    /// Returns the fingerprint of the secret that an event was made with, where it is another one.
    #[must_use]
    pub fn other_secret<'e>(&self, event: &'e Json) -> Option<&'e str> {
        let said = event.get("saltkey").and_then(Json::as_str)?;
        let own = self.maker.secret.as_ref()?.fingerprint();
        (said != own).then_some(said)
    }

    /// Applies the corrections that this source sent to what it sent first.
    fn imported(
        &self,
        first: &Json,
        log: &[Json],
        taken_back: &dyn Fn(&str) -> bool,
    ) -> Option<Imported> {
        let id = text(first, "id");
        let mut imported = Imported {
            data: first.get("data")?.as_object()?.clone(),
            version: id.parse().ok()?,
            recorded: dates::rfc3339(text(first, "recordedtime")),
            others: BTreeSet::new(),
            undone: Map::new(),
        };
        let acts = log.iter().filter(|act| self.target(act) == Some(id));
        for act in acts.filter(|act| text(act, "type").starts_with("habeas.correction.")) {
            let Some(patch) = act.pointer("/data/patch").and_then(Json::as_object) else {
                continue;
            };
            let is_own = self.is_own(act);
            let is_undone = taken_back(text(act, "id"));
            if is_own {
                imported.version = text(act, "id").parse().ok()?;
            }
            match (is_own, is_undone) {
                (true, true) => imported.undone.extend(patch.clone()),
                (true, false) => {
                    apply(&mut imported.data, patch);
                    for field in patch.keys() {
                        imported.others.remove(field);
                        imported.undone.remove(field);
                    }
                }
                (false, false) => imported.others.extend(patch.keys().cloned()),
                // Someone's correction that does not stand any more.
                (false, true) => {}
            }
            let recorded = dates::rfc3339(text(act, "recordedtime"));
            imported.recorded = imported.recorded.max(recorded);
        }
        Some(imported)
    }

    fn correction(
        &self,
        sent: &Json,
        imported: &Imported,
        patch: Map<String, Json>,
        now: Timestamp,
    ) -> Vec<u8> {
        let said = text(sent, "recordedtime");
        let later = |time: Timestamp| imported.recorded.is_none_or(|last| time > last);
        let recorded = if dates::rfc3339(said).is_some_and(later) {
            said.to_owned()
        } else {
            // Corrections apply in the order recorded: one that is not after the last would not hold.
            let next = imported
                .recorded
                .map(|last| last + jiff::SignedDuration::from_millis(1));
            let time = next.filter(|_| !later(now)).unwrap_or(now);
            dates::written(time, self.zone.to_offset(time))
        };
        let patch = Json::Object(patch);
        let id = self
            .maker
            .next_id(imported.version, patch.to_string().as_bytes());
        let target =
            json!({"org": self.maker.org, "source": self.maker.source, "id": text(sent, "id")});
        let data = json!({"target": target, "patch": patch}).to_string();
        let subject = sent.get("subject").and_then(Json::as_str);
        let envelope = Envelope {
            id,
            kind: "correction",
            subject,
            recorded: &recorded,
            file: sent.get("importfile").and_then(Json::as_str),
        };
        let mut line = Vec::new();
        self.maker.write(&envelope, data.as_bytes(), &mut line);
        line
    }
}

/// Returns the fields of a patch, each with what it was and what the row says.
fn differs(
    patch: &Map<String, Json>,
    before: &Map<String, Json>,
    after: Option<&Map<String, Json>>,
) -> Vec<(String, Json, Json)> {
    let of = |data: Option<&Map<String, Json>>, field: &str| {
        let value = data.and_then(|data| data.get(field));
        value.cloned().unwrap_or(Json::Null)
    };
    let fields = patch.keys();
    let both = fields.map(|field| (field.clone(), of(Some(before), field), of(after, field)));
    both.collect()
}

fn text<'e>(event: &'e Json, name: &str) -> &'e str {
    event.get(name).and_then(Json::as_str).unwrap_or("")
}

fn is_retraction(act: &Json) -> bool {
    text(act, "type").starts_with("habeas.retraction.")
}

/// Returns an instant as the calendar library writes it.
fn timestamp(at: Instant) -> Timestamp {
    let (seconds, nanos) = at.parts();
    let nanos = i32::try_from(nanos).unwrap_or(0);
    Timestamp::new(seconds, nanos).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corrector() -> Corrector {
        let maker = LineWriter::new("test", "//test.example/a", None, None);
        Corrector::new(maker, TimeZone::UTC, Policy::default())
    }

    /// The event of a row that says `data`.
    fn event(data: &Json) -> Json {
        let id = LineWriter::new("test", "//test.example/a", None, None).id(&["arrest", "1"]);
        json!({"id": id.to_string(), "org": "test", "source": "//test.example/a", "subject": "test:1",
            "type": "habeas.arrest.v1", "recordedtime": "2020-12-10T05:30:00Z", "data": data})
    }

    /// An act of another organisation or tool on the event.
    fn act(source: &str, kind: &str, target: &Json, more: &Json) -> Json {
        let mut data =
            json!({"target": {"org": "test", "source": "//test.example/a", "id": target["id"]}});
        data.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"id": "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a01", "org": "test", "source": source,
            "type": format!("habeas.{kind}.v1"), "recordedtime": "2020-12-11T00:00:00Z", "data": data})
    }

    fn now() -> Instant {
        Instant::from_parts(1_767_225_600, 0)
    }

    #[test]
    fn an_event_of_another_secret_is_told_and_not_corrected() {
        let folder = tempfile::tempdir().unwrap();
        let secret = |name: &str| {
            let path = folder.path().join(name);
            crate::secret::Secret::beside(&path, crate::secret::Missing::Make)
                .unwrap()
                .unwrap()
        };
        let (ours, theirs) = (secret("a.toml"), secret("b.toml"));
        let mut first = event(&json!({"note": "x"}));
        first["saltkey"] = json!(theirs.fingerprint());
        let changed = event(&json!({"note": "y"}));
        let made = |secret| {
            let maker = LineWriter::new("test", "//test.example/a", None, Some(secret));
            Corrector::new(maker, TimeZone::UTC, Policy::default()).change(
                &changed,
                &[first.clone()],
                now(),
            )
        };
        let change = made(ours);
        assert!(change.correction.is_none() && change.told.unwrap().contains("another secret"));
        assert!(made(theirs).correction.is_some());
    }

    #[test]
    fn without_a_secret_what_was_hidden_since_is_not_corrected() {
        let (a, b) = (
            json!({"occurred": "2020-12-10"}),
            json!({"occurred": "2020-11-11"}),
        );
        let first = event(&a);
        for (patch, is_hidden) in [
            (json!({"visibility": "org"}), true),
            (json!({"visibility": "partners"}), true),
            (json!({"mode": "raid"}), false),
        ] {
            let by_desk = act(
                "//test.example/desk",
                "correction",
                &first,
                &json!({"patch": patch}),
            );
            let log = [first.clone(), by_desk];
            let change = corrector().change(&event(&b), &log, now());
            assert_eq!(change.correction.is_none(), is_hidden, "{patch}");
            assert_eq!(change.told.is_some(), is_hidden, "{patch}");
            assert_eq!(
                corrector().change(&event(&a), &log, now()),
                Change::default()
            );
        }
    }

    #[test]
    fn a_changed_row_is_corrected_once_and_a_returning_one_again() {
        let (a, b) = (
            json!({"occurred": "2020-12-10", "place": {"code": "KH"}}),
            json!({"occurred": "2020-11-11"}),
        );
        let mut log = vec![event(&a)];
        let mut ids = BTreeSet::new();
        for data in [&b, &a, &b] {
            let change = corrector().change(&event(data), &log, now());
            let line = change.correction.unwrap();
            let made: Json = serde_json::from_slice(&line).unwrap();
            assert!(ids.insert(made["id"].to_string()));
            let last = log.last().unwrap();
            assert!(
                dates::rfc3339(text(&made, "recordedtime"))
                    > dates::rfc3339(text(last, "recordedtime"))
            );
            log.push(made);
            assert_eq!(
                corrector().change(&event(data), &log, now()),
                Change::default()
            );
        }
        assert_eq!(
            log[1]["data"]["patch"],
            json!({"occurred": "2020-11-11", "place": null})
        );
    }

    #[test]
    fn what_others_corrected_or_took_back_is_told_and_not_patched() {
        let first = event(&json!({"occurred": "2020-12-10", "note": "x"}));
        let patched = act(
            "//test.example/desk",
            "correction",
            &first,
            &json!({"patch": {"occurred": "2020-12-09"}}),
        );
        let log = [first.clone(), patched];
        let change = corrector().change(
            &event(&json!({"occurred": "2020-12-08", "note": "x"})),
            &log,
            now(),
        );
        assert!(
            change.correction.is_none() && change.told.is_some(),
            "{change:?}"
        );
        let change = corrector().change(
            &event(&json!({"occurred": "2020-12-08", "note": "y"})),
            &log,
            now(),
        );
        let line: Json = serde_json::from_slice(&change.correction.unwrap()).unwrap();
        assert_eq!(line["data"]["patch"], json!({"note": "y"}));
        let mut by_us = act(
            "//test.example/a",
            "correction",
            &first,
            &json!({"patch": {"note": "y"}}),
        );
        by_us["id"] = json!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a02");
        let undo = act("//test.example/desk", "retraction", &by_us, &json!({}));
        let log = [first.clone(), by_us, undo];
        let says = |note: &str| {
            corrector().change(
                &event(&json!({"occurred": "2020-12-10", "note": note})),
                &log,
                now(),
            )
        };
        assert_eq!(says("x"), Change::default(), "what stands");
        assert!(says("y").correction.is_none() && says("y").told.unwrap().contains("taken back"));
        let third: Json = serde_json::from_slice(&says("z").correction.unwrap()).unwrap();
        assert_eq!(
            (&third["data"]["patch"], says("z").told),
            (&json!({"note": "z"}), None)
        );
        let gone = act("//test.example/desk", "retraction", &first, &json!({}));
        let change =
            corrector().change(&event(&json!({"note": "y"})), &[first.clone(), gone], now());
        assert!(change.told.unwrap().contains("retracted"));
        let mut moved = event(&json!({"note": "y"}));
        moved["subject"] = json!("test:2");
        assert!(
            corrector()
                .change(&moved, &[first], now())
                .told
                .unwrap()
                .contains("case")
        );
    }
}
