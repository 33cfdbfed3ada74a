//! Whether a caller may see a leaf: the one rule that every list, page, feed, stream and count asks.
//!
//! Start at [`Sight`]. The stricter of then and now holds: as known at R, and as hidden since.
//! Source: docs/reference/access.md, Acts and visibility.
//!
//! Never here: what follows from an event (facts have an [`Audience`](crate::Audience)).

use std::collections::BTreeMap;

use event::{Event, EventKey, KeyHash, Position};

use crate::amend::AMENDMENT_DEPTH_MAX;
use crate::amend::narrow::{ChainLink, readers_along_chain, readers_in_force};
use crate::audience::Scope;
use crate::readers::Readers;
use crate::time::as_of::HistoricalView;
use crate::view::View;

/// Whether `scope` may see the leaf at `position`, which is `event`, at R = `at`: of one leaf alone what
/// [`Sight::sees`] tells of several.
///
/// # Errors
/// The view's failure.
pub fn may_see<V: View>(
    view: &V,
    leaf: (Position, &Event),
    at: Position,
    scope: &Scope,
) -> Result<bool, V::Error> {
    Sight::new(view, at).sees(leaf, scope)
}

/// Who may see leaves at one R. What was read of their targets is kept, since thousands of acts may have one.
pub struct Sight<'v, V: View> {
    then: HistoricalView<'v, V>,
    at: Position,
    links: BTreeMap<KeyHash, SightLink>,
    in_force: BTreeMap<KeyHash, Option<Readers>>,
}

/// What the row of a key says of a leaf and of who may see it.
#[derive(Clone)]
struct SightLink {
    first: Option<Position>,
    has_acts: bool,
    link: ChainLink,
}

impl<'v, V: View> Sight<'v, V> {
    /// Judges by `view` as known at `at`.
    #[must_use]
    pub const fn new(view: &'v V, at: Position) -> Self {
        Self {
            then: HistoricalView::new(view, at),
            at,
            links: BTreeMap::new(),
            in_force: BTreeMap::new(),
        }
    }

    /// Whether `scope` may see the leaf at `position`, which is `event`.
    ///
    /// A repeat, a conflict and a leaf after R are for the operator alone, as everything is of which no
    /// row says who may see it.
    ///
    /// # Errors
    /// The view's failure.
    pub fn sees(
        &mut self,
        (position, event): (Position, &Event),
        scope: &Scope,
    ) -> Result<bool, V::Error> {
        if *scope == Scope::Operator {
            return Ok(true);
        }
        let key = &event.envelope.key;
        if self.link(key)?.first != Some(position) {
            return Ok(false);
        }
        let readers = readers_along_chain(key, |key| Ok(self.link(key)?.link))?;
        if !readers.include(scope) {
            return Ok(false);
        }
        let mut next = Some(key.clone());
        for _ in 0..=AMENDMENT_DEPTH_MAX {
            let Some(key) = next else {
                return Ok(true);
            };
            let link = self.link(&key)?;
            // What a correction in force says is said by who shows the event.
            if link.has_acts
                && let Some(readers) = self.in_force(&key)?
                && !readers.include(scope)
            {
                return Ok(false);
            }
            next = link.link.target;
        }
        // A cycle, or a chain that is too deep: nobody but its own organisation came so far.
        Ok(true)
    }

    fn link(&mut self, key: &EventKey) -> Result<SightLink, V::Error> {
        let hash = key.hash();
        if let Some(link) = self.links.get(&hash) {
            return Ok(link.clone());
        }
        let record = self.then.record(hash)?.unwrap_or_default();
        let link = SightLink {
            first: record.first.map(|(first, _)| first),
            has_acts: !record.amendments.is_empty(),
            link: ChainLink::new(&record, self.at),
        };
        self.links.insert(hash, link.clone());
        Ok(link)
    }

    fn in_force(&mut self, key: &EventKey) -> Result<Option<Readers>, V::Error> {
        let hash = key.hash();
        if let Some(readers) = self.in_force.get(&hash) {
            return Ok(readers.clone());
        }
        let readers = readers_in_force(&self.then, key, self.at)?;
        self.in_force.insert(hash, readers.clone());
        Ok(readers)
    }
}
