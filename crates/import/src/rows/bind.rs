//! A mapping held against the header of a file.
//!
//! Start at [`RowMapping::bind`].
//!
//! Never here: what single keys of a mapping bind to (see the modules beside).

use jiff::tz::TimeZone;
use toml::Spanned;

use super::RowMapping;
use super::field::{FieldSpec, Target};
use super::fields::fields_exist;
use super::key::Key;
use super::mapping::{LeaveSection, RowSection};
use super::section::section;
use crate::Error;
use crate::codes::NullWords;
use crate::condition::{Condition, ConditionSpec};
use crate::mapping::Mapping;
use crate::mapping::binder::{Binder, NOWHERE, refuse};
use crate::mapping::holds::Holds;
use crate::read::Table;

impl RowMapping {
    /// Holds a mapping against the header of a file.
    ///
    /// # Errors
    /// [`Error::Mistakes`]: all that does not fit.
    pub(crate) fn bind(mapping: &Mapping, table: &Table, zone: &TimeZone) -> Result<Self, Error> {
        let shared = row(mapping)?;
        let binder = Binder::new(
            table,
            &mapping.codes,
            &mapping.months,
            &mapping.lines,
            mapping.mistakes.clone(),
        );
        let text = |spec: &Spanned<FieldSpec>| {
            let target = Target {
                path: "subject",
                holds: Holds::Text,
                at: spec.span().start,
            };
            spec.as_ref().bind(&binder, target)
        };
        let conditions = |list: &[ConditionSpec]| -> Vec<Condition> {
            list.iter().map(|when| when.bind_in(&binder)).collect()
        };
        let left = |list: &[LeaveSection]| {
            let bound = list.iter().map(|l| (conditions(&l.when), l.reason.clone()));
            bound.collect()
        };
        fields_exist(mapping, shared, &binder);
        let bound = Self {
            key: Key::bind(&shared.key, &binder),
            subject: shared.subject.as_ref().map(text),
            recorded: shared.recordedtime.as_ref().map(|recorded| {
                let target = Target {
                    path: "recordedtime",
                    holds: Holds::Instant,
                    at: recorded.span().start,
                };
                recorded.as_ref().bind(&binder, target)
            }),
            order: shared.order,
            persons: shared
                .persons
                .as_ref()
                .map(|p| p.bind(mapping.format, &binder)),
            people: (0..)
                .zip(&shared.person)
                .map(|(place, person)| person.bind(place, &binder))
                .collect(),
            together: shared.together,
            no_event: shared.no_event,
            has_own_ids: shared.has_own_ids(),
            row_ids: row_ids(mapping, shared),
            sections: mapping
                .event
                .iter()
                .map(|event| section(shared, event, &binder))
                .collect(),
            skip: left(&mapping.skip),
            leave: left(&mapping.leave),
            nulls: NullWords::new(&mapping.null),
            zone: zone.clone(),
        };
        if shared.key.is_empty() {
            binder.wrong(
                NOWHERE,
                "[row] key names no column, but the ids are made of it".to_owned(),
            );
        }
        binder.end()?;
        Ok(bound)
    }
}

/// Returns with what the ids begin that people get by the row.
fn row_ids(mapping: &Mapping, shared: &RowSection) -> Vec<String> {
    let begins = shared.row_ids_begin(mapping.format).into_iter();
    let begins = begins.map(|begin| format!("{}:{begin}", mapping.org));
    begins.collect()
}

/// Returns what all events of a row share.
///
/// # Errors
/// [`Error::Mistakes`] where nothing says it.
fn row(mapping: &Mapping) -> Result<&RowSection, Error> {
    mapping.row.as_ref().ok_or_else(|| {
        let mut mistakes = mapping.mistakes.clone();
        mistakes.push((NOWHERE, "[row] is missing".to_owned()));
        refuse(mistakes, &mapping.lines)
    })
}
