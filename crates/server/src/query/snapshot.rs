//! A snapshot: the read model as it was known at one position R, which a question is answered from.
//!
//! Never here: what is asked.

use std::sync::Arc;
use std::time::Duration;

use event::Position;
use figures::At;
use fold::Scope;

use super::model::Model;
use super::parameters::Parameters;
use crate::http::{Problem, Sort};
use crate::node::Node;

/// How long `min_position` waits for a position to be folded.
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(10);

/// The read model and R.
pub(crate) struct Snapshot {
    /// The read model.
    pub(crate) model: Arc<Model>,
    /// R.
    pub(crate) position: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    pub(crate) left_out: Option<u64>,
    /// The position of the last act that hid something from the scope.
    pub(crate) hidden_through: Position,
}

/// What an answer follows from beside its question and the scope: R, and what is hidden since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AsKnown {
    /// R.
    pub(crate) position: Position,
    /// The position of the last act that hid something from the scope.
    pub(crate) hidden_through: Position,
}

impl Snapshot {
    /// Takes `at` and `min_position` out of the parameters, and finds the model and R.
    ///
    /// # Errors
    /// [`Problem`]: a wrong parameter, a position above the newest, or no model yet.
    pub(crate) async fn new(
        node: &Node,
        scope: &Scope,
        parameters: &mut Parameters,
    ) -> Result<Self, Problem> {
        let at = match parameters.take("at") {
            None => At::Newest,
            Some(text) => figures::parse_at(&text).ok_or_else(|| {
                Problem::new(
                    Sort::Parameter,
                    format!("at is {text:?}, but must be a position, an RFC 3339 instant, or recorded:<instant>"),
                )
            })?,
        };
        let min_position = parameters.take_number("min_position")?;
        Self::at(node, scope, at, min_position.map(Position::new)).await
    }

    /// Finds the model and R, after waiting for `min_position` where that is given.
    ///
    /// # Errors
    /// [`Problem`]: a position above the newest, or no model yet.
    pub(crate) async fn at(
        node: &Node,
        scope: &Scope,
        at: At,
        min_position: Option<Position>,
    ) -> Result<Self, Problem> {
        if let Some(wanted) = min_position
            && !node.wait_for(wanted, WAIT_MAX).await
        {
            return Err(above(wanted, node.position()));
        }
        let model = node.model().ok_or_else(|| {
            Problem::new(
                Sort::Busy,
                "the read model is being built; see /readyz for how far it is",
            )
        })?;
        // Before anything is read: what is hidden meanwhile makes an answer stricter than it states.
        let (hidden_through, (position, left_out)) = {
            let table = model.table();
            let resolved = at.resolve(table.instants(), scope);
            let resolved = resolved.map_err(|newest| match at {
                At::Position(wanted) => above(wanted, newest),
                At::Newest | At::Received(_) | At::Recorded(_) => above(newest, newest),
            })?;
            (table.hidden_through(scope), resolved)
        };
        Ok(Self {
            model,
            position,
            left_out,
            hidden_through,
        })
    }

    /// Returns what an answer follows from beside its question and the scope.
    pub(crate) const fn known(&self) -> AsKnown {
        AsKnown {
            position: self.position,
            hidden_through: self.hidden_through,
        }
    }
}

fn above(wanted: Position, newest: Position) -> Problem {
    Problem::new(
        Sort::Position,
        format!(
            "position {wanted} is above the newest, which is {newest}; min_position waits for it"
        ),
    )
}
