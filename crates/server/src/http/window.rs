//! The window of a long list: how many of its items are given, and from which on.
//!
//! Start at [`WindowRequest::take`]. A list at one R never changes, so a place in it names the same item for
//! ever.
//!
//! Never here: what is listed, and the form of cursors (see [`super::cursor`]).

use std::ops::Range;

use axum::response::Response;
use web::files::Form;
use web::http::parameters::{LIMIT, Parameters};

use super::cursor::Listing;
use super::problem::{Problem, Sort};

/// How many items of a list are given for each of which a figure is counted, at the most, and where `limit` is
/// not said. Source: docs/reference/limits.md.
pub(crate) const COUNTED_MAX: usize = 100;

/// The part of a list that is asked for, before it is known of which list.
#[derive(Clone, Debug)]
pub(crate) struct WindowRequest {
    cursor: Option<String>,
    limit: usize,
    extent: Extent,
}

/// Whether a part of a list is asked for, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extent {
    /// A part: the rest is linked.
    Part,
    /// All of it, in a file.
    All,
}

impl WindowRequest {
    /// Takes `limit` and `cursor` out: the greatest limit where none is said.
    ///
    /// # Errors
    /// [`Problem`]: a limit that is none.
    pub(crate) fn take(parameters: &mut Parameters) -> Result<Self, Problem> {
        let is_said = parameters.0.iter().any(|(name, _)| name == "limit");
        let limit = if is_said {
            parameters.take_limit()?
        } else {
            LIMIT.1
        };
        let cursor = parameters.take("cursor");
        let extent = Extent::Part;
        Ok(Self {
            cursor,
            limit,
            extent,
        })
    }

    /// Takes `limit` and `cursor` out of a request for a file, which holds all of the list where neither is
    /// said, and never more than `most` items.
    ///
    /// # Errors
    /// [`Problem`]: a limit that is none, or above that.
    pub(crate) fn take_of_file(parameters: &mut Parameters, most: usize) -> Result<Self, Problem> {
        let said = parameters.take_number("limit")?;
        let cursor = parameters.take("cursor");
        let extent = match (&said, &cursor) {
            (None, None) => Extent::All,
            _ => Extent::Part,
        };
        let limit = said.map_or(Some(most), |said| usize::try_from(said).ok());
        let limit = limit.filter(|limit| (1..=most).contains(limit));
        let limit = limit.ok_or_else(|| {
            let said = said.unwrap_or_default();
            let detail = format!("limit is {said}, but must be 1 to {most} of a file");
            Problem::new(Sort::Parameter, detail)
        })?;
        Ok(Self {
            cursor,
            limit,
            extent,
        })
    }

    /// As [`WindowRequest::take`], or as [`WindowRequest::take_of_file`] where a file is asked for.
    ///
    /// # Errors
    /// As of these.
    pub(crate) fn take_in(
        form: Option<Form>,
        parameters: &mut Parameters,
        most: usize,
    ) -> Result<Self, Problem> {
        if form.is_some() {
            Self::take_of_file(parameters, most)
        } else {
            Self::take(parameters)
        }
    }

    /// As [`WindowRequest::take_in`], of a list that gives 50 items where no limit is said.
    ///
    /// # Errors
    /// As of that.
    pub(crate) fn take_listed_in(
        form: Option<Form>,
        parameters: &mut Parameters,
        most: usize,
    ) -> Result<Self, Problem> {
        if form.is_some() {
            return Self::take_of_file(parameters, most);
        }
        let limit = parameters.take_limit()?;
        let taken = Self::take(parameters)?;
        Ok(Self { limit, ..taken })
    }

    /// As [`WindowRequest::take_counted`], or of a file of at most as many.
    ///
    /// # Errors
    /// As of these.
    pub(crate) fn take_counted_in(
        form: Option<Form>,
        parameters: &mut Parameters,
    ) -> Result<Self, Problem> {
        if form.is_some() {
            Self::take_of_file(parameters, COUNTED_MAX)
        } else {
            Self::take_counted(parameters)
        }
    }

    /// Returns how many items are asked for.
    pub(crate) const fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the cursor that is given.
    pub(crate) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Returns the parameters of this window in an address that gives it again; nothing of the whole list.
    pub(crate) fn parameters(&self) -> String {
        let cursor = self.cursor.iter().map(|cursor| format!("&cursor={cursor}"));
        match self.extent {
            Extent::All => String::new(),
            Extent::Part => format!("&limit={}{}", self.limit, cursor.collect::<String>()),
        }
    }

    /// Refuses a file of all of a list that has more items than it holds.
    ///
    /// # Errors
    /// [`Problem`] where `has_more`.
    pub(crate) fn check_rest(&self, has_more: impl FnOnce() -> Rest) -> Result<(), Problem> {
        if self.extent == Extent::Part || has_more() == Rest::None {
            return Ok(());
        }
        let detail = format!(
            "the list has more than {most} items, which a file holds at the most: ask for parts with \
             limit={most}, each of which links to the next",
            most = self.limit
        );
        Err(Problem::new(Sort::Parameter, detail))
    }

