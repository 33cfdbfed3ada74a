//! Rows of one key that are one event, a person each: `[row] together = true`.
//!
//! Start at [`Together::add`]. The rows wait in a temporary file until all are read (`spool`); then those of one key are
//! joined, key by key.
//!
//! Never here: how a row becomes events.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::row_events::{EventDraft, RowEvents};
use super::spool::{Place, Spool};
use crate::Error;
use crate::dates;
use crate::id_index::IdIndex;

/// People of an event beyond which no more are joined to it: it is rejected with all of its rows then.
const PEOPLE_MAX: usize = event::ITEMS_MAX;

/// Events of several rows in a file: as many as an index numbers. Source: docs/reference/limits.md, Import.
const GROUPS_MAX: u32 = u32::MAX;

/// What the reason of a row says whose event says another thing.
const OF_KEY: &str = "has the key of line";

/// What the reason of a row says that says another thing of a person.
const OF_PERSON: &str = "says another thing of a person whom line";

/// Whether a row was rejected for this reason since it says another thing than the others of its event.
pub(super) fn disagrees(reason: &str) -> bool {
    reason.contains(OF_KEY) || reason.contains(OF_PERSON)
}

/// The events of the rows so far.
pub(super) struct Together {
    /// Whether people are told apart by ids that stand in the rows, so that a person of one id is one.
    has_own_ids: bool,
    spool: Spool,
    /// In which group an event stands, by its id.
    groups_of: IdIndex,
    /// The group of each row, and its place.
    rows: Vec<(u32, Place)>,
    groups: u32,
    groups_max: u32,
}

/// The rows of one key that are joined so far.
struct Group {
    has_own_ids: bool,
    first: RowEvents,
    /// The lines that name the people of an event, by its id and theirs.
    lines: HashMap<(Uuid, String), u64>,
}

/// Why a row cannot be joined to an event that stands, and what in it the row says.
enum Clash {
    /// It says another value of this field.
    Field(String),
    /// It names a person again, by this id, and says the same of them.
    Again(String),
    /// It says another thing of the person with this id.
    Other(String),
}

/// What the joining of rows gives, in the order in which each key came first.
pub(super) enum JoinedRow {
    /// The events of rows that are one.
    Events(Box<RowEvents>),
    /// A row that cannot be joined: its line, and why.
    Rejected(u64, String),
}

impl Together {
    /// Begins with no rows; `has_own_ids` says whether people are told apart by ids that stand in them.
    pub(super) fn new(has_own_ids: bool) -> Self {
        Self {
            has_own_ids,
            spool: Spool::default(),
            groups_of: IdIndex::default(),
            rows: Vec::new(),
            groups: 0,
            groups_max: GROUPS_MAX,
        }
    }

    /// Adds the events of a row.
    ///
    /// # Errors
    /// [`Error::Io`] of the temporary file; [`Error::Limit`] for more rows than are joined.
    pub(super) fn add(&mut self, row: &RowEvents) -> Result<(), Error> {
        if row.events.is_empty() {
            return Ok(());
        }
        let mut known = row.events.iter();
        let known = known.find(|event| self.groups_of.contains(event.id));
        let known = known.and_then(|event| self.groups_of.insert(event.id, 0));
        let group = match known.and_then(|group| u32::try_from(group).ok()) {
            Some(group) => group,
            None => {
                if self.groups == self.groups_max {
                    return Err(too_many(self.groups_max));
                }
                let group = self.groups;
                self.groups += 1;
                group
            }
        };
        for event in &row.events {
            self.groups_of.insert(event.id, u64::from(group));
        }
        let place = self.spool.put(row)?;
        self.rows.push((group, place));
        Ok(())
    }

    /// Joins the rows of each key.
    ///
    /// A row is rejected that is not of the event that has its key, with the line of the row that it goes against. So is
    /// one whose people the event has already, since of two people of one name one would be lost.
    ///
    /// # Errors
    /// [`Error::Io`] of the temporary file, and what `take` answers.
    pub(super) fn end(
        mut self,
        mut take: impl FnMut(JoinedRow) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // Stable: rows of one key keep the order of the file.
        self.rows.sort_by_key(|(group, _)| *group);
        for places in self.rows.chunk_by(|(one, _), (other, _)| one == other) {
            let mut group = None;
            for (_, place) in places {
                let row = self.spool.get(*place)?;
                match &mut group {
                    None => group = Some(Group::new(row, self.has_own_ids)),
                    Some(group) => {
                        let line = row.line;
                        if let Err(reason) = group.add(row) {
                            take(JoinedRow::Rejected(line, reason))?;
                        }
                    }
                }
            }
            if let Some(group) = group {
                take(JoinedRow::Events(Box::new(group.first)))?;
            }
        }
        Ok(())
    }
}

