//! Why an import that posts stopped: making the events failed, or the server.
//!
//! Never here: events that the server rejected, which are an answer (`verdict`).

/// Why an import stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The events could not be made.
    #[error(transparent)]
    Events(#[from] import::Error),
    /// The server refused a whole request.
    #[error("server answered {status} to {url}: {body}")]
    Refused {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The beginning of the answer.
        body: String,
    },
    /// The server's answer is not a list of verdicts, one for each event.
    #[error("{url} gave an answer that is not {expected} verdicts: {found}")]
    Verdicts {
        /// The address.
        url: String,
        /// How many verdicts are right.
        expected: usize,
        /// What was found.
        found: String,
    },
    /// The server could not be reached, or stayed busy.
    #[error(
        "{url} was tried {tries} times in vain; what was posted stays, so the import can be run again"
    )]
    Unreachable {
        /// The address.
        url: String,
        /// How often it was tried.
        tries: u32,
        /// Why, the last time; none when it answered that it was busy.
        source: Option<Box<ureq::Error>>,
    },
}
