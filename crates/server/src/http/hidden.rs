//! Stretches of the log of which a scope sees nothing, so that who reads across one does not look at each
//! event of it again.
//!
//! Start at `HiddenStretches::end_of`. What is known of a scope holds until the log has another act, which
//! may show what was hidden.
//!
//! Never here: who may see an event.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use event::Position;
use fold::Scope;

/// How many stretches are known of one scope. Source: docs/reference/limits.md.
pub const STRETCHES_MAX: usize = 4_096;

/// Fewer hidden events in a row are not worth remembering.
const LENGTH_MIN: u64 = 64;

/// The stretches of one scope, by their first position, with the last.
#[derive(Debug, Default)]
struct Stretches {
    /// The last act when they were found.
    act: Position,
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
        act: Position,
        position: Position,
    ) -> Option<Position> {
        let scopes = self.scopes();
        let known = scopes.get(&scope.name()).filter(|known| known.act == act)?;
        let (_, last) = known.by_first.range(..=position).next_back()?;
        (*last >= position).then_some(*last)
    }

    /// Notes that a scope sees nothing from `first` to `last`. `act`: the last act before that was found.
    pub(super) fn note(&self, scope: &Scope, act: Position, (first, last): (Position, Position)) {
        if last.get() < first.get().saturating_add(LENGTH_MIN) {
            return;
        }
        let mut scopes = self.scopes();
        let known = scopes.entry(scope.name()).or_default();
        if known.act != act {
            if known.act > act {
                return;
            }
            *known = Stretches {
                act,
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
        let end = |act: u64, position: u64| hidden.end_of(&scope, at(act), at(position));
        hidden.note(&scope, at(5), (at(100), at(300)));
        hidden.note(&scope, at(5), (at(301), at(500)));
        hidden.note(&scope, at(5), (at(900), at(901)));
        assert_eq!(end(5, 99), None);
        assert_eq!(end(5, 100), Some(at(500)));
        assert_eq!(end(5, 500), Some(at(500)));
        assert_eq!(end(5, 501), None);
        assert_eq!(end(5, 900), None, "too short to be remembered");
        assert_eq!(end(6, 200), None, "an act may have shown it");
        hidden.note(&scope, at(6), (at(100), at(200)));
        assert_eq!(end(6, 300), None);
        assert_eq!(hidden.end_of(&Scope::Operator, at(6), at(150)), None);
    }

    #[test]
    fn no_more_stretches_are_known_than_the_bound() {
        let (hidden, scope) = (HiddenStretches::default(), Scope::Public);
        let first = |number: usize| Position::new(1_000 * u64::try_from(number).unwrap() + 1);
        for number in 0..=STRETCHES_MAX {
            let last = Position::new(first(number).get() + 500);
            hidden.note(&scope, Position::ZERO, (first(number), last));
        }
        assert_eq!(hidden.end_of(&scope, Position::ZERO, first(0)), None);
        assert!(hidden.end_of(&scope, Position::ZERO, first(1)).is_some());
    }
}
