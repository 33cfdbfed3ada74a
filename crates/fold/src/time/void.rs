//! Voids: leaves whose `receivedtime` is passed over, since a later leaf of the log says so.
//!
//! Start at [`Step::void_times`]. Without it one leaf of the far future would end the prefix of every
//! instant. Source: docs/reference/figures.md, R; docs/reference/events/void.md.
//!
//! Never here: who writes a void (`habeasd repair --void-time`).

use event::{Event, Position};

use crate::rows::TIMES_PER_ROW;
use crate::step::Step;
use crate::view::View;

/// The most positions that one void names; one that names more has no effect. A bound of ours, so that no
/// leaf costs the fold a walk through the whole log. Source: docs/reference/limits.md.
pub const VOID_POSITIONS_MAX: u64 = 100_000;

impl<V: View> Step<'_, V> {
    /// Passes over the `receivedtime` of the leaves before `at` that a void names; one that names none
    /// changes nothing.
    pub(crate) fn void_times(&mut self, at: Position, void: &Event) -> Result<(), V::Error> {
        let Some((first, last)) = named(void) else {
            return Ok(());
        };
        let last = last.min(at.previous());
        let mut position = first;
        while position <= last {
            let index = position.get().saturating_sub(1);
            let slots = self.times_row(index / TIMES_PER_ROW)?;
            let slot = usize::try_from(index % TIMES_PER_ROW).unwrap_or(usize::MAX);
            if let Some(times) = slots.get_mut(slot) {
                times.received = None;
            }
            position = position.next();
        }
        Ok(())
    }
}

/// Returns the first and the last leaf whose time a void says is wrong; none where it says nothing of
/// times, or names too many.
fn named(void: &Event) -> Option<(Position, Position)> {
    if void.data.text("what") != Some("time") {
        return None;
    }
    let position = |name| void.data.get(name)?.as_u64().map(Position::new);
    let (first, last) = (position("first")?, position("last")?);
    let positions = last.get().checked_sub(first.get())?;
    (positions < VOID_POSITIONS_MAX).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use event::{Instant, Json, Kind, Reading};

    use super::*;

    #[test]
    fn a_void_names_times_by_its_first_and_last_position() {
        let most = VOID_POSITIONS_MAX;
        for (data, expected) in [
            (
                r#"{"what":"time","first":3,"last":3}"#.to_owned(),
                Some((3, 3)),
            ),
            (
                r#"{"what":"time","first":3,"last":9}"#.to_owned(),
                Some((3, 9)),
            ),
            (
                format!(r#"{{"what":"time","first":1,"last":{most}}}"#),
                Some((1, most)),
            ),
            (
                format!(r#"{{"what":"time","first":0,"last":{most}}}"#),
                None,
            ),
            (
                format!(r#"{{"what":"time","first":1,"last":{}}}"#, most + 1),
                None,
            ),
            (r#"{"what":"time","first":9,"last":3}"#.to_owned(), None),
            (r#"{"what":"time","first":3}"#.to_owned(), None),
            (r#"{"what":"lost","first":3,"last":3}"#.to_owned(), None),
            ("{}".to_owned(), None),
        ] {
            let (now, _) = Instant::parse("2021-01-01T00:00:00Z").unwrap();
            let json = Json::parse(data.as_bytes()).unwrap();
            let id = "5b0d6c1e-6f1a-4d0e-9a55-000000000032";
            let leaf = event::system_event(Kind::Void, id, &json, now);
            let found = match event::read(&leaf) {
                Reading::Event(event) => named(&event),
                Reading::Unknown(_) | Reading::Rejected { .. } => None,
            };
            let found = found.map(|(first, last)| (first.get(), last.get()));
            assert_eq!(found, expected, "{data}");
        }
    }
}
