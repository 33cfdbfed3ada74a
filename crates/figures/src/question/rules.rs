//! Rules between parameters: which of a question's go together.
//!
//! Start at [`Query::check`]. Source: docs/reference/figures.md, Filters.
//!
//! Never here: which values a single parameter may have (see [`crate::question::parse`]).

use crate::question::dimension::{Dimension, Measure};
use crate::question::query::{Query, QueryError};

impl Query {
    /// Whether the question counts charges, or persons by their charges.
    #[must_use]
    pub fn is_of_charges(&self) -> bool {
        let events =
            self.definition.is_some() || self.custody_state.is_some() || self.kind.is_some();
        let grouped = self.measure == Measure::Persons && self.groups_by(Dimension::is_of_charges);
        matches!(self.measure, Measure::PersonCharges)
            || (!events && (self.selects_charges() || grouped))
    }

    fn groups_by(&self, is: fn(Dimension) -> bool) -> bool {
        self.group_by.iter().any(|dimension| is(*dimension))
    }

    const fn selects_charges(&self) -> bool {
        self.law.is_some()
            || self.article.is_some()
            || self.court.is_some()
            || self.charge_status.is_some()
    }

    /// Returns the question about the figure as a whole: without its groups, but for the first of charges
    /// where that group alone says that charges are counted, and not events.
    #[must_use]
    pub fn whole(&self) -> Self {
        let mut whole = self.clone();
        whole.group_by.clear();
        let groups = self.group_by.iter();
        if self.is_of_charges() && !whole.is_of_charges() {
            whole.group_by = groups
                .copied()
                .filter(|g| g.is_of_charges())
                .take(1)
                .collect();
        }
        whole
    }

    /// Checks that the parameters go together: the first rule that is broken is returned.
    ///
    /// # Errors
    /// [`QueryError::Together`] says which do not, and what to ask instead.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        let of_charges = self.is_of_charges();
        let counts_events = self.measure == Measure::Events;
        let counts_charges = self.measure == Measure::PersonCharges;
        let broken = if self.definition.is_some() && self.kind.is_some() {
            "definition and kind do not go together: a definition says itself what it counts"
        } else if self.custody_state.is_some() && (self.definition.is_some() || self.kind.is_some())
        {
            "custody_state says itself what it counts: leave out definition and kind"
        } else if self.is_held() && self.measure != Measure::Persons {
            "a definition of custody counts persons, so measure must be persons"
        } else if self.is_held() && self.occurred.is_some() && !self.groups_by(Dimension::is_period)
        {
            "a definition of custody holds on a day: use on, or group_by a period within occurred"
        } else if counts_charges && self.kind.is_some() {
            "measure=person_charges counts charges: kind does not go with it"
        } else if counts_charges && self.definition.is_some() {
            "measure=person_charges counts charges: definition does not go with it"
        } else if counts_events && self.selects_charges() {
            "law, article, court and charge_status select charges: use measure=person_charges or persons"
        } else if !of_charges && self.selects_charges() {
            "law, article, court and charge_status select charges: leave out kind and definition"
        } else if !of_charges && self.groups_by(Dimension::is_of_charges) {
            "group_by law, article, court or charge_status counts charges: use measure=person_charges or persons, without kind and definition"
        } else if of_charges && self.release_kind.is_some() {
            "release_kind selects releases, not charges"
        } else if of_charges && self.in_custody.is_some() {
            "in_custody selects deaths, not charges"
        } else if self.is_held() && self.in_custody.is_some() {
            "in_custody selects deaths: leave out definition and custody_state"
        } else {
            return Ok(());
        };
        Err(QueryError::Together(broken))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A question, and the groups of the same as a whole.
    const WHOLES: &[(&str, &[&str])] = &[
        ("", &[]),
        ("group_by=month,sex", &[]),
        ("group_by=court", &["court"]),
        ("group_by=sex,article,law", &["article"]),
        (
            "measure=persons&group_by=year,charge_status",
            &["charge_status"],
        ),
        ("court=Phnom%20Penh&group_by=article", &[]),
        ("measure=person_charges&group_by=article", &[]),
    ];

    #[test]
    fn a_whole_counts_what_its_question_counts() {
        for (link, groups) in WHOLES {
            let query = Query::parse(&crate::parse_link(link).unwrap()).unwrap();
            let whole = query.whole();
            let names: Vec<_> = whole.group_by.iter().map(|group| group.name()).collect();
            assert_eq!(names, *groups, "{link}");
            assert_eq!(whole.is_of_charges(), query.is_of_charges(), "{link}");
            assert_eq!(whole.whole(), whole, "{link}");
        }
    }
}
