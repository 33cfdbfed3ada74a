//! Feeds of the record, as Atom (RFC 4287): the newest events, those of a case, and cases by what came in last.
//!
//! Start at [`events`], [`case`] and [`cases`]. An entry says what an event is, where and when, and never a name, a note
//! or a reason: feeds are read by services of others. Its id is of the log and of what it tells, the same in every feed
//! and for ever.
//!
//! Never here: a figure's feed (see [`super::atom`]), and who may see an event.

use answers::{CasePlace, CaseSummary, CaseWindow, EntryBody, Leaf};
use axum::http::HeaderMap;
use axum::response::Response;
use event::{CaseId, Position};
use fold::Sight;
use uuid::Uuid;

use super::atom::rfc3339;
use crate::chart::escape;
use crate::formats;
use crate::http::case_question::CaseQuestion;
use crate::http::event_filter::{EVENT_FILTERS, EventFilter};
use crate::http::parameters::{self, Parameters};
use crate::http::{Problem, Sort};
use crate::pages::event::SentEvent;
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;
use crate::text::words::Words;

/// How many entries a feed has, the newest. Source: docs/reference/limits.md.
const ENTRIES: usize = 50;

/// How many positions before R are looked at for them. Source: docs/reference/limits.md.
const LOOKED_MAX: u64 = 4_096;

/// How many leaves are read at once.
const READ_LEAVES: u64 = 64;

/// The media type.
const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// Which of the parameters of `/v1/cases` a feed of cases takes; it has the newest first.
const OF_CASES: &[&str] = &["open", "place", "recorded"];

/// Answers `GET /v1/events.atom`: the newest events that pass a filter.
///
/// # Errors
/// [`Problem`]: a wrong filter, a position above the newest, or no model yet.
pub async fn events(request: PageRequest, headers: HeaderMap) -> Result<Response, Problem> {
    request.takes(&[&["at", "lang"], &EVENT_FILTERS[..]].concat())?;
    formats::check_language(&request)?;
    let filter = EventFilter::of(request.address.only(&EVENT_FILTERS).pairs());
    let filter = filter.map_err(|why| Problem::new(Sort::Parameter, why))?;
    let snapshot = request.snapshot_hiding().await?;
    let found = tokio::task::block_in_place(|| newest(&request, &snapshot, &filter));
    let found = found.map_err(|failure| Problem::failed(&failure))?;
    let title = formats::words(&request).t("history.events").to_owned();
    let told = found.iter().map(|leaf| of_event(&request, leaf));
    let feed = Feed {
        title,
        page: "/history".to_owned(),
        entries: told.collect(),
    };
    Ok(feed.send(&request, &headers, &snapshot))
}

/// Answers `GET /v1/cases/{id}/events.atom`: the last entries of a case's timeline.
///
/// # Errors
/// [`Problem`]: the case is not known at R, a position above the newest, or no model yet.
pub async fn case(request: PageRequest, headers: HeaderMap) -> Result<Response, Problem> {
    request.takes(&["at", "lang"])?;
    formats::check_language(&request)?;
    let id = parameters::case_id(&request.id)?;
    let snapshot = request.snapshot_hiding().await?;
    let last = tokio::task::block_in_place(|| last_entries(&request, &snapshot, &id))?;
    let w = formats::words(&request);
    let told = last.iter().rev();
    let feed = Feed {
        title: w.fill("case.title", &[("id", id.as_str())]),
        page: format!("/cases/{id}"),
        entries: told.map(|entry| of_event(&request, &entry.leaf)).collect(),
    };
    Ok(feed.send(&request, &headers, &snapshot))
}

