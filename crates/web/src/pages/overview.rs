//! The overview: one sentence, four totals, the year month by month, where, for which right, under
//! which article, and what came in last.
//!
//! Every number is a question to the same function as `/v1/figures`, all at one position.
//!
//! Never here: counting.

use askama::Template;
use axum::response::Response;
use event::Day;

use super::event as events;
use crate::http::Problem;
use crate::layout::Layout;
use crate::parts::controls::{self, Adjust, Chip};
use crate::parts::headline::{Headline, counts_any, headlines, sentence};
use crate::parts::panel_questions::{ARRESTED, Fixed, PanelAnswer, PanelQuestions, RELEASED};
use crate::parts::ranking::{Ranking, ranking, whereabouts};
use crate::parts::trend::{Panel, last_day, months, panels};
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::{format, sentence};

/// How many of the last events stand on the overview.
const LATEST: usize = 8;

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
    years: Vec<crate::layout::Way>,
    totals: Vec<Total>,
    panels: Vec<Panel>,
    map: Option<String>,
    places: Ranking,
    rankings: Vec<Ranking>,
    latest: Vec<events::Line>,
    adjust: Adjust,
}

/// Shows the overview.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
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
        None => newest_window(&ask)?,
    };
    let ask = ask;
    std::thread::scope(|scope| {
        scope.spawn(|| ahead(&ask).is_ok());
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

/// Returns the window of a reader who chose none: the newest year in which something happened, up to
/// the year of R, since a later one is a slip or is to come; where every date is wider than a year, all
/// time up to R.
fn newest_window(ask: &PanelQuestions<'_>) -> Result<String, Problem> {
    let at = ask.snapshot.position;
    let Some(last) = ask.snapshot.columns().instants().default_day(at) else {
        return Ok("../9999".to_owned());
    };
    let year_of_last = year(last);
    let newest = |years: &[String]| years.iter().rfind(|year| **year <= year_of_last).cloned();
    for question in ask.request.headline() {
        // A definition that was not known yet at R has no years.
        if let Some(newest) = ask
            .years(&question.pairs())
            .ok()
            .and_then(|years| newest(&years))
        {
            return Ok(newest);
        }
    }
    let newest = newest(&ask.years(HAPPENED)?);
    Ok(newest.unwrap_or_else(|| format!("../{last}")))
}

/// Asks what the page asks last, the last first, so that it is answered when the page comes to it:
/// each question is counted once, by who comes to it first. One that fails is left to the page,
/// which says why.
fn ahead(ask: &PanelQuestions<'_>) -> Result<(), Problem> {
    if !months(&ask.window).is_empty() {
        ask.grouped(RELEASED, "month")?;
        ask.grouped(ARRESTED, "month")?;
    }
    ask.figure(ARRESTS)?;
    ask.grouped(ARRESTED, "place")?;
    ask.grouped(CHARGES, "article")?;
    ask.grouped(FOR_RIGHTS, "rights_exercised")?;
    Ok(())
}

/// Returns the year of a day, in four digits.
fn year(day: Day) -> String {
    format!("{:04}", day.ymd().map_or(0, |(year, ..)| year))
}

fn year_ways(request: &PageRequest, years: &[String], window: &str) -> Vec<crate::layout::Way> {
    let years = years.iter().rev().take(6).rev();
    years
        .map(|year| crate::layout::Way {
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
