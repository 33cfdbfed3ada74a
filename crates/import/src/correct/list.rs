//! What a list that was seen at snapshots says, against what others did to its events since.
//!
//! Start at [`Corrector::list_act`]. Who came, changed and went follows from the snapshots alone, so the acts of a list
//! are the same in every run; here they are held back where someone else corrected a member, or retracted the event.
//!
//! Never here: what came, changed and went (`snapshots`).

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::acts::{self, Acts};
use super::{Corrector, differs, text};
use crate::leaves::{keep_out, named, spread};
use crate::line::Envelope;
use crate::row_meaning::Rows;

/// What is sent of a line of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListAct {
    /// The line to send; none where nothing is.
    pub line: Option<Vec<u8>>,
    /// What is not said, and why.
    pub told: Option<String>,
}

impl Corrector {
    /// Judges a line of a list, an event or an act on one. `log` is what the log has of that event: it, and the acts on it
    /// and on these, in the order of positions; empty where nobody else acted on it.
    #[must_use]
    pub fn list_act(&self, line: &[u8], sent: &Json, log: &[Json]) -> ListAct {
        let as_it_is = |told: Option<&str>| ListAct {
            line: Some(line.to_vec()),
            told: told.map(str::to_owned),
        };
        let root = self.target(sent).unwrap_or_else(|| text(sent, "id"));
        let is_known = |id: &str| {
            log.iter()
                .any(|event| self.is_own(event) && text(event, "id") == id)
        };
        let first = log
            .iter()
            .find(|event| self.is_own(event) && text(event, "id") == root);
        let acts = Acts { log };
        let by_list = |act: &Json| self.is_of_list(act);
        let patch = sent.pointer("/data/patch").and_then(Json::as_object);
        let is_retraction = sent.pointer("/data/target").is_some() && patch.is_none();
        // Retractions of the list's own hold beside those of others; what was taken back of them stays so.
        if is_retraction {
            let undone =
                is_known(text(sent, "id")) && acts.is_taken_back(acts::key(sent), &by_list);
            let told = undone.then(|| self.undone_retraction(sent, log));
            return as_it_is(told.as_deref());
        }
        let Some(first) = first else {
            return as_it_is(None);
        };
        let retracted = acts.is_taken_back(acts::key(first), &by_list);
        match patch {
            _ if sent.pointer("/data/target").is_none() => {
                as_it_is(retracted.then_some("the event of this row was retracted, and stays so"))
            }
            Some(_) if is_known(text(sent, "id")) => {
                let undone = acts.is_taken_back(acts::key(sent), &by_list);
                as_it_is(
                    undone.then_some(
                        "what this row said was imported and taken back, which stays so",
                    ),
                )
            }
            // The row is told with its event.
            Some(_) if retracted => ListAct::default(),
            Some(patch) => self.held_back(line, sent, patch, (first, &acts)),
            None => as_it_is(None),
        }
    }

    /// Says of which event a retraction of the list, or of one of its retractions, was taken back.
    fn undone_retraction(&self, sent: &Json, log: &[Json]) -> String {
        let find = |id: Option<&str>| {
            let mut log = log.iter().filter(|event| self.is_own(event));
            log.find(|event| Some(text(event, "id")) == id)
        };
        let mut event = find(self.target(sent));
        let mut says = "is gone";
        while let Some(target) = event.and_then(|event| self.target(event)) {
            event = find(Some(target));
            says = "is back";
        }
        let kind = event.map_or("", |event| text(event, "type"));
        let kind = kind.split('.').nth(1).unwrap_or("an event");
        let case = event.map_or("", |event| text(event, "subject"));
        let of_case = if case.is_empty() {
            String::new()
        } else {
            format!(" of {case}")
        };
        format!("that {kind}{of_case} {says} was imported and taken back, which stays so")
    }

    /// Whether an event came from an import of this source; of rows that are events, also one from before runs were
    /// named.
    #[must_use]
    pub fn is_imported(&self, event: &Json) -> bool {
        match self.rows {
            Rows::Snapshots => self.is_of_list(event),
            Rows::Events => self.is_own(event),
        }
    }

    /// Whether an act came from an import of this source, and not from a desk that used its name.
    #[must_use]
    pub fn is_of_list(&self, act: &Json) -> bool {
        self.is_own(act) && act.get("importrun").is_some()
    }

