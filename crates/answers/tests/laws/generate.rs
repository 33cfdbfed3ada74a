//! Random histories: few organisations, people, cases and days, so that conflicts are common.
//!
//! Start at [`histories`]. A [`History`] is the events as sent, with the noise that a log adds: repeats,
//! conflicts, broken leaves and the system's own events.
//!
//! Never here: what follows from a history.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::acts::{act, definition, grant, link, patches};
use crate::notation::uuid;
use crate::proceedings::proceedings;

// Repeated values are chosen more often, so that events meet in a few tracks.
pub(crate) const ORGS: [&str; 8] = [
    "alpha", "alpha", "alpha", "alpha", "beta", "beta", "gamma", "delta",
];
const PERSONS: [&str; 10] = [
    "alpha:1", "alpha:1", "alpha:1", "alpha:1", "alpha:2", "beta:1", "beta:1", "beta:2", "gamma:1",
    "delta:1",
];
pub(crate) const PAIRED: [&str; 6] = [
    "alpha:1", "alpha:2", "beta:1", "beta:2", "gamma:1", "delta:1",
];
const CASES: [&str; 4] = ["alpha:c1", "alpha:c2", "beta:c1", "gamma:c1"];
pub(crate) const VISIBILITIES: [&str; 8] = [
    "public", "public", "public", "public", "partners", "org", "org", "",
];

/// One event as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// All of it but `receivedtime` and `id`.
    pub(crate) event: Value,
    /// For an act, the index of the event it acts on, which may be one that was never sent.
    pub(crate) target: Option<usize>,
}

/// Leaves of the log that are no sent event.
#[derive(Clone, Debug)]
pub(crate) enum Noise {
    /// A repeat of the leaf of an event.
    Repeat(usize),
    /// An event with the key of another, and other content.
    Conflict(usize),
    /// A leaf that no gate wrote, that is no event, or that is one of the system's own.
    Other(usize),
}

/// A history: the events as sent, and the places of noise among them.
#[derive(Clone, Debug)]
pub(crate) struct History {
    sent: Vec<Sent>,
    noise: Vec<(usize, Noise)>,
}

impl History {
    /// How many events were sent.
    pub(crate) fn len(&self) -> usize {
        self.sent.len()
    }

    fn key(&self, index: usize) -> (Value, Value) {
        // What was never sent would have been alpha's.
        let org = self
            .sent
            .get(index)
            .map_or("alpha".into(), |sent| sent.event["org"].clone());
        (org, uuid(index + 1).into())
    }

    /// The target of an act: mostly an event of the history, sometimes one that was never sent.
    fn target(&self, index: usize) -> Option<usize> {
        Some(self.sent.get(index)?.target? % (self.sent.len() + 1))
    }

    fn event(&self, index: usize) -> Value {
        let mut event = self.sent[index].event.clone();
        event["id"] = uuid(index + 1).into();
        if let Some(target) = self.target(index) {
            let (org, id) = self.key(target);
            event["data"]["target"] = json!({"org": org, "source": "//test.example", "id": id});
        }
        event
    }

    /// Returns the log with the events in `order`, and all noise.
    pub(crate) fn leaves(&self, order: &[usize]) -> Vec<Vec<u8>> {
        let mut events: Vec<Value> = order.iter().map(|index| self.event(*index)).collect();
        for (at, noise) in &self.noise {
            let noise = match noise {
                Noise::Repeat(index) => self.event(index % self.sent.len()),
                Noise::Conflict(index) => {
                    let mut event = self.event(index % self.sent.len());
                    event["data"]["note"] = "another".into();
                    event
                }
                Noise::Other(index) => other(*index),
            };
            events.insert(at % (events.len() + 1), noise);
        }
        seal(events)
    }

    /// Returns the log in the order of sending, with all noise.
    pub(crate) fn as_sent(&self) -> Vec<Vec<u8>> {
        self.leaves(&(0..self.sent.len()).collect::<Vec<_>>())
    }

