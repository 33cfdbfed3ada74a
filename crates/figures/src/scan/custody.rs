//! Who is held on a day: spells of custody that satisfy a definition.
//!
//! Start at [`held_on`]. Spells of `detained/any` are read from the spell index; those of other
//! definitions are joined from the intervals of the tracks in which someone may be held on the day.
//! Source: docs/reference/figures.md, Held.
//!
//! Never here: how intervals are joined (see [`crate::columns::spells::join`]).

use std::collections::BTreeMap;

use event::{CustodyState, Day, FourValued};

use crate::certainty::Certainty;
use crate::columns::ids::{PersonNo, TrackNo, UnitNo};
use crate::columns::rows::{Interval, PersonRow};
use crate::columns::spells::index::SpellRow;
use crate::columns::spells::join::{SpellBounds, join_spells, state};
use crate::question::dimension::Dimension;
use crate::question::query::Query;
use crate::scan::context::ScanContext;
use crate::scan::deaths::{ALIVE, DeathDays, Deaths};
use crate::scan::partition::{Partition, for_each_track, names_owners};
use crate::scan::unit::{Identity, Unit};

/// A spell of custody in which the question may hold someone.
pub(crate) struct Spell<'r, 't> {
    pub(crate) bounds: SpellBounds,
    pub(crate) person: PersonNo,
    source: SpellSource<'r, 't>,
}

/// From where a spell is known.
enum SpellSource<'r, 't> {
    /// Joined from its intervals.
    Intervals(&'r [&'t Interval]),
    /// Read from the spell index.
    Index(&'r SpellRow),
}

impl<'t> Spell<'_, 't> {
    /// Returns its first interval.
    pub(crate) fn first(&self, context: &ScanContext<'t>) -> Option<&'t Interval> {
        match &self.source {
            SpellSource::Intervals(spell) => spell.first().copied(),
            SpellSource::Index(row) => context.columns.custody.rows_of(row.track).get(row.first()?),
        }
    }

    /// Returns its state on `day`: of the last of its intervals that has begun by its end. None of a
    /// spell from the index, of which bounds alone are known.
    pub(crate) fn state(&self, day: Day) -> Option<CustodyState> {
        match &self.source {
            SpellSource::Intervals(spell) => Some(state(spell, day)),
            SpellSource::Index(_) => None,
        }
    }

    /// Returns the attributes of its person, as far as the question reads them, and whether they were a
    /// minor; none where the event that begins it, or the person, does not pass.
    pub(crate) fn passes(&self, context: &ScanContext<'t>) -> Option<(&'t PersonRow, FourValued)> {
        let filter = context.filter;
        if let SpellSource::Index(row) = &self.source
            && !filter.asks_of_events()
            && !filter.asks_of_people()
        {
            let takes = filter.takes_verification(row.verification);
            return takes.then_some((&PersonRow::UNKNOWN, FourValued::Unknown));
        }
        let first = self.first(context)?;
        if !filter.takes(&first.attributes) {
            return None;
        }
        filter.person(&context.people, &first.attributes, first.start.days)
    }
}

/// Which adjacent intervals are joined into a spell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joining {
    /// All that the question takes.
    All,
    /// Those with the same authority and verification, as far as the question groups by these: each
    /// row is then the figure with its value as a filter.
    OfOneGroup,
}

/// Who is held in a spell, and how surely.
pub(crate) struct HeldUnit<'t> {
    pub(crate) individual: PersonNo,
    pub(crate) certainty: Certainty,
    traits: &'t PersonRow,
    minor: FourValued,
    death: DeathDays,
}

