//! A figure as an Atom feed: an entry for each change that moved it, the newest first.
//!
//! Never here: which events move a figure (`figures::changes`), and why in words ([`crate::pages::why`]).

use answers::{Change, Changes};
use axum::http::HeaderMap;
use axum::response::Response;
use event::Position;
use figures::{AsOf, Count, Unnamed};
use uuid::Uuid;

use super::Figure;
use crate::chart::escape;
use crate::formats;
use crate::http::Problem;
use crate::pages::why;
use crate::record::ReadFailure;
use crate::request::PageRequest;
use crate::text::format;
use crate::text::words::Words;

/// How many changes a feed tells, the last ones. Source: docs/reference/limits.md.
const ENTRIES: usize = 20;

/// How many positions are searched for them at first; where they hold too few, eight times as many,
/// until the beginning of the record.
const SEARCHED: u64 = 4_096;
const SEARCHED_TIMES: u64 = 8;

/// Answers `GET /v1/figures.atom`.
///
/// # Errors
/// [`Problem`]: a wrong question, a position above the newest, or no model yet.
pub async fn atom(request: PageRequest, headers: HeaderMap) -> Result<Response, Problem> {
    let figure = formats::figure(&request).await?;
    let changes = tokio::task::block_in_place(|| changes(&request, &figure));
    let changes = changes.map_err(|failure| Problem::failed(&failure))?;
    let feed = feed(&request, &figure, &changes);
    Ok(formats::sent(
        &request,
        &headers,
        &figure,
        "application/atom+xml; charset=utf-8",
        feed,
    ))
}

/// Returns the last changes of a figure, from as few positions as hold enough of them.
fn changes(request: &PageRequest, figure: &Figure) -> Result<Changes, ReadFailure> {
    let to = figure.snapshot.position;
    let mut searched = SEARCHED;
    loop {
        let from = Position::new(to.get().saturating_sub(searched));
        let (snapshot, scope) = (&figure.snapshot, request.scope());
        let found = snapshot.deltas(&figure.question.query, (from, to), None, scope);
        let changes = snapshot.explain(&found, &found.deltas, scope)?;
        let found = Changes::of(found, changes, scope);
        let moved = found.changes.iter().filter(|change| moves(change)).count();
        if moved >= ENTRIES || from == Position::ZERO {
            return Ok(found);
        }
        searched = searched.saturating_mul(SEARCHED_TIMES);
    }
}

fn moves(change: &Change) -> bool {
    change.delta != figures::Delta::default()
}

fn feed(request: &PageRequest, figure: &Figure, changes: &Changes) -> String {
    let w = formats::words(request);
    let origin = request.origin();
    let asked = figure.address(request).without("lang").without("at");
    let page = format!("{origin}{}", asked.href("/figures"));
    let id = Ids(format!(
        "{} {} {}",
        figure.snapshot.known().log,
        figure.answer.scope,
        asked.href("/v1/figures")
    ));
    let snapshot = &figure.snapshot;
    let from = figure.question.as_of();
    let received = |position: Position| {
        let received = snapshot.columns().instants().received_at(position);
        received.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), rfc3339)
    };
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\
         <id>{}</id><title>{}</title><subtitle>{}</subtitle><updated>{}</updated>\
         <link rel=\"self\" href=\"{}\"/><link href=\"{page}\"/>\
         <author><name>Habeas</name></author>",
        escape(&w.language.code),
        id.feed(),
        escape(&figure.title(w)),
        escape(&format::scope(w, &figure.answer.scope)),
        received(figure.snapshot.position),
        escape(&format!(
            "{origin}{}",
            request.address.href("/v1/figures.atom")
        )),
        page = escape(&page),
    );
    // The figure after each change: from the newest backwards, what a change brought is taken off.
    let mut after = changes.to.total;
    let moved = changes.changes.iter().rev().filter(|change| moves(change));
    for change in moved.take(ENTRIES) {
        let entry = Entry {
            title: &figure.title(w),
            page: &page,
            id: id.entry(change.position),
            after: &after,
            updated: received(change.position),
        };
        feed.push_str(&entry.told(w, &origin, change));
        after = before(&after, change).unwrap_or_else(|| {
            let at = Position::new(change.position.get().saturating_sub(1));
            let from = AsOf { at, ..from };
            figures::total(&**snapshot.scan(), &figure.question.query, from)
        });
    }
    feed.push_str("</feed>\n");
    feed
}

