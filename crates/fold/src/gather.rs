//! The rows of a block that count, as a lot: list by list, each read from one column.
//!
//! Start at [`Gather::count`].
//!
//! Never here: rules of its own. The laws hold the answers to those of the reference.

use event::{Answer, CodeSet, Days};

use crate::block::{Block, read};
use crate::columns::{NEVER, NONE};
use crate::count::Asked;
use crate::dimensions::{Group, Measure};
use crate::groups::{self, Values};
use crate::lot::{ALONE, Lot, Said};
use crate::occurrences::Codes;
use crate::scan::Rows;
use crate::table::index;
use crate::tally::Tally;

/// What holds of the person of a row, where that is asked.
#[derive(Clone, Copy)]
struct OfPerson {
    sex: u32,
    roles: CodeSet,
    minor: Answer,
}

impl OfPerson {
    const UNKNOWN: Self = Self {
        sex: NONE,
        roles: CodeSet::EMPTY,
        minor: Answer::Unknown,
    };
}

/// The lists that rows go through, which keep their room from block to block.
pub(crate) struct Gather<'a> {
    asked: &'a Asked<'a>,
    block: Block,
    /// Of each row of the block; empty where nothing of people is asked.
    people: Vec<OfPerson>,
    lot: Lot,
}

impl<'a> Gather<'a> {
    /// Makes the lists for the question of `tally`.
    pub(crate) fn new(asked: &'a Asked<'a>, tally: &Tally<'_>) -> Self {
        Self {
            asked,
            block: Block::new(),
            people: Vec::new(),
            lot: Lot::new(tally.groups()),
        }
    }

    /// Counts these rows in `tally`, block by block.
    pub(crate) fn count(&mut self, mut rows: Rows<'_>, tally: &mut Tally<'_>) {
        let asked = self.asked;
        let held = &asked.table.occurrences.columns().held;
        let window = asked.query.occurred;
        while rows.next(&mut self.block, held, window, |held| {
            asked.people.sees(held)
        }) {
            self.count_block(tally);
        }
    }

    /// Counts those of the block's rows that pass; that they hold and are seen was asked before.
    fn count_block(&mut self, tally: &mut Tally<'_>) {
        let asked = self.asked;
        let columns = asked.table.occurrences.columns();
        let block = &mut self.block;
        if let Some(window) = asked.query.occurred {
            block.keep(&columns.days, |days: Days| days.touches(window));
        }
        asked.filter.narrow(block, &asked.table.occurrences);
        if asked.filter.asks_of_people() {
            self.narrow_by_people();
        }
        if self.block.rows().is_empty() {
            return;
        }
        self.lot.clear();
        self.levels();
        self.numbers();
        if tally.asks_for_time() {
            let days = self.block.read(&columns.days, NEVER);
            self.lot.days.extend(days.map(Some));
        }
        for (group, at) in tally.groups().iter().zip(0..) {
            self.say(*group, at);
        }
        tally.add(&self.lot);
    }

    /// Leaves the rows of whose person the question holds, and keeps what it asks of them.
    fn narrow_by_people(&mut self) {
        let (asked, people) = (self.asked, &mut self.people);
        let columns = asked.table.occurrences.columns();
        let asks_minor = asked.filter.asks_minor();
        people.clear();
        people.resize(self.block.rows().len(), OfPerson::UNKNOWN);
        let mut kept = 0;
        self.block.retain(|row| {
            let person = read(&columns.person, row).unwrap_or(NONE);
            let traits = asked.people.traits(person);
            let minor = match (read(&columns.codes, row), read(&columns.days, row)) {
                (Some(codes), Some(days)) if asks_minor => {
                    crate::traits::minor(codes.age, traits.of_age, days)
                }
                _ => Answer::Unknown,
            };
            if let Some(slot) = people.get_mut(kept) {
                *slot = OfPerson {
                    sex: groups::code(traits.sex.index()),
                    roles: traits.roles,
                    minor,
                };
            }
            let takes = asked.filter.takes_person(traits, minor);
            kept += usize::from(takes);
            takes
        });
        people.truncate(kept);
    }

