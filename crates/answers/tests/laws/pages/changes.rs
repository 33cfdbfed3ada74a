//! Compares what the example of a page changes in the read model with what the page says.
//!
//! Never here: how it changes it (see the other modules).

use std::collections::BTreeSet;

use answers::{
    MemoryModel, PublishedFigure, compare_claims, list_events, list_hearings, list_statements,
    own_definitions,
};
use event::{Day, Kind, Position, Reading};
use fold::{Fact, Memory, Scope, TrackId};

use super::Page;
use crate::memory::fold_all;

/// The position of an event in a timeline, and those of the acts on it, which are listed with it.
fn listed(memory: &Memory, position: Position) -> Vec<Position> {
    let Reading::Event(event) = event::read(&memory.leaves[&position]) else {
        return vec![position];
    };
    let record = memory.records.get(&event.envelope.key.hash());
    let acts = record.into_iter().flat_map(|record| &record.amendments);
    let acts = acts.flat_map(|act| listed(memory, act.position));
    std::iter::once(position).chain(acts).collect()
}

/// The content of each part of a read model as text, so that two folds can be compared.
fn parts(model: &MemoryModel) -> Vec<(&'static str, BTreeSet<String>)> {
    let memory = &model.rows;
    let mut events = BTreeSet::new();
    let mut timeline = BTreeSet::new();
    let mut facts: Vec<(&'static str, BTreeSet<String>)> = [
        "charges",
        "contradictions",
        "custody",
        "identity",
        "inconsistencies",
    ]
    .map(|name| (name, BTreeSet::new()))
    .into();
    for (id, track) in &memory.tracks {
        for row in track.assertions.iter().filter(|row| row.to.is_none()) {
            events.insert(format!("{id:?} {:?}", row.value));
        }
        if matches!(id, TrackId::Person(..) | TrackId::Case(_)) {
            timeline.extend(
                track
                    .timeline
                    .iter()
                    .flat_map(|entry| listed(memory, entry.position))
                    .map(|position| format!("{id:?} {position}")),
            );
        }
        for row in track.facts.iter().filter(|row| row.to.is_none()) {
            let name = match &row.value.0 {
                Fact::Charge(_) => "charges",
                Fact::Contradiction(_) => "contradictions",
                Fact::Custody(_) => "custody",
                Fact::Same(_) => "identity",
                Fact::Inconsistency(..) => "inconsistencies",
            };
            let part = facts.iter_mut().find(|(part, _)| *part == name).unwrap();
            part.1.insert(format!("{id:?} {:?}", row.value));
        }
    }
    let mut persons = BTreeSet::new();
    for (id, person) in &memory.persons {
        let open = person.traits.iter().filter(|row| row.to.is_none());
        persons.extend(open.map(|row| format!("{id} {:?}", row.value)));
    }
    let grants = memory
        .editors
        .iter()
        .filter(|(_, editor)| !editor.grants.is_empty())
        .map(|(id, editor)| format!("{id:?} {:?}", editor.grants))
        .collect();
    facts.extend([
        ("events", events),
        ("grants", grants),
        ("persons", persons),
        ("timeline", timeline),
    ]);
    facts.extend(lists(model));
    facts.sort_by_key(|(name, _)| *name);
    facts
}

/// The content of the lists of events, at the newest position.
fn lists(model: &MemoryModel) -> Vec<(&'static str, BTreeSet<String>)> {
    let (memory, columns) = (&model.rows, &model.columns);
    let (at, scope) = (columns.instants().newest(), Scope::Operator);
    let year = ["2020-01-01", "2020-12-31"].map(|day| Day::parse(day).unwrap());
    let Ok((statements, responses)) = list_statements(memory, columns, at, &scope);
    let Ok(claims) = compare_claims(memory, columns, at, &scope);
    let Ok(hearings) = list_hearings(memory, columns, (year[0], year[1]), at, &scope);
    let Ok(definitions) = own_definitions(memory, columns, at, &scope);
    let Ok(printed) = list_events(memory, columns, &[Kind::FigurePublished], at, &scope);
    let published = printed.into_iter().map(|event| {
        let Ok(published) = PublishedFigure::compute(memory, columns, event, at, &scope);
        format!("{published:?}")
    });
    let usable = definitions.iter().map(|one| {
        assert!(one.predicate.is_ok(), "{one:?}");
        format!("{one:?}")
    });
    let statements = statements.iter().map(|one| format!("{one:?}"));
    vec![
        (
            "claims",
            claims.iter().map(|one| format!("{one:?}")).collect(),
        ),
        ("definitions", usable.collect()),
        (
            "hearings",
            hearings.iter().map(|one| format!("{one:?}")).collect(),
        ),
        ("published", published.collect()),
        (
            "statements",
            statements
                .chain(responses.iter().map(|one| format!("{one:?}")))
                .collect(),
        ),
    ]
}

#[test]
fn each_example_changes_what_its_page_says() {
    for kind in Kind::ALL {
        let page = Page::of(*kind);
        let mut before: Vec<Vec<u8>> = page.after().iter().map(|k| Page::of(*k).leaf()).collect();
        let old = parts(&fold_all(&before, &[]));
        before.push(page.leaf());
        let new = parts(&fold_all(&before, &[]));
        let changed: Vec<&str> = old
            .iter()
            .zip(&new)
            .filter(|((_, old), (_, new))| old != new)
            .map(|((name, _), _)| *name)
            .collect();
        let changed = if changed.is_empty() {
            vec!["nothing"]
        } else {
            changed
        };
        assert_eq!(page.words("Changes"), changed, "{kind}");
    }
}
