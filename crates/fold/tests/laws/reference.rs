//! A second reading of the rules: small, slow, and written from their text alone.
//!
//! Start at [`figure`]: it takes the first leaves of a log as JSON, and counts, with no row, no
//! second clock and no index. Source of each rule: docs/reference/figures.md.
//!
//! Never here: anything of the fold but the types of a scope and of days.

use std::collections::{BTreeMap, BTreeSet};

use event::{Day, Days, Edtf, Instant};
use fold::Scope;
use serde_json::Value;

use crate::questions::Asked;

type Key = (String, String, String);

/// A leaf that is an event, or as much of one as has a key.
#[derive(Clone)]
struct Leaf {
    key: Key,
    recorded: Instant,
    recorded_day: Day,
    received: Instant,
    kind: String,
    case: Option<String>,
    data: Value,
    whole: bool,
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

const RECORD: [&str; 6] = [
    "correction",
    "retraction",
    "verification_changed",
    "same_person",
    "not_same_person",
    "grant",
];
const ACTS: [&str; 3] = ["correction", "retraction", "verification_changed"];

fn read(bytes: &[u8]) -> Option<Leaf> {
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
fn passes_check(kind: &str, data: &Value) -> bool {
    let occurred = match &data["occurred"] {
        Value::Null => RECORD.contains(&kind),
        Value::String(text) => Edtf::parse(text).is_ok(),
        _ => false,
    };
    occurred && (data["persons"].is_null() || data["persons"].is_array())
}

fn merge(value: &mut Value, patch: &Value) {
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
struct Record {
    leaves: Vec<Leaf>,
    received: Option<Instant>,
}

/// An event as it stands after the acts on it.
#[derive(Clone)]
struct Effective {
    leaf: Leaf,
    data: Value,
    /// Each must be seen by who sees the event: a visibility and its organisation.
    needs: Vec<(String, String)>,
    /// By whom its persons were set last.
    persons_by: (Instant, Key),
}

impl Record {
    fn new(leaves: &[Vec<u8>]) -> Self {
        let mut seen = BTreeSet::new();
        let all: Vec<Leaf> = leaves.iter().filter_map(|leaf| read(leaf)).collect();
        let received = all.last().map(|leaf| leaf.received);
        let first = all.into_iter().filter(|leaf| seen.insert(leaf.key.clone()));
        Self {
            leaves: first.filter(|leaf| leaf.whole).collect(),
            received,
        }
    }

    fn find(&self, key: &Key) -> Option<&Leaf> {
        self.leaves.iter().find(|leaf| leaf.key == *key)
    }

    fn target(leaf: &Leaf) -> Option<Key> {
        let target = leaf
            .data
            .get("target")
            .filter(|_| ACTS.contains(&leaf.kind.as_str()))?;
        let part = |name| text(target, name).map(String::from);
        Some((part("org")?, part("source")?, part("id")?))
    }

    /// What the chain of acts from `act` comes down to; none in a cycle, or where it is missing.
    fn root(&self, act: &Leaf) -> Option<&Leaf> {
        let mut leaf = self.find(&Self::target(act)?)?;
        for _ in 0..self.leaves.len() {
            match Self::target(leaf) {
                None => return Some(leaf),
                Some(next) => leaf = self.find(&next)?,
            }
        }
        None
    }

    fn may_act(&self, act: &Leaf, target: &Leaf) -> bool {
        let Some(root) = self.root(act) else {
            return false;
        };
        act.key.0 == target.key.0
            || (root.kind != "grant" && self.granted(&target.key.0, &act.key.0))
    }

    fn granted(&self, owner: &str, editor: &str) -> bool {
        let mut grants = self
            .leaves
            .iter()
            .filter(|leaf| leaf.kind == "grant" && leaf.key.0 == owner);
        grants.any(|grant| {
            self.effective(grant)
                .is_some_and(|e| text(&e.data, "grantee") == Some(editor))
        })
    }

    fn effective(&self, leaf: &Leaf) -> Option<Effective> {
        let mut acts: Vec<&Leaf> = self
            .leaves
            .iter()
            .filter(|act| Self::target(act).as_ref() == Some(&leaf.key) && self.may_act(act, leaf))
            .collect();
        acts.sort_by_key(|act| (act.recorded, act.key.clone()));
        let is_act = ACTS.contains(&leaf.kind.as_str());
        let own = |data: &Value| {
            let said = text(data, "visibility").map(String::from);
            let said = said.or_else(|| (!is_act).then(|| "org".into()));
            said.map(|visibility| (visibility, leaf.key.0.clone()))
        };
        let mut now = Effective {
            leaf: leaf.clone(),
            data: leaf.data.clone(),
            needs: own(&leaf.data).into_iter().collect(),
            persons_by: (leaf.recorded, leaf.key.clone()),
        };
        for act in acts {
            let Some(by) = self.effective(act) else {
                continue;
            };
            let patch = match act.kind.as_str() {
                "retraction" => return None,
                "correction" => by.data["patch"].clone(),
                _ => serde_json::json!({"verification": by.data["to"]}),
            };
            let mut data = now.data.clone();
            merge(&mut data, &patch);
            let touches = patch.get("target").is_some() || patch.get("pair").is_some();
            if touches || !passes_check(&leaf.kind, &data) {
                continue;
            }
            if patch.get("persons").is_some() {
                now.persons_by = (act.recorded, act.key.clone());
            }
            now.needs.extend(own(&data));
            now.needs.extend(by.needs);
            now.data = data;
        }
        Some(now)
    }
}

fn sees(scope: &Scope, needs: &[(String, String)]) -> bool {
    needs.iter().all(|(visibility, org)| match scope {
        Scope::Operator => true,
        Scope::Public => visibility == "public",
        Scope::Partners => visibility != "org",
        Scope::Org(own) => visibility != "org" || own.as_str() == org,
    })
}

/// One event in one track.
#[derive(Clone)]
struct Event {
    key: Key,
    recorded: Instant,
    kind: String,
    case: Option<String>,
    person: Option<String>,
    age: Option<u64>,
    days: Days,
    doubt: bool,
    data: Value,
}

impl Event {
    fn code(&self, name: &str, absent: &str) -> String {
        text(&self.data, name).unwrap_or(absent).into()
    }

    fn authority(&self) -> String {
        text(&self.data["authority"], "kind")
            .unwrap_or("unknown")
            .into()
    }

    fn is_ending(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "release" | "escape" | "death" | "left_custody"
        )
    }

    fn sort_day(&self) -> Day {
        match self.kind.as_str() {
            "arrest" | "detention" | "abduction" | "disappearance" | "charge" | "summons" => {
                self.days.earliest
            }
            _ => self.days.latest,
        }
    }

    fn is_refuted(&self) -> bool {
        self.code("verification", "") == "refuted"
    }

    /// The state that the event leads to, and its days.
    fn state(&self, in_custody: bool) -> Option<(&'static str, Days)> {
        let state = match self.kind.as_str() {
            "arrest" => "police_custody",
            "detention" => held_state(text(&self.data, "kind").unwrap_or("")),
            "house_arrest" => "house_arrest",
            "disappearance" | "abduction" => "disappeared",
            "reappearance" => match text(&self.data, "custody") {
                Some("pretrial") => "pretrial",
                Some("house_arrest") => "house_arrest",
                Some("free") => "free",
                _ => "unknown",
            },
            "bail" if text(&self.data, "decision") == Some("granted") => "free_with_restrictions",
            "bail" => "pretrial",
            "release" => "free",
            "escape" | "wanted" => "wanted",
            "left_custody" => "left_custody",
            "death" => "dead",
            "sentence" => {
                // The histories have only terms that are wholly suspended, or not at all.
                let from = text(&self.data, "effective_from").map(|t| Edtf::parse(t).unwrap().days);
                let term = text(&self.data, "custody").unwrap_or("P0D");
                let in_force = term == "life" || text(&self.data, "suspended") == Some("P0D");
                if !in_force || !(in_custody || from.is_some()) {
                    return None;
                }
                return Some(("serving", from.unwrap_or(self.days)));
            }
            _ => return None,
        };
        Some((state, self.days))
    }
}

fn held_state(kind: &str) -> &'static str {
    match kind {
        "pretrial" => "pretrial",
        "serving" => "serving",
        "administrative" => "administrative",
        _ => "police_custody",
    }
}

fn is_custody(state: &str) -> bool {
    matches!(
        state,
        "police_custody" | "pretrial" | "serving" | "administrative"
    )
}

fn is_held(state: &str) -> bool {
    is_custody(state) || matches!(state, "house_arrest" | "disappeared")
}

/// A state of a track, from when it holds; `shown` are the days of the events that show it.
struct State<'a> {
    state: &'static str,
    days: Days,
    doubt: bool,
    by: &'a Event,
    shown: Vec<Days>,
}

