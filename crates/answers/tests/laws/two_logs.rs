//! The law of two logs: what a scope may not see changes no answer that it gets.
//!
//! Start at [`what_is_hidden_changes_no_answer`]. Two logs of one length have the same leaves, but for those
//! that a scope may not see: these differ in all but their position, their organisation, the time of their
//! receipt and, where other leaves name them, their key. Source: docs/reference/access.md.
//!
//! Never here: the answers of a server, its headers and pages.

use std::collections::{BTreeMap, BTreeSet};

use answers::{CaseBody, CaseList, Changes, MemoryModel, PersonBody, PersonList};
use event::{EventKey, Instant, Kind, Position, Reading};
use figures::{AsOf, At, Query};
use fold::{Scope, Sight};
use proptest::prelude::*;
use proptest::sample::select;
use serde::Serialize;
use serde_json::{Value, json};

use crate::acts::{act, definition, link, patches};
use crate::generate::{History, Sent, histories, world};
use crate::laws::{EVENTS_MAX, law_of, resolved, show};
use crate::memory::{fold_all, position};
use crate::notation::uuid;
use crate::pages::example;
use crate::questions::{Asked, questions, scopes};
use crate::reference::SeenBy;

/// The default number of histories: with [`ASKED`], two R, and nine answers to each question, over 20,000
/// answers about figures, and as many about the record.
const HISTORIES: u32 = 150;
/// The questions that each history is asked.
const ASKED: usize = 8;

/// A leaf that a scope may not see.
struct Hidden {
    index: usize,
    key: EventKey,
    is_act: bool,
    /// No other leaf names it, so that it can have another key.
    is_alone: bool,
}

fn events(leaves: &[Vec<u8>]) -> Vec<Option<Box<event::Event>>> {
    let read = |leaf: &Vec<u8>| match event::read(leaf) {
        Reading::Event(event) => Some(event),
        Reading::Unknown(_) | Reading::Rejected { .. } => None,
    };
    leaves.iter().map(read).collect()
}

/// Whether a scope sees nothing of the leaf at `index`, at any R.
fn is_hidden(seen_by: &SeenBy, leaves: &[Vec<u8>], index: usize, scope: &Scope) -> bool {
    let Reading::Event(event) = event::read(&leaves[index]) else {
        return false;
    };
    let mut known = index + 1..=leaves.len();
    known.all(|known| !seen_by.sees(known, leaves, &event.envelope.key, scope))
}

/// The leaves that may differ: those that the scope sees at no R, and which act on nothing that it sees.
/// Rights that were granted act on what everybody sees.
fn hidden(leaves: &[Vec<u8>], seen_by: &SeenBy, scope: &Scope) -> Vec<Hidden> {
    let events = events(leaves);
    let mut times: BTreeMap<&EventKey, usize> = BTreeMap::new();
    let mut named: BTreeSet<EventKey> = BTreeSet::new();
    for event in events.iter().flatten() {
        *times.entry(&event.envelope.key).or_default() += 1;
        named.extend(fold::target_key(&event.data));
    }
    let mut found: BTreeMap<&EventKey, usize> = BTreeMap::new();
    for (index, event) in events.iter().enumerate() {
        let Some(event) = event.as_ref().filter(|event| !event.kind.is_system()) else {
            continue;
        };
        let key = &event.envelope.key;
        if event.kind != Kind::Grant && times[key] == 1 && is_hidden(seen_by, leaves, index, scope)
        {
            found.insert(key, index);
        }
    }
    // An act on what may not differ may not differ either.
    loop {
        let acts_on_another = |(_, index): (&&EventKey, &mut usize)| {
            let target = fold::target_key(&events[*index].as_ref().unwrap().data);
            target.is_some_and(|target| times.contains_key(&target))
        };
        let keys: BTreeSet<EventKey> = found.keys().map(|key| (*key).clone()).collect();
        let before = found.len();
        found.retain(|key, index| {
            let target = fold::target_key(&events[*index].as_ref().unwrap().data);
            let differs = target.is_some_and(|target| keys.contains(&target));
            differs || !acts_on_another((key, index))
        });
        if found.len() == before {
            break;
        }
    }
    let of = |(key, index): (&EventKey, usize)| Hidden {
        index,
        key: key.clone(),
        is_act: events[index].as_ref().unwrap().data.get("target").is_some(),
        is_alone: !named.contains(key),
    };
    found.into_iter().map(of).collect()
}

