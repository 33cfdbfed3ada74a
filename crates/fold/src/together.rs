//! Which parameters of a question go together.
//!
//! Never here: what a single parameter may say (see [`crate::query`]).

use crate::dimensions::{Group, Measure};
use crate::query::{Query, QueryError};

impl Query {
    /// Whether the question is answered from person-charges.
    #[must_use]
    pub fn is_of_charges(&self) -> bool {
        let of_charge = |group: &Group| {
            matches!(
                group,
                Group::Law | Group::Article | Group::ChargeStatus | Group::Court
            )
        };
        let events =
            self.definition.is_some() || self.custody_state.is_some() || self.kind.is_some();
        let grouped = self.measure == Measure::Persons && self.group_by.iter().any(of_charge);
        matches!(self.measure, Measure::PersonCharges)
            || (!events && (self.selects_charges() || grouped))
    }

    const fn selects_charges(&self) -> bool {
        self.law.is_some()
            || self.article.is_some()
            || self.court.is_some()
            || self.charge_status.is_some()
    }

    /// Whether the parameters go together.
    ///
    /// # Errors
    /// [`QueryError::Together`] says which do not.
    pub(crate) fn check(&self) -> Result<(), QueryError> {
        let by_time = |group: &Group| matches!(group, Group::Month | Group::Quarter | Group::Year);
        let of_charge = |group: &Group| {
            matches!(
                group,
                Group::Law | Group::Article | Group::ChargeStatus | Group::Court
            )
        };
        let twice = |(i, g): (usize, &Group)| self.group_by.iter().skip(i + 1).any(|o| o == g);
        let charges = self.is_of_charges();
        let events = self.measure == Measure::Events;
        let of_charges_only = self.measure == Measure::PersonCharges;
        let wrong = if self.definition.is_some() && self.kind.is_some() {
            "definition and kind do not go together: a definition says itself what it counts"
        } else if self.custody_state.is_some() && (self.definition.is_some() || self.kind.is_some())
        {
            "custody_state says itself what it counts: leave out definition and kind"
        } else if self.is_held() && self.measure != Measure::Persons {
            "a definition of custody counts persons, so measure must be persons"
        } else if self.is_held() && self.occurred.is_some() {
            "a definition of custody holds on a day: use on, not occurred"
        } else if self.is_held() && self.group_by.iter().any(by_time) {
            "a definition of custody holds on a day: group_by takes no month, quarter or year"
        } else if of_charges_only && self.kind.is_some() {
            "measure=person_charges counts charges: kind does not go with it"
        } else if of_charges_only && self.definition.is_some() {
            "measure=person_charges counts charges: definition does not go with it"
        } else if events && self.selects_charges() {
            "law, article, court and charge_status select charges: use measure=person_charges or persons"
        } else if !charges && self.selects_charges() {
            "law, article, court and charge_status select charges: leave out kind and definition"
        } else if !charges && self.group_by.iter().any(of_charge) {
            "group_by law, article, court or charge_status counts charges: use measure=person_charges or persons, without kind and definition"
        } else if charges && self.release_kind.is_some() {
            "release_kind selects releases, not charges"
        } else if charges && self.in_custody.is_some() {
            "in_custody selects deaths, not charges"
        } else if self.is_held() && self.in_custody.is_some() {
            "in_custody selects deaths: leave out definition and custody_state"
        } else if self.group_by.iter().enumerate().any(twice) {
            "group_by names a dimension twice, but must name each once"
        } else {
            return Ok(());
        };
        Err(QueryError::Together(wrong))
    }
}
