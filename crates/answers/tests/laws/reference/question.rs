//! What a question asks of a unit: whether it passes the filters, and which groups it stands in.
//!
//! Never here: sums.

use std::collections::BTreeMap;

use event::{Day, Days, Edtf};
use serde_json::Value;

use super::charges::Standing;
use super::predicate::{among, narrows, passes};
use super::record::{Effective, text};
use super::track::Event;
use crate::questions::Asked;

/// What is counted: which unit, what it says, when, and by which flags (count, at least, at most).
pub(super) struct Unit<'a> {
    pub(super) number: Option<String>,
    pub(super) event: &'a Event,
    /// When it happened, or began.
    pub(super) days: Days,
    /// Whether it has a time to group by: who is held is held on a day, whenever it began.
    pub(super) timed: bool,
    pub(super) flags: [bool; 3],
    pub(super) charge: Option<Standing>,
}

/// The events of each track: one person in one case.
pub(super) type Tracks = BTreeMap<(Option<String>, String), Vec<Event>>;

/// What a scope sees of what is known.
pub(crate) struct Seen {
    pub(super) events: Vec<Event>,
    pub(super) tracks: Tracks,
    pub(super) individuals: BTreeMap<String, String>,
    pub(super) traits: BTreeMap<String, Value>,
    /// The day of the last `receivedtime`.
    pub(super) newest: Option<Day>,
    pub(super) effective: Vec<Effective>,
}

/// What is seen, and what is asked of it.
pub(super) struct Asking<'a> {
    pub(super) asked: &'a Asked,
    pub(super) seen: &'a Seen,
    /// What the definition or `custody_state` counts, as a `definition` event would say it.
    pub(super) predicate: Option<Value>,
}

impl<'a> Asking<'a> {
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.asked
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn individual(&self, person: &str) -> String {
        self.seen
            .individuals
            .get(person)
            .map_or(person, |one| one)
            .into()
    }

    pub(super) fn among(&self, name: &str, found: &[String]) -> bool {
        self.asked(name)
            .is_none_or(|wanted| wanted.split(',').any(|w| found.iter().any(|f| f == w)))
    }

    pub(super) fn window(&self) -> Option<Days> {
        self.asked("occurred")
            .map(|text| Edtf::parse(text).unwrap().days)
    }

    pub(super) fn trait_of(&self, event: &Event, name: &str) -> Option<&Value> {
        self.seen.traits.get(event.person.as_ref()?)?.get(name)
    }

