//! What a form sends: names and what was typed, each name once or, for boxes that are ticked, several times.
//!
//! Never here: what a name means.

use std::collections::BTreeMap;

use crate::Mistake;

/// The most pairs of a form: an event of 60,000 bytes says no more. Source: docs/reference/limits.md.
pub const PAIRS_MAX: usize = 10_000;

/// Behind the name of an item of a list: the item is there, whether anything is typed into it or not.
pub const ITEM: &str = "#item";

/// Behind the name of an object: its members that no input says, as a JSON object.
pub const REST: &str = "#rest";

/// The longest number of an item, in digits: a list has at most 1,000 items.
const INDEX_DIGITS_MAX: usize = 4;

/// The pairs of a form, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(BTreeMap<String, Vec<String>>);

impl Pairs {
    /// Takes what was sent.
    ///
    /// # Errors
    /// [`Mistake::TooMany`] of more than [`PAIRS_MAX`].
    pub fn new(sent: impl IntoIterator<Item = (String, String)>) -> Result<Self, Mistake> {
        let mut pairs = Self::default();
        for (count, (name, value)) in sent.into_iter().enumerate() {
            if count >= PAIRS_MAX {
                return Err(Mistake::TooMany);
            }
            pairs.add(name, value);
        }
        Ok(pairs)
    }

    /// Adds a pair.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.entry(name.into()).or_default().push(value.into());
    }

    /// Sets a name to one value.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), vec![value.into()]);
    }

    /// Takes in all pairs of another form.
    pub(crate) fn extend(&mut self, other: Self) {
        for (name, values) in other.0 {
            self.0.entry(name).or_default().extend(values);
        }
    }

    /// Returns what was typed under `name`, without blanks around it and with line feeds as line ends; an empty
    /// text where nothing was.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.texts(name).into_iter().next().unwrap_or_default()
    }

    /// Returns everything that was typed under `name` and is not blank, as [`Pairs::text`].
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<String> {
        let values = self.0.get(name).map_or(&[][..], Vec::as_slice);
        let texts = values.iter().map(|value| clean(value));
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// Returns every pair, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|(name, values)| {
            values
                .iter()
                .map(move |value| (name.as_str(), value.as_str()))
        })
    }

    /// Returns the numbers of the items of the list `name` of which anything was sent, rising.
    #[must_use]
    pub fn items(&self, name: &str) -> Vec<usize> {
        let under = format!("{name}/");
        let mut items = Vec::new();
        for (other, _) in self.0.range(under.clone()..) {
            let Some(rest) = other.strip_prefix(&under) else {
                break;
            };
            let end = rest.find(['/', '#']).unwrap_or(rest.len());
            let index = rest.get(..end).and_then(index);
            items.extend(index.filter(|index| items.last() != Some(index)));
        }
        items.sort_unstable();
        items.dedup();
        items
    }

    /// Adds an empty item to the list `name`, behind those that are there.
    pub fn add_item(&mut self, name: &str) {
        let next = self.items(name).last().map_or(0, |last| last + 1);
        self.set(format!("{name}/{next}{ITEM}"), "");
    }

    /// Takes away all that was typed of `name` and of what it holds.
    pub fn remove(&mut self, name: &str) {
        let inside = [format!("{name}/"), format!("{name}#")];
        self.0.retain(|other, _| {
            other != name && !inside.iter().any(|start| other.starts_with(start))
        });
    }

    /// Returns the first name that `is_known` does not know.
    pub(crate) fn unknown(&self, is_known: impl Fn(&str) -> bool) -> Option<&str> {
        self.0
            .keys()
            .map(String::as_str)
            .find(|name| !is_known(name))
    }
}

/// Reads the number of an item: digits without zeros before them.
fn index(text: &str) -> Option<usize> {
    let is_plain = text == "0" || !text.starts_with('0');
    let is_short = (1..=INDEX_DIGITS_MAX).contains(&text.len());
    let is_number = is_plain && is_short && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// Writes what was typed as it is meant: a browser ends lines with CR LF, keeps blanks around a text, and holds no
/// NUL in a page. Source: HTML, 4.10.22.4 and 13.2.3.5.
pub(crate) fn clean(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    lines.replace('\0', "\u{fffd}").trim().to_owned()
}