/// Returns the states of one track in their order; the gap of an implied release is one of them.
fn walk(track: &[Event]) -> Vec<State<'_>> {
    let rank = |e: &Event| match e.state(false) {
        Some((state, _))
            if is_held(state) && !matches!(e.kind.as_str(), "sentence" | "reappearance") =>
        {
            0
        }
        _ => 1 + u8::from(e.is_ending()),
    };
    let mut rest: Vec<&Event> = track.iter().filter(|e| !e.is_refuted()).collect();
    rest.sort_by_key(|e| (e.sort_day(), e.recorded, rank(e), e.key.clone()));
    let mut rest: Vec<(&Event, Days)> = rest.into_iter().map(|e| (e, e.days)).collect();
    let mut states: Vec<State<'_>> = Vec::new();
    let mut at = 0;
    while at < rest.len() {
        let (event, days) = rest[at];
        let current = states.last().map_or("", |s| s.state);
        if current == "dead" {
            break;
        }
        // An ending that finds nothing open goes behind the first beginning of its day.
        if event.is_ending() && !is_held(current) {
            let begins = |(e, _): &(&Event, Days)| {
                e.sort_day() == event.sort_day() && e.state(false).is_some_and(|s| is_held(s.0))
            };
            if let Some(next) = rest[at + 1..].iter().position(begins) {
                let loose = rest.remove(at);
                rest.insert(at + next + 1, loose);
                continue;
            }
        }
        // Who opened the custody that is open, if it is.
        let opened = states
            .iter()
            .rposition(|s| !is_custody(s.state))
            .map_or(0, |i| i + 1);
        let later = event.kind == "arrest"
            && states.get(opened).is_some_and(|first| {
                first.by.key.0 == event.key.0 && first.days.earliest < event.days.earliest
            });
        if later {
            let day = event.days.earliest;
            let ends =
                |(e, d): &(&Event, Days)| e.is_ending() && d.earliest < day && d.latest >= day;
            if let Some(next) = rest[at + 1..].iter().position(ends) {
                let (ending, d) = rest.remove(at + 1 + next);
                rest.insert(at, (ending, Days { latest: day, ..d }));
                continue;
            }
            let until = states
                .last()
                .unwrap()
                .shown
                .iter()
                .map(|d| d.earliest)
                .max()
                .unwrap();
            let gap = Days {
                earliest: until.min(day),
                latest: day,
            };
            states.push(State {
                state: "gap",
                days: gap,
                doubt: event.doubt,
                by: event,
                shown: vec![],
            });
        }
        turn(&mut states, event, days);
        at += 1;
    }
    states
}

