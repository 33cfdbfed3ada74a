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
    let Ok(rows) = step.finish();
    rows
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

#[test]
fn a_figure_of_too_many_groups_is_refused() {
    const RIGHTS: [&str; 25] = [
        "liberty",
        "security",
        "life",
        "no_torture",
        "assembly",
        "association",
        "expression",
        "information",
        "religion",
        "movement",
        "privacy",
        "political_participation",
        "vote",
        "fair_trial",
        "presumption_of_innocence",
        "prompt_trial",
        "legal_assistance",
        "public_trial",
        "humane_treatment",
        "medical_care",
        "unions",
        "strike",
        "housing",
        "property",
        "child",
    ];
    const ROLES: [&str; 16] = [
        "journalist",
        "trade_unionist",
        "human_rights_defender",
        "environmental_defender",
        "land_defender",
        "political_activist",
        "opposition_member",
        "student",
        "artist",
        "monk_religious",
        "lawyer",
        "elected_official",
        "online_commentator",
        "protester",
        "bystander",
        "worker",
    ];
    let rights = format!("[\"{}\"]", RIGHTS.join("\",\""));
    let roles = ROLES.join(",");
    let rows = |people: usize| {
        let log: String = (1..=people)
            .map(|person| {
                format!(
                    "1 {person} arrest roles={roles} rights_exercised={rights} rights_violated={rights}\n"
                )
            })
            .collect();
        let columns = fold_all(&leaves(&log), &[]).columns;
        let at = columns.instants().newest();
        let query = parse("kind=arrest&group_by=person,rights_exercised,rights_violated,role");
        let answer = figures::answer(&columns, &query, at, None, &Scope::Public);
        answer.map(|answer| answer.rows.len())
    };
    let of_one = RIGHTS.len() * RIGHTS.len() * ROLES.len();
    // The groups on the way to them count too.
    let with_ways = 1 + RIGHTS.len() + RIGHTS.len() * RIGHTS.len() + of_one;
    let most = figures::CELLS_MAX / with_ways;
    assert_eq!(rows(most), Ok(most * of_one));
    assert_eq!(rows(most + 1), Err(figures::TooManyGroups::Cells));
}

#[test]
fn rearrests_lead_from_each_custody_to_the_next() {
    let log =
        "1 1 arrest\n3 1 release\n5 1 arrest\n7 1 release\n9 1 arrest\n11 1 release\n13 1 arrest";
    let columns = fold_all(&leaves(log), &[]).columns;
    let at = columns.instants().newest();
    let from = figures::AsOf {
        at,
        on: columns.instants().default_day(at),
        scope: &Scope::Public,
    };
    let found = figures::rearrests(&columns, &parse("definition=detained/any"), 365, from);
    let pairs = found.rearrests.iter();
    let pairs: Vec<(u64, u64)> = pairs
        .map(|again| (again.earlier.get(), again.later.get()))
        .collect();
    assert_eq!(pairs, [(1, 3), (3, 5), (5, 7)]);
    assert_eq!(found.total.count, 1);
}

#[test]
fn records_within_some_places_are_those_of_the_whole_list() {
    let log = "1 1,2,3 arrest\n2 4 arrest\n3 5,6 arrest\n4 7 arrest";
    let columns = fold_all(&leaves(log), &[]).columns;
    let at = columns.instants().newest();
    let from = figures::AsOf {
        at,
        on: None,
        scope: &Scope::Public,
    };
    let query = parse("kind=arrest");
    let all = figures::records(&columns, &query, from).records;
    assert_eq!(all.len(), 7);
    for start in 0..9 {
        for end in start..9 {
            let (part, of) = figures::records_within(&columns, &query, start..end, from);
            assert_eq!(of, 7);
            let right = all.get(start.min(7)..end.min(7)).unwrap();
            assert_eq!(part.records, right, "{start}..{end}");
        }
    }
}
