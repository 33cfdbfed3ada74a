//! Codes in columns: the index of a code as a byte, and sets of codes as 64 bits.
//!
//! Never here: what a code means (see [`event`]).

use event::{
    Assessment, AuthorityKind, ChargeStatus, CustodyState, FourValued, Kind, ReleaseKind, Right,
    Role, Sex, Verification, Visibility,
};

/// How many codes a list can have: a bit each in a number of 64.
pub(crate) const CODES_MAX: usize = 64;

macro_rules! fit {
    ($($list:ident),+ $(,)?) => {
        const _: () = {
            $(assert!($list::ALL.len() <= CODES_MAX, "a code list has at most 64 codes");)+
        };
    };
}

fit!(
    FourValued,
    Assessment,
    AuthorityKind,
    ChargeStatus,
    CustodyState,
    Kind,
    ReleaseKind,
    Right,
    Role,
    Sex,
    Verification,
    Visibility,
);

/// Returns the index of a code of one of the lists above as a byte.
pub(crate) fn code_byte(index: usize) -> u8 {
    debug_assert!(index < CODES_MAX, "lists have at most 64 codes");
    // All other bytes are 0, since lists are short.
    let [byte, ..] = index.to_le_bytes();
    byte
}

/// A set of codes of one list, by their indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CodeBits(u64);

impl CodeBits {
    pub(crate) const ALL: Self = Self(u64::MAX);
    pub(crate) const NONE: Self = Self(0);

    /// Makes the set of the codes at these indices.
    pub(crate) fn from_indices(indices: impl Iterator<Item = usize>) -> Self {
        Self(indices.fold(0, |bits, index| bits | bit(index)))
    }

    /// Makes the set of the wanted codes; all where none are named.
    pub(crate) fn wanted<T: Copy>(wanted: &Option<Vec<T>>, index: impl Fn(T) -> usize) -> Self {
        let of = |wanted: &Vec<T>| Self::from_indices(wanted.iter().map(|code| index(*code)));
        wanted.as_ref().map_or(Self::ALL, of)
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether the code at an index, which is below [`CODES_MAX`], is in the set.
    #[inline]
    pub(crate) const fn has(self, index: usize) -> bool {
        self.0 & bit(index) != 0
    }
}

/// The bit of an index. The remainder says to the compiler what the lists' lengths say above.
#[inline]
const fn bit(index: usize) -> u64 {
    1 << (index % CODES_MAX)
}
