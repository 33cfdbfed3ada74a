//! The parameters of a question: name and value, decoded, and read one by one until none is left.
//!
//! Start at [`Parameters`].
//!
//! Never here: what a filter means (crate `figures`).

use std::collections::BTreeSet;

use event::CaseId;
use figures::At;

use crate::http::{Problem, Sort};

/// Days within which a second arrest is a re-arrest where the question does not say: a year.
pub const WITHIN_DAYS: u64 = 365;

/// The longest span of a re-arrest that can be asked for, in days: a century.
const WITHIN_DAYS_MAX: u64 = 36_525;

/// How many items a list gives when `limit` is not said, and at the most.
pub const LIMIT: (usize, usize) = (50, 1_000);

/// The parameters of a request, decoded, in order.
#[derive(Clone, Debug, Default)]
pub struct Parameters(
    /// Name and value of those that are left.
    pub Vec<(String, String)>,
);

impl Parameters {
    /// Takes a parameter out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    /// Takes a parameter out that does not go together with `other`.
    ///
    /// # Errors
    /// [`Problem`] where both are given: one of them would be ignored.
    pub fn take_alone(&mut self, name: &str, other: &str) -> Result<Option<String>, Problem> {
        let taken = self.take(name);
        if taken.is_some() && self.0.iter().any(|(key, _)| key == other) {
            let detail = format!("{name} and {other} do not go together: give one of them");
            return Err(Problem::new(Sort::Parameter, detail));
        }
        Ok(taken)
    }

    /// Takes a whole number out.
    ///
    /// # Errors
    /// [`Problem`] when it is not one.
    pub fn take_number(&mut self, name: &'static str) -> Result<Option<u64>, Problem> {
        let text = self.take(name);
        text.map(|text| whole_number(name, &text)).transpose()
    }

    /// Takes `limit` out: how many items, within [`LIMIT`].
    ///
    /// # Errors
    /// [`Problem`] when it is not a number from 1 to the most.
    pub fn take_limit(&mut self) -> Result<usize, Problem> {
        self.take_limit_or(LIMIT.0)
    }

    /// As [`Parameters::take_limit`], with another number where none is said.
    ///
    /// # Errors
    /// Those of [`Parameters::take_limit`].
    pub fn take_limit_or(&mut self, unsaid: usize) -> Result<usize, Problem> {
        let limit = self
            .take_number("limit")?
            .and_then(|n| usize::try_from(n).ok());
        match limit {
            None => Ok(unsaid),
            Some(limit) if (1..=LIMIT.1).contains(&limit) => Ok(limit),
            Some(limit) => Err(Problem::new(
                Sort::Parameter,
                format!("limit is {limit}, but must be 1 to {}", LIMIT.1),
            )),
        }
    }

    /// Asks for `name=value` where neither `name` nor `other` is asked for.
    pub fn default(&mut self, name: &str, other: &str, value: &str) {
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
    pub fn end(self, known: &str) -> Result<(), Problem> {
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
pub fn whole_number(name: &str, text: &str) -> Result<u64, Problem> {
    // The parser of numbers takes a sign.
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse().ok());
    number.ok_or_else(|| {
        let detail = format!("{name} is {text:?}, but must be a whole number from 0 on");
        Problem::new(Sort::Parameter, detail)
    })
}

/// Reads `at`, which says R.
///
/// # Errors
/// [`Problem`] says what is right.
pub fn parse_at(text: &str) -> Result<At, Problem> {
    figures::parse_at(text).ok_or_else(|| {
        Problem::new(
            Sort::Parameter,
            format!(
                "at is {text:?}, but must be a position, an RFC 3339 instant, or recorded:<instant>"
            ),
        )
    })
}

/// Reads the id of a case.
///
/// # Errors
/// [`Problem`] says what is wrong with it.
pub fn case_id(text: &str) -> Result<CaseId, Problem> {
    CaseId::parse(text).map_err(|error| {
        Problem::new(
            Sort::Parameter,
            format!("the case is {text:?}, which is {error}"),
        )
    })
}

/// Reads within how many days a re-arrest is one.
///
/// # Errors
/// [`Problem`] of more than a century.
pub fn within_days(within: u64) -> Result<u32, Problem> {
    let days = u32::try_from(within).ok();
    days.filter(|_| within <= WITHIN_DAYS_MAX).ok_or_else(|| {
        let detail = format!("within_days is {within}, but must be 0 to {WITHIN_DAYS_MAX}");
        Problem::new(Sort::Parameter, detail)
    })
}

/// Takes the parameters of a request, each of which is given once: of two, one would be ignored.
///
/// # Errors
/// [`Problem`] of the first parameter that is repeated.
pub fn each_once(pairs: Vec<(String, String)>) -> Result<Parameters, Problem> {
    let mut names = BTreeSet::new();
    let repeated = pairs.iter().find(|(name, _)| !names.insert(name));
    match repeated {
        None => Ok(Parameters(pairs)),
        Some((name, _)) => {
            let detail = format!("{name} is given more than once, but must be given once");
            Err(Problem::new(Sort::Parameter, detail))
        }
    }
}

/// Decodes a query string (`application/x-www-form-urlencoded`), keeping order and repeats.
///
/// # Errors
/// [`Problem`] of a broken escape.
pub fn decode(query: &str) -> Result<Vec<(String, String)>, Problem> {
    figures::parse_query(query).ok_or_else(|| {
        Problem::new(
            Sort::Parameter,
            "the query is not percent-encoded UTF-8".to_owned(),
        )
    })
}

/// Decodes the fields of a form as it is posted, keeping order and repeats.
///
/// # Errors
/// [`Problem`] of a broken escape.
pub fn decode_form(text: &str) -> Result<Vec<(String, String)>, Problem> {
    figures::parse_form(text).ok_or_else(|| {
        let detail = "the form is not percent-encoded UTF-8".to_owned();
        Problem::new(Sort::Body, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_given_once_and_a_number_is_of_digits() {
        let taken = |query: &str| {
            let mut parameters = each_once(decode(query)?)?;
            let alone = parameters.take_alone("to", "at")?;
            let after = parameters.take_number("after")?;
            parameters.end("after, at, to")?;
            Ok::<_, Problem>((alone.is_some(), after))
        };
        for (query, right) in [
            ("", Some((false, None))),
            ("after=05&to=7", Some((true, Some(5)))),
            ("after=18446744073709551615", Some((false, Some(u64::MAX)))),
            ("after=18446744073709551616", None),
            ("after=+5", None),
            ("after=", None),
            ("after=1&after=1", None),
            ("to=7&at=7", None),
            ("other=1", None),
        ] {
            let found = taken(query);
            assert_eq!(found.as_ref().ok(), right.as_ref(), "{query}: {found:?}");
        }
    }
}