/// The leaf at the place of a hidden one.
fn replaced(leaf: &[u8], hidden: &Hidden, other: &Value) -> Vec<u8> {
    let before: Value = serde_json::from_slice(leaf).unwrap();
    let mut event = other.clone();
    event["org"] = before["org"].clone();
    event["receivedtime"] = before["receivedtime"].clone();
    event["source"] = "//test.example".into();
    event["id"] = before["id"].clone();
    if hidden.is_alone {
        event["id"] = uuid(500 + hidden.index).into();
    }
    if hidden.is_act {
        event["data"]["target"] = before["data"]["target"].clone();
    }
    serde_json::to_vec(&event).unwrap()
}

/// Returns a log that differs from `leaves` in what the scope may not see, and whether the scope could see
/// any of that before it was hidden; none where nothing can differ.
fn other_log(
    leaves: &[Vec<u8>],
    scope: &Scope,
    others: &[(Sent, Sent)],
) -> Option<(Vec<Vec<u8>>, bool)> {
    let seen_by = SeenBy::new(leaves);
    let differing = hidden(leaves, &seen_by, scope);
    let mut other = leaves.to_vec();
    let could_see = |seen_by: &SeenBy| {
        let mut all = differing.iter();
        all.any(|hidden| seen_by.could_see(&hidden.key, scope))
    };
    let mut was_seen = could_see(&seen_by);
    // Acts by themselves: one that no longer hides what it hid would show it.
    for acts in [false, true] {
        let mut proposed = other.clone();
        for hidden in differing.iter().filter(|hidden| hidden.is_act == acts) {
            let (event, act) = &others[hidden.index % others.len()];
            let event = if acts { &act.event } else { &event.event };
            proposed[hidden.index] = replaced(&leaves[hidden.index], hidden, event);
        }
        let seen_by = SeenBy::new(&proposed);
        let mut all = differing.iter();
        if all.all(|hidden| is_hidden(&seen_by, &proposed, hidden.index, scope)) {
            other = proposed;
            was_seen |= could_see(&seen_by);
        }
    }
    (other != leaves).then_some((other, was_seen))
}

fn text(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap()
}