fn too_many(groups_max: u32) -> Error {
    Error::Limit {
        code: "I0105",
        what: format!(
            "more than {groups_max} keys in a file whose rows are joined (together = true): import it in parts, with all \
             rows of a key in one"
        ),
    }
}

impl Group {
    fn new(first: RowEvents, has_own_ids: bool) -> Self {
        let mut group = Self {
            has_own_ids,
            lines: HashMap::new(),
            first,
        };
        group.lines = people_of(&group.first).collect();
        group
    }

    /// Adds the events of a row; people are added to an event that stands already.
    fn add(&mut self, row: RowEvents) -> Result<(), String> {
        let has_too_many = self.first.events.iter().any(|event| {
            let people = event.data.get("persons").and_then(Json::as_array);
            people.is_some_and(|people| people.len() > PEOPLE_MAX)
        });
        if has_too_many {
            self.first.others.push((row.line, row.row));
            return Ok(());
        }
        let joined = self.joined(&row)?;
        for (key, line) in people_of(&row) {
            self.lines.entry(key).or_insert(line);
        }
        let first = &mut self.first;
        if dates::rfc3339(&row.recorded) > dates::rfc3339(&first.recorded) {
            first.recorded.clone_from(&row.recorded);
        }
        first.others.push((row.line, row.row));
        first.twin = first.twin.or(row.twin);
        for (event, (stands, data)) in row.events.into_iter().zip(joined) {
            match stands.and_then(|at| first.events.get_mut(at)) {
                Some(known) => {
                    known.data = data;
                    known.unread.extend(event.unread);
                }
                None => first.events.push(EventDraft { data, ..event }),
            }
        }
        Ok(())
    }

    /// Joins the events of a row to those that stand: where each does, and what it says then. All of a row or nothing.
    fn joined(&self, row: &RowEvents) -> Result<Vec<Joined>, String> {
        let first = &self.first;
        let (line, of_first) = (row.line, first.line);
        if first.subject != row.subject {
            return Err(other_field(line, of_first, "subject"));
        }
        let mut joined = Vec::new();
        for event in &row.events {
            let stands = first.events.iter().position(|known| known.id == event.id);
            let known = stands.and_then(|at| first.events.get(at));
            let data = known.map(|known| join(&known.data, &event.data, self.has_own_ids));
            let data = match data.transpose() {
                Ok(data) => data.unwrap_or_else(|| event.data.clone()),
                Err(Clash::Field(field)) => return Err(other_field(line, of_first, &field)),
                Err(Clash::Again(person)) => {
                    let named = self.line_of(event.id, &person);
                    return Err(format!(
                        "line {line} names a person whom line {named} names already: are they two people, give each a name \
                         or an id of their own; if not, one row is enough"
                    ));
                }
                Err(Clash::Other(person)) => {
                    let named = self.line_of(event.id, &person);
                    return Err(format!(
                        "line {line} {OF_PERSON} {named} names: are they two people, give each \
                         a name or an id of their own; if not, say it in one row"
                    ));
                }
            };
            joined.push((stands, data));
        }
        let is_new = |(stands, data): &Joined| {
            stands
                .and_then(|at| first.events.get(at))
                .map(|known| &known.data)
                != Some(data)
        };
        if !joined.iter().any(is_new) {
            return Err(format!(
                "line {line} says what line {of_first} says of the event, and names nobody else: is it someone else, give \
                 them a name or an id of their own"
            ));
        }
        Ok(joined)
    }

    fn line_of(&self, event: Uuid, person: &str) -> u64 {
        let line = self.lines.get(&(event, person.to_owned()));
        line.copied().unwrap_or(self.first.line)
    }
}

/// The people whom a row names, by the event and their id, with its line.
fn people_of(row: &RowEvents) -> impl Iterator<Item = ((Uuid, String), u64)> {
    row.events.iter().flat_map(|event| {
        let people = event.data.get("persons").and_then(Json::as_array);
        let people = people.into_iter().flatten();
        people.map(|person| ((event.id, id_of(person).to_owned()), row.line))
    })
}

/// Where an event of a row stands already, if it does, and what it says with the row.
type Joined = (Option<usize>, Map<String, Json>);

fn other_field(line: u64, first: u64, field: &str) -> String {
    format!("line {line} {OF_KEY} {first}, and says another {field} of the event")
}

fn id_of(person: &Json) -> &str {
    person.get("id").and_then(Json::as_str).unwrap_or("")
}

