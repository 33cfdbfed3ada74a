//! Days as answers have them, and as a person reads them.
//!
//! Never here: what happened on them.

use std::fmt;

use event::Day;
use serde::Deserialize;

/// Days on which something may have been. `..` stands where nothing bounds it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Days {
    /// The first day it may have been.
    earliest: String,
    /// The last day it may have been.
    latest: String,
    /// Whether who said so doubted it.
    doubt: bool,
}

impl Days {
    /// Returns the first day; none where nothing bounds it.
    pub(crate) fn first(&self) -> Option<Day> {
        Day::parse(&self.earliest)
    }

    /// Returns the last day; none where nothing bounds it.
    pub(crate) fn last(&self) -> Option<Day> {
        Day::parse(&self.latest)
    }
}

/// Writes `2020-09-03`, `2020-09`, `2020` or `2020-09-03/2020-09-07`, with `?` where it is doubted.
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (&self.earliest, &self.latest);
        match whole(first, last) {
            Some(period) => f.write_str(period)?,
            None if first == last => f.write_str(first)?,
            None => write!(f, "{first}/{last}")?,
        }
        f.write_str(if self.doubt { " ?" } else { "" })
    }
}

/// Returns the year or month of which these are the first and the last day.
fn whole<'a>(first: &'a str, last: &str) -> Option<&'a str> {
    let (year, month) = (first.get(..4)?, first.get(..7)?);
    let next = Day::parse(last)?.plus(1).to_string();
    if first.ends_with("-01-01") && last == format!("{year}-12-31") {
        Some(year)
    } else if first.ends_with("-01") && last.starts_with(month) && next.ends_with("-01") {
        Some(month)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_short_as_they_are_sure() {
        let check = |earliest: &str, latest: &str, written: &str| {
            let (earliest, latest) = (earliest.to_owned(), latest.to_owned());
            let when = Days {
                earliest,
                latest,
                doubt: false,
            };
            assert_eq!(when.to_string(), written);
        };
        check("2020-09-03", "2020-09-03", "2020-09-03");
        check("2020-02-01", "2020-02-29", "2020-02");
        check("2020-02-01", "2020-02-28", "2020-02-01/2020-02-28");
        check("2020-01-01", "2020-12-31", "2020");
        check("2020-01-01", "2021-01-31", "2020-01-01/2021-01-31");
        check("2019-12-30", "2020-01-03", "2019-12-30/2020-01-03");
        check("..", "2020-01-03", "../2020-01-03");
        check("2020-01-01", "..", "2020-01-01/..");
    }

    #[test]
    fn a_doubt_is_marked() {
        let (earliest, latest) = ("2020-04-01".to_owned(), "2020-04-30".to_owned());
        let when = Days {
            earliest,
            latest,
            doubt: true,
        };
        assert_eq!(when.to_string(), "2020-04 ?");
    }
}
