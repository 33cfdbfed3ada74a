//! Spells of `detained/any` in one track, as they are known over some positions to some scopes.
//!
//! Start at [`spell_entries`], which derives the spells of a track once, when its rows come: a count of
//! who is held then reads bounds, and joins no intervals.
//!
//! Never here: the index over spells (see [`crate::columns::spells::index`]), and other definitions.

use event::{Day, Days, Verification};
use fold::{Audience, Scope, derive_by_org, is_held, is_in_custody};

use crate::columns::ids::Position32;
use crate::columns::rows::{EMPTY_DAYS, Interval};
use crate::columns::spells::join::{SpellBounds, join_spells};

/// A spell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SpellEntry {
    pub(crate) bounds: SpellBounds,
    /// How far the event that begins it was verified.
    pub(crate) verification: Verification,
    /// The index of its first interval among those of its track. None where the bounds are an
    /// over-approximation and the intervals of the track are to be joined instead; also where the
    /// index does not fit 16 bits.
    pub(crate) first: Option<u16>,
}

/// A spell, and from which position up to which, without it, it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SpellVersion {
    pub(crate) from: Position32,
    pub(crate) to: Option<Position32>,
    pub(crate) spell: SpellEntry,
}

/// Up to how many intervals of a track are joined here; a longer track is joined by each question.
/// Joining takes time with their cube. Builds with assertions join few, so that the laws, whose tracks
/// are short, test over-approximated spells too.
const JOINED_MAX: usize = if cfg!(debug_assertions) { 6 } else { 48 };

/// Returns the spells of a track's intervals, and the audience of each; `audiences` are those of the
/// intervals, in their order.
///
/// At every R and for every scope, someone who is in any way held on a day is so within the bounds of
/// a spell that is known there.
pub(crate) fn spell_entries(
    intervals: &[Interval],
    audiences: &[&Audience],
) -> Vec<(SpellVersion, Audience)> {
    let held = intervals.iter().enumerate().zip(audiences);
    let held: Vec<((usize, &Interval), &Audience)> = held
        .filter(|((_, interval), _)| is_held(interval.state))
        .map(|(row, audience)| (row, *audience))
        .collect();
    if held.len() > JOINED_MAX {
        let all = held.iter().map(|((_, interval), _)| widest_days(interval));
        let days = all.fold(EMPTY_DAYS, union);
        let one = |((_, interval), audience): &((usize, &Interval), &Audience)| {
            let (from, to) = (interval.validity.from, interval.validity.to);
            let spell = over_approximation(days);
            (SpellVersion { from, to, spell }, (*audience).clone())
        };
        return held.iter().map(one).collect();
    }
    let rows = |is_seen: &dyn Fn(&Audience) -> bool| -> Vec<(usize, &Interval)> {
        let seen = held.iter().filter(|(_, audience)| is_seen(audience));
        seen.map(|(row, _)| *row).collect()
    };
    match held.split_first() {
        None => Vec::new(),
        Some(((_, audience), rest)) if rest.iter().all(|(_, other)| other == audience) => {
            let spells = versions(&rows(&|_| true)).into_iter();
            spells.map(|spell| (spell, (*audience).clone())).collect()
        }
        Some(_) => {
            let orgs = held.iter().flat_map(|(_, audience)| &audience.orgs);
            let orgs = orgs.map(|(org, _)| org.clone()).collect();
            derive_by_org(orgs, |scope: &Scope| {
                versions(&rows(&|audience| audience.holds(scope)))
            })
        }
    }
}

/// Returns the spells of the intervals that one scope sees.
fn versions(rows: &[(usize, &Interval)]) -> Vec<SpellVersion> {
    let validities = rows.iter().map(|(_, row)| row.validity);
    let mut changes: Vec<Option<Position32>> = validities
        .flat_map(|validity| [Some(validity.from), validity.to])
        .collect();
    // What never ceases does so after all positions.
    changes.sort_unstable_by_key(|change| (change.is_none(), *change));
    changes.dedup();
    let mut spells: Vec<SpellVersion> = Vec::new();
    for positions in changes.windows(2) {
        let [Some(from), to] = *positions else {
            continue;
        };
        let now = rows.iter().filter(|(_, row)| row.validity.holds_at(from));
        let now: Vec<(usize, &Interval)> = now.copied().collect();
        for spell in spells_at_once(&now) {
            let same = |known: &&mut SpellVersion| known.to == Some(from) && known.spell == spell;
            match spells.iter_mut().find(same) {
                Some(known) => known.to = to,
                None => spells.push(SpellVersion { from, to, spell }),
            }
        }
    }
    spells
}

