//! Columns of names: which says who somebody is, whether its cells name several people, and what the others may be.
//!
//! Start at [`Names::of`].
//!
//! Never here: what else is said of a person (`draft`).

use super::column::ColumnSeen;
use super::phrases::{line, quoted};
use super::words::script;

/// What a separator is called that is not clear.
const UNCLEAR: &str = "several people in a cell, or one whose name has this sign";

/// The columns of names of a sheet.
pub(super) struct Names<'c> {
    /// The one that says who somebody is, and those that say the same in another way.
    names: Vec<&'c ColumnSeen>,
    /// Those that hardly do: few rows have them, or theirs are of several people.
    pub(super) aside: Vec<&'c ColumnSeen>,
}

impl<'c> Names<'c> {
    /// Tells the columns apart; none where there is none.
    pub(super) fn of(columns: Vec<&'c ColumnSeen>) -> Option<Self> {
        let most = columns.iter().map(|column| column.given).max()?;
        // A name that few rows have is one of something else: of a lawsuit, for one.
        let (mut names, mut aside): (Vec<_>, Vec<_>) = columns
            .into_iter()
            .partition(|column| column.given * 2 >= most);
        if names
            .first()
            .is_some_and(|first| separator(first).is_some())
        {
            aside.splice(0..0, names.drain(1..));
        }
        Some(Self { names, aside })
    }

    /// Writes them; returns whether a cell has several people.
    pub(super) fn write(&self, out: &mut String) -> bool {
        let Some(first) = self.names.first() else {
            return false;
        };
        let separator = separator(first);
        match separator {
            Some(separator) => several(first, separator, out),
            None => self.one(first, out),
        }
        for column in &self.aside {
            let name = quoted(&column.name);
            line(
                out,
                &format!(
                    "# unsure: {name} ({} cells) may be another name of theirs, or of something else",
                    column.given
                ),
            );
        }
        separator.is_some()
    }

    /// Writes the one person of a row.
    fn one(&self, first: &ColumnSeen, out: &mut String) {
        line(out, "\n[[row.person]]");
        line(out, "id_prefix = \"p-\"");
        line(
            out,
            "identity = \"row\" # unsure: each row has a person of its own",
        );
        let said = self.names.iter().map(|column| {
            let script = column.values.iter().find_map(|value| script(value));
            let script =
                script.map_or_else(String::new, |script| format!(", script = \"{script}\""));
            format!("{{ column = {}{script} }}", quoted(&column.name))
        });
        let said: Vec<String> = said.collect();
        let mut unsure = Vec::new();
        if said.len() > 1 {
            unsure.push("names of one person, or of two?".to_owned());
        }
        let listed: u64 = first.lists.values().sum();
        if let Some((sign, _)) = first.lists.iter().max_by_key(|(_, count)| **count) {
            unsure.push(format!(
                "{listed} cells have {} in them: {UNCLEAR}? [row.persons] with split reads several",
                quoted(sign)
            ));
        }
        let unsure = match &unsure[..] {
            [] => String::new(),
            several => format!(" # unsure: {}", several.join("; ")),
        };
        line(out, &format!("names = [{}]{unsure}", said.join(", ")));
    }
}

/// Writes the people of a cell.
fn several(column: &ColumnSeen, separator: &str, out: &mut String) {
    line(out, "\n[row.persons]");
    line(out, &format!("column = {}", quoted(&column.name)));
    line(
        out,
        &format!("split = {} # unsure: {UNCLEAR}", quoted(separator)),
    );
    line(out, "id_prefix = \"p-\"");
    line(
        out,
        "identity = \"row\" # unsure: each row has people of its own",
    );
    let values = || column.values.iter();
    if values().filter(|value| value.ends_with(')')).count() * 2 > values().count() {
        line(
            out,
            "affiliation = true # unsure: whom they work for stands in parentheses behind a name",
        );
    }
}

/// Returns what stands between the people of a cell, where many cells have it and hardly one another sign.
fn separator(column: &ColumnSeen) -> Option<&'static str> {
    let listed: u64 = column.lists.values().sum();
    let (separator, count) = column.lists.iter().max_by_key(|(_, count)| **count)?;
    (count * 10 > column.given && count * 10 >= listed * 8).then_some(*separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drafted(columns: &[(&str, &[&str])]) -> (String, bool) {
        let columns: Vec<ColumnSeen> = columns
            .iter()
            .map(|(name, cells)| {
                let mut seen = ColumnSeen::new(name);
                cells.iter().for_each(|cell| seen.see(cell, false));
                seen
            })
            .collect();
        let mut out = String::new();
        let is_of_several = Names::of(columns.iter().collect()).unwrap().write(&mut out);
        (out, is_of_several)
    }

    #[test]
    fn a_cell_of_several_people_is_split_and_a_name_of_few_rows_is_asked_about() {
        let journalists = [
            "Ana (One)",
            "Bo (Two), Cy (Two)",
            "Dy (Three)",
            "Ed (One), Fe",
        ];
        let (draft, is_of_several) = drafted(&[
            ("journalists", &journalists),
            ("lawsuit_name", &["Ana v. Kep"]),
        ]);
        assert!(is_of_several);
        for part in [
            "column = \"journalists\"\nsplit = \", \" # unsure: several people",
            "affiliation = true # unsure",
            "# unsure: \"lawsuit_name\" (1 cells) may be another name",
        ] {
            assert!(draft.contains(part), "{draft}");
        }
        // Which of two signs it is, is not clear.
        let (draft, is_of_several) = drafted(&[("who", &["Ana, Bo", "Cy; Dy", "Ed", "Fe"])]);
        assert!(!is_of_several);
        assert!(draft.contains("# unsure: 2 cells have"), "{draft}");
        // One in many.
        let mut cells = ["Ana"; 20];
        cells[3] = "Ana, Bo";
        let (draft, is_of_several) = drafted(&[("who", &cells)]);
        assert!(!is_of_several);
        assert!(draft.contains("# unsure: 1 cells have \", \""), "{draft}");
        let (draft, _) = drafted(&[("name", &["Ana", "Bo"]), ("name_khmer", &["អាណា", "បូ"])]);
        assert!(
            draft.contains("}] # unsure: names of one person"),
            "{draft}"
        );
        let (draft, _) = drafted(&[("name", &["Ana", "Bo"])]);
        assert!(
            draft.ends_with("names = [{ column = \"name\", script = \"Latn\" }]\n"),
            "{draft}"
        );
    }
}