/// Returns the figure as it was before a change; none where the sum of the unnamed was open above before
/// or after it, which its delta does not tell.
fn before(after: &Count, change: &Change) -> Option<Count> {
    let less = |n: u64, delta: i64| n.saturating_add_signed(delta.saturating_neg());
    let delta = &change.delta;
    let unnamed = match after.unnamed {
        None => None,
        Some(unnamed) => Some(Unnamed {
            lower: less(unnamed.lower, delta.unnamed.lower),
            upper: match (unnamed.upper, delta.unnamed.without_upper) {
                (Some(upper), 0) => Some(less(upper, delta.unnamed.upper)),
                (None, _) | (Some(_), _) => return None,
            },
        }),
    };
    Some(Count {
        count: less(after.count, delta.count),
        at_least: less(after.at_least, delta.at_least),
        at_most: less(after.at_most, delta.at_most),
        unnamed,
    })
}

/// The ids of a feed and its entries: of the log and the question, so that they are the same at whatever host
/// the feed is read (RFC 4287, 4.2.6).
struct Ids(String);

impl Ids {
    fn feed(&self) -> String {
        self.of("")
    }

    fn entry(&self, position: Position) -> String {
        self.of(&format!("#p{position}"))
    }

    /// Returns a UUID of version 5 (RFC 9562, 5.5) of the log, the question and a part of it.
    fn of(&self, part: &str) -> String {
        let name = format!("habeas:{}{part}", self.0);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
            .urn()
            .to_string()
    }
}

/// What stands around one change.
struct Entry<'f> {
    title: &'f str,
    page: &'f str,
    id: String,
    after: &'f Count,
    updated: String,
}

impl Entry<'_> {
    fn told(&self, w: &Words, origin: &str, change: &Change) -> String {
        let position = change.position;
        let value = format::counted(w, self.after);
        let delta = why::delta_text(w, &change.delta);
        let delta = match why::delta_bounds(w, &change.delta) {
            Some(bounds) => w.fill("value.named", &[("name", &delta), ("value", &bounds)]),
            None => delta,
        };
        let title = w.fill(
            "feed.change",
            &[("title", self.title), ("value", &value), ("delta", &delta)],
        );
        let event = change.why.kind.map(|kind| w.label("kind", kind));
        let said: Vec<String> = [event, change.why.org.clone(), Some(why::reason(w, change))]
            .into_iter()
            .flatten()
            .collect();
        // What is not shown has no page of its own.
        let related = change.why.kind.map(|_| {
            let event = escape(&format!("{origin}/events/{position}"));
            format!("<link rel=\"related\" href=\"{event}\"/>")
        });
        format!(
            "<entry><id>{}</id><title>{}</title><updated>{}</updated>\
             <link href=\"{}\"/>{}<content type=\"text\">{}</content></entry>",
            self.id,
            escape(&title),
            self.updated,
            escape(&format!("{}&at={position}", self.page)),
            related.unwrap_or_default(),
            escape(&said.join(" · ")),
        )
    }
}

/// Writes an instant as RFC 3339, to the second.
pub(super) fn rfc3339(instant: event::Instant) -> String {
    let (seconds, _) = instant.parts();
    let of_day = seconds.rem_euclid(86_400);
    format!(
        "{}T{:02}:{:02}:{:02}Z",
        instant.utc_day(),
        of_day / 3_600,
        of_day / 60 % 60,
        of_day % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_the_log_and_the_question() {
        let ids = |log: &str, question: &str| Ids(format!("{log}/v1/figures?{question}"));
        let own = ids("a2d2f965", "kind=arrest");
        assert_eq!(own.feed(), ids("a2d2f965", "kind=arrest").feed());
        assert!(own.feed().starts_with("urn:uuid:"));
        let others = [
            own.entry(Position::new(1)),
            own.entry(Position::new(2)),
            ids("a2d2f965", "kind=death").feed(),
            ids("00000000", "kind=arrest").feed(),
        ];
        assert!(!others.contains(&own.feed()));
    }
}