    /// Returns the same history without conflicts: the first of them takes effect, so order matters.
    pub(crate) fn without_conflicts(mut self) -> Self {
        self.noise
            .retain(|(_, noise)| !matches!(noise, Noise::Conflict(_)));
        self
    }

    /// Returns the same history with all events that name people in the track of one person in one case.
    pub(crate) fn of_one_track(mut self) -> Self {
        for sent in &mut self.sent {
            let data = &mut sent.event["data"];
            if let Some(persons) = data.get_mut("persons").and_then(Value::as_array_mut) {
                persons.truncate(1);
                persons
                    .iter_mut()
                    .for_each(|person| person["id"] = PERSONS[0].into());
                sent.event["subject"] = CASES[0].into();
            }
        }
        self
    }

    /// Returns the same history without noise.
    pub(crate) fn without_noise(mut self) -> Self {
        self.noise.clear();
        self
    }
}

/// Gives each event the time at which a gate received it.
fn seal(events: Vec<Value>) -> Vec<Vec<u8>> {
    let of = |(index, mut event): (usize, Value)| {
        if let Some(raw) = event.as_str() {
            return raw.as_bytes().to_vec();
        }
        if event.get("receivedtime").is_none() {
            event["receivedtime"] = format!("2020-01-12T{:02}:00:00Z", index % 24).into();
        } else if event["receivedtime"].is_null() {
            event.as_object_mut().unwrap().remove("receivedtime");
        }
        serde_json::to_vec(&event).unwrap()
    };
    events.into_iter().enumerate().map(of).collect()
}

/// Returns a leaf that has no effect on facts.
fn other(index: usize) -> Value {
    let event = json!({
        "specversion": "1.0", "id": uuid(900 + index % 50), "source": "//test.example",
        "type": "habeas.arrest.v1", "subject": "alpha:c1", "org": "alpha",
        "recordedtime": "2020-01-11T00:00:00Z",
        "data": {"occurred": "2020-01-03", "persons": [{"id": "alpha:1"}], "visibility": "public"}
    });
    let with = |name: &str, value: Value| {
        let mut event = event.clone();
        event[name] = value;
        event
    };
    match index % 8 {
        0 => "{\"specversion\":".into(),
        1 => "[1]".into(),
        2 => with("type", "habeas.brand_new.v1".into()),
        3 => with("receivedtime", Value::Null),
        4 => with("id", "not-a-uuid".into()),
        5 => with("data", json!({"occurred": "soon"})),
        6 => with("type", "habeas.void.v1".into()),
        _ => json!({
            "specversion": "1.0", "id": uuid(900 + index % 50), "source": "//habeas/log",
            "type": "habeas.void.v1", "org": "system", "recordedtime": "2020-01-19T00:00:00Z",
            "receivedtime": "2020-01-19T00:00:00Z",
            "data": {"what": "time", "first": index % 20, "last": index % 20 + index % 4}
        }),
    }
}

/// A strategy for histories of at most `events` events, one in six of them mostly of links.
pub(crate) fn histories(events: usize) -> impl Strategy<Value = History> {
    prop_oneof![
        5 => histories_of(events, sent(events).boxed()),
        1 => histories_of(events, linking(events).boxed()),
    ]
}

fn histories_of(events: usize, sent: BoxedStrategy<Sent>) -> impl Strategy<Value = History> {
    let noise = prop_oneof![
        (0..60_usize).prop_map(Noise::Repeat),
        (0..60_usize).prop_map(Noise::Conflict),
        (0..60_usize).prop_map(Noise::Other),
    ];
    (
        prop::collection::vec(sent, events / 3..=events),
        prop::collection::vec((0..100_usize, noise), 0..5),
    )
        .prop_map(|(sent, noise)| History { sent, noise })
}

