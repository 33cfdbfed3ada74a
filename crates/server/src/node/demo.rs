//! The demo: an invented scenario of Phnom Penh, 2020, sent through the gate into an empty log.
//!
//! Start at [`load`]. The events stand in docs/examples/phnom-penh-2020.jsonl.
//!
//! Never here: when the demo is loaded.

use bytes::Bytes;
use event::Position;

use crate::gate::body::{self, Form};
use crate::gate::{Busy, Gate, Outcome, Sender};

/// The scenario, one event a line.
const EVENTS: &[u8] = include_bytes!("../../../../docs/examples/phnom-penh-2020.jsonl");

/// Three commands to try on the demo.
pub const DEMO_COMMANDS: &str = "\
try:
  habeas figures measure=persons kind=arrest occurred=2020 group_by=month
  habeas figures definition=detained/any on=2020-12-10 at=recorded:2020-09-01T00:00:00Z
  habeas cases mekong-rights:2020-007
or in a browser: {address}/";

/// Why the demo was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Its lines cannot be divided into events.
    #[error("{0}")]
    Body(String),
    /// The gate does not write.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// One of its events did not pass.
    #[error("an event was rejected: {code} at {pointer}")]
    Rejected {
        /// The stable code.
        code: &'static str,
        /// Where in the event.
        pointer: String,
    },
}

/// Sends the demo's events, and returns the position of the last one.
///
/// # Errors
/// [`DemoError`].
pub(super) async fn load(gate: &Gate) -> Result<Position, DemoError> {
    let events = body::events(Form::Lines, &Bytes::from_static(EVENTS)).map_err(DemoError::Body)?;
    let mut last = Position::ZERO;
    for verdict in gate.submit(events, &Sender::Operator).await? {
        match verdict.outcome {
            Outcome::In { position, .. } => last = last.max(position),
            Outcome::Out { code, pointer, .. } => {
                return Err(DemoError::Rejected { code, pointer });
            }
        }
    }
    Ok(last)
}
