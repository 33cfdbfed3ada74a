//! Cosignatures: what a witness signs when it has seen that a log only grew.
//!
//! "As of this time, this is the largest tree of this log that I know, and it continues all I
//! knew." Source: C2SP tlog-cosignature, cosignature/v1, type 0x04.
//!
//! Never here: the check that a log only grew; see `witness`.

use crate::error::Malformed;
use crate::key::{Role, SIGNATURE_BYTES, Signer, Verifier};
use crate::note::Line;

/// Returns the bytes that a cosigner signs.
fn message(text: &str, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// Cosigns the text of a checkpoint at `time`, in seconds since 1970.
///
/// # Errors
/// [`Malformed`] for a log's key, and for a time of zero.
pub fn cosign(key: &Signer, text: &str, time: u64) -> Result<Line, Malformed> {
    if key.verifier().role() != Role::Cosigner || time == 0 {
        return Err(Malformed::new(
            "cosignature",
            1,
            "a cosigner's key, of type 4, and a time after 1970",
        ));
    }
    let mut signature = time.to_be_bytes().to_vec();
    signature.extend(key.sign(&message(text, time)));
    Ok(Line {
        name: key.verifier().name().to_owned(),
        id: key.verifier().id(),
        signature,
    })
}

/// Returns when a cosigner signed, if it did.
pub(crate) fn time(text: &str, line: &Line, key: &Verifier) -> Option<u64> {
    let (time, signature) = line.signature.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    let holds = time > 0
        && signature.len() == SIGNATURE_BYTES
        && key.is_signed(&message(text, time), signature);
    holds.then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::sha256;
    use crate::note::Note;
    use crate::vectors::{TESSERA_3, TESSERA_SKEY};

    #[test]
    fn a_cosignature_is_made_as_others_make_it() {
        let seed = sha256(b"test witness 1");
        let key = Signer::new("w1.example/cosigner", Role::Cosigner, &seed).unwrap();
        let note = Note::parse(TESSERA_3.as_bytes()).unwrap();
        let line = cosign(&key, note.text(), 1_607_558_400).unwrap();
        assert_eq!(line, note.lines()[1]);
        assert_eq!(
            time(note.text(), &line, key.verifier()),
            Some(1_607_558_400)
        );
    }

    #[test]
    fn another_time_or_text_is_not_what_was_signed() {
        let key = Signer::new("w1.example", Role::Cosigner, &[7; 32]).unwrap();
        let line = cosign(&key, "text\n", 5).unwrap();
        assert_eq!(time("text\n", &line, key.verifier()), Some(5));
        assert_eq!(time("texts\n", &line, key.verifier()), None);
        for byte in 0..line.signature.len() {
            let mut other = line.clone();
            other.signature[byte] ^= 0x10;
            assert_eq!(time("text\n", &other, key.verifier()), None);
        }
        let mut short = line.clone();
        short.signature.pop();
        assert_eq!(time("text\n", &short, key.verifier()), None);
        assert!(cosign(&key, "text\n", 0).is_err());
        assert!(cosign(&TESSERA_SKEY.parse().unwrap(), "text\n", 5).is_err());
    }
}