pub(crate) fn dates() -> impl Strategy<Value = String> {
    let day = 1..=12_u8;
    prop_oneof![
        6 => day.clone().prop_map(|d| format!("2020-01-{d:02}")),
        2 => (day.clone(), select(vec!["?", "~", "%"])).prop_map(|(d, m)| format!("2020-01-{d:02}{m}")),
        3 => (day.clone(), 0..6_u8).prop_map(|(d, n)| format!("2020-01-{d:02}/2020-01-{:02}", d + n)),
        1 => day.clone().prop_map(|d| format!("../2020-01-{d:02}")),
        1 => day.prop_map(|d| format!("2020-01-{d:02}/..")),
        1 => select(vec!["2020-01", "2019-12-30/2020-01-02", "2020", "2019?", "2017/2020-01-05", "2014", "2015~/2016"]).prop_map(String::from),
    ]
}

/// Few instants, so that ties are common; one of them a day later in its own offset.
pub(crate) fn recorded() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (6..=14_u8).prop_map(|d| format!("2020-01-{d:02}T08:00:00Z")),
        1 => (6..=14_u8).prop_map(|d| format!("2020-01-{d:02}T02:00:00+07:00")),
        1 => (6..=14_u8).prop_map(|d| format!("2020-01-{d:02}T20:00:00.5Z")),
    ]
}

pub(crate) fn person() -> impl Strategy<Value = Value> {
    (
        select(PERSONS.to_vec()),
        select(vec!["", "", "", "male", "female", "unknown"]),
        select(vec!["", "", "", "2002-01-05", "2002", "1990"]),
        select(vec![None, None, None, None, Some(17), Some(30)]),
        select(vec!["", "", "", "journalist", "student,lawyer", "none"]),
        select(vec!["", "", "", "KH", "Thai", "unknown"]),
    )
        .prop_map(|(id, sex, birth, age, roles, nationality)| {
            let mut person = json!({"id": id});
            if !sex.is_empty() {
                person["sex"] = sex.into();
            }
            if !birth.is_empty() {
                person["birth"] = birth.into();
            }
            if !nationality.is_empty() {
                person["nationality"] = nationality.into();
            }
            if let Some(age) = age {
                person["age_at_event"] = age.into();
            }
            match roles {
                "" => {}
                "none" => person["roles"] = json!([]),
                roles => person["roles"] = roles.split(',').collect::<Vec<_>>().into(),
            }
            person
        })
}

fn tags_and_localities() -> impl Strategy<Value = (&'static str, &'static str)> {
    (
        select(vec!["", "", "Kep", "Takeo"]),
        select(vec!["", "", "march", "strike,march", "online"]),
    )
}

/// Optional fields of the common block.
pub(crate) fn block() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    (
        select(VISIBILITIES.to_vec()),
        select(vec![
            "",
            "",
            "reported",
            "verified",
            "corroborated",
            "refuted",
            "disputed",
        ]),
        select(vec!["", "", "KH", "KH-12", "TH-1"]),
        tags_and_localities(),
        select(vec!["", "", "police", "crowd", "judiciary", "paramilitary"]),
        select(vec!["", "", "expression", "expression,assembly"]),
        select(vec!["", "", "violation", "not_a_violation"]),
        select(vec!["", "", "", "", "", "3/", "2/5", "0/4"]),
    )
        .prop_map(
            |(
                visibility,
                verification,
                place,
                (locality, tags),
                authority,
                rights,
                assessment,
                group,
            )| {
                let mut fields: Vec<(&'static str, Value)> = Vec::new();
                for (name, value) in [
                    ("visibility", visibility),
                    ("verification", verification),
                    ("assessment", assessment),
                ] {
                    if !value.is_empty() {
                        fields.push((name, value.into()));
                    }
                }
                match (place, locality) {
                    ("", "") => {}
                    ("", locality) => fields.push(("place", json!({"locality": locality}))),
                    (place, "") => fields.push(("place", json!({"code": place}))),
                    (code, locality) => {
                        fields.push(("place", json!({"code": code, "locality": locality})));
                    }
                }
                if !tags.is_empty() {
                    fields.push(("tags", tags.split(',').collect()));
                }
                if !authority.is_empty() {
                    fields.push(("authority", json!({"kind": authority})));
                }
                if !rights.is_empty() {
                    let rights: Vec<&str> = rights.split(',').collect();
                    fields.push(("rights_exercised", json!(rights)));
                    fields.push(("rights_violated", json!(["liberty"])));
                }
                if let Some((lower, upper)) = group.split_once('/') {
                    let mut group = json!({"lower": lower.parse::<u64>().unwrap()});
                    if !upper.is_empty() {
                        group["upper"] = upper.parse::<u64>().unwrap().into();
                    }
                    fields.push(("group", group));
                }
                fields
            },
        )
}

