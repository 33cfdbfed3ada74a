//! Which cases a list has, and in which order, as the API and the page are asked for them.
//!
//! Start at [`CaseQuestion::take`].
//!
//! Never here: how they are found (crate `figures`), and who bears a name (crate `search`).

use event::{CaseId, Day, Position};
use figures::{CaseFilter, CaseOrder, ListedCase, OpenCustody, percent_encode};
use search::{NameQuery, QUERY_CHARS_MAX, QUERY_WORDS_MAX};

use super::parameters::Parameters;
use super::problem::{Problem, Sort};

/// Which cases, and in which order.
#[derive(Clone, Debug, Default)]
pub struct CaseQuestion {
    /// What the columns say of them; the people of the name are put in once they are found.
    pub filter: CaseFilter,
    /// Their order.
    pub order: CaseOrder,
    name: Option<(String, NameQuery)>,
}

impl CaseQuestion {
    /// Takes `name`, `order`, `open`, `place` and `recorded` out of parameters.
    ///
    /// # Errors
    /// [`Problem`] of a value that is none of its parameter, with what is right.
    pub fn take(parameters: &mut Parameters) -> Result<Self, Problem> {
        let wrong = |detail: String| Problem::new(Sort::Parameter, detail);
        let order = match parameters.take("order").as_deref() {
            None | Some("id") => CaseOrder::Id,
            Some("newest") => CaseOrder::Newest,
            Some(other) => {
                return Err(wrong(format!(
                    "order is {other:?}, but must be id or newest"
                )));
            }
        };
        let custody = match parameters.take("open").as_deref() {
            None => None,
            Some("true") => Some(OpenCustody::Somebody),
            Some("false") => Some(OpenCustody::Nobody),
            Some(other) => {
                return Err(wrong(format!(
                    "open is {other:?}, but must be true or false"
                )));
            }
        };
        let place = parameters.take("place");
        if let Some(place) = place
            .as_ref()
            .filter(|place| !event::is_or_was_place(place))
        {
            return Err(wrong(format!(
                "place is {place:?}, but must be a code of ISO 3166, such as KH or KH-12"
            )));
        }
        let recorded = parameters.take("recorded").map(|text| {
            Day::parse(&text).ok_or_else(|| {
                wrong(format!(
                    "recorded is {text:?}, but must be a day such as 2020-08-14"
                ))
            })
        });
        let name = parameters.take("name").map(name).transpose()?;
        Ok(Self {
            filter: CaseFilter {
                place,
                recorded: recorded.transpose()?,
                persons: None,
                custody,
            },
            order,
            name,
        })
    }

    /// Returns the name that one of their people has; none where none is asked for.
    #[must_use]
    pub fn name(&self) -> Option<&NameQuery> {
        self.name.as_ref().map(|(_, query)| query)
    }

    /// Returns the parameters that say it, each with `&` in front, in a fixed order; nothing where all cases are asked
    /// for by their ids.
    #[must_use]
    pub fn parameters(&self) -> String {
        let order = match self.order {
            CaseOrder::Id => None,
            CaseOrder::Newest => Some("newest".to_owned()),
        };
        let open = self.filter.custody.map(|custody| match custody {
            OpenCustody::Somebody => "true".to_owned(),
            OpenCustody::Nobody => "false".to_owned(),
        });
        let name = self.name.as_ref().map(|(name, _)| percent_encode(name));
        let recorded = self.filter.recorded.map(|day| day.to_string());
        let place = self.filter.place.clone();
        let said = [
            ("name", name),
            ("open", open),
            ("order", order),
            ("place", place),
            ("recorded", recorded),
        ];
        let said = said.into_iter();
        said.filter_map(|(name, value)| Some(format!("&{name}={}", value?)))
            .collect()
    }

    /// Returns the text of a place in the list.
    #[must_use]
    pub fn place(&self, listed: &ListedCase) -> String {
        match self.order {
            CaseOrder::Id => listed.case.to_string(),
            CaseOrder::Newest => format!("{}.{}", listed.newest, listed.case),
        }
    }

    /// Reads the text of a place in the list; none of one that is none.
    #[must_use]
    pub fn parse_place(&self, text: &str) -> Option<ListedCase> {
        let (newest, case) = match self.order {
            CaseOrder::Id => (Position::new(0), text),
            CaseOrder::Newest => {
                let (newest, case) = text.split_once('.')?;
                (Position::new(newest.parse().ok()?), case)
            }
        };
        let case = CaseId::parse(case).ok()?;
        Some(ListedCase { case, newest })
    }
}

/// Reads a name that is asked for.
fn name(text: String) -> Result<(String, NameQuery), Problem> {
    let query = NameQuery::new(&text).filter(|query| query.words() <= QUERY_WORDS_MAX);
    let query = query.filter(|_| text.chars().count() <= QUERY_CHARS_MAX);
    match query {
        Some(query) => Ok((text, query)),
        None => Err(Problem::new(
            Sort::Parameter,
            format!(
                "name has {} characters, but must have 1 to {QUERY_WORDS_MAX} words and at most {QUERY_CHARS_MAX} \
                 characters",
                text.chars().count()
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(pairs: &[(&str, &str)]) -> Result<CaseQuestion, Problem> {
        let pairs = pairs.iter();
        let pairs = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        CaseQuestion::take(&mut Parameters(pairs.collect()))
    }

    #[test]
    fn what_is_asked_is_said_again() {
        for (asked, said) in [
            (&[][..], ""),
            (&[("order", "id")], ""),
            (
                &[("place", "KH-12"), ("order", "newest"), ("open", "true")],
                "&open=true&order=newest&place=KH-12",
            ),
            (
                &[
                    ("recorded", "2020-08-14"),
                    ("name", "Sok Dara"),
                    ("open", "false"),
                ],
                "&name=Sok%20Dara&open=false&recorded=2020-08-14",
            ),
        ] {
            let question = question(asked).unwrap();
            assert_eq!(question.parameters(), said);
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for pair in [
            ("order", "oldest"),
            ("open", "yes"),
            ("place", "Phnom Penh"),
            ("recorded", "today"),
            ("name", " - "),
            ("name", &"a".repeat(QUERY_CHARS_MAX + 1)),
        ] {
            assert!(question(&[pair]).is_err(), "{pair:?}");
        }
    }

    #[test]
    fn a_place_is_read_back() {
        let listed = ListedCase {
            case: CaseId::parse("mekong-rights:2020-001").unwrap(),
            newest: Position::new(7),
        };
        let newest = question(&[("order", "newest")]).unwrap();
        let text = newest.place(&listed);
        assert_eq!(newest.parse_place(&text), Some(listed.clone()));
        assert_eq!(newest.parse_place("x.mekong-rights:2020-001"), None);
        let by_id = question(&[]).unwrap();
        let place = by_id.parse_place(&by_id.place(&listed)).unwrap();
        assert_eq!(place.case, listed.case);
    }
}
