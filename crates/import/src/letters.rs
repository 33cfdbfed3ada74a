//! Letters in one form: files of some programs have `é` as two characters, and it is one letter.
//!
//! Never here: names as people search for them (crate `search`).

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Composes the letters of a text (Unicode's NFC), of which a key or an id is made.
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}