    /// Returns the members that a correction of a list changes, each with what the log has of the import and what it says.
    #[must_use]
    pub fn list_differs(&self, sent: &Json, log: &[Json]) -> Vec<(String, Json, Json)> {
        let root = self.target(sent);
        let first = log
            .iter()
            .find(|event| self.is_own(event) && Some(text(event, "id")) == root);
        let acts = Acts { log };
        let imported = first.and_then(|first| self.last_version(&acts, first));
        let patch = sent.pointer("/data/patch").and_then(Json::as_object);
        match (imported, patch) {
            (Some(imported), Some(patch)) => differs(patch, &imported.data),
            (_, _) => Vec::new(),
        }
    }

    /// Leaves what others corrected out of a correction.
    fn held_back(
        &self,
        line: &[u8],
        sent: &Json,
        patch: &Map<String, Json>,
        (first, acts): (&Json, &Acts<'_>),
    ) -> ListAct {
        let by_list = |act: &Json| self.is_of_list(act);
        let imported = acts.imported(first, &by_list, &by_list);
        let whole = patch;
        let mut patch = patch.clone();
        let both = imported.map(|imported| {
            spread(&mut patch, &imported.data, &imported.others);
            // What someone else corrected to what the list says needs no correction.
            keep_out(&mut patch, &|path, value| {
                imported.has_from_others(path, value)
            });
            keep_out(&mut patch, &|path, _| imported.is_of_others(path))
        });
        let left_out = both.unwrap_or_default();
        // An object that goes may go member by member, since another stands in it.
        if patch == *whole {
            return ListAct {
                line: Some(line.to_vec()),
                told: None,
            };
        }
        let told = format!(
            "{}: corrected by someone else since, and left as it is",
            named(&left_out)
        );
        ListAct {
            line: (!patch.is_empty())
                .then(|| self.in_part(sent, patch))
                .flatten(),
            told: (!left_out.is_empty()).then_some(told),
        }
    }

    /// Makes the correction that says a part of another one, as a version that follows on it.
    fn in_part(&self, sent: &Json, patch: Map<String, Json>) -> Option<Vec<u8>> {
        let whole: Uuid = text(sent, "id").parse().ok()?;
        let patch = Json::Object(patch);
        let mut data = sent.get("data")?.as_object()?.clone();
        let id = self.maker.next_id(whole, patch.to_string().as_bytes());
        data.insert("patch".to_owned(), patch);
        let envelope = Envelope {
            id,
            kind: "correction",
            subject: sent.get("subject").and_then(Json::as_str),
            recorded: text(sent, "recordedtime"),
            file: sent.get("importfile").and_then(Json::as_str),
        };
        let mut line = Vec::new();
        let data = Json::Object(data).to_string();
        self.maker.write(&envelope, data.as_bytes(), &mut line);
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::line::{LineWriter, Run};
    use crate::patch::Policy;

    fn corrector() -> Corrector {
        let mut maker = LineWriter::new("test", "//test.example/list", None, None);
        maker.run = Some(Run {
            id: "5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a00".to_owned(),
            mapping: String::new(),
        });
        Corrector::new(maker, TimeZone::UTC, Policy::default(), Rows::Snapshots)
    }

    /// The event of a row, or an act on it; what others do has no run.
    fn made(number: u8, kind: &str, data: &Json) -> Json {
        let id = format!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a{number:02}");
        let mut made = json!({"id": id, "org": "test", "source": "//test.example/list",
            "type": format!("habeas.{kind}.v1"), "recordedtime": "2020-12-11T00:00:00Z", "data": data});
        if number < 10 {
            made["importrun"] = "1".into();
        }
        made
    }

    fn target(number: u8) -> Json {
        let id = format!("5b0d6c1e-6f1a-4d0e-9a55-0e6f3f3e2a{number:02}");
        json!({"org": "test", "source": "//test.example/list", "id": id})
    }

    fn correction(number: u8, of: u8, patch: &Json) -> Json {
        made(
            number,
            "correction",
            &json!({"target": target(of), "patch": patch}),
        )
    }

    fn retraction(number: u8, of: u8) -> Json {
        made(number, "retraction", &json!({"target": target(of)}))
    }

    /// Judges an act of the list; what is sent of its patch, and what is told.
    fn judged(sent: &Json, log: &[Json]) -> (Option<Json>, Option<String>) {
        let judged = corrector().list_act(sent.to_string().as_bytes(), sent, log);
        let line = judged
            .line
            .map(|line| serde_json::from_slice::<Json>(&line).unwrap());
        (line.map(|line| line["data"]["patch"].clone()), judged.told)
    }

    #[test]
    fn what_someone_else_corrected_since_is_left_as_it_is_and_told() {
        let first = made(
            1,
            "arrest",
            &json!({"place": {"lat": 1, "lon": 1}, "note": "x"}),
        );
        let by_desk = correction(20, 1, &json!({"place": {"lat": 9}}));
        let next = correction(3, 1, &json!({"place": {"lat": 2, "lon": 2}}));
        let log = [first.clone(), by_desk.clone()];
        let (sent, told) = judged(&next, &log);
        assert_eq!(sent, Some(json!({"place": {"lon": 2}})));
        assert!(
            told.unwrap()
                .starts_with("place.lat: corrected by someone else")
        );
        // The id follows from what is sent, so the next run sends the same.
        let again = corrector().list_act(next.to_string().as_bytes(), &next, &log);
        let once = corrector().list_act(next.to_string().as_bytes(), &next, &log);
        assert_eq!(again, once);
        // What the desk said is what the list says now.
        let same = correction(3, 1, &json!({"place": {"lat": 9, "lon": 2}}));
        let lon = Some(json!({"place": {"lon": 2}}));
        assert_eq!(judged(&same, &log), (lon, None));
        let same = correction(3, 1, &json!({"place": {"lat": 9}}));
        assert_eq!(judged(&same, &log), (None, None));
        // An object of which the list says nothing any more goes by its own members.
        let gone = correction(3, 1, &json!({"place": null}));
        let added = correction(20, 1, &json!({"place": {"locality": "Kep"}}));
        assert_eq!(
            judged(&gone, &[first.clone(), added]),
            (Some(json!({"place": {"lat": null, "lon": null}})), None)
        );
        // Nothing is left of it.
        let only = correction(3, 1, &json!({"place": {"lat": 2}}));
        assert_eq!(judged(&only, &log).0, None);
        // What nobody else touched.
        let other = correction(3, 1, &json!({"note": "y"}));
        assert_eq!(judged(&other, &log), (Some(json!({"note": "y"})), None));
        // The log has it already, from before the desk's.
        let log = [first.clone(), next.clone(), by_desk.clone()];
        assert_eq!(
            judged(&next, &log),
            (Some(next["data"]["patch"].clone()), None)
        );
        // The desk's correction does not stand any more.
        let undone = retraction(21, 20);
        let log = [first, by_desk, undone];
        assert_eq!(
            judged(&next, &log),
            (Some(next["data"]["patch"].clone()), None)
        );
    }

    #[test]
    fn a_row_whose_event_someone_retracted_is_told_and_corrects_nothing() {
        let first = made(1, "arrest", &json!({"note": "x"}));
        let next = correction(3, 1, &json!({"note": "y"}));
        let by_list = retraction(2, 1);
        let by_desk = retraction(20, 1);
        for (acts, is_told) in [
            (vec![by_list.clone()], false),
            (vec![by_desk.clone()], true),
            (vec![by_list, by_desk.clone()], true),
            // The desk took it back.
            (vec![by_desk.clone(), retraction(21, 20)], false),
        ] {
            let log: Vec<Json> = std::iter::once(first.clone()).chain(acts).collect();
            let event = corrector().list_act(b"{}", &first, &log);
            assert_eq!(event.told.is_some(), is_told);
            assert_eq!(
                event.line.as_deref(),
                Some(&b"{}"[..]),
                "a repeat, which is counted"
            );
            assert_eq!(judged(&next, &log).0.is_none(), is_told);
        }
        // That it is gone, and that it is back: what the desk took back of it is told.
        let (gone, back) = (retraction(2, 1), retraction(4, 2));
        for (sent, acts, expected) in [
            (&gone, vec![gone.clone()], None),
            (&gone, vec![gone.clone(), back.clone()], None),
            (
                &gone,
                vec![gone.clone(), retraction(20, 2)],
                Some("that arrest is gone"),
            ),
            (
                &gone,
                vec![gone.clone(), retraction(20, 2), retraction(21, 20)],
                None,
            ),
            (&back, vec![gone.clone(), back.clone()], None),
            (
                &back,
                vec![gone.clone(), back.clone(), retraction(20, 4)],
                Some("that arrest is back"),
            ),
            // It is new to the log.
            (&gone, vec![], None),
        ] {
            let log: Vec<Json> = std::iter::once(first.clone()).chain(acts).collect();
            let judged = corrector().list_act(b"{}", sent, &log);
            assert_eq!(judged.line.as_deref(), Some(&b"{}"[..]));
            let told = judged.told.unwrap_or_default();
            assert_eq!(told.is_empty(), expected.is_none(), "{told}");
            assert!(told.starts_with(expected.unwrap_or("")), "{told}");
        }
        // One version of it.
        let log = [first, next.clone(), retraction(20, 3)];
        let (sent, told) = judged(&next, &log);
        assert!(sent.is_some() && told.unwrap().contains("taken back"));
    }
}
