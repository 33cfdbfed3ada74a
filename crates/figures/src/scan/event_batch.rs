//! A batch of event rows that pass: what an aggregate takes as units, or column by column.
//!
//! Start at [`EventBatch::select`], then [`EventBatch::for_each_unit`] and [`EventBatch::fill`], which give
//! the same rows.
//!
//! Never here: rules of its own. The laws hold the answers to those of the reference.

use event::{CodeSet, Days, FourValued};

use crate::aggregate::batch::{Batch, BatchColumn, BatchUnit};
use crate::aggregate::values::{self, DimensionValue, Values};
use crate::certainty::Certainty;
use crate::columns::events::{Codes, Columns};
use crate::columns::ids::{ColumnId, PersonNo, UnitNo};
use crate::columns::rows::{EMPTY_DAYS, EventRow, UnitDays};
use crate::question::dimension::{Dimension, Measure};
use crate::scan::context::ScanContext;
use crate::scan::rows::Rows;
use crate::scan::selection::{SelectionVector, read};
use crate::scan::unit::{Identity, Unit, certainty_in};

/// The attributes of the person of a row that the question reads.
#[derive(Clone, Copy)]
struct PersonValues {
    sex: DimensionValue,
    nationality: DimensionValue,
    roles: CodeSet,
    minor: FourValued,
}

impl PersonValues {
    const UNKNOWN: Self = Self {
        sex: DimensionValue::UNKNOWN,
        nationality: DimensionValue::UNKNOWN,
        roles: CodeSet::EMPTY,
        minor: FourValued::Unknown,
    };
}

/// Whether a batch has the days of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DaysColumn {
    /// It has.
    Filled,
    /// It has none: the question does not group by time.
    Empty,
}

/// Event rows that pass, a selection at a time, with the buffers that they go through.
pub(crate) struct EventBatch<'a> {
    context: &'a ScanContext<'a>,
    selection: SelectionVector,
    /// Of each selected row; empty where the question reads no attributes of people.
    people: Vec<PersonValues>,
}

impl<'a> EventBatch<'a> {
    /// Makes the buffers for rows of which no list has more than `longest`.
    pub(crate) fn new(context: &'a ScanContext<'a>, longest: usize) -> Self {
        Self {
            context,
            selection: SelectionVector::of_at_most(longest),
            people: Vec::new(),
        }
    }

    /// Takes the next rows off, as many as there is room for, and selects those that hold, are seen, touch the
    /// window on days that are wanted, and pass the filters of events; false where none was left.
    pub(crate) fn select(
        &mut self,
        rows: &mut Rows<'_>,
        wants: Option<impl Fn(Days) -> bool>,
    ) -> bool {
        let context = self.context;
        let events = &context.columns.events;
        let window = context.query.window();
        let selection = &mut self.selection;
        let sees = |validity| context.people.sees(validity);
        let tests_days = window.is_some() || wants.is_some();
        let on_days = tests_days.then_some(|days: Days| {
            window.is_none_or(|window| days.touches(window))
                && wants.as_ref().is_none_or(|wants| wants(days))
        });
        let took = rows.select_next(selection, events.columns(), sees, on_days);
        if took {
            context.filter.narrow(selection, events);
        }
        took
    }

    /// Whether no row is selected.
    pub(crate) fn is_empty(&self) -> bool {
        self.selection.rows().is_empty()
    }

