//! Families: groups of rows whose counts depend on each other and that changed in a range of
//! positions, which is what must be counted again to explain a change.
//!
//! A family is one event, or the people whom links join. Start at [`affected_rows`].
//!
//! Never here: counting (see [`crate::answer::changes`]).

use std::collections::{BTreeMap, BTreeSet};

use event::{Days, Kind};

use crate::columns::audiences::Visible;
use crate::columns::charges::{ChargeBody, ChargeHead};
use crate::columns::ids::{ColumnId as _, EventRowNo, PersonNo, Position32, index};
use crate::columns::rows::{Interval, Link};
use crate::columns::store::ColumnStore;
use crate::columns::validity::{Validity, ceases_after};
use crate::question::dimension::Measure;
use crate::question::query::Query;
use crate::scan::filter::Filter;
use crate::scan::partition::RowLists;
use crate::scan::rows::rows_of_kinds;
use crate::scan::selection::{SelectionVector, read};

/// The rows of one family: counted together, and independent of all others.
#[derive(Debug, Default)]
pub(crate) struct AffectedRows {
    pub(crate) rows: RowLists,
    pub(crate) links: Vec<Link>,
    /// The positions of the range that changed one of its rows, rising.
    pub(crate) positions: BTreeSet<Position32>,
    /// Whether only the unnamed people of its events are counted: an event's group is one, however
    /// many people it names.
    pub(crate) groups_only: bool,
}

/// Returns every family with a row that the question may count and that changed in the range.
///
/// `visible` says of each audience whether the scope is part of it. The range excludes its first
/// position.
pub(crate) fn affected_rows(
    table: &ColumnStore,
    query: &Query,
    filter: &Filter<'_>,
    visible: &Visible,
    range: (Position32, Position32),
) -> Vec<AffectedRows> {
    let search = Search {
        table,
        query,
        filter,
        visible,
        range,
    };
    let of_events = !query.is_held() && !query.is_of_charges();
    if of_events && query.measure == Measure::Events {
        return search.by_event();
    }
    let mut found = search.by_people();
    if of_events {
        found.extend(search.by_group());
    }
    found
}

/// The search for families, with the question and the range.
struct Search<'t> {
    table: &'t ColumnStore,
    query: &'t Query,
    filter: &'t Filter<'t>,
    visible: &'t Visible,
    range: (Position32, Position32),
}

