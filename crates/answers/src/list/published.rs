//! Published figures: the printed value, the record's figure at the same (D, R), the figure now, and
//! the changes between the two.
//!
//! Start at [`PublishedFigure::compute`].
//!
//! Never here: counting.

use event::{Day, Json, Position};
use figures::{Answer, At, ColumnStore, Count, Query, parse_at, parse_link};
use fold::{Scope, View};
use serde::Serialize;

use crate::change::changes::{Change, Changes};
use crate::list::events::EventBody;
use crate::question::Question;

/// Whether a published value equals the record's figure at the same (D, R).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The event has no value, or one that is not a count.
    Unknown,
}

/// The question of a published figure as known at a later R, and the R that was printed.
pub type PrintedQuestion = (Query, Position);

/// A published figure.
#[derive(Clone, Debug, Serialize)]
pub struct PublishedFigure {
    /// Its short id: `f` and the position of its event.
    pub id: String,
    /// The event: query, D, R, value, text and place, as printed.
    #[serde(flatten)]
    pub event: EventBody,
    /// The figure at the printed D and R, over what the caller may see.
    pub then: Option<Answer>,
    /// The figure at the same D, as known at the R of the request.
    pub now: Option<Answer>,
    /// Whether the printed value equals `then`.
    pub follows: Agreement,
    /// The changes between the two; empty in a list.
    pub changes: Vec<Change>,
    /// Why it cannot be recomputed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_computed: Option<String>,
}

impl PublishedFigure {
    /// Recomputes a published figure, at its own R and at `at`, with what has changed in between.
    ///
    /// # Errors
    /// The view's failure.
    pub fn compute<V: View>(
        view: &V,
        columns: &ColumnStore,
        event: EventBody,
        at: Position,
        scope: &Scope,
    ) -> Result<Self, V::Error> {
        let (mut body, span) = Self::compute_values(view, columns, event, at, scope)?;
        if let Some((query, then)) = span {
            let changes = Changes::explain(view, columns, &query, (then, at), None, scope)?;
            body.changes = changes.changes;
        }
        Ok(body)
    }

    /// Recomputes a published figure as [`PublishedFigure::compute`] does, without its changes. Returns the
    /// question as known at `at` and the printed R too, where the two figures could be counted.
    ///
    /// # Errors
    /// The view's failure.
    pub fn compute_values<V: View>(
        view: &V,
        columns: &ColumnStore,
        event: EventBody,
        at: Position,
        scope: &Scope,
    ) -> Result<(Self, Option<PrintedQuestion>), V::Error> {
        let mut body = Self {
            id: format!("f{}", event.position),
            then: None,
            now: None,
            follows: Agreement::Unknown,
            changes: Vec::new(),
            not_computed: None,
            event,
        };
        let (query, then) = match question(&body.event, columns, scope) {
            Ok(question) => question,
            Err(why) => {
                body.not_computed = Some(why);
                return Ok((body, None));
            }
        };
        let known_at = |at| Question::new(columns, query.clone(), at, scope).resolve(view, columns);
        let (earlier, later) = (known_at(then)?, known_at(at)?);
        let (earlier, later) = match (earlier, later) {
            (Ok(earlier), Ok(later)) => (earlier, later),
            (Err(why), _) | (_, Err(why)) => {
                body.not_computed = Some(why);
                return Ok((body, None));
            }
        };
        let answers = earlier.answer(columns);
        let answers = answers.and_then(|first| Ok((first, later.answer(columns)?)));
        let (first, now) = match answers {
            Ok(answers) => answers,
            Err(why) => {
                body.not_computed = Some(why.to_string());
                return Ok((body, None));
            }
        };
        body.follows = compare(body.event.data.get("value"), &first.total);
        body.then = Some(first);
        body.now = Some(now);
        Ok((body, Some((later.query, then))))
    }
}

