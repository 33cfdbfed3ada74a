//! What happened by a list, and which of its columns of days says when: by the words of headers.
//!
//! Start at [`kind`] and [`day_rank`]. A list of arrests has days of releases and of entries too: these are not its own.
//!
//! Never here: cells.

use super::words::{Role, role};

/// Words of what happened, by kind.
const KINDS: [(&str, &[&str]); 3] = [
    (
        "arrest",
        &[
            "arrest",
            "detention",
            "detained",
            "prisoner",
            "задержан",
            "арест",
            "ចាប់ខ្លួន",
            "จับกุม",
            "逮捕",
            "被捕",
            "拘",
            "اعتقال",
            "بازداشت",
        ],
    ),
    (
        "death",
        &[
            "death",
            "killed",
            "died",
            "убит",
            "погиб",
            "ស្លាប់",
            "死亡",
            "وفاة",
            "قتل",
        ],
    ),
    (
        "disappearance",
        &["disappear", "missing", "исчез", "បាត់ខ្លួន", "失踪", "اختفاء"],
    ),
];

/// Words of what happens later, of days and of categories, by kind; those of [`KINDS`] come last.
const LATER: [(&str, &[&str]); 3] = [
    (
        "release",
        &[
            "release",
            "freed",
            "discharge",
            "освобожд",
            "отпущ",
            "ដោះលែង",
            "ปล่อย",
            "释放",
            "获释",
            "إفراج",
            "الإفراج",
            "إطلاق",
            "آزادی",
            "liberación",
        ],
    ),
    ("sentence", &["sentence", "приговор", "判决", "判刑"]),
    ("hearing", &["hearing", "trial", "开庭"]),
];

/// Words of categories, beside those of [`KINDS`].
const CATEGORIES: [(&str, &[&str]); 4] = [
    ("assault", &["attack", "assault", "beaten", "избит"]),
    ("summons", &["subpoena", "summons", "повестк"]),
    ("search", &["search", "seizure", "обыск"]),
    ("threat", &["threat", "угроз"]),
];

/// What a column of categories is called.
const CATEGORY_NAMES: [&str; 22] = [
    "category",
    "categories",
    "event",
    "what happened",
    "violation",
    "событие",
    "что произошло",
    "что случилось",
    "нарушени",
    "ព្រឹត្តិការណ៍",
    "เหตุการณ์",
    "事件",
    "الحدث",
    "رویداد",
    "incident type",
    "категор",
    "ប្រភេទ",
    "ประเภท",
    "类型",
    "类别",
    "نوع",
    "تصنيف",
];

/// Words of days on which something is to end, which are of no event.
const ENDS: [&str; 6] = ["until", "end", "ends", "ended", "to", "оконч"];

/// Words of days that are no list's own: of how it ended, and of how it was written down.
const OTHER_DAYS: [&str; 31] = [
    "release",
    "freed",
    "discharge",
    "until",
    "end",
    "ended",
    "to",
    "entry",
    "updated",
    "modified",
    "trial",
    "hearing",
    "sentence",
    "verdict",
    "court",
    "escape",
    "освобожд",
    "отпущ",
    "оконч",
    "суд",
    "приговор",
    "обновл",
    "ដោះលែង",
    "ปล่อย",
    "释放",
    "获释",
    "إفراج",
    "الإفراج",
    "إطلاق",
    "آزادی",
    "liberación",
];

/// The shortest word that is looked for inside of others.
const INSIDE_CHARACTERS_MIN: usize = 5;

/// Returns the kind of event that a file is probably a list of, by its name and header.
pub(super) fn kind(texts: &str) -> Option<&'static str> {
    let lower = texts.to_lowercase();
    let found = KINDS
        .iter()
        .find(|(_, words)| words.iter().any(|word| lower.contains(word)));
    found.map(|(kind, _)| *kind)
}

