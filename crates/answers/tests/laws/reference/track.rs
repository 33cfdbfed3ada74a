//! What follows from the events of a track: its states, its charges, and who is held.
//!
//! Never here: who may see an event, and filters.

use event::{Day, Days, Edtf, Instant};
use serde_json::Value;

use super::record::{Effective, Key, persons, text};

/// One event in one track.
#[derive(Clone)]
pub(super) struct Event {
    pub(super) key: Key,
    pub(super) recorded: Instant,
    pub(super) kind: String,
    pub(super) case: Option<String>,
    pub(super) person: Option<String>,
    pub(super) age: Option<u64>,
    pub(super) days: Days,
    pub(super) doubt: bool,
    /// Whether its days set the span of a figure by time.
    pub(super) sets_span: bool,
    pub(super) visibility: String,
    pub(super) data: Value,
}

impl Event {
    pub(super) fn code(&self, name: &str, absent: &str) -> String {
        text(&self.data, name).unwrap_or(absent).into()
    }

    pub(super) fn authority(&self) -> String {
        text(&self.data["authority"], "kind")
            .unwrap_or("unknown")
            .into()
    }

    pub(super) fn is_ending(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "release" | "escape" | "death" | "left_custody"
        )
    }

    pub(super) fn sort_day(&self) -> Day {
        match self.kind.as_str() {
            "arrest" | "detention" | "abduction" | "disappearance" | "charge" | "summons" => {
                self.days.earliest
            }
            _ => self.days.latest,
        }
    }

    pub(super) fn is_refuted(&self) -> bool {
        self.code("verification", "") == "refuted"
    }

    /// The state that the event leads to.
    pub(super) fn state(&self, in_custody: bool) -> Option<&'static str> {
        Some(match self.kind.as_str() {
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
                let term = text(&self.data, "custody").unwrap_or("P0D");
                let remains = term == "life" || text(&self.data, "suspended") == Some("P0D");
                let from = text(&self.data, "effective_from");
                if !remains || !(in_custody || from.is_some()) {
                    return None;
                }
                "serving"
            }
            _ => return None,
        })
    }
}

pub(super) fn held_state(kind: &str) -> &'static str {
    match kind {
        "pretrial" => "pretrial",
        "serving" => "serving",
        "administrative" => "administrative",
        _ => "police_custody",
    }
}

pub(super) fn is_custody(state: &str) -> bool {
    matches!(
        state,
        "police_custody" | "pretrial" | "serving" | "administrative"
    )
}

pub(super) fn is_held(state: &str) -> bool {
    is_custody(state) || matches!(state, "house_arrest" | "disappeared")
}

/// A state of a track, from when it holds; `shown` are the days of the events that show it.
pub(super) struct State<'a> {
    pub(super) state: &'static str,
    pub(super) days: Days,
    pub(super) doubt: bool,
    pub(super) by: &'a Event,
    pub(super) shown: Vec<Days>,
    /// The authority that its events name, and the best verification of them.
    pub(super) authority: Option<String>,
    pub(super) verification: String,
}

impl<'a> State<'a> {
    fn new(state: &'static str, days: Days, by: &'a Event, shown: Vec<Days>) -> Self {
        Self {
            state,
            days,
            doubt: by.doubt,
            by,
            shown,
            authority: named(by),
            verification: by.code("verification", "unknown"),
        }
    }

    /// The event that begins it, with the state's own authority and verification.
    pub(super) fn as_event(&self) -> Event {
        let mut event = self.by.clone();
        if let Some(authority) = &self.authority {
            event.data["authority"] = serde_json::json!({"kind": authority});
        }
        event.data["verification"] = self.verification.clone().into();
        event
    }
}

/// The authority that an event names.
fn named(event: &Event) -> Option<String> {
    Some(event.authority()).filter(|authority| authority != "unknown")
}

/// Returns where an event stands among those of its day: what begins custody, then the rest, then endings.
fn rank(event: &Event) -> u8 {
    match event.state(false) {
        Some(state)
            if is_held(state) && !matches!(event.kind.as_str(), "sentence" | "reappearance") =>
        {
            0
        }
        _ => 1 + u8::from(event.is_ending()),
    }
}

/// Returns the states of one track in their order; the gap of an implied release is one of them.
pub(super) fn walk(track: &[Event]) -> Vec<State<'_>> {
    let order = |one: &Entry<'_>| {
        let e = one.event;
        (one.place, e.recorded, rank(e), e.key.clone())
    };
    let standing = track.iter().filter(|e| !e.is_refuted());
    let mut rest: Vec<Entry<'_>> = standing.flat_map(entries).collect();
    rest.sort_by_key(order);
    let mut states: Vec<State<'_>> = Vec::new();
    let mut at = 0;
    while at < rest.len() {
        let event = rest[at].event;
        let current = states.last().map_or("", |s| s.state);
        if current == "dead" {
            break;
        }
        // An ending that finds nothing open goes behind the first beginning of its day, and behind
        // those that went there before it.
        if event.is_ending() && !is_held(current) {
            let begins = |one: &Entry<'_>| {
                let state = one.event.state(false);
                one.place == event.sort_day() && !one.shows && state.is_some_and(is_held)
            };
            if let Some(next) = rest[at + 1..].iter().position(begins) {
                let loose = rest.remove(at);
                let behind = rest[at + next + 1..].iter();
                let before = behind.take_while(|e| e.event.is_ending() && order(e) < order(&loose));
                let before = before.count();
                rest.insert(at + next + 1 + before, loose);
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
            let ends = |e: &Entry<'_>| {
                e.event.is_ending() && e.days.earliest < day && e.days.latest >= day
            };
            if let Some(next) = rest[at + 1..].iter().position(ends) {
                let mut ending = rest.remove(at + 1 + next);
                ending.days.latest = day;
                rest.insert(at, ending);
                continue;
            }
            let shown = &states.last().unwrap().shown;
            let until = shown.iter().map(|d| d.earliest).max().unwrap();
            let gap = Days {
                earliest: until.min(day),
                latest: day,
            };
            states.push(State::new("gap", gap, event, vec![]));
        }
        turn(&mut states, &rest[at]);
        at += 1;
    }
    states
}