    /// As [`WindowRequest::take`], of a list for each of whose items a figure is counted: at most
    /// [`COUNTED_MAX`].
    ///
    /// # Errors
    /// [`Problem`]: a limit that is none, or above that.
    pub(crate) fn take_counted(parameters: &mut Parameters) -> Result<Self, Problem> {
        let is_said = parameters.0.iter().any(|(name, _)| name == "limit");
        let taken = Self::take(parameters)?;
        if !is_said {
            return Ok(Self {
                limit: COUNTED_MAX,
                ..taken
            });
        }
        if taken.limit > COUNTED_MAX {
            let detail = format!(
                "limit is {}, but must be 1 to {COUNTED_MAX} here",
                taken.limit
            );
            return Err(Problem::new(Sort::Parameter, detail));
        }
        Ok(taken)
    }

    /// Returns the part of this list.
    ///
    /// # Errors
    /// [`Problem`]: a cursor that the list did not give.
    pub(crate) fn of(&self, listing: &Listing<'_>) -> Result<Window, Problem> {
        let place = listing.number(self.cursor.as_deref())?.unwrap_or(0);
        Ok(Window {
            from: usize::try_from(place).unwrap_or(usize::MAX),
            limit: self.limit,
        })
    }
}

/// What a list has behind a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Nothing.
    None,
    /// More items.
    More,
}

/// The part of a list that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    from: usize,
    limit: usize,
}

impl Default for Window {
    /// Returns the first window of the greatest limit.
    fn default() -> Self {
        Self {
            from: 0,
            limit: LIMIT.1,
        }
    }
}

impl Window {
    /// Returns the places that are asked for.
    pub(crate) const fn places(self) -> Range<usize> {
        self.from..self.from.saturating_add(self.limit)
    }

    /// Returns what a list of `all` items has behind the window.
    pub(crate) const fn rest(self, all: usize) -> Rest {
        if self.from.saturating_add(self.limit) < all {
            Rest::More
        } else {
            Rest::None
        }
    }

    /// Cuts a list to the window; returns how many there were in all.
    pub(crate) fn cut<T>(self, list: &mut Vec<T>) -> usize {
        let all = list.len();
        list.truncate(self.places().end);
        list.drain(..self.from.min(list.len()));
        all
    }

    /// Returns what names the window in an `ETag`; nothing of the first one.
    pub(crate) fn name(self) -> String {
        match self {
            Self { from: 0, limit } if limit == LIMIT.1 => String::new(),
            Self { from, limit } => format!(" {from} {limit}"),
        }
    }

    /// Adds the link to the next window of a list of `all` items, whose other parameters are `rest`.
    pub(crate) fn link_next(
        self,
        response: &mut Response,
        listing: &Listing<'_>,
        all: usize,
        rest: &str,
    ) {
        let next = self.places().end;
        if next < all {
            let rest = match rest {
                "" => format!("limit={}", self.limit),
                rest => format!("limit={}&{rest}", self.limit),
            };
            listing.link_next(response, &next.to_string(), &rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_on_each_other_to_the_end() {
        let (mut seen, mut from) = (Vec::new(), 0);
        loop {
            let window = Window { from, limit: 3 };
            let mut list: Vec<usize> = (0..8).collect();
            let all = window.cut(&mut list);
            assert_eq!(all, 8);
            seen.extend(list);
            from = window.places().end;
            if from >= all {
                break;
            }
        }
        assert_eq!(seen, (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn a_limit_is_a_number_from_1_to_the_most() {
        for limit in ["0", "1001", "+5", "-1", "x", ""] {
            let mut parameters = Parameters(vec![("limit".into(), limit.into())]);
            let taken = WindowRequest::take(&mut parameters);
            assert_eq!(
                taken.map(|_| ()).map_err(|p| p.sort),
                Err(Sort::Parameter),
                "{limit}"
            );
        }
    }

    #[test]
    fn a_file_is_of_all_or_of_a_part_and_all_is_refused_where_there_is_more() {
        let take = |pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()));
            WindowRequest::take_of_file(&mut Parameters(pairs.collect()), 3)
        };
        let rest = |pairs: &[(&str, &str)], rest: Rest| {
            let checked = take(pairs).and_then(|taken| taken.check_rest(|| rest));
            checked.map_err(|problem| problem.sort)
        };
        assert_eq!(rest(&[], Rest::None), Ok(()));
        assert_eq!(rest(&[], Rest::More), Err(Sort::Parameter));
        assert_eq!(rest(&[("limit", "3")], Rest::More), Ok(()));
        assert_eq!(rest(&[("cursor", "x")], Rest::More), Ok(()));
        assert_eq!(rest(&[("limit", "4")], Rest::None), Err(Sort::Parameter));
        assert_eq!(rest(&[("limit", "0")], Rest::None), Err(Sort::Parameter));
        let part = take(&[("limit", "2"), ("cursor", "x")]).unwrap();
        assert_eq!(part.parameters(), "&limit=2&cursor=x");
        assert_eq!(take(&[]).unwrap().parameters(), "");
    }

    #[test]
    fn a_list_whose_items_are_counted_has_a_smaller_window() {
        let take = |limit: Option<&str>| {
            let limit = limit.map(|limit| ("limit".into(), limit.into()));
            let mut parameters = Parameters(limit.into_iter().collect());
            let taken = WindowRequest::take_counted(&mut parameters);
            taken.map(|taken| taken.limit).map_err(|p| p.sort)
        };
        assert_eq!(take(None), Ok(COUNTED_MAX));
        assert_eq!(take(Some("100")), Ok(100));
        assert_eq!(take(Some("101")), Err(Sort::Parameter));
        assert_eq!(take(Some("0")), Err(Sort::Parameter));
    }
}
