//! The read models on disk: rows and the checkpoint they stand for, in one atomic batch.
//!
//! Start at [`Views::open`], which decides which folder is used, then at [`Store::apply`] and
//! [`Store::read`]. What each row is called and looks like on disk stands in `keys`; the rules under
//! which the engine (sled) is used, and the faults they go round, stand in `engine`.
//!
//! The store is disposable: whatever is in doubt is set aside and folded again from the log.
//!
//! Never here: NATS, HTTP, a clock, and what a row means (crate `fold`).

mod changes;
mod checkpoint;
mod ends;
mod engine;
mod error;
mod format;
mod keys;
mod leaves;
#[cfg(test)]
mod pinned;
mod read;
mod rows;
mod scan;
mod settings;
mod shorts;
mod space;
mod state;
mod store;
mod verify;
mod views;
mod watch;
mod writer;

pub use error::{Doubt, Failure, OpenError};
pub use read::{Case, Cases, Reading};
pub use settings::{ENGINE_TIMEOUT, Identity, Settings};
pub use store::{Flushed, Store};
pub use verify::Report;
pub use views::{Opened, Views};
pub use writer::WriterView;
