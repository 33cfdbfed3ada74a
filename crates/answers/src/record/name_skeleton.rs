//! The skeleton of a name: a phonetic key that different spellings of one name mostly share.
//!
//! Start at [`skeleton`].
//!
//! Never here: which signs look alike (crate [`search`]), and who bears a name.

/// The fewest letters of a skeleton that stands for several spellings; below it, a name stands for
/// itself. A bound of ours.
const SKELETON_CHARS_MIN: usize = 5;

/// Returns a name as it is compared and shown: in lower case, with single spaces, its signs composed and
/// in one order, without those that cannot be seen.
pub(super) fn normalize(name: &str) -> String {
    let name = search::canonical(name);
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// Returns the skeleton of a normalized name: its words in alphabetical order, each without marks, vowels,
/// vowel signs, `h` and doubled letters after the first letter, letters that look alike taken for one. A
/// name whose skeleton has fewer than [`SKELETON_CHARS_MIN`] letters has all its letters. A rule of ours.
pub(super) fn skeleton(name: &str) -> String {
    let name = search::folded(name);
    let mut words: Vec<String> = name.split(' ').map(consonants).collect();
    words.sort();
    let skeleton = words.join(" ");
    if skeleton.chars().count() < SKELETON_CHARS_MIN {
        return name;
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
            ("José Pérez", "Jose Perez"),
            ("Nguyễn Văn Đức", "Nguyen Van Duc"),
            ("Łukasz Öztürk", "Lukasz Ozturk"),
            ("Иванов Пётр", "Ивaнoв Петр"),
            ("Sok Dara", "Sоk Dаrа"),
            ("أحمد مثال", "احمد مثال"),
            ("مُحَمَّد علي", "محمد علی"),
            ("کریم فاطمة", "كريم فاطمه"),
        ] {
            assert!(alike(a, b), "{a}, {b}");
        }
        for (a, b) in [
            ("Sok Dara", "Sok Dany"),
            ("Ly A", "Ly E"),
            ("Heng Raksmey", "Heng"),
            ("علي حسن", "علي حسين"),
        ] {
            assert!(!alike(a, b), "{a}, {b}");
        }
    }

    #[test]
    fn names_that_differ_in_signs_that_cannot_be_told_apart_are_one_name() {
        for (a, b) in [
            ("Jos\u{e9}", "Jose\u{301}"),
            ("\u{623}حمد", "\u{627}\u{654}حمد"),
            ("ស្រី", "សី\u{17d2}រ"),
            ("Sok Dara", "Sok\u{200b} Da\u{200d}ra\u{feff}"),
            ("Ｓｏｋ Ｄａｒａ", "Sok Dara"),
            ("עלי", "\u{200f}עלי"),
            ("محمد", "محـمد"),
        ] {
            assert_eq!(normalize(a), normalize(b), "{a}, {b}");
        }
    }
}
