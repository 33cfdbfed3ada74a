//! The record as events that another node takes: what is in effect at R and seen by a scope, as it was sent.
//!
//! An event in effect comes with the acts in effect on it. What was retracted, and acts without effect, are left
//! out, whoever retracted them: what is folded from the lines is then the same, also where the retraction is not
//! seen.
//!
//! Start at [`RecordLines`].
//!
//! Never here: the history byte for byte (see `habeas export`).

use std::collections::BTreeSet;

use event::{Event, Position, Reading};
use fold::{AmendmentOutcome, AmendmentOutcomes, HistoricalView, Scope, Sight, View};

use crate::record::leaf::visible_leaf;

/// What the gate puts in front of what was sent.
const OF_THE_GATE: [&str; 2] = ["\"receivedtime\":\"", "\"author\":\""];

/// The lines of the record at one R, for one scope.
pub struct RecordLines<'v, V: View> {
    effective: BTreeSet<Position>,
    sight: Sight<'v, V>,
    then: HistoricalView<'v, V>,
    scope: &'v Scope,
}

impl<'v, V: View> RecordLines<'v, V> {
    /// Judges by `view` as known at `at`; `effective` are the positions of the events in effect there that the
    /// scope sees.
    pub fn new(view: &'v V, at: Position, scope: &'v Scope, effective: BTreeSet<Position>) -> Self {
        Self {
            effective,
            sight: Sight::new(view, at),
            then: HistoricalView::new(view, at),
            scope,
        }
    }

    /// Returns the line of a leaf; none of what another node is not sent.
    ///
    /// # Errors
    /// The view's failure.
    pub fn line(
        &mut self,
        (position, bytes): (Position, &[u8]),
    ) -> Result<Option<String>, V::Error> {
        let Reading::Event(event) = event::read(bytes) else {
            return Ok(None);
        };
        let is_effective = self.effective.contains(&position);
        if event.kind.is_system() || !(is_effective || self.is_act_in_effect(&event)?) {
            return Ok(None);
        }
        let leaf = visible_leaf(&mut self.sight, (position, bytes), self.scope)?;
        Ok(leaf.map(|leaf| as_sent(leaf.event.get())))
    }

    fn is_act_in_effect(&self, event: &Event) -> Result<bool, V::Error> {
        if !event.kind.is_amendment() {
            return Ok(false);
        }
        // One after the other: what all of them are on would be too much to keep.
        let outcome = AmendmentOutcomes::new(&self.then).outcome(&event.envelope.key)?;
        Ok(matches!(outcome, Some(AmendmentOutcome::Changed(_))))
    }
}

/// Takes off what the gate put in front: a node takes no event that carries it.
fn as_sent(stored: &str) -> String {
    let mut rest = stored.strip_prefix('{').unwrap_or(stored);
    for begin in OF_THE_GATE {
        let value = rest
            .strip_prefix(begin)
            .and_then(|value| value.split_once("\","));
        rest = value.map_or(rest, |(_, rest)| rest);
    }
    format!("{{{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_gate_put_in_front_is_taken_off_and_nothing_else() {
        for (stored, sent) in [
            (
                r#"{"receivedtime":"2026-11-23T23:04:15.704Z","org":"a","id":"x"}"#,
                r#"{"org":"a","id":"x"}"#,
            ),
            (
                r#"{"receivedtime":"2026-11-23T23:04:15.704Z","author":"4cWr","id":"x"}"#,
                r#"{"id":"x"}"#,
            ),
            (r#"{"id":"x","author":"y"}"#, r#"{"id":"x","author":"y"}"#),
        ] {
            assert_eq!(as_sent(stored), sent);
        }
    }
}
