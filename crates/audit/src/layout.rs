//! The files of a log in C2SP layout, made entry by entry: hash tiles and entry bundles.
//!
//! Start at [`Layout::push`], which returns each file once it is full.
//!
//! Never here: where the files are written.

use proof::{Kind, Tile, TileRows};

use crate::Difference;
use crate::bundles::TileFile;

/// The tiles and the bundle that are not full yet.
#[derive(Default)]
pub struct Layout {
    rows: TileRows,
    /// How many entries there are.
    entries: u64,
    bundle: Vec<u8>,
    bundle_entries: u16,
}

impl Layout {
    /// Appends an entry; returns the files that it fills.
    ///
    /// # Errors
    /// [`Difference`]: the entry is too long for a bundle.
    pub fn push(&mut self, entry: &[u8]) -> Result<Vec<TileFile>, Difference> {
        let index = self.entries;
        let mut full = Vec::new();
        self.rows.push(proof::leaf(entry), |tile, hashes| {
            full.push((tile, proof::write_hashes(hashes)));
        });
        proof::push_entry(&mut self.bundle, entry).map_err(|problem| {
            Difference::new(&format!(
                "the entry at index {index} is too long, but must be {}",
                problem.expected
            ))
        })?;
        self.entries += 1;
        self.bundle_entries += 1;
        if self.bundle_entries == proof::TILE_WIDTH {
            full.extend(self.next_bundle(index / u64::from(proof::TILE_WIDTH)));
        }
        Ok(full)
    }

    /// Returns the files that are not full.
    pub fn finish(&mut self) -> Vec<TileFile> {
        let rows = self.rows.partials();
        let mut partial: Vec<_> = rows
            .map(|(tile, hashes)| (tile, proof::write_hashes(hashes)))
            .collect();
        partial.extend(self.next_bundle(self.entries / u64::from(proof::TILE_WIDTH)));
        partial
    }

    /// Ends the bundle under way, and begins the next; none when it is empty.
    fn next_bundle(&mut self, index: u64) -> Option<TileFile> {
        let (kind, width) = (Kind::Entries, std::mem::take(&mut self.bundle_entries));
        let bytes = std::mem::take(&mut self.bundle);
        (width > 0).then_some((Tile { kind, index, width }, bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn the_files_are_those_of_the_log() {
        let (entries, _) = fixture::entries();
        let mut layout = Layout::default();
        let mut made = Vec::new();
        for entry in &entries {
            made.extend(layout.push(entry).unwrap());
        }
        made.extend(layout.finish());
        let made: fixture::Files = made
            .into_iter()
            .map(|(tile, bytes)| (tile.to_string(), bytes))
            .collect();
        let mut files = fixture::files();
        files.retain(|path, _| path.starts_with("tile/"));
        assert_eq!(made, files);
    }
}
