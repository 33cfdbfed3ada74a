//! A figure in other forms, from the same question as `/v1/figures`: CSV, SVG, Atom, a sentence (`txt`), a series; feeds of
//! events and cases; and the assets.
//!
//! Start at `Figure`.
//!
//! Never here: counting.

pub mod assets;
pub mod atom;
pub mod feeds;
pub mod series;
pub mod svg;
pub mod table;
pub mod txt;

use std::sync::Arc;

use answers::Question;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use figures::Answer;

use super::address::Address;
use super::chart::alone::{Alone, ROWS_MAX};
use super::chart::{Item, Tone};
use super::parts::periods::{self, Drawn};
use super::request::PageRequest;
use super::text::words::{Catalogues, Words};
use super::text::{format, sentence};
use crate::http::response;
use crate::http::{Problem, Sort};
use crate::record::{AsKnown, Snapshot};

/// How many periods a chart over time draws, the last ones; all are in the table. Source: docs/reference/limits.md.
pub(super) const PERIODS_MAX: usize = 240;

/// A figure with its question.
pub(super) struct Figure {
    pub(super) snapshot: Snapshot,
    pub(super) question: Question,
    pub(super) answer: Arc<Answer>,
}

impl Figure {
    /// Answers the question in `pairs`.
    ///
    /// # Errors
    /// [`Problem`]: a wrong question, a position above the newest, or no model yet.
    pub(super) async fn of(
        request: &PageRequest,
        pairs: &[(String, String)],
    ) -> Result<Self, Problem> {
        let (snapshot, question) = request.ask(pairs).await?;
        let answer = tokio::task::block_in_place(|| snapshot.figure(&question))?;
        Ok(Self {
            snapshot,
            question,
            answer,
        })
    }

    /// Returns its address, which asks at least for what is counted: without any question it would be that
    /// of the form.
    pub(super) fn address(&self, request: &PageRequest) -> Address {
        let asked = request.address.without("lang").without("at");
        match asked.pairs() {
            [] => request
                .address
                .with("measure", self.question.query.measure.name()),
            _ => request.address.clone(),
        }
    }

    /// Returns the figure's title.
    pub(super) fn title(&self, w: &Words) -> String {
        let title = sentence::title(w, &self.question.query, &self.answer);
        let groups: Vec<String> = self
            .question
            .query
            .group_by
            .iter()
            .map(|group| format::dimension(w, group.name()).to_lowercase())
            .collect();
        if groups.is_empty() {
            return title;
        }
        let groups = groups.join(w.t("list.and"));
        w.fill("title.by", &[("title", &title), ("groups", &groups)])
    }

    /// Returns the tone of its charts.
    pub(super) fn tone(&self) -> Tone {
        let kinds = self.question.query.kind.as_deref().unwrap_or_default();
        if self.question.query.is_held() {
            Tone::Held
        } else if kinds.contains(&event::Kind::Release) {
            Tone::Released
        } else {
            Tone::Arrested
        }
    }

    /// Whether it is grouped by time alone, so that it is drawn as columns.
    pub(super) fn is_over_time(&self) -> bool {
        let names: Vec<&str> = self
            .question
            .query
            .group_by
            .iter()
            .map(|group| group.name())
            .collect();
        matches!(names.as_slice(), ["month" | "quarter" | "year"])
    }

    /// Returns what a chart draws: a figure over time in its order and without gaps, a ranking with
    /// the greatest first.
    pub(super) fn drawn(&self, w: &Words) -> Drawn {
        let item = |row: &figures::Row| {
            let said: Vec<String> = self
                .question
                .query
                .group_by
                .iter()
                .map(|group| {
                    let value = row.group.get(group.name()).cloned().flatten();
                    format::row_value(w, group.name(), value.as_deref())
                })
                .collect();
            let name = said.join(" · ");
            let full = w.fill(
                "value.named",
                &[("name", &name), ("value", &format::counted(w, &row.count))],
            );
            Item::new(name, full, &row.count)
        };
        if self.is_over_time() {
            let drawn = periods::drawn(w, &self.question.query, &self.answer);
            return drawn.with(self.against_total(w));
        }
        let mut rows: Vec<_> = self.answer.rows.iter().collect();
        rows.sort_by_key(|row| format::by_size(&row.count));
        let (all, most) = (rows.len(), ROWS_MAX);
        let left_out = (all > most).then(|| {
            let number = |n: usize| w.number(u64::try_from(n).unwrap_or(u64::MAX));
            let others = rows.iter().skip(most).map(|row| &row.count);
            let sum = format::added_up(w, others);
            let (drawn, all) = (number(most), number(all));
            let values = [("drawn", &*drawn), ("all", &all), ("sum", &sum)];
            w.fill("chart.greatest", &values)
        });
        Drawn {
            items: rows.into_iter().map(item).collect(),
            left_out,
        }
        .with(self.against_total(w))
    }