fn turn<'a>(states: &mut Vec<State<'a>>, event: &'a Event, days: Days) {
    let current = states.last().map_or("", |s| s.state);
    let shows = matches!(event.kind.as_str(), "transfer" | "detention_extended");
    let (state, days) = match event.state(is_custody(current)) {
        // A cut ending has other days than its event.
        Some((state, own)) if own == event.days => (state, days),
        Some(next) => next,
        None if shows && is_held(current) => (states.last().unwrap().state, days),
        None => return,
    };
    if state == current {
        states.last_mut().unwrap().shown.push(days);
    } else {
        states.push(State {
            state,
            days,
            doubt: event.doubt,
            by: event,
            shown: vec![days],
        });
    }
}

/// What is counted: which unit, what it says, when, and by which flags (count, at least, at most).
struct Unit<'a> {
    number: Option<String>,
    event: &'a Event,
    days: Option<Days>,
    flags: [bool; 3],
    charge: Option<(Option<String>, Option<String>, String)>,
}

/// A figure as the answer gives it: count, at least, at most, and the unnamed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Figure {
    pub(crate) counts: [u64; 3],
    pub(crate) unnamed: Option<(u64, Option<u64>)>,
}

/// Rows by the values of their groups.
pub(crate) type Rows = BTreeMap<Vec<Option<String>>, Figure>;

/// What is known, and who asks what.
struct Asking<'a> {
    asked: &'a Asked,
    events: Vec<Event>,
    individuals: BTreeMap<String, String>,
    traits: BTreeMap<String, Value>,
}

