//! The window of a long list: how many of its items are given, and from which on.
//!
//! Start at [`WindowRequest::take`]. A list at one R never changes, so a place in it names the same item for
//! ever.
//!
//! Never here: what is listed, and the form of cursors (see [`super::cursor`]).

use std::ops::Range;

use axum::response::Response;

use super::cursor::Listing;
use super::problem::{Problem, Sort};
use crate::query::parameters::{LIMIT, Parameters};

/// How many items of a list are given for each of which a figure is counted, at the most, and where `limit` is
/// not said. Source: docs/reference/limits.md.
pub(crate) const COUNTED_MAX: usize = 100;

/// The part of a list that is asked for, before it is known of which list.
#[derive(Clone, Debug)]
pub(crate) struct WindowRequest {
    cursor: Option<String>,
    limit: usize,
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
        Ok(Self { cursor, limit })
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
