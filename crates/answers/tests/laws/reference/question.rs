//! What a question asks of a unit: whether it passes the filters, and which groups it stands in.
//!
//! Never here: sums.

use std::borrow::Cow;
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
    pub(super) event: Cow<'a, Event>,
    /// When it happened, or began.
    pub(super) days: Days,
    pub(super) flags: [bool; 3],
    pub(super) charge: Option<Standing>,
    /// Whether it is of a person who is named; else of the unnamed people of its event.
    pub(super) named: bool,
}

/// The filters and groups that the table of persons answers.
const OF_A_PERSON: [&str; 5] = ["role", "sex", "minor", "person", "nationality"];

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

/// The dimensions of time, the finest first.
pub(super) const TIMES: [&str; 3] = ["month", "quarter", "year"];

/// The period of a dimension in which a day lies; none beyond the calendar.
pub(super) fn period(day: Day, name: &str) -> Option<String> {
    let (year, month, _) = day.ymd()?;
    Some(match name {
        "month" => format!("{year:04}-{month:02}"),
        "quarter" => format!("{year:04}-Q{}", (month + 2) / 3),
        _ => format!("{year:04}"),
    })
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

    /// The names of the groups, in the order in which they are asked for.
    pub(super) fn group_names(&self) -> Vec<&'a str> {
        let asked = self.asked.iter().find(|(name, _)| name == "group_by");
        let groups = asked
            .map(|(_, groups)| groups.as_str())
            .filter(|groups| !groups.is_empty());
        groups.map_or(vec![], |groups| groups.split(',').collect())
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
        let event = &*unit.event;
        if !unit.named && OF_A_PERSON.contains(&name) {
            return vec![None];
        }
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
            "locality" => text(&event.data["place"], "locality").map(String::from),
            "tag" => return set(event.data.get("tags")),
            "nationality" => {
                let said = self.trait_of(event, "nationality").and_then(Value::as_str);
                said.map(String::from)
            }
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
        let verified = passes(
            &unit.event,
            self.asked("verification").unwrap_or("reported"),
        );
        let place = self.asked("place").is_none_or(|wanted| {
            let place = text(&unit.event.data["place"], "code").unwrap_or("-");
            wanted
                .split(',')
                .any(|w| place == w || place.starts_with(&format!("{w}-")))
        });
        let names = [
            "locality",
            "tag",
            "nationality",
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
                if !unit.named && OF_A_PERSON.contains(name) {
                    return true;
                }
                let found: Vec<String> = self.values(unit, name).into_iter().flatten().collect();
                self.among(name, &found)
            })
    }

    /// The window that is asked for; all time where none is.
    fn asked_days(&self) -> Days {
        self.window().unwrap_or(Days {
            earliest: Day::MIN,
            latest: Day::MAX,
        })
    }

    /// The span of a question by time: all days of the periods from the first to the last that hold a
    /// day of a unit whose days set it.
    pub(super) fn span(&self, units: &[&Unit<'_>], names: &[&str]) -> Option<Days> {
        let finest = TIMES.iter().find(|time| names.contains(time))?;
        let window = self.asked_days();
        let setting = units.iter().filter(|unit| unit.event.sets_span);
        let first = setting
            .clone()
            .map(|unit| unit.days.earliest.max(window.earliest))
            .min()?;
        let last = setting
            .map(|unit| unit.days.latest.min(window.latest))
            .max()?;
        let whole = |day: Day, step: i32| {
            let days = std::iter::successors(Some(day), |day| Some(day.plus(step)));
            let same = days.take_while(|next| period(*next, finest) == period(day, finest));
            same.last().unwrap()
        };
        Some(Days {
            earliest: whole(first, -1),
            latest: whole(last, 1),
        })
    }

    /// The groups of a unit, and whether its days lie inside each.
    pub(super) fn groups(
        &self,
        unit: &Unit<'_>,
        names: &[&str],
        span: Option<Days>,
    ) -> Vec<(Vec<Option<String>>, bool)> {
        let times: Vec<&str> = names
            .iter()
            .filter(|name| TIMES.contains(name))
            .copied()
            .collect();
        let named = |day: Day| {
            times
                .iter()
                .map(|name| period(day, name))
                .collect::<Vec<_>>()
        };
        let mut moments = vec![(Vec::new(), true)];
        if !times.is_empty() {
            let (when, window) = (unit.days, self.asked_days());
            let from = when.earliest.max(window.earliest);
            let to = when.latest.min(window.latest);
            let days = span.map_or_else(Vec::new, |span| {
                let first = from.max(span.earliest);
                let last = to.min(span.latest);
                let days = std::iter::successors(Some(first), |day| Some(day.plus(1)));
                days.take_while(|day| *day <= last).collect::<Vec<Day>>()
            });
            let inside = named(when.earliest) == named(when.latest);
            moments = days.iter().map(|day| (named(*day), inside)).collect();
            moments.dedup();
            let outside = span.is_none_or(|span| from < span.earliest || to > span.latest);
            if outside {
                moments.push((vec![None; times.len()], days.is_empty()));
            }
        }
        let mut all = Vec::new();
        for (moment, inside) in moments {
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
            all.extend(cells.into_iter().map(|cell| (cell, inside)));
        }
        all
    }

    pub(super) fn against_window(&self, days: Days, doubt: bool) -> [bool; 3] {
        let Some(window) = self.window() else {
            return [true, !doubt, true];
        };
        let inside = window.earliest <= days.earliest && days.latest <= window.latest;
        let touches = days.earliest <= window.latest && window.earliest <= days.latest;
        [inside, inside && !doubt, touches]
    }

    /// Whether a filter asks for a person's own qualities.
    pub(super) fn asks_of_a_person(&self) -> bool {
        OF_A_PERSON.iter().any(|name| self.asked(name).is_some())
    }

    /// The unnamed people of the events that happened.
    pub(super) fn unnamed(&self) -> Vec<Unit<'a>> {
        let groups = self.happened(true).into_iter();
        groups
            .filter(|unit| unit.event.data["group"].is_object())
            .map(|unit| Unit {
                number: None,
                named: false,
                ..unit
            })
            .collect()
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
                event: Cow::Borrowed(event),
                days: *days,
                flags,
                charge: None,
                named: true,
            }
        };
        self.seen.events.iter().filter(kind).map(unit).collect()
    }
}
