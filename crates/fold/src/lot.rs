//! Units that wait to be added up, as lists: what all of them say of one thing stands together, so
//! that adding up asks one thing of many units, not many things of one.
//!
//! Start at [`Lot::put`].
//!
//! Never here: which units there are (see [`crate::count`]), and sums (see [`crate::tally`]).

use event::{CodeSet, Days};

use crate::cells::Level;
use crate::columns::NONE;
use crate::count::Unit;
use crate::dimensions::Group;
use crate::groups::{self, UNKNOWN, Values};
use crate::table::index;

/// From how many units on they are added up.
const FULL: usize = 2_048;

/// The number of a unit that counts as it comes, since it comes once.
pub(crate) const ALONE: u32 = NONE - 1;

/// The unnamed people of the event of a unit: the event, lower and upper bound.
pub(crate) type Crowd = (u32, u32, u32);

/// What units say of one dimension that is not of time.
#[derive(Debug)]
pub(crate) enum Said {
    /// One value each: the number of a code or of a text.
    One(Vec<u32>),
    /// Any number of codes each; none where it is not known.
    Sets(Vec<CodeSet>),
}

/// Units, by their places in the lists.
#[derive(Debug)]
pub(crate) struct Lot {
    /// The individual, event or person-charge; [`NONE`] where an event names nobody, and [`ALONE`]
    /// where no other unit of the question is the same.
    pub(crate) numbers: Vec<u32>,
    /// How well each counts.
    pub(crate) levels: Vec<Level>,
    /// When each happened, where that can be grouped by; empty where time plays no part.
    pub(crate) days: Vec<Option<Days>>,
    /// What each says, for each dimension that is not of time, in the order of the question.
    pub(crate) said: Vec<Said>,
    /// The units of group events, rising.
    pub(crate) crowds: Vec<(u32, Crowd)>,
}

impl Said {
    pub(crate) fn new(group: Group) -> Self {
        if groups::is_a_set(group) {
            Self::Sets(Vec::new())
        } else {
            Self::One(Vec::new())
        }
    }

    fn put(&mut self, values: Values) {
        match (self, values) {
            (Self::One(list), Values::One(value)) => list.push(value),
            (Self::One(list), Values::Set(_)) => list.push(UNKNOWN),
            (Self::Sets(list), Values::Set(codes)) => list.push(codes),
            (Self::Sets(list), Values::One(_)) => list.push(CodeSet::EMPTY),
        }
    }

    fn clear(&mut self) {
        match self {
            Self::One(list) => list.clear(),
            Self::Sets(list) => list.clear(),
        }
    }
}

impl Lot {
    /// Makes an empty one for these dimensions.
    pub(crate) fn new(groups: &[Group]) -> Self {
        Self {
            numbers: Vec::new(),
            levels: Vec::new(),
            days: Vec::new(),
            said: groups.iter().map(|group| Said::new(*group)).collect(),
            crowds: Vec::new(),
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.len() >= FULL
    }

    /// Adds a unit that counts at a level; `groups` are those that the lot was made for.
    pub(crate) fn put(&mut self, unit: &Unit<'_>, level: Level, groups: &[Group]) {
        let (lower, upper) = unit.unnamed;
        if lower != NONE {
            let at = u32::try_from(self.len()).unwrap_or(NONE);
            self.crowds.push((at, (unit.behind, lower, upper)));
        }
        let number = unit
            .number
            .map(|number| if unit.alone { ALONE } else { number });
        self.numbers.push(number.unwrap_or(NONE));
        self.levels.push(level);
        self.days.push(unit.days);
        for (said, group) in self.said.iter_mut().zip(groups) {
            said.put(groups::values(*group, unit));
        }
    }

    /// Returns how well a unit counts.
    pub(crate) fn level(&self, unit: u32) -> Level {
        let level = index(unit).and_then(|at| self.levels.get(at));
        level.copied().unwrap_or(0)
    }

    /// Returns when a unit happened, where that can be grouped by.
    pub(crate) fn days(&self, unit: u32) -> Option<Days> {
        index(unit).and_then(|at| self.days.get(at)).copied()?
    }

    /// Takes all units out, and keeps their room.
    pub(crate) fn clear(&mut self) {
        self.numbers.clear();
        self.levels.clear();
        self.days.clear();
        self.crowds.clear();
        self.said.iter_mut().for_each(Said::clear);
    }
}
