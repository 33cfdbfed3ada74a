//! Answers: figures, lists of what a figure counts, and comparisons beside it.
//!
//! Start at [`figure::answer`], then at [`records::records`], the units behind any figure. The
//! others answer one question each, by the same rules. Sources: docs/reference/figures.md,
//! docs/guides/questions.md.
//!
//! Never here: how rows are found and filtered (see [`crate::scan`]), and counting rules of their
//! own.

pub(crate) mod affected;
pub(crate) mod cases;
pub(crate) mod changes;
pub(crate) mod figure;
pub(crate) mod funnel;
pub(crate) mod held;
pub(crate) mod held_by_period;
pub(crate) mod held_on_days;
pub(crate) mod matches;
pub(crate) mod overlap;
mod rearrest_search;
pub(crate) mod rearrests;
pub(crate) mod records;
pub(crate) mod terms;
mod text;
pub(crate) mod time_held;
pub(crate) mod years;
