//! What the kind of an event says by itself: what it begins, what it ends, what it needs.
//!
//! A new kind is looked for in each of these lists. Source: docs/reference/figures.md, Tracks, Custody and
//! Contradictions.
//!
//! Never here: what the fields of an event say (see [`crate::track::interpret`]).

use event::{CustodyState, Kind};

/// Whether a track is sorted by the first day on which an event of this kind may have been: what begins is taken
/// to begin early, all else to be late.
pub(crate) const fn sorts_by_first_day(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Arrest
            | Kind::Detention
            | Kind::Abduction
            | Kind::Disappearance
            | Kind::Charge
            | Kind::Summons
    )
}

/// Whether it ends custody.
pub(crate) const fn is_ending(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Release | Kind::Escape | Kind::Death | Kind::LeftCustody
    )
}

/// Whether it is evidence that a person already held still is.
pub(crate) const fn is_evidence_of_custody(kind: Kind) -> bool {
    matches!(kind, Kind::Transfer | Kind::DetentionExtended)
}

/// Whether it can only happen to a living person, whatever its fields say.
pub(crate) const fn requires_living_person(kind: Kind) -> bool {
    is_evidence_of_custody(kind) || matches!(kind, Kind::Escape | Kind::LeftCustody)
}

/// Returns the state of custody that it leads to, whatever its fields say; none where it leads to none.
pub(crate) const fn implied_state(kind: Kind) -> Option<CustodyState> {
    if matches!(kind, Kind::Wanted | Kind::Escape) {
        Some(CustodyState::Wanted)
    } else if matches!(kind, Kind::LeftCustody) {
        Some(CustodyState::LeftCustody)
    } else if matches!(kind, Kind::Death) {
        Some(CustodyState::Dead)
    } else {
        None
    }
}

/// Whether assertions of it can contradict each other.
pub(crate) const fn can_contradict(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Arrest
            | Kind::Detention
            | Kind::HouseArrest
            | Kind::Abduction
            | Kind::Disappearance
            | Kind::Release
            | Kind::Death
            | Kind::Charge
            | Kind::Sentence
    )
}