    /// Says that the rows add up to another number than the total, and why; none where they do not, or
    /// where each row is of another day.
    pub(super) fn against_total(&self, w: &Words) -> Option<String> {
        let rows = self.answer.rows.iter().map(|row| row.count.count);
        let (sum, total) = (rows.fold(0, u64::saturating_add), self.answer.total.count);
        if sum == total || self.question.query.group_by.is_empty() || self.question.query.is_held()
        {
            return None;
        }
        let key = if sum < total {
            "chart.less"
        } else {
            "chart.more"
        };
        let (sum, total) = (w.number(sum), w.number(total));
        Some(w.fill(key, &[("sum", &sum), ("total", &total)]))
    }

    /// Draws it alone, as SVG.
    pub(super) fn alone(&self, w: &Words, origin: &str) -> String {
        let title = self.title(w);
        let figure = format::counted(w, &self.answer.total);
        let as_of = format::as_known(w, &self.snapshot);
        let drawn = self.drawn(w);
        let figure = match &drawn.left_out {
            Some(left_out) => format!("{figure} · {left_out}"),
            None => figure,
        };
        let alone = Alone {
            title: &title,
            figure: &figure,
            as_of: &format!("{as_of} · {}", format::scope(w, &self.answer.scope)),
            source: &format!("{origin}{}", self.answer.query),
            caveat: w.t("caveat.short"),
            language: &w.language.code,
        };
        if self.is_over_time() {
            alone.over_time(w, &drawn.items, self.tone())
        } else {
            alone.ranked(w, &drawn.items, self.tone())
        }
    }
}

/// A format is asked for in a language by `lang`, which is no part of the question.
///
/// # Errors
/// [`Problem`] of a language that there is not, and as of [`Figure::of`].
pub(super) async fn figure(request: &PageRequest) -> Result<Figure, Problem> {
    check_language(request)?;
    Figure::of(request, request.address.without("lang").pairs()).await
}

/// Refuses a language that there is not.
///
/// # Errors
/// [`Problem`].
fn check_language(request: &PageRequest) -> Result<(), Problem> {
    let asked = request.address.get("lang");
    language(&request.pages.words, asked).map(|_| ())
}

/// Returns the words of the language that is asked for; of English, where none is.
///
/// # Errors
/// [`Problem`] of a language that there is not.
pub fn language<'w>(known: &'w Catalogues, asked: Option<&str>) -> Result<&'w Words, Problem> {
    let tag = asked.unwrap_or("en");
    known.look_up(tag).ok_or_else(|| {
        let codes = known.all().iter().map(|words| words.language.code.as_str());
        let codes: Vec<&str> = codes.collect();
        let detail = format!("lang is {tag:?}, but must be one of {}", codes.join(", "));
        Problem::new(Sort::Parameter, detail)
    })
}

/// Returns the words of the language that is asked for.
pub(super) fn words(request: &PageRequest) -> &Words {
    let chosen = request
        .address
        .get("lang")
        .and_then(|tag| request.pages.words.look_up(tag));
    chosen.unwrap_or_else(|| request.words())
}

/// Sends a figure in a format.
pub(super) fn sent(
    request: &PageRequest,
    headers: &HeaderMap,
    figure: &Figure,
    media_type: &'static str,
    body: impl Into<Vec<u8>>,
) -> Response {
    sent_as_known(
        request,
        headers,
        figure.snapshot.known(),
        (media_type, body.into()),
    )
}

/// Sends what follows from the record as it is known at R.
fn sent_as_known(
    request: &PageRequest,
    headers: &HeaderMap,
    known: AsKnown,
    (media_type, body): (&'static str, Vec<u8>),
) -> Response {
    let question = format!(
        "{media_type} {} {} {}",
        request.path,
        request.address.query(),
        words(request).language.code
    );
    let mut response =
        response::tagged(headers, request.scope(), &question, known, media_type, body);
    let headers = response.headers_mut();
    headers.insert(
        header::VARY,
        HeaderValue::from_static("authorization, cookie, accept-language"),
    );
    // Opened by itself, an SVG is a document: it may load and run nothing.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'"),
    );
    response
}
