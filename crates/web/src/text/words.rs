//! Words: the catalogues of what pages say, one file a language.
//!
//! Start at [`Catalogues::load`]. English and Khmer are built in (`crates/web/words/*.toml`); a
//! file `words/<language>.toml` in the operator's folder of pages adds a language, or replaces
//! words of one, without any code. What a catalogue leaves out is said in English.
//! How a file looks: docs/guides/page.md, Languages.
//!
//! Never here: what is said about what, and HTML.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use event::Day;
use serde::Deserialize;

/// The catalogues that are built in; the first is the one that others fall back on.
const BUILT_IN: &[&str] = &[
    include_str!("../../words/en.toml"),
    include_str!("../../words/km.toml"),
];

/// Why a catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// The file or its folder cannot be read.
    #[error("{path} could not be read")]
    File {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not a catalogue.
    #[error("{name} is not a catalogue: {source}")]
    Form {
        /// The file.
        name: String,
        /// Why.
        source: Box<toml::de::Error>,
    },
}

/// A catalogue as its file says it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: Language,
    #[serde(default)]
    words: BTreeMap<String, Phrase>,
    #[serde(default)]
    labels: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    places: BTreeMap<String, String>,
}

/// What holds of a language as a whole.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// The BCP 47 tag, also the first part of its addresses.
    pub code: String,
    /// The language's own name for itself.
    pub name: String,
    /// `ltr` or `rtl`.
    #[serde(default = "ltr")]
    pub direction: String,
    #[serde(default)]
    thousands: String,
    #[serde(default)]
    digits: String,
    #[serde(default)]
    months: Vec<String>,
    #[serde(default)]
    months_short: Vec<String>,
}

fn ltr() -> String {
    "ltr".into()
}

/// A phrase: one text, or one for each number that needs its own and `other` for the rest.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Phrase {
    One(String),
    Counted(BTreeMap<String, String>),
}

/// The words of one language.
#[derive(Clone, Debug)]
pub struct Words {
    /// The language.
    pub language: Language,
    words: BTreeMap<String, Phrase>,
    labels: BTreeMap<String, BTreeMap<String, String>>,
    places: BTreeMap<String, String>,
}

/// The codes of ISO 3166-1 and -2 by the names that the standard gives them.
static PLACES: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let countries = rust_iso3166::ALL_ALPHA2.iter();
    for country in countries.filter_map(|code| rust_iso3166::from_alpha2(code)) {
        places.entry(country.name).or_default().push(country.alpha2);
    }
    for part in rust_iso3166::iso3166_2::SUBDIVISION_MAP.values() {
        places.entry(part.name).or_default().push(part.code);
    }
    places
});

/// The words of no language: what is left when there is no catalogue at all.
pub(crate) static NONE: Words = Words::none();

/// All languages, in the order in which they are offered.
#[derive(Clone, Debug)]
pub struct Catalogues {
    all: Vec<Words>,
}

