//! The window of a long list: how many of its items are given, and from which on.
//!
//! Start at [`Window::take`]. A list at one R never changes, so a place in it names the same item for ever.
//!
//! Never here: what is listed.

use std::ops::Range;

use axum::response::Response;

use super::problem::{Problem, Sort};
use super::response;
use crate::query::parameters::{LIMIT, Parameters};

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
    /// Takes `limit` and `cursor` out: the greatest limit where none is said.
    ///
    /// # Errors
    /// [`Problem`]: a limit that is none, or a cursor that no answer gave.
    pub(crate) fn take(parameters: &mut Parameters) -> Result<Self, Problem> {
        let is_said = parameters.0.iter().any(|(name, _)| name == "limit");
        let limit = if is_said {
            parameters.take_limit()?
        } else {
            LIMIT.1
        };
        let cursor = parameters.take_number("cursor")?.unwrap_or(0);
        let from = u32::try_from(cursor)
            .ok()
            .and_then(|from| from.try_into().ok());
        let from = from.ok_or_else(|| {
            let detail = format!("cursor is {cursor}, but must be one that an answer gave");
            Problem::new(Sort::Parameter, detail)
        })?;
        Ok(Self { from, limit })
    }

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
    pub(crate) fn link_next(self, response: &mut Response, path: &str, all: usize, rest: &str) {
        let next = self.places().end;
        if next < all {
            let rest = match rest {
                "" => format!("&limit={}", self.limit),
                rest => format!("&limit={}&{rest}", self.limit),
            };
            response::link_next(response, path, &next.to_string(), &rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(pairs: &[(&str, &str)]) -> Result<Window, Sort> {
        let pairs = pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
        let window = Window::take(&mut Parameters(pairs.collect()));
        window.map_err(|problem| problem.sort)
    }

    #[test]
    fn windows_follow_on_each_other_to_the_end() {
        let mut seen = Vec::new();
        let mut cursor = 0;
        loop {
            let window = window(&[("limit", "3"), ("cursor", &cursor.to_string())]).unwrap();
            let mut list: Vec<usize> = (0..8).collect();
            let all = window.cut(&mut list);
            assert_eq!(all, 8);
            seen.extend(list);
            cursor = window.places().end;
            if cursor >= all {
                break;
            }
        }
        assert_eq!(seen, (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn a_window_beyond_the_list_is_empty_and_no_number_is_too_great() {
        let mut list = vec![1, 2];
        assert_eq!(window(&[("cursor", "9")]).unwrap().cut(&mut list), 2);
        assert_eq!(list, [0; 0]);
        assert_eq!(
            window(&[("cursor", &u64::MAX.to_string())]),
            Err(Sort::Parameter)
        );
        assert_eq!(window(&[("limit", "1001")]), Err(Sort::Parameter));
        assert_eq!(window(&[("limit", "0")]), Err(Sort::Parameter));
    }
}
