//! Typed ids: the numbers by which columns name rows, texts and tracks.
//!
//! Start at [`ColumnId`]. Each id holds its number + 1 as a [`NonZeroU32`], so that an `Option` of it
//! takes four bytes too and none needs a sentinel.
//!
//! Never here: what an id names.

use std::marker::PhantomData;
use std::num::NonZeroU32;

use event::Position;

use crate::columns::capacity::Capacity;

/// How many ids of one type there can be: numbers from 0 to 2^32 - 3. One number is left to the
/// packed units of a batch (see [`crate::aggregate::batch::BatchUnit`]).
pub(crate) const IDS_MAX: u32 = u32::MAX - 1;

/// An id: a number that is counted from 0, of a type of its own.
pub(crate) trait ColumnId: Copy + Ord {
    /// What the ids name: a plural noun.
    const WHAT: &'static str;
    /// How many ids there can be.
    const LIMIT: u32 = IDS_MAX;

    /// Makes the id whose number + 1 is `packed`.
    fn from_packed(packed: NonZeroU32) -> Self;

    /// Returns the number + 1.
    fn packed(self) -> NonZeroU32;

    /// Makes the id of the row, text or track that comes after `count` others.
    ///
    /// # Errors
    /// [`Capacity`] where there are [`ColumnId::LIMIT`] already.
    fn after(count: usize) -> Result<Self, Capacity> {
        let packed = u32::try_from(count)
            .ok()
            .filter(|number| *number < Self::LIMIT);
        let packed = packed.and_then(|number| NonZeroU32::new(number.wrapping_add(1)));
        packed.map(Self::from_packed).ok_or(Self::full())
    }

    /// Returns the error of a column that has no more ids.
    fn full() -> Capacity {
        Capacity {
            what: Self::WHAT,
            limit: u64::from(Self::LIMIT),
        }
    }

    /// Returns the number, from 0.
    #[inline]
    fn number(self) -> u32 {
        // Never wraps: what is packed is not 0. A checked subtraction would branch in every scan.
        self.packed().get().wrapping_sub(1)
    }

    /// Returns the number as an index.
    #[inline]
    fn index(self) -> usize {
        index(self.number())
    }

    /// Returns the first `count` ids, rising.
    fn first(count: usize) -> impl Iterator<Item = Self> {
        let packed = (1..=Self::LIMIT).take(count);
        packed.filter_map(NonZeroU32::new).map(Self::from_packed)
    }
}

/// Returns a number as an index into memory.
#[inline]
pub(crate) fn index(number: u32) -> usize {
    const { assert!(usize::BITS >= u32::BITS, "an index has 32 bits or more") };
    usize::try_from(number).unwrap_or_else(|_| unreachable!("an index has 32 bits or more"))
}

/// Returns the number of a row that comes after `count` others, or how many rows there are.
///
/// # Errors
/// [`Capacity`] where it does not fit 32 bits.
pub(crate) fn row_number(count: usize, what: &'static str) -> Result<u32, Capacity> {
    let limit = u64::from(u32::MAX);
    u32::try_from(count).map_err(|_| Capacity { what, limit })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident of $what:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) struct $name(NonZeroU32);

        impl ColumnId for $name {
            const WHAT: &'static str = $what;

            #[inline]
            fn from_packed(packed: NonZeroU32) -> Self {
                Self(packed)
            }

            #[inline]
            fn packed(self) -> NonZeroU32 {
                self.0
            }
        }
    )+};
}

ids!(
    /// A person id; as an individual the smallest of the ids that are one individual.
    PersonNo of "persons",
    /// A case.
    CaseNo of "cases",
    /// A place, as an ISO 3166 code.
    PlaceNo of "places",
    /// A town, commune or street, as said.
    LocalityNo of "localities",
    /// A nationality, as said.
    NationalityNo of "nationalities",
    /// A tag of an event.
    TagNo of "tags",
    /// A set of tags that an event has.
    TagSetNo of "sets of tags",
    /// An organisation.
    OrgNo of "organisations",
    /// A law.
    LawNo of "laws",
    /// An article of a law.
    ArticleNo of "articles",
    /// A court.
    CourtNo of "courts",
    /// A row of [`crate::columns::events::EventColumns`]: one event in one track.
    EventRowNo of "events in tracks",
    /// A track of any kind, as it was first loaded.
    LoadedTrackNo of "tracks",
    /// A track with custody: its intervals and spells.
    TrackNo of "tracks with custody",
    /// A row of [`crate::columns::charges::ChargeColumns`].
    ChargeRowNo of "charges in tracks",
    /// A charge, whoever it is against.
    ChargeNo of "charges",
    /// The charge of one person.
    PersonChargeNo of "person-charges",
    /// A person id among those that were ever linked to another.
    LinkedNo of "linked persons",
    /// A row of [`crate::columns::identity::Links`].
    LinkRowNo of "links between persons",
    /// A set of scopes that see a row.
    AudienceNo of "audiences",
    /// A unit that is counted once: an individual, an event or a person-charge, as the question counts.
    UnitNo of "units",
);

impl AudienceNo {
    /// The first of all.
    pub(crate) const FIRST: Self = Self(NonZeroU32::MIN);
}

macro_rules! units {
    ($($name:ident),+) => {$(
        impl From<$name> for UnitNo {
            #[inline]
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }
    )+};
}

units!(PersonNo, PersonChargeNo);

