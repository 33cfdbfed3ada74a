//! Events gathered into requests of a bounded size.
//!
//! Never here: the network.

use std::sync::mpsc::SyncSender;

use import::{Error, Origin};

/// Events in a request. Four of the log's atomic batches (docs/reference/limits.md), so that the gate can
/// fill one while the next are read; what the node holds of a request that waits stays small.
pub(super) const EVENTS_MAX: usize = 4_000;

/// Bytes in a request; the server takes 64 MiB.
pub(super) const BYTES_MAX: usize = 4 * 1024 * 1024;

/// The body of one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Batch {
    /// The events, one a line.
    pub(super) lines: Vec<u8>,
    /// How many there are.
    pub(super) events: usize,
    /// Where each comes from, in their order.
    pub(super) origins: Vec<Origin>,
}

/// Gathers lines and sends full batches on.
pub(super) struct Batches {
    sender: SyncSender<Batch>,
    batch: Batch,
}

impl Batches {
    /// Begins with an empty batch.
    pub(super) fn new(sender: SyncSender<Batch>) -> Self {
        Self {
            sender,
            batch: Batch::default(),
        }
    }

    /// Adds one event's line; waits while enough batches are ready.
    ///
    /// # Errors
    /// [`Error::Stopped`] when nobody takes batches any more.
    pub(super) fn add(&mut self, line: &[u8], origin: &Origin) -> Result<(), Error> {
        let full = self.batch.lines.len() + line.len() > BYTES_MAX;
        if self.batch.events == EVENTS_MAX || (full && self.batch.events > 0) {
            self.send()?;
        }
        self.batch.lines.extend_from_slice(line);
        self.batch.events += 1;
        self.batch.origins.push(origin.clone());
        Ok(())
    }

    /// Sends what is left.
    ///
    /// # Errors
    /// As [`Batches::add`].
    pub(super) fn finish(mut self) -> Result<(), Error> {
        if self.batch.events > 0 {
            self.send()
        } else {
            Ok(())
        }
    }

    fn send(&mut self) -> Result<(), Error> {
        let next = Vec::with_capacity(self.batch.lines.len() + 4096);
        let batch = std::mem::replace(
            &mut self.batch,
            Batch {
                lines: next,
                events: 0,
                origins: Vec::new(),
            },
        );
        self.sender.send(batch).map_err(|_| Error::Stopped)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn a_batch_is_full_at_its_number_of_events_or_bytes() {
        let (sender, receiver) = sync_channel(100);
        let mut batches = Batches::new(sender);
        for _ in 0..=EVENTS_MAX {
            batches.add(b"{}\n", &Origin::default()).unwrap();
        }
        let long = vec![b'x'; BYTES_MAX];
        batches.add(&long, &Origin::default()).unwrap();
        batches.add(b"{}\n", &Origin::default()).unwrap();
        batches.finish().unwrap();
        let sizes: Vec<(usize, usize)> = receiver
            .into_iter()
            .map(|batch| (batch.events, batch.lines.len()))
            .collect();
        assert_eq!(
            sizes,
            [(EVENTS_MAX, EVENTS_MAX * 3), (1, 3), (1, BYTES_MAX), (1, 3)]
        );
    }
}