    pub(super) fn minor(&self, event: &Event, days: Days) -> &'static str {
        if let Some(age) = event.age {
            return if age < 18 { "yes" } else { "no" };
        }
        let Some(birth) = self.trait_of(event, "birth").and_then(Value::as_str) else {
            return "unknown";
        };
        let birth = Edtf::parse(birth).unwrap().days;
        let of_age = |day: Day| {
            let (year, month, day) = day.ymd().unwrap();
            Day::from_ymd(year + 18, month, day).unwrap()
        };
        if days.latest < of_age(birth.earliest) {
            "yes"
        } else if days.earliest >= of_age(birth.latest) {
            "no"
        } else {
            "unknown"
        }
    }

    /// The values of one dimension: one, or as many as a set has.
    pub(super) fn values(&self, unit: &Unit<'_>, name: &str) -> Vec<Option<String>> {
        let event = unit.event;
        let set = |value: Option<&Value>| {
            let list = value.and_then(Value::as_array).cloned().unwrap_or_default();
            let list: Vec<_> = list.iter().map(|v| v.as_str().map(String::from)).collect();
            if list.is_empty() { vec![None] } else { list }
        };
        let charge = unit.charge.clone();
        vec![match name {
            "kind" if charge.is_some() => Some("charge".into()),
            "kind" => Some(event.kind.clone()),
            "org" => Some(event.key.0.clone()),
            "place" => text(&event.data["place"], "code").map(String::from),
            "rights_exercised" | "rights_violated" => return set(event.data.get(name)),
            "role" => return set(self.trait_of(event, "roles")),
            "sex" => {
                let sex = self.trait_of(event, "sex").and_then(Value::as_str);
                Some(sex.unwrap_or("unknown").into())
            }
            "minor" => Some(self.minor(event, unit.days).into()),
            "authority" => Some(event.authority()),
            "verification" => Some(event.code("verification", "unknown")),
            "assessment" => Some(event.code("assessment", "unassessed")),
            "case" => event.case.clone(),
            "person" => event.person.clone(),
            "visibility" => Some(event.visibility.clone()),
            "in_custody" if event.kind == "death" => Some(event.code("in_custody", "unknown")),
            "in_custody" => Some("unknown".into()),
            "court" => charge.and_then(|charge| charge.3),
            "law" => charge.and_then(|charge| charge.0),
            "article" => charge.and_then(|charge| charge.1),
            "charge_status" => charge.map(|charge| charge.2),
            "release_kind" if event.kind == "release" && charge.is_none() => {
                Some(event.code("release_kind", "unknown"))
            }
            _ => None,
        }]
    }

    pub(super) fn takes(&self, unit: &Unit<'_>) -> bool {
        let verified = passes(unit.event, self.asked("verification").unwrap_or("reported"));
        let place = self.asked("place").is_none_or(|wanted| {
            let place = text(&unit.event.data["place"], "code").unwrap_or("-");
            wanted
                .split(',')
                .any(|w| place == w || place.starts_with(&format!("{w}-")))
        });
        let names = [
            "rights_exercised",
            "rights_violated",
            "role",
            "sex",
            "minor",
            "authority",
            "org",
            "case",
            "person",
            "assessment",
            "law",
            "article",
            "charge_status",
            "court",
            "release_kind",
            "in_custody",
            "visibility",
        ];
        verified
            && place
            && names.iter().all(|name| {
                let found: Vec<String> = self.values(unit, name).into_iter().flatten().collect();
                self.among(name, &found)
            })
    }

    /// The groups of a unit, and whether its days lie inside each.
    pub(super) fn groups(
        &self,
        unit: &Unit<'_>,
        names: &[&str],
    ) -> (Vec<Vec<Option<String>>>, bool) {
        let moment = |day: Day, name: &str| {
            let (year, month, _) = day.ymd()?;
            Some(match name {
                "month" => format!("{year:04}-{month:02}"),
                "quarter" => format!("{year:04}-Q{}", (month + 2) / 3),
                _ => format!("{year:04}"),
            })
        };
        let is_time = |name: &&&str| matches!(**name, "month" | "quarter" | "year");
        let times: Vec<&str> = names.iter().filter(is_time).copied().collect();
        let mut days = vec![Day::MIN];
        let mut inside = true;
        if !times.is_empty() && unit.timed {
            let when = unit.days;
            let window = self.window().unwrap_or(Days {
                earliest: Day::MIN,
                latest: Day::MAX,
            });
            let last = when.latest.min(window.latest);
            // A century of months, and as many quarters and years, is where the spread ends.
            let (year, month, _) = last.ymd().unwrap();
            let spread = match (times.contains(&"month"), times.contains(&"quarter")) {
                (true, _) => Day::from_ymd(year - 100, month, 1),
                (_, true) => Day::from_ymd(year - 300, (month - 1) / 3 * 3 + 1, 1),
                _ => Day::from_ymd(year - 1200, 1, 1),
            };
            let from = when.earliest.max(window.earliest).max(spread.unwrap());
            days = std::iter::successors(Some(from), |day| Some(day.plus(1)))
                .take_while(|day| *day <= last)
                .collect();
            inside = times
                .iter()
                .all(|t| moment(when.earliest, t) == moment(when.latest, t));
        }
        let mut moments: Vec<Vec<Option<String>>> = days
            .iter()
            .map(|day| times.iter().map(|name| moment(*day, name)).collect())
            .collect();
        moments.dedup();
        let mut all = Vec::new();
        for moment in moments {
            let mut cells: Vec<Vec<Option<String>>> = vec![vec![]];
            for name in names {
                let values = match times.iter().position(|t| t == name) {
                    Some(at) => vec![moment[at].clone()],
                    None => self.values(unit, name),
                };
                let with = |cell: &Vec<_>, value: &Option<String>| {
                    cell.iter().cloned().chain([value.clone()]).collect()
                };
                cells = cells
                    .iter()
                    .flat_map(|c| values.iter().map(move |v| with(c, v)))
                    .collect();
            }
            all.extend(cells);
        }
        (all, inside)
    }

    pub(super) fn against_window(&self, days: Days, doubt: bool) -> [bool; 3] {
        let Some(window) = self.window() else {
            return [true, !doubt, true];
        };
        let inside = window.earliest <= days.earliest && days.latest <= window.latest;
        let touches = days.earliest <= window.latest && window.earliest <= days.latest;
        [inside, inside && !doubt, touches]
    }

    pub(super) fn happened(&self, persons: bool) -> Vec<Unit<'a>> {
        let kind = |e: &&'a Event| match (&self.predicate, self.asked("kind")) {
            (Some(predicate), _) => among(&predicate["kind"], &e.kind) && narrows(predicate, e),
            (None, Some(kinds)) => kinds.split(',').any(|kind| kind == e.kind),
            (None, None) => true,
        };
        let unit = |event: &'a Event| {
            let Event {
                key,
                person,
                days,
                doubt,
                ..
            } = event;
            let number = if persons {
                person.as_ref().map(|person| self.individual(person))
            } else {
                Some(format!("{key:?}"))
            };
            let flags = self.against_window(*days, *doubt);
            Unit {
                number,
                event,
                days: *days,
                timed: true,
                flags,
                charge: None,
            }
        };
        self.seen.events.iter().filter(kind).map(unit).collect()
    }
}
