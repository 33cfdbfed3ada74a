//! Person-charges: one count of one article against one person, and the history of its status.
//!
//! Start at [`charge_histories`]. Source of the rules: docs/reference/figures.md, Charges.
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
    /// The position of the event at its beginning.
    pub position: Position,
    /// Its current status.
    pub status: ChargeStatus,
    /// Whether it ever stood convicted.
    pub convicted: bool,
}

/// A charge with the history of its status, in the order of the track; the last entry is the current one.
///
/// It is derived where it is asked for: lists in each version of a charge would grow with the square of
/// their length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChargeHistory {
    /// The charge.
    pub charge: PersonCharge,
    /// The charges that it replaces, sorted.
    pub replaces: Vec<Box<str>>,
    /// Its status, from each of its events on; never empty.
    pub history: Vec<StatusEntry>,
}

/// An entry in the status history of a charge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// Returns the person-charges of a person's track as one scope sees it, with their histories, by charge id.
///
/// A charge's own `charge` event is applied before its other events, whatever their days.
#[must_use]
pub fn charge_histories<'a>(track: impl IntoIterator<Item = &'a Assertion>) -> Vec<ChargeHistory> {
    let sorted = sort_track(track.into_iter().filter(|event| bears_on_charges(event)));
    let mut found: BTreeMap<Box<str>, Known> = BTreeMap::new();
    for event in &sorted {
        if let Effect::Charge {
            charge,
            law,
            article,
            court,
        } = &event.effect
        {
            // A second `charge` event of one id is a contradiction; the first in order counts.
            found.entry(charge.clone()).or_insert_with(|| {
                Known::laid(
                    PersonCharge {
                        law: law.clone(),
                        article: article.clone(),
                        court: court.clone(),
                        ..first_mention(charge, event)
                    },
                    event,
                )
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
    found.into_values().map(Known::into_history).collect()
}

/// A charge as far as its history has been read.
struct Known {
    found: ChargeHistory,
    stood: Stood,
}

impl Known {
    const fn new(charge: PersonCharge) -> Self {
        Self {
            found: ChargeHistory {
                charge,
                replaces: Vec::new(),
                history: Vec::new(),
            },
            stood: Stood::NONE,
        }
    }

    /// Returns a charge that an event lays, or puts in the place of another.
    fn laid(charge: PersonCharge, event: &Assertion) -> Self {
        let mut known = Self::new(charge);
        known.push(event, ChargeStatus::Pending, None);
        known
    }

    fn push(&mut self, event: &Assertion, status: ChargeStatus, into: Option<Box<str>>) {
        self.stood.push(status);
        self.found.history.push(status_entry(event, status, into));
    }

    fn into_history(mut self) -> ChargeHistory {
        self.found.charge.status = self.stood.status.unwrap_or(ChargeStatus::Unknown);
        self.found.charge.convicted = self.stood.convicted;
        self.found
    }
}

/// Whether an event says something of a charge.
pub(crate) fn bears_on_charges(event: &Assertion) -> bool {
    let stands = event.attributes.verification != event::Verification::Refuted;
    stands && charges_named(event).next().is_some()
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
    found: &mut BTreeMap<Box<str>, Known>,
    event: &Assertion,
    charge: &str,
    effect: &ChargeEffect,
) {
    let known = found
        .entry(charge.into())
        .or_insert_with(|| Known::new(first_mention(charge, event)));
    let status = known.stood.next(effect);
    let into = match effect {
        ChargeEffect::Into(new) => Some(new.clone()),
        ChargeEffect::To(_)
        | ChargeEffect::Upheld
        | ChargeEffect::Quashed
        | ChargeEffect::Stays => None,
    };
    known.push(event, status, into.clone());
    let Some(new) = into.filter(|new| **new != *charge) else {
        return;
    };
    let new = found
        .entry(new.clone())
        .or_insert_with(|| Known::laid(first_mention(&new, event), event));
    insert_sorted(&mut new.found.replaces, charge.into());
}

/// What the history of a charge comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stood {
    /// The last status; none of a charge without history.
    pub(crate) status: Option<ChargeStatus>,
    /// The last one but for a pending appeal.
    before_appeal: Option<ChargeStatus>,
    /// Whether it ever stood convicted.
    pub(crate) convicted: bool,
}

impl Stood {
    /// That of a charge without history.
    const NONE: Self = Self {
        status: None,
        before_appeal: None,
        convicted: false,
    };

    /// Adds a status at the end of the history.
    pub(crate) fn push(&mut self, status: ChargeStatus) {
        self.status = Some(status);
        if status != ChargeStatus::PendingAppeal {
            self.before_appeal = Some(status);
        }
        self.convicted |= status == ChargeStatus::Convicted;
    }

    /// Returns the status after an effect. Source: docs/reference/figures.md, Charges.
    pub(crate) fn next(self, effect: &ChargeEffect) -> ChargeStatus {
        match effect {
            ChargeEffect::To(status) => *status,
            ChargeEffect::Into(_) => ChargeStatus::Amended,
            ChargeEffect::Stays => self.status.unwrap_or(ChargeStatus::Unknown),
            ChargeEffect::Upheld => self.before_appeal.unwrap_or(ChargeStatus::Unknown),
            // A quashed acquittal reopens the charge; a quashed conviction ends it.
            ChargeEffect::Quashed => match self.before_appeal {
                Some(ChargeStatus::Acquitted | ChargeStatus::Dismissed | ChargeStatus::Dropped) => {
                    ChargeStatus::Pending
                }
                _ => ChargeStatus::Dismissed,
            },
        }
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
pub(crate) fn first_mention(charge: &str, event: &Assertion) -> PersonCharge {
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
        position: event.position,
        status: ChargeStatus::Unknown,
        convicted: false,
    }
}
