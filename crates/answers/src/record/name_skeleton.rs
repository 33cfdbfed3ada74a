//! The skeleton of a name: a phonetic key that different spellings of one name mostly share.
//!
//! Start at [`skeleton`].
//!
//! Never here: who bears a name.

/// The fewest letters of a skeleton that stands for several spellings; below it, a name stands for
/// itself. A bound of ours.
const SKELETON_CHARS_MIN: usize = 5;

/// Returns a name in lower case, with single spaces.
pub(super) fn normalize(name: &str) -> String {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// Returns the skeleton of a normalized name: its words in alphabetical order, each without vowels,
/// vowel signs, `h` and doubled letters after the first letter. A name whose skeleton has fewer than
/// [`SKELETON_CHARS_MIN`] letters is its own skeleton. A rule of ours.
pub(super) fn skeleton(name: &str) -> String {
    let mut words: Vec<String> = name.split(' ').map(consonants).collect();
    words.sort();
    let skeleton = words.join(" ");
    if skeleton.chars().count() < SKELETON_CHARS_MIN {
        return name.to_owned();
    }
    skeleton
}

/// Returns the letters of a word that a skeleton keeps.
fn consonants(word: &str) -> String {
    let is_vowel = |c: char| {
        // The vowels, vowel signs and marks of Khmer; Unicode, block Khmer.
        ('\u{17b4}'..='\u{17d3}').contains(&c) || "aeiouyhаеёиоуыэюяйьъ".contains(c)
    };
    let mut letters = String::new();
    for letter in word.chars().filter(|c| c.is_alphanumeric()) {
        let first = letters.is_empty();
        if first || (!is_vowel(letter) && !letters.ends_with(letter)) {
            letters.push(letter);
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_writing_a_name_have_one_skeleton() {
        let alike = |a: &str, b: &str| skeleton(&normalize(a)) == skeleton(&normalize(b));
        for (a, b) in [
            ("Sok  Dara", "SOK dara"),
            ("Long Chanthou", "Long Chantou"),
            ("Heng Raksmey", "Reaksmey Heng"),
            ("ឡុង ចន្ធូ", "ឡុង ចាន់ធូ"),
            ("Сергей Петров", "Сергеи Петров"),
        ] {
            assert!(alike(a, b), "{a}, {b}");
        }
        for (a, b) in [
            ("Sok Dara", "Sok Dany"),
            ("Ly A", "Ly E"),
            ("Heng Raksmey", "Heng"),
        ] {
            assert!(!alike(a, b), "{a}, {b}");
        }
    }
}
