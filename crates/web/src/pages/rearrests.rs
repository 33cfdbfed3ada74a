//! Arrested again: who was taken into custody soon after an earlier custody ended.
//!
//! Never here: what follows so soon (`figures::rearrests`).

use answers::Question;
use askama::Template;
use axum::response::Response;
use event::Day;
use figures::{Certainty, Rearrest};

use super::held::{self, TAKES};
use crate::address::Address;
use crate::http::parameters::{self, WITHIN_DAYS};
use crate::http::{Problem, Sort};
use crate::layout::{Layout, Way};
use crate::parts::controls::{self, Adjust, Chip, Hidden};
use crate::parts::findings;
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::{format, sentence};

/// How many lines stand on one page. Source: docs/reference/limits.md.
const LINES: usize = 100;

/// The days that the form offers; any other may be asked for by the address.
const WITHIN: [u64; 5] = [30, 90, 180, 365, 730];

/// One custody that followed another.
struct Line {
    names: Vec<(String, String)>,
    individual: Option<Way>,
    earlier: Way,
    later: Way,
    ended: String,
    began: String,
    counts: String,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "rearrests.html")]
struct Page<'v> {
    layout: Layout<'v>,
    heading: String,
    number: String,
    bounds: Option<String>,
    definition: String,
    definitions: Vec<Way>,
    chips: Vec<Chip>,
    within: Vec<(u64, String, bool)>,
    action: String,
    keep: Vec<Hidden>,
    lines: Vec<Line>,
    times: String,
    next: Option<String>,
    json: String,
    adjust: Adjust,
}

/// Shows who was arrested again.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&[TAKES, &["within_days"]].concat())?;
    if let Some(moved) = controls::day_chosen(request)? {
        return Ok(moved);
    }
    let from = findings::from(request)?;
    let within = match request.address.get("within_days") {
        None => WITHIN_DAYS,
        Some(days) => days.parse().map_err(|_| {
            let detail = format!("within_days is {days:?}, but must be a number of days");
            Problem::new(Sort::Parameter, detail)
        })?,
    };
    let days = parameters::within_days(within)?;
    let state = request.address.without("from").without("within_days");
    let (query, state) = held::query(&state)?;
    let snapshot = request.snapshot().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(|| {
        let question = held::of_custody(&snapshot, query, request)?;
        made(request, &snapshot, &question, &state, (days, from))
    })?;
    request.send(&snapshot, &page)
}

fn made<'v>(
    request: &'v PageRequest,
    snapshot: &Snapshot,
    question: &Question,
    state: &Address,
    (days, from): (u32, usize),
) -> Result<Page<'v>, Problem> {
    let w = request.words();
    let found = {
        let table = snapshot.scan();
        figures::rearrests(&table, &question.query, days, question.as_of())
    };
    let shown = found.rearrests.iter().skip(from).take(LINES);
    let lines = shown.map(|one| line(request, snapshot, one));
    let next = from.saturating_add(LINES);
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let bounds = figures::Count {
        count: found.total.count,
        at_least: found.total.at_least,
        at_most: found.total.at_most,
        unnamed: None,
    };
    let subject = sentence::without_window(w, &question.query);
    let heading = w.count(
        "rearrests.heading",
        u64::from(days),
        &[("subject", &subject)],
    );
    let on = question.on.map(|day| day.to_string());
    let asking = state.with("within_days", &days.to_string());
    Ok(Page {
        layout: Layout::at(request, heading.clone(), snapshot)
            .with_files("/v1/figures/rearrests", &asking),
        heading,
        number: w.number(found.total.count),
        bounds: format::bounds(w, &bounds),
        definition: sentence::explained(w, &question.query).1,
        definitions: held::definitions(request, "/rearrests", state),
        chips: controls::chips(request, "/rearrests", "from"),
        within: offered(request, u64::from(days)),
        action: request.href("/rearrests", &Address::default()),
        keep: request
            .address
            .without("within_days")
            .without("from")
            .pairs()
            .to_vec(),
        lines: lines.collect::<Result<Vec<_>, _>>()?,
        times: w.count("rearrests.times", count(found.rearrests.len()), &[]),
        next: (next < found.rearrests.len()).then(|| {
            request.href(
                "/rearrests",
                &request.address.with("from", &next.to_string()),
            )
        }),
        json: asking.href("/v1/figures/rearrests"),
        adjust: Adjust::new(request, snapshot, "/rearrests", on.as_deref(), None)?,
    })
}

/// Returns the days that the form offers, with what is asked now among them.
fn offered(request: &PageRequest, now: u64) -> Vec<(u64, String, bool)> {
    let w = request.words();
    let mut days = WITHIN.to_vec();
    if !days.contains(&now) {
        days.push(now);
        days.sort_unstable();
    }
    let said = |days: u64| w.count("rearrests.within", days, &[]);
    days.into_iter()
        .map(|days| (days, said(days), days == now))
        .collect()
}

fn line(request: &PageRequest, snapshot: &Snapshot, one: &Rearrest) -> Result<Line, Problem> {
    let w = request.words();
    let event = |position: event::Position| Way {
        name: w.number(position.get()),
        href: request.link(&format!("/events/{position}")),
        here: false,
    };
    let day = |day: Day| {
        let said = day.ymd().map(|_| w.day(day));
        said.unwrap_or_else(|| w.t("date.any").to_owned())
    };
    let (class, counts) = match one.counts {
        Certainty::Surely => ("surely", w.t("records.surely")),
        Certainty::WithDoubt => ("doubtful", w.t("records.with_doubt")),
        Certainty::Perhaps => ("perhaps", w.t("records.perhaps")),
    };
    let ids: Vec<String> = one.individual.iter().cloned().collect();
    Ok(Line {
        names: held::names(request, snapshot, &ids)?,
        individual: one.individual.as_ref().map(|id| Way {
            name: id.clone(),
            href: request.link(&format!("/persons/{id}")),
            here: false,
        }),
        earlier: event(one.earlier),
        later: event(one.later),
        ended: day(one.ended_earliest),
        began: day(one.began_latest),
        counts: counts.to_owned(),
        class,
    })
}
