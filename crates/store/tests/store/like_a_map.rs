//! A store is the map of the rows that were applied, at each checkpoint.

use event::{ContentHash, KeyHash, Position};
use fold::{Record, Rows, TrackId, View};
use proptest::prelude::*;
use store::{Failure, Store};

use crate::model::{Model, case, dump, grow, leaf, open, person, settings};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_split_and_any_reopening_give_the_rows_of_the_map(
        steps in prop::collection::vec((1_u64..400, 0_u8..4), 1..10),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = open(dir.path());
        let mut model = Model::default();
        for (events, then) in steps {
            grow(&store, &mut model, events);
            match then {
                0 => drop(store.flush().unwrap()),
                1 => {
                    store.close().unwrap();
                    store = open(dir.path());
                }
                _ => {}
            }
            prop_assert_eq!(dump(&store, &model).unwrap(), model.rows.clone());
        }
        prop_assert_eq!(&model, &Model::at(model.rows.position));
    }
}

fn filled(dir: &std::path::Path, events: u64) -> (Store, Model) {
    let store = open(dir);
    let mut model = Model::default();
    grow(&store, &mut model, events);
    (store, model)
}

#[test]
fn a_case_has_its_tracks_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let (store, model) = filled(dir.path(), 1_000);
    let reading = store.read().unwrap();
    for number in 0..45 {
        let case = case(number);
        let expected: Vec<_> = model
            .rows
            .tracks
            .iter()
            .filter(|(id, _)| id.case() == Some(&case))
            .map(|(id, row)| (id.clone(), row.clone()))
            .collect();
        let mut found = reading.tracks_of_case(&case).unwrap();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn cases_come_in_order_each_once_from_any_one_on() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(dir.path(), 1_000);
    let reading = store.read().unwrap();
    let all: Vec<_> = reading.cases_from(None).collect::<Result<_, _>>().unwrap();
    assert_eq!(all.len(), 40);
    assert!(all.is_sorted_by(|a, b| a.0 < b.0));
    for (index, (case, tracks)) in all.iter().enumerate() {
        assert_eq!(&reading.tracks_of_case(case).unwrap(), tracks);
        let after: Vec<_> = reading
            .cases_from(Some(case))
            .map(|row| row.unwrap().0)
            .collect();
        let rest: Vec<_> = all[index + 1..]
            .iter()
            .map(|(case, _)| case.clone())
            .collect();
        assert_eq!(after, rest);
    }
}

#[test]
fn persons_and_rejections_come_in_order_from_any_one_on() {
    let dir = tempfile::tempdir().unwrap();
    let (store, model) = filled(dir.path(), 500);
    let reading = store.read().unwrap();
    let after = person(17);
    let found: Vec<_> = reading
        .persons_from(Some(&after))
        .map(|row| row.unwrap().0)
        .collect();
    let expected: Vec<_> = model
        .rows
        .persons
        .keys()
        .filter(|id| **id > after)
        .cloned()
        .collect();
    assert_eq!(found, expected);
    assert_eq!(reading.persons_from(None).count(), model.rows.persons.len());
    let from = Position::new(250);
    let found = reading.rejected_from(from, 5).unwrap();
    let expected: Vec<_> = model
        .rows
        .rejected
        .range(from..)
        .take(5)
        .map(|(position, row)| (*position, row.clone()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn leaves_are_byte_for_byte_and_end_at_the_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(dir.path(), 100);
    let reading = store.read().unwrap();
    for number in 1..=100 {
        let position = Position::new(number);
        assert_eq!(reading.leaf(position).unwrap(), Some(leaf(position)));
    }
    assert_eq!(reading.leaf(Position::ZERO).unwrap(), None);
    assert_eq!(reading.leaf(Position::new(101)).unwrap(), None);
    let some = reading.leaves(Position::new(15), 4).unwrap();
    let numbers: Vec<_> = some.iter().map(|(position, _)| position.get()).collect();
    assert_eq!(numbers, [15, 16, 17, 18]);
    assert!(
        some.iter()
            .all(|(position, bytes)| *bytes == leaf(*position))
    );
    assert_eq!(reading.leaves(Position::new(99), 9).unwrap().len(), 2);
    assert_eq!(reading.leaves(Position::new(101), 9).unwrap(), []);
}

#[test]
fn rows_that_do_not_follow_are_refused_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut model) = filled(dir.path(), 10);
    let ahead = Model::at(Position::new(12)).step(3);
    let gap = Failure::Gap {
        found: Position::new(13),
        expected: Position::new(11),
    };
    assert_eq!(store.apply(&ahead), Err(gap));
    let again = Model::at(Position::new(5)).step(3);
    assert!(matches!(store.apply(&again), Err(Failure::Gap { .. })));
    let mut holed = model.step(5);
    holed.leaves.remove(&Position::new(13));
    let leaves = Failure::Leaves {
        found: 4,
        position: Position::new(15),
    };
    assert_eq!(store.apply(&holed), Err(leaves));
    grow(&store, &mut model, 5);
    assert_eq!(dump(&store, &model).unwrap(), model.rows);
}