impl Asking<'_> {
    fn asked(&self, name: &str) -> Option<&str> {
        self.asked
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    fn individual(&self, person: &str) -> String {
        self.individuals
            .get(person)
            .map_or(person, |one| one)
            .into()
    }

    fn among(&self, name: &str, found: &[String]) -> bool {
        self.asked(name)
            .is_none_or(|wanted| wanted.split(',').any(|w| found.iter().any(|f| f == w)))
    }

    fn window(&self) -> Option<Days> {
        self.asked("occurred")
            .map(|text| Edtf::parse(text).unwrap().days)
    }

    fn trait_of(&self, event: &Event, name: &str) -> Option<&Value> {
        self.traits.get(event.person.as_ref()?)?.get(name)
    }

    fn minor(&self, event: &Event, days: Days) -> &'static str {
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
    fn values(&self, unit: &Unit<'_>, name: &str, days: Days) -> Vec<Option<String>> {
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
            "minor" => Some(self.minor(event, days).into()),
            "authority" => Some(event.authority()),
            "verification" => Some(event.code("verification", "unknown")),
            "assessment" => Some(event.code("assessment", "unassessed")),
            "case" => event.case.clone(),
            "person" => event.person.clone(),
            "law" => charge.and_then(|charge| charge.0),
            "article" => charge.and_then(|charge| charge.1),
            "charge_status" => charge.map(|charge| charge.2),
            "release_kind" if event.kind == "release" && charge.is_none() => {
                Some(event.code("release_kind", "unknown"))
            }
            _ => None,
        }]
    }

    fn takes(&self, unit: &Unit<'_>, days: Days) -> bool {
        let rank = |code: &str| match code {
            "refuted" => 0,
            "corroborated" => 2,
            "verified" => 3,
            _ => 1,
        };
        let level = rank(&unit.event.code("verification", "unknown"));
        let wanted = self.asked("verification").unwrap_or("reported");
        let verified = if wanted == "refuted" {
            level == 0
        } else {
            level >= rank(wanted)
        };
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
            "release_kind",
        ];
        verified
            && place
            && names.iter().all(|name| {
                let found: Vec<String> = self
                    .values(unit, name, days)
                    .into_iter()
                    .flatten()
                    .collect();
                self.among(name, &found)
            })
    }

    /// The groups of a unit, and whether its days lie inside each.
    fn groups(&self, unit: &Unit<'_>, names: &[&str]) -> (Vec<Vec<Option<String>>>, bool) {
        let minor_days = unit.days.unwrap_or(unit.event.days);
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
        if let (false, Some(when)) = (times.is_empty(), unit.days) {
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
                    None => self.values(unit, name, minor_days),
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

    fn against_window(&self, days: Days, doubt: bool) -> [bool; 3] {
        let Some(window) = self.window() else {
            return [true, !doubt, true];
        };
        let inside = window.earliest <= days.earliest && days.latest <= window.latest;
        let touches = days.earliest <= window.latest && window.earliest <= days.latest;
        [inside, inside && !doubt, touches]
    }

    fn happened<'e>(&'e self, persons: bool) -> Vec<Unit<'e>> {
        let kind = |e: &&Event| match (self.asked("definition"), self.asked("kind")) {
            (Some(_), _) => {
                let rights = e.data["rights_exercised"].as_array();
                e.kind == "arrest" && rights.is_some_and(|rights| !rights.is_empty())
            }
            (None, Some(kinds)) => kinds.split(',').any(|kind| kind == e.kind),
            (None, None) => true,
        };
        let unit = |event: &'e Event| {
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
                days: Some(*days),
                flags,
                charge: None,
            }
        };
        self.events.iter().filter(kind).map(unit).collect()
    }

    fn tracks(&self) -> BTreeMap<(Option<String>, String), Vec<Event>> {
        let mut tracks: BTreeMap<_, Vec<Event>> = BTreeMap::new();
        for event in &self.events {
            if let Some(person) = &event.person {
                tracks
                    .entry((event.case.clone(), person.clone()))
                    .or_default()
                    .push(event.clone());
            }
        }
        tracks
    }
}