/// What the scope is told of the record at R, by the name of each answer.
fn record(model: &MemoryModel, at: Position, scope: &Scope) -> Vec<(String, String)> {
    let (rows, columns) = (&model.rows, &model.columns);
    let mut told = Vec::new();
    let Ok(cases) = CaseList::build(rows, (at, scope), 1_000, rows.cases_from(None));
    told.push(("cases".into(), text(&cases)));
    let all = figures::CaseFilter::default();
    let order = figures::CaseOrder::Id;
    let ids = figures::cases(columns, &all, (order, None, 1_000), (at, scope));
    let listed: Vec<&str> = cases.cases.iter().map(|case| case.case.as_str()).collect();
    assert_eq!(
        ids.iter().map(|one| one.case.as_str()).collect::<Vec<_>>(),
        listed
    );
    let newest = cases.cases.iter().map(|case| case.newest);
    assert!(newest.eq(ids.iter().map(|one| one.newest)));
    for case in rows.cases_from(None) {
        let Ok((id, tracks)) = case;
        let Ok(body) = CaseBody::build(rows, &id, &tracks, at, scope);
        told.extend(body.map(|body| (format!("case {id}"), text(&body))));
    }
    let all = rows
        .persons
        .iter()
        .map(|(id, row)| Ok((id.clone(), row.clone())));
    let Ok(persons) = PersonList::build(rows, at, scope, 1_000, all);
    told.push(("persons".into(), text(&persons)));
    let ids = columns.persons_after(None, 1_000, at, scope);
    let listed: Vec<&str> = persons
        .persons
        .iter()
        .map(|one| one.person.as_str())
        .collect();
    assert_eq!(
        ids.iter().map(event::PersonId::as_str).collect::<Vec<_>>(),
        listed
    );
    let mut search = answers::DuplicateSearch::default();
    for (id, row) in &rows.persons {
        search.add_person(id, row, at, scope);
        let Ok(body) = PersonBody::build(rows, id, at, scope);
        told.extend(body.map(|body| (format!("person {id}"), text(&body))));
    }
    let Ok(duplicates) = search.list_groups(rows, at, scope, 0, 1_000);
    told.push(("duplicates".into(), text(&duplicates)));
    let Ok(events) = answers::list_events(rows, columns, Kind::ALL, at, scope);
    told.push(("events".into(), text(&events)));
    let Ok(statements) = answers::list_statements(rows, columns, at, scope);
    told.push(("statements".into(), text(&statements)));
    let Ok(claims) = answers::compare_claims(rows, columns, at, scope);
    told.push(("claims".into(), text(&claims)));
    let days = (event::Day::MIN, event::Day::MAX);
    let Ok(hearings) = answers::list_hearings(rows, columns, days, at, scope);
    told.push(("hearings".into(), text(&hearings)));
    let Ok(definitions) = answers::own_definitions(rows, columns, at, scope);
    told.push(("definitions".into(), format!("{definitions:?}")));
    let Ok(published) = answers::list_events(rows, columns, &[Kind::FigurePublished], at, scope);
    for event in published {
        let Ok(figure) = answers::PublishedFigure::compute(rows, columns, event, at, scope);
        told.push((format!("published {}", figure.id), text(&figure)));
    }
    told.push((
        "findings".into(),
        format!("{:?}", columns.findings(at, scope)),
    ));
    for (position, leaf) in &rows.leaves {
        let Ok(leaf) = answers::visible_leaf(&mut Sight::new(rows, at), (*position, leaf), scope);
        told.extend(leaf.map(|leaf| (format!("leaf {position}"), text(&leaf))));
    }
    told
}

/// What the scope is told of the instants of the record.
fn times(model: &MemoryModel, scope: &Scope) -> Vec<(String, String)> {
    let instants = (4..=16).map(|day| format!("2020-01-{day:02}T08:00:00Z"));
    let ask = |text: String| {
        let instant = Instant::parse(&text).unwrap().0;
        let resolve = |at: At| format!("{:?}", at.resolve(model.columns.instants(), scope));
        let told = [At::Received(instant), At::Recorded(instant)].map(resolve);
        (text, told.join(" "))
    };
    instants.map(ask).collect()
}

/// What the scope is told in answer to a question about figures.
fn figures_told(
    model: &MemoryModel,
    asked: &Asked,
    at: Position,
    scope: &Scope,
) -> Vec<(String, String)> {
    let columns = &model.columns;
    let Some(query) = resolved(asked, &model.rows, columns, at, scope) else {
        return vec![("none".into(), String::new())];
    };
    let on = query.on;
    let from = AsOf { at, on, scope };
    let mut told = vec![
        (
            "figure",
            text(&crate::answer(columns, &query, at, None, scope)),
        ),
        ("records", text(&figures::records(columns, &query, from))),
        ("funnel", text(&figures::funnel(columns, &query, from))),
        (
            "time held",
            text(&figures::time_held(columns, &query, from)),
        ),
        (
            "rearrests",
            text(&figures::rearrests(columns, &query, 30, from)),
        ),
        ("years", text(&figures::years(columns, &query, at, scope))),
        ("overlap", text(&figures::overlap(columns, &query, from))),
        ("held", held(columns, &query, at, scope)),
    ];
    let span = (Position::new(at.get() / 2), at);
    let Ok(changes) = Changes::explain(&model.rows, columns, &query, span, None, scope);
    told.push(("changes", text(&changes)));
    let of = |(name, text): (&str, String)| (name.to_owned(), text);
    told.into_iter().map(of).collect()
}

