//! The overview: one sentence, four totals, the year month by month, where, for which right, under
//! which article, and what came in last.
//!
//! Every number is a question to the same function as `/v1/figures`, all at one position.
//!
//! Never here: counting.

use std::sync::Arc;

use answers::Question;
use askama::Template;
use axum::response::Response;
use event::Day;
use figures::{Answer, Count, Query};

use super::event as events;
use crate::http::Problem;
use crate::page::address::Address;
use crate::page::layout::Layout;
use crate::page::parts::controls::{self, Adjust, Chip};
use crate::page::parts::headline::{Headline, counts_any, headlines, sentence};
use crate::page::parts::ranking::{Ranking, ranking, whereabouts};
use crate::page::parts::trend::{Panel, last_day, months, panels};
use crate::page::request::PageRequest;
use crate::page::text::{format, sentence};
use crate::query::question;
use crate::query::snapshot::Snapshot;

/// How many of the last events stand on the overview.
const LATEST: usize = 8;

/// What is asked, beside what the reader selects.
pub(crate) type Fixed = &'static [(&'static str, &'static str)];
const ARRESTS: Fixed = &[("measure", "events"), ("kind", "arrest")];
/// What gives the overview its years: what befalls people, and their charges.
const HAPPENED: Fixed = &[
    ("measure", "events"),
    (
        "kind",
        "arrest,detention,house_arrest,disappearance,abduction,reappearance,transfer,release,\
         left_custody,escape,death,assault,ill_treatment,threat,search,summons,charge,hearing,\
         verdict,sentence,appeal,restriction",
    ),
];
pub(crate) const ARRESTED: Fixed = &[("kind", "arrest")];
pub(crate) const RELEASED: Fixed = &[("kind", "release")];
const FOR_RIGHTS: Fixed = &[("definition", "arrested/for_rights")];
const CHARGES: Fixed = &[("measure", "person_charges")];

/// A figure on the overview.
pub(crate) struct Total {
    pub(crate) label: String,
    pub(crate) number: String,
    pub(crate) bounds: Option<String>,
    pub(crate) unnamed: Option<String>,
    pub(crate) unit: String,
    pub(crate) definition: String,
    pub(crate) href: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Page<'v> {
    layout: Layout<'v>,
    sentence: String,
    chips: Vec<Chip>,
    years: Vec<crate::page::layout::Way>,
    totals: Vec<Total>,
    panels: Vec<Panel>,
    map: Option<String>,
    places: Ranking,
    rankings: Vec<Ranking>,
    latest: Vec<events::Line>,
    adjust: Adjust,
}

/// Shows the overview.
pub(crate) async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

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
    snapshot: &'v Snapshot,
    /// What the reader selects, without window and day.
    filters: Address,
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
        let answer = self.snapshot.model.figure(&question)?;
        Ok((state, question.query, answer))
    }

    /// Answers the question who is held, and counts them on each of `days`.
    fn held(
        &self,
        fixed: &[(&str, &str)],
        days: &[Day],
    ) -> Result<(PanelAnswer, Arc<Vec<Count>>), Problem> {
        let (state, question) = self.question(fixed, Period::Any)?;
        let (answer, counts) = self.snapshot.model.on_each_day(&question, days)?;
        Ok(((state, question.query, answer), counts))
    }

    /// Returns the years in which a question of the page counts something.
    fn years(&self, fixed: &[(&str, &str)]) -> Result<Arc<Vec<String>>, Problem> {
        let (_, question) = self.question(fixed, Period::Any)?;
        Ok(self.snapshot.model.years(&question))
    }

    /// Returns the window of a reader who chose none: the newest year in which something happened, up to
    /// the year of R, since a later one is a slip or is to come; where every date is wider than a year, all
    /// time up to R.
    fn newest_window(&self) -> Result<String, Problem> {
        let at = self.snapshot.position;
        let Some(last) = self.snapshot.model.table().instants().default_day(at) else {
            return Ok("../9999".to_owned());
        };
        let year_of_last = year(last);
        let newest = |years: &[String]| years.iter().rfind(|year| **year <= year_of_last).cloned();
        for question in self.request.headline() {
            // A definition that was not known yet at R has no years.
            if let Some(newest) = self
                .years(&question.pairs())
                .ok()
                .and_then(|years| newest(&years))
            {
                return Ok(newest);
            }
        }
        let newest = newest(&self.years(HAPPENED)?);
        Ok(newest.unwrap_or_else(|| format!("../{last}")))
    }

    /// Says the reader's filters behind a title.
    pub(crate) fn with_filters(&self, title: String) -> String {
        match question::parse(self.filters.without("d").pairs()) {
            Ok(query) => sentence::with_filters(self.request.words(), &query, title),
            Err(_) => title,
        }
    }

    /// Answers one question of the page by groups; returns the question without them too, which has the
    /// same total.
    fn with_groups(
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

    /// Asks what the page asks last, the last first, so that it is answered when the page comes to it:
    /// each question is counted once, by who comes to it first. One that fails is left to the page,
    /// which says why.
    fn ahead(&self) -> Result<(), Problem> {
        if !months(&self.window).is_empty() {
            self.grouped(RELEASED, "month")?;
            self.grouped(ARRESTED, "month")?;
        }
        self.figure(ARRESTS)?;
        self.grouped(ARRESTED, "place")?;
        self.grouped(CHARGES, "article")?;
        self.grouped(FOR_RIGHTS, "rights_exercised")?;
        Ok(())
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
        let query = question::parse(state.pairs())?;
        question::at_snapshot(self.snapshot, query, self.request.may.scope())
    }

    /// Returns the address of a question.
    pub(crate) fn href(&self, state: &Address) -> String {
        self.request.href("/figures", state)
    }
}

