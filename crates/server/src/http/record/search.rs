//! `/v1/search`: people by their names, and events by their words.
//!
//! Never here: what is a match (crate `search`).

use answers::{EventBody, FoundPerson};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use event::{PersonId, Position};
use search::{Exactness, NameHit, NameQuery, QUERY_CHARS_MAX, QUERY_WORDS_MAX, WordQuery};
use serde::Serialize;

use crate::access::MayRead;
use crate::http::cursor::Listing;
use crate::http::problem::{Problem, Sort};
use crate::http::{App, response};
use crate::query::found;
use crate::query::snapshot::Snapshot;
use crate::search::IndexState;
use web::http::parameters::Parameters;

/// How many people or events are given where `limit` is not said. Source: docs/reference/limits.md.
pub(crate) const FOUND: usize = 20;

/// How many at the most. Source: docs/reference/limits.md.
pub(crate) const FOUND_MAX: usize = 100;

/// What was found.
#[derive(Serialize)]
struct Found {
    position: Position,
    scope: String,
    /// The last position that is in the index: what came after it is not found yet.
    indexed: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    persons: Option<Vec<FoundPerson>>,
    /// `near` where no event has the words themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<EventBody>>,
}

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    Persons,
    Events,
    Both,
}

/// Finds people and events.
pub(in crate::http) async fn find(
    State(app): State<App>,
    may: MayRead,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = Snapshot::hiding(&app.node, may.scope(), &mut parameters).await?;
    let indexed = app.searching.indexed(snapshot.position).await;
    let asked = Asked::take(&mut parameters)?;
    let question = asked.question();
    let listing = Listing {
        path: "/v1/search",
        question: &question,
        known: snapshot.known(),
        scope: may.scope(),
    };
    let place = asked.cursor.as_deref().map(|cursor| listing.place(cursor));
    let place = place.transpose()?;
    let work = || asked.answer((&snapshot, &may), &indexed, place.as_deref());
    let (found, next) = tokio::task::block_in_place(work)?;
    let tagged = format!("{question} {place:?} {} {}", asked.limit, indexed.through);
    let mut response = response::answer(&headers, may.scope(), &tagged, snapshot.known(), &found)?;
    if let Some(next) = next {
        let rest = format!("{question}&limit={}&at={}", asked.limit, snapshot.position);
        listing.link_next(&mut response, &next, &rest);
    }
    Ok(response)
}

/// A search, as it was asked for.
struct Asked {
    text: String,
    names: Option<NameQuery>,
    words: Option<WordQuery>,
    within: In,
    is_typed: bool,
    limit: usize,
    cursor: Option<String>,
}

