//! Words that name nobody, and how many people each stands for: `unnamed = { "unknown man" = "1", "students" = "2+" }`.
//!
//! Never here: numbers of people in cells of their own (`field::count`, which reads the numbers here too).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value as Json;

use super::field::count;

/// The words; in a list without numbers each stands for one person, unless it says a number itself: `two men` does
/// not, `20-30` does.
#[derive(Clone, Debug, Default)]
pub(super) struct Unnamed(BTreeMap<String, Count>);

/// How many people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) lower: u64,
    /// None where there is no bound.
    pub(super) upper: Option<u64>,
}

/// As it stands in a mapping.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Words(Vec<String>),
    Counts(BTreeMap<String, String>),
}

impl Unnamed {
    /// Returns how many people a word stands for; none where it is a name.
    pub(super) fn count(&self, word: &str) -> Option<Count> {
        self.0.get(word).copied()
    }
}

impl<'de> Deserialize<'de> for Unnamed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |(word, said): (String, String)| match bounds(&said) {
            Ok(count) => Ok((word, count)),
            Err(reason) => Err(D::Error::custom(format!("unnamed: {reason}"))),
        };
        match Said::deserialize(deserializer) {
            Ok(Said::Counts(counts)) => counts.into_iter().map(read).collect::<Result<_, _>>(),
            Ok(Said::Words(words)) => {
                let one = Count {
                    lower: 1,
                    upper: Some(1),
                };
                let each = words.into_iter();
                Ok(each
                    .map(|word| {
                        let count = bounds(&word).unwrap_or(one);
                        (word, count)
                    })
                    .collect())
            }
            Err(_) => Err(D::Error::custom(
                "unnamed is a list of words, or a table of words with their numbers, e.g. \"2\", \"3-5\", \"2+\"",
            )),
        }
        .map(Self)
    }
}

fn bounds(said: &str) -> Result<Count, &'static str> {
    let group = count::read(said, None, None)?;
    let of = |name: &str| group.get(name).and_then(Json::as_u64);
    Ok(Count {
        lower: of("lower").unwrap_or(0),
        upper: of("upper"),
    })
}
