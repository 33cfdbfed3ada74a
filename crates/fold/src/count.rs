//! Counting: which units there are, each with the bounds by which it counts.
//!
//! Start at [`count`]. It runs over all rows, or over a [`Part`] of them, and hands each unit to a
//! [`Sink`]. Source of each rule: docs/reference/figures.md.
//!
//! Never here: adding up (see [`crate::tally`]).

use std::ops::Range;

use event::{Answer as FourValued, ChargeStatus, Day, Days};

use crate::block::Block;
use crate::charge_numbers::ChargeNumbers;
use crate::charge_rows::{Charge, Tested};
use crate::columns::{Interval, NONE, Occurrence, Says, Trait};
use crate::dimensions::Measure;
use crate::filter::Filter;
use crate::held::held;
use crate::people::People;
use crate::query::Query;
use crate::scan::{self, Rows, scan, tracks};
use crate::table::{Owners, Table, index};
use crate::tally::Tally;

/// By what a unit counts.
pub(crate) const COUNT: u8 = 1;
pub(crate) const AT_LEAST: u8 = 2;
pub(crate) const AT_MOST: u8 = 4;

/// A question at one R, with all that its rows are held against.
pub(crate) struct Asked<'t> {
    pub(crate) table: &'t Table,
    pub(crate) query: &'t Query,
    pub(crate) filter: &'t Filter<'t>,
    pub(crate) people: People<'t>,
    /// D.
    pub(crate) on: Option<Day>,
}

/// Rows by their places in the columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    pub(crate) occurrences: Vec<u32>,
    pub(crate) custody: Vec<u32>,
    pub(crate) charges: Vec<u32>,
    pub(crate) deaths: Vec<u32>,
}

/// Which rows a count runs over.
#[derive(Clone, Copy)]
pub(crate) enum Part<'p> {
    /// All of them.
    Whole,
    /// Of custody the tracks from one number up to another, without it, and all other rows.
    Tracks(u32, u32),
    /// Of custody the stays from one place up to another, and all other rows.
    Stays(usize, usize),
    /// Some: all that bear on the people or events that they are of.
    Of(&'p Places),
}

/// One thing to count, and what it says.
pub(crate) struct Unit<'a> {
    /// The individual, event or person-charge; none where an event names nobody and persons are
    /// counted.
    pub(crate) number: Option<u32>,
    /// Whether no other unit of the question can be the same.
    pub(crate) alone: bool,
    /// The position of the event that begins it.
    pub(crate) behind: u32,
    pub(crate) says: &'a Says,
    pub(crate) traits: &'a Trait,
    /// When it happened, where that can be grouped by.
    pub(crate) days: Option<Days>,
    /// The days that decide by which flags it counts: of its event, or of its run's start and end.
    pub(crate) bounds: [Day; 4],
    pub(crate) doubt: bool,
    pub(crate) minor: FourValued,
    /// The number of the charge; 0 where no charges are counted.
    pub(crate) charge: u32,
    pub(crate) law: u32,
    pub(crate) article: u32,
    pub(crate) court: u32,
    pub(crate) status: Option<ChargeStatus>,
    /// Unnamed people of its event: lower and upper bound, as [`Occurrence::unnamed`].
    pub(crate) unnamed: (u32, u32),
}

