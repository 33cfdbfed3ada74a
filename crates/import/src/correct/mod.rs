//! A row that came back changed: what the log has of its event, compared with what the row says now,
//! becomes a correction of what differs.
//!
//! Start at [`Corrector::change`]. What was last imported follows from the log alone: the event and the
//! corrections that this source sent to it, so any desk goes on where another one ended. The id of a
//! correction is UUIDv5 over `[previous version's id, patch]`; A, B, A, B are four versions. Source:
//! docs/reference/events.md, The event (Importers).
//!
//! `acts` reads what the log has of an event, `list` judges the acts of a list that was seen at snapshots, `unsaid` takes
//! back what its versions say no more, `tied` puts corrections of one time in order.
//!
//! Never here: how the log is asked, and where the correction goes.

mod acts;
mod list;
#[cfg(test)]
mod tests;
mod tied;
mod unsaid;

use event::Instant;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::dates;
use crate::emit::{Origin, Twin};
use crate::leaves::{self, at, keep_out, leaves, named, spread};
use crate::line::{Envelope, LineWriter};
use crate::patch::{Policy, difference, keep_people};
use crate::row_meaning::Rows;
use crate::unread;
use acts::{Acts, LastVersion};
pub use list::ListAct;
pub use unsaid::TakenBack;

/// Compares rows with what the log has of them.
pub struct Corrector {
    maker: LineWriter,
    zone: TimeZone,
    policy: Policy,
    rows: Rows,
}

/// What follows for one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The line of the correction; none where nothing is to be corrected.
    pub correction: Option<Vec<u8>>,
    /// What is not corrected, and why.
    pub told: Option<String>,
    /// The members that it changes by their paths (`place.lat`), each with what the log has of the import and what the
    /// correction says; null where it has or says nothing.
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
            Twin::Disagrees if adds_people(&self.differs) => return self,
            Twin::Disagrees => {
                let told = "the row was rejected, since it says another thing than the rows of its event that the log has: \
                            mend it, or change all rows of the event and import their file";
                return Self {
                    told: Some(told.to_owned()),
                    ..Self::default()
                };
            }
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

/// Whether nothing differs but that people are added.
fn adds_people(differs: &[(String, Json, Json)]) -> bool {
    differs.iter().all(|(path, before, after)| {
        let people = |list: &Json| list.as_array().cloned().unwrap_or_default();
        let after = people(after);
        path == "persons" && people(before).iter().all(|person| after.contains(person))
    })
}

/// Whether an act, or what it corrects to, is not for everyone.
fn hides(act: &Json) -> bool {
    let of = |pointer| act.pointer(pointer).and_then(Json::as_str);
    let said = [of("/data/patch/visibility"), of("/data/visibility")];
    act.pointer("/data/target").is_some() && said.into_iter().flatten().any(|one| one != "public")
}

