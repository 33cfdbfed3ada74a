//! Code lists: the versioned data files in `codes/`, with their labels in English and Khmer.
//!
//! Start at [`list`]. The file `<name>.v<version>.csv` has the columns code, en, km.
//!
//! Never here: what a code does (crate `fold`), and other groups' lists (their text is not ours).

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One list of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The name by which fields refer to it, e.g. `release_kind`.
    pub name: &'static str,
    /// The version of the list, from 1; a code is never taken out of a version.
    pub version: u32,
    /// The codes, in the order in which they are shown.
    pub codes: Vec<Label>,
}

/// One code with its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The code as it is written in events.
    pub code: &'static str,
    /// What it is called in English.
    pub en: String,
    /// What it is called in Khmer.
    pub km: String,
}

/// How many near codes a hint names.
const NEAREST_MAX: usize = 3;
/// A code whose Jaro-Winkler similarity (0 to 1) is below this is not a likely meaning.
const SIMILARITY_MIN: f64 = 0.8;
/// The similarity of a code that holds the text as a part of it, as `on_bail` holds `bail`.
const SIMILARITY_OF_PART: f64 = 0.9;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, 1, include_str!(concat!("../codes/", $name, ".v1.csv")))),+]
    };
}

/// Name, version and text of each file.
const FILES: &[(&str, u32, &str)] = files![
    "appeal_outcome",
    "appeal_stage",
    "arrest_mode",
    "assembly_action",
    "assessment",
    "authority_kind",
    "bail_decision",
    "charge_status",
    "claim_measure",
    "claim_modality",
    "clemency_kind",
    "custody_state",
    "demand",
    "detention_kind",
    "expression_action",
    "four_valued",
    "kind",
    "law_action",
    "name_kind",
    "organisation_action",
    "place_kind",
    "place_precision",
    "recognition_decision",
    "recognition_status",
    "release_kind",
    "reliability",
    "response_position",
    "restriction_kind",
    "retraction_reason",
    "right",
    "role",
    "sex",
    "source_kind",
    "verdict",
    "verification",
    "visibility",
];

static LISTS: LazyLock<BTreeMap<&'static str, List>> = LazyLock::new(|| {
    let list = |(name, version, text): &(&'static str, u32, &'static str)| {
        let codes = text.lines().skip(1).filter_map(label).collect();
        (
            *name,
            List {
                name,
                version: *version,
                codes,
            },
        )
    };
    FILES.iter().map(list).collect()
});

/// Finds a list by its name.
#[must_use]
pub fn list(name: &str) -> Option<&'static List> {
    LISTS.get(name)
}

/// Returns every list, by name.
pub fn lists() -> impl Iterator<Item = &'static List> {
    LISTS.values()
}

impl List {
    /// Whether the list has the code.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.codes.iter().any(|label| label.code == code)
    }

    /// Returns up to three codes that `text` may have meant, the nearest first.
    #[must_use]
    pub fn nearest(&self, text: &str) -> Vec<&str> {
        nearest(text, self.codes.iter().map(|label| label.code))
    }
}

/// Returns up to three of `codes` that `text` may have meant, the nearest first.
pub(crate) fn nearest<'a>(text: &str, codes: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    // Only so much of it is compared as can be a code: the work stays small for hostile texts.
    let text: String = text
        .chars()
        .take(64)
        .map(|c| if c == ' ' || c == '-' { '_' } else { c })
        .collect();
    let text = text.to_lowercase();
    let mut near: Vec<(f64, &str)> = codes
        .map(|code| {
            let part = text.len() > 2 && code.contains(&text);
            let similarity = strsim::jaro_winkler(&text, code);
            (
                if part {
                    similarity.max(SIMILARITY_OF_PART)
                } else {
                    similarity
                },
                code,
            )
        })
        .filter(|(similarity, _)| *similarity >= SIMILARITY_MIN)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.truncate(NEAREST_MAX);
    near.into_iter().map(|(_, code)| code).collect()
}

/// Reads one line of a list.
fn label(line: &'static str) -> Option<Label> {
    let (code, rest) = line.split_once(',')?;
    let (en, rest) = cell(rest);
    let (km, _) = cell(rest.strip_prefix(',')?);
    Some(Label { code, en, km })
}