/// Answers `GET /v1/cases.atom`: cases, the one in which something came in last first.
///
/// # Errors
/// [`Problem`]: a wrong filter, a position above the newest, or no model yet.
pub async fn cases(request: PageRequest, headers: HeaderMap) -> Result<Response, Problem> {
    request.takes(&[&["at", "lang"], OF_CASES].concat())?;
    formats::check_language(&request)?;
    let asked = request.address.only(OF_CASES);
    let mut pairs = Parameters(asked.pairs().to_vec());
    pairs.default("order", "order", "newest");
    let question = CaseQuestion::take(&mut pairs)?;
    let snapshot = request.snapshot_hiding().await?;
    let which = (&question.filter, question.order);
    let found =
        tokio::task::block_in_place(|| snapshot.cases(request.scope(), which, None, ENTRIES));
    let (found, _) = found.map_err(|failure| Problem::failed(&failure))?;
    let told = found.cases.iter();
    let feed = Feed {
        title: formats::words(&request).t("cases.title").to_owned(),
        page: asked.href("/cases"),
        entries: told.map(|case| of_case(&request, case)).collect(),
    };
    Ok(feed.send(&request, &headers, &snapshot))
}

/// Returns the last entries of a case's timeline, by position: of a long one, the place after which they fit is looked
/// for by halves.
///
/// # Errors
/// [`Problem`]: the case is not known at R, or the store fails.
fn last_entries(
    request: &PageRequest,
    snapshot: &Snapshot,
    id: &CaseId,
) -> Result<Vec<EntryBody>, Problem> {
    let read = |from: CasePlace| {
        let window = CaseWindow {
            from,
            limit: ENTRIES,
            bytes: usize::MAX,
        };
        let (case, next) = snapshot.case(id, request.scope(), &window)?;
        Ok::<_, Problem>((case.timeline, next))
    };
    // Its people are not told.
    let after = |position: u64| CasePlace {
        persons: usize::MAX,
        after: Position::new(position),
    };
    let (mut last, more) = read(after(0))?;
    if last.is_empty() {
        // It is not known, and is told as such.
        return read(CasePlace::default()).map(|(timeline, _)| timeline);
    }
    let (mut low, mut high) = (0, snapshot.position.get());
    while more.is_some() && high - low > 1 {
        let middle = low + (high - low) / 2;
        let (part, next) = read(after(middle))?;
        match next {
            Some(_) => low = middle,
            None if part.len() == ENTRIES => return Ok(part),
            None => {
                high = middle;
                last = part;
            }
        }
    }
    Ok(last)
}

/// Returns the newest events that the reader may see and a filter takes, the newest first.
fn newest(
    request: &PageRequest,
    snapshot: &Snapshot,
    filter: &EventFilter,
) -> Result<Vec<Leaf>, ReadFailure> {
    let at = snapshot.position;
    let (mut found, mut last) = (Vec::new(), at.get());
    let floor = last.saturating_sub(LOOKED_MAX);
    while last > floor && found.len() < ENTRIES {
        // Read in pieces: nothing is written while a reader holds one.
        let reading = snapshot.read()?;
        let first = last.saturating_sub(READ_LEAVES - 1).max(floor + 1);
        let wanted = usize::try_from(last - first + 1).unwrap_or(1);
        let read = reading.leaves(Position::new(first), wanted)?;
        let mut sight = Sight::new(&reading, at);
        for (position, bytes) in read.into_iter().rev() {
            let seen = answers::visible_leaf(&mut sight, (position, &bytes), request.scope())?;
            if let Some(leaf) = seen.filter(|_| found.len() < ENTRIES)
                && filter.takes(&reading, (position, &bytes), at)?
            {
                found.push(leaf);
            }
        }
        last = first - 1;
    }
    Ok(found)
}

/// What a feed tells.
struct Feed {
    title: String,
    /// The page that shows the same.
    page: String,
    /// The newest first.
    entries: Vec<Entry>,
}

/// One thing that is told.
struct Entry {
    /// What names it within the log.
    name: String,
    title: String,
    says: String,
    /// The position at which it came, or changed last.
    position: Position,
    /// The path of its page.
    page: String,
}