impl Corrector {
    pub(crate) const fn new(maker: LineWriter, zone: TimeZone, policy: Policy, rows: Rows) -> Self {
        Self {
            maker,
            zone,
            policy,
            rows,
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

    /// Whether an act came from an import of the event `first`, and not from a desk that used its source: what an
    /// import sends names its run, but for events of before there were runs.
    fn is_of_import(&self, act: &Json, first: &Json) -> bool {
        let names_run = |event: &Json| event.get("importrun").is_some();
        self.is_own(act) && (names_run(act) || !names_run(first))
    }

    /// Whether an act is a list's own: what a list took back it may say again.
    fn may_say_again(&self, act: &Json) -> bool {
        self.rows == Rows::Snapshots && self.is_of_list(act)
    }

    /// Returns what was last imported of an event.
    fn last_version(&self, acts: &Acts<'_>, first: &Json) -> Option<LastVersion> {
        let by_list = |act: &Json| self.may_say_again(act);
        acts.imported(first, &|act| self.is_of_import(act, first), &by_list)
    }

    /// Compares the event of a row, as it would be sent, with `log`: the event that has its id, and the
    /// acts on that event and on its corrections, in the order of positions. `now` is when it is recorded
    /// where the row does not say a later time than its last version. The fields `unread`, whose cells cannot be read, are
    /// left as the log has them.
    #[must_use]
    pub fn change(
        &self,
        sent: &Json,
        log: &[Json],
        now: Instant,
        unread: &[Vec<String>],
    ) -> Change {
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
        let acts = Acts { log };
        if acts.is_taken_back(acts::key(first), &|act| self.may_say_again(act)) {
            return told("the event of this row was retracted, and stays so");
        }
        if let Some(other) = self.other_secret(first) {
            return told(&format!(
                "the log has the event of this row from another secret ({other}), so ids would change: put the secret of \
                 that desk beside the mapping"
            ));
        }
        let Some(imported) = self.last_version(&acts, first) else {
            return told("the log has this event with content that is no event's");
        };
        let at_first = acts.corrected(first, &|act| {
            self.is_of_import(act, first) && self.is_of_first(act, first)
        });
        let (patch, reasons) = self.patch(sent, (&imported, &at_first), unread);
        if !patch.is_empty() && self.maker.secret.is_none() && log.iter().any(hides) {
            return told(
                "the event of this row was hidden since; without a secret its correction could be guessed and proved: use format = 2",
            );
        }
        let differs = differs(&patch, &imported.data);
        let correction = (!patch.is_empty()).then(|| self.correction(sent, &imported, patch, now));
        // One that a list took back is brought back by what takes that back.
        let is_known = |line: &Vec<u8>| {
            let made = serde_json::from_slice::<Json>(line).unwrap_or_default();
            let mut own = log.iter().filter(|event| self.is_own(event));
            self.rows == Rows::Snapshots && own.any(|event| event.get("id") == made.get("id"))
        };
        Change {
            correction: correction.filter(|line| !is_known(line)),
            told: (!reasons.is_empty()).then(|| reasons.join("; ")),
            differs,
        }
    }

    /// Returns what is to be corrected, and why the rest is not.
    fn patch(
        &self,
        sent: &Json,
        (imported, at_first): (&LastVersion, &Map<String, Json>),
        unread: &[Vec<String>],
    ) -> (Map<String, Json>, Vec<String>) {
        let said = sent.get("data").and_then(Json::as_object);
        let mut new = said.cloned().unwrap_or_default();
        if self.policy.together {
            keep_people(&imported.data, &mut new);
        }
        // The event of a list says what its first snapshot did: later ones are corrections of their own, which hold
        // behind one of that time.
        let before = match self.rows {
            Rows::Events => &imported.data,
            Rows::Snapshots => at_first,
        };
        let kept = unread::keep(unread, before, &mut new);
        // Where the event says it, what mended it is taken back.
        let is_said = self.rows == Rows::Snapshots
            && difference(&imported.first, &new, &self.policy).is_empty();
        let mut patch = match is_said {
            true => Map::new(),
            false => difference(before, &new, &self.policy),
        };
        spread(&mut patch, before, &imported.others);
        // What someone else corrected to what the row says needs no correction.
        keep_out(&mut patch, &|path, value| {
            imported.has_from_others(path, value)
        });
        let mut reasons = Vec::new();
        if !kept.is_empty() {
            reasons.push(format!(
                "{}: its cell cannot be read, so it is left as it is",
                named(&kept)
            ));
        }
        let mut left_out = |stays: &dyn Fn(&[String], &Json) -> bool, why: &str| {
            let paths = keep_out(&mut patch, stays);
            if !paths.is_empty() {
                reasons.push(format!("{}: {why}", named(&paths)));
            }
        };
        left_out(
            &|path, _| imported.is_of_others(path),
            "corrected by someone else since, and left as it is",
        );
        left_out(
            &|path, value| imported.undone.get(path) == Some(value),
            "the row says what was imported before and taken back, which stays so",
        );
        (patch, reasons)
    }

    /// Returns the id of a correction of what the first version of a list said of an event.
    fn mending_id(&self, event: Uuid, patch: &Json) -> Uuid {
        let content = format!("[\"first\",{patch}]");
        self.maker.next_id(event, content.as_bytes())
    }

    /// Whether a correction of a list is of what the first version said of an event.
    fn is_of_first(&self, act: &Json, first: &Json) -> bool {
        let patch = act.pointer("/data/patch").unwrap_or(&Json::Null);
        let event = text(first, "id").parse::<Uuid>().unwrap_or_default();
        let id = self.mending_id(event, patch).hyphenated().to_string();
        text(act, "id") == id
    }

    /// Returns the fingerprint of the secret that an event was made with, where it is another one.
    #[must_use]
    pub fn other_secret<'e>(&self, event: &'e Json) -> Option<&'e str> {
        let said = event.get("saltkey").and_then(Json::as_str)?;
        let own = self.maker.secret.as_ref()?.fingerprint();
        (said != own).then_some(said)
    }

    fn correction(
        &self,
        sent: &Json,
        imported: &LastVersion,
        patch: Map<String, Json>,
        now: Timestamp,
    ) -> Vec<u8> {
        let said = text(sent, "recordedtime");
        let later = |time: Timestamp| imported.recorded.is_none_or(|last| time > last);
        // What a list said at a snapshot it said then, however it is read; what was corrected since is not touched.
        let is_of_list = self.rows == Rows::Snapshots;
        let recorded = if is_of_list || dates::rfc3339(said).is_some_and(later) {
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
        // One of a list follows on no version: a later version may say the same.
        let id = match (is_of_list, text(sent, "id").parse::<Uuid>()) {
            (true, Ok(event)) => self.mending_id(event, &patch),
            (_, _) => self
                .maker
                .next_id(imported.version, patch.to_string().as_bytes()),
        };
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

/// Returns the members that a patch changes, each with what it was and what the patch says.
fn differs(patch: &Map<String, Json>, before: &Map<String, Json>) -> Vec<(String, Json, Json)> {
    let members = leaves(patch).into_iter();
    let both = members.map(|(path, after)| {
        let before = at(before, &path).cloned().unwrap_or(Json::Null);
        (leaves::named(&[path]), before, after)
    });
    both.collect()
}

fn text<'e>(event: &'e Json, name: &str) -> &'e str {
    event.get(name).and_then(Json::as_str).unwrap_or("")
}

/// Returns an instant as the calendar library writes it.
fn timestamp(at: Instant) -> Timestamp {
    let (seconds, nanos) = at.parts();
    let nanos = i32::try_from(nanos).unwrap_or(0);
    Timestamp::new(seconds, nanos).unwrap_or(Timestamp::UNIX_EPOCH)
}
