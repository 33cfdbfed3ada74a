//! What the record says at R: the first leaf of each key, as the acts on it leave it.
//!
//! Never here: tracks and counting.

use std::collections::{BTreeMap, BTreeSet};

use event::{Day, Edtf, Instant};
use serde_json::Value;

pub(super) type Key = (String, String, String);

/// A leaf that is an event, or as much of one as has a key.
#[derive(Clone)]
pub(super) struct Leaf {
    pub(super) key: Key,
    pub(super) recorded: Instant,
    pub(super) recorded_day: Day,
    pub(super) received: Instant,
    pub(super) kind: String,
    pub(super) case: Option<String>,
    pub(super) data: Value,
    pub(super) whole: bool,
}

pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

pub(super) const RECORD: [&str; 7] = [
    "definition",
    "correction",
    "retraction",
    "verification_changed",
    "same_person",
    "not_same_person",
    "grant",
];
pub(super) const ACTS: [&str; 3] = ["correction", "retraction", "verification_changed"];

pub(super) fn read(bytes: &[u8]) -> Option<Leaf> {
    let event: Value = serde_json::from_slice(bytes).ok()?;
    let (received, _) = Instant::parse(text(&event, "receivedtime")?)?;
    let id = text(&event, "id").filter(|id| id.len() == 36)?;
    let org = text(&event, "org")?;
    let (recorded, recorded_day) = Instant::parse(text(&event, "recordedtime")?)?;
    let kind = text(&event, "type")?
        .strip_prefix("habeas.")?
        .strip_suffix(".v1")?;
    let data = event["data"].clone();
    Some(Leaf {
        key: (org.into(), text(&event, "source")?.into(), id.into()),
        recorded,
        recorded_day,
        received,
        whole: !matches!(kind, "brand_new" | "void") && passes_check(kind, &data),
        kind: kind.into(),
        case: text(&event, "subject").map(String::from),
        data,
    })
}

