//! Published figures: the value as printed, what the record gives at the same (D, R), what it gives
//! now, and what has changed since.
//!
//! Never here: counting.

use event::{Day, Json, Position};
use serde::Serialize;

use super::listed::Listed;
use super::moved::{Change, Changes};
use crate::definitions::resolve;
use crate::figure::{Answer, Count, answer};
use crate::link::parse_link;
use crate::query::{At, Query, parse_at};
use crate::sees::Scope;
use crate::step::View;
use crate::table::Table;

/// Whether a published value is what the record gives at the same (D, R).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Follows {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The event gives no value, or one that is no count.
    Unknown,
}

/// A published figure.
#[derive(Clone, Debug, Serialize)]
pub struct Published {
    /// Its short id: `f` and the position of its event.
    pub id: String,
    /// The event: query, D, R, value, text and place as printed.
    #[serde(flatten)]
    pub event: Listed,
    /// The figure at the printed D and R, as the caller may see it.
    pub then: Option<Answer>,
    /// The figure at the same D, as known at the asked R.
    pub now: Option<Answer>,
    /// Whether the printed value is that of `then`.
    pub follows: Follows,
    /// What changed between the two; empty in a list.
    pub changes: Vec<Change>,
    /// Why it cannot be computed again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_computed: Option<String>,
}

impl Published {
    /// Computes a published figure again, at its own R and at `at`.
    ///
    /// # Errors
    /// The view's failure.
    pub fn of<V: View>(
        view: &V,
        table: &Table,
        event: Listed,
        at: Position,
        scope: &Scope,
    ) -> Result<Self, V::Error> {
        let mut published = Self {
            id: format!("f{}", event.position),
            then: None,
            now: None,
            follows: Follows::Unknown,
            changes: Vec::new(),
            not_computed: None,
            event,
        };
        let (query, then) = match question(&published.event, table) {
            Ok(asked) => asked,
            Err(why) => {
                published.not_computed = Some(why);
                return Ok(published);
            }
        };
        let earlier = resolved(view, table, &query, then, scope)?;
        let later = resolved(view, table, &query, at, scope)?;
        let (earlier, later) = match (earlier, later) {
            (Ok(earlier), Ok(later)) => (earlier, later),
            (Err(why), _) | (_, Err(why)) => {
                published.not_computed = Some(why);
                return Ok(published);
            }
        };
        let first = answer(table, &earlier, then, None, scope);
        published.follows = follows(published.event.data.get("value"), &first.total);
        published.then = Some(first);
        published.now = Some(answer(table, &later, at, None, scope));
        published.changes = Changes::of(view, table, &later, (then, at), None, scope)?.changes;
        Ok(published)
    }
}

/// Returns the printed question with its D, and its R.
fn question(event: &Listed, table: &Table) -> Result<(Query, Position), String> {
    let text = event.data.text("query").ok_or("the event names no query")?;
    let mut parameters = parse_link(text).ok_or("its query is not percent-encoded UTF-8")?;
    let said = event.data.text("at").map(str::to_owned);
    let mut at = said;
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
        At::Received(instant) => table.instants().received(instant).position,
        At::Recorded(instant) => table.instants().recorded(instant).position,
    };
    if at > event.position {
        return Err(format!("its R is {at}, after its own position"));
    }
    let on = event.data.text("on").and_then(Day::parse);
    query.on = on.or(query.on).or_else(|| table.instants().default_day(at));
    Ok((query, at))
}

/// Takes the definition of a question as known at `at`; says why where that cannot be.
fn resolved<V: View>(
    view: &V,
    table: &Table,
    query: &Query,
    at: Position,
    scope: &Scope,
) -> Result<Result<Query, String>, V::Error> {
    let mut query = query.clone();
    Ok(resolve(view, table, &mut query, at, scope)?.map(|()| query))
}

/// Compares a printed value with a count: a number is `count`, an object names what it gives.
fn follows(value: Option<&Json>, count: &Count) -> Follows {
    let is = |known: bool| if known { Follows::Yes } else { Follows::No };
    let Some(value) = value else {
        return Follows::Unknown;
    };
    if let Some(number) = value.as_u64() {
        return is(number == count.count);
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
        return Follows::Unknown;
    }
    is(given.iter().all(|same| *same))
}