fn statuses(event: &Event) -> Vec<(String, String)> {
    let data = &event.data;
    let own = |name: &str| text(data, name).unwrap_or_default().to_owned();
    match event.kind.as_str() {
        "charge_status" => vec![(own("charge"), own("status"))],
        "verdict" => {
            let of = |one: &Value| {
                let status = match text(one, "verdict") {
                    Some("guilty") => "convicted",
                    Some("not_guilty") => "acquitted",
                    _ => "dismissed",
                };
                (text(one, "charge").unwrap().to_owned(), status.to_owned())
            };
            data["verdicts"]
                .as_array()
                .unwrap()
                .iter()
                .map(of)
                .collect()
        }
        _ => vec![],
    }
}

/// The charges of a track: the event that begins each, and where it stands.
fn charges(track: &[Event]) -> Vec<(String, &Event, (Option<String>, Option<String>, String))> {
    let mut sorted: Vec<&Event> = track.iter().filter(|e| !e.is_refuted()).collect();
    sorted.sort_by_key(|e| (e.sort_day(), e.recorded, e.key.clone()));
    let own = |e: &&Event| e.kind == "charge";
    let mut found: BTreeMap<String, (&Event, (Option<String>, Option<String>, String))> =
        BTreeMap::new();
    for event in sorted.iter().copied().filter(own) {
        let part = |name: &str| text(&event.data, name).map(String::from);
        let charge = (part("law"), part("article"), "pending".to_owned());
        found
            .entry(part("charge").unwrap())
            .or_insert((event, charge));
    }
    for event in sorted {
        for (charge, status) in statuses(event) {
            let blank = (None, None, String::new());
            found.entry(charge).or_insert((event, blank)).1.2 = status;
        }
    }
    found
        .into_iter()
        .map(|(id, (event, charge))| (id, event, charge))
        .collect()
}

