//! What an act costs the fold, by the lists of the event that it is on: each person is a track that is revised
//! again, and each charge a row. So fewer acts are taken on an event of many.
//!
//! Start at [`Weights::of_target`]. An act on an act weighs as much as the event that both lead to.
//!
//! Never here: how many acts there are (see [`super::Counts`]).

use std::collections::BTreeMap;

use event::{Event, EventKey, KeyHash, Kind, Position, Reading};
use fold::{View, target_key};

/// So many people cost a revision as much as the rest of it does.
const PERSONS: usize = 10;
/// So many charges do.
const CHARGES: usize = 50;
/// So deep acts on acts have an effect. Source: docs/reference/limits.md, An event.
const DEPTH_MAX: usize = 32;
/// How many weights are kept before those of what is folded are dropped.
const WEIGHTS_KEPT: usize = 8_192;

/// The weights of events that are not folded yet, and of some that are.
#[derive(Default)]
pub(super) struct Weights {
    known: BTreeMap<KeyHash, (usize, Position)>,
    /// Those whose positions are not known yet.
    sent: Vec<KeyHash>,
}

impl Weights {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.sent.clear();
    }

    /// Returns what an act on this target weighs: 1 on an event of few people and charges.
    ///
    /// # Errors
    /// The view's failure.
    pub(super) fn of_target<V: View>(
        &mut self,
        view: &V,
        target: &EventKey,
    ) -> Result<usize, V::Error> {
        let (mut weight, mut at) = (1, target.clone());
        let mut is_known = false;
        for _ in 0..=DEPTH_MAX {
            if let Some((known, _)) = self.known.get(&at.hash()) {
                weight = weight.max(*known);
                break;
            }
            let record = view.record(at.hash())?.unwrap_or_default();
            let Some((position, _)) = record.first else {
                break;
            };
            is_known = true;
            let leaf = view.leaf(position)?.unwrap_or_default();
            let Reading::Event(event) = event::read(&leaf) else {
                break;
            };
            weight = weight.max(of_lists(&event));
            match target_key(&event.data).filter(|_| event.kind.is_amendment()) {
                Some(next) => at = next,
                None => break,
            }
        }
        if is_known {
            self.known.insert(target.hash(), (weight, Position::ZERO));
        }
        Ok(weight)
    }

    /// Notes what acts on an event that is being sent weigh; `target` is the weight of its own target.
    pub(super) fn note(&mut self, event: &Event, target: usize) {
        let weight = of_lists(event).max(target);
        if weight > 1 {
            let key = event.envelope.key.hash();
            self.known.insert(key, (weight, Position::new(u64::MAX)));
            self.sent.push(key);
        }
    }

    /// Notes that none of what was sent stands after `last`; what is `folded` may be dropped.
    pub(super) fn sent(&mut self, last: Position, folded: Position) {
        for key in self.sent.drain(..) {
            if let Some((_, at)) = self.known.get_mut(&key) {
                *at = last;
            }
        }
        if self.known.len() >= WEIGHTS_KEPT {
            self.known.retain(|_, (_, at)| *at > folded);
        }
    }
}

/// Returns what acts on an event weigh by its lists, those of a correction at each depth.
fn of_lists(event: &Event) -> usize {
    let (mut weight, mut data) = (1, Some(&event.data));
    while let Some(block) = data {
        let persons = block.list("persons").len();
        let charges = persons.max(1).saturating_mul(block.list("charges").len());
        weight = weight.max(1 + persons / PERSONS + charges / CHARGES);
        data = block
            .get("patch")
            .filter(|_| event.kind == Kind::Correction);
    }
    weight
}
