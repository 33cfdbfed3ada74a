//! Amendments of an event: the corrections, retractions and verification changes that name it.
//!
//! Never here: what an amendment does to its target (see [`fold`]).

use event::{EventKey, Kind, Position};
use fold::{Amendment, AmendmentOutcome, AmendmentOutcomes, HistoricalView, View};

/// Returns the amendments that name the event `key` and are in the log at `at`, by position.
pub(super) fn amendments_until<V: View>(
    view: &V,
    key: &EventKey,
    at: Position,
) -> Result<Vec<Amendment>, V::Error> {
    let amendments = view.record(key.hash())?.unwrap_or_default().amendments;
    let known = amendments.into_iter();
    Ok(known.filter(|amendment| amendment.position <= at).collect())
}

/// Returns the position of the first retraction among `amendments` that has an effect.
pub(super) fn retraction_in_effect<'v, V: View>(
    outcomes: &mut AmendmentOutcomes<'v, HistoricalView<'v, V>>,
    amendments: &[Amendment],
) -> Result<Option<Position>, V::Error> {
    for amendment in amendments {
        if amendment.kind == Kind::Retraction
            && outcomes.outcome(&amendment.key)? == Some(AmendmentOutcome::Ended)
        {
            return Ok(Some(amendment.position));
        }
    }
    Ok(None)
}
