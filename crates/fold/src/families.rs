//! Rows that bear on each other: which people, or which event, and at which positions they changed.
//!
//! Start at [`families`].
//!
//! Never here: counting (see [`crate::changes`]).

use std::collections::{BTreeMap, BTreeSet};

use event::Kind;

use crate::block::{Block, read};
use crate::charge_rows::{Charge, Tested};
use crate::columns::{Held, Interval, Link, NONE};
use crate::count::{Places, rows_of_kinds};
use crate::dimensions::Measure;
use crate::filter::Filter;
use crate::query::Query;
use crate::table::{Table, index};

/// Rows that are counted together, and apart from all others.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) places: Places,
    pub(crate) links: Vec<Link>,
    /// The positions of the span that changed one of its rows, rising.
    pub(crate) positions: BTreeSet<u32>,
    /// Whether only the unnamed people of its events are counted: an event's group is one, however
    /// many people it names.
    pub(crate) groups_only: bool,
}

/// Returns every family of which the span changed a row that the question may count.
///
/// `visible` says of each kind of visibility whether the scope sees it; the span begins after its
/// first position.
pub(crate) fn families(
    table: &Table,
    query: &Query,
    filter: &Filter<'_>,
    visible: &[bool],
    span: (u32, u32),
) -> Vec<Family> {
    let search = Search {
        table,
        query,
        filter,
        visible,
        span,
    };
    let of_occurrences = !query.is_held() && !query.is_of_charges();
    if of_occurrences && query.measure == Measure::Events {
        return search.by_event();
    }
    let mut found = search.by_people();
    if of_occurrences {
        found.extend(search.by_group());
    }
    found
}

struct Search<'t> {
    table: &'t Table,
    query: &'t Query,
    filter: &'t Filter<'t>,
    visible: &'t [bool],
    span: (u32, u32),
}

