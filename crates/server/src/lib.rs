//! The daemon `habeasd`: gate, projector, query; the only place where journal and store meet.
//!
//! Start at [`up`]. The clock, randomness, network and disk are handed in from here.
//!
//! Never here: what an event means (crate `event`), what follows from it (crate `fold`), and being
//! imported by anything but tests.

mod access;
pub mod body;
mod clock;
pub mod config;
mod follow;
pub mod gate;
mod guard;
mod http;
mod metrics;
pub mod model;
mod node;
pub mod project;
mod run;
mod secrets;

pub use clock::{Clock, SystemClock};
pub use http::Sort;
pub use node::{Node, Trouble};
pub use run::{DEMO_COMMANDS, Error, Running, serve, up};
