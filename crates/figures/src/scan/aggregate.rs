//! What units are added up to: the seam between the scan and every answer.
//!
//! Start at [`Aggregate`].
//!
//! Never here: which units there are (see [`crate::scan::run`]).

use event::Days;

use crate::certainty::Certainty;
use crate::scan::context::ScanContext;
use crate::scan::custody::{HeldUnit, Joining, Spell};
use crate::scan::event_batch::EventBatch;
use crate::scan::unit::Unit;

/// Adds up the units of a question: a count, a list, the people of a stage.
///
/// Every way in ends at [`Aggregate::update`], a unit at a time; an aggregate that can take rows by their
/// columns, or spells without their events, does so in [`Aggregate::update_events`] and
/// [`Aggregate::update_held`], and must come to the same. The order of units has no effect on the output.
pub(crate) trait Aggregate: Send + Sized {
    /// What it comes to.
    type Output;

    /// Whether [`Aggregate::wants`] can refuse an event.
    const PASSES_OVER: bool = false;

    /// Returns one for the same question that has taken nothing, for another thread.
    fn new_empty(&self) -> Self;

    /// Takes a unit.
    fn update(&mut self, unit: &Unit<'_>, certainty: Certainty);

    /// Takes what another has taken.
    fn merge(&mut self, other: Self);

    /// Returns what it comes to.
    fn finish(self) -> Self::Output;

    /// Takes a batch of event rows that pass the filters of events.
    fn update_events(&mut self, events: &mut EventBatch<'_>) {
        events.for_each_unit(&mut |unit, certainty| self.update(unit, certainty));
    }

    /// Takes a spell in which someone is held on D.
    fn update_held<'t>(
        &mut self,
        context: &ScanContext<'t>,
        spell: &Spell<'_, 't>,
        held: &HeldUnit<'t>,
    ) {
        held.with_unit(context, spell, |unit| self.update(unit, held.certainty));
    }

    /// Whether an event of these days can still change the output: others are passed over before they
    /// are filtered.
    #[inline]
    fn wants(&self, _days: Days) -> bool {
        true
    }

    /// Returns which adjacent intervals of custody are one spell for it.
    fn joining(&self) -> Joining {
        Joining::All
    }
}
