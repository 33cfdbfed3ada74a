//! Of HTTP what an answer is made of, for pages and the API alike: problems, headers, parameters, compression.
//!
//! Never here: routes, and who asks.

pub mod case_question;
pub mod event_filter;
pub mod gzip;
pub mod log_id;
pub mod negotiate;
pub mod origin;
pub mod parameters;
pub mod problem;
pub mod response;

pub use problem::{Problem, Sort};
