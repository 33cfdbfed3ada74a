//! One charge of a long track, kept with what its history comes to after each event, so that a changed event
//! costs no more than what it changes.
//!
//! Start at [`ChargeWalk::found`]. It finds what
//! [`charge_histories`](crate::facts::charges::charge_histories) finds, but for the history itself.
//!
//! Never here: what an effect does to a status.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::Arc;

use event::{ChargeStatus, Day, EventKey, Instant};

use crate::facts::charges::{PersonCharge, Stood, first_mention};
use crate::facts::order::sort_key;
use crate::track::assertion::{Assertion, ChargeEffect, Effect};
use crate::work::did;

type Key = (Day, Instant, u8, EventKey);

fn key_of(event: &Assertion) -> Key {
    let (day, recorded, rank, key) = sort_key(event);
    (day, recorded, rank, key.clone())
}

/// What an event does to the history of one charge.
#[derive(Clone, Debug)]
pub(crate) enum ChargeStep {
    /// It has this effect on it.
    Effect(ChargeEffect),
    /// It puts it in the place of another.
    Replaces,
    /// It sentences for it.
    Convicts,
}

/// Returns what an event does to each charge that it names; nothing to that which it lays. An event that
/// names a thousand charges is read once, not once for each.
pub(crate) fn steps_of(event: &Assertion) -> BTreeMap<&str, Vec<ChargeStep>> {
    let mut steps: BTreeMap<&str, Vec<ChargeStep>> = BTreeMap::new();
    match &event.effect {
        Effect::Charge { charge, .. } => {
            steps.entry(charge).or_default();
        }
        Effect::Statuses(effects) => {
            for (charge, effect) in effects {
                let of_charge = steps.entry(charge).or_default();
                of_charge.push(ChargeStep::Effect(effect.clone()));
                if let ChargeEffect::Into(new) = effect
                    && new != charge
                {
                    steps.entry(new).or_default().push(ChargeStep::Replaces);
                }
            }
        }
        Effect::Sentence { charges, .. } => {
            for charge in charges {
                steps.entry(charge).or_default().push(ChargeStep::Convicts);
            }
        }
        Effect::Plain
        | Effect::Held(_)
        | Effect::Release { .. }
        | Effect::BailGranted
        | Effect::Reappeared(_)
        | Effect::Numbers { .. }
        | Effect::Link(_) => {}
    }
    steps
}

/// An event that names a charge, and what the history comes to after it.
#[derive(Clone, Debug)]
struct NamingEvent {
    event: Arc<Assertion>,
    steps: Vec<ChargeStep>,
    stood: Stood,
}

/// The events that name one charge, as one scope sees them.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChargeWalk {
    charge: Box<str>,
    /// Its own `charge` events, which come before all others.
    laid: BTreeMap<Key, Arc<Assertion>>,
    /// The others.
    events: BTreeMap<Key, NamingEvent>,
    /// The charge as it stands in the rows.
    pub(crate) known: Option<PersonCharge>,
}

impl ChargeWalk {
    pub(crate) fn new(charge: &str) -> Self {
        Self {
            charge: charge.into(),
            ..Self::default()
        }
    }

    /// Puts an event in that names the charge and does this to it.
    pub(crate) fn insert(&mut self, event: &Arc<Assertion>, steps: Vec<ChargeStep>) {
        let key = key_of(event);
        if matches!(event.effect, Effect::Charge { .. }) {
            let was_laid = !self.laid.is_empty();
            self.laid.insert(key, Arc::clone(event));
            if !was_laid {
                self.walk_all();
            }
            return;
        }
        let naming = NamingEvent {
            event: Arc::clone(event),
            steps,
            stood: Stood::default(),
        };
        self.events.insert(key.clone(), naming);
        self.walk(&key);
    }

    /// Takes an event out.
    pub(crate) fn remove(&mut self, event: &Assertion) {
        let key = key_of(event);
        if matches!(event.effect, Effect::Charge { .. }) {
            self.laid.remove(&key);
            if self.laid.is_empty() {
                self.walk_all();
            }
            return;
        }
        if self.events.remove(&key).is_none() {
            return;
        }
        let next = self.events.range((Excluded(&key), Unbounded)).next();
        if let Some(next) = next.map(|(key, _)| key.clone()) {
            self.walk(&next);
        }
    }

    fn walk_all(&mut self) {
        if let Some(first) = self.events.keys().next().cloned() {
            self.walk(&first);
        }
    }

    /// Walks the events from one on, up to where the history comes to the same as before.
    fn walk(&mut self, from: &Key) {
        let before = self.events.range(..from).next_back();
        let mut stood = before.map_or_else(|| self.before_all(), |(_, naming)| naming.stood);
        let mut is_first = true;
        for (_, naming) in self.events.range_mut((Included(from), Unbounded)) {
            did(1);
            naming.steps.iter().for_each(|step| apply(&mut stood, step));
            if naming.stood == stood && !is_first {
                return;
            }
            is_first = false;
            naming.stood = stood;
        }
    }

    /// Returns what the history comes to before all events but its own.
    fn before_all(&self) -> Stood {
        let mut stood = Stood::default();
        if !self.laid.is_empty() {
            stood.push(ChargeStatus::Pending);
        }
        stood
    }

    /// Returns the charge; none where no event names it.
    pub(crate) fn found(&self) -> Option<PersonCharge> {
        let last = self.events.last_key_value();
        let last = last.map(|(_, naming)| naming.stood);
        let stood = last.unwrap_or_else(|| self.before_all());
        let begun = match self.laid.first_key_value() {
            Some((_, event)) => {
                let begun = first_mention(&self.charge, event);
                match &event.effect {
                    Effect::Charge {
                        law,
                        article,
                        court,
                        ..
                    } => PersonCharge {
                        law: law.clone(),
                        article: article.clone(),
                        court: court.clone(),
                        ..begun
                    },
                    Effect::Plain
                    | Effect::Held(_)
                    | Effect::Release { .. }
                    | Effect::BailGranted
                    | Effect::Sentence { .. }
                    | Effect::Reappeared(_)
                    | Effect::Statuses(_)
                    | Effect::Numbers { .. }
                    | Effect::Link(_) => begun,
                }
            }
            None => {
                let (_, naming) = self.events.first_key_value()?;
                first_mention(&self.charge, &naming.event)
            }
        };
        Some(PersonCharge {
            status: stood.status.unwrap_or(ChargeStatus::Unknown),
            convicted: stood.convicted,
            ..begun
        })
    }
}

/// Adds what an event does to a charge to its history.
fn apply(stood: &mut Stood, step: &ChargeStep) {
    match step {
        ChargeStep::Effect(effect) => stood.push(stood.next(effect)),
        ChargeStep::Replaces => {
            if stood.status.is_none() {
                stood.push(ChargeStatus::Pending);
            }
        }
        ChargeStep::Convicts => stood.push(ChargeStatus::Convicted),
    }
}