/// Reads one cell of CSV (RFC 4180) and returns what stands after it.
fn cell(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (cell, rest) = text.split_at(text.find(',').unwrap_or(text.len()));
        return (cell.trim_end().to_owned(), rest);
    };
    let mut cell = String::new();
    let mut rest = quoted;
    while let Some((before, after)) = rest.split_once('"') {
        cell.push_str(before);
        rest = after;
        match after.strip_prefix('"') {
            Some(after) => {
                cell.push('"');
                rest = after;
            }
            None => break,
        }
    }
    (cell, rest)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::{
        Assessment, AuthorityKind, ChargeStatus, CustodyState, FourValued, Kind, ReleaseKind,
        Right, Role, Sex, Verification, Visibility,
    };

    fn codes(name: &str) -> Vec<&'static str> {
        list(name)
            .unwrap()
            .codes
            .iter()
            .map(|label| label.code)
            .collect()
    }

    macro_rules! equal {
        ($($name:literal $codes:ident),+ $(,)?) => {
            $(assert_eq!(
                codes($name),
                $codes::ALL.iter().map(|code| code.code()).collect::<Vec<_>>(),
                $name
            );)+
        };
    }

    #[test]
    fn the_types_and_the_files_have_the_same_codes_in_the_same_order() {
        equal!(
            "kind" Kind, "verification" Verification, "assessment" Assessment,
            "visibility" Visibility, "right" Right, "role" Role, "sex" Sex,
            "four_valued" FourValued, "authority_kind" AuthorityKind,
            "custody_state" CustodyState, "release_kind" ReleaseKind,
            "charge_status" ChargeStatus,
        );
    }

    #[test]
    fn every_file_is_a_list_and_every_code_is_labelled() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/codes");
        let files: usize = std::fs::read_dir(folder)
            .unwrap()
            .filter(|file| {
                file.as_ref()
                    .unwrap()
                    .path()
                    .extension()
                    .is_some_and(|e| e == "csv")
            })
            .count();
        assert_eq!(files, FILES.len());
        for list in lists() {
            let (_, _, text) = FILES.iter().find(|(name, ..)| *name == list.name).unwrap();
            assert!(text.starts_with("code,en,km\n"), "{}", list.name);
            assert_eq!(list.codes.len(), text.lines().count() - 1, "{}", list.name);
            assert!(list.codes.len() > 1, "{}", list.name);
            let letter = |c: char| c.is_ascii_lowercase() || c == '_';
            for (i, label) in list.codes.iter().enumerate() {
                assert!(
                    !label.en.is_empty() && !label.km.is_empty(),
                    "{}",
                    label.code
                );
                assert!(
                    label
                        .km
                        .chars()
                        .any(|c| ('\u{1780}'..='\u{17ff}').contains(&c))
                );
                assert!(label.code.starts_with(letter), "{}", label.code);
                assert!(label.code.chars().all(|c| letter(c) || c.is_ascii_digit()));
                assert!(
                    list.codes
                        .iter()
                        .skip(i + 1)
                        .all(|other| other.code != label.code)
                );
            }
        }
    }

    #[test]
    fn a_misspelt_code_names_its_neighbours() {
        let check = |name: &str, text: &str, expected: expect_test::Expect| {
            expected.assert_eq(&list(name).unwrap().nearest(text).join(" "));
        };
        check("release_kind", "charge dropped", expect!["charges_dropped"]);
        check("release_kind", "Bail", expect!["on_bail"]);
        check("role", "jurnalist", expect!["journalist"]);
        check("right", "assemby", expect!["assembly"]);
        check("sex", "M", expect![""]);
        check("sex", &"m".repeat(60_000), expect![""]);
    }

    #[test]
    fn a_quoted_cell_keeps_its_comma() {
        let label = label("a,\"one, \"\"two\"\"\",ក").unwrap();
        assert_eq!(
            (label.en.as_str(), label.km.as_str()),
            ("one, \"two\"", "ក")
        );
    }
}
