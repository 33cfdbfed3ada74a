//! Where the log ends, as the broker says it: asked once for all who want to know at about the same time.
//!
//! `/readyz` is answered however often it is asked, so what it asks the broker is bounded here.
//!
//! Never here: what follows from it.

use std::future::Future;

use event::Position;
use tokio::sync::Mutex;

/// For how long an answer of the broker is given, in milliseconds. Source: docs/reference/limits.md.
pub const FRESH_MS: u64 = 250;

/// The last answer of the broker.
#[derive(Debug, Default)]
pub struct LogEnd(Mutex<Option<Answered>>);

/// An answer, and when it came by the monotonic clock.
#[derive(Clone, Copy, Debug)]
struct Answered {
    last: Option<Position>,
    at_ms: u64,
}

impl LogEnd {
    /// Returns the log's last position, none where the broker does not say; `ask` asks it, where it was not
    /// asked a moment ago.
    pub(super) async fn last(
        &self,
        now_ms: impl Fn() -> u64 + Send,
        ask: impl Future<Output = Option<Position>> + Send,
    ) -> Option<Position> {
        let mut answered = self.0.lock().await;
        let is_fresh = |answered: &Answered| now_ms().saturating_sub(answered.at_ms) < FRESH_MS;
        if let Some(Answered { last, .. }) = (*answered).filter(is_fresh) {
            return last;
        }
        let last = ask.await;
        *answered = Some(Answered {
            last,
            at_ms: now_ms(),
        });
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_broker_is_asked_once_in_a_while() {
        let end = LogEnd::default();
        let at = |now_ms, position| {
            let asked = async move { Some(Position::new(position)) };
            end.last(move || now_ms, asked)
        };
        assert_eq!(at(1_000, 7).await, Some(Position::new(7)));
        assert_eq!(at(1_000 + FRESH_MS - 1, 8).await, Some(Position::new(7)));
        assert_eq!(at(1_000 + FRESH_MS, 8).await, Some(Position::new(8)));
    }
}