impl Asked {
    /// Takes a search out of its parameters.
    fn take(parameters: &mut Parameters) -> Result<Self, Problem> {
        let wrong = |detail: String| Problem::new(Sort::Parameter, detail);
        let text = parameters.take("q").unwrap_or_default();
        let within = match parameters.take("in").as_deref() {
            None => In::Both,
            Some("persons") => In::Persons,
            Some("events") => In::Events,
            Some(other) => {
                return Err(wrong(format!(
                    "in is {other:?}, but must be persons or events"
                )));
            }
        };
        let is_typed = match parameters.take("typed").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                return Err(wrong(format!(
                    "typed is {other:?}, but must be true or false"
                )));
            }
        };
        let limit = parameters.take_number("limit")?;
        let limit = limit.map_or(Some(FOUND), |limit| usize::try_from(limit).ok());
        let limit = limit.filter(|limit| (1..=FOUND_MAX).contains(limit));
        let limit =
            limit.ok_or_else(|| wrong(format!("limit must be 1 to {FOUND_MAX} of a search")))?;
        let cursor = parameters.take("cursor");
        std::mem::take(parameters).end("at, cursor, in, limit, min_position, q, typed")?;
        let names = NameQuery::new(&text);
        let words = WordQuery::new(&text);
        let count = words.as_ref().map_or(0, |words| words.words().len());
        let count = count.max(names.as_ref().map_or(0, NameQuery::words));
        if count == 0 || count > QUERY_WORDS_MAX || text.chars().count() > QUERY_CHARS_MAX {
            return Err(wrong(format!(
                "q has {count} words and {} characters, but must have 1 to {QUERY_WORDS_MAX} words and at most \
                 {QUERY_CHARS_MAX} characters",
                text.chars().count()
            )));
        }
        if cursor.is_some() && within == In::Both {
            return Err(wrong(
                "cursor leads on in one list: in=persons or in=events".to_owned(),
            ));
        }
        let names = if is_typed {
            names.map(NameQuery::typed)
        } else {
            names
        };
        Ok(Self {
            text,
            names,
            words,
            within,
            is_typed,
            limit,
            cursor,
        })
    }

    /// Returns the parameters that say what is looked for.
    fn question(&self) -> String {
        let text = figures::percent_encode(&self.text);
        let within = match self.within {
            In::Persons => "&in=persons",
            In::Events => "&in=events",
            In::Both => "",
        };
        let typed = if self.is_typed { "&typed=true" } else { "" };
        format!("q={text}{within}{typed}")
    }

    /// Answers; with the place at which the next page begins, of one list.
    fn answer(
        &self,
        (snapshot, may): (&Snapshot, &MayRead),
        indexed: &IndexState,
        place: Option<&str>,
    ) -> Result<(Found, Option<String>), Problem> {
        let failed = |failure: store::Failure| Problem::failed(&failure);
        let mut answer = Found {
            position: snapshot.position,
            scope: may.scope().name(),
            indexed: indexed.through,
            persons: None,
            words: None,
            events: None,
        };
        let mut next = None;
        let of = (snapshot, may.scope());
        if self.within != In::Events {
            let after = place.map(NamePlace::read).transpose()?;
            let mut persons = Vec::new();
            if let Some(query) = &self.names {
                let listed =
                    found::persons(of, (&indexed.index, query), after.as_ref(), self.limit);
                let last;
                (persons, last) = listed.map_err(failed)?;
                next = last.as_ref().map(NamePlace::write);
            }
            answer.persons = Some(persons);
        }
        if self.within != In::Persons {
            let place = place.map(event_place).transpose()?;
            let (mut events, mut exactness) = (Vec::new(), Exactness::Same);
            if let Some(query) = &self.words {
                let list = |exactness, before| {
                    found::events(of, (&indexed.index, query, exactness), before, self.limit)
                };
                let (asked, before) = place.unzip();
                exactness = asked.unwrap_or(Exactness::Same);
                let mut last;
                (events, last) = list(exactness, before).map_err(failed)?;
                if events.is_empty() && before.is_none() {
                    exactness = Exactness::Near;
                    (events, last) = list(exactness, None).map_err(failed)?;
                }
                next = last.map(|last| format!("{} {last}", name_of(exactness)));
            }
            answer.words = Some(name_of(exactness));
            answer.events = Some(events);
        }
        Ok((answer, next.filter(|_| self.within != In::Both)))
    }
}

/// The place of a person in a list of those who were found.
struct NamePlace;

impl NamePlace {
    fn write(hit: &NameHit) -> String {
        format!(
            "{} {} {}\n{}",
            hit.closeness, hit.person, hit.folded, hit.name
        )
    }

    fn read(place: &str) -> Result<NameHit, Problem> {
        let hit = || {
            let (line, name) = place.split_once('\n')?;
            let mut parts = line.splitn(3, ' ');
            Some(NameHit {
                closeness: parts.next()?.parse().ok()?,
                person: PersonId::parse(parts.next()?).ok()?,
                folded: parts.next()?.to_owned(),
                name: name.to_owned(),
            })
        };
        hit().ok_or_else(no_place)
    }
}

/// Returns the place of an event in a list of those that were found.
fn event_place(place: &str) -> Result<(Exactness, Position), Problem> {
    let read = || {
        let (exactness, position) = place.split_once(' ')?;
        let exactness = [Exactness::Same, Exactness::Near]
            .into_iter()
            .find(|one| name_of(*one) == exactness)?;
        Some((exactness, Position::new(position.parse().ok()?)))
    };
    read().ok_or_else(no_place)
}

fn no_place() -> Problem {
    Problem::new(Sort::Cursor, "cursor is of another list".to_owned())
}

const fn name_of(exactness: Exactness) -> &'static str {
    match exactness {
        Exactness::Same => "same",
        Exactness::Near => "near",
    }
}
