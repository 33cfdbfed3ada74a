//! A file of sealed records: it only grows, until it is written anew with those that still count.
//!
//! Start at [`Records::open`]. Each record stands on a line, as base64. A line that was torn, or does not
//! open, is passed over: a record is lost by it, and nothing else.
//!
//! Never here: what a record says.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use archive::Disk;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::MasterKey;

/// A file of records of one sort.
#[derive(Debug)]
pub(super) struct Records {
    path: PathBuf,
    sort: &'static str,
    key: MasterKey,
    /// How many lines the file has.
    lines: usize,
}

impl Records {
    /// Opens the file `<sort>.records` of a folder, made where it is missing; returns it with its records.
    ///
    /// # Errors
    /// The file system's.
    pub(super) fn open(
        folder: &Path,
        sort: &'static str,
        key: MasterKey,
    ) -> io::Result<(Self, Vec<Vec<u8>>)> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let path = folder.join(format!("{sort}.records"));
        let text = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?,
        };
        let mut lines = 0;
        let mut records = Vec::new();
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            lines += 1;
            let sealed = STANDARD_NO_PAD.decode(line).ok();
            records.extend(sealed.and_then(|sealed| key.open(sort, &sealed)));
        }
        let opened = Self {
            path,
            sort,
            key,
            lines,
        };
        Ok((opened, records))
    }

    /// Returns how many lines the file has.
    pub(super) const fn lines(&self) -> usize {
        self.lines
    }

    /// Puts records at the end, on disk when this returns.
    ///
    /// # Errors
    /// The file system's; some may stand then.
    pub(super) fn append(&mut self, records: &[Vec<u8>]) -> io::Result<()> {
        let text = self.text(records)?;
        let mut options = OpenOptions::new();
        let mut file = options
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.path)?;
        // After a line that was torn another begins.
        file.write_all(&[b"\n", text.as_slice()].concat())?;
        self.lines += records.len();
        file.sync_data()
    }

    /// Writes the file anew with these records alone, on disk when this returns.
    ///
    /// # Errors
    /// The file system's; the file before stands then.
    pub(super) fn rewrite(&mut self, records: &[Vec<u8>]) -> io::Result<()> {
        let text = self.text(records)?;
        let written = Disk::default().write(&self.path, &text, 0o600);
        written.map_err(io::Error::other)?;
        self.lines = records.len();
        Ok(())
    }

    fn text(&self, records: &[Vec<u8>]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        for record in records {
            let sealed = self.key.seal(self.sort, record);
            let sealed = sealed.ok_or_else(|| io::Error::other("there are no random bytes"))?;
            text.extend_from_slice(STANDARD_NO_PAD.encode(sealed).as_bytes());
            text.push(b'\n');
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn open(folder: &Path, key: u8) -> (Records, Vec<Vec<u8>>) {
        Records::open(folder, "uses", MasterKey::new(&[key; 32])).unwrap()
    }

    #[test]
    fn records_come_back_after_a_torn_line_and_by_their_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("desk");
        let (mut records, before) = open(&folder, 1);
        assert!(before.is_empty());
        let texts = ["sokha signed in", "dara exported"].map(|text| text.as_bytes().to_vec());
        records.append(&texts).unwrap();
        let path = folder.join("uses.records");
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(5).any(|window| window == b"sokha"));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let torn = bytes.get(..bytes.len() - 7).unwrap();
        std::fs::write(&path, torn).unwrap();
        let (mut records, left) = open(&folder, 1);
        assert_eq!(left, texts[..1]);
        records.append(&texts[1..]).unwrap();
        assert_eq!(open(&folder, 1).1, texts);
        assert!(open(&folder, 2).1.is_empty());
        records.rewrite(&texts[1..]).unwrap();
        assert_eq!(
            (records.lines(), open(&folder, 1).1),
            (1, texts[1..].to_vec())
        );
    }
}
