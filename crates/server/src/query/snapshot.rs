//! A snapshot: the read model as it was known at one position R, which a question is answered from.
//!
//! Never here: what is asked.

use std::sync::Arc;
use std::time::Duration;

use event::Position;
use figures::At;
use fold::{LastHidden, Scope};
use web::http::log_id::LogId;
use web::http::parameters::{self, Parameters};
use web::record::AsKnown;

use super::model::Model;
use super::reading::Reading;
use super::unfolded::Unfolded;
use crate::http::{Problem, Sort};
use crate::node::Node;

/// How long `min_position` waits for a position to be folded.
pub(crate) const WAIT_MAX: Duration = Duration::from_secs(10);

/// How long an answer made of columns waits until what hides is folded.
const HIDING_WAIT_MAX: Duration = Duration::from_secs(2);

/// The read model and R.
pub(crate) struct Snapshot {
    /// The read model.
    pub(crate) model: Arc<Model>,
    /// R.
    pub(crate) position: Position,
    /// The newest position when R was found.
    pub(crate) newest: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    pub(crate) left_out: Option<u64>,
    /// The position of the last act that hid something from the scope.
    pub(crate) hidden_through: Position,
    /// Whether an act hides something from the scope that is not folded yet.
    pub(crate) is_hiding: bool,
    log: LogId,
    unfolded: Arc<Unfolded>,
}

impl Snapshot {
    /// Takes `at` and `min_position` out of the parameters, and finds the model and R. Waits until all
    /// that hides something from the scope is folded, for answers made of columns.
    ///
    /// # Errors
    /// [`Problem`]: a wrong parameter, a position above the newest, no model yet, or a fold that lags.
    pub(crate) async fn new(
        node: &Node,
        scope: &Scope,
        parameters: &mut Parameters,
    ) -> Result<Self, Problem> {
        Self::hiding(node, scope, parameters)
            .await?
            .settled(node, scope)
            .await
    }

    /// As [`Snapshot::new`], for answers made of what [`Snapshot::read`] gives, which leaves out what is
    /// hidden and not folded yet.
    ///
    /// # Errors
    /// [`Problem`]: a wrong parameter, a position above the newest, or no model yet.
    pub(crate) async fn hiding(
        node: &Node,
        scope: &Scope,
        parameters: &mut Parameters,
    ) -> Result<Self, Problem> {
        let at = match parameters.take("at") {
            None => At::Newest,
            Some(text) => parameters::parse_at(&text)?,
        };
        let min_position = parameters.take_number("min_position")?;
        Self::at(node, scope, at, min_position.map(Position::new)).await
    }

    /// Waits until what hid something from the scope when the question came is folded. What hides since
    /// is not waited for: otherwise who goes on hiding would keep everybody from an answer.
    ///
    /// # Errors
    /// [`Problem`] where that takes longer than [`HIDING_WAIT_MAX`].
    pub(crate) async fn settled(mut self, node: &Node, scope: &Scope) -> Result<Self, Problem> {
        if !self.is_hiding {
            return Ok(self);
        }
        if let Some(last) = self.unfolded.last()
            && !node.wait_for(last, HIDING_WAIT_MAX).await
        {
            return Err(Problem::new(
                Sort::Busy,
                "what was hidden a moment ago is not folded yet; come again",
            ));
        }
        self.hidden_through = self.model.columns().hidden_through(scope);
        self.is_hiding = false;
        Ok(self)
    }

    /// Checks that nothing was hidden from the scope since the snapshot was taken, so that what was
    /// counted meanwhile is that of the stated `hidden_through`.
    ///
    /// # Errors
    /// [`Problem`] where something was.
    pub(crate) fn still_holds(&self, scope: &Scope) -> Result<(), Problem> {
        if self.model.columns().hidden_through(scope) == self.hidden_through {
            return Ok(());
        }
        let detail = "something was hidden while this was counted; come again";
        Err(Problem::new(Sort::Busy, detail))
    }

    /// Reads the rows of the record, without what is hidden and not folded yet.
    ///
    /// # Errors
    /// The store's failure.
    pub(crate) fn read(&self) -> Result<Reading<'_>, store::Failure> {
        read(&self.unfolded, &self.model)
    }

    /// Finds the model and R, which is not below `min_position` where that is given.
    ///
    /// # Errors
    /// [`Problem`]: a position above the newest, or no model yet.
    pub(crate) async fn at(
        node: &Node,
        scope: &Scope,
        at: At,
        min_position: Option<Position>,
    ) -> Result<Self, Problem> {
        // It was waited for before there was a slot.
        if let Some(wanted) = min_position
            && wanted > node.position()
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
        let (hidden_through, is_hiding) = hidden(node, &model, scope)?;
        let ((position, left_out), newest) = {
            let columns = model.columns();
            let resolved = at.resolve(columns.instants(), scope);
            let resolved = resolved.map_err(|newest| match at {
                At::Position(wanted) => above(wanted, newest),
                At::Newest | At::Received(_) | At::Recorded(_) => above(newest, newest),
            })?;
            (resolved, columns.instants().newest())
        };
        let log = model.log().map_err(|failure| Problem::failed(&failure))?;
        Ok(Self {
            model,
            log,
            position,
            newest,
            left_out,
            hidden_through,
            is_hiding,
            unfolded: node.unfolded().clone(),
        })
    }

    /// Checks that a list can begin after `position`.
    ///
    /// # Errors
    /// [`Problem`] for a position above the newest: it is of another log, or yet to come.
    pub(crate) fn reaches(&self, position: Position) -> Result<(), Problem> {
        let newest = self.model.position();
        if position > newest {
            return Err(above(position, newest));
        }
        Ok(())
    }

    /// Returns what an answer follows from beside its question and the scope.
    pub(crate) const fn known(&self) -> AsKnown {
        AsKnown {
            log: self.log,
            position: self.position,
            left_out: self.left_out,
            hidden_through: self.hidden_through,
            is_hiding: self.is_hiding,
        }
    }
}

/// Reads the rows of a model, without what is hidden and not folded yet.
///
/// # Errors
/// The store's failure.
pub(crate) fn read<'m>(
    unfolded: &Unfolded,
    model: &'m Model,
) -> Result<Reading<'m>, store::Failure> {
    let stored = model.store().read()?;
    let hidden = unfolded.rows(model, &stored)?;
    Ok(Reading::new(stored, hidden))
}

/// Returns the position of the last act that hid something from the scope, folded or not, and whether
/// there is one that is not folded.
fn hidden(node: &Node, model: &Model, scope: &Scope) -> Result<(Position, bool), Problem> {
    let folded = model.columns().hidden_through(scope);
    if node.unfolded().is_empty() {
        return Ok((folded, false));
    }
    let last = tokio::task::block_in_place(|| {
        let reading = model.store().read()?;
        let rows = node.unfolded().rows(model, &reading)?;
        Ok(rows.and_then(|rows| rows.last_hidden.clone()))
    });
    let last: Option<LastHidden> =
        last.map_err(|failure: store::Failure| Problem::failed(&failure))?;
    let through = last.map_or(folded, |last| last.through(scope).max(folded));
    Ok((through, through > folded))
}

pub(crate) fn above(wanted: Position, newest: Position) -> Problem {
    Problem::new(
        Sort::Position,
        format!(
            "position {wanted} is above the newest, which is {newest}; min_position waits for it"
        ),
    )
}