#[test]
fn records_are_found_whatever_came_first_and_whoever_shares_their_first_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, mut model) = filled(dir.path(), 5);
    let twin = |last| KeyHash([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, last]);
    let zero = KeyHash([0; 16]);
    let first = |position| Some((Position::new(position), ContentHash([9; 16])));
    let row = |first| Record {
        first,
        is_event: true,
        ..Record::default()
    };
    let acted_on = Record {
        is_event: false,
        target: None,
        ..row(None)
    };
    // One batch: two that share their first bytes, one that has none, one that was only looked for,
    // and one that an act names before its event has come.
    let early = Record {
        tracks: [TrackId::Lone(Position::new(2))].into_iter().collect(),
        ..acted_on.clone()
    };
    let mut rows = model.step(4);
    rows.records.clear();
    let come = [
        (twin(1), row(first(6))),
        (twin(2), row(first(7))),
        (zero, row(first(8))),
    ];
    rows.records.extend(come.clone());
    rows.records.insert(twin(3), Record::default());
    rows.records.insert(KeyHash([4; 16]), early.clone());
    store.apply(&rows).unwrap();
    model.add(rows);
    // The next: a third of the same first bytes, the event that was acted on, and a changed row.
    let mut rows = model.step(4);
    rows.records.clear();
    let late = Record {
        first: first(11),
        ..early
    };
    let changed = Record {
        is_event: false,
        ..row(first(7))
    };
    let then = [
        (twin(3), row(first(10))),
        (KeyHash([4; 16]), late),
        (twin(2), changed),
    ];
    rows.records.extend(then.clone());
    store.apply(&rows).unwrap();
    model.add(rows);
    for _ in 0..2 {
        assert_eq!(dump(&store, &model).unwrap(), model.rows);
        assert_eq!(store.read().unwrap().record(twin(9)).unwrap(), None);
        store.close().unwrap();
        store = open(dir.path());
    }
}

#[test]
fn rows_read_through_the_writer_are_those_applied() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut model) = filled(dir.path(), 50);
    for _ in 0..5 {
        let view = store.writer_view();
        let rows = model.step(20);
        for (id, row) in &rows.tracks {
            let before = view.track(id).unwrap();
            assert_eq!(before.as_ref(), model.rows.tracks.get(id));
            assert_ne!(before.as_ref(), Some(row));
        }
        for id in rows.editors.keys() {
            assert_eq!(
                view.editor(id).unwrap().as_ref(),
                model.rows.editors.get(id)
            );
        }
        assert_eq!(
            view.leaf(Position::new(7)).unwrap(),
            Some(leaf(Position::new(7)))
        );
        store.apply_over(view, &rows, [0; 32]).unwrap();
        model.add(rows);
        store.verify().unwrap();
    }
}

#[test]
fn an_answer_never_mixes_two_positions() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut model) = filled(dir.path(), 200);
    let (started, begin) = std::sync::mpsc::channel();
    let reader = std::thread::spawn({
        let store = store.clone();
        move || {
            let mut seen = 0;
            loop {
                let reading = store.read().unwrap();
                let position = reading.checkpoint();
                let mut latest = Position::ZERO;
                let touched = |row: fold::Track| row.timeline.last().map(|touch| touch.position);
                reading
                    .for_each_track(|_, row| latest = latest.max(touched(row).unwrap()))
                    .unwrap();
                assert_eq!(latest, position);
                let last = reading
                    .leaves(Position::new(1), usize::MAX)
                    .unwrap()
                    .pop()
                    .unwrap();
                assert_eq!(last.0, position);
                seen += 1;
                started.send(()).ok();
                if position.get() >= 2_000 {
                    return seen;
                }
            }
        }
    });
    begin.recv().unwrap();
    while model.rows.position.get() < 2_000 {
        grow(&store, &mut model, 20);
        if model.rows.position.get() % 300 == 0 {
            store.flush().unwrap();
        }
    }
    assert!(reader.join().unwrap() > 1);
}

#[test]
fn memory_of_written_pages_is_given_back_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(
        dir.path(),
        store::Settings {
            cache_bytes: 100_000,
            ..settings()
        },
    );
    let store = store.unwrap();
    let mut model = Model::default();
    let mut reopened = 0;
    for _ in 0..12 {
        grow(&store, &mut model, 300);
        reopened += u32::from(store.flush().unwrap().reopened);
    }
    assert!(reopened >= 2, "{reopened}");
    assert_eq!(dump(&store, &model).unwrap(), model.rows);
}

#[test]
fn a_closed_store_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let (store, model) = filled(dir.path(), 10);
    let other = store.clone();
    store.close().unwrap();
    assert!(matches!(other.read(), Err(Failure::Closed)));
    assert_eq!(other.apply(&model.step(1)), Err(Failure::Closed));
    assert_eq!(other.flush(), Err(Failure::Closed));
    let lone = TrackId::Lone(Position::new(1));
    assert_eq!(other.writer_view().track(&lone), Err(Failure::Closed));
    store.close().unwrap();
    assert_eq!(dump(&open(dir.path()), &model).unwrap(), model.rows);
}

#[test]
fn a_new_store_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir.path().join("new"));
    assert_eq!(store.checkpoint(), Position::ZERO);
    assert_eq!(dump(&store, &Model::default()).unwrap(), Rows::default());
}