/// An event at its place in the order, with its days there; or a sentence on its own day, before it takes
/// effect.
struct Entry<'a> {
    place: Day,
    event: &'a Event,
    days: Days,
    /// Whether it only shows the state that it finds.
    shows: bool,
}

/// The places of an event: a sentence that takes effect later stands on its own day and on that one.
fn entries(event: &Event) -> Vec<Entry<'_>> {
    let entry = |days: Days, shows| Entry {
        place: if event.kind == "sentence" {
            days.latest
        } else {
            event.sort_day()
        },
        event,
        days,
        shows,
    };
    let from = text(&event.data, "effective_from").filter(|_| event.kind == "sentence");
    let Some(from) = from.map(|from| Edtf::parse(from).unwrap().days) else {
        return vec![entry(event.days, false)];
    };
    let serves = Days {
        earliest: event.days.earliest.max(from.earliest),
        latest: event.days.latest.max(from.latest),
    };
    let mut found = vec![entry(serves, false)];
    if from.latest > event.days.latest {
        found.push(entry(event.days, true));
    }
    found
}

fn turn<'a>(states: &mut Vec<State<'a>>, entry: &Entry<'a>) {
    let Entry { event, days, .. } = *entry;
    let current = states.last().map_or("", |s| s.state);
    if entry.shows {
        // A sentence that is not in force at all shows nothing.
        if let Some(last) = states.last_mut().filter(|last| is_held(last.state))
            && event.state(true).is_some()
        {
            last.shown.push(days);
        }
        return;
    }
    let shows = matches!(event.kind.as_str(), "transfer" | "detention_extended");
    let state = match event.state(is_custody(current)) {
        Some(state) => state,
        None if shows && is_held(current) => states.last().unwrap().state,
        None => return,
    };
    let new = State::new(state, days, event, vec![days]);
    let last = states.last_mut().filter(|_| state == current);
    match last {
        None => states.push(new),
        // Another authority: another interval, of the same state.
        Some(last)
            if is_held(state)
                && new.authority.is_some()
                && last.authority.is_some()
                && new.authority != last.authority =>
        {
            states.push(new);
        }
        Some(last) => {
            last.shown.push(days);
            if is_held(state) {
                last.authority = last.authority.take().or(new.authority);
            }
            let scale = [
                "unknown",
                "disputed",
                "reported",
                "corroborated",
                "verified",
            ];
            let level = |code: &str| scale.iter().position(|one| *one == code);
            if level(&new.verification) > level(&last.verification) {
                last.verification = new.verification;
            }
        }
    }
}

/// An event once for each of its persons, or once for nobody.
pub(super) fn in_tracks(now: &Effective, visibility: &str) -> Vec<Event> {
    let leaf = &now.leaf;
    let when = text(&now.data, "occurred").map(|t| Edtf::parse(t).unwrap());
    let days = when.map_or(Days::one(leaf.recorded_day), |edtf| {
        let Days { earliest, latest } = edtf.days;
        Days {
            earliest,
            latest: latest.min(now.cap).max(earliest),
        }
    });
    let (year, month, day) = leaf.recorded_day.ymd().unwrap();
    let open = text(&now.data, "occurred").is_some_and(|text| text.contains(".."));
    let wide = !open && days.latest.number() - days.earliest.number() + 1 > 366;
    let near = days.earliest.ymd().is_some_and(|first| {
        (year - 150..=year + 150).contains(&first.0)
            && first >= (year - 150, month, day)
            && first <= (year + 150, month, day)
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
        sets_span: !open && !wide && near,
        visibility: visibility.to_owned(),
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

/// Whether each of count, at least and at most holds of a run of states on `day`.
pub(super) fn run_flags(
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
    // Where days are given out of order, what is counted is among what is at most.
    let start_earliest = run[0].days.earliest.min(start_latest);
    let end_latest = end
        .map_or(Day::MAX, |end| end.days.latest)
        .max(end_earliest);
    let (dead_earliest, dead_latest) = dead.unwrap_or((Day::MAX, Day::MAX));
    let count = start_latest <= day && day < end_earliest && day < dead_earliest;
    let most = start_earliest <= day && day < end_latest && day < dead_latest;
    let doubt = run[0].doubt || end.is_some_and(|end| end.doubt);
    [count, count && !doubt, most]
}