/// Returns the kind of event that a column of days is called a day of; none of births, entries and ends.
pub(super) fn kind_of_day(header: &str) -> Option<&'static str> {
    if !matches!(role(header), None | Some(Role::Day | Role::Count)) {
        return None;
    }
    let lower = header.to_lowercase();
    let mut tokens = lower.split(|c: char| !c.is_alphanumeric());
    if tokens.any(|token| ENDS.contains(&token)) {
        return None;
    }
    let later = LATER
        .iter()
        .find(|(_, words)| words.iter().any(|word| lower.contains(word)));
    later.map(|(kind, _)| *kind).or_else(|| kind(&lower))
}

/// Whether a column is called one of categories.
pub(super) fn names_categories(header: &str) -> bool {
    let lower = header.to_lowercase();
    CATEGORY_NAMES.iter().any(|word| lower.contains(word))
}

/// Returns the kind of event that a category is called.
pub(super) fn kind_of_category(category: &str) -> Option<&'static str> {
    let lower = category.to_lowercase();
    // Who is released from detention is released.
    let found = CATEGORIES
        .iter()
        .chain(&LATER)
        .find(|(_, words)| words.iter().any(|word| lower.contains(word)));
    found.map(|(kind, _)| *kind).or_else(|| kind(&lower))
}

/// How surely a column of days is of when something of a kind happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DayRank {
    /// It is the day of something else.
    Other,
    /// It is a day.
    Day,
    /// It is called a day of this kind.
    Own,
}

/// Ranks a column of days by its header; none for what is called otherwise.
pub(super) fn day_rank(header: &str, of: &str) -> Option<DayRank> {
    let role = role(header);
    if !matches!(role, None | Some(Role::Day | Role::Count)) {
        return None;
    }
    let lower = header.to_lowercase();
    let tokens: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    let other = OTHER_DAYS.iter().any(|word| {
        let inside = !word.is_ascii() || word.len() >= INSIDE_CHARACTERS_MIN;
        tokens.contains(word) || inside && lower.contains(word)
    });
    let named = kind(&lower);
    match (other, named, role) {
        (true, _, _) => Some(DayRank::Other),
        (false, Some(kind), _) if kind == of => Some(DayRank::Own),
        (false, Some(_), _) => Some(DayRank::Other),
        (false, None, Some(Role::Day)) => Some(DayRank::Day),
        (false, None, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_of_what_it_is_called_in_any_column_of_what_happened() {
        for header in [
            "what happened",
            "Событие",
            "Category",
            "事件",
            "type of event",
        ] {
            assert!(names_categories(header), "{header}");
        }
        for (category, expected) in [
            ("arrested", Some("arrest")),
            ("released from detention", Some("release")),
            ("beaten", Some("assault")),
            ("задержание", Some("arrest")),
            ("освобождение", Some("release")),
            ("释放", Some("release")),
            ("other", None),
        ] {
            assert_eq!(kind_of_category(category), expected, "{category}");
        }
    }

    #[test]
    fn a_day_of_something_else_is_not_that_of_the_arrest() {
        for (header, expected) in [
            ("date", Some(DayRank::Day)),
            ("Дата", Some(DayRank::Day)),
            ("Дата задержания", Some(DayRank::Own)),
            ("detained on", Some(DayRank::Own)),
            ("arrest_date", Some(DayRank::Own)),
            ("ថ្ងៃចាប់ខ្លួន", Some(DayRank::Own)),
            ("被捕日期", Some(DayRank::Own)),
            ("تاريخ الاعتقال", Some(DayRank::Own)),
            ("release date", Some(DayRank::Other)),
            ("date released", Some(DayRank::Other)),
            ("Дата освобождения", Some(DayRank::Other)),
            ("ថ្ងៃដោះលែង", Some(DayRank::Other)),
            ("entry date", Some(DayRank::Other)),
            ("end of detention", Some(DayRank::Other)),
            ("date of death", Some(DayRank::Other)),
            ("date of birth", None),
            ("updated", Some(DayRank::Other)),
            ("town", None),
        ] {
            assert_eq!(day_rank(header, "arrest"), expected, "{header}");
        }
        assert_eq!(day_rank("date of death", "death"), Some(DayRank::Own));
    }
}
