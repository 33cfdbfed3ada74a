//! Limits of the columns: what does not fit is refused, and what is stored still answers.

use event::{CaseId, PersonId, Position, Sex};
use fold::{Audience, Person, Track, TrackId, Traits, Versioned};

use crate::columns::capacity::Capacity;
use crate::columns::dictionary::Dictionary;
use crate::columns::store::ColumnStore;

fn person(from: Position) -> Person {
    let traits = Traits {
        sex: Some(Sex::Female),
        ..Traits::default()
    };
    Person {
        traits: vec![Versioned {
            from,
            to: None,
            value: (traits, Audience::all()),
        }],
        ..Person::default()
    }
}

fn sexes(columns: &ColumnStore) -> Vec<Sex> {
    let ids = columns.persons.iter();
    let persons = ids.filter_map(|id| columns.persons.find(id));
    let rows = persons.flat_map(|person| columns.traits.rows_of(person));
    rows.map(|row| row.sex).collect()
}

#[test]
fn a_full_dictionary_refuses_the_row_and_all_later_ones() {
    let mut columns = ColumnStore {
        persons: Dictionary::with_limit(1),
        ..ColumnStore::default()
    };
    let one = PersonId::parse("alpha:1").unwrap();
    let two = PersonId::parse("alpha:2").unwrap();
    let now = person(Position::new(1));
    columns.put_person(&one, &now).unwrap();
    let full = Err(Capacity {
        what: "persons",
        limit: 1,
    });
    assert_eq!(columns.put_person(&two, &now), full);
    assert_eq!(
        columns.put_person(&one, &now),
        full,
        "nothing after a refused row"
    );
    assert_eq!(columns.put_times(0, &[]), full);
    assert_eq!(sexes(&columns), [Sex::Female]);
}

#[test]
fn a_track_of_a_case_that_does_not_fit_is_refused() {
    let mut columns = ColumnStore {
        cases: Dictionary::with_limit(0),
        ..ColumnStore::default()
    };
    let case = TrackId::Case(CaseId::parse("alpha:c1").unwrap());
    let full = columns.put_track(&case, &Track::default()).unwrap_err();
    assert_eq!((full.what, full.limit), ("cases", 0));
    assert_eq!((columns.rows(), columns.tracks.len()), (0, 0));
}

#[test]
fn positions_beyond_32_bits_are_refused() {
    let last = Position::new(u64::from(u32::MAX) - 1);
    let id = PersonId::parse("alpha:1").unwrap();
    let mut columns = ColumnStore::default();
    columns.put_person(&id, &person(last)).unwrap();
    let full = columns.put_person(&id, &person(last.next())).unwrap_err();
    assert_eq!((full.what, full.limit), ("positions", u64::from(u32::MAX)));
    assert_eq!(sexes(&columns), [Sex::Female]);

    let row = u64::from(u32::MAX) / fold::TIMES_PER_ROW;
    assert!(ColumnStore::default().put_times(row, &[]).is_ok());
    let full = ColumnStore::default().put_times(row + 1, &[]).unwrap_err();
    assert_eq!(full.what, "positions");
    assert!(ColumnStore::default().put_times(u64::MAX, &[]).is_err());
}
