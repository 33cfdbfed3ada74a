//! The bounds of HTTP: what all requests under way have together, so that nobody takes what others need.
//!
//! Never here: what happens at a bound (each has its file).

use std::sync::Arc;

use super::body::BodyMemory;
use super::connections::{connections_max, raise_descriptors};
use super::log_end::LogEnd;
use super::outgoing::AnswerMemory;
use super::seats::Connections;
use super::slots::Slots;
use super::stream_readers::{
    OF_A_CALLER_MAX, SUBMISSIONS_MAX, SUBMISSIONS_OF_A_CALLER, StreamReaders, streams_max,
};
use crate::clock::Clock;

/// What requests have together. Source of each: docs/reference/limits.md.
pub struct Bounds {
    /// The open connections.
    pub connections: Arc<Connections>,
    /// How many answers are made at once.
    pub slots: Slots,
    /// Who reads a stream.
    pub stream_readers: Arc<StreamReaders>,
    /// Who sends events by a stream.
    pub submitters: Arc<StreamReaders>,
    /// The memory for bodies of requests.
    pub bodies: BodyMemory,
    /// The memory for answers.
    pub outgoing: AnswerMemory,
    /// Where the broker said that the log ends.
    pub log_end: LogEnd,
}

impl Bounds {
    /// Takes as many descriptors as this process may have, and makes the bounds that follow.
    #[must_use]
    pub fn of_process(clock: Arc<dyn Clock>) -> Self {
        let connections_max = connections_max(raise_descriptors());
        Self {
            connections: Arc::new(Connections::new(connections_max, clock)),
            slots: Slots::default(),
            stream_readers: Arc::new(StreamReaders::new(
                streams_max(connections_max),
                OF_A_CALLER_MAX,
            )),
            submitters: Arc::new(StreamReaders::new(SUBMISSIONS_MAX, SUBMISSIONS_OF_A_CALLER)),
            bodies: BodyMemory::default(),
            outgoing: AnswerMemory::default(),
            log_end: LogEnd::default(),
        }
    }
}
