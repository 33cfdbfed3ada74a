//! Person-charges: one person, one count of one article, and how it went.
//!
//! Never here: charges of proceedings that name no person; those change nobody.

use std::collections::BTreeMap;

use event::{ChargeStatus, Days, Kind, OrgId, Position};
use serde::{Deserialize, Serialize};

use crate::assertion::{Assertion, Claim, Turn, What};
use crate::custody;

/// One charge against one person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonCharge {
    /// `<case>/<local>`.
    pub charge: Box<str>,
    /// The law, as said by the charge's own event.
    pub law: Option<Box<str>>,
    /// The article of that law.
    pub article: Option<Box<str>>,
    /// The court.
    pub court: Option<Box<str>>,
    /// When it was laid, or first mentioned.
    pub days: Days,
    /// Whether that date carries a doubt mark.
    pub doubt: bool,
    /// Who laid it on record.
    pub org: OrgId,
    /// What the event that begins it says.
    pub claim: Claim,
    /// The charges in whose place it was laid, sorted.
    pub replaces: Vec<Box<str>>,
    /// Where it stood and since when, in the order of the walk; the last one is where it stands.
    pub history: Vec<Stood>,
}

/// Where a charge stood from some day on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stood {
    /// Its status.
    pub status: ChargeStatus,
    /// The days from one of which on it stood so.
    pub days: Days,
    /// Whether that date carries a doubt mark.
    pub doubt: bool,
    /// The event that says so.
    pub position: Position,
    /// The kind of that event.
    pub kind: Kind,
    /// The charge that took its place, where amended.
    pub into: Option<Box<str>>,
}

impl PersonCharge {
    /// Returns where the charge stands.
    #[must_use]
    pub fn status(&self) -> ChargeStatus {
        self.history
            .last()
            .map_or(ChargeStatus::Unknown, |stood| stood.status)
    }
}

/// Returns the charges of a track, by charge id.
///
/// A charge's own `charge` event comes before its other events, whatever their days.
#[must_use]
pub(crate) fn person_charges<'a>(
    track: impl IntoIterator<Item = &'a Assertion>,
) -> Vec<PersonCharge> {
    let sorted = custody::sort(track.into_iter().filter(|event| {
        named(event).next().is_some() && event.claim.verification != event::Verification::Refuted
    }));
    let mut found: BTreeMap<Box<str>, PersonCharge> = BTreeMap::new();
    for event in &sorted {
        if let What::Charge {
            charge,
            law,
            article,
            court,
        } = &event.what
        {
            // A second `charge` event of one id is a contradiction; the first in order stands.
            found.entry(charge.clone()).or_insert_with(|| PersonCharge {
                law: law.clone(),
                article: article.clone(),
                court: court.clone(),
                history: vec![stood(event, ChargeStatus::Pending, None)],
                ..mentioned(charge, event)
            });
        }
    }
    for event in &sorted {
        match &event.what {
            What::Statuses(turns) => {
                for (charge, turn) in turns {
                    take(&mut found, event, charge, turn);
                }
            }
            What::Sentence { charges, .. } => {
                let turn = Turn::To(ChargeStatus::Convicted);
                for charge in charges {
                    take(&mut found, event, charge, &turn);
                }
            }
            What::Plain
            | What::Held(_)
            | What::Release { .. }
            | What::BailGranted
            | What::Reappeared(_)
            | What::Charge { .. }
            | What::Numbers { .. }
            | What::Link(_) => {}
        }
    }
    found.into_values().collect()
}

/// Returns the ids of the charges that an event names.
pub(crate) fn named(event: &Assertion) -> impl Iterator<Item = &str> {
    let (own, turns, sentenced) = match &event.what {
        What::Charge { charge, .. } => (Some(&**charge), &[][..], &[][..]),
        What::Statuses(turns) => (None, turns.as_slice(), &[][..]),
        What::Sentence { charges, .. } => (None, &[][..], charges.as_slice()),
        What::Plain
        | What::Held(_)
        | What::Release { .. }
        | What::BailGranted
        | What::Reappeared(_)
        | What::Numbers { .. }
        | What::Link(_) => (None, &[][..], &[][..]),
    };
    own.into_iter()
        .chain(turns.iter().flat_map(of_turn).flatten())
        .chain(sentenced.iter().map(|charge| &**charge))
}

/// Returns the charge and the one that took its place.
fn of_turn((charge, turn): &(Box<str>, Turn)) -> [Option<&str>; 2] {
    match turn {
        Turn::Into(new) => [Some(&**charge), Some(&**new)],
        Turn::To(_) | Turn::Upheld | Turn::Quashed | Turn::Stays => [Some(&**charge), None],
    }
}

/// Takes what an event makes of a charge into its history, and into that of the one that took its
/// place: a new charge without a `charge` event of its own begins there.
fn take(
    found: &mut BTreeMap<Box<str>, PersonCharge>,
    event: &Assertion,
    charge: &str,
    turn: &Turn,
) {
    let known = found
        .entry(charge.into())
        .or_insert_with(|| mentioned(charge, event));
    let status = next_status(known, turn);
    let into = match turn {
        Turn::Into(new) => Some(new.clone()),
        Turn::To(_) | Turn::Upheld | Turn::Quashed | Turn::Stays => None,
    };
    known.history.push(stood(event, status, into.clone()));
    let Some(new) = into.filter(|new| **new != *charge) else {
        return;
    };
    let new = found.entry(new.clone()).or_insert_with(|| PersonCharge {
        history: vec![stood(event, ChargeStatus::Pending, None)],
        ..mentioned(&new, event)
    });
    crate::step::insert_sorted(&mut new.replaces, charge.into());
}

/// Returns where a charge stands after a turn. Source: docs/reference/figures.md, Charges.
fn next_status(charge: &PersonCharge, turn: &Turn) -> ChargeStatus {
    let before_appeal = || {
        let mut rest = charge.history.iter().rev().map(|stood| stood.status);
        rest.find(|status| *status != ChargeStatus::PendingAppeal)
    };
    match turn {
        Turn::To(status) => *status,
        Turn::Into(_) => ChargeStatus::Amended,
        Turn::Stays => charge.status(),
        Turn::Upheld => before_appeal().unwrap_or(ChargeStatus::Unknown),
        // Whoever was acquitted stands charged again; of a conviction nothing is left.
        Turn::Quashed => match before_appeal() {
            Some(ChargeStatus::Acquitted | ChargeStatus::Dismissed | ChargeStatus::Dropped) => {
                ChargeStatus::Pending
            }
            _ => ChargeStatus::Dismissed,
        },
    }
}

fn stood(event: &Assertion, status: ChargeStatus, into: Option<Box<str>>) -> Stood {
    Stood {
        status,
        days: event.days,
        doubt: event.doubt,
        position: event.position,
        kind: event.kind,
        into,
    }
}

fn mentioned(charge: &str, event: &Assertion) -> PersonCharge {
    PersonCharge {
        charge: charge.into(),
        law: None,
        article: None,
        court: None,
        days: event.days,
        doubt: event.doubt,
        org: event.key.org.clone(),
        claim: event.claim.clone(),
        replaces: Vec::new(),
        history: Vec::new(),
    }
}