/// Where units go.
pub(crate) trait Sink {
    /// Takes a unit, which counts by `flags`.
    fn take(&mut self, unit: &Unit<'_>, flags: u8);
}

/// Hands every unit that the question asks for to `sink`.
pub(crate) fn count(asked: &Asked<'_>, part: Part<'_>, sink: &mut impl Sink) {
    if asked.query.is_held() {
        if let Some(day) = asked.on {
            held(asked, part, day, sink);
        }
    } else if asked.query.is_of_charges() {
        charges(asked, part, sink);
    } else {
        occurrences(asked, part, sink);
    }
}

/// Returns how an interval of days stands to the window; none when it does not even touch it.
pub(crate) fn against(window: Option<Days>, days: Days, doubt: bool) -> Option<u8> {
    let inside = window.is_none_or(|window| days.inside(window));
    let touches = window.is_none_or(|window| days.touches(window));
    let sure = if inside && !doubt { AT_LEAST } else { 0 };
    touches.then_some(AT_MOST | if inside { COUNT } else { 0 } | sure)
}

fn occurrences(asked: &Asked<'_>, part: Part<'_>, sink: &mut impl Sink) {
    let rows = &asked.table.occurrences;
    let row = |place: &u32| rows.get(index(*place)?);
    let mut each = |row: Occurrence| {
        if asked.people.sees(row.held)
            && let Some(flags) = against(asked.query.occurred, row.days, row.doubt)
            && asked.filter.takes(&row.says)
        {
            occurrence(asked, &row, flags, sink);
        }
    };
    match part {
        Part::Of(places) => places.occurrences.iter().filter_map(row).for_each(each),
        Part::Whole | Part::Tracks(..) | Part::Stays(..) => {
            match chosen(asked, &asked.table.occurrences_of) {
                Some(places) => places.iter().filter_map(row).for_each(each),
                None => match asked.filter.kinds() {
                    Some(kinds) => kinds
                        .map(|kind| asked.table.kinds.of(kind).places)
                        .for_each(|places| places.iter().filter_map(row).for_each(&mut each)),
                    None => rows.iter().for_each(each),
                },
            }
        }
    }
}

/// Adds up every unit that the question asks for, as [`count`] over the whole would.
pub(crate) fn tally(asked: &Asked<'_>, tally: &mut Tally<'_>) {
    if asked.query.is_held() {
        if let Some(day) = asked.on {
            tracks(asked, day, tally);
        }
        return;
    }
    if asked.query.is_of_charges() {
        return scan::charges(asked, tally);
    }
    match chosen(asked, &asked.table.occurrences_of) {
        Some(places) => scan(asked, &[Rows::At(&places)], tally),
        None => scan(asked, &rows_of_kinds(asked.table, asked.filter), tally),
    }
}

/// Returns the events of the kinds that can pass.
pub(crate) fn rows_of_kinds<'t>(table: &'t Table, filter: &Filter<'_>) -> Vec<Rows<'t>> {
    match filter.kinds() {
        Some(kinds) => kinds.map(|kind| Rows::Of(table.kinds.of(kind))).collect(),
        None => vec![Rows::Range(
            0,
            u32::try_from(table.occurrences.len()).unwrap_or(NONE),
        )],
    }
}

/// Returns the rows of the persons or cases that the filter names; none where it names neither.
fn chosen(asked: &Asked<'_>, owners: &Owners) -> Option<Vec<u32>> {
    let (owners, wanted) = match (&asked.filter.persons, &asked.filter.cases) {
        (Some(persons), _) => (&owners.person, persons),
        (None, Some(cases)) => (&owners.case, cases),
        (None, None) => return None,
    };
    let rows = wanted.iter().flat_map(|symbol| owners.rows(*symbol));
    Some(rows.collect())
}

fn occurrence(asked: &Asked<'_>, row: &Occurrence, flags: u8, sink: &mut impl Sink) {
    let Some((traits, minor)) = asked.filter.person(&asked.people, &row.says, row.days) else {
        return;
    };
    let number = match asked.query.measure {
        Measure::Events => Some(row.event),
        Measure::Persons | Measure::PersonCharges => {
            (row.says.person != NONE).then(|| asked.people.individual(row.says.person))
        }
    };
    let days = row.days;
    let unit = Unit {
        number,
        alone: false,
        behind: row.event,
        says: &row.says,
        traits,
        days: Some(days),
        bounds: [days.earliest, days.latest, days.earliest, days.latest],
        doubt: row.doubt,
        minor,
        charge: 0,
        law: NONE,
        article: NONE,
        court: NONE,
        status: None,
        unnamed: row.unnamed,
    };
    sink.take(&unit, flags);
}

fn charges(asked: &Asked<'_>, part: Part<'_>, sink: &mut impl Sink) {
    let numbers = ChargeNumbers::default();
    let all = 0..asked.table.charges.len();
    match part {
        Part::Of(places) => charges_at(asked, &numbers, &places.charges, sink),
        Part::Whole | Part::Tracks(..) | Part::Stays(..) => {
            match chosen(asked, &asked.table.charges_of) {
                Some(places) => charges_at(asked, &numbers, &places, sink),
                None => charges_in(asked, &numbers, all, sink),
            }
        }
    }
}

fn charges_at(asked: &Asked<'_>, numbers: &ChargeNumbers, places: &[u32], sink: &mut impl Sink) {
    let rows = places
        .iter()
        .filter_map(|place| asked.table.charges.get(*place));
    rows.for_each(|row| charge(asked, row, numbers, sink));
}

/// As [`count`], of the charges that stand in this part of their list.
pub(crate) fn charges_in(
    asked: &Asked<'_>,
    numbers: &ChargeNumbers,
    rows: Range<usize>,
    sink: &mut impl Sink,
) {
    let charges = &asked.table.charges;
    let window = asked.query.occurred;
    let mut block = Block::new();
    let mut start = rows.start;
    while start < rows.end {
        let end = rows.end.min(start + block.room());
        let tested = charges.tested(start..end).iter().map(|tested| {
            asked.people.sees(tested.held) & window.is_none_or(|window| tested.days.touches(window))
        });
        block.fill_those(u32::try_from(start).unwrap_or(NONE), tested);
        block.retain(|place| {
            let row = charges.get(place);
            row.is_some_and(|(tested, row)| {
                asked.filter.takes_charge(tested, row) && asked.filter.takes(&row.says)
            })
        });
        let rows = block.rows().iter();
        rows.filter_map(|place| charges.get(*place))
            .for_each(|row| charge(asked, row, numbers, sink));
        start = end;
    }
}

fn charge(
    asked: &Asked<'_>,
    (tested, row): (&Tested, &Charge),
    numbers: &ChargeNumbers,
    sink: &mut impl Sink,
) {
    if !asked.people.sees(tested.held) {
        return;
    }
    let days = tested.days;
    let Some(flags) = against(asked.query.occurred, days, tested.doubt) else {
        return;
    };
    if !asked.filter.takes_charge(tested, row) || !asked.filter.takes(&row.says) {
        return;
    }
    let Some((traits, minor)) = asked.filter.person(&asked.people, &row.says, days) else {
        return;
    };
    let person = row.says.person;
    let (number, alone) = match asked.query.measure {
        Measure::PersonCharges => numbers.of(asked, person, row.ids),
        Measure::Persons | Measure::Events => (asked.people.individual(person), false),
    };
    let unit = Unit {
        number: Some(number),
        alone,
        behind: row.event,
        says: &row.says,
        traits,
        days: Some(days),
        bounds: [days.earliest, days.latest, days.earliest, days.latest],
        doubt: tested.doubt,
        minor,
        charge: row.ids.charge,
        law: tested.law,
        article: tested.article,
        court: row.court,
        status: Some(tested.status),
        unnamed: (NONE, NONE),
    };
    sink.take(&unit, flags);
}

/// Hands on the custody of each track that the count runs over; whoever has stays asks for those.
pub(crate) fn custody<'r>(asked: &Asked<'r>, part: Part<'_>, each: &mut dyn FnMut(&'r [Interval])) {
    let table = asked.table;
    match part {
        Part::Of(places) => {
            let tracks = places.custody.iter();
            tracks.for_each(|track| each(table.custody.of(*track)));
        }
        Part::Tracks(from, to) => (from..to).for_each(|track| each(table.custody.of(track))),
        Part::Whole | Part::Stays(..) => match chosen(asked, &table.custody_of) {
            Some(tracks) => {
                let tracks = tracks.iter();
                tracks.for_each(|track| each(table.custody.of(*track)));
            }
            None => table.custody.iter().for_each(each),
        },
    }
}

/// Whether the filter names persons or cases.
pub(crate) fn names_some(asked: &Asked<'_>) -> bool {
    asked.filter.persons.is_some() || asked.filter.cases.is_some()
}
