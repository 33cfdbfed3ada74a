//! A short log of when positions were reached: how stale an answer at an earlier position is.
//!
//! Never here: what is shown meanwhile.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use event::Position;

/// Positions reached closer to each other than this many milliseconds are noted as one: the times kept are few,
/// and early rather than late.
const TOGETHER_MS: u64 = 10;

#[derive(Debug, Default)]
struct Noted {
    /// Each position that was reached, with the time; rising.
    moves: VecDeque<(Position, u64)>,
    /// Up to here the times are forgotten.
    forgotten: Position,
}

/// When the newest positions were reached.
#[derive(Debug, Default)]
pub(crate) struct PositionTimes {
    noted: Mutex<Noted>,
}

impl PositionTimes {
    /// Notes that `position` was reached at `now_ms`, and forgets what is older than `keep_ms`.
    pub(crate) fn note(&self, position: Position, now_ms: u64, keep_ms: u64) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        match noted.moves.back_mut() {
            Some((last, at_ms)) if now_ms < *at_ms + TOGETHER_MS => *last = position,
            _ => noted.moves.push_back((position, now_ms)),
        }
        while let Some((position, at_ms)) = noted.moves.front().copied()
            && at_ms + keep_ms < now_ms
        {
            noted.forgotten = position;
            noted.moves.pop_front();
        }
    }

    /// Whether `position` was the newest at some time since `since_ms`, as far as that is noted.
    pub(crate) fn was_newest(&self, position: Position, since_ms: u64) -> bool {
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if position < noted.forgotten {
            return false;
        }
        let next = noted.moves.iter().find(|(reached, _)| *reached > position);
        next.is_none_or(|(_, at_ms)| *at_ms >= since_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_ends_with_the_first_move_after_it() {
        let moves = PositionTimes::default();
        let position = Position::new;
        assert!(
            moves.was_newest(position(4), 0),
            "nothing is known to follow"
        );
        for (at, ms) in [(5, 1_000), (6, 1_004), (9, 1_500), (12, 4_000)] {
            moves.note(position(at), ms, 2_000);
        }
        assert!(!moves.was_newest(position(4), 0), "forgotten");
        assert!(
            !moves.was_newest(position(8), 0),
            "5 to 9 went at 1,500, which is forgotten"
        );
        assert!(moves.was_newest(position(9), 3_900), "until 4,000");
        assert!(!moves.was_newest(position(9), 4_001));
        assert!(
            moves.was_newest(position(12), 9_000),
            "it is the newest still"
        );
    }

    #[test]
    fn moves_close_to_each_other_are_one_and_early() {
        let moves = PositionTimes::default();
        moves.note(Position::new(5), 1_000, 2_000);
        moves.note(Position::new(6), 1_004, 2_000);
        assert!(moves.was_newest(Position::new(5), 1_000));
        assert!(
            !moves.was_newest(Position::new(5), 1_001),
            "early, not late"
        );
    }
}