/// A kind with its own fields.
fn kinds() -> impl Strategy<Value = (&'static str, Value)> {
    let custody = prop_oneof![
        10 => Just(("arrest", json!({}))),
        6 => select(vec![
            "transfer", "detention_extended", "house_arrest", "disappearance", "abduction",
            "escape", "wanted", "left_custody", "death", "threat",
        ]).prop_map(|kind| (kind, json!({}))),
        1 => select(vec!["yes", "no"]).prop_map(|c| ("death", json!({"in_custody": c}))),
        3 => select(vec![
            "pretrial",
            "administrative",
            "police_custody",
            "unknown",
            "serving",
            ""
        ])
        .prop_map(|k| (
            "detention",
            if k.is_empty() {
                json!({})
            } else {
                json!({"kind": k})
            }
        )),
        1 => select(vec!["granted", "refused", "revoked"])
            .prop_map(|d| ("bail", json!({"decision": d}))),
        1 => select(vec!["free", "pretrial", "house_arrest", "unknown"])
            .prop_map(|c| ("reappearance", json!({"custody": c}))),
        1 => select(vec![
            "acquitted",
            "on_bail",
            "pardon",
            "",
            "remainder_suspended"
        ])
        .prop_map(|k| {
            (
                "release",
                if k.is_empty() {
                    json!({"conditions": ["a"]})
                } else {
                    json!({"release_kind": k})
                },
            )
        }),
        1 => Just(("release", json!({}))),
    ];
    prop_oneof![4 => custody, 1 => proceedings()]
}

fn sent(events: usize) -> impl Strategy<Value = Sent> {
    let acts = events + 1;
    prop_oneof![
        10 => world(),
        1 => definition(),
        2 => act(acts, "correction", patches().boxed()),
        1 => act(acts, "retraction", select(vec!["duplicate", "duplicate", "safety"])
            .prop_map(|reason| json!({"reason": reason})).boxed()),
        1 => act(acts, "verification_changed", select(vec!["verified", "refuted", "unknown"])
            .prop_map(|to| json!({"to": to})).boxed()),
        1 => link(),
        1 => grant(),
    ]
}

/// Who is one with whom, and little else.
fn linking(events: usize) -> impl Strategy<Value = Sent> {
    prop_oneof![
        4 => world(),
        10 => link(),
        2 => grant(),
        1 => act(events + 1, "retraction", Just(json!({"reason": "duplicate"})).boxed()),
    ]
}

pub(crate) fn world() -> impl Strategy<Value = Sent> {
    (
        select(ORGS.to_vec()),
        recorded(),
        dates(),
        prop::collection::vec(person(), 0..3),
        select(vec![
            CASES[0], CASES[0], CASES[0], CASES[0], CASES[0], CASES[0], CASES[1], CASES[2],
            CASES[3], "",
        ]),
        kinds(),
        block(),
    )
        .prop_map(
            |(org, recorded, occurred, persons, case, (kind, mut data), block)| {
                data["occurred"] = occurred.into();
                if !persons.is_empty() {
                    data["persons"] = persons.into();
                }
                for (name, value) in block {
                    data[name] = value;
                }
                Sent {
                    event: event(org, &recorded, kind, case, data),
                    target: None,
                }
            },
        )
}

pub(crate) fn event(org: &str, recorded: &str, kind: &str, case: &str, data: Value) -> Value {
    let mut event = json!({
        "specversion": "1.0", "source": "//test.example", "type": format!("habeas.{kind}.v1"),
        "org": org, "recordedtime": recorded, "data": data,
    });
    if !case.is_empty() {
        event["subject"] = case.into();
    }
    event
}
