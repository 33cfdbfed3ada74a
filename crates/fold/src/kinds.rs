//! The events of each kind, each with what is asked of it first beside its place: a question of one kind
//! reads these lists, and not the columns of all events.
//!
//! Never here: what else is asked (see [`crate::filter`]).

use event::{Days, Kind};

use crate::columns::{Held, push};

/// What is asked of an event first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct First {
    pub(crate) held: Held,
    pub(crate) days: Days,
}

/// Some events of one kind, by their places, which rise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OfKind<'r> {
    pub(crate) places: &'r [u32],
    pub(crate) first: &'r [First],
}

/// The events of every kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds(Vec<(Vec<u32>, Vec<First>)>);

impl Kinds {
    /// Adds an event, whose place is greater than any before.
    pub(crate) fn push(&mut self, kind: Kind, place: u32, first: First) {
        if self.0.is_empty() {
            self.0.resize_with(Kind::ALL.len(), Default::default);
        }
        if let Some((places, list)) = self.0.get_mut(kind.index()) {
            push(places, place);
            push(list, first);
        }
    }

    /// Says anew what is asked of an event first.
    pub(crate) fn set(&mut self, kind: Kind, place: u32, first: First) {
        let Some((places, list)) = self.0.get_mut(kind.index()) else {
            return;
        };
        let at = places.binary_search(&place).ok();
        if let Some(slot) = at.and_then(|at| list.get_mut(at)) {
            *slot = first;
        }
    }

    /// Returns the events of a kind, by its index.
    pub(crate) fn of(&self, kind: usize) -> OfKind<'_> {
        self.0
            .get(kind)
            .map_or_else(OfKind::default, |(places, first)| OfKind { places, first })
    }
}

impl OfKind<'_> {
    /// Divides them, so that `middle` stand in the first part.
    pub(crate) fn split_at(self, middle: usize) -> (Self, Self) {
        let (places, more_places) = self.places.split_at(middle.min(self.places.len()));
        let (first, more_first) = self.first.split_at(middle.min(self.first.len()));
        (
            Self { places, first },
            Self {
                places: more_places,
                first: more_first,
            },
        )
    }
}
