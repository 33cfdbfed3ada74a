//! What a file is, by its first bytes, and what lies in it: gzip and zip are unpacked, workbooks told apart.
//!
//! Start at [`unpack`]. What is unpacked is counted as it comes out, whatever the archive says of its size.
//!
//! Never here: cells.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use tempfile::SpooledTempFile;
use zip::ZipArchive;

use super::encoding::BUFFER_BYTES;
use super::format::Format;
use super::{begin, limits, repeats};
use crate::Error;
use crate::error::quoted;

/// A file, or what lay in it.
pub(super) enum Content {
    /// A text in some encoding.
    Text(Box<dyn Read + Send>),
    Xlsx(Vec<u8>),
    Xls(Vec<u8>),
    Ods(Vec<u8>),
}

/// What a content is called: the file's name, and the member's behind it.
pub(super) struct Named {
    /// How many bytes of the file are read so far, and how many it has.
    pub(super) read: (Arc<AtomicU64>, u64),
    pub(super) content: Content,
    pub(super) name: String,
}

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZIP: &[u8] = b"PK\x03\x04";
/// Bytes by which an archive or a workbook is known.
const HEAD_BYTES: u64 = 8;

/// Bytes of an archive, or of a file in one, up to which it is kept in memory and not in a temporary file.
const SPOOLED_IN_MEMORY_BYTES: usize = 16 << 20;

const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Opens a file and what lies in it.
///
/// # Errors
/// [`Error::Io`]; [`Error::Wrong`] for an archive that cannot be read or in which it is not clear what to
/// read; [`Error::Limit`].
pub(super) fn unpack(path: &Path, format: &Format) -> Result<Named, Error> {
    let io = |source| Error::Io {
        path: path.to_owned(),
        doing: "read",
        source,
    };
    let name = path
        .file_name()
        .map_or_else(String::new, |n| n.to_string_lossy().into_owned())
        // It is shown on terminals and written into reports.
        .replace(char::is_control, "\u{fffd}");
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let read = Arc::new(AtomicU64::new(0));
    let counted = Counted {
        file,
        read: Arc::clone(&read),
    };
    let read = (read, size);
    let mut bytes: Box<dyn Read + Send> = Box::new(BufReader::with_capacity(BUFFER_BYTES, counted));
    let mut named = name;
    for _ in 0..=limits::PACKINGS_MAX {
        let (head, whole) = begin::first_bytes(bytes, HEAD_BYTES).map_err(io)?;
        if head.starts_with(GZIP) {
            bytes = Box::new(MultiGzDecoder::new(whole));
        } else if head.starts_with(ZIP) {
            let limit = limits::SPOOLED_BYTES_MAX;
            let packed = spool(whole, limit, &named).map_err(|e| e.or(io))?;
            match archive(packed, &named, format)? {
                Member::Workbook(content) => {
                    return Ok(Named {
                        read,
                        content,
                        name: named,
                    });
                }
                Member::File(member, file) => {
                    named = format!("{named}/{member}");
                    bytes = file;
                }
            }
        } else if head == COMPOUND {
            let content = Content::Xls(hold(whole, &named).map_err(|e| e.or(io))?);
            return Ok(Named {
                read,
                content,
                name: named,
            });
        } else {
            let content = Content::Text(whole);
            return Ok(Named {
                read,
                content,
                name: named,
            });
        }
    }
    Err(Error::Limit {
        code: "I0104",
        what: format!(
            "{named}: an archive in an archive, more than {} deep",
            limits::PACKINGS_MAX
        ),
    })
}

/// A file of which it is counted how much is read.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        let more = u64::try_from(count).unwrap_or(u64::MAX);
        self.read.fetch_add(more, Ordering::Relaxed);
        Ok(count)
    }
}

/// Why a content could not be held.
pub(super) enum Unheld {
    Io(std::io::Error),
    Refused(Error),
}

impl Unheld {
    /// Makes the error.
    pub(super) fn or(self, io: impl Fn(std::io::Error) -> Error) -> Error {
        match self {
            Self::Io(source) => io(source),
            Self::Refused(error) => error,
        }
    }
}

/// Reads all of a content, if it is not too large.
pub(super) fn hold(from: impl Read, file: &str) -> Result<Vec<u8>, Unheld> {
    let mut held = Vec::new();
    let count = from
        .take(limits::UNPACKED_BYTES_MAX + 1)
        .read_to_end(&mut held)
        .map_err(Unheld::Io)?;
    if u64::try_from(count).unwrap_or(u64::MAX) > limits::UNPACKED_BYTES_MAX {
        return Err(Unheld::Refused(limits::unpacked(file)));
    }
    Ok(held)
}