/// Whether each of count, at least and at most holds of a run of states on `day`.
fn run_flags(
    run: &[State<'_>],
    end: Option<&State<'_>>,
    day: Day,
    dead: Option<(Day, Day)>,
) -> [bool; 3] {
    let shown = || run.iter().flat_map(|state| &state.shown);
    let start_latest = shown()
        .map(|d| d.latest)
        .min()
        .unwrap()
        .min(run[0].days.latest);
    let until = shown().map(|d| d.earliest).max().unwrap();
    let end_earliest = end.map_or(Day::MAX, |end| end.days.earliest.max(until));
    let end_latest = end.map_or(Day::MAX, |end| end.days.latest);
    let (dead_earliest, dead_latest) = dead.unwrap_or((Day::MAX, Day::MAX));
    let most = run[0].days.earliest <= day && day < end_latest && day < dead_latest;
    let count = most && start_latest <= day && day < end_earliest && day < dead_earliest;
    let doubt = run[0].doubt || end.is_some_and(|end| end.doubt);
    [count, count && !doubt, most]
}

/// Returns the total and the rows of a question over `leaves`, all of which are known.
pub(crate) fn figure(leaves: &[Vec<u8>], asked: &Asked, scope: &Scope) -> (Figure, Rows) {
    let record = Record::new(leaves);
    let effective: Vec<Effective> = record
        .leaves
        .iter()
        .filter(|leaf| !ACTS.contains(&leaf.kind.as_str()))
        .filter_map(|leaf| record.effective(leaf))
        .filter(|event| sees(scope, &event.needs))
        .collect();
    let events: Vec<Event> = effective.iter().flat_map(in_tracks).collect();
    let asking = Asking {
        asked,
        events,
        individuals: individuals(&record, &effective),
        traits: traits(&effective),
    };
    let held = asking
        .asked("definition")
        .is_some_and(|d| d.starts_with("detained"));
    let measure = asking.asked("measure").unwrap_or("persons");
    let of_charges = measure == "person_charges"
        || ["law", "article", "charge_status"]
            .iter()
            .any(|name| asking.asked(name).is_some());
    let tracks = asking.tracks();
    let units = if held {
        let on = asking.asked("on").and_then(Day::parse);
        let on = on.or(record.received.map(Instant::utc_day));
        on.map_or_else(Vec::new, |day| held_on(&asking, &tracks, day))
    } else if of_charges {
        charged(&asking, &tracks, measure == "persons")
    } else {
        asking.happened(measure == "persons")
    };
    tally(&asking, &units, measure == "persons" && !held)
}

/// An event once for each of its persons, or once for nobody.
fn in_tracks(now: &Effective) -> Vec<Event> {
    let leaf = &now.leaf;
    let when = text(&now.data, "occurred").map(|t| Edtf::parse(t).unwrap());
    let days = when.map_or(Days::one(leaf.recorded_day), |edtf| {
        let Days { earliest, latest } = edtf.days;
        Days {
            earliest,
            latest: latest.min(leaf.recorded_day).max(earliest),
        }
    });
    let event = Event {
        key: leaf.key.clone(),
        recorded: leaf.recorded,
        kind: leaf.kind.clone(),
        case: leaf.case.clone(),
        person: None,
        age: None,
        days,
        doubt: when.is_some_and(|edtf| edtf.doubt),
        data: now.data.clone(),
    };
    if leaf.kind.ends_with("same_person") {
        // Nobody's event; of one id with itself it is none at all.
        let real = now.data["pair"][0] != now.data["pair"][1];
        return real.then_some(event).into_iter().collect();
    }
    let mut found: Vec<Event> = Vec::new();
    for person in persons(&now.data) {
        let id = text(&person, "id").map(String::from);
        found.push(Event {
            person: id,
            age: person["age_at_event"].as_u64(),
            ..event.clone()
        });
    }
    if found.is_empty() { vec![event] } else { found }
}

/// The persons of an event; one who is named twice is one, the first value of each field holding.
fn persons(data: &Value) -> Vec<Value> {
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

/// Who is one with whom: of each pair the last link that counts, as far as it is seen.
fn individuals(record: &Record, effective: &[Effective]) -> BTreeMap<String, String> {
    let mut last: BTreeMap<(String, String), (Instant, Key, bool)> = BTreeMap::new();
    for link in effective
        .iter()
        .filter(|e| e.leaf.kind.ends_with("same_person"))
    {
        let id = |at: usize| link.data["pair"][at].as_str().unwrap().to_owned();
        let (a, b) = (id(0).min(id(1)), id(0).max(id(1)));
        let org = &link.leaf.key.0;
        let counts = [&a, &b].iter().any(|id| {
            let owner = id.split(':').next().unwrap();
            owner == org || record.granted(owner, org)
        });
        if !counts || a == b {
            continue;
        }
        let now = (
            link.leaf.recorded,
            link.leaf.key.clone(),
            link.leaf.kind == "same_person",
        );
        let held = last.entry((a, b)).or_insert_with(|| now.clone());
        *held = held.clone().max(now);
    }
    let mut one: BTreeMap<String, String> = BTreeMap::new();
    for (a, b) in last
        .into_iter()
        .filter(|(_, link)| link.2)
        .map(|(pair, _)| pair)
    {
        let of = |one: &BTreeMap<String, String>, id: &String| one.get(id).unwrap_or(id).clone();
        let (kept, joined) = (of(&one, &a), of(&one, &b));
        one.entry(a).or_insert_with(|| kept.clone());
        one.entry(b).or_insert_with(|| joined.clone());
        for name in one.values_mut().filter(|name| **name == joined) {
            *name = kept.clone();
        }
    }
    one
}

/// What holds of each person, by field.
fn traits(effective: &[Effective]) -> BTreeMap<String, Value> {
    let mut sorted: Vec<&Effective> = effective.iter().collect();
    sorted.sort_by_key(|event| event.persons_by.clone());
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for event in sorted {
        for person in persons(&event.data) {
            let id = text(&person, "id").unwrap().to_owned();
            let known = all.entry(id).or_insert_with(|| serde_json::json!({}));
            for name in ["sex", "birth", "roles"] {
                let unknown = person[name] == "unknown" && known.get(name).is_some();
                if !person[name].is_null() && !unknown {
                    known[name] = person[name].clone();
                }
            }
        }
    }
    all
}

type Tracks = BTreeMap<(Option<String>, String), Vec<Event>>;

fn held_on<'a>(asking: &Asking<'a>, tracks: &'a Tracks, day: Day) -> Vec<Unit<'a>> {
    let mut deaths: BTreeMap<String, (Day, Day)> = BTreeMap::new();
    for death in asking
        .events
        .iter()
        .filter(|e| e.kind == "death" && !e.is_refuted())
    {
        if let Some(person) = &death.person {
            let days = (death.days.earliest, death.days.latest);
            let known = deaths.entry(asking.individual(person)).or_insert(days);
            *known = (known.0.min(days.0), known.1.min(days.1));
        }
    }
    let definition = asking.asked("definition").unwrap();
    let definition = definition.strip_suffix(".v1").unwrap_or(definition);
    let satisfies = |state: &State<'_>| match definition {
        "detained/any" => is_custody(state.state),
        "detained/incl_house_arrest" => is_custody(state.state) || state.state == "house_arrest",
        _ => {
            let not_state = [
                "paramilitary",
                "private_security",
                "crowd",
                "employer",
                "other",
                "unknown",
            ];
            is_custody(state.state) && !not_state.contains(&state.by.authority().as_str())
        }
    };
    let mut units = Vec::new();
    for ((_, person), track) in tracks {
        let individual = asking.individual(person);
        let dead = deaths.get(&individual).copied();
        let states = walk(track);
        let mut from = 0;
        for to in 0..=states.len() {
            if states.get(to).is_some_and(satisfies) {
                continue;
            }
            if let Some(first) = states[from..to].first() {
                let flags = run_flags(&states[from..to], states.get(to), day, dead);
                units.push((
                    first.by.key.clone(),
                    first.days,
                    flags,
                    individual.clone(),
                    track,
                ));
            }
            from = to + 1;
        }
    }
    let unit =
        |(key, days, flags, number, track): (Key, Days, [bool; 3], String, &'a Vec<Event>)| {
            let event = track.iter().find(|event| event.key == key).unwrap();
            (
                Unit {
                    number: Some(number),
                    event,
                    days: None,
                    flags,
                    charge: None,
                },
                days,
            )
        };
    units.into_iter().map(unit).map(|(unit, _)| unit).collect()
}

fn charged<'a>(asking: &Asking<'a>, tracks: &'a Tracks, persons: bool) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    for ((_, person), track) in tracks {
        for (id, event, charge) in charges(track) {
            let individual = asking.individual(person);
            let number = if persons {
                individual
            } else {
                format!("{individual} {id}")
            };
            let flags = asking.against_window(event.days, event.doubt);
            let days = Some(event.days);
            units.push(Unit {
                number: Some(number),
                event,
                days,
                flags,
                charge: Some(charge),
            });
        }
    }
    units
}

