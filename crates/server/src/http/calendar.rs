//! The answer with a calendar.
//!
//! Never here: which entries it has, and how they are written (crate `web`).

use axum::http::HeaderMap;
use axum::response::Response;
use event::Instant;
use fold::Scope;
use web::calendar::{Audience, Calendar, ENDING, Entry, MEDIA_TYPE};
use web::files::{FileBody, check_bytes};
use web::http::origin::origin;
use web::record::AsKnown;
use web::text::words::Words;

use super::problem::Problem;

/// What a calendar follows from.
pub(super) struct CalendarAnswer<'a> {
    /// In which language.
    pub(super) words: &'a Words,
    /// The key of its name.
    pub(super) name: &'a str,
    /// The name of its file.
    pub(super) file: &'a str,
    /// The headers of the request.
    pub(super) headers: &'a HeaderMap,
    /// For whom.
    pub(super) scope: &'a Scope,
    /// As known at which R.
    pub(super) known: AsKnown,
    /// It as an address below this host that gives the same for ever.
    pub(super) query: &'a str,
}

impl CalendarAnswer<'_> {
    /// Answers with a calendar of these entries.
    ///
    /// # Errors
    /// [`Problem`]: it has more bytes than a file may have.
    pub(super) fn send(self, entries: Vec<Entry>) -> Result<Response, Problem> {
        let (position, scope) = (self.known.position, self.scope.name());
        let address = format!("{}{}", origin(self.headers), self.query);
        let w = self.words;
        let values = [
            ("position", &*position.to_string()),
            ("scope", &scope),
            ("address", &address),
        ];
        let follows_from = w.fill("calendar.about", &values);
        let calendar = Calendar {
            name: w.t(self.name).to_owned(),
            about: format!("{}\n{follows_from}", w.t("calendar.caveat")),
            address,
            audience: if *self.scope == Scope::Public {
                Audience::Public
            } else {
                Audience::Scope
            },
            entries,
        };
        let bytes = calendar.write().into_bytes();
        check_bytes(bytes.len())?;
        let file = FileBody {
            name: self.file,
            ending: ENDING,
            media_type: MEDIA_TYPE,
            question: self.query,
            query: self.query,
            bytes,
        };
        Ok(file.send(self.headers, self.scope, self.known))
    }
}

/// Returns when a position came to the record; the beginning of 1970 where the record does not say.
pub(super) fn received(instant: Option<Instant>) -> Instant {
    instant.unwrap_or(Instant::from_parts(0, 0))
}
