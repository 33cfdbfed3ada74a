//! What the gate would say of an event, without sending it: its check, and its notices.
//!
//! Never here: what only the log can tell (repeats, conflicts, the limits of what is there already).

use bytes::Bytes;

use super::check::check;
use super::{Gate, Notice, Outcome, Sender, Sent};

impl Gate {
    /// Checks an event and returns the notices that it would get.
    ///
    /// Takes as long as sending one does where the answer tells of an unknown target: see [`super::UNKNOWN_MS`].
    ///
    /// # Errors
    /// The outcome by which it would be rejected.
    pub async fn preview(&self, event: Bytes, sender: &Sender) -> Result<Vec<Notice>, Outcome> {
        let began_ms = self.clock.monotonic_ms();
        let now = self.clock.now();
        let (mut drafts, waiting) = {
            // The semaphore is never closed.
            let _slot = self.checking.acquire().await;
            tokio::task::block_in_place(|| {
                let (mut drafts, waiting) = check(&[event], sender, now);
                self.notice(&mut drafts, &waiting, sender, &mut Sent::default());
                (drafts, waiting)
            })
        };
        drop(waiting);
        let Some(draft) = drafts.pop() else {
            return Ok(Vec::new());
        };
        self.level_notices(began_ms, &draft.notices).await;
        draft.outcome.map_or(Ok(draft.notices), Err)
    }
}