/// As much of the check as the histories can fail.
pub(super) fn passes_check(kind: &str, data: &Value) -> bool {
    let occurred = match &data["occurred"] {
        Value::Null => RECORD.contains(&kind),
        Value::String(text) => Edtf::parse(text).is_ok(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    };
    occurred && (data["persons"].is_null() || data["persons"].is_array())
}

/// Whether the result of a patch passes the check. Where it is a correction whose own patch was changed, that is
/// judged as a patch too.
pub(super) fn result_passes_check(kind: &str, after: &Value, patch: &Value) -> bool {
    let is_right = |patch: &Value| {
        let mut inner = Some(patch);
        while let Some(patch) = inner {
            let date = match &patch["occurred"] {
                Value::Null => true,
                Value::String(text) => Edtf::parse(text).is_ok(),
                Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
            };
            let persons = patch["persons"].is_null() || patch["persons"].is_array();
            if !date || !persons || touches_identity(patch) {
                return false;
            }
            inner = patch.get("patch").filter(|inner| !inner.is_null());
        }
        true
    };
    let changes_patch = kind == "correction" && patch.get("patch").is_some();
    passes_check(kind, after) && (!changes_patch || is_right(&after["patch"]))
}

/// Whether a patch changes which event an act is on, or whom a link is of.
pub(super) fn touches_identity(patch: &Value) -> bool {
    patch.get("target").is_some() || patch.get("pair").is_some()
}

pub(super) fn merge(value: &mut Value, patch: &Value) {
    let Some(changes) = patch.as_object() else {
        *value = patch.clone();
        return;
    };
    if !value.is_object() {
        *value = Value::Object(serde_json::Map::new());
    }
    for (name, change) in changes {
        if change.is_null() {
            value.as_object_mut().unwrap().remove(name);
        } else {
            merge(&mut value[name.as_str()], change);
        }
    }
}

/// The record at R: the first leaf of each key.
pub(super) struct Record {
    pub(super) leaves: Vec<Leaf>,
    pub(super) received: Option<Instant>,
}

/// An event as it stands after the acts on it.
#[derive(Clone)]
pub(super) struct Effective {
    pub(super) leaf: Leaf,
    pub(super) data: Value,
    /// The acts that were applied to it, and its data after each.
    pub(super) applied: Vec<(Effective, Value)>,
    /// By whom its persons were set last; of an act, those that its patch sets.
    pub(super) persons_by: (Instant, Key),
    /// The day of the record of who set `occurred`; of an act, of the `occurred` that its patch sets.
    pub(super) cap: Day,
}

impl Effective {
    pub(super) fn is_refuted(&self) -> bool {
        text(&self.data, "verification") == Some("refuted")
    }
}

/// Whether a patch of an event of `kind` sets a field of the event that all of it is about.
fn sets(patch: &Value, kind: &str, name: &str) -> bool {
    if kind != "correction" {
        return patch.get(name).is_some();
    }
    let inner = &patch["patch"];
    inner.get(name).is_some() || (inner.is_object() && sets(inner, kind, name))
}

impl Record {
    pub(super) fn new(leaves: &[Vec<u8>]) -> Self {
        let mut seen = BTreeSet::new();
        let all: Vec<Leaf> = leaves.iter().filter_map(|leaf| read(leaf)).collect();
        let received = all.last().map(|leaf| leaf.received);
        let first = all.into_iter().filter(|leaf| seen.insert(leaf.key.clone()));
        Self {
            leaves: first.filter(|leaf| leaf.whole).collect(),
            received,
        }
    }

    pub(super) fn find(&self, key: &Key) -> Option<&Leaf> {
        self.leaves.iter().find(|leaf| leaf.key == *key)
    }

    pub(super) fn target(leaf: &Leaf) -> Option<Key> {
        let target = leaf
            .data
            .get("target")
            .filter(|_| ACTS.contains(&leaf.kind.as_str()))?;
        let part = |name| text(target, name).map(String::from);
        Some((part("org")?, part("source")?, part("id")?))
    }

    /// What the chain of acts from `act` comes down to; none in a cycle, or where it is missing.
    pub(super) fn root(&self, act: &Leaf) -> Option<&Leaf> {
        let mut leaf = self.find(&Self::target(act)?)?;
        for _ in 0..self.leaves.len() {
            match Self::target(leaf) {
                None => return Some(leaf),
                Some(next) => leaf = self.find(&next)?,
            }
        }
        None
    }

    pub(super) fn may_act(&self, act: &Leaf, target: &Leaf) -> bool {
        let Some(root) = self.root(act) else {
            return false;
        };
        act.key.0 == target.key.0
            || (root.kind != "grant" && self.granted(&target.key.0, &act.key.0))
    }

    pub(super) fn granted(&self, owner: &str, editor: &str) -> bool {
        let mut grants = self
            .leaves
            .iter()
            .filter(|leaf| leaf.kind == "grant" && leaf.key.0 == owner);
        grants.any(|grant| {
            self.effective(grant)
                .is_some_and(|e| !e.is_refuted() && text(&e.data, "grantee") == Some(editor))
        })
    }

    pub(super) fn effective(&self, leaf: &Leaf) -> Option<Effective> {
        let mut acts: Vec<&Leaf> = self
            .leaves
            .iter()
            .filter(|act| Self::target(act).as_ref() == Some(&leaf.key) && self.may_act(act, leaf))
            .collect();
        acts.sort_by_key(|act| (act.recorded, act.key.clone()));
        let mut now = Effective {
            leaf: leaf.clone(),
            data: leaf.data.clone(),
            applied: Vec::new(),
            persons_by: (leaf.recorded, leaf.key.clone()),
            cap: leaf.recorded_day,
        };
        for act in acts {
            let Some(by) = self.effective(act).filter(|by| !by.is_refuted()) else {
                continue;
            };
            let patch = match act.kind.as_str() {
                "retraction" => return None,
                "correction" => by.data["patch"].clone(),
                _ => serde_json::json!({"verification": by.data["to"]}),
            };
            let mut data = now.data.clone();
            merge(&mut data, &patch);
            if touches_identity(&patch) || !result_passes_check(&leaf.kind, &data, &patch) {
                continue;
            }
            if sets(&patch, &leaf.kind, "persons") {
                now.persons_by = by.persons_by.clone();
            }
            if sets(&patch, &leaf.kind, "occurred") {
                now.cap = by.cap;
            }
            now.data.clone_from(&data);
            now.applied.push((by, data));
        }
        Some(now)
    }
}

/// The persons of an event; one who is named twice is one, the first value of each field holding.
pub(super) fn persons(data: &Value) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    for person in data["persons"].as_array().into_iter().flatten() {
        let Some(known) = found.iter_mut().find(|known| known["id"] == person["id"]) else {
            found.push(person.clone());
            continue;
        };
        for (name, value) in person.as_object().unwrap() {
            match (&mut known[name.as_str()], value) {
                (Value::Array(ours), Value::Array(theirs)) => ours.extend(theirs.clone()),
                (ours @ Value::Null, theirs) => *ours = theirs.clone(),
                _ => {}
            }
        }
    }
    found
}

/// What holds of each person, by field: the owner of the id and its editors are heard first.
pub(super) fn traits(record: &Record, effective: &[Effective]) -> BTreeMap<String, Value> {
    type Word = ((bool, usize, (Instant, Key)), Value);
    let scale = [
        "unknown",
        "disputed",
        "reported",
        "corroborated",
        "verified",
    ];
    let mut sorted: Vec<&Effective> = effective.iter().filter(|e| !e.is_refuted()).collect();
    sorted.sort_by_key(|event| event.persons_by.clone());
    // The last word of each organisation on each field of each person.
    let mut words: BTreeMap<(String, &str), BTreeMap<String, Word>> = BTreeMap::new();
    for event in sorted {
        let org = &event.leaf.key.0;
        let verified = text(&event.data, "verification").unwrap_or("unknown");
        let verified = scale.iter().position(|level| *level == verified).unwrap();
        for person in persons(&event.data) {
            let id = text(&person, "id").unwrap().to_owned();
            let owner = id.split(':').next().unwrap();
            let first = owner == org || record.granted(owner, org);
            for name in ["sex", "birth", "roles", "nationality"] {
                let value = person[name].clone();
                // `unknown` is what is known where nobody says more.
                if !value.is_null() && value != "unknown" {
                    let rank = (first, verified, event.persons_by.clone());
                    let of = words.entry((id.clone(), name)).or_default();
                    of.insert(org.clone(), (rank, value));
                }
            }
        }
    }
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for ((id, name), of) in words {
        let (_, value) = of
            .into_values()
            .max_by_key(|(rank, _)| rank.clone())
            .unwrap();
        all.entry(id).or_insert_with(|| serde_json::json!({}))[name] = value;
    }
    all
}