impl Search<'_> {
    fn sees(&self, held: Held) -> bool {
        index(held.sees)
            .and_then(|i| self.visible.get(i))
            .copied()
            .unwrap_or(false)
    }

    /// Whether the row holds somewhere in the span, its first position included.
    fn holds(&self, held: Held) -> bool {
        self.sees(held) & (held.from <= self.span.1) & (held.to > self.span.0)
    }

    /// The positions of the span at which a row begins or ceases.
    fn moves(&self, held: Held) -> impl Iterator<Item = u32> {
        let (from, to) = self.span;
        [held.from, held.to]
            .into_iter()
            .filter(move |at| from < *at && *at <= to)
    }

    fn moved(&self, held: Held) -> bool {
        self.sees(held) && self.moves(held).next().is_some()
    }

    /// Whether what holds of a person decides what counts.
    const fn is_of_traits(&self) -> bool {
        self.query.role.is_some() || self.query.sex.is_some() || self.query.minor.is_some()
    }

    fn traits(&self, person: u32) -> impl Iterator<Item = Held> {
        let rows = self.is_of_traits().then(|| self.table.traits.of(person));
        rows.into_iter().flatten().map(|row| row.held)
    }

    /// Families of one event each.
    fn by_event(&self) -> Vec<Family> {
        let mut places = Vec::new();
        self.occurrences(&mut |place| places.push(place));
        self.of_events(&places, false)
    }

    /// Families of one event each with unnamed people, who alone are counted.
    fn by_group(&self) -> Vec<Family> {
        let rows = &self.table.occurrences;
        let counts = |place: &usize| {
            let row = rows.get(*place);
            row.is_some_and(|row| self.holds(row.held) && self.filter.takes(&row.says))
        };
        let places = rows.groups().filter(counts);
        let places: Vec<u32> = places.filter_map(|at| u32::try_from(at).ok()).collect();
        self.of_events(&places, true)
    }

    /// Families of the events of these rows: of those of which the span changed one.
    fn of_events(&self, places: &[u32], groups_only: bool) -> Vec<Family> {
        let columns = self.table.occurrences.columns();
        let of = |place: u32| {
            Some((
                read(&columns.event, place)?,
                read(&columns.held, place)?,
                read(&columns.person, place)?,
            ))
        };
        let rows = || {
            let places = places.iter();
            places.filter_map(|place| Some((*place, of(*place)?)))
        };
        let mut moved: Vec<bool> = Vec::new();
        for (_, (event, held, person)) in rows() {
            if self.moved(held) || self.traits(person).any(|held| self.moved(held)) {
                let at = index(event).unwrap_or(0);
                if moved.len() <= at {
                    moved.resize(at + 1, false);
                }
                if let Some(slot) = moved.get_mut(at) {
                    *slot = true;
                }
            }
        }
        let mut found: BTreeMap<u32, Family> = BTreeMap::new();
        for (place, (event, held, person)) in rows() {
            if index(event).and_then(|at| moved.get(at)) == Some(&true) {
                let family = found.entry(event).or_default();
                family.groups_only = groups_only;
                family.places.occurrences.push(place);
                family.positions.extend(self.moves(held));
                self.add_traits(family, person);
            }
        }
        found.into_values().collect()
    }

    /// Families of people who were linked in the span.
    fn by_people(&self) -> Vec<Family> {
        let links = self.table.links.iter();
        let links: Vec<Link> = links
            .filter(|link| self.holds(link.held))
            .copied()
            .collect();
        let heads = heads(&links);
        let head = |person: u32| heads.get(&person).copied().unwrap_or(person);
        let mut found: BTreeMap<u32, Family> = BTreeMap::new();
        self.moved_people(&mut |person| {
            found.entry(head(person)).or_default();
        });
        for link in links.iter().filter(|link| self.moved(link.held)) {
            found.entry(head(link.a)).or_default();
        }
        for link in links {
            if let Some(family) = found.get_mut(&head(link.a)) {
                family.positions.extend(self.moves(link.held));
                family.links.push(link);
            }
        }
        for (head, family) in &mut found {
            self.add_person(family, *head);
        }
        for (person, head) in heads.iter().filter(|(person, head)| person != head) {
            if let Some(family) = found.get_mut(head) {
                self.add_person(family, *person);
            }
        }
        found.into_values().collect()
    }

    /// Hands on everyone of whom the span changed a row, some of them several times.
    fn moved_people(&self, each: &mut dyn FnMut(u32)) {
        let table = self.table;
        let mut row = |person: u32, held: Held| {
            if person != NONE && self.moved(held) {
                each(person);
            }
        };
        let columns = table.occurrences.columns();
        let occurrence = |place: u32| read(&columns.person, place).zip(read(&columns.held, place));
        if self.query.is_held() {
            let deaths = table.deaths.iter().filter_map(|place| occurrence(*place));
            deaths.for_each(|(person, held)| row(person, held));
            let intervals = table.custody.iter().flatten();
            let intervals = intervals.filter(|interval| self.query.takes_state(interval));
            intervals.for_each(|interval| row(interval.says.person, interval.held));
        } else if self.query.is_of_charges() {
            let charges = table.charges.iter();
            let charges = charges.filter(|charge| self.takes_charge(*charge));
            charges.for_each(|(tested, charge)| row(charge.says.person, tested.held));
        } else {
            self.occurrences(&mut |place| {
                if let Some((person, held)) = occurrence(place) {
                    row(person, held);
                }
            });
        }
        if self.is_of_traits() {
            for person in 0..u32::try_from(table.traits.persons()).unwrap_or(NONE) {
                if self.traits(person).any(|held| self.moved(held)) {
                    each(person);
                }
            }
        }
    }

    /// Adds the rows of a person that the question may count and that hold in the span.
    fn add_person(&self, family: &mut Family, person: u32) {
        let table = self.table;
        let mut moves: Vec<Held> = Vec::new();
        let occurrences = || {
            let places = table.occurrences_of.person.rows(person);
            let row = |place: u32| Some((place, table.occurrences.get(index(place)?)?));
            let rows = places.filter_map(row);
            rows.filter(|(_, row)| self.holds(row.held))
        };
        if self.query.is_held() {
            for (place, row) in occurrences().filter(|(_, row)| row.says.kind == Kind::Death) {
                family.places.deaths.push(place);
                moves.push(row.held);
            }
            for track in table.custody_of.person.rows(person) {
                let rows = table.custody.of(track).iter();
                let counts = |row: &&Interval| self.holds(row.held) && self.query.takes_state(row);
                let before = moves.len();
                moves.extend(rows.filter(counts).map(|row| row.held));
                if moves.len() > before {
                    family.places.custody.push(track);
                }
            }
        } else if self.query.is_of_charges() {
            for place in table.charges_of.person.rows(person) {
                let row = table.charges.get(place);
                let counts = |(tested, row): &(&Tested, &Charge)| {
                    self.holds(tested.held) && self.takes_charge((tested, row))
                };
                if let Some((tested, _)) = row.filter(counts) {
                    family.places.charges.push(place);
                    moves.push(tested.held);
                }
            }
        } else {
            for (place, row) in occurrences().filter(|(_, row)| self.filter.takes(&row.says)) {
                family.places.occurrences.push(place);
                moves.push(row.held);
            }
        }
        if !moves.is_empty() {
            self.add_traits(family, person);
        }
        let moves = moves.into_iter().flat_map(|held| self.moves(held));
        family.positions.extend(moves);
    }

    fn add_traits(&self, family: &mut Family, person: u32) {
        for held in self.traits(person).filter(|held| self.sees(*held)) {
            family.positions.extend(self.moves(held));
        }
    }

    fn takes_charge(&self, (tested, row): (&Tested, &Charge)) -> bool {
        self.filter.takes_charge(tested, row) && self.filter.takes(&row.says)
    }

    /// Hands on each event that the question may count and that holds in the span.
    fn occurrences(&self, each: &mut dyn FnMut(u32)) {
        let rows = &self.table.occurrences;
        let mut block = Block::new();
        for mut part in rows_of_kinds(self.table, self.filter) {
            let held = &rows.columns().held;
            while part.next(&mut block, held, self.query.occurred, |held| {
                self.holds(held)
            }) {
                self.filter.narrow(&mut block, rows);
                block.rows().iter().for_each(|place| each(*place));
            }
        }
    }
}

/// Returns, for each linked person, the smallest of the ids that links lead to.
fn heads(links: &[Link]) -> BTreeMap<u32, u32> {
    let mut heads: BTreeMap<u32, u32> = BTreeMap::new();
    let find = |heads: &BTreeMap<u32, u32>, person: u32| {
        let mut at = person;
        while let Some(next) = heads.get(&at).copied().filter(|next| *next != at) {
            at = next;
        }
        at
    };
    for link in links {
        let (a, b) = (find(&heads, link.a), find(&heads, link.b));
        heads.insert(a.max(b), a.min(b));
        heads.entry(a.min(b)).or_insert(a.min(b));
    }
    let persons: Vec<u32> = heads.keys().copied().collect();
    persons
        .into_iter()
        .map(|person| (person, find(&heads, person)))
        .collect()
}
