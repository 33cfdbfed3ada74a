//! Whether a caller may see a leaf: the one rule that every list, page, feed, stream and count asks.
//!
//! Start at [`may_see`]. The stricter of then and now holds: as known at R, and as hidden since.
//! Source: domain.md sections 4 and 8; docs/reference/access.md.
//!
//! Never here: what follows from an event (facts have an [`Audience`](crate::Audience)).

use event::{Event, Position};

use crate::amend::AMENDMENT_DEPTH_MAX;
use crate::amend::narrow::{ChainLink, readers_along_chain, readers_in_force};
use crate::audience::Scope;
use crate::time::as_of::HistoricalView;
use crate::view::View;

/// Whether `scope` may see the leaf at `position`, which is `event`, at R = `at`.
///
/// A repeat, a conflict and a leaf after R are for the operator alone, as everything is of which no
/// row says who may see it.
///
/// # Errors
/// The view's failure.
pub fn may_see<V: View>(
    view: &V,
    (position, event): (Position, &Event),
    at: Position,
    scope: &Scope,
) -> Result<bool, V::Error> {
    if *scope == Scope::Operator {
        return Ok(true);
    }
    let then = HistoricalView::new(view, at);
    let key = &event.envelope.key;
    let record = then.record(key.hash())?.unwrap_or_default();
    if record.first.map(|(first, _)| first) != Some(position) {
        return Ok(false);
    }
    let readers = readers_along_chain(key, |key| {
        let record = then.record(key.hash())?.unwrap_or_default();
        Ok(ChainLink::new(&record, at))
    })?;
    if !readers.include(scope) {
        return Ok(false);
    }
    let mut next = Some((key.clone(), record));
    for _ in 0..=AMENDMENT_DEPTH_MAX {
        let Some((key, record)) = next else {
            return Ok(true);
        };
        // What a correction in force says is said by who shows the event.
        if !record.amendments.is_empty()
            && let Some(readers) = readers_in_force(&then, &key, at)?
            && !readers.include(scope)
        {
            return Ok(false);
        }
        next = match record.target {
            Some(target) => {
                let record = then.record(target.hash())?.unwrap_or_default();
                Some((target, record))
            }
            None => None,
        };
    }
    // A cycle, or a chain that is too deep: nobody but its own organisation came so far.
    Ok(true)
}
