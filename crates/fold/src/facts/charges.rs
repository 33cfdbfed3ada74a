//! Person-charges: one count of one article against one person, and the history of its status.
//!
//! Start at [`person_charges`]. Source of the rules: docs/reference/figures.md, Charges.
//!
//! Never here: charges of proceedings that name no person; those have no effect on anybody.

use std::collections::BTreeMap;

use event::{ChargeStatus, Days, Kind, OrgId, Position};
use serde::{Deserialize, Serialize};

use crate::facts::order::sort_track;
use crate::sorted::insert_sorted;
use crate::track::assertion::{Assertion, Attributes, ChargeEffect, Effect};

/// One charge against one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonCharge {
    /// `<case>/<local>`.
    pub charge: Box<str>,
    /// The law, from the charge's own event.
    pub law: Option<Box<str>>,
    /// The article of that law.
    pub article: Option<Box<str>>,
    /// The court.
    pub court: Option<Box<str>>,
    /// When it was laid, or first mentioned.
    pub days: Days,
    /// Whether that date carries a doubt mark.
    pub doubt: bool,
    /// Whether that date sets the span of a figure by time (see [`event::Occurred`]).
    pub sets_span: bool,
    /// The organisation that asserted the event at its beginning.
    pub org: OrgId,
    /// The attributes of that event.
    pub attributes: Attributes,
    /// The charges that it replaces, sorted.
    pub replaces: Vec<Box<str>>,
    /// The history of its status, in the order of the track; the last entry is the current one.
    pub history: Vec<StatusEntry>,
}

/// An entry in the status history of a charge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StatusEntry {
    /// The status.
    pub status: ChargeStatus,
    /// The days on one of which the status began.
    pub days: Days,
    /// Whether that date carries a doubt mark.
    pub doubt: bool,
    /// The position of the event that set it.
    pub position: Position,
    /// The kind of that event.
    pub kind: Kind,
    /// The charge that replaces it, where amended.
    pub into: Option<Box<str>>,
}

impl PersonCharge {
    /// Returns the current status.
    #[must_use]
    pub fn status(&self) -> ChargeStatus {
        self.history
            .last()
            .map_or(ChargeStatus::Unknown, |entry| entry.status)
    }
}

/// Returns the person-charges of a track, by charge id.
///
/// A charge's own `charge` event is applied before its other events, whatever their days.
#[must_use]
pub(crate) fn person_charges<'a>(
    track: impl IntoIterator<Item = &'a Assertion>,
) -> Vec<PersonCharge> {
    let sorted = sort_track(track.into_iter().filter(|event| {
        charges_named(event).next().is_some()
            && event.attributes.verification != event::Verification::Refuted
    }));
    let mut found: BTreeMap<Box<str>, PersonCharge> = BTreeMap::new();
    for event in &sorted {
        if let Effect::Charge {
            charge,
            law,
            article,
            court,
        } = &event.effect
        {
            // A second `charge` event of one id is a contradiction; the first in order counts.
            found.entry(charge.clone()).or_insert_with(|| PersonCharge {
                law: law.clone(),
                article: article.clone(),
                court: court.clone(),
                history: vec![status_entry(event, ChargeStatus::Pending, None)],
                ..first_mention(charge, event)
            });
        }
    }
    for event in &sorted {
        match &event.effect {
            Effect::Statuses(effects) => {
                for (charge, effect) in effects {
                    apply_effect(&mut found, event, charge, effect);
                }
            }
            Effect::Sentence { charges, .. } => {
                let effect = ChargeEffect::To(ChargeStatus::Convicted);
                for charge in charges {
                    apply_effect(&mut found, event, charge, &effect);
                }
            }
            Effect::Plain
            | Effect::Held(_)
            | Effect::Release { .. }
            | Effect::BailGranted
            | Effect::Reappeared(_)
            | Effect::Charge { .. }
            | Effect::Numbers { .. }
            | Effect::Link(_) => {}
        }
    }
    found.into_values().collect()
}