/// Counts the units in the total and in each group.
fn tally(asking: &Asking<'_>, units: &[Unit<'_>], with_unnamed: bool) -> (Figure, Rows) {
    type Marks = BTreeMap<String, [bool; 3]>;
    let names: Vec<&str> = asking
        .asked("group_by")
        .filter(|g| !g.is_empty())
        .map_or(vec![], |g| g.split(',').collect());
    let mut cells: BTreeMap<Option<Vec<Option<String>>>, (Marks, BTreeMap<Key, Value>)> =
        BTreeMap::new();
    cells.entry(None).or_default();
    for unit in units {
        let days = unit.days.unwrap_or(unit.event.days);
        if !unit.flags[2] || !asking.takes(unit, days) {
            continue;
        }
        let (groups, inside) = if names.is_empty() {
            (vec![], true)
        } else {
            asking.groups(unit, &names)
        };
        let cellwise = groups.into_iter().map(|group| (Some(group), inside));
        for (cell, inside) in cellwise.chain([(None, true)]) {
            let [count, least, most] = unit.flags;
            let flags = [count && inside, least && inside, most];
            let (marks, unnamed) = cells.entry(cell).or_default();
            if let Some(number) = &unit.number {
                let mark = marks.entry(number.clone()).or_default();
                *mark = std::array::from_fn(|i| mark[i] || flags[i]);
            }
            let group = &unit.event.data["group"];
            if flags[0] && with_unnamed && unit.charge.is_none() && group.is_object() {
                unnamed.insert(unit.event.key.clone(), group.clone());
            }
        }
    }
    let figure = |(marks, groups): &(Marks, BTreeMap<Key, Value>)| {
        let lower = groups.values().map(|g| g["lower"].as_u64().unwrap()).sum();
        let upper = groups.values().map(|g| g["upper"].as_u64()).sum();
        let count = |i: usize| u64::try_from(marks.values().filter(|m| m[i]).count()).unwrap();
        Figure {
            counts: [count(0), count(1), count(2)],
            unnamed: with_unnamed.then_some((lower, upper)),
        }
    };
    let total = figure(&cells[&None]);
    let rows = cells
        .iter()
        .filter_map(|(cell, marks)| Some((cell.clone()?, figure(marks))))
        .filter(|(_, f)| f.counts[2] > 0 || f.unnamed.is_some_and(|(lower, _)| lower > 0))
        .collect();
    (total, rows)
}
