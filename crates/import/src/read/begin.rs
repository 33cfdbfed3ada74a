//! The first bytes of a file, by which it is told what it is: they are read, and put back.
//!
//! Start at [`first_bytes`].
//!
//! Never here: what they tell.

use std::io::{Cursor, Error as IoError, ErrorKind, Read, Result as IoResult};

/// Reads at most so many bytes; returns them, and all of the file. Where it cannot be read on behind some, the error comes
/// behind these: what stands before it is good.
///
/// # Errors
/// The error of a file of which nothing can be read.
pub(super) fn first_bytes(
    mut bytes: Box<dyn Read + Send>,
    count: u64,
) -> IoResult<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut first = Vec::new();
    let rest: Box<dyn Read + Send> = match (&mut bytes).take(count).read_to_end(&mut first) {
        Ok(_) => bytes,
        Err(error) if first.is_empty() => return Err(error),
        Err(error) => Box::new(Broken(Some(error))),
    };
    let whole = Cursor::new(first.clone()).chain(rest);
    Ok((first, Box::new(whole)))
}

/// Where a file cannot be read on.
struct Broken(Option<IoError>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> IoResult<usize> {
        Err(self
            .0
            .take()
            .unwrap_or_else(|| ErrorKind::UnexpectedEof.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_comes_behind_what_could_be_read() {
        let broken = |bytes: &'static [u8]| -> Box<dyn Read + Send> {
            Box::new(bytes.chain(Broken(Some(ErrorKind::InvalidData.into()))))
        };
        assert!(first_bytes(broken(b""), 8).is_err());
        for count in [2, 3, 8] {
            let (first, mut whole) = first_bytes(broken(b"abc"), count).unwrap();
            assert_eq!(first.len(), 3.min(usize::try_from(count).unwrap()));
            let mut read = Vec::new();
            let error = whole.read_to_end(&mut read).unwrap_err();
            assert_eq!(
                (read.as_slice(), error.kind()),
                (&b"abc"[..], ErrorKind::InvalidData)
            );
        }
    }
}