impl<'t> HeldUnit<'t> {
    /// Calls `work` with the spell as a unit, unless its first interval is missing.
    pub(crate) fn with_unit(
        &self,
        context: &ScanContext<'t>,
        spell: &Spell<'_, 't>,
        work: impl FnOnce(&Unit<'_>),
    ) {
        let Some(first) = spell.first(context) else {
            return;
        };
        let bounds = &spell.bounds;
        work(&Unit {
            identity: Identity::Repeated(UnitNo::from(self.individual)),
            origin: first.start.position,
            attributes: &first.attributes,
            traits: self.traits,
            days: None,
            bounds: [
                bounds.start_earliest,
                bounds.start_latest,
                bounds.end_earliest.min(self.death.0),
                bounds.end_latest.min(self.death.1),
            ],
            doubt: bounds.doubt,
            minor: self.minor,
            charge: None,
            unnamed: None,
        });
    }
}

/// Calls `each` with the spells in which someone is held at the end of `day`.
pub(crate) fn held_on<'t>(
    context: &ScanContext<'t>,
    partition: Partition<'_>,
    deaths: &Deaths<'_>,
    (day, joining): (Day, Joining),
    mut each: impl FnMut(&Spell<'_, 't>, &HeldUnit<'t>),
) {
    candidate_spells(context, partition, (&[day], joining), |spell| {
        if spell.bounds.certainty(day, ALIVE).is_none() {
            return;
        }
        let individual = context.people.individual(spell.person);
        let death = deaths.days_of(spell.person, individual);
        let Some(certainty) = spell.bounds.certainty(day, death) else {
            return;
        };
        if let Some((traits, minor)) = spell.passes(context) {
            let one = HeldUnit {
                individual,
                certainty,
                traits,
                minor,
                death,
            };
            each(spell, &one);
        }
    });
}

/// Yields candidate spells of the question's definition. The caller still applies the filters on events
/// and persons.
///
/// With `days`, the result is a superset of the spells that may cover one of them. The whole is read from
/// the spell index only then.
pub(crate) fn candidate_spells<'t>(
    context: &ScanContext<'t>,
    partition: Partition<'_>,
    (days, joining): (&[Day], Joining),
    mut each: impl FnMut(&Spell<'_, 't>),
) {
    let columns = context.columns;
    let by_index = !days.is_empty() && context.query.asks_who_is_held() && !names_owners(context);
    let rows = match partition {
        Partition::Spells(from, to) => Some(from..to),
        Partition::Whole if by_index => Some(0..columns.spells.len()),
        Partition::Whole | Partition::Tracks(..) | Partition::Lists(_) => None,
    };
    let mut joined: Vec<&Interval> = Vec::new();
    let mut join = |intervals: &'t [Interval], each: &mut dyn FnMut(&Spell<'_, 't>)| {
        joined.clear();
        joined.extend(intervals.iter().filter(|interval| {
            context.people.sees(interval.validity)
                && context.query.takes_state(interval)
                && context.filter.takes_interval(&interval.attributes)
        }));
        for_each_group(context.query, joining, &joined, &mut |joined| {
            join_spells(joined, |spell, bounds| {
                if let Some(person) = spell.first().and_then(|first| first.attributes.person) {
                    each(&Spell {
                        bounds: *bounds,
                        person,
                        source: SpellSource::Intervals(spell),
                    });
                }
            });
        });
    };
    let Some(rows) = rows else {
        return for_each_track(context, partition, &mut |intervals| {
            join(intervals, &mut each)
        });
    };
    let reads_bounds = context.query.asks_detained_any()
        && !context.filter.narrows_intervals()
        && (joining == Joining::All || !groups_intervals(context.query));
    let mut tracks: Vec<TrackNo> = Vec::new();
    let sees = |validity| context.people.sees(validity);
    let around = days.iter().min().copied().zip(days.iter().max().copied());
    let around = around.unwrap_or((Day::MIN, Day::MAX));
    columns.spells.scan(rows, around, sees, |row| {
        if reads_bounds && row.first().is_some() {
            if let Some(person) = row.person {
                each(&Spell {
                    bounds: row.bounds(),
                    person,
                    source: SpellSource::Index(row),
                });
            }
        } else if tracks.last() != Some(&row.track) && (days.is_empty() || row.bounds().touch(days))
        {
            tracks.push(row.track);
        }
    });
    for track in tracks {
        join(columns.custody.rows_of(track), &mut each);
    }
}

/// Whether the question groups by what an interval has, not the event that begins a spell: then
/// each row is the figure with that value as its filter.
pub(crate) fn groups_intervals(query: &Query) -> bool {
    query.group_by.contains(&Dimension::Authority)
        || query.group_by.contains(&Dimension::Verification)
}

/// Calls `each` with the intervals that may be joined: all, or those that have the same values of
/// what the question groups by.
fn for_each_group<'t>(
    query: &Query,
    joining: Joining,
    intervals: &[&'t Interval],
    each: &mut dyn FnMut(&[&'t Interval]),
) {
    if joining == Joining::All || !groups_intervals(query) {
        return each(intervals);
    }
    let by = |group| query.group_by.contains(&group);
    let (authority, verification) = (by(Dimension::Authority), by(Dimension::Verification));
    let mut groups: BTreeMap<(Option<usize>, Option<usize>), Vec<&'t Interval>> = BTreeMap::new();
    for interval in intervals {
        let of = &interval.attributes;
        let key = (
            authority.then(|| of.authority.index()),
            verification.then(|| of.verification.index()),
        );
        groups.entry(key).or_default().push(interval);
    }
    groups.values().for_each(|group| each(group));
}