/// Parses the printed question; returns it with its D, and its R.
fn question(
    event: &EventBody,
    columns: &ColumnStore,
    scope: &Scope,
) -> Result<(Query, Position), String> {
    let text = event.data.text("query").ok_or("the event names no query")?;
    of_figures(text)?;
    let mut parameters = parse_link(text).ok_or("its query is not percent-encoded UTF-8")?;
    let mut at = event.data.text("at").map(str::to_owned);
    parameters.retain(|(name, value)| {
        let is_at = name == "at";
        if is_at {
            at.get_or_insert_with(|| value.clone());
        }
        !is_at
    });
    let mut query = Query::parse(&parameters).map_err(|error| error.to_string())?;
    let at = at.ok_or("the event names no R")?;
    let wanted = parse_at(&at).ok_or_else(|| format!("its R is {at:?}, which is no R"))?;
    let at = match wanted {
        At::Newest => event.position,
        At::Position(position) => position,
        At::Received(instant) => columns.instants().received(instant).position,
        At::Recorded(instant) => columns.instants().recorded(instant, scope).position,
    };
    if at > event.position {
        return Err(format!("its R is {at}, after its own position"));
    }
    let on = event.data.text("on").and_then(Day::parse);
    query.on = on
        .or(query.on)
        .or_else(|| columns.instants().default_day(at));
    Ok((query, at))
}

/// Judges whether a printed address is a figure's of this record: a query alone, or `/v1/figures` or the page
/// `/figures` of any language before it. What stands at another path is another question; and which record
/// stands at a host, a node cannot know, its own name included.
///
/// # Errors
/// Why it is not.
fn of_figures(text: &str) -> Result<(), String> {
    let path = text.split_once('?').map_or("", |(path, _)| path);
    // A question mark behind a value is the value's own.
    if path.is_empty() || path.contains(['=', '&']) {
        return Ok(());
    }
    if path.contains("//") {
        return Err(format!(
            "its query names a host, {path:?}, and which record stands there is not known here: give the \
             path and the query, such as /v1/figures?kind=arrest"
        ));
    }
    let below = path.strip_suffix("/figures");
    let is_figures = below.is_some_and(|below| {
        let language = below.strip_prefix('/').unwrap_or(below);
        below.is_empty() || below == "/v1" || is_language(language)
    });
    if is_figures {
        return Ok(());
    }
    Err(format!(
        "its query is of {path}, but only a figure of /v1/figures or /figures is counted again"
    ))
}

/// Whether a part of a path is of the form of a language, as pages have it: `km`.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// Compares a printed value with a count: a number with `count`, an object field by field.
fn compare(value: Option<&Json>, count: &Count) -> Agreement {
    let agreement = |same: bool| if same { Agreement::Yes } else { Agreement::No };
    let Some(value) = value else {
        return Agreement::Unknown;
    };
    if let Some(number) = value.as_u64() {
        return agreement(number == count.count);
    }
    let parts = [
        ("count", count.count),
        ("at_least", count.at_least),
        ("at_most", count.at_most),
    ];
    let given: Vec<bool> = parts
        .iter()
        .filter_map(|(name, counted)| Some(value.get(name)?.as_u64() == Some(*counted)))
        .collect();
    if given.is_empty() {
        return Agreement::Unknown;
    }
    agreement(given.iter().all(|same| *same))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_figure_of_this_record_is_counted_again() {
        for (query, right) in [
            ("kind=arrest", true),
            ("?kind=arrest", true),
            ("kind=arrest&occurred=2020-03-01?", true),
            ("/v1/figures?kind=arrest", true),
            ("/figures?kind=arrest&occurred=2020-03-01?", true),
            ("/km/figures?kind=arrest", true),
            ("/pt-BR/figures?kind=arrest", true),
            ("/held?on=2020-12-10", false),
            ("/v1/figures/held?on=2020-12-10", false),
            ("/v1/figures/records?kind=arrest", false),
            ("/v1/figures.csv?kind=arrest", false),
            ("/v2/figures?kind=arrest", false),
            ("/v1/v1/figures?kind=arrest", false),
            ("/prefigures?kind=arrest", false),
            ("http://a.example/v1/figures?kind=arrest", false),
            ("//a.example/figures?kind=arrest", false),
            ("a.example/v1/figures?kind=arrest", false),
        ] {
            assert_eq!(of_figures(query).is_ok(), right, "{query}");
        }
    }
}