/// Returns the spells of the intervals that hold at one position.
fn spells_at_once(now: &[(usize, &Interval)]) -> Vec<SpellEntry> {
    let mut joined = Vec::new();
    let mut exact = now.iter().all(|(_, row)| is_in_custody(row.state));
    let mut in_spells = 0;
    if exact {
        let track: Vec<&Interval> = now.iter().map(|(_, row)| *row).collect();
        join_spells(&track, |spell, bounds| {
            in_spells += spell.len();
            // The days of a spell are those of all its intervals, unless some are out of order.
            let days = spell.iter().map(|row| widest_days(row));
            let days = days.fold(EMPTY_DAYS, union);
            exact &= (days.earliest, days.latest) == (bounds.start_earliest, bounds.end_latest);
            let first = spell.first().and_then(|first| {
                let same = now.iter().find(|(_, row)| std::ptr::eq(*row, *first));
                same.map(|(at, _)| (*at, first.attributes.verification))
            });
            joined.extend(first.map(|(first, verification)| SpellEntry {
                bounds: *bounds,
                verification,
                first: u16::try_from(first).ok(),
            }));
        });
    }
    if exact && in_spells == now.len() {
        return joined;
    }
    let days = now.iter().map(|(_, row)| widest_days(row));
    vec![over_approximation(days.fold(EMPTY_DAYS, union))]
}

/// Returns a spell that may hold someone on any of the days, as joining the track tells.
const fn over_approximation(days: Days) -> SpellEntry {
    SpellEntry {
        bounds: SpellBounds {
            start_earliest: days.earliest,
            start_latest: days.earliest,
            end_earliest: days.latest,
            end_latest: days.latest,
            doubt: false,
        },
        verification: Verification::Unknown,
        first: None,
    }
}

fn union(a: Days, b: Days) -> Days {
    Days {
        earliest: a.earliest.min(b.earliest),
        latest: a.latest.max(b.latest),
    }
}

/// Returns the first day on which, and the first from which on no more, an interval can hold.
fn widest_days(interval: &Interval) -> Days {
    let start = interval.start.days;
    let end = interval
        .end
        .map_or(Day::MAX, |end| end.days.latest.max(end.days.earliest));
    Days {
        earliest: start.earliest.min(start.latest).min(interval.shown.by),
        latest: end.max(interval.shown.until),
    }
}

#[cfg(test)]
mod tests {
    use event::{Assessment, AuthorityKind, CodeSet, CustodyState, FourValued, Kind, Visibility};

    use super::*;
    use crate::columns::ids::{AudienceNo, ColumnId as _, OrgNo};
    use crate::columns::rows::{Bound32, RowAttributes};
    use crate::columns::validity::Validity;
    use fold::Evidence;

    #[test]
    fn a_spell_whose_first_index_exceeds_16_bits_is_joined_anew() {
        let day = Day::from_number(18_000);
        let interval = Interval {
            validity: Validity {
                from: Position32::ZERO,
                to: Some(Position32::MAX),
                audience: AudienceNo::FIRST,
            },
            start: Bound32 {
                days: Days::one(day),
                position: Position32::ZERO,
                doubt: false,
                implied: false,
            },
            end: None,
            state: CustodyState::Pretrial,
            shown: Evidence {
                by: day,
                until: day,
            },
            attributes: RowAttributes {
                person: None,
                case: None,
                place: None,
                locality: None,
                tags: None,
                org: OrgNo::after(0).unwrap(),
                rights_exercised: CodeSet::EMPTY,
                rights_violated: CodeSet::EMPTY,
                kind: Kind::Arrest,
                authority: AuthorityKind::Unknown,
                verification: Verification::Reported,
                assessment: Assessment::Violation,
                age: None,
                release_kind: None,
                in_custody: FourValued::Unknown,
                visibility: Visibility::Public,
            },
        };
        let audience = Audience::all();
        let many = 66_000;
        for (count, first) in [(1, Some(0)), (many, None)] {
            let spells = spell_entries(&vec![interval; count], &vec![&audience; count]);
            assert_eq!(spells.len(), count);
            assert!(spells.iter().all(|(known, _)| known.spell.first == first));
        }
        // Most intervals of a track may be of people who are free, so that the few held have great indices.
        let mut intervals = vec![interval; many];
        intervals
            .iter_mut()
            .take(many - 1)
            .for_each(|row| row.state = CustodyState::Free);
        let spells = spell_entries(&intervals, &vec![&audience; many]);
        assert!(matches!(spells.as_slice(), [(known, _)] if known.spell.first.is_none()));
    }
}
