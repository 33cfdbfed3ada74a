//! Limits: numbers and positions that 32 bits do not hold.
//!
//! Never here: limits of one event (see crate `event`).

use event::Position;
use figures::{Capacity, ColumnStore, Query};
use fold::{Memory, Rows, Scope, Step};

use crate::memory::{fold_all, position};
use crate::notation::{leaves, parse};

fn unnamed(log: &str) -> (u64, Option<u64>) {
    let columns = fold_all(&leaves(log), &[]).columns;
    let at = columns.instants().newest();
    let query = parse("kind=arrest");
    let answer = crate::answer(&columns, &query, at, None, &Scope::Public);
    let unnamed = answer.total.unnamed.unwrap();
    (unnamed.lower, unnamed.upper)
}

#[test]
fn five_thousand_million_people_in_one_group_are_as_many() {
    let log = "11 - arrest group=5000000000/8000000000";
    assert_eq!(unnamed(log), (5_000_000_000, Some(8_000_000_000)));
    let log = "11 - arrest group=4294967295/4294967296\n12 - arrest group=1/1";
    assert_eq!(unnamed(log), (4_294_967_296, Some(4_294_967_297)));
}

fn rows(log: &str) -> Rows {
    let memory = Memory::default();
    let mut step = Step::new(&memory);
    for (index, leaf) in leaves(log).iter().enumerate() {
        let Ok(()) = step.apply(position(index), leaf);
    }
    step.finish()
}

fn total(columns: &ColumnStore, query: &Query) -> u64 {
    let at = columns.instants().newest();
    crate::answer(columns, query, at, None, &Scope::Public)
        .total
        .count
}

#[test]
fn a_position_beyond_the_limit_is_refused_and_what_is_stored_still_answers() {
    let query = parse("kind=arrest");
    let known = rows("11 1 arrest\n12 2 arrest");
    let mut columns = ColumnStore::default();
    columns.put(&known).unwrap();
    assert_eq!(total(&columns, &query), 2);

    let mut beyond = rows("11 1 arrest\n12 2 arrest\n13 3 arrest\n14 3 release");
    for track in beyond.tracks.values_mut() {
        let last = track.assertions.last_mut().unwrap();
        last.value.position = Position::new(u64::from(u32::MAX));
    }
    let full = Capacity {
        what: "positions",
        limit: u64::from(u32::MAX),
    };
    assert_eq!(columns.put(&beyond), Err(full));
    assert_eq!(
        columns.put(&known),
        Err(full),
        "nothing after a refused row"
    );
    assert_eq!(total(&columns, &query), 2);
    assert_eq!(
        full.to_string(),
        "the columns have no room for more positions, of which they hold at most 4294967295"
    );
}

#[test]
fn a_step_beyond_the_limit_has_no_room_before_any_of_it_is_stored() {
    let columns = ColumnStore::with_position_limit(Position::new(2));
    assert_eq!(columns.room_for(&rows("11 1 arrest\n12 2 arrest")), Ok(()));
    let full = Capacity {
        what: "positions",
        limit: 2,
    };
    let beyond = rows("11 1 arrest\n12 2 arrest\n13 3 arrest");
    assert_eq!(columns.room_for(&beyond), Err(full));
}