const TAKES: &[&str] = &[
    "at",
    "on",
    "d",
    "occurred",
    "place",
    "locality",
    "tag",
    "rights_exercised",
    "rights_violated",
    "role",
    "sex",
    "minor",
    "nationality",
    "authority",
    "org",
    "assessment",
    "verification",
];

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(TAKES)?;
    if let Some(moved) = controls::day_chosen(request)? {
        return Ok(moved);
    }
    let snapshot = request.snapshot().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(|| made(request, &snapshot))?;
    request.send(&snapshot, &page)
}

fn made<'v>(request: &'v PageRequest, snapshot: &'v Snapshot) -> Result<Page<'v>, Problem> {
    let filters = request.address.without("occurred").without("on");
    let mut ask = PanelQuestions {
        request,
        snapshot,
        filters,
        window: String::new(),
    };
    ask.window = match request.address.get("occurred") {
        Some(window) => window.to_owned(),
        None => ask.newest_window()?,
    };
    let ask = ask;
    std::thread::scope(|scope| {
        scope.spawn(|| ask.ahead().is_ok());
        assembled(&ask)
    })
}

/// Puts the page together, question by question.
fn assembled<'v>(ask: &PanelQuestions<'v>) -> Result<Page<'v>, Problem> {
    let (request, snapshot) = (ask.request, ask.snapshot);
    let w = request.words();
    let months = months(&ask.window);
    let ends: Vec<Day> = months.iter().map(|month| last_day(month)).collect();
    let on = request.address.get("on").map(ToOwned::to_owned);
    let held_on: Vec<(&str, &str)> = match &on {
        Some(on) => vec![("definition", "detained/any"), ("on", on)],
        None => vec![("definition", "detained/any")],
    };
    let (held, at_ends) = ask.held(&held_on, &ends)?;
    let (arrested, by_right) = ask.with_groups(FOR_RIGHTS, "rights_exercised")?;
    let (charges, by_article) = ask.with_groups(CHARGES, "article")?;
    let named = headlines(ask, &arrested)?;
    let sentence = sentence(ask, &named, &held.2);
    let places = ask.grouped(ARRESTED, "place")?;
    let (map, places) = whereabouts(ask, &places);
    let rankings = vec![
        ranking(ask, w.t("overview.by_right"), &by_right),
        ranking(ask, w.t("overview.by_article"), &by_article),
    ];
    let years = ask.years(HAPPENED)?;
    let earliest = years.first().cloned();
    Ok(Page {
        layout: Layout::at(
            request,
            ask.with_filters(w.t("overview.title").to_owned()),
            snapshot,
        ),
        sentence,
        chips: controls::chips(request, "/", ""),
        years: year_ways(request, &years, &ask.window),
        totals: totals(ask, &arrested, &charges, &held, &named)?,
        panels: panels(ask, &months, &at_ends, &named)?,
        map,
        places,
        rankings,
        latest: events::latest(request, snapshot, LATEST)?,
        adjust: Adjust::new(
            request,
            snapshot,
            "/",
            held.2.on.as_deref(),
            earliest.as_deref(),
        )?,
    })
}

/// Returns the year of a day, in four digits.
fn year(day: Day) -> String {
    format!("{:04}", day.ymd().map_or(0, |(year, ..)| year))
}

fn year_ways(
    request: &PageRequest,
    years: &[String],
    window: &str,
) -> Vec<crate::page::layout::Way> {
    let years = years.iter().rev().take(6).rev();
    years
        .map(|year| crate::page::layout::Way {
            name: request.words().digits(year),
            href: request.href("/", &request.address.with("occurred", year)),
            here: year == window,
        })
        .collect()
}

fn totals(
    ask: &PanelQuestions<'_>,
    arrested: &PanelAnswer,
    charges: &PanelAnswer,
    held: &PanelAnswer,
    named: &[Headline],
) -> Result<Vec<Total>, Problem> {
    let w = ask.request.words();
    let arrests = ask.figure(ARRESTS)?;
    let total = |label: String, (state, query, answer): &PanelAnswer| {
        let (unit, definition) = sentence::explained(w, query);
        Total {
            label,
            number: w.number(answer.total.count),
            bounds: format::bounds(w, &answer.total),
            unnamed: format::unnamed(w, &answer.total),
            unit,
            definition,
            href: ask.href(state),
        }
    };
    let fixed = [
        ("total.arrested", arrested),
        ("total.arrests", &arrests),
        ("total.charges", charges),
    ];
    let is_fixed = |(state, ..): &PanelAnswer| fixed.iter().any(|(_, answer)| answer.0 == *state);
    let others = named.iter().filter(|figure| !is_fixed(&figure.answer));
    let others = others.map(|figure| (figure.label(w), &figure.answer));
    let all = fixed.map(|(key, answer)| (w.t(key).to_owned(), answer));
    let all: Vec<_> = all.into_iter().chain(others).collect();
    // A total of nothing is left out where another counts something.
    let any = all.iter().any(|(_, answer)| counts_any(&answer.2.total));
    let all = all
        .into_iter()
        .filter(|(_, answer)| !any || counts_any(&answer.2.total));
    Ok(all
        .chain([(w.t("total.held").to_owned(), held)])
        .map(|(label, answer)| total(label, answer))
        .collect())
}
