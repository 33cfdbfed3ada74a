//! The audiences of rows as ids, and which of them one scope belongs to.
//!
//! Start at [`Audiences::intern`].
//!
//! Never here: which scopes a fact holds for (see [`fold`]).

use std::collections::BTreeMap;

use fold::{Audience, Scope};

use crate::columns::capacity::Capacity;
use crate::columns::ids::{AudienceNo, ColumnId as _};

/// Every audience that a row has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Audiences(BTreeMap<Audience, AudienceNo>);

/// For each audience whether a scope belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct Visible(Vec<bool>);

impl Audiences {
    /// Returns the id of an audience, which has one from here on.
    ///
    /// # Errors
    /// [`Capacity`] where there are no more ids.
    pub(crate) fn intern(&mut self, audience: &Audience) -> Result<AudienceNo, Capacity> {
        if let Some(number) = self.0.get(audience) {
            return Ok(*number);
        }
        let number = AudienceNo::after(self.0.len())?;
        self.0.insert(audience.clone(), number);
        Ok(number)
    }

    /// Returns which audiences a scope belongs to.
    pub(crate) fn visible(&self, scope: &Scope) -> Visible {
        let mut visible = vec![false; self.0.len()];
        for (audience, number) in &self.0 {
            if let Some(slot) = visible.get_mut(number.index()) {
                *slot = audience.holds(scope);
            }
        }
        Visible(visible)
    }
}

impl Visible {
    /// Whether the scope belongs to an audience.
    #[inline]
    pub(crate) fn contains(&self, audience: AudienceNo) -> bool {
        self.0.get(audience.index()).copied().unwrap_or(false)
    }
}
