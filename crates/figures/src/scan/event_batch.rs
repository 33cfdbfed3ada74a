//! Turns a block's selected rows into a batch, one output column at a time.
//!
//! Start at [`BatchBuilder::count`].
//!
//! Never here: rules of its own. The laws hold the answers to those of the reference.

use event::{Answer, CodeSet, Days};

use crate::aggregate::batch::{Batch, BatchColumn, BatchUnit};
use crate::aggregate::grouped_count::GroupedCount;
use crate::aggregate::values::{self, DimensionValue, Values};
use crate::certainty::Certainty;
use crate::columns::events::{Codes, Columns};
use crate::columns::ids::{ColumnId, PersonNo, UnitNo};
use crate::columns::rows::EMPTY_DAYS;
use crate::columns::rows::UnitDays;
use crate::question::dimension::{Dimension, Measure};
use crate::scan::prepared::ScanContext;
use crate::scan::rows::Rows;
use crate::scan::selection::{SelectionVector, read};

/// The attributes of the person of a row that the question reads.
#[derive(Clone, Copy)]
struct PersonValues {
    sex: DimensionValue,
    nationality: DimensionValue,
    roles: CodeSet,
    minor: Answer,
}

impl PersonValues {
    const UNKNOWN: Self = Self {
        sex: DimensionValue::UNKNOWN,
        nationality: DimensionValue::UNKNOWN,
        roles: CodeSet::EMPTY,
        minor: Answer::Unknown,
    };
}

/// The buffers that rows go through, which keep their memory from block to block.
pub(crate) struct BatchBuilder<'a> {
    context: &'a ScanContext<'a>,
    block: SelectionVector,
    /// Of each row of the block; empty where the question reads no attributes of people.
    people: Vec<PersonValues>,
    batch: Batch,
}

impl<'a> BatchBuilder<'a> {
    /// Makes the buffers for the question of `tally`.
    pub(crate) fn new(context: &'a ScanContext<'a>, tally: &GroupedCount<'_>) -> Self {
        Self {
            context,
            block: SelectionVector::new(),
            people: Vec::new(),
            batch: Batch::new(tally.dimensions()),
        }
    }

    /// Counts these rows in `tally`, block by block.
    pub(crate) fn count(&mut self, mut rows: Rows<'_>, tally: &mut GroupedCount<'_>) {
        let context = self.context;
        let validities = &context.columns.occurrences.columns().validity;
        let window = context.query.occurred;
        while rows.next_block(&mut self.block, validities, window, |validity| {
            context.people.sees(validity)
        }) {
            self.count_block(tally);
        }
    }

    /// Counts those of the block's rows that pass; that they hold and are seen was tested before.
    fn count_block(&mut self, tally: &mut GroupedCount<'_>) {
        let context = self.context;
        let columns = context.columns.occurrences.columns();
        let block = &mut self.block;
        if let Some(window) = context.query.occurred {
            block.retain_by(&columns.days, |days: Days| days.touches(window));
        }
        context.filter.narrow(block, &context.columns.occurrences);
        if context.filter.asks_of_people() {
            self.narrow_by_people();
        }
        if self.block.rows().is_empty() {
            return;
        }
        self.batch.clear();
        self.fill_certainty();
        self.fill_units();
        if tally.groups_by_time() {
            let days = self.block.read(&columns.days, EMPTY_DAYS);
            let sets_span = self
                .block
                .map(&columns.codes, false, |codes| codes.sets_span);
            let both = days.zip(sets_span);
            self.batch
                .days
                .extend(both.map(|(days, sets_span)| Some(UnitDays { days, sets_span })));
        }
        for (group, at) in tally.dimensions().iter().zip(0..) {
            self.fill_values(*group, at);
        }
        tally.add(&self.batch);
    }

    /// Retains the rows whose person passes, and reads the person's attributes.
    fn narrow_by_people(&mut self) {
        let (context, people) = (self.context, &mut self.people);
        let columns = context.columns.occurrences.columns();
        let asks_minor = context.filter.asks_minor();
        people.clear();
        people.resize(self.block.rows().len(), PersonValues::UNKNOWN);
        let mut kept = 0;
        self.block.retain(|row| {
            let person: Option<PersonNo> = read(&columns.person, row).flatten();
            let traits = context.people.traits(person);
            let minor = match (read(&columns.codes, row), read(&columns.days, row)) {
                (Some(codes), Some(days)) if asks_minor => {
                    crate::columns::persons::minor(codes.age, traits.of_age, days)
                }
                _ => Answer::Unknown,
            };
            if let Some(slot) = people.get_mut(kept) {
                *slot = PersonValues {
                    sex: DimensionValue::from_code(traits.sex.index()),
                    nationality: traits.nationality.into(),
                    roles: traits.roles,
                    minor,
                };
            }
            let takes = context.filter.takes_person(traits, minor);
            kept += usize::from(takes);
            takes
        });
        people.truncate(kept);
    }

    /// How surely each row counts: by how its days relate to the window that they touch, and its doubt.
    fn fill_certainty(&mut self) {
        let columns = self.context.columns.occurrences.columns();
        let known = |codes: Codes| Certainty::known(codes.doubt);
        let of_doubt = self.block.map(&columns.codes, Certainty::Perhaps, known);
        let certainty = &mut self.batch.certainty;
        match self.context.query.occurred {
            None => certainty.extend(of_doubt),
            Some(window) => {
                let days = self.block.read(&columns.days, EMPTY_DAYS);
                certainty.extend(of_doubt.zip(days).map(|(known, days)| {
                    if days.inside(window) {
                        known
                    } else {
                        Certainty::Perhaps
                    }
                }));
            }
        }
    }

