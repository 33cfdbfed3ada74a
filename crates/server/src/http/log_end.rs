//! Where the log ends, as the broker says it: asked once for all who want to know at about the same time.
//!
//! `/readyz` is answered however often it is asked, so what it asks the broker is bounded here.
//!
//! Never here: what follows from it.

use std::future::Future;

use event::Position;
use tokio::sync::Mutex;

/// The last answer of the broker.
#[derive(Debug, Default)]
pub struct LogEnd(Mutex<Option<Answered>>);

/// An answer, and when it was asked for by the monotonic clock.
#[derive(Clone, Copy, Debug)]
struct Answered {
    last: Option<Position>,
    asked_ms: u64,
}

impl LogEnd {
    /// Returns the log's last position, none where the broker does not say; `ask` asks it, unless somebody
    /// else began to ask since: who asks at about the same time shares an answer, and nobody is given one that
    /// is older than the request.
    pub(super) async fn last(
        &self,
        now_ms: impl Fn() -> u64 + Send,
        ask: impl Future<Output = Option<Position>> + Send,
    ) -> Option<Position> {
        let came_ms = now_ms();
        let mut answered = self.0.lock().await;
        let is_newer = |answered: &Answered| answered.asked_ms > came_ms;
        if let Some(Answered { last, .. }) = (*answered).filter(is_newer) {
            return last;
        }
        let asked_ms = now_ms();
        let last = ask.await;
        *answered = Some(Answered { last, asked_ms });
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_is_given_an_answer_older_than_the_request() {
        let end = LogEnd::default();
        let at = |now_ms, position| {
            let asked = async move { Some(Position::new(position)) };
            end.last(move || now_ms, asked)
        };
        assert_eq!(at(1_000, 7).await, Some(Position::new(7)));
        assert_eq!(at(1_000, 8).await, Some(Position::new(8)));
        // It came before the last one was asked for.
        assert_eq!(at(999, 9).await, Some(Position::new(8)));
    }
}
