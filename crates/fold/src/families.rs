//! Rows that bear on each other: which people, or which event, and at which positions they changed.
//!
//! Start at [`families`].
//!
//! Never here: counting (see [`crate::changes`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::columns::{Held, Link, NONE, Says};
use crate::count::Places;
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
        return search.by_event(false);
    }
    let mut found = search.by_people();
    if of_occurrences {
        found.extend(search.by_event(true));
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
        self.sees(held) && held.from <= self.span.1 && held.to > self.span.0
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

    /// Families of one event each; of those with unnamed people where only `groups` are counted.
    fn by_event(&self, groups: bool) -> Vec<Family> {
        let mut found: BTreeMap<u32, Family> = BTreeMap::new();
        let counts = |place: usize| {
            self.table.occurrences.get(place).filter(|row| {
                (!groups || row.unnamed.0 != NONE)
                    && self.holds(row.held)
                    && self.filter.takes(&row.says)
            })
        };
        for place in 0..self.table.occurrences.len() {
            let Some(row) = counts(place) else { continue };
            let traits = self.traits(row.says.person);
            if self.moved(row.held) || traits.into_iter().any(|held| self.moved(held)) {
                found.entry(row.event).or_default().groups_only = groups;
            }
        }
        for place in 0..self.table.occurrences.len() {
            if let Some(row) = counts(place)
                && let Some(family) = found.get_mut(&row.event)
            {
                family.places.occurrences.extend(u32::try_from(place));
                family.positions.extend(self.moves(row.held));
                for held in self.traits(row.says.person).filter(|held| self.sees(*held)) {
                    family.positions.extend(self.moves(held));
                }
            }
        }
        found.into_values().collect()
    }

    /// Families of people who were linked in the span.
    fn by_people(&self) -> Vec<Family> {
        let links: Vec<Link> = self
            .table
            .links
            .iter()
            .filter(|link| self.holds(link.held))
            .copied()
            .collect();
        let heads = heads(&links);
        let head = |person: u32| heads.get(&person).copied().unwrap_or(person);
        let mut found: BTreeMap<u32, Family> = BTreeMap::new();
        self.rows(&mut |says, held, _| {
            if self.moved(held) {
                found.entry(head(says.person)).or_default();
            }
        });
        if self.is_of_traits() {
            for person in 0..self.table.traits.persons() {
                let person = u32::try_from(person).unwrap_or(NONE);
                if self.traits(person).any(|held| self.moved(held)) {
                    found.entry(head(person)).or_default();
                }
            }
        }
        for link in links.iter().filter(|link| self.moved(link.held)) {
            found.entry(head(link.a)).or_default();
        }
        for link in links {
            if let Some(family) = found.get_mut(&head(link.a)) {
                family.positions.extend(self.moves(link.held));
                family.links.push(link);
            }
        }
        self.rows(&mut |says, held, place| {
            if let Some(family) = found.get_mut(&head(says.person)) {
                family.positions.extend(self.moves(held));
                for held in self.traits(says.person).filter(|held| self.sees(*held)) {
                    family.positions.extend(self.moves(held));
                }
                match place {
                    Place::Occurrence(place) => family.places.occurrences.push(place),
                    Place::Death(place) => family.places.deaths.push(place),
                    Place::Charge(place) => family.places.charges.push(place),
                    Place::Custody(place) => {
                        if family.places.custody.last() != Some(&place) {
                            family.places.custody.push(place);
                        }
                    }
                }
            }
        });
        found.into_values().collect()
    }

    /// Hands on each row of a person that the question may count and that holds in the span.
    fn rows(&self, each: &mut dyn FnMut(&Says, Held, Place)) {
        let number = |place: usize| u32::try_from(place).unwrap_or(NONE);
        let table = self.table;
        if self.query.is_held() {
            for place in &table.deaths {
                let row = index(*place).and_then(|i| table.occurrences.get(i));
                if let Some(row) = row.filter(|row| self.holds(row.held)) {
                    each(&row.says, row.held, Place::Death(*place));
                }
            }
            for (place, track) in table.custody.iter().enumerate() {
                for row in track {
                    if self.holds(row.held) && self.query.takes_state(row) {
                        each(&row.says, row.held, Place::Custody(number(place)));
                    }
                }
            }
        } else if self.query.is_of_charges() {
            for (place, (tested, row)) in table.charges.iter().enumerate() {
                if self.holds(tested.held)
                    && self.filter.takes_charge(tested, row)
                    && self.filter.takes(&row.says)
                {
                    each(&row.says, tested.held, Place::Charge(number(place)));
                }
            }
        } else {
            for (place, row) in table.occurrences.iter().enumerate() {
                let of_person = row.says.person != NONE;
                if of_person && self.holds(row.held) && self.filter.takes(&row.says) {
                    each(&row.says, row.held, Place::Occurrence(number(place)));
                }
            }
        }
    }
}

/// Where a row stands.
enum Place {
    Occurrence(u32),
    Death(u32),
    Charge(u32),
    Custody(u32),
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
