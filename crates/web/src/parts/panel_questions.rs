//! The questions of a page with panels, all at one position and in one window, and their answers.
//!
//! Start at [`PanelQuestions`].
//!
//! Never here: what is asked, and what is shown of the answers.

use std::sync::Arc;

use answers::Question;
use event::Day;
use figures::{Answer, Count, Query};

use crate::address::Address;
use crate::http::Problem;
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::sentence;

/// What is asked, beside what the reader selects.
pub(crate) type Fixed = &'static [(&'static str, &'static str)];
pub(crate) const ARRESTED: Fixed = &[("kind", "arrest")];
pub(crate) const RELEASED: Fixed = &[("kind", "release")];

/// A question as its address says it, parsed, and its answer.
pub(crate) type PanelAnswer = (Address, Query, Arc<Answer>);

/// When what is counted must have happened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    /// In the window of the page.
    Window,
    /// At any time.
    Any,
}

/// The questions of one overview, at one position and in one window.
pub(crate) struct PanelQuestions<'v> {
    pub(crate) request: &'v PageRequest,
    pub(crate) snapshot: &'v Snapshot,
    /// What the reader selects, without window and day.
    pub(crate) filters: Address,
    pub(crate) window: String,
}

impl PanelQuestions<'_> {
    /// Answers one question of the page.
    pub(crate) fn figure(&self, fixed: &[(&str, &str)]) -> Result<PanelAnswer, Problem> {
        let (state, _) = self.question(fixed, Period::Window)?;
        self.of(state)
    }

    /// Answers the question of an address.
    pub(crate) fn of(&self, state: Address) -> Result<PanelAnswer, Problem> {
        let question = self.parsed(&state)?;
        let answer = self.snapshot.figure(&question)?;
        Ok((state, question.query, answer))
    }

    /// Answers the question who is held, and counts them on each of `days`.
    pub(crate) fn held(
        &self,
        fixed: &[(&str, &str)],
        days: &[Day],
    ) -> Result<(PanelAnswer, Arc<Vec<Count>>), Problem> {
        let (state, question) = self.question(fixed, Period::Any)?;
        let (answer, counts) = self.snapshot.on_each_day(&question, days)?;
        Ok(((state, question.query, answer), counts))
    }

    /// Returns the years in which a question of the page counts something.
    pub(crate) fn years(&self, fixed: &[(&str, &str)]) -> Result<Arc<Vec<String>>, Problem> {
        let (_, question) = self.question(fixed, Period::Any)?;
        Ok(self.snapshot.years(&question))
    }

    /// Says the reader's filters behind a title.
    pub(crate) fn with_filters(&self, title: String) -> String {
        match Query::parse(self.filters.without("d").pairs()) {
            Ok(query) => sentence::with_filters(self.request.words(), &query, title),
            Err(_) => title,
        }
    }

    /// Answers one question of the page by groups; returns the question without them too, which has the
    /// same total.
    pub(crate) fn with_groups(
        &self,
        fixed: &[(&str, &str)],
        group: &str,
    ) -> Result<(PanelAnswer, PanelAnswer), Problem> {
        let (state, question) = self.question(fixed, Period::Window)?;
        let grouped = self.grouped(fixed, group)?;
        Ok(((state, question.query, grouped.2.clone()), grouped))
    }

    /// Answers one question of the page by groups.
    pub(crate) fn grouped(
        &self,
        fixed: &[(&str, &str)],
        group: &str,
    ) -> Result<PanelAnswer, Problem> {
        self.figure(&[fixed, &[("group_by", group)]].concat())
    }

    /// Returns one question of the page as its address says it, and parsed.
    pub(crate) fn question(
        &self,
        fixed: &[(&str, &str)],
        period: Period,
    ) -> Result<(Address, Question), Problem> {
        let mut state = self.filters.clone();
        for (name, value) in fixed {
            state = state.with(name, value);
        }
        if period == Period::Window {
            state = state.with("occurred", &self.window);
        }
        let question = self.parsed(&state)?;
        Ok((state, question))
    }

    fn parsed(&self, state: &Address) -> Result<Question, Problem> {
        let query = Query::parse(state.pairs())?;
        self.snapshot.question(query, self.request.scope())
    }

    /// Returns the address of a question.
    pub(crate) fn href(&self, state: &Address) -> String {
        self.request.href("/figures", state)
    }
}