/// Reads all of a content into a temporary file, if it is not too large; a small one into memory.
fn spool(from: impl Read, bytes_max: u64, file: &str) -> Result<SpooledTempFile, Unheld> {
    let mut spooled = SpooledTempFile::new(SPOOLED_IN_MEMORY_BYTES);
    let count = std::io::copy(&mut from.take(bytes_max + 1), &mut spooled).map_err(Unheld::Io)?;
    if count > bytes_max {
        return Err(Unheld::Refused(limits::spooled(file, bytes_max)));
    }
    spooled.seek(SeekFrom::Start(0)).map_err(Unheld::Io)?;
    Ok(spooled)
}

enum Member {
    Workbook(Content),
    /// A file by its name.
    File(String, Box<dyn Read + Send>),
}

fn archive(mut packed: SpooledTempFile, file: &str, format: &Format) -> Result<Member, Error> {
    let wrong = |error: &dyn std::fmt::Display| {
        Error::wrong(format!("{file} is an archive that cannot be read: {error}"))
    };
    let mut zip = ZipArchive::new(&mut packed).map_err(|e| wrong(&e))?;
    if zip.len() > limits::MEMBERS_MAX {
        return Err(Error::Limit {
            code: "I0104",
            what: format!("{file} holds more than {} files", limits::MEMBERS_MAX),
        });
    }
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.map(std::borrow::Cow::into_owned))
        .collect::<Result<_, _>>()
        .map_err(|e| wrong(&e))?;
    let has = |name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let (sheet, ods) = (
        has("xl/workbook.xml"),
        has("content.xml") && has("mimetype"),
    );
    if sheet || ods {
        measure(&mut zip, file)?;
        if ods {
            let content = zip.by_name("content.xml").map_err(|e| wrong(&e))?;
            repeats::check(BufReader::new(content), file)?;
        }
        drop(zip);
        packed.seek(SeekFrom::Start(0)).map_err(|e| wrong(&e))?;
        let bytes = hold(packed, file).map_err(|e| e.or(|error| wrong(&error)))?;
        return Ok(Member::Workbook(if sheet {
            Content::Xlsx(bytes)
        } else {
            Content::Ods(bytes)
        }));
    }
    if has("xl/workbook.bin") {
        return Err(Error::wrong(format!(
            "{file} is an XLSB workbook: save it as XLSX or CSV"
        )));
    }
    let name = member(&names, file, format)?;
    let entry = zip.by_name(&name).map_err(|e| wrong(&e))?;
    let spooled = spool(entry, limits::SPOOLED_BYTES_MAX, file);
    let spooled = spooled.map_err(|e| e.or(|error| wrong(&error)))?;
    Ok(Member::File(name, Box::new(spooled)))
}

/// Finds the member that the mapping says, or the only file that is no leaving of a program.
fn member(names: &[String], file: &str, format: &Format) -> Result<String, Error> {
    let files: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| {
            let last = name.rsplit('/').next().unwrap_or("");
            !last.is_empty() && !last.starts_with('.') && !name.starts_with("__MACOSX/")
        })
        .collect();
    let list = || files.join(", ");
    match (&format.member, &files[..]) {
        (Some(said), _) if files.contains(&said.as_str()) => Ok(said.clone()),
        (Some(said), _) => Err(Error::wrong(format!(
            "{file} has no member {said}; it has {}",
            list(),
            said = quoted(said)
        ))),
        (None, [name]) => Ok((*name).to_owned()),
        (None, []) => Err(Error::wrong(format!("{file} is an archive without a file"))),
        (None, [..]) => Err(Error::wrong(format!(
            "{file} holds several files: say [files] member = one of {}",
            list()
        ))),
    }
}

/// Unpacks each member of a workbook once, to see how large it really is before a library holds it.
fn measure<R: Read + Seek>(zip: &mut ZipArchive<R>, file: &str) -> Result<(), Error> {
    let mut left = limits::UNPACKED_BYTES_MAX;
    for place in 0..zip.len() {
        let member = zip.by_index(place).map_err(|error| {
            Error::wrong(format!("{file} is a workbook that cannot be read: {error}"))
        })?;
        // Pictures are never unpacked by what reads the sheets.
        let name = String::from_utf8_lossy(member.name_raw()).to_ascii_lowercase();
        if ![".xml", ".rels", ".bin"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            continue;
        }
        let count =
            std::io::copy(&mut member.take(left + 1), &mut std::io::sink()).map_err(|error| {
                Error::wrong(format!("{file} is a workbook that cannot be read: {error}"))
            })?;
        left = left
            .checked_sub(count)
            .ok_or_else(|| limits::unpacked(file))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_larger_than_its_bound_is_refused_and_all_else_is_read_from_its_beginning() {
        let Ok(mut spooled) = spool(&b"abc"[..], 3, "t.zip") else {
            panic!("it is not larger");
        };
        let mut text = String::new();
        spooled.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
        let Err(Unheld::Refused(error)) = spool(&b"abcd"[..], 3, "t.zip") else {
            panic!("it is larger");
        };
        let told = error.to_string();
        assert!(
            told.starts_with("I0106: t.zip has more than 3 bytes"),
            "{told}"
        );
    }
}
