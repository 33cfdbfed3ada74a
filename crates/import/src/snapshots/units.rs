//! The charges that stand on a roster now, one unit each: the same charge may stand there several times.
//!
//! Start at [`OpenCharges`], a multiset by name and charge. Texts are interned as [`TextNo`].
//! [`RemovedCharges`] buffers the removals of one snapshot until they are paired with its additions.
//!
//! Never here: events.

use std::collections::HashMap;

use uuid::Uuid;

use super::names::PersonNo;
use crate::line::hash_hex;

/// Hex digits that stand for a charge's text in its id.
const HASH_DIGITS: usize = 12;

/// A text's number, in the order in which texts were first seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TextNo(usize);

/// Whose a charge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// One person's.
    Person(PersonNo),
    /// It stands beside a name that several people bear, or nobody.
    Nobody(TextNo),
}

/// One charge on the roster.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ChargeUnit {
    /// Whose it is.
    pub(super) owner: Owner,
    /// The id of the event that stated it.
    pub(super) event: Uuid,
    /// That id, or the id of its last correction.
    pub(super) version: Uuid,
    /// The charge's id, `<case>/<local>`.
    pub(super) id: String,
    /// The bail, as stated.
    pub(super) bail: TextNo,
    /// The status, as stated.
    pub(super) status: TextNo,
}

/// What is open, by name and charge.
#[derive(Default)]
pub(super) struct OpenCharges {
    numbers: HashMap<Box<str>, TextNo>,
    texts: Vec<(Box<str>, Box<str>)>,
    open: HashMap<(TextNo, TextNo), Vec<ChargeUnit>>,
    last: HashMap<(Owner, TextNo), u32>,
}

impl OpenCharges {
    /// Returns the number of a text.
    pub(super) fn text(&mut self, text: &str) -> TextNo {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = TextNo(self.texts.len());
        self.texts
            .push((text.into(), hash_hex(text, HASH_DIGITS).into()));
        self.numbers.insert(text.into(), number);
        number
    }

    /// Returns the text with this number.
    pub(super) fn of(&self, text: TextNo) -> &str {
        self.texts.get(text.0).map_or("", |(text, _)| text)
    }

    /// Returns the hash of the text with this number.
    pub(super) fn hash(&self, text: TextNo) -> &str {
        self.texts.get(text.0).map_or("", |(_, hash)| hash)
    }

    /// Returns the next running number, from 1, of this charge of this owner.
    pub(super) fn next_number(&mut self, owner: Owner, charge: TextNo) -> u32 {
        let last = self.last.entry((owner, charge)).or_default();
        *last += 1;
        *last
    }

    /// Opens a charge beside a name.
    pub(super) fn open(&mut self, name: TextNo, charge: TextNo, unit: ChargeUnit) {
        self.open.entry((name, charge)).or_default().push(unit);
    }

    /// Takes an open charge with this bail and status; of several people, that of one who `left`.
    ///
    /// Returns it, and whether it is unclear whose went.
    pub(super) fn take(
        &mut self,
        name: TextNo,
        charge: TextNo,
        bail: TextNo,
        status: TextNo,
        left: impl Fn(&Owner) -> bool,
    ) -> Option<(ChargeUnit, bool)> {
        let units = self.open.get_mut(&(name, charge))?;
        let fits = |unit: &&ChargeUnit| unit.bail == bail && unit.status == status;
        let first = units.iter().position(|unit| fits(&unit))?;
        let owner = units.get(first)?.owner;
        let several = units.iter().filter(fits).any(|unit| unit.owner != owner);
        let leaver = units
            .iter()
            .position(|unit| fits(&unit) && left(&unit.owner));
        let unit = units.remove(if several {
            leaver.unwrap_or(first)
        } else {
            first
        });
        if units.is_empty() {
            self.open.remove(&(name, charge));
        }
        Some((unit, several && leaver.is_none()))
    }
}

/// What went in one snapshot.
#[derive(Default)]
pub(super) struct RemovedCharges {
    units: Vec<(Owner, Option<ChargeUnit>)>,
    index: HashMap<(TextNo, Owner), Vec<usize>>,
}

impl RemovedCharges {
    /// Sets a charge aside that stood beside `name`; `owner` says whose went.
    pub(super) fn put(&mut self, owner: Owner, name: TextNo, charge: TextNo, unit: ChargeUnit) {
        let place = self.units.len();
        self.units.push((owner, Some(unit)));
        self.index.entry((charge, owner)).or_default().push(place);
        // A charge that comes beside a name of several people may be that of any of them.
        if owner != Owner::Nobody(name) {
            self.index
                .entry((charge, Owner::Nobody(name)))
                .or_default()
                .push(place);
        }
    }

    /// Takes the charge that came back: with the same status and bail, else the same status, else any.
    pub(super) fn pair(
        &mut self,
        owner: Owner,
        charge: TextNo,
        bail: TextNo,
        status: TextNo,
    ) -> Option<ChargeUnit> {
        let places = self.index.get(&(charge, owner))?;
        let find = |fits: &dyn Fn(&ChargeUnit) -> bool| {
            places.iter().copied().find(|place| {
                let unit = self.units.get(*place).and_then(|(_, unit)| unit.as_ref());
                unit.is_some_and(fits)
            })
        };
        let place = find(&|unit| unit.status == status && unit.bail == bail)
            .or_else(|| find(&|unit| unit.status == status))
            .or_else(|| find(&|_| true))?;
        self.units.get_mut(place).and_then(|(_, unit)| unit.take())
    }

    /// Takes what did not come back, in the order in which it went.
    pub(super) fn drain(&mut self) -> Vec<(Owner, ChargeUnit)> {
        self.index.clear();
        let units = self.units.drain(..);
        units
            .filter_map(|(owner, unit)| unit.map(|unit| (owner, unit)))
            .collect()
    }
}
