//! An event made of what was typed: ids where none were given, the instant of its record, its bytes.
//!
//! Start at [`Draft::of`].
//!
//! Never here: whether it is right.

use std::collections::BTreeMap;

use event::{Caller, Edtf, Instant, Json, Kind, OrgId};
use form::{Head, Mistake, Pairs};

use crate::http::Problem;

/// How much of a random id is written, in hexadecimal digits: 48 bits, so that among a million ids of an
/// organisation the chance that a new one is taken is one in 280 million.
const LOCAL_DIGITS: usize = 12;

/// Seconds of an hour.
const HOUR_SECONDS: i64 = 3_600;

/// The greatest offset of a zone, in hours. Source: tz database, Pacific/Kiritimati.
const OFFSET_HOURS_MAX: i64 = 14;

/// The most fields of which is told at once what is wrong with them.
const WRONG_MAX: usize = 20;

/// An event before it is sent.
pub(super) struct Draft {
    /// Its id.
    pub(super) id: String,
    /// What happened.
    pub(super) kind: Kind,
    /// Who asserts it.
    pub(super) org: OrgId,
    /// The case; none where it concerns no single one.
    pub(super) subject: Option<String>,
    /// The instant it happened, where it was said.
    pub(super) time: Option<String>,
    /// Its data.
    pub(super) data: Json,
}

/// What is wrong with an input, as the gate says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) code: &'static str,
    pub(super) found: String,
    pub(super) expected: String,
    pub(super) hint: Option<String>,
}

impl Draft {
    /// Reads what was typed into the form of `kind`. Where a person, a case or a charge needs an id and has none, one
    /// is made of random bytes.
    ///
    /// # Errors
    /// [`Mistake`]; [`Problem`] where the system has no random bytes.
    pub(super) fn of(
        kind: Kind,
        org: &OrgId,
        (id, pairs): (Option<&str>, &Pairs),
    ) -> Result<Result<Self, Mistake>, Problem> {
        let data = match form::read(kind, pairs) {
            Ok(data) => data,
            Err(mistake) => return Ok(Err(mistake)),
        };
        let text = |name| Some(pairs.text(name)).filter(|text: &String| !text.is_empty());
        let mut draft = Self {
            id: id.map_or_else(new_id, ToOwned::to_owned),
            kind,
            org: org.clone(),
            subject: text("/subject"),
            time: text("/time"),
            data,
        };
        draft.complete()?;
        Ok(Ok(draft))
    }

    /// Makes the ids that nobody needs to think of.
    fn complete(&mut self) -> Result<(), Problem> {
        if self.subject.is_none() && self.kind.is_of_case() {
            self.subject = Some(format!("{}:c-{}", self.org, local()?));
        }
        if let Json::Object(members) = &mut self.data {
            let persons = members.iter_mut().find(|(name, _)| name == "persons");
            if let Some((_, Json::List(persons))) = persons {
                for person in persons {
                    name_person(person, &self.org)?;
                }
            }
        }
        let needs_charge = event::kinds::fields(self.kind)
            .iter()
            .any(|field| field.required && field.name == "charge");
        if let Some(case) = self.subject.as_deref().filter(|_| needs_charge)
            && self.data.get("charge").is_none()
            && self.kind == Kind::Charge
        {
            let charge = format!("{case}/{}", local()?);
            self.data.set("charge", Some(Json::Text(charge.into())));
        }
        // Members that were added stand in the order of the table, as if they had been typed.
        let again = form::read(self.kind, &form::fill(self.kind, &self.data));
        if let Ok(data) = again {
            self.data = data;
        }
        Ok(())
    }

    /// Returns the form that says the event.
    pub(super) fn pairs(&self) -> Pairs {
        let mut pairs = form::fill(self.kind, &self.data);
        for (name, value) in [("/subject", &self.subject), ("/time", &self.time)] {
            if let Some(value) = value {
                pairs.set(name, value.as_str());
            }
        }
        pairs
    }

    /// Returns the bytes of the event, recorded at `now`.
    pub(super) fn event(&self, now: Instant) -> String {
        let recorded = recorded(now, &self.data);
        let head = Head {
            id: &self.id,
            source: &source(&self.org),
            kind: self.kind,
            subject: self.subject.as_deref(),
            recorded: &recorded,
            time: self.time.as_deref(),
        };
        head.event(&self.data)
    }

    /// Returns what is wrong with it, by the JSON pointer of the value: of several fields, of each that can be told.
    pub(super) fn wrong(&self, now: Instant) -> BTreeMap<String, Wrong> {
        let mut found = BTreeMap::new();
        let mut rest = Self {
            id: self.id.clone(),
            kind: self.kind,
            org: self.org.clone(),
            subject: self.subject.clone(),
            time: self.time.clone(),
            data: self.data.clone(),
        };
        while found.len() < WRONG_MAX {
            let caller = Caller::Org(&self.org);
            let Err(why) = event::admit(rest.event(now).as_bytes(), caller, now) else {
                break;
            };
            let field = why.pointer.split('/').nth(2).map(ToOwned::to_owned);
            let is_new = found.insert(why.pointer.clone(), Wrong::of(why)).is_none();
            // The check goes on behind a field that is not there.
            match field.filter(|field| is_new && rest.data.get(field).is_some()) {
                Some(field) => rest.data.set(&field, None),
                None => break,
            }
        }
        found
    }
}

