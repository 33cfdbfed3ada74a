//! A bar that moves while a history is read.
//!
//! Never here: what the entries and tiles say.

use audit::bundles::TileSource;
use audit::lines::{EntryError, Line};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use proof::{Kind, Tile};

use super::LogFiles;
use crate::client::Failure;

/// Makes a bar for `length` entries, drawn on standard error if that is a terminal, until it is dropped.
pub(crate) fn bar(length: u64, doing: &'static str) -> ProgressBar {
    let style = "{msg} {wide_bar} {human_pos}/{human_len} {eta}";
    let style = ProgressStyle::with_template(style);
    let bar = ProgressBar::new(length).with_message(doing);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_finish(ProgressFinish::AndClear)
}

/// After how many entries a bar of no known length moves.
const STEP_ENTRIES: u64 = 2_048;

/// Moves a bar with the entries; one of length 0 grows with them.
pub(crate) fn on_entries(
    entries: impl Iterator<Item = Result<Line, EntryError<Failure>>>,
    bar: ProgressBar,
) -> impl Iterator<Item = Result<Line, EntryError<Failure>>> {
    let is_bounded = bar.length().is_some_and(|length| length > 0);
    let mut read = 0_u64;
    entries.inspect(move |_| {
        read += 1;
        if is_bounded {
            bar.inc(1);
        } else if read.is_multiple_of(STEP_ENTRIES) {
            bar.set_length(read);
            bar.set_position(read);
        }
    })
}

/// The files of a log, with a bar that moves with each tile of leaf hashes.
pub(crate) struct BarOnTiles<'a> {
    files: &'a LogFiles<'a>,
    bar: ProgressBar,
}

impl<'a> BarOnTiles<'a> {
    /// Begins a bar for a log of `size` entries.
    pub(crate) fn new(files: &'a LogFiles<'a>, size: u64) -> Self {
        let bar = bar(size, "reading tiles");
        Self { files, bar }
    }
}

impl TileSource for BarOnTiles<'_> {
    type Error = Failure;

    fn read(&self, tile: Tile) -> Result<Option<Vec<u8>>, Failure> {
        let bytes = self.files.read(tile)?;
        match tile.kind {
            Kind::Hashes(0) => self.bar.inc(tile.width.into()),
            // All leaf hashes are read before the tiles above them.
            Kind::Hashes(_) | Kind::Entries => self.bar.finish_and_clear(),
        }
        if self.bar.length() == Some(self.bar.position()) {
            self.bar.finish_and_clear();
        }
        Ok(bytes)
    }
}
