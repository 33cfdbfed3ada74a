//! The log: streams and their settings, atomic append, ordered read, inboxes, verdicts.
//!
//! Start at [`Journal::connect`]; [`child`] runs a nats-server where none is given. Every await
//! on the broker ends in bounded time. Subjects: [`subjects`]; limits and waits: [`limits`].
//!
//! Never here: what an event means, the store, the fold, a clock (tokio's serves time-outs only),
//! randomness. No other crate uses async-nats, and none of its types leave this one.

mod append;
pub mod callout;
pub mod child;
pub mod connections;
mod error;
mod front;
mod inbox;
mod jwt;
pub mod limits;
mod link;
mod monitor;
mod notary;
mod pull;
mod read;
mod route;
mod settings;
pub mod subjects;
mod submit;
mod trust;
mod verdict;

pub use append::Outgoing;
pub use error::{AppendError, Error, ReadError};
pub use front::{Journal, STREAM_NOT_FOUND, Stored, StreamState};
pub use inbox::{Inbox, InboxMessage};
pub use link::Connection;
pub use notary::Lodged;
pub use read::{Message, Reader};
pub use route::Route;
pub use settings::{Checked, Drift, Replicas, ServerCheck, Settings};
pub use submit::{Submission, Submissions};
pub use trust::Trust;
pub use verdict::Verdict;