    /// How well each row counts: by where its days lie to the window that they touch, and its doubt.
    fn levels(&mut self) {
        let columns = self.asked.table.occurrences.columns();
        let codes = self.block.read(&columns.codes, Codes::NONE);
        let levels = &mut self.lot.levels;
        match self.asked.query.occurred {
            None => levels.extend(codes.map(|codes| 3 - u8::from(codes.doubt))),
            Some(window) => {
                let days = self.block.read(&columns.days, NEVER);
                levels.extend(codes.zip(days).map(|(codes, days)| {
                    if days.inside(window) {
                        3 - u8::from(codes.doubt)
                    } else {
                        1
                    }
                }));
            }
        }
    }

    /// What each row counts as.
    fn numbers(&mut self) {
        let (asked, lot) = (self.asked, &mut self.lot);
        let columns = asked.table.occurrences.columns();
        if asked.query.measure == Measure::Events {
            let events = self.block.read(&columns.event, NONE);
            lot.numbers
                .extend(events.map(|event| asked.table.shared(event).unwrap_or(ALONE)));
            return;
        }
        let individual = |person: u32| {
            if person == NONE {
                NONE
            } else {
                asked.people.individual(person)
            }
        };
        let persons = self.block.read(&columns.person, NONE);
        lot.numbers.extend(persons.map(individual));
        let has_group = |codes: &Codes| codes.has_group;
        let places = (0..).zip(self.block.rows());
        for (unit, row) in places {
            let codes = read(&columns.codes, *row);
            if codes.as_ref().is_some_and(has_group)
                && let Some(event) = read(&columns.event, *row)
            {
                let at = index(*row).unwrap_or(usize::MAX);
                let (lower, upper) = asked.table.occurrences.unnamed(at);
                lot.crowds.push((unit, (event, lower, upper)));
            }
        }
    }

    /// What each row says of a dimension, which is the one at this place of the lot.
    fn say(&mut self, group: Group, at: usize) {
        let occurrences = &self.asked.table.occurrences;
        let columns = occurrences.columns();
        let block = &self.block;
        let people = &self.people;
        match self.lot.said.get_mut(at) {
            None => {}
            Some(Said::Sets(list)) => {
                if group == Group::RightsExercised {
                    list.extend(block.read(&columns.rights_exercised, CodeSet::EMPTY));
                } else if group == Group::RightsViolated {
                    list.extend(block.read(&columns.rights_violated, CodeSet::EMPTY));
                } else {
                    list.extend(people.iter().map(|person| person.roles));
                }
            }
            Some(Said::One(list)) => {
                let mut codes = |code: fn(Codes) -> u8| {
                    let codes = block.read(&columns.codes, Codes::NONE);
                    list.extend(codes.map(|codes| u32::from(code(codes))));
                };
                match group {
                    Group::Kind => codes(|codes| codes.kind),
                    Group::Authority => codes(|codes| codes.authority),
                    Group::Verification => codes(|codes| codes.verification),
                    Group::Assessment => codes(|codes| codes.assessment),
                    Group::Place => list.extend(block.read(&columns.place, NONE)),
                    Group::Org => list.extend(block.read(&columns.org, NONE)),
                    Group::Person => list.extend(block.read(&columns.person, NONE)),
                    Group::Case => list.extend(block.read(&columns.case, NONE)),
                    Group::Sex => list.extend(people.iter().map(|person| person.sex)),
                    Group::Minor => {
                        let minors = people.iter().map(|person| person.minor.index());
                        list.extend(minors.map(groups::code));
                    }
                    Group::ReleaseKind
                    | Group::InCustody
                    | Group::Visibility
                    | Group::Law
                    | Group::Article
                    | Group::Court
                    | Group::ChargeStatus
                    | Group::Month
                    | Group::Quarter
                    | Group::Year
                    | Group::Role
                    | Group::RightsExercised
                    | Group::RightsViolated => {
                        let says = block
                            .rows()
                            .iter()
                            .filter_map(|row| occurrences.says(index(*row).unwrap_or(usize::MAX)));
                        list.extend(says.map(|says| match groups::values_of_says(group, &says) {
                            Values::One(value) => value,
                            Values::Set(_) => NONE,
                        }));
                    }
                }
            }
        }
    }
}
