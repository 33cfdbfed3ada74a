//! How a file's texts are written: UTF-8, or another encoding that is said, marked or found out. What
//! comes out is UTF-8.
//!
//! Start at [`decode`]: a mark at the beginning goes before what the mapping says, that before what a page declares, and
//! that before what is found out. What is found out is said in the report; what is not sure is not guessed: the
//! file is then read as UTF-8 and its other lines are rejected.
//!
//! Never here: lines and cells.

use std::io::{BufRead, BufReader, ErrorKind, Read, Result as IoResult};
use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    CoderResult, Decoder, Encoding, ISO_8859_2, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250,
    WINDOWS_1252, WINDOWS_1254, WINDOWS_1257, WINDOWS_1258,
};

use super::sort::{Sort, sort};
use super::{begin, html};
use crate::Error;
use crate::error::quoted;

/// Bytes read from the file at once.
pub(super) const BUFFER_BYTES: usize = 256 * 1024;

/// The bytes by which an encoding is found out: the head of a file.
const HEAD_BYTES: usize = 1 << 20;

/// The bytes by which it is told what a text is.
const BEGIN_BYTES: usize = 256;

/// The bytes in which a page declares its encoding. Source: the HTML standard, "prescan a byte stream to determine its
/// encoding".
const DECLARED_BYTES: usize = 1_024;

/// The fewest bytes beyond ASCII by which an encoding is found out; fewer may be a slip.
const OTHER_BYTES_MIN: usize = 4;

/// Of so many bytes of UTF-16 at least one is a zero: a separator, a digit or an end of a line among 32 characters.
const ZERO_SHARE: usize = 64;

/// Labels of encodings, one of each, for whoever looks for one. Source: the WHATWG's Encoding Standard.
pub(crate) const ENCODINGS: [&str; 39] = [
    "utf-8",
    "utf-16le",
    "utf-16be",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-8-i",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "ibm866",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "x-mac-cyrillic",
    "gbk",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-jp",
    "iso-2022-jp",
    "euc-kr",
    "x-user-defined",
];

/// Whether a label is one of an encoding.
pub(crate) fn is_encoding(label: &str) -> bool {
    Encoding::for_label(label.as_bytes()).is_some()
}

/// How a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// As UTF-8: what is not is found line by line.
    Utf8,
    /// In the encoding of this name: what was no character became U+FFFD.
    Other(&'static str),
}

/// A file as UTF-8.
pub(super) struct Decoded {
    pub(super) bytes: Box<dyn Read + Send>,
    pub(super) written: Written,
    /// What was found out, for the report.
    pub(super) found: Option<String>,
}

/// Makes UTF-8 of a file, by the encoding that is `said`, or found out.
///
/// # Errors
/// [`Error::Io`]; [`Error::Wrong`] for a name that is no encoding's.
pub(super) fn decode(
    bytes: Box<dyn Read + Send>,
    said: Option<&str>,
    path: &Path,
    name: &str,
) -> Result<Decoded, Error> {
    let limit = u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX);
    let first = begin::first_bytes(bytes, limit);
    let (head, mut bytes) = first.map_err(|source| Error::Io {
        path: path.to_owned(),
        doing: "read",
        source,
    })?;
    let whole = head.len() < HEAD_BYTES;
    let (encoding, found) = match (said, Encoding::for_bom(&head)) {
        (_, Some((encoding, _))) => (encoding, None),
        (Some(label), None) => (named(label)?, None),
        (None, None) => {
            let declared = declared(&head, name, whole);
            let encoding = declared.unwrap_or_else(|| find(&head, whole));
            let on_word = declared.map_or("", |_| ", as the page says");
            let found = (encoding != UTF_8).then(|| {
                format!(
                    "{name} is read in the encoding {}{on_word}",
                    encoding.name()
                )
            });
            (encoding, found)
        }
    };
    let mark = Encoding::for_bom(&head).map_or(0, |(_, length)| length);
    // They are the first of what is in hand.
    let mut passed = vec![0; mark];
    bytes.read_exact(&mut passed).map_err(|source| Error::Io {
        path: path.to_owned(),
        doing: "read",
        source,
    })?;
    Ok(if encoding == UTF_8 {
        Decoded {
            bytes,
            written: Written::Utf8,
            found,
        }
    } else {
        Decoded {
            bytes: Box::new(Transcoded::new(bytes, encoding)),
            written: Written::Other(encoding.name()),
            found,
        }
    })
}

/// Returns the first bytes of a text, and all of them.
pub(super) fn begin(bytes: Box<dyn Read + Send>) -> IoResult<(Vec<u8>, Box<dyn Read + Send>)> {
    // Not taken off and put back: what reads the lines looks at the first buffer for their ends.
    let mut held = BufReader::with_capacity(BUFFER_BYTES, bytes);
    let begin = held.fill_buf()?.iter().take(BEGIN_BYTES).copied().collect();
    Ok((begin, Box::new(held)))
}

fn named(label: &str) -> Result<&'static Encoding, Error> {
    Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        Error::wrong(format!(
            "encoding {label} is not known; e.g. utf-8, utf-16le, windows-1251, windows-1252, koi8-r, \
             gb18030", label = quoted(label)))
    })
}

/// Returns the encoding that a page declares; none of another text, and none where the page says UTF-8 and is not.
fn declared(head: &[u8], name: &str, whole: bool) -> Option<&'static Encoding> {
    if sort(name, head) != Sort::Page {
        return None;
    }
    let label = html::declared(head.get(..DECLARED_BYTES).unwrap_or(head))?;
    let encoding = Encoding::for_label(label.trim().as_bytes())?;
    // Bytes in which a declaration was read are of no encoding of two bytes. Source: the same, "prescan".
    if [UTF_8, UTF_16LE, UTF_16BE].contains(&encoding) {
        return (find(head, whole) == UTF_8).then_some(UTF_8);
    }
    Some(encoding)
}

