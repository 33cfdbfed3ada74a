//! The `[[event]]` sections of a draft: one of the list's own kind, or one for each kind that a column of categories
//! names; and one for each further column of days that is called otherwise.
//!
//! Never here: what headers and categories are called (`happened`).

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Draft;
use super::happened::{kind_of_category, kind_of_day, names_categories};
use super::phrases::{line, quoted};

/// Categories that a comment names.
const SHOWN_MAX: usize = 12;

/// A column of categories: its name, those that are kinds of events by their kind, and the others.
type Categories = (String, BTreeMap<&'static str, Vec<String>>, Vec<String>);

impl Draft {
    /// Writes the events of a row. What they are follows from words alone, and is said to.
    pub(super) fn events(&mut self, out: &mut String) {
        let categories = self.categories();
        let own = self.kind();
        let main = own.unwrap_or("arrest");
        let drafted: BTreeSet<&str> = match &categories {
            Some((_, kinds, _)) => kinds.keys().copied().collect(),
            None => BTreeSet::from([main]),
        };
        let days = self.days_of_others(&drafted);
        match categories {
            Some((column, kinds, others)) => {
                for (kind, items) in kinds {
                    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
                    line(out, "\n[[event]]");
                    line(
                        out,
                        &format!(
                            "kind = \"{kind}\" # unsure: by the words of {}",
                            quoted(&column)
                        ),
                    );
                    let column = quoted(&column);
                    line(
                        out,
                        &format!(
                            "when = [{{ column = {column}, has = [{}] }}]",
                            items.join(", ")
                        ),
                    );
                }
                if !others.is_empty() {
                    let shown: Vec<String> = others
                        .iter()
                        .take(SHOWN_MAX)
                        .map(|item| quoted(item))
                        .collect();
                    line(
                        out,
                        &format!(
                            "# unsure: rows that say only {} in {} make no event: name the kind of each in an [[event]] of its own",
                            shown.join(", "),
                            quoted(&column)
                        ),
                    );
                }
            }
            None => self.event(out, own, !days.is_empty()),
        }
        for (place, kind) in days {
            let Some(column) = self.columns.get(place) else {
                continue;
            };
            let name = quoted(&column.name);
            line(out, "\n[[event]]");
            line(
                out,
                &format!(
                    "kind = \"{kind}\" # unsure: {name} is called a day of it; is it that it happened, or is to end?"
                ),
            );
            line(
                out,
                &format!("when = [{{ column = {name}, given = true }}]"),
            );
            line(out, "[event.from]");
            line(out, &format!("\"occurred\" = {}", self.dated(place)));
        }
    }

    /// Writes the one event of a list of one kind.
    fn event(&self, out: &mut String, own: Option<&str>, has_others: bool) {
        let why = match (own, self.day) {
            (None, _) => "no word says what happened",
            (Some(_), None) => "the words of its name or header say so, and no column has its day",
            (Some(_), Some(_)) => "what happened; several [[event]] with `when` where rows differ",
        };
        line(out, "\n[[event]]");
        line(
            out,
            &format!("kind = \"{}\" # unsure: {why}", own.unwrap_or("arrest")),
        );
        let day = self.day.and_then(|place| self.columns.get(place));
        if let Some(day) = day.filter(|day| has_others && day.given < self.rows) {
            line(
                out,
                &format!(
                    "when = [{{ column = {}, given = true }}]",
                    quoted(&day.name)
                ),
            );
        }
    }

    /// Finds the columns of days that are called days of something else than what is drafted, each with the kind; the
    /// first of each kind.
    fn days_of_others(&mut self, drafted: &BTreeSet<&str>) -> Vec<(usize, &'static str)> {
        let mut kinds = BTreeSet::new();
        let mut found = Vec::new();
        for (place, column) in self.columns.iter().enumerate() {
            let is_day = column.is_day() && !column.mostly(column.numbers);
            let kind =
                kind_of_day(&column.name).filter(|_| is_day && !self.used.contains(&column.name));
            if let Some(kind) = kind.filter(|kind| !drafted.contains(kind))
                && kinds.insert(kind)
            {
                found.push((place, kind));
            }
        }
        for (place, _) in &found {
            let name = self.columns.get(*place).map(|column| column.name.clone());
            self.used.extend(name);
        }
        found
    }

    /// Finds a column of categories some of which are kinds of events: its name, the categories by kind, and the others.
    fn categories(&mut self) -> Option<Categories> {
        for column in &self.columns {
            if column.distinct
                || self.used.contains(&column.name)
                || !names_categories(&column.name)
            {
                continue;
            }
            let items = column.values.iter().flat_map(|value| value.split(", "));
            let items: BTreeSet<&str> = items
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .collect();
            let mut kinds: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
            let mut others = Vec::new();
            for item in items {
                match kind_of_category(item) {
                    Some(kind) => kinds.entry(kind).or_default().push(item.to_owned()),
                    None => others.push(item.to_owned()),
                }
            }
            if !kinds.is_empty() {
                let name = column.name.clone();
                self.used.insert(name.clone());
                return Some((name, kinds, others));
            }
        }
        None
    }
}
