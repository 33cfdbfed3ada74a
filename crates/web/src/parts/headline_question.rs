//! The question that the first sentence of the overview answers, where the operator's configuration sets one.
//!
//! Start at [`HeadlineQuestion::parse`].
//!
//! Never here: asking it (see [`super::headline`]).

use figures::{PARAMETERS, Query};

/// The parameters that the page says itself, from its window and its R, or that make more than one number.
const OF_THE_PAGE: &[&str] = &["occurred", "on", "at", "group_by"];

/// A question of the filter grammar that leaves window, day and R to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadlineQuestion(Vec<(String, String)>);

impl HeadlineQuestion {
    /// Parses a question such as `kind=death&in_custody=yes`.
    ///
    /// # Errors
    /// Says what is wrong with it and what is right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pairs = figures::parse_link(text)
            .ok_or_else(|| "it is not percent-encoded UTF-8, as a query string is".to_owned())?;
        let query = Query::parse(&pairs).map_err(|error| error.to_string())?;
        let of_the_page = pairs
            .iter()
            .find(|(name, _)| OF_THE_PAGE.contains(&name.as_str()));
        if let Some((name, _)) = of_the_page {
            return Err(format!("{name} is said by the page: leave it out"));
        }
        if query.is_held() {
            return Err(
                "who is held is said in any case: ask for kinds, charges or a definition of events"
                    .into(),
            );
        }
        Ok(Self(pairs))
    }

    /// Returns its parameters, in the order of the grammar.
    pub(crate) fn pairs(&self) -> Vec<(&str, &str)> {
        let pair = |name: &&'static str| {
            let pair = self.0.iter().find(|(key, _)| key == name)?;
            Some((*name, pair.1.as_str()))
        };
        PARAMETERS.iter().filter_map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_a_question_without_window_day_and_groups() {
        let questions = [
            ("kind=death&in_custody=yes", "kind=death in_custody=yes"),
            (
                "role=journalist&definition=arrested/for_rights",
                "definition=arrested/for_rights role=journalist",
            ),
            ("definition=adhoc:own", "definition=adhoc:own"),
            ("measure=person_charges", "measure=person_charges"),
            ("kind=deaths", "kind is \"deaths\""),
            ("kind=death&occurred=2020", "occurred is said by the page"),
            ("kind=death&group_by=year", "group_by is said by the page"),
            ("definition=detained/any", "who is held is said in any case"),
            ("kind=%", "not percent-encoded"),
        ];
        for (text, expected) in questions {
            let parsed = HeadlineQuestion::parse(text).map(|question| {
                let pairs = question.pairs().into_iter();
                pairs
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
                    .join(" ")
            });
            let found = parsed.unwrap_or_else(|why| why);
            assert!(found.contains(expected), "{text}: {found}");
        }
    }
}