fn held(columns: &figures::ColumnStore, query: &Query, at: Position, scope: &Scope) -> String {
    let list = figures::held_list(columns, query, at, scope);
    let past = [6, 12, 18].map(|months| list.count_past(months));
    let since: Vec<_> = list.since().collect();
    let lines = list.lines(columns, 0..list.len());
    format!("{:?} {past:?} {since:?} {lines:?}", list.total())
}

fn kinds() -> Vec<Value> {
    let kinds = Kind::ALL.iter().filter(|kind| {
        !kind.is_system()
            && **kind != Kind::Grant
            && example(**kind)["data"].get("target").is_none()
    });
    kinds.map(|kind| example(*kind)).collect()
}

/// A strategy for what stands in the place of a hidden leaf: an event, or an act where it was one.
fn others() -> impl Strategy<Value = Vec<(Sent, Sent)>> {
    // Of these the reference does not know who sees them.
    let of_a_kind = select(kinds()).prop_map(|mut event| {
        event["data"]["visibility"] = "org".into();
        let target = None;
        Sent { event, target }
    });
    let event = prop_oneof![4 => world(), 1 => definition(), 1 => link()];
    let hidden = select(vec![json!(null), json!("org"), json!("partners")]);
    let event = (event, hidden).prop_map(|(mut sent, visibility)| {
        if visibility.is_string() {
            sent.event["data"]["visibility"] = visibility;
        }
        sent
    });
    let event = prop_oneof![3 => event, 1 => of_a_kind];
    let retraction =
        select(vec!["duplicate", "safety"]).prop_map(|reason| json!({"reason": reason}));
    let verified = select(vec!["verified", "refuted"]).prop_map(|to| json!({"to": to}));
    let act = prop_oneof![
        act(1, "correction", patches().boxed()),
        act(1, "retraction", retraction.boxed()),
        act(1, "verification_changed", verified.boxed()),
    ];
    prop::collection::vec((event, act), EVENTS_MAX)
}

#[test]
fn what_is_hidden_changes_no_answer() {
    let values = (
        (histories(EVENTS_MAX), others()),
        (scopes(), 0..EVENTS_MAX + 6),
        prop::collection::vec(questions(), ASKED),
    );
    let differed = std::cell::Cell::new(0_u32);
    law_of(
        HISTORIES,
        values,
        |((history, others), (scope, known), asked)| {
            let leaves = History::as_sent(&history);
            let Some((other, was_seen)) = other_log(&leaves, &scope, &others) else {
                return Ok(());
            };
            differed.set(differed.get() + 1);
            let models = [fold_all(&leaves, &[9]), fold_all(&other, &[9])];
            let shown = || format!("{scope:?}\n{}\n--\n{}", show(&leaves), show(&other));
            let same = |of: &dyn Fn(&MemoryModel) -> Vec<(String, String)>| {
                let [one, another] = [of(&models[0]), of(&models[1])];
                prop_assert_eq!(one, another, "{}", shown());
                Ok(())
            };
            same(&|model| times(model, &scope))?;
            let newest = position(leaves.len() - 1);
            for at in [
                newest,
                Position::new(newest.get().min(known.try_into().unwrap())),
            ] {
                same(&|model| record(model, at, &scope))?;
                for asked in &asked {
                    same(&|model| figures_told(model, asked, at, &scope))?;
                }
            }
            if !was_seen {
                same(&|model| {
                    let through = model.columns.hidden_through(&scope);
                    vec![("hidden through".into(), through.to_string())]
                })?;
            }
            Ok(())
        },
    );
    assert!(differed.get() > 0, "no log had anything to hide");
}
