//! Voids: leaves whose `receivedtime` is passed over, since a later leaf of the log says so.
//!
//! Start at [`Step::void_times`]. Without it one leaf of the far future would end the prefix of every
//! instant. Source: domain.md, rule 2; docs/reference/events/void.md.
//!
//! Never here: who writes a void (`habeasd repair --void-time`).

use event::{Event, Position};

use crate::rows::TIMES_PER_ROW;
use crate::step::Step;
use crate::view::View;

impl<V: View> Step<'_, V> {
    /// Passes over the `receivedtime` of the leaves before `at` that a void names; one that names none
    /// changes nothing.
    pub(crate) fn void_times(&mut self, at: Position, void: &Event) -> Result<(), V::Error> {
        let Some((first, last)) = named(void) else {
            return Ok(());
        };
        let last = last.min(at.previous());
        let mut position = first;
        while position <= last {
            let index = position.get().saturating_sub(1);
            let slots = self.times_row(index / TIMES_PER_ROW)?;
            let slot = usize::try_from(index % TIMES_PER_ROW).unwrap_or(usize::MAX);
            if let Some(times) = slots.get_mut(slot) {
                times.received = None;
            }
            position = position.next();
        }
        Ok(())
    }
}

/// Returns the first and the last leaf whose time a void says is wrong; none where it says nothing of
/// times.
fn named(void: &Event) -> Option<(Position, Position)> {
    if void.data.text("what") != Some("time") {
        return None;
    }
    let position = |name| void.data.get(name)?.as_u64().map(Position::new);
    Some((position("first")?, position("last")?))
}
