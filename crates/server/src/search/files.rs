//! The segments of the index on disk: `DATA/index/<log>/<first>-<last>`, each written once.
//!
//! Of segments that overlap, the longest is read: a crash may leave those of which it was made. What is damaged or of
//! another version is removed, and made again from the history.
//!
//! Never here: which segments are made one.

use std::fs;
use std::path::{Path, PathBuf};

use archive::Disk;
use event::Position;
use search::Segment;

use web::http::log_id::LogId;

/// The mode of the files: names and words are for the node alone.
const MODE: u32 = 0o600;

/// The folder of the segments of one log.
#[derive(Debug)]
pub struct IndexFiles {
    folder: PathBuf,
    disk: Disk,
}

impl IndexFiles {
    /// Opens the folder of a log's index in `data`; those of other logs are removed.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(data: &Path, log: LogId) -> std::io::Result<Self> {
        let all = data.join("index");
        let own = log.to_string();
        fs::create_dir_all(all.join(&own))?;
        for entry in fs::read_dir(&all)? {
            let entry = entry?;
            if entry.file_name().to_str() != Some(&own) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(Self {
            folder: all.join(own),
            disk: Disk::default(),
        })
    }

    /// Reads the segments that follow each other from position 1 on, up to `last`; removes all others.
    ///
    /// # Errors
    /// A file cannot be read or removed.
    pub fn read(&self, last: Position) -> std::io::Result<Vec<Segment>> {
        let mut stretches = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let stretch = path.file_name().and_then(|name| stretch(name.to_str()?));
            match stretch {
                Some((first, last)) => stretches.push((first, std::cmp::Reverse(last), path)),
                None => fs::remove_file(path)?,
            }
        }
        stretches.sort();
        let mut segments: Vec<Segment> = Vec::new();
        for (first, std::cmp::Reverse(end), path) in stretches {
            let next = segments
                .last()
                .map_or(Position::new(1), |s| s.last().next());
            let segment = if first == next && end <= last {
                Segment::read(&fs::read(&path)?).ok()
            } else {
                None
            };
            match segment.filter(|segment| (segment.first(), segment.last()) == (first, end)) {
                Some(segment) => segments.push(segment),
                None => fs::remove_file(path)?,
            }
        }
        Ok(segments)
    }

    /// Writes a segment.
    ///
    /// # Errors
    /// [`archive::Error`] of the file.
    pub fn write(&self, segment: &Segment) -> Result<(), archive::Error> {
        self.disk
            .write(&self.path(segment), &segment.to_bytes(), MODE)
    }

    /// Removes a segment that another one holds.
    ///
    /// # Errors
    /// [`archive::Error`] of the file.
    pub fn forget(&self, segment: &Segment) -> Result<(), archive::Error> {
        self.disk.forget(&self.path(segment))
    }

    fn path(&self, segment: &Segment) -> PathBuf {
        let name = format!("{}-{}", segment.first(), segment.last());
        self.folder.join(name)
    }
}

/// Returns which stretch a file's name says.
fn stretch(name: &str) -> Option<(Position, Position)> {
    let (first, last) = name.split_once('-')?;
    let position = |text: &str| text.parse().ok().map(Position::new);
    Some((position(first)?, position(last)?))
}
