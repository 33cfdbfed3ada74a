//! Cached answers: the one way to a number, for the API and for pages.
//!
//! An answer follows from its question, R, D, the scope and what is hidden from it since, and the record
//! as known at R never changes otherwise: so these are its cache key, and an answer is never stale.
//!
//! Never here: counting (crate `figures`).

use std::mem::size_of;
use std::sync::Arc;

use event::{Day, Position};
use figures::{Answer, AsOf, ColumnStore, Count, Funnel, HeldList, Query, Row, TooManyGroups};
use fold::Scope;

use crate::query::cache::Cache;
use crate::query::model::Model;

/// How many bytes of answers are cached, by estimate. Source: docs/reference/limits.md.
const FIGURES_BYTES: usize = 32 << 20;
const HOLDINGS_BYTES: usize = 32 << 20;
const FUNNELS_BYTES: usize = 1 << 20;
const DAYS_BYTES: usize = 1 << 20;
const YEARS_BYTES: usize = 1 << 20;

/// What the words of one row or line take beside its fixed part. An estimate.
const WORDS_BYTES: usize = 200;

/// What a parsed question takes for each byte of its link: a list of short texts takes most. An estimate.
const QUESTION_BYTES: usize = 32;

/// The caches of answers, one for each sort.
pub(crate) struct Answers {
    figures: Cache<Result<Arc<Answer>, TooManyGroups>>,
    holdings: Cache<HeldList>,
    funnels: Cache<Funnel>,
    days: Cache<Vec<Count>>,
    years: Cache<Vec<String>>,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            figures: Cache::new(FIGURES_BYTES),
            holdings: Cache::new(HOLDINGS_BYTES),
            funnels: Cache::new(FUNNELS_BYTES),
            days: Cache::new(DAYS_BYTES),
            years: Cache::new(YEARS_BYTES),
        }
    }
}

/// A query with R and the scope: all that an answer follows from.
pub(crate) struct ScopedQuery<'q> {
    pub(crate) query: &'q Query,
    pub(crate) at: Position,
    /// For R given as an instant: how many later positions have a time not after it.
    pub(crate) left_out: Option<u64>,
    /// The position of the last act that hid something from the scope.
    pub(crate) hidden_through: Position,
    pub(crate) scope: &'q Scope,
}

impl ScopedQuery<'_> {
    /// Returns D, and the cache key of the answer. D stands in it beside the link, which leaves it out
    /// where no count hangs on it.
    fn cache_key(&self, table: &ColumnStore) -> (Option<Day>, String) {
        let default = || table.instants().default_day(self.at);
        let on = self.query.on.or_else(default);
        let link = self.query.link(self.at, on);
        let name = format!(
            "{} {} {:?} {:?} {link}",
            self.scope.name(),
            self.hidden_through,
            on.map(Day::number),
            self.left_out
        );
        (on, name)
    }
}

/// Each is never asked while a guard of the columns is held: see [`Cache::get_or_compute`].
impl Model {
    /// Counts what a question asks.
    ///
    /// # Errors
    /// [`TooManyGroups`] of a question by time whose span is too long.
    pub(crate) fn figure(&self, scoped: &ScopedQuery<'_>) -> Result<Arc<Answer>, TooManyGroups> {
        let (_, name) = scoped.cache_key(&self.table());
        let made = self.answers().figures.get_or_compute(&name, || {
            let answer = figures::answer(
                &self.table(),
                scoped.query,
                scoped.at,
                scoped.left_out,
                scoped.scope,
            );
            let rows = answer.as_ref().map_or(0, |answer| answer.rows.len());
            let bytes = size_of::<Answer>() + WORDS_BYTES + rows * (size_of::<Row>() + WORDS_BYTES);
            (answer.map(Arc::new), bytes)
        });
        Result::clone(&made)
    }

    /// Counts whom a question for a definition of custody without groups counts, and whom it counts on
    /// each of `days`, with D at the end where there is one: one walk counts both.
    ///
    /// # Errors
    /// As [`Model::figure`].
    pub(crate) fn on_each_day(
        &self,
        scoped: &ScopedQuery<'_>,
        days: &[Day],
    ) -> Result<(Arc<Answer>, Arc<Vec<Count>>), TooManyGroups> {
        let (on, name) = scoped.cache_key(&self.table());
        let days: Vec<Day> = days.iter().copied().chain(on).collect();
        let mut with_days = name.clone();
        for day in &days {
            with_days.push_str(&format!(" {}", day.number()));
        }
        let counts = self.answers().days.get_or_compute(&with_days, || {
            let (query, at, scope) = (scoped.query, scoped.at, scoped.scope);
            let counts = figures::held_on_days(&self.table(), query, at, &days, scope);
            let bytes = counts.len() * size_of::<Count>() + WORDS_BYTES;
            (counts, bytes)
        });
        let answer = match counts.last().filter(|_| on.is_some()) {
            Some(total) => self.of_total(scoped, (on, &name), *total)?,
            None => self.figure(scoped)?,
        };
        Ok((answer, counts))
    }

    /// Caches and returns the answer to a question whose total was counted with others; one with groups
    /// is counted, since its rows are not known.
    fn of_total(
        &self,
        scoped: &ScopedQuery<'_>,
        (on, name): (Option<Day>, &str),
        total: Count,
    ) -> Result<Arc<Answer>, TooManyGroups> {
        if !scoped.query.group_by.is_empty() {
            return self.figure(scoped);
        }
        let made = self.answers().figures.get_or_compute(name, || {
            let (at, scope) = (scoped.at, scoped.scope);
            let from = AsOf { at, on, scope };
            let answer = figures::answer_without_rows(scoped.query, from, scoped.left_out, total);
            (Ok(Arc::new(answer)), size_of::<Answer>() + WORDS_BYTES)
        });
        Result::clone(&made)
    }

    /// Lists who stands behind a figure of custody without groups, with that figure: one walk counts
    /// both.
    ///
    /// # Errors
    /// As [`Model::figure`].
    pub(crate) fn held(
        &self,
        scoped: &ScopedQuery<'_>,
    ) -> Result<(Arc<Answer>, Arc<HeldList>), TooManyGroups> {
        let (on, name) = scoped.cache_key(&self.table());
        let held = self.answers().holdings.get_or_compute(&name, || {
            let held = figures::held_list(&self.table(), scoped.query, scoped.at, scoped.scope);
            let question = name.len() * QUESTION_BYTES;
            let bytes = size_of::<HeldList>() + held.bytes() + question;
            (held, bytes)
        });
        let answer = self.of_total(scoped, (on, &name), held.total())?;
        Ok((answer, held))
    }

    /// Returns the years in which a question counts something.
    pub(crate) fn years(&self, scoped: &ScopedQuery<'_>) -> Arc<Vec<String>> {
        let (_, name) = scoped.cache_key(&self.table());
        self.answers().years.get_or_compute(&name, || {
            let years = figures::years(&self.table(), scoped.query, scoped.at, scoped.scope);
            let bytes = years.len() * size_of::<String>() + WORDS_BYTES;
            (years, bytes)
        })
    }

    /// Counts how far the individuals of a figure came.
    pub(crate) fn funnel(&self, scoped: &ScopedQuery<'_>) -> Arc<Funnel> {
        let (on, name) = scoped.cache_key(&self.table());
        self.answers().funnels.get_or_compute(&name, || {
            let from = AsOf {
                at: scoped.at,
                on,
                scope: scoped.scope,
            };
            let funnel = figures::funnel(&self.table(), scoped.query, from);
            (funnel, WORDS_BYTES * 8)
        })
    }
}