/// Adds the people of one event to another that is else the same. One who stands in both is one person only where ids of
/// the rows' own say so.
fn join(
    known: &Map<String, Json>,
    new: &Map<String, Json>,
    has_own_ids: bool,
) -> Result<Map<String, Json>, Clash> {
    let (mut known, mut new) = (known.clone(), new.clone());
    let people = |data: &mut Map<String, Json>| match data.remove("persons") {
        Some(Json::Array(people)) => people,
        Some(_) | None => Vec::new(),
    };
    let (mut of_known, of_new) = (people(&mut known), people(&mut new));
    let mut fields = known.keys().chain(new.keys());
    if let Some(field) = fields.find(|field| known.get(*field) != new.get(*field)) {
        return Err(Clash::Field(field.clone()));
    }
    for person in of_new {
        let id = id_of(&person);
        match of_known.iter().find(|other| id_of(other) == id) {
            Some(other) if *other != person => return Err(Clash::Other(id.to_owned())),
            Some(_) if !has_own_ids => return Err(Clash::Again(id.to_owned())),
            Some(_) => {}
            None => of_known.push(person),
        }
    }
    if !of_known.is_empty() {
        known.insert("persons".to_owned(), Json::Array(of_known));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const MAPPING: &str = "format = 1\norg = 'test'\nsource = '//test.example/a'\ninputs = ['a.csv']\n[row]\nkey = ['no']\ntogether = true\n\
        recordedtime = {column = 'at'}\nset = {visibility = 'public'}\nfrom = {occurred = {column = 'day'}}\n\
        [row.persons]\ncolumn = 'who'\nid_prefix = 'p-'\nidentity = 'row'\n[[event]]\nkind = 'arrest'\n";

    fn rows(rows: impl Iterator<Item = (u32, u32, String)>) -> String {
        let rows =
            rows.map(|(no, at, who)| format!("{no},2021-01-{at:02}T00:00:00Z,2020-01-02,{who}\n"));
        format!("no,at,day,who\n{}", rows.collect::<String>())
    }

    /// Rows of one key may stand anywhere in a file: each event stands where its first row does, or by its time.
    #[test]
    fn rows_of_one_key_are_joined_wherever_they_stand() {
        let sheet = rows((0..60).map(|row| (row % 20, 28 - row % 20, format!("Ana {row}"))));
        let by_time = MAPPING.replace("together", "order = 'recordedtime'\ntogether");
        for (mapping, first) in [(MAPPING, "Ana 0"), (&by_time, "Ana 19")] {
            let (events, report) = testing::import(mapping, &[("a.csv", &sheet)]);
            assert_eq!((events.len(), report.rows_rejected), (20, 0));
            let name = |at: usize, person: usize| {
                events[at]["data"]["persons"][person]["names"][0]["text"].clone()
            };
            assert_eq!(name(0, 0), first);
            let people = events
                .iter()
                .map(|event| event["data"]["persons"].as_array());
            assert!(people.into_iter().all(|people| people.unwrap().len() == 3));
        }
    }

    /// Such an event is rejected in whole: its rows are not compared one by one, and all of them are told.
    #[test]
    fn no_more_people_are_joined_than_an_event_may_have() {
        let count = u32::try_from(PEOPLE_MAX).unwrap() + 3;
        let sheet = rows((0..count).map(|row| (1, 1, format!("Ana {row}"))));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.csv"), sheet).unwrap();
        let job = testing::job(crate::mapping::Mapping::test(MAPPING), folder.path());
        let (mut people, mut of_rows) = (0, 0);
        job.events(&mut |line, origin| {
            let event: Json = serde_json::from_slice(line).unwrap();
            people += event["data"]["persons"].as_array().unwrap().len();
            of_rows += origin.rows().count();
            Ok(())
        })
        .unwrap();
        assert_eq!(people, PEOPLE_MAX + 1);
        assert_eq!(of_rows, usize::try_from(count).unwrap());
    }

    #[test]
    fn more_keys_than_are_numbered_are_refused() {
        let mut together = Together {
            groups_max: 2,
            ..Together::new(false)
        };
        let row = |number: u8| RowEvents {
            subject: None,
            recorded: String::new(),
            events: vec![EventDraft {
                id: Uuid::new_v5(&Uuid::NAMESPACE_URL, &[number]),
                section: 0,
                data: Map::new(),
                unread: Vec::new(),
            }],
            line: 2,
            row: 1,
            others: Vec::new(),
            twin: None,
        };
        for number in [1, 2, 1] {
            together.add(&row(number)).unwrap();
        }
        let told = together.add(&row(3)).unwrap_err().to_string();
        assert!(told.starts_with("I0105: more than 2 keys"), "{told}");
    }
}
