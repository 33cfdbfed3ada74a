//! The forms in which names and words are compared.
//!
//! Never here: where they stand.

pub(crate) mod look_alike;
pub(crate) mod name;
pub(crate) mod sound;
pub(crate) mod words;

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// Divides a text where a reader sees a space or a sign between words; apostrophes are left out.
pub(crate) fn parts(text: &str) -> impl Iterator<Item = String> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let between = GeneralCategoryGroup::Punctuation
        .union(GeneralCategoryGroup::Separator)
        .union(GeneralCategoryGroup::Symbol)
        .union(GeneralCategoryGroup::Other);
    let is_apostrophe = |c: &char| matches!(c, '\'' | '’' | 'ʼ' | '`' | 'ʻ');
    let joined: String = text.chars().filter(|c| !is_apostrophe(c)).collect();
    let parts: Vec<String> = joined
        .split(|c| between.contains(categories.get(c)))
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    parts.into_iter()
}
