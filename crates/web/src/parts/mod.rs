//! Parts that several pages show: controls, people, lines of a timeline, rankings, citations.
//!
//! Never here: whole pages (see [`super::pages`]), and drawing (see `chart`).

pub(crate) mod cite;
pub(crate) mod controls;
pub(crate) mod event_summary;
pub(crate) mod findings;
pub(crate) mod headline;
pub(crate) mod headline_question;
pub(crate) mod map_of_provinces;
pub(crate) mod panel_questions;
pub mod people;
pub(crate) mod periods;
pub(crate) mod ranking;
pub(crate) mod timeline_entry;
pub(crate) mod trend;
