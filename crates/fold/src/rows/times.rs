//! The row of times: the receivedtime and recordedtime of each position, and who may see the leaf.
//!
//! Never here: the search for the position of an instant (see [`crate::time::instants`]).

use event::Instant;
use serde::{Deserialize, Serialize};

use crate::readers::Readers;

/// The receivedtime and recordedtime of a leaf.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Its `receivedtime`; none on a leaf that no gate wrote.
    pub received: Option<Instant>,
    /// Its `recordedtime`; none on the system's own events and on those that failed the check,
    /// repeat or conflict, which the instant `recorded:` leaves out.
    pub recorded: Option<Instant>,
    /// Who may see the leaf now, along its chain of targets.
    pub readers: Readers,
}

/// The number of positions in one row of [`Times`] (index = position - 1).
pub const TIMES_PER_ROW: u64 = 1_024;
