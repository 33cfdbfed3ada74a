//! The history as a person holds it: a file of events, a folder, a server; and whether it holds.
//!
//! Start at [`check`], which says whether entries and tiles lead to a signed root, and where they
//! first differ, and at `keys`, for whose signature is due. `lines` reads a file of events, `place` the files of a log wherever they lie.
//! Formats: docs/reference/history.md.
//!
//! Never here: the command line (`commands`), and what an event means.

mod anchors;
pub(crate) mod bundles;
pub(crate) mod check;
#[cfg(test)]
pub(crate) mod fixture;
pub(crate) mod keys;
pub(crate) mod lines;
pub(crate) mod place;

use indicatif::{ProgressBar, ProgressStyle};

/// Makes a bar for `length` entries, drawn on standard error if that is a terminal.
pub(crate) fn bar(length: u64, doing: &'static str) -> ProgressBar {
    let style = "{msg} {wide_bar} {human_pos}/{human_len} {eta}";
    let style = ProgressStyle::with_template(style);
    let bar = ProgressBar::new(length).with_message(doing);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