impl Wrong {
    pub(super) fn of(why: event::Rejection) -> Self {
        Self {
            code: why.code.as_str(),
            found: why.found,
            expected: why.expected,
            hint: why.hint,
        }
    }
}

/// Returns the tool by which an organisation's people enter events here.
pub(super) fn source(org: &OrgId) -> String {
    format!("//{org}/desk")
}

/// Makes the id of an event.
pub(super) fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// Gives a person an id, where they have none.
fn name_person(person: &mut Json, org: &OrgId) -> Result<(), Problem> {
    if person.as_object().is_some() && person.get("id").is_none() {
        let id = format!("{org}:p-{}", local()?);
        person.set("id", Some(Json::Text(id.into())));
    }
    Ok(())
}

fn local() -> Result<String, Problem> {
    let mut random = [0; LOCAL_DIGITS / 2];
    getrandom::fill(&mut random).map_err(|error| Problem::failed(&error))?;
    Ok(event::hex(&random))
}

/// Writes the instant of the record. Where the day it happened has not begun in UTC, but has in some zone, it is
/// written in the first zone in which it has: who says "today" is in one of those.
pub(super) fn recorded(now: Instant, data: &Json) -> String {
    let days = data
        .text("occurred")
        .and_then(|text| Edtf::parse(text).ok());
    let first = days.map(|edtf| edtf.days.earliest);
    let (seconds, nanos) = now.parts();
    let local = |hours: i64| Instant::from_parts(seconds + hours * HOUR_SECONDS, nanos);
    let hours = (1..=OFFSET_HOURS_MAX)
        .find(|hours| first.is_some_and(|first| local(*hours).utc_day() >= first))
        .filter(|_| first.is_some_and(|first| now.utc_day() < first));
    match hours {
        None => now.to_string(),
        Some(hours) => {
            let written = local(hours).to_string();
            let local = written.trim_end_matches('Z');
            format!("{local}+{hours:02}:00")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_says_today_is_in_a_zone_where_it_is() {
        let (now, _) = Instant::parse("2026-03-01T20:30:00Z").unwrap();
        let written = |occurred: &str| {
            let data = Json::Object(vec![("occurred".into(), Json::Text(occurred.into()))]);
            let written = recorded(now, &data);
            let (instant, day) = Instant::parse(&written).unwrap();
            assert_eq!(instant, now, "{written}");
            day.to_string()
        };
        for (occurred, day) in [
            ("2026-02-27", "2026-03-01"),
            ("2026-03-01", "2026-03-01"),
            ("2026-03-02", "2026-03-02"),
            ("2026-03", "2026-03-01"),
            // No zone is so far ahead: the check and its notices say so.
            ("2026-03-03", "2026-03-01"),
            ("2027", "2026-03-01"),
        ] {
            assert_eq!(written(occurred), day, "{occurred}");
        }
    }

    #[test]
    fn ids_are_made_where_none_are_given_and_all_that_is_wrong_is_told() {
        let org = OrgId::parse("mekong-rights").unwrap();
        let mut pairs = Pairs::default();
        for (name, value) in [
            ("/data/persons/0/names/0/text", "Sok Dara"),
            ("/data/persons/1/id", "mekong-rights:p7"),
            ("/data/place/code", "nowhere"),
            ("/data/mode", "raids"),
        ] {
            pairs.set(name, value);
        }
        let draft = |pairs: &Pairs| {
            Draft::of(Kind::Arrest, &org, (None, pairs))
                .unwrap()
                .unwrap()
        };
        let (now, _) = Instant::parse("2026-03-01T20:30:00Z").unwrap();
        let first = draft(&pairs);
        let ids: Vec<_> = first
            .data
            .list("persons")
            .iter()
            .map(|p| p.text("id").unwrap())
            .collect();
        assert!(
            ids[0].starts_with("mekong-rights:p-") && ids[1] == "mekong-rights:p7",
            "{ids:?}"
        );
        assert!(
            first
                .subject
                .as_deref()
                .unwrap()
                .starts_with("mekong-rights:c-")
        );
        let wrong: Vec<_> = first
            .wrong(now)
            .into_iter()
            .map(|(at, why)| (at, why.code))
            .collect();
        assert_eq!(
            wrong,
            [
                ("/data/occurred".into(), "E0104"),
                ("/data/place/code".into(), "E0207")
            ]
        );
        pairs.set("/data/occurred#year", "2020");
        let wrong: Vec<_> = draft(&pairs).wrong(now).into_keys().collect();
        assert_eq!(wrong, ["/data/mode", "/data/place/code"]);
        // What was made stays when it is shown and sent again.
        let again = Draft::of(Kind::Arrest, &org, (Some(&first.id), &first.pairs()))
            .unwrap()
            .unwrap();
        assert_eq!(
            (again.data, again.subject, again.id),
            (first.data, first.subject, first.id)
        );
    }
}