/// Returns the ids of the charges that an event names.
pub(crate) fn charges_named(event: &Assertion) -> impl Iterator<Item = &str> {
    let (own, effects, sentenced) = match &event.effect {
        Effect::Charge { charge, .. } => (Some(&**charge), &[][..], &[][..]),
        Effect::Statuses(effects) => (None, effects.as_slice(), &[][..]),
        Effect::Sentence { charges, .. } => (None, &[][..], charges.as_slice()),
        Effect::Plain
        | Effect::Held(_)
        | Effect::Release { .. }
        | Effect::BailGranted
        | Effect::Reappeared(_)
        | Effect::Numbers { .. }
        | Effect::Link(_) => (None, &[][..], &[][..]),
    };
    own.into_iter()
        .chain(effects.iter().flat_map(charge_and_successor).flatten())
        .chain(sentenced.iter().map(|charge| &**charge))
}

/// Returns the charge and the one that replaces it.
fn charge_and_successor((charge, effect): &(Box<str>, ChargeEffect)) -> [Option<&str>; 2] {
    match effect {
        ChargeEffect::Into(new) => [Some(&**charge), Some(&**new)],
        ChargeEffect::To(_)
        | ChargeEffect::Upheld
        | ChargeEffect::Quashed
        | ChargeEffect::Stays => [Some(&**charge), None],
    }
}

/// Appends the effect of an event to the history of a charge, and records the charge that replaces
/// it: one without a `charge` event of its own begins there.
fn apply_effect(
    found: &mut BTreeMap<Box<str>, PersonCharge>,
    event: &Assertion,
    charge: &str,
    effect: &ChargeEffect,
) {
    let known = found
        .entry(charge.into())
        .or_insert_with(|| first_mention(charge, event));
    let status = next_status(known, effect);
    let into = match effect {
        ChargeEffect::Into(new) => Some(new.clone()),
        ChargeEffect::To(_)
        | ChargeEffect::Upheld
        | ChargeEffect::Quashed
        | ChargeEffect::Stays => None,
    };
    known
        .history
        .push(status_entry(event, status, into.clone()));
    let Some(new) = into.filter(|new| **new != *charge) else {
        return;
    };
    let new = found.entry(new.clone()).or_insert_with(|| PersonCharge {
        history: vec![status_entry(event, ChargeStatus::Pending, None)],
        ..first_mention(&new, event)
    });
    insert_sorted(&mut new.replaces, charge.into());
}

/// Returns the status of a charge after an effect. Source: docs/reference/figures.md, Charges.
fn next_status(charge: &PersonCharge, effect: &ChargeEffect) -> ChargeStatus {
    let before_appeal = || {
        let mut rest = charge.history.iter().rev().map(|entry| entry.status);
        rest.find(|status| *status != ChargeStatus::PendingAppeal)
    };
    match effect {
        ChargeEffect::To(status) => *status,
        ChargeEffect::Into(_) => ChargeStatus::Amended,
        ChargeEffect::Stays => charge.status(),
        ChargeEffect::Upheld => before_appeal().unwrap_or(ChargeStatus::Unknown),
        // A quashed acquittal reopens the charge; a quashed conviction ends it.
        ChargeEffect::Quashed => match before_appeal() {
            Some(ChargeStatus::Acquitted | ChargeStatus::Dismissed | ChargeStatus::Dropped) => {
                ChargeStatus::Pending
            }
            _ => ChargeStatus::Dismissed,
        },
    }
}

fn status_entry(event: &Assertion, status: ChargeStatus, into: Option<Box<str>>) -> StatusEntry {
    StatusEntry {
        status,
        days: event.days,
        doubt: event.doubt,
        position: event.position,
        kind: event.kind,
        into,
    }
}

/// Returns the charge as begun by an event that names it.
fn first_mention(charge: &str, event: &Assertion) -> PersonCharge {
    PersonCharge {
        charge: charge.into(),
        law: None,
        article: None,
        court: None,
        days: event.days,
        doubt: event.doubt,
        sets_span: event.sets_span,
        org: event.key.org.clone(),
        attributes: event.attributes.clone(),
        replaces: Vec::new(),
        history: Vec::new(),
    }
}
