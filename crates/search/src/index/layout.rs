//! Numbers and texts as bytes of a segment: LEB128, as in Protocol Buffers, and texts with their length in front.
//!
//! Never here: what they mean.

/// Bits of a number in one byte.
const BITS: u32 = 7;

/// Writes a number.
pub(crate) fn write(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= BITS;
        if number == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Reads a number off the front; none of bytes that are none.
pub(crate) fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Writes a text.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    write(out, u64::try_from(text.len()).unwrap_or(u64::MAX));
    out.extend_from_slice(text.as_bytes());
}

/// Reads a text off the front; none of bytes that are none.
pub(crate) fn read_text<'b>(bytes: &mut &'b [u8]) -> Option<&'b str> {
    let length = usize::try_from(read(bytes)?).ok()?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for number in [0, 1, 127, 128, 300, 1 << 40, u64::MAX] {
            let mut bytes = Vec::new();
            write(&mut bytes, number);
            assert_eq!(read(&mut bytes.as_slice()), Some(number));
        }
        let mut text = Vec::new();
        write_text(&mut text, "សុខ");
        assert_eq!(read_text(&mut text.as_slice()), Some("សុខ"));
    }

    #[test]
    fn bytes_that_are_none_are_not_read() {
        assert_eq!(read(&mut [0x80; 11].as_slice()), None);
        assert_eq!(read(&mut [].as_slice()), None);
        assert_eq!(read_text(&mut [5, b'a'].as_slice()), None);
    }
}