    /// The unit of each row.
    fn fill_units(&mut self) {
        let (context, batch) = (self.context, &mut self.batch);
        let columns = context.columns.occurrences.columns();
        let nobody = BatchUnit::NOBODY;
        if context.query.measure == Measure::Events {
            let unit = |event| match context.columns.shared_event(event) {
                Some(number) => BatchUnit::numbered(number),
                None => BatchUnit::UNIQUE,
            };
            let units = self.block.map(&columns.event, nobody, unit);
            batch.units.extend(units);
            return;
        }
        let individual = |person: Option<PersonNo>| match person {
            Some(person) => BatchUnit::numbered(UnitNo::from(context.people.individual(person))),
            None => nobody,
        };
        let units = self.block.map(&columns.person, nobody, individual);
        batch.units.extend(units);
    }

    /// The values of each row in a dimension, which is the one at this index of the batch.
    fn fill_values(&mut self, group: Dimension, at: usize) {
        let columns = self.context.columns.occurrences.columns();
        let block = &self.block;
        let people = &self.people;
        match self.batch.values.get_mut(at) {
            None => {}
            Some(BatchColumn::Sets(list)) => {
                if group == Dimension::RightsExercised {
                    list.extend(block.read(&columns.rights_exercised, CodeSet::EMPTY));
                } else if group == Dimension::RightsViolated {
                    list.extend(block.read(&columns.rights_violated, CodeSet::EMPTY));
                } else {
                    list.extend(people.iter().map(|person| person.roles));
                }
            }
            Some(BatchColumn::Tags(list)) => list.extend(block.read(&columns.tags, None)),
            Some(BatchColumn::One(list)) => match group {
                Dimension::Sex => list.extend(people.iter().map(|person| person.sex)),
                Dimension::Nationality => {
                    list.extend(people.iter().map(|person| person.nationality));
                }
                Dimension::Minor => {
                    let minors = people.iter().map(|person| person.minor.index());
                    list.extend(minors.map(DimensionValue::from_code));
                }
                Dimension::Kind
                | Dimension::Authority
                | Dimension::Verification
                | Dimension::Assessment
                | Dimension::Place
                | Dimension::Locality
                | Dimension::Tag
                | Dimension::Org
                | Dimension::Person
                | Dimension::Case
                | Dimension::ReleaseKind
                | Dimension::InCustody
                | Dimension::Visibility
                | Dimension::Law
                | Dimension::Article
                | Dimension::Court
                | Dimension::ChargeStatus
                | Dimension::Month
                | Dimension::Quarter
                | Dimension::Year
                | Dimension::Role
                | Dimension::RightsExercised
                | Dimension::RightsViolated => self.fill_event_values(group, at),
            },
        }
    }

    /// As [`BatchBuilder::fill_values`], of a dimension of events that has one value.
    fn fill_event_values(&mut self, group: Dimension, at: usize) {
        let occurrences = &self.context.columns.occurrences;
        let columns = occurrences.columns();
        let block = &self.block;
        let Some(BatchColumn::One(list)) = self.batch.values.get_mut(at) else {
            return;
        };
        match group {
            Dimension::Kind => extend_codes(list, block, columns, |codes| codes.kind),
            Dimension::Authority => extend_codes(list, block, columns, |codes| codes.authority),
            Dimension::Verification => {
                extend_codes(list, block, columns, |codes| codes.verification);
            }
            Dimension::Assessment => extend_codes(list, block, columns, |codes| codes.assessment),
            Dimension::Place => extend_ids(list, block, &columns.place, |id| id),
            Dimension::Locality => extend_ids(list, block, &columns.locality, |id| id),
            Dimension::Org => extend_ids(list, block, &columns.org, Some),
            Dimension::Person => extend_ids(list, block, &columns.person, |id| id),
            Dimension::Case => extend_ids(list, block, &columns.case, |id| id),
            Dimension::ReleaseKind
            | Dimension::InCustody
            | Dimension::Visibility
            | Dimension::Law
            | Dimension::Article
            | Dimension::Court
            | Dimension::ChargeStatus
            | Dimension::Month
            | Dimension::Quarter
            | Dimension::Year
            | Dimension::Sex
            | Dimension::Minor
            | Dimension::Nationality
            | Dimension::Tag
            | Dimension::Role
            | Dimension::RightsExercised
            | Dimension::RightsViolated => {
                let rows = block.rows().iter();
                let attributes = rows.map(|row| occurrences.attributes_at(*row));
                let values = attributes.map(|attributes| {
                    match attributes.map(|a| values::values_of_attributes(group, &a)) {
                        Some(Values::One(value)) => value,
                        Some(Values::Set(_) | Values::Tags(_)) | None => DimensionValue::UNKNOWN,
                    }
                });
                list.extend(values);
            }
        }
    }
}

/// Appends the value of a code of each row.
fn extend_codes(
    list: &mut Vec<DimensionValue>,
    block: &SelectionVector,
    columns: &Columns,
    code: fn(Codes) -> u8,
) {
    let value = |codes| DimensionValue::from_code_byte(code(codes));
    list.extend(block.map(&columns.codes, DimensionValue::UNKNOWN, value));
}

/// Appends the value of an id of each row.
fn extend_ids<T: Copy, K: ColumnId>(
    list: &mut Vec<DimensionValue>,
    block: &SelectionVector,
    column: &[T],
    id: fn(T) -> Option<K>,
) {
    let value = |field| DimensionValue::from(id(field));
    list.extend(block.map(column, DimensionValue::UNKNOWN, value));
}
