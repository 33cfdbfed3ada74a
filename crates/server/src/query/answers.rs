//! Cached answers: the one way to a number, for the API and for pages.
//!
//! An answer follows from its question, R, D, the scope and what is hidden from it since, and the record
//! as known at R never changes otherwise: so these are its cache key, and an answer is never stale.
//!
//! Never here: counting (crate `figures`).

use std::mem::size_of;
use std::sync::Arc;

use ::archive::Archive;
use answers::Question;
use event::Day;
use figures::{Answer, Count, Funnel, HeldList, Row, TooManyGroups};

use web::http::problem::Problem;

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

/// Returns the cache key of the answer to a question. D stands in it beside the address, which leaves it out
/// where no count hangs on it.
fn cache_key(question: &Question) -> String {
    format!(
        "{} {} {:?} {:?} {}",
        question.scope.name(),
        question.hidden_through,
        question.on.map(Day::number),
        question.left_out,
        question.address()
    )
}

/// Each is never asked while a guard of the columns is held: see [`Cache::get_or_compute`].
impl Model {
    /// Counts what a question asks.
    ///
    /// # Errors
    /// [`TooManyGroups`] of a question by time whose span is too long.
    pub(crate) fn figure(&self, question: &Question) -> Result<Arc<Answer>, TooManyGroups> {
        let name = cache_key(question);
        let made = self.answers().figures.get_or_compute(&name, || {
            let (query, at, scope) = (&question.query, question.at, &question.scope);
            let answer = self.shared().in_scans(scope, |columns| {
                figures::answer(columns, query, at, question.left_out, scope)
            });
            let rows = answer.as_ref().map_or(0, |answer| answer.rows.len());
            let bytes = size_of::<Answer>() + WORDS_BYTES + rows * (size_of::<Row>() + WORDS_BYTES);
            (answer.map(Arc::new), bytes)
        });
        Result::clone(&made)
    }

    /// As [`Model::figure`], with the root of the history at R.
    ///
    /// # Errors
    /// [`Problem`] when the history cannot be read, or there are too many groups.
    pub(crate) fn figure_with_root(
        &self,
        question: &Question,
        archive: &Archive,
    ) -> Result<Answer, Problem> {
        let root = archive.root(question.at);
        let mut answer = Arc::unwrap_or_clone(self.figure(question)?);
        answer.root = Some(root.map_err(|error| Problem::failed(&error))?.to_string());
        Ok(answer)
    }

    /// Counts whom a question for a definition of custody without groups counts, and whom it counts on
    /// each of `days`, with D at the end where there is one: one walk counts both.
    ///
    /// # Errors
    /// As [`Model::figure`].
    pub(crate) fn on_each_day(
        &self,
        question: &Question,
        days: &[Day],
    ) -> Result<(Arc<Answer>, Arc<Vec<Count>>), TooManyGroups> {
        let name = cache_key(question);
        let days: Vec<Day> = days.iter().copied().chain(question.on).collect();
        let mut with_days = name.clone();
        for day in &days {
            with_days.push_str(&format!(" {}", day.number()));
        }
        let counts = self.answers().days.get_or_compute(&with_days, || {
            let (query, at, scope) = (&question.query, question.at, &question.scope);
            let counts = self.shared().in_scans(scope, |columns| {
                figures::held_on_days(columns, query, at, &days, scope)
            });
            let bytes = counts.len() * size_of::<Count>() + WORDS_BYTES;
            (counts, bytes)
        });
        let answer = match counts.last().filter(|_| question.on.is_some()) {
            Some(total) => self.of_total(question, &name, *total)?,
            None => self.figure(question)?,
        };
        Ok((answer, counts))
    }

    /// Caches and returns the answer to a question whose total was counted with others; one with groups
    /// is counted, since its rows are not known.
    fn of_total(
        &self,
        question: &Question,
        name: &str,
        total: Count,
    ) -> Result<Arc<Answer>, TooManyGroups> {
        if !question.query.group_by.is_empty() {
            return self.figure(question);
        }
        let made = self.answers().figures.get_or_compute(name, || {
            let (query, left_out) = (&question.query, question.left_out);
            let answer = figures::answer_without_rows(query, question.as_of(), left_out, total);
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
        question: &Question,
    ) -> Result<(Arc<Answer>, Arc<HeldList>), TooManyGroups> {
        let name = cache_key(question);
        let held = self.answers().holdings.get_or_compute(&name, || {
            let held = figures::held_list(
                &self.shared().scan(),
                &question.query,
                question.at,
                &question.scope,
            );
            let asked = name.len() * QUESTION_BYTES;
            let bytes = size_of::<HeldList>() + held.bytes() + asked;
            (held, bytes)
        });
        let answer = self.of_total(question, &name, held.total())?;
        Ok((answer, held))
    }

    /// Returns the years in which a question counts something.
    pub(crate) fn years(&self, question: &Question) -> Arc<Vec<String>> {
        let name = cache_key(question);
        self.answers().years.get_or_compute(&name, || {
            let years = figures::years(
                &self.shared().scan(),
                &question.query,
                question.at,
                &question.scope,
            );
            let bytes = years.len() * size_of::<String>() + WORDS_BYTES;
            (years, bytes)
        })
    }

    /// Counts how far the individuals of a figure came.
    pub(crate) fn funnel(&self, question: &Question) -> Arc<Funnel> {
        let name = cache_key(question);
        self.answers().funnels.get_or_compute(&name, || {
            let funnel = self.shared().in_scans(&question.scope, |columns| {
                figures::funnel(columns, &question.query, question.as_of())
            });
            (funnel, WORDS_BYTES * 8)
        })
    }
}