/// Tells an event: what it is, when and where, by whom.
fn of_event(request: &PageRequest, leaf: &Leaf) -> Entry {
    let (w, sent) = (formats::words(request), SentEvent::of(leaf));
    let kind = w.label("kind", sent.kind());
    let org = sent.attribute("org").unwrap_or_default().to_owned();
    let place = sent.text(&["place", "code"]).map(|code| w.place(code));
    let known = sent.text(&["verification"]);
    let known = known.map(|code| w.label("verification", code));
    let said = [sent.when(w), place, Some(org), known];
    Entry {
        name: format!("event {}", leaf.position),
        title: match sent.attribute("subject") {
            Some(case) => format!("{kind} · {case}"),
            None => kind,
        },
        says: said.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        position: leaf.position,
        page: format!("/events/{}", leaf.position),
    }
}

/// Tells a case: how many people and events, where, and in which states of custody.
fn of_case(request: &PageRequest, case: &CaseSummary) -> Entry {
    let w = formats::words(request);
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let states = case.states.iter().map(|(state, persons)| {
        let (name, value) = (w.label("custody_state", state), w.number(number(*persons)));
        w.fill("value.named", &[("name", &name), ("value", &value)])
    });
    let places = case.places.iter().map(|code| w.place(code));
    let counts = [
        w.count("event.people", number(case.persons), &[]),
        w.count("case.events", number(case.events), &[]),
    ];
    let said = counts.into_iter().chain(places).chain(states);
    Entry {
        name: format!("case {}", case.case),
        title: w.fill("case.title", &[("id", &case.case)]),
        says: said.collect::<Vec<_>>().join(" · "),
        position: case.newest,
        page: format!("/cases/{}", case.case),
    }
}

impl Feed {
    fn send(self, request: &PageRequest, headers: &HeaderMap, snapshot: &Snapshot) -> Response {
        let text = self.write(request, snapshot, formats::words(request));
        let body = (MEDIA_TYPE, text.into_bytes());
        formats::sent_as_known(request, headers, snapshot.known(), body)
    }

    fn write(&self, request: &PageRequest, snapshot: &Snapshot, w: &Words) -> String {
        let (origin, log) = (request.origin(), snapshot.known().log);
        let asked = request.address.without("lang").without("at");
        let received = |position: Position| {
            let received = snapshot.columns().instants().received_at(position);
            received.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), rfc3339)
        };
        // A feed is of the question and the scope; what it tells is of the log alone.
        let scope = request.scope().name();
        let own = id(&format!("{log} {scope} {}", asked.href(&request.path)));
        let updated = self.entries.first().map(|entry| entry.position);
        let link = |path: &str| escape(&format!("{origin}{path}"));
        let mut feed = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\
             <id>{own}</id><title>{}</title><subtitle>{}</subtitle><updated>{}</updated>\
             <link rel=\"self\" href=\"{}\"/><link href=\"{}\"/>\
             <author><name>Habeas</name></author>",
            escape(&w.language.code),
            escape(&self.title),
            escape(&crate::text::format::scope(w, &scope)),
            received(updated.unwrap_or(Position::new(1))),
            link(&request.address.href(&request.path)),
            link(&self.page),
        );
        for entry in &self.entries {
            feed.push_str(&format!(
                "<entry><id>{}</id><title>{}</title><updated>{}</updated>\
                 <link href=\"{}\"/><content type=\"text\">{}</content></entry>",
                id(&format!("{log} {}", entry.name)),
                escape(&entry.title),
                received(entry.position),
                link(&entry.page),
                escape(&entry.says),
            ));
        }
        feed.push_str("</feed>\n");
        feed
    }
}

/// Returns a UUID of version 5 (RFC 9562, 5.5), as an address.
fn id(name: &str) -> String {
    let name = format!("habeas:feed:{name}");
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes());
    id.urn().to_string()
}
