//! Cursors: where the next page of a list begins, in a text that is good for that list alone.
//!
//! Start at [`Listing`]. A cursor is base64url of eight bytes of SHA-256 over what it is bound to, the place
//! included, then the place. It holds no key: any node of the same log makes the same, and who makes one up
//! reads nothing that the list would not give. Source: docs/reference/api.md, Lists.
//!
//! Never here: what a place means, and what is listed.

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fold::Scope;
use sha2::{Digest, Sha256};
use web::record::AsKnown;

use super::problem::{Problem, Sort};
use super::response;

/// How many bytes of the hash stand before the place.
const BOUND_BYTES: usize = 8;

/// What a cursor is bound to: a list, its question, R, the scope and the log.
pub(crate) struct Listing<'l> {
    /// The list's path.
    pub(crate) path: &'l str,
    /// What is asked of the list, without where a page begins and how long it is.
    pub(crate) question: &'l str,
    /// The log and R.
    pub(crate) known: AsKnown,
    /// For whom.
    pub(crate) scope: &'l Scope,
}

impl Listing<'_> {
    /// Returns the cursor of a place in this list.
    fn cursor(&self, place: &str) -> String {
        let mut bytes = self.bound(place).to_vec();
        bytes.extend_from_slice(place.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Returns the place that a cursor of this list names.
    ///
    /// # Errors
    /// [`Problem`] of a text that is no cursor, or one of another list, question, R, scope or log.
    pub(crate) fn place(&self, cursor: &str) -> Result<String, Problem> {
        let place = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| {
            let (bound, place) = bytes.split_at_checked(BOUND_BYTES)?;
            let place = std::str::from_utf8(place).ok()?;
            (bound == self.bound(place)).then(|| place.to_owned())
        });
        place.ok_or_else(|| {
            let AsKnown { position, .. } = self.known;
            let detail = format!(
                "cursor is {cursor:?}, but must be one that this list gave for the same question at \
                 position {position}: follow the link rel=\"next\" as it is"
            );
            Problem::new(Sort::Cursor, detail)
        })
    }

    /// Returns the place as a whole number; none where no cursor is given.
    ///
    /// # Errors
    /// As [`Listing::place`].
    pub(crate) fn number(&self, cursor: Option<&str>) -> Result<Option<u64>, Problem> {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        let place = self.place(cursor)?;
        let number = place.parse().ok();
        number.map(Some).ok_or_else(|| {
            let detail = format!("cursor is {cursor:?}, which no page of this list gave");
            Problem::new(Sort::Cursor, detail)
        })
    }

    /// Adds the link to the page that begins at `place` (RFC 8288); `rest` are its other parameters, as in
    /// `limit=50&at=7`.
    pub(crate) fn link_next(&self, response: &mut Response, place: &str, rest: &str) {
        response::link_next(response, self.path, &self.cursor(place), rest);
    }

    /// Returns what proves that a place is of this list.
    fn bound(&self, place: &str) -> [u8; BOUND_BYTES] {
        let AsKnown { log, position, .. } = self.known;
        let mut hasher = Sha256::new();
        for part in [
            "habeas cursor 1",
            self.path,
            self.question,
            &log.to_string(),
            &position.to_string(),
            &self.scope.name(),
            place,
        ] {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        }
        let mut bound = [0; BOUND_BYTES];
        for (to, from) in bound.iter_mut().zip(hasher.finalize()) {
            *to = from;
        }
        bound
    }
}

#[cfg(test)]
mod tests {
    use event::Position;

    use super::*;
    use web::http::log_id::LogId;

    fn known(log: &str, position: u64) -> AsKnown {
        AsKnown {
            log: LogId::of(log),
            position: Position::new(position),
            left_out: None,
            hidden_through: Position::ZERO,
            is_hiding: false,
        }
    }

    fn listing<'l>(
        path: &'l str,
        question: &'l str,
        known: AsKnown,
        scope: &'l Scope,
    ) -> Listing<'l> {
        Listing {
            path,
            question,
            known,
            scope,
        }
    }

    #[test]
    fn a_cursor_is_taken_by_its_own_list_alone() {
        let (public, operator) = (Scope::Public, Scope::Operator);
        let own = listing("/v1/cases", "", known("a.example/log", 7), &public);
        for place in ["", "50", "khmer-watch:k20-003"] {
            let cursor = own.cursor(place);
            assert_eq!(own.place(&cursor).as_deref(), Ok(place));
            assert!(
                cursor
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            );
        }
        let cursor = own.cursor("50");
        for other in [
            listing("/v1/persons", "", known("a.example/log", 7), &public),
            listing(
                "/v1/cases",
                "kind=arrest",
                known("a.example/log", 7),
                &public,
            ),
            listing("/v1/cases", "", known("a.example/log", 8), &public),
            listing("/v1/cases", "", known("b.example/log", 7), &public),
            listing("/v1/cases", "", known("a.example/log", 7), &operator),
        ] {
            assert_eq!(other.place(&cursor).map_err(|p| p.sort), Err(Sort::Cursor));
        }
    }

    #[test]
    fn what_no_page_gave_is_no_cursor() {
        let scope = Scope::Public;
        let own = listing("/v1/cases", "", known("a.example/log", 7), &scope);
        let (given, words) = (own.cursor("50"), own.cursor("many"));
        let (changed, padded) = (
            given.replacen(given.chars().next().unwrap(), "-", 1),
            format!("{given}="),
        );
        for text in [
            "",
            "0",
            "5000",
            "zz:zz",
            "AAAAAAAAAAA",
            "é",
            &changed,
            &padded,
            &format!("{given}A"),
        ] {
            assert_eq!(
                own.number(Some(text)).map_err(|p| p.sort),
                Err(Sort::Cursor),
                "{text}"
            );
        }
        assert_eq!(
            own.number(Some(&words)).map_err(|p| p.sort),
            Err(Sort::Cursor)
        );
        assert_eq!(own.number(Some(&given)), Ok(Some(50)));
        assert_eq!(own.number(None), Ok(None));
    }
}