impl Search<'_> {
    /// Whether the scope sees the row.
    fn sees(&self, validity: Validity) -> bool {
        self.visible.contains(validity.audience)
    }

    /// Whether the row is visible and valid somewhere in the range, its first position included.
    fn holds(&self, validity: Validity) -> bool {
        self.sees(validity)
            & (validity.from <= self.range.1)
            & ceases_after(validity.to, self.range.0)
    }

    /// Returns the positions in the range at which the row's validity begins or ends.
    fn moves(&self, validity: Validity) -> impl Iterator<Item = Position32> {
        let (from, to) = self.range;
        [Some(validity.from), validity.to]
            .into_iter()
            .flatten()
            .filter(move |at| from < *at && *at <= to)
    }

    /// Whether the row is visible and its validity begins or ends in the range.
    fn moved(&self, validity: Validity) -> bool {
        self.sees(validity) && self.moves(validity).next().is_some()
    }

    /// Whether a filter reads attributes of persons.
    const fn is_of_traits(&self) -> bool {
        self.query.role.is_some()
            || self.query.sex.is_some()
            || self.query.minor.is_some()
            || self.query.nationality.is_some()
    }

    /// Returns the validities of a person's attributes, if a filter reads them.
    fn traits(&self, person: Option<PersonNo>) -> impl Iterator<Item = Validity> {
        let person = person.filter(|_| self.is_of_traits());
        let rows = person.map(|person| self.table.traits.rows_of(person));
        rows.into_iter().flatten().map(|row| row.validity)
    }

    /// Returns families of one event each.
    fn by_event(&self) -> Vec<AffectedRows> {
        let mut rows = Vec::new();
        self.for_each_event(&mut |row| rows.extend(EventRowNo::after(index(row))));
        self.group_by_event(&rows, false)
    }

    /// Returns families of one event each that has unnamed people, who alone are counted.
    fn by_group(&self) -> Vec<AffectedRows> {
        let events = &self.table.events;
        let counts = |row: &EventRowNo| {
            let event = events.get(*row);
            event.is_some_and(|event| {
                self.holds(event.validity) && self.filter.takes_unnamed(&event.attributes)
            })
        };
        let rows: Vec<EventRowNo> = events.group_rows().filter(counts).collect();
        self.group_by_event(&rows, true)
    }

    /// Groups rows by event, and keeps the events of which a row changed in the range.
    fn group_by_event(&self, rows: &[EventRowNo], groups_only: bool) -> Vec<AffectedRows> {
        let columns = self.table.events.columns();
        let of = |row: EventRowNo| {
            Some((
                read(&columns.event, row.number())?,
                read(&columns.validity, row.number())?,
                read(&columns.person, row.number())?,
            ))
        };
        let read_rows = || {
            let rows = rows.iter();
            rows.filter_map(|row| Some((*row, of(*row)?)))
        };
        let mut moved: Vec<bool> = Vec::new();
        for (_, (event, validity, person)) in read_rows() {
            if self.moved(validity) || self.traits(person).any(|validity| self.moved(validity)) {
                let at = event.index();
                if moved.len() <= at {
                    moved.resize(at + 1, false);
                }
                if let Some(slot) = moved.get_mut(at) {
                    *slot = true;
                }
            }
        }
        let mut found: BTreeMap<Position32, AffectedRows> = BTreeMap::new();
        for (row, (event, validity, person)) in read_rows() {
            if moved.get(event.index()) == Some(&true) {
                let family = found.entry(event).or_default();
                family.groups_only = groups_only;
                family.rows.events.push(row);
                family.positions.extend(self.moves(validity));
                self.add_traits(family, person);
            }
        }
        found.into_values().collect()
    }

    /// Returns families of people: those whom links joined somewhere in the range, or one alone.
    fn by_people(&self) -> Vec<AffectedRows> {
        let links = self.table.links.iter();
        let links: Vec<Link> = links
            .filter(|link| self.holds(link.validity))
            .copied()
            .collect();
        let heads = heads(&links);
        let head = |person: PersonNo| heads.get(&person).copied().unwrap_or(person);
        let mut found: BTreeMap<PersonNo, AffectedRows> = BTreeMap::new();
        self.for_each_moved_person(&mut |person| {
            found.entry(head(person)).or_default();
        });
        for link in links.iter().filter(|link| self.moved(link.validity)) {
            found.entry(head(link.a)).or_default();
        }
        for link in links {
            if let Some(family) = found.get_mut(&head(link.a)) {
                family.positions.extend(self.moves(link.validity));
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

    /// Calls `each` with every person of whom a row changed in the range, some several times.
    fn for_each_moved_person(&self, each: &mut dyn FnMut(PersonNo)) {
        let table = self.table;
        let mut row = |person: Option<PersonNo>, validity: Validity| {
            if let Some(person) = person.filter(|_| self.moved(validity)) {
                each(person);
            }
        };
        let columns = table.events.columns();
        let event = |row: u32| read(&columns.person, row).zip(read(&columns.validity, row));
        if self.query.is_held() {
            let deaths = table.deaths.iter();
            let deaths = deaths.filter_map(|row| event(row.number()));
            deaths.for_each(|(person, validity)| row(person, validity));
            let intervals = table.custody.iter().flatten();
            let intervals = intervals.filter(|interval| self.query.takes_state(interval));
            intervals.for_each(|interval| row(interval.attributes.person, interval.validity));
        } else if self.query.is_of_charges() {
            let charges = table.charges.iter();
            let charges = charges.filter(|charge| self.takes_charge(*charge));
            charges.for_each(|(tested, charge)| row(charge.attributes.person, tested.validity));
        } else {
            self.for_each_event(&mut |of| {
                if let Some((person, validity)) = event(of) {
                    row(person, validity);
                }
            });
        }
        if self.is_of_traits() {
            for person in PersonNo::first(table.traits.persons()) {
                if self
                    .traits(Some(person))
                    .any(|validity| self.moved(validity))
                {
                    each(person);
                }
            }
        }
    }

    /// Adds the rows of a person that the question may count and that hold in the range.
    fn add_person(&self, family: &mut AffectedRows, person: PersonNo) {
        let table = self.table;
        let mut moves: Vec<Validity> = Vec::new();
        let events = || {
            let rows = table.events_of.person.rows(person);
            let events = rows.filter_map(|row| Some((row, table.events.get(row)?)));
            events.filter(|(_, event)| self.holds(event.validity))
        };
        if self.query.is_held() {
            for (row, event) in events().filter(|(_, event)| event.attributes.kind == Kind::Death) {
                family.rows.deaths.push(row);
                moves.push(event.validity);
            }
            for track in table.custody_of.person.rows(person) {
                let rows = table.custody.rows_of(track).iter();
                let counts =
                    |row: &&Interval| self.holds(row.validity) && self.query.takes_state(row);
                let before = moves.len();
                moves.extend(rows.filter(counts).map(|row| row.validity));
                if moves.len() > before {
                    family.rows.custody.push(track);
                }
            }
        } else if self.query.is_of_charges() {
            for row in table.charges_of.person.rows(person) {
                let charge = table.charges.get(row);
                let counts = |(tested, body): &(&ChargeHead, &ChargeBody)| {
                    self.holds(tested.validity) && self.takes_charge((tested, body))
                };
                if let Some((tested, _)) = charge.filter(counts) {
                    family.rows.charges.push(row);
                    moves.push(tested.validity);
                }
            }
        } else {
            for (row, event) in events().filter(|(_, event)| self.filter.takes(&event.attributes)) {
                family.rows.events.push(row);
                moves.push(event.validity);
            }
        }
        if !moves.is_empty() {
            self.add_traits(family, Some(person));
        }
        let moves = moves.into_iter().flat_map(|validity| self.moves(validity));
        family.positions.extend(moves);
    }

    /// Adds the positions that changed a person's attributes.
    fn add_traits(&self, family: &mut AffectedRows, person: Option<PersonNo>) {
        for validity in self.traits(person).filter(|validity| self.sees(*validity)) {
            family.positions.extend(self.moves(validity));
        }
    }

    /// Whether a charge passes the filters.
    fn takes_charge(&self, (tested, row): (&ChargeHead, &ChargeBody)) -> bool {
        self.filter.takes_charge(tested, row) && self.filter.takes(&row.attributes)
    }

    /// Calls `each` with every event row that the question may count and that is valid in the range.
    fn for_each_event(&self, each: &mut dyn FnMut(u32)) {
        let rows = &self.table.events;
        let mut selection = SelectionVector::of_at_most(rows.len());
        let window = self.query.window();
        for mut part in rows_of_kinds(self.table, self.filter) {
            let on_days = window.map(|window| move |days: Days| days.touches(window));
            while part.select_next(
                &mut selection,
                rows.columns(),
                |validity| self.holds(validity),
                on_days,
            ) {
                self.filter.narrow(&mut selection, rows);
                selection.rows().iter().for_each(|row| each(*row));
            }
        }
    }
}

/// Returns the representative of each linked person: the smallest number that links lead to, by
/// union-find.
fn heads(links: &[Link]) -> BTreeMap<PersonNo, PersonNo> {
    let mut heads: BTreeMap<PersonNo, PersonNo> = BTreeMap::new();
    let find = |heads: &BTreeMap<PersonNo, PersonNo>, person: PersonNo| {
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
    let persons: Vec<PersonNo> = heads.keys().copied().collect();
    persons
        .into_iter()
        .map(|person| (person, find(&heads, person)))
        .collect()
}