impl Catalogues {
    /// Loads the built-in catalogues, and those of `folder` where that is given.
    ///
    /// # Errors
    /// [`WordsError`] names the file that cannot be read.
    pub fn load(folder: Option<&Path>) -> Result<Self, WordsError> {
        let mut catalogues = Self { all: Vec::new() };
        for text in BUILT_IN {
            catalogues.add("a built-in catalogue", text)?;
        }
        if let Some(folder) = folder.map(|folder| folder.join("words")) {
            let file = |source| WordsError::File {
                path: folder.clone(),
                source,
            };
            let mut paths = Vec::new();
            match std::fs::read_dir(&folder) {
                Ok(entries) => {
                    for entry in entries {
                        paths.push(entry.map_err(file)?.path());
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(file(error)),
            }
            paths.sort();
            for path in paths
                .iter()
                .filter(|p| p.extension().is_some_and(|e| e == "toml"))
            {
                let text = std::fs::read_to_string(path).map_err(|source| WordsError::File {
                    path: path.clone(),
                    source,
                })?;
                catalogues.add(&path.display().to_string(), &text)?;
            }
        }
        Ok(catalogues)
    }

    fn add(&mut self, name: &str, text: &str) -> Result<(), WordsError> {
        let file: File = toml::from_str(text).map_err(|source| WordsError::Form {
            name: name.into(),
            source: Box::new(source),
        })?;
        let known = self
            .all
            .iter_mut()
            .find(|words| words.language.code == file.language.code);
        if let Some(known) = known {
            known.take(file);
            return Ok(());
        }
        // A new language begins as the one to fall back on, and then says what it says.
        let mut words = self.all.first().cloned().unwrap_or_else(Words::none);
        words.labels.clear();
        words.labels = built_in_labels(&file.language.code);
        words.take(file);
        self.all.push(words);
        Ok(())
    }

    /// Returns every language, in the order in which they are offered.
    pub fn all(&self) -> &[Words] {
        &self.all
    }

    /// Finds a language by its code, in any case (RFC 5646, 2.1.1).
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Words> {
        self.all
            .iter()
            .find(|words| words.language.code.eq_ignore_ascii_case(code))
    }

    /// Looks a language up by a tag: `km-KH` is found as `km` (RFC 4647, 3.4).
    #[must_use]
    pub fn look_up(&self, tag: &str) -> Option<&Words> {
        let primary = tag.split('-').next().unwrap_or_default();
        self.get(tag).or_else(|| self.get(primary))
    }

    /// Chooses by what a header `Accept-Language` takes: the known language of the greatest weight, in
    /// thousandths.
    #[must_use]
    pub fn negotiate(&self, accepted: &[(String, u16)]) -> Option<&Words> {
        let mut best: Option<(u16, &Words)> = None;
        for (tag, weight) in accepted {
            let Some(words) = self.look_up(tag) else {
                continue;
            };
            if *weight > 0 && best.is_none_or(|(other, _)| *weight > other) {
                best = Some((*weight, words));
            }
        }
        best.map(|(_, words)| words).or_else(|| self.all.first())
    }
}

/// The labels of the code lists, where the lists themselves have the language.
fn built_in_labels(code: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let label = |label: &event::Label| {
        let text = if code == "km" { &label.km } else { &label.en };
        (label.code.to_owned(), text.clone())
    };
    event::lists()
        .map(|list| (list.name.to_owned(), list.codes.iter().map(label).collect()))
        .collect()
}

impl Words {
    const fn none() -> Self {
        Self {
            language: Language {
                code: String::new(),
                name: String::new(),
                direction: String::new(),
                thousands: String::new(),
                digits: String::new(),
                months: Vec::new(),
                months_short: Vec::new(),
            },
            words: BTreeMap::new(),
            labels: BTreeMap::new(),
            places: BTreeMap::new(),
        }
    }

    fn take(&mut self, file: File) {
        let mut language = file.language;
        if language.months.len() != 12 {
            language.months = std::mem::take(&mut self.language.months);
        }
        if language.months_short.len() != 12 {
            language.months_short = std::mem::take(&mut self.language.months_short);
        }
        self.language = language;
        self.words.extend(file.words);
        self.places.extend(file.places);
        for (list, labels) in file.labels {
            self.labels.entry(list).or_default().extend(labels);
        }
    }

    /// Returns the text of `key`; the key itself where no catalogue has it.
    #[must_use]
    pub fn t<'a>(&'a self, key: &'a str) -> &'a str {
        match self.words.get(key) {
            Some(Phrase::One(text)) => text,
            Some(Phrase::Counted(forms)) => forms.get("other").map_or(key, |text| text),
            None => key,
        }
    }

    /// Whether a catalogue has the key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.words.contains_key(key)
    }

    /// Returns the text of `key` with each `{name}` replaced.
    #[must_use]
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.t(key), values)
    }

    /// Whether the language is written from right to left.
    #[must_use]
    pub fn is_rtl(&self) -> bool {
        self.language.direction == "rtl"
    }

    /// Returns the text of `key` for the number `n`, with `{n}` and each other `{name}` replaced.
    #[must_use]
    pub fn count(&self, key: &str, n: u64, values: &[(&str, &str)]) -> String {
        let text = match self.words.get(key) {
            Some(Phrase::Counted(forms)) => forms
                .get(&n.to_string())
                .or_else(|| forms.get("other"))
                .map_or(key, |text| text),
            Some(Phrase::One(text)) => text,
            None => key,
        };
        let number = self.number(n);
        let mut all = vec![("n", number.as_str())];
        all.extend_from_slice(values);
        fill(text, &all)
    }

    /// Returns what a code of a list is called; the code itself where nobody has named it.
    #[must_use]
    pub fn label(&self, list: &str, code: &str) -> String {
        let own = self.labels.get(list).and_then(|labels| labels.get(code));
        own.cloned().unwrap_or_else(|| {
            let english = event::list(list)
                .and_then(|list| list.codes.iter().find(|label| label.code == code));
            english.map_or_else(|| code.to_owned(), |label| label.en.clone())
        })
    }

    /// Returns what an ISO 3166-1 or -2 code is called; the code itself where it is not known.
    #[must_use]
    pub fn place(&self, code: &str) -> String {
        if let Some(name) = self.places.get(code) {
            return name.clone();
        }
        let country = rust_iso3166::from_alpha2(code).map(|country| country.name.to_owned());
        country
            .or_else(|| rust_iso3166::iso3166_2::from_code(code).map(|part| part.name.to_owned()))
            .unwrap_or_else(|| code.to_owned())
    }

    /// Returns the places that the catalogue names, by their codes.
    pub fn named_places(&self) -> impl Iterator<Item = (&str, &str)> {
        let places = self.places.iter();
        places.map(|(code, name)| (code.as_str(), name.as_str()))
    }

    /// Returns the code of the place of this name, in the language or as the standard has it; none where no place,
    /// or more than one, is called so, and of a code.
    #[must_use]
    pub fn place_named(&self, name: &str) -> Option<&str> {
        let is_name = |other: &str| other.to_lowercase() == name.trim().to_lowercase();
        let mut own = self.named_places().filter(|(_, other)| is_name(other));
        let found = own.next().map(|(code, _)| code);
        let of_the_standard = || match PLACES.get(name.trim()).map(Vec::as_slice) {
            Some([code]) => Some(*code),
            Some(_) | None => None,
        };
        let code = found.or_else(of_the_standard)?;
        own.next().is_none().then_some(code)
    }

    /// Whether another ISO 3166-1 or -2 code is called the same.
    #[must_use]
    pub(crate) fn shares_its_name(&self, code: &str) -> bool {
        let name = self.place(code);
        let other = |other: &str| other != code && self.place(other) == name;
        PLACES
            .get(name.as_str())
            .is_some_and(|codes| codes.iter().any(|code| other(code)))
            || self
                .places
                .iter()
                .any(|(code, called)| *called == name && other(code))
    }

    /// Writes a number with the language's digits and its separator of thousands.
    #[must_use]
    pub fn number(&self, n: u64) -> String {
        let plain = n.to_string();
        let mut written = String::new();
        for (at, digit) in plain.chars().enumerate() {
            if at > 0 && (plain.len() - at).is_multiple_of(3) {
                written.push_str(&self.language.thousands);
            }
            written.push(digit);
        }
        self.digits(&written)
    }

    /// Replaces the digits 0 to 9 of a text by the language's own.
    #[must_use]
    pub fn digits(&self, text: &str) -> String {
        let own: Vec<char> = self.language.digits.chars().collect();
        let digit = |c: char| {
            let value = c.to_digit(10).and_then(|value| usize::try_from(value).ok());
            value.and_then(|value| own.get(value)).copied().unwrap_or(c)
        };
        text.chars().map(digit).collect()
    }

    /// Writes a day in full: Gregorian always.
    #[must_use]
    pub fn day(&self, day: Day) -> String {
        let Some((year, month, day_of_month)) = day.ymd() else {
            return day.to_string();
        };
        let month = self.month_name(month, &self.language.months);
        let (day, year) = (day_of_month.to_string(), year.to_string());
        let text = self.fill("date.day", &[("d", &day), ("m", &month), ("y", &year)]);
        self.digits(&text)
    }

    /// Writes a day, given as text, in full; what is not a day stays as it is.
    #[must_use]
    pub fn day_text(&self, text: &str) -> String {
        Day::parse(text).map_or_else(|| text.to_owned(), |day| self.day(day))
    }

    /// Writes the value of a dimension of time: `2020-03`, `2020-Q1`, `2020`.
    #[must_use]
    pub fn period(&self, text: &str) -> String {
        let Some((year, rest)) = text.split_once('-') else {
            return self.digits(text);
        };
        let written = if let Some(quarter) = rest.strip_prefix('Q') {
            self.fill("date.quarter", &[("q", quarter), ("y", year)])
        } else {
            let month = rest.parse().unwrap_or(0);
            let month = self.month_name(month, &self.language.months);
            self.fill("date.month", &[("m", &month), ("y", year)])
        };
        self.digits(&written)
    }

    /// Returns the short name of a month, from 1.
    #[must_use]
    pub fn month_short(&self, month: i8) -> String {
        self.month_name(month, &self.language.months_short)
    }

    /// Returns the name of a month, from 1.
    #[must_use]
    pub fn month(&self, month: u8) -> String {
        let month = i8::try_from(month).unwrap_or_default();
        self.month_name(month, &self.language.months)
    }

    fn month_name(&self, month: i8, names: &[String]) -> String {
        let index = usize::try_from(month).ok().and_then(|m| m.checked_sub(1));
        index
            .and_then(|i| names.get(i))
            .cloned()
            .unwrap_or_else(|| month.to_string())
    }
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => filled.push_str(value),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests;