/// A position as the columns keep it: from 0 to 2^32 - 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position32(NonZeroU32);

impl Position32 {
    /// The position before the first event.
    pub(crate) const ZERO: Self = Self(NonZeroU32::MIN);
    /// The greatest position that a row can name.
    pub(crate) const MAX: Self = Self(NonZeroU32::MAX);

    /// Returns the greatest position up to `position` at which a row of the columns can change: the
    /// columns refuse later ones, so that both see the same rows.
    pub(crate) fn up_to(position: Position) -> Self {
        Self::try_from(position).unwrap_or(Self::MAX)
    }

    /// Returns the event at this position as a unit, none for position 0. Positions count from 1.
    pub(crate) fn unit(self) -> Option<UnitNo> {
        NonZeroU32::new(self.number()).map(UnitNo)
    }
}

impl ColumnId for Position32 {
    const WHAT: &'static str = "positions";
    const LIMIT: u32 = u32::MAX;

    #[inline]
    fn from_packed(packed: NonZeroU32) -> Self {
        Self(packed)
    }

    #[inline]
    fn packed(self) -> NonZeroU32 {
        self.0
    }
}

impl TryFrom<Position> for Position32 {
    type Error = Capacity;

    fn try_from(position: Position) -> Result<Self, Capacity> {
        let packed = position.get().checked_add(1);
        let packed = packed.and_then(|packed| u32::try_from(packed).ok());
        packed
            .and_then(NonZeroU32::new)
            .map(Self)
            .ok_or(Self::full())
    }
}

impl From<Position32> for Position {
    fn from(position: Position32) -> Self {
        Self::new(u64::from(position.number()))
    }
}

/// A list whose places are ids: only [`IdVec::push`] makes them.
#[derive(Clone, Debug)]
pub(crate) struct IdVec<K, V> {
    values: Vec<V>,
    id: PhantomData<K>,
}

impl<K, V> Default for IdVec<K, V> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            id: PhantomData,
        }
    }
}

impl<K: ColumnId, V> IdVec<K, V> {
    /// Adds a value; returns its id.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more ids.
    pub(crate) fn push(&mut self, value: V) -> Result<K, Capacity> {
        let id = K::after(self.values.len())?;
        push(&mut self.values, value);
        Ok(id)
    }

    /// Returns how many values there are.
    pub(crate) const fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns a value; none where the list is shorter.
    #[inline]
    pub(crate) fn get(&self, id: K) -> Option<&V> {
        self.values.get(id.index())
    }

    /// Returns the value of an id that this list made. A method and not `Index`, so that the lint against
    /// indexing is allowed here alone.
    #[allow(clippy::indexing_slicing, reason = "ids are made by push alone")]
    pub(crate) fn at(&self, id: K) -> &V {
        &self.values[id.index()]
    }

    /// Returns a value, to change it.
    pub(crate) fn get_mut(&mut self, id: K) -> Option<&mut V> {
        self.values.get_mut(id.index())
    }

    /// Returns the values, in the order of their ids.
    pub(crate) fn values(&self) -> &[V] {
        &self.values
    }

    /// Returns the values to change them, in the order of their ids.
    pub(crate) fn values_mut(&mut self) -> &mut [V] {
        &mut self.values
    }

    /// Makes the list long enough for an id, with `value` in new places.
    pub(crate) fn reach(&mut self, id: K, value: V)
    where
        V: Clone,
    {
        if self.values.len() <= id.index() {
            self.values.resize(id.index() + 1, value);
        }
    }
}

/// Adds a row to a column, which grows by an eighth where it is full: a column that doubled would
/// leave half of a million rows' memory unused. Copying stays a small part of loading.
pub(crate) fn push<T>(column: &mut Vec<T>, row: T) {
    if column.len() == column.capacity() {
        column.reserve_exact((column.len() / 8).max(64));
    }
    column.push(row);
}

/// Hashes two numbers. Fibonacci hashing: Knuth, The Art of Computer Programming 3, section 6.4; the
/// high half of the product is mixed into the low one, from which a table takes its slot.
#[inline]
pub(crate) fn hash_pair(high: u32, low: u32) -> u64 {
    let both = u64::from(high) << 32 | u64::from(low);
    let product = both.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_optional_id_takes_four_bytes_and_keeps_the_order() {
        assert_eq!(size_of::<Option<PersonNo>>(), 4);
        let ids: Vec<PersonNo> = PersonNo::first(3).collect();
        assert!(ids.is_sorted());
        assert_eq!(
            ids.iter().map(|id| id.number()).collect::<Vec<_>>(),
            [0, 1, 2]
        );
    }

    #[test]
    fn ids_and_positions_beyond_their_limit_are_refused() {
        let limit = index(IDS_MAX);
        assert_eq!(PlaceNo::after(limit - 1).unwrap().number(), IDS_MAX - 1);
        let full = PlaceNo::after(limit).unwrap_err();
        assert_eq!(
            full.to_string(),
            "the columns have no room for more places, of which they hold at most 4294967294"
        );
        let last = Position::new(u64::from(u32::MAX) - 1);
        assert_eq!(Position::from(Position32::try_from(last).unwrap()), last);
        let beyond = [
            last.next(),
            Position::new(u64::from(u32::MAX) + 1),
            Position::new(u64::MAX),
        ];
        for position in beyond {
            assert_eq!(Position32::try_from(position), Err(Position32::full()));
        }
    }
}