/// Finds out the encoding: UTF-8 where the bytes are, or where most of those beyond ASCII are.
fn find(head: &[u8], whole: bool) -> &'static Encoding {
    let zeros = |odd: usize| {
        let places = head.iter().skip(odd).step_by(2);
        places.filter(|byte| **byte == 0).count()
    };
    // No text has a zero byte, but the ASCII characters of UTF-16 have one each, always on the same side: at
    // least its separators and the ends of its lines.
    match (zeros(0), zeros(1)) {
        (0, odd) if is_wide(head, odd, [b'\n', 0]) => return UTF_16LE,
        (even, 0) if is_wide(head, even, [0, b'\n']) => return UTF_16BE,
        // A slip among bytes of another encoding: the row that it stands in is rejected.
        (_, _) => {}
    }
    let (mut valid, mut invalid) = (0_usize, 0_usize);
    for chunk in head.utf8_chunks() {
        valid += chunk
            .valid()
            .bytes()
            .filter(|byte| !byte.is_ascii())
            .count();
        invalid += chunk.invalid().len();
    }
    // The head may end in the middle of a character.
    if !whole && invalid <= 3 {
        invalid = 0;
    }
    if invalid == 0 || valid > invalid || invalid + valid < OTHER_BYTES_MIN {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, whole);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let is_western = [
        WINDOWS_1250,
        WINDOWS_1252,
        WINDOWS_1254,
        WINDOWS_1257,
        WINDOWS_1258,
        ISO_8859_2,
    ]
    .contains(&guess);
    match is_western && is_mac_roman(head) {
        true => MACINTOSH,
        false => guess,
    }
}

/// Bytes that are small letters with accents in Mac Roman, and in the encodings of Windows none that stands within a word:
/// signs, capital letters, or nothing. Source: the WHATWG's indices of macintosh, windows-1250 and windows-1252.
const MAC_LETTERS: [u8; 15] = [
    0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x95, 0x98, 0x99, 0x9d, 0x9f,
];

/// Those among them that in the encodings of Windows end no word either: capital letters, or nothing.
const MAC_LAST_LETTERS: [u8; 7] = [0x8a, 0x8d, 0x8e, 0x8f, 0x90, 0x9d, 0x9f];

/// So many such bytes are needed, and more of them than of letters of Windows.
const MAC_LETTERS_MIN: usize = 2;

/// Whether bytes are of Mac Roman, which the library that finds encodings does not know: by what stands between letters of
/// ASCII, or behind a small one at the end of a word.
fn is_mac_roman(head: &[u8]) -> bool {
    let (mut of_mac, mut of_windows) = (0, 0);
    for window in head.windows(3) {
        let [before, byte, behind] = window else {
            continue;
        };
        let is_inside = before.is_ascii_alphabetic() && behind.is_ascii_lowercase();
        let is_last =
            before.is_ascii_lowercase() && behind.is_ascii() && !behind.is_ascii_alphabetic();
        let is_of_mac = (is_inside && MAC_LETTERS.contains(byte))
            || (is_last && MAC_LAST_LETTERS.contains(byte));
        of_mac += usize::from(is_of_mac);
        // An apostrophe of Mac Roman is a letter of Windows.
        let is_letter = *byte >= 0xc0 && *byte != 0xd5;
        of_windows += usize::from((is_inside || is_last) && is_letter);
    }
    of_mac >= MAC_LETTERS_MIN && of_mac > of_windows
}

/// Whether so many zero bytes on one side are those of UTF-16, which writes the end of a line as `end`.
fn is_wide(head: &[u8], zeros: usize, end: [u8; 2]) -> bool {
    let has_ends = head.chunks_exact(2).any(|pair| pair == end);
    zeros > 0 && zeros * ZERO_SHARE >= head.len() && (has_ends || !head.contains(&b'\n'))
}

/// Bytes in one encoding, read as UTF-8.
struct Transcoded<R> {
    from: R,
    decoder: Decoder,
    input: Vec<u8>,
    /// What of the input is not read yet: from here to its end.
    begin: usize,
    ended: bool,
    output: Vec<u8>,
    given: usize,
}

impl<R: Read> Transcoded<R> {
    fn new(from: R, encoding: &'static Encoding) -> Self {
        Self {
            from,
            decoder: encoding.new_decoder_without_bom_handling(),
            input: Vec::new(),
            begin: 0,
            ended: false,
            output: Vec::new(),
            given: 0,
        }
    }

    /// Fills the output; it stays empty at the end.
    fn fill(&mut self) -> IoResult<()> {
        self.output.clear();
        self.given = 0;
        let mut done = self.ended;
        while self.output.is_empty() && !done {
            self.input.resize(BUFFER_BYTES, 0);
            let count = match self.from.read(&mut self.input) {
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.input.truncate(count);
            self.begin = 0;
            done = count == 0;
            self.ended = done;
            let mut text = String::with_capacity(count.saturating_mul(3) + 16);
            loop {
                let rest = self.input.get(self.begin..).unwrap_or_default();
                let (result, read, _) = self.decoder.decode_to_string(rest, &mut text, done);
                self.begin += read;
                if result == CoderResult::InputEmpty {
                    break;
                }
                text.reserve(1024);
            }
            self.output = text.into_bytes();
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        if self.given == self.output.len() {
            self.fill()?;
        }
        let rest = self.output.get(self.given..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(rest) {
            *to = *from;
        }
        self.given += count;
        Ok(count)
    }
}
