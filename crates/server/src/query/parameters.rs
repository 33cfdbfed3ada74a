//! The parameters of a question: name and value, decoded, and read one by one until none is left.
//!
//! Start at [`Parameters`].
//!
//! Never here: what a filter means (crate `figures`).

use crate::http::{Problem, Sort};

/// How many items a list gives when `limit` is not said, and at the most.
pub(crate) const LIMIT: (usize, usize) = (50, 1_000);

/// The parameters of a request, decoded, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(pub Vec<(String, String)>);

impl Parameters {
    /// Takes a parameter out.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    /// Takes a whole number out.
    ///
    /// # Errors
    /// [`Problem`] when it is not one.
    pub(crate) fn take_number(&mut self, name: &'static str) -> Result<Option<u64>, Problem> {
        let text = self.take(name);
        text.map(|text| whole_number(name, &text)).transpose()
    }

    /// Takes `limit` out: how many items, within [`LIMIT`].
    ///
    /// # Errors
    /// [`Problem`] when it is not a number from 1 to the most.
    pub(crate) fn take_limit(&mut self) -> Result<usize, Problem> {
        let limit = self
            .take_number("limit")?
            .and_then(|n| usize::try_from(n).ok());
        match limit {
            None => Ok(LIMIT.0),
            Some(limit) if (1..=LIMIT.1).contains(&limit) => Ok(limit),
            Some(limit) => Err(Problem::new(
                Sort::Parameter,
                format!("limit is {limit}, but must be 1 to {}", LIMIT.1),
            )),
        }
    }

    /// Asks for `name=value` where neither `name` nor `other` is asked for.
    pub(crate) fn default(&mut self, name: &str, other: &str, value: &str) {
        if self
            .0
            .iter()
            .all(|(asked, _)| asked != name && asked != other)
        {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Ends the reading of parameters: what is left is unknown, and never ignored.
    ///
    /// # Errors
    /// [`Problem`] naming the first that is left.
    pub(crate) fn end(self, known: &str) -> Result<(), Problem> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => Err(Problem::new(
                Sort::Parameter,
                format!("unknown parameter {name}, but known are: {known}"),
            )),
        }
    }
}

/// Reads a whole number.
///
/// # Errors
/// [`Problem`] when it is not one.
pub(crate) fn whole_number(name: &str, text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| {
        let detail = format!("{name} is {text:?}, but must be a whole number from 0 on");
        Problem::new(Sort::Parameter, detail)
    })
}

/// Decodes a query string (`application/x-www-form-urlencoded`), keeping order and repeats.
pub(crate) fn decode(query: &str) -> Result<Vec<(String, String)>, Problem> {
    figures::parse_query(query).ok_or_else(|| {
        Problem::new(
            Sort::Parameter,
            "the query is not percent-encoded UTF-8".to_owned(),
        )
    })
}
