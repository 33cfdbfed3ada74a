//! Statements and interventions, each with the official responses to it.
//!
//! Start at [`list_statements`], or at [`StatementWindow`], which is read piece by piece.
//!
//! Never here: claims (see [`crate::list::claims`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use event::{Json, Kind, Position};
use figures::ColumnStore;
use fold::{Scope, View, target_key};
use serde::Serialize;

use crate::list::events::{EventBody, events_at};

/// The kinds that are listed as statements.
pub const STATEMENT_KINDS: [Kind; 2] = [Kind::Statement, Kind::Intervention];

/// A statement or an intervention, with the official responses to it.
#[derive(Clone, Debug, Serialize)]
pub struct StatementBody {
    /// The event.
    #[serde(flatten)]
    pub event: EventBody,
    /// How many organisations issued it: the count it gives, else the number it names.
    pub issuers: Option<u64>,
    /// The official responses to it, by position.
    pub responses: Vec<EventBody>,
}

impl StatementBody {
    fn new(event: EventBody, responses: Vec<EventBody>) -> Self {
        let issuers = event.data.get("issuers");
        let named = issuers.map(|issuers| issuers.list("named").len());
        let named = named
            .filter(|named| *named > 0)
            .and_then(|n| u64::try_from(n).ok());
        Self {
            issuers: issuers
                .and_then(|i| i.get("count"))
                .and_then(Json::as_u64)
                .or(named),
            responses,
            event,
        }
    }
}

/// A window of the list of statements, and of that of the responses to what is not in it, read piece by piece:
/// first all responses, then the statements of the window.
#[derive(Debug)]
pub struct StatementWindow {
    issued: Vec<Position>,
    is_issued: BTreeSet<Position>,
    places: Range<usize>,
    /// The responses to statements of the window.
    responses: BTreeMap<Position, Vec<EventBody>>,
    /// The responses to what is not in the list: how many there are, and those of the window.
    others_count: usize,
    others: Vec<EventBody>,
}

impl StatementWindow {
    /// Makes the window of these places of the list of statements at `issued`, which are in order.
    #[must_use]
    pub fn new(issued: Vec<Position>, places: Range<usize>) -> Self {
        Self {
            is_issued: issued.iter().copied().collect(),
            issued,
            places,
            responses: BTreeMap::new(),
            others_count: 0,
            others: Vec::new(),
        }
    }

    /// Returns where the statements of the window stand.
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        let end = self.places.end.min(self.issued.len());
        self.issued.get(self.places.start..end).unwrap_or_default()
    }

    /// Reads official responses, in the order of all.
    ///
    /// # Errors
    /// The view's failure.
    pub fn add_responses<V: View>(
        &mut self,
        view: &V,
        positions: &[Position],
        at: Position,
    ) -> Result<(), V::Error> {
        for response in events_at(view, positions, at)? {
            let key = response
                .data
                .get("to")
                .map(|to| target_key(&Json::Object(vec![("target".into(), to.clone())])));
            let to = match key.flatten() {
                Some(key) => view.record(key.hash())?.and_then(|record| record.first),
                None => None,
            };
            // Of what is not in the list nothing is told, its place in the log neither.
            let to = to
                .map(|(at, _)| at)
                .filter(|to| self.is_issued.contains(to));
            match to {
                Some(to) if self.positions().binary_search(&to).is_ok() => {
                    self.responses.entry(to).or_default().push(response);
                }
                Some(_) => {}
                None => {
                    if self.places.contains(&self.others_count) {
                        self.others.push(response);
                    }
                    self.others_count += 1;
                }
            }
        }
        Ok(())
    }

    /// Reads statements of the window, once all responses are read.
    ///
    /// # Errors
    /// The view's failure.
    pub fn statements<V: View>(
        &mut self,
        view: &V,
        positions: &[Position],
        at: Position,
    ) -> Result<Vec<StatementBody>, V::Error> {
        let events = events_at(view, positions, at)?.into_iter();
        let statements = events.map(|event| {
            let responses = self.responses.remove(&event.position);
            StatementBody::new(event, responses.unwrap_or_default())
        });
        Ok(statements.collect())
    }

    /// Returns how many items the longer of the two lists has.
    #[must_use]
    pub fn all(&self) -> usize {
        self.issued.len().max(self.others_count)
    }

    /// Returns the responses of the window to what is not in the list.
    #[must_use]
    pub fn into_others(self) -> Vec<EventBody> {
        self.others
    }
}

/// Returns statements and interventions with the responses to each, and, second, the responses to
/// events that are not in the list.
///
/// # Errors
/// The view's failure.
pub fn list_statements<V: View>(
    view: &V,
    columns: &ColumnStore,
    at: Position,
    scope: &Scope,
) -> Result<(Vec<StatementBody>, Vec<EventBody>), V::Error> {
    let issued = columns.listed(&STATEMENT_KINDS, at, scope);
    let mut window = StatementWindow::new(issued, 0..usize::MAX);
    let responses = columns.listed(&[Kind::OfficialResponse], at, scope);
    window.add_responses(view, &responses, at)?;
    let positions = window.positions().to_vec();
    let statements = window.statements(view, &positions, at)?;
    Ok((statements, window.into_others()))
}
