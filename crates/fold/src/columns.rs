//! The rows of the columns that figures are counted over, with texts as small numbers.
//!
//! Never here: how they are filled (see [`crate::table`]) and counted.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use event::{
    Answer, Assessment, AuthorityKind, CodeSet, CustodyState, Day, Days, Kind, ReleaseKind, Sex,
    Verification, Visibility,
};

use hashbrown::HashTable;

use crate::custody::{Bound, Shown};
use crate::table::{index, narrow};

/// Texts as small numbers, in the order in which they came.
///
/// The table of numbers is only ever asked for one text, and never walked, so its order has no
/// effect; its hash has no key, so that it is the same everywhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    numbers: HashTable<u32>,
    texts: Vec<Box<str>>,
}

impl Symbols {
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.find(text) {
            return number;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.into());
        let texts = &self.texts;
        let of = |number: &u32| {
            index(*number)
                .and_then(|i| texts.get(i))
                .map_or(0, |t| hash(t))
        };
        self.numbers.insert_unique(hash(text), number, of);
        number
    }

    /// Returns the number of a text that has come.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let is = |number: &u32| self.text(*number) == text;
        self.numbers.find(hash(text), is).copied()
    }

    pub(crate) fn text(&self, number: u32) -> &str {
        usize::try_from(number)
            .ok()
            .and_then(|i| self.texts.get(i))
            .map_or("", |text| text)
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// No text, or no person.
pub(crate) const NONE: u32 = u32::MAX;

/// The days of no row: they touch none, and join to whatever days there are.
pub(crate) const NEVER: Days = Days {
    earliest: Day::MAX,
    latest: Day::MIN,
};

/// The positions between which a row holds, and who sees it.
///
/// Positions are kept in 32 bits, for memory: a log of more than 4,294,967,294 events needs wider
/// columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) sees: u32,
}

impl Held {
    pub(crate) const fn at(self, at: u32) -> bool {
        (self.from <= at) & (at < self.to)
    }
}

/// What figures filter and group by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Says {
    pub(crate) person: u32,
    pub(crate) case: u32,
    pub(crate) place: u32,
    pub(crate) org: u32,
    pub(crate) rights_exercised: CodeSet,
    pub(crate) rights_violated: CodeSet,
    pub(crate) kind: Kind,
    pub(crate) authority: AuthorityKind,
    pub(crate) verification: Verification,
    pub(crate) assessment: Assessment,
    pub(crate) age: Option<u8>,
    pub(crate) release_kind: Option<ReleaseKind>,
    pub(crate) in_custody: Answer,
    pub(crate) visibility: Visibility,
}

/// One event in one track.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occurrence {
    pub(crate) held: Held,
    pub(crate) event: u32,
    pub(crate) days: Days,
    pub(crate) doubt: bool,
    /// Unnamed people: lower and upper bound; [`NONE`] as lower bound is no group, as upper none.
    pub(crate) unnamed: (u32, u32),
    pub(crate) says: Says,
}

/// Where an interval begins or ends; as [`Bound`], in fewer bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) days: Days,
    pub(crate) position: u32,
    pub(crate) doubt: bool,
    pub(crate) implied: bool,
}

impl Edge {
    pub(crate) fn of(bound: &Bound) -> Self {
        Self {
            days: bound.days,
            position: narrow(bound.position),
            doubt: bound.doubt,
            implied: bound.implied,
        }
    }
}

/// One interval in one state of custody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) held: Held,
    pub(crate) start: Edge,
    pub(crate) end: Option<Edge>,
    pub(crate) state: CustodyState,
    pub(crate) shown: Shown,
    pub(crate) says: Says,
}

/// What holds of a person, as figures need it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trait {
    pub(crate) held: Held,
    pub(crate) sex: Sex,
    /// The first day on which the person may be of age, and the first on which they surely are.
    pub(crate) of_age: Days,
    pub(crate) roles: CodeSet,
}

impl Trait {
    pub(crate) const UNKNOWN: Self = Self {
        held: Held {
            from: 0,
            to: 0,
            sees: 0,
        },
        sex: Sex::Unknown,
        of_age: Days {
            earliest: Day::MIN,
            latest: Day::MAX,
        },
        roles: CodeSet::EMPTY,
    };
}

/// Adds a row to a column, which grows by an eighth where it is full: a column that doubled would
/// leave half of a million rows' memory unused. Copying stays a small part of loading.
pub(crate) fn push<T>(column: &mut Vec<T>, row: T) {
    if column.len() == column.capacity() {
        column.reserve_exact((column.len() / 8).max(64));
    }
    column.push(row);
}

/// The rows of each symbol, as chains from the last row to the first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chains {
    /// The last row of each symbol.
    heads: Vec<u32>,
    /// The row of the same symbol before each row.
    before: Vec<u32>,
}

impl Chains {
    /// Adds the next row; one of no symbol is in no chain.
    pub(crate) fn push(&mut self, symbol: u32) {
        let row = u32::try_from(self.before.len()).unwrap_or(NONE);
        let symbol = usize::try_from(symbol).ok().filter(|_| symbol != NONE);
        if let Some(symbol) = symbol
            && self.heads.len() <= symbol
        {
            self.heads.resize(symbol + 1, NONE);
        }
        let head = symbol.and_then(|symbol| self.heads.get_mut(symbol));
        let before = head.map_or(NONE, |head| std::mem::replace(head, row));
        push(&mut self.before, before);
    }

    /// Returns the rows of a symbol, falling.
    pub(crate) fn rows(&self, symbol: u32) -> impl Iterator<Item = u32> {
        let at = |list: &[u32], number: u32| {
            let found = usize::try_from(number).ok().and_then(|i| list.get(i));
            found.copied().filter(|row| *row != NONE)
        };
        std::iter::successors(at(&self.heads, symbol), move |row| at(&self.before, *row))
    }
}

/// Two ids that are one person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) held: Held,
    pub(crate) a: u32,
    pub(crate) b: u32,
}