    /// Calls `each` with every selected row whose person passes, as a unit.
    pub(crate) fn for_each_unit(&self, each: &mut dyn FnMut(&Unit<'_>, Certainty)) {
        let rows = self.selection.rows().iter();
        let rows = rows.filter_map(|row| self.context.columns.events.row_at(*row));
        rows.for_each(|row| self.as_unit(&row, each));
    }

    fn as_unit(&self, row: &EventRow, each: &mut dyn FnMut(&Unit<'_>, Certainty)) {
        let context = self.context;
        let (attributes, days) = (&row.attributes, row.days);
        let person = context.filter.person(&context.people, attributes, days);
        let certainty = certainty_in(context.query.window(), days, row.doubt);
        let Some(((traits, minor), certainty)) = person.zip(certainty) else {
            return;
        };
        let number = match context.query.measure {
            Measure::Events => row.event.unit(),
            Measure::Persons | Measure::PersonCharges => attributes
                .person
                .map(|person| UnitNo::from(context.people.individual(person))),
        };
        let unit = Unit {
            identity: number.map_or(Identity::Nobody, Identity::Repeated),
            origin: row.event,
            attributes,
            traits,
            days: Some(UnitDays {
                days,
                sets_span: row.sets_span,
            }),
            bounds: [days.earliest, days.latest, days.earliest, days.latest],
            doubt: row.doubt,
            minor,
            charge: None,
            // Those of a figure of persons are units of their own.
            unnamed: row
                .unnamed
                .filter(|_| context.query.measure == Measure::Events),
        };
        each(&unit, certainty);
    }

    /// Writes the selected rows whose person passes into `batch`, column by column, with their values in
    /// these dimensions, and with their days where the question groups by time.
    pub(crate) fn fill(&mut self, batch: &mut Batch, dimensions: &[Dimension], days: DaysColumn) {
        batch.clear();
        if self.context.filter.asks_of_people() {
            self.narrow_by_people();
        }
        if self.is_empty() {
            return;
        }
        self.fill_certainty(batch);
        self.fill_units(batch);
        if days == DaysColumn::Filled {
            let columns = self.context.columns.events.columns();
            let days = self.selection.read(&columns.days, EMPTY_DAYS);
            let sets_span = self
                .selection
                .map(&columns.codes, false, |codes| codes.sets_span);
            let both = days.zip(sets_span);
            batch
                .days
                .extend(both.map(|(days, sets_span)| Some(UnitDays { days, sets_span })));
        }
        for (group, column) in dimensions.iter().zip(&mut batch.values) {
            self.fill_values(*group, column);
        }
    }

    /// Retains the rows whose person passes, and reads the person's attributes.
    fn narrow_by_people(&mut self) {
        let (context, people) = (self.context, &mut self.people);
        let columns = context.columns.events.columns();
        let asks_minor = context.filter.asks_minor();
        people.clear();
        people.resize(self.selection.rows().len(), PersonValues::UNKNOWN);
        let mut kept = 0;
        self.selection.retain(|row| {
            let person: Option<PersonNo> = read(&columns.person, row).flatten();
            let traits = context.people.traits(person);
            let minor = match (read(&columns.codes, row), read(&columns.days, row)) {
                (Some(codes), Some(days)) if asks_minor => {
                    crate::columns::persons::minor(codes.age, traits.of_age, days)
                }
                _ => FourValued::Unknown,
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
    fn fill_certainty(&self, batch: &mut Batch) {
        let columns = self.context.columns.events.columns();
        let known = |codes: Codes| Certainty::known(codes.doubt);
        let of_doubt = self
            .selection
            .map(&columns.codes, Certainty::Perhaps, known);
        let certainty = &mut batch.certainty;
        match self.context.query.window() {
            None => certainty.extend(of_doubt),
            Some(window) => {
                let days = self.selection.read(&columns.days, EMPTY_DAYS);
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
    fn fill_units(&self, batch: &mut Batch) {
        let context = self.context;
        let columns = context.columns.events.columns();
        let nobody = BatchUnit::NOBODY;
        if context.query.measure == Measure::Events {
            let unit = |event| match context.columns.shared_event(event) {
                Some(number) => BatchUnit::numbered(number),
                None => BatchUnit::UNIQUE,
            };
            let units = self.selection.map(&columns.event, nobody, unit);
            batch.units.extend(units);
            return;
        }
        let individual = |person: Option<PersonNo>| match person {
            Some(person) => BatchUnit::numbered(UnitNo::from(context.people.individual(person))),
            None => nobody,
        };
        let units = self.selection.map(&columns.person, nobody, individual);
        batch.units.extend(units);
    }

    /// Writes the values of each row in a dimension.
    fn fill_values(&self, group: Dimension, column: &mut BatchColumn) {
        let columns = self.context.columns.events.columns();
        let selection = &self.selection;
        let people = &self.people;
        match column {
            BatchColumn::Sets(list) => {
                if group == Dimension::RightsExercised {
                    list.extend(selection.read(&columns.rights_exercised, CodeSet::EMPTY));
                } else if group == Dimension::RightsViolated {
                    list.extend(selection.read(&columns.rights_violated, CodeSet::EMPTY));
                } else {
                    list.extend(people.iter().map(|person| person.roles));
                }
            }
            BatchColumn::Tags(list) => list.extend(selection.read(&columns.tags, None)),
            BatchColumn::One(list) => match group {
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
                | Dimension::RightsViolated => self.fill_event_values(group, list),
            },
        }
    }

    /// As [`EventBatch::fill_values`], of a dimension of events that has one value.
    fn fill_event_values(&self, group: Dimension, list: &mut Vec<DimensionValue>) {
        let events = &self.context.columns.events;
        let columns = events.columns();
        let selection = &self.selection;
        match group {
            Dimension::Kind => extend_codes(list, selection, columns, |codes| codes.kind),
            Dimension::Authority => extend_codes(list, selection, columns, |codes| codes.authority),
            Dimension::Verification => {
                extend_codes(list, selection, columns, |codes| codes.verification);
            }
            Dimension::Assessment => {
                extend_codes(list, selection, columns, |codes| codes.assessment)
            }
            Dimension::Place => extend_ids(list, selection, &columns.place, |id| id),
            Dimension::Locality => extend_ids(list, selection, &columns.locality, |id| id),
            Dimension::Org => extend_ids(list, selection, &columns.org, Some),
            Dimension::Person => extend_ids(list, selection, &columns.person, |id| id),
            Dimension::Case => extend_ids(list, selection, &columns.case, |id| id),
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
                let rows = selection.rows().iter();
                let attributes = rows.map(|row| events.attributes_at(*row));
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
    selection: &SelectionVector,
    columns: &Columns,
    code: fn(Codes) -> u8,
) {
    let value = |codes| DimensionValue::from_code_byte(code(codes));
    list.extend(selection.map(&columns.codes, DimensionValue::UNKNOWN, value));
}

/// Appends the value of an id of each row.
fn extend_ids<T: Copy, K: ColumnId>(
    list: &mut Vec<DimensionValue>,
    selection: &SelectionVector,
    column: &[T],
    id: fn(T) -> Option<K>,
) {
    let value = |field| DimensionValue::from(id(field));
    list.extend(selection.map(column, DimensionValue::UNKNOWN, value));
}
