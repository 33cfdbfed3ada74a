//! Stretches of the log of which a scope sees nothing, so that who reads across one does not look at each
//! event of it again.
//!
//! Start at `HiddenStretches::end_of`. What is known of a scope holds for one `VisibilityEpoch`.
//!
//! Never here: who may see an event.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event::Position;
use fold::Scope;

use crate::node::Node;
use crate::query::model::Model;

/// How many stretches are known of one scope. Source: docs/reference/limits.md.
pub const STRETCHES_MAX: usize = 4_096;

/// Fewer hidden events in a row are not worth remembering.
const LENGTH_MIN: u64 = 64;

/// As long as this is the same, everybody sees the events that they saw before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct VisibilityEpoch {
    /// Which model was read: one that was rebuilt counts anew.
    model: usize,
    /// The last act: it may show what was hidden.
    act: Position,
    /// How often readers of events that stood already had changed.
    reader_changes: u64,
}

impl VisibilityEpoch {
    /// Returns that of a model now.
    pub(super) fn of(node: &Node, model: &Arc<Model>) -> Self {
        Self {
            model: Arc::as_ptr(model).addr(),
            act: node.last_act(),
            reader_changes: model.columns().instants().reader_changes(),
        }
    }
}

/// The stretches of one scope, by their first position, with the last.
#[derive(Debug, Default)]
struct Stretches {
    /// When they were found.
    epoch: VisibilityEpoch,
    by_first: BTreeMap<Position, Position>,
}

/// The stretches that are known, of each scope.
#[derive(Debug, Default)]
pub struct HiddenStretches(Mutex<BTreeMap<String, Stretches>>);

impl HiddenStretches {
    /// Returns the last position of the stretch that holds `position`, where one is known.
    pub(super) fn end_of(
        &self,
        scope: &Scope,
        epoch: VisibilityEpoch,
        position: Position,
    ) -> Option<Position> {
        let scopes = self.scopes();
        let known = scopes
            .get(&scope.name())
            .filter(|known| known.epoch == epoch)?;
        let (_, last) = known.by_first.range(..=position).next_back()?;
        (*last >= position).then_some(*last)
    }

    /// Notes that a scope sees nothing from `first` to `last`. `epoch`: that of before they were read.
    pub(super) fn note(
        &self,
        scope: &Scope,
        epoch: VisibilityEpoch,
        (first, last): (Position, Position),
    ) {
        if last.get() < first.get().saturating_add(LENGTH_MIN) {
            return;
        }
        let mut scopes = self.scopes();
        let known = scopes.entry(scope.name()).or_default();
        if known.epoch != epoch {
            *known = Stretches {
                epoch,
                by_first: BTreeMap::new(),
            };
        }
        let mut first = first;
        // One that ends right before it is the same stretch.
        if let Some((before, end)) = known.by_first.range_mut(..=first).next_back()
            && end.next() >= first
        {
            first = *before;
        }
        let last = known
            .by_first
            .get(&first)
            .map_or(last, |known| last.max(*known));
        known.by_first.insert(first, last);
        if known.by_first.len() > STRETCHES_MAX {
            known.by_first.pop_first();
        }
    }

    fn scopes(&self) -> MutexGuard<'_, BTreeMap<String, Stretches>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_join_and_end_with_the_next_act() {
        let (hidden, scope) = (HiddenStretches::default(), Scope::Public);
        let at = Position::new;
        let epoch = |act: u64, reader_changes: u64| VisibilityEpoch {
            act: at(act),
            reader_changes,
            ..VisibilityEpoch::default()
        };
        let end = |act: u64, position: u64| hidden.end_of(&scope, epoch(act, 0), at(position));
        hidden.note(&scope, epoch(5, 0), (at(100), at(300)));
        hidden.note(&scope, epoch(5, 0), (at(301), at(500)));
        hidden.note(&scope, epoch(5, 0), (at(900), at(901)));
        assert_eq!(end(5, 99), None);
        assert_eq!(end(5, 100), Some(at(500)));
        assert_eq!(end(5, 500), Some(at(500)));
        assert_eq!(end(5, 501), None);
        assert_eq!(end(5, 900), None, "too short to be remembered");
        assert_eq!(end(6, 200), None, "an act may have shown it");
        let granted = hidden.end_of(&scope, epoch(5, 1), at(200));
        assert_eq!(granted, None, "a grant, or a target, may have shown it");
        hidden.note(&scope, epoch(6, 1), (at(100), at(200)));
        assert_eq!(end(6, 300), None);
        let others = hidden.end_of(&Scope::Operator, epoch(6, 1), at(150));
        assert_eq!(others, None);
    }

    #[test]
    fn no_more_stretches_are_known_than_the_bound() {
        let (hidden, scope) = (HiddenStretches::default(), Scope::Public);
        let first = |number: usize| Position::new(1_000 * u64::try_from(number).unwrap() + 1);
        for number in 0..=STRETCHES_MAX {
            let last = Position::new(first(number).get() + 500);
            hidden.note(&scope, VisibilityEpoch::default(), (first(number), last));
        }
        let end = |number| hidden.end_of(&scope, VisibilityEpoch::default(), first(number));
        assert_eq!(end(0), None);
        assert!(end(1).is_some());
    }
}
