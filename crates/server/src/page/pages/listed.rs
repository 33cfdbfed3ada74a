//! What organisations say in public and publish: statements with the responses to them, claims
//! beside what is documented, and hearings to come.
//!
//! Each is what `fold::shown` makes of the record at R, in words.
//!
//! Never here: whether a claim is reached.

use askama::Template;
use axum::response::Response;
use event::{Day, Json};
use fold::shown::{self, Claim, Listed, Reached};

use crate::http::{Problem, Sort};
use crate::page::address::State;
use crate::page::chart::{Item, Tone, bars};
use crate::page::layout::{Frame, Way};
use crate::page::parts::controls::{self, Adjust};
use crate::page::request::Visit;
use crate::page::text::format;
use crate::query::snapshot::Snapshot;

/// How many days ahead hearings are shown. Source: docs/guides/page.md.
const HEARING_DAYS: i32 = 14;

/// An event in words, as lists show it.
pub(crate) struct Said {
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) kind: String,
    pub(crate) org: String,
    pub(crate) when: Option<String>,
    pub(crate) verification: String,
    pub(crate) case: Option<Way>,
    pub(crate) text: Option<(String, String)>,
    pub(crate) by: Option<String>,
    pub(crate) facts: Vec<String>,
}

/// Says an event of a list.
pub(crate) fn said(visit: &Visit, one: &Listed) -> Said {
    let w = visit.words();
    let data = &one.data;
    let text = |name: &str| data.text(name).map(ToOwned::to_owned);
    let language = data.text("lang").unwrap_or("und").to_owned();
    Said {
        number: w.number(one.position.get()),
        href: visit.link(&format!("/events/{}", one.position)),
        kind: w.label("kind", one.kind),
        org: one.org.to_string(),
        when: one
            .occurred
            .as_ref()
            .map(|when| format::days(w, &when.earliest, &when.latest, when.doubt)),
        verification: w.label("verification", one.verification),
        case: one.case.as_ref().map(|id| Way {
            name: id.clone(),
            href: visit.link(&format!("/cases/{id}")),
            here: false,
        }),
        text: text("title")
            .or(text("verbatim"))
            .map(|text| (text, language)),
        by: text("by").or(text("claimant")),
        facts: Vec::new(),
    }
}

fn codes(visit: &Visit, data: &Json, field: &str, list: &str) -> Vec<String> {
    let w = visit.words();
    data.texts(field).map(|code| w.label(list, code)).collect()
}

/// A claim beside what is documented.
struct Beside {
    said: Said,
    claimed: String,
    documented: Option<String>,
    bounds: Option<String>,
    unnamed: Option<String>,
    reached: String,
    class: &'static str,
    bars: Option<(String, String)>,
    href: Option<String>,
    records: Option<String>,
    not_comparable: Option<String>,
}

/// A statement with what was answered.
struct Statement {
    said: Said,
    issuers: Option<String>,
    demands: Vec<String>,
    responses: Vec<Said>,
}

#[derive(Template)]
#[template(path = "statements.html")]
struct Statements<'v> {
    frame: Frame<'v>,
    claims: Vec<Beside>,
    statements: Vec<Statement>,
    others: Vec<Said>,
    adjust: Adjust,
}

/// Shows statements and claims.
pub(crate) async fn statements(visit: Visit) -> Response {
    let made = statements_page(&visit).await;
    visit.answer(made)
}

async fn statements_page(visit: &Visit) -> Result<Response, Problem> {
    visit.takes(&["at"])?;
    let snapshot = visit.snapshot().await?;
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let scope = visit.may.scope();
    let (claims, (statements, others)) = tokio::task::block_in_place(|| {
        let reading = snapshot.model.store().read()?;
        let table = snapshot.model.table();
        let claims = shown::claims(&reading, &table, snapshot.position, scope)?;
        let statements = shown::statements(&reading, &table, snapshot.position, scope)?;
        Ok((claims, statements))
    })
    .map_err(|failure: store::Failure| Problem::failed(&failure))?;
    let w = visit.words();
    let statements = statements.iter().map(|one| Statement {
        said: said(visit, &one.event),
        issuers: one.issuers.map(|n| w.count("statement.issuers", n, &[])),
        demands: codes(visit, &one.event.data, "demands", "demand"),
        responses: one
            .responses
            .iter()
            .map(|one| response(visit, one))
            .collect(),
    });
    let page = Statements {
        frame: Frame::at(visit, w.t("statements.title").to_owned(), &snapshot),
        claims: claims
            .iter()
            .enumerate()
            .map(|(at, claim)| beside(visit, claim, at))
            .collect(),
        statements: statements.collect(),
        others: others.iter().map(|one| response(visit, one)).collect(),
        adjust: Adjust::new(visit, &snapshot, "/statements", None, None)?,
    };
    visit.send(&snapshot, &page)
}

fn response(visit: &Visit, one: &Listed) -> Said {
    let position = one
        .data
        .text("position")
        .map(|code| visit.words().label("response_position", code));
    Said {
        facts: position.into_iter().collect(),
        ..said(visit, one)
    }
}

fn beside(visit: &Visit, claim: &Claim, at: usize) -> Beside {
    let w = visit.words();
    let number = |n: Option<u64>| n.map(|n| w.number(n));
    let claimed = match (number(claim.lower), number(claim.upper)) {
        (Some(lower), Some(upper)) if lower == upper => lower,
        (Some(lower), Some(upper)) => {
            w.fill("claim.between", &[("lower", &lower), ("upper", &upper)])
        }
        (Some(lower), None) => w.fill("claim.at_least", &[("lower", &lower)]),
        (None, Some(upper)) => w.fill("claim.at_most", &[("upper", &upper)]),
        (None, None) => w.t("claim.no_number").to_owned(),
    };
    let (class, reached) = match claim.reached {
        Reached::Yes => ("yes", w.t("claim.reached")),
        Reached::Perhaps => ("perhaps", w.t("claim.perhaps")),
        Reached::No => ("no", w.t("claim.not_reached")),
        Reached::NotComparable => ("none", w.t("claim.not_comparable")),
    };
    let total = claim.documented.as_ref().map(|answer| &answer.total);
    let bars = total.map(|total| {
        let documented = Item::new(String::new(), String::new(), total);
        let said = claim.lower.unwrap_or(0);
        let most = claim.upper.unwrap_or(said).max(said);
        let claimed = Item {
            least: said,
            count: said,
            most,
            ..documented.clone()
        };
        let longest = most.max(total.at_most);
        (
            bars::bar(&format!("c{at}"), &claimed, longest, Tone::Held),
            bars::bar(&format!("d{at}"), &documented, longest, Tone::Arrested),
        )
    });
    let query = claim
        .documented
        .as_ref()
        .and_then(|answer| answer.query.split_once('?'));
    let page = |path: &str| {
        query.map(|(_, query)| format!("{}?{query}", visit.href(path, &State::default())))
    };
    Beside {
        said: said(visit, &claim.event),
        claimed,
        documented: total.map(|total| w.number(total.count)),
        bounds: total.and_then(|total| format::bounds(w, total)),
        unnamed: total.and_then(|total| format::unnamed(w, total)),
        reached: reached.to_owned(),
        class,
        bars,
        href: page("/figures"),
        records: page("/records"),
        not_comparable: claim.not_comparable.clone(),
    }
}

#[derive(Template)]
#[template(path = "hearings.html")]
struct Hearings<'v> {
    frame: Frame<'v>,
    heading: String,
    hearings: Vec<Hearing>,
    adjust: Adjust,
}

struct Hearing {
    said: Said,
    set: String,
    kind: Option<String>,
    persons: Vec<Way>,
}

/// Shows the hearings of the next days.
pub(crate) async fn hearings(visit: Visit) -> Response {
    let made = hearings_page(&visit).await;
    visit.answer(made)
}

async fn hearings_page(visit: &Visit) -> Result<Response, Problem> {
    visit.takes(&["at", "on", "d"])?;
    if let Some(moved) = controls::day_chosen(visit)? {
        return Ok(moved);
    }
    let snapshot = visit.snapshot().await?;
    let from = match visit.state.get("on") {
        Some(on) => Day::parse(on).ok_or_else(|| {
            Problem::new(Sort::Parameter, format!("on is {on:?}, but must be a day"))
        })?,
        None => snapshot
            .model
            .table()
            .instants()
            .default_day(snapshot.position)
            .unwrap_or(Day::MIN),
    };
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let to = from.plus(HEARING_DAYS);
    let found = tokio::task::block_in_place(|| {
        let reading = snapshot.model.store().read()?;
        let table = snapshot.model.table();
        shown::hearings(
            &reading,
            &table,
            (from, to),
            snapshot.position,
            visit.may.scope(),
        )
    })
    .map_err(|failure: store::Failure| Problem::failed(&failure))?;
    let w = visit.words();
    let on = from.to_string();
    let year = on.get(..4).unwrap_or("2020");
    let page = Hearings {
        frame: Frame::at(visit, w.t("hearings.title").to_owned(), &snapshot),
        heading: w.fill(
            "hearings.heading",
            &[("from", &w.day(from)), ("to", &w.day(to))],
        ),
        hearings: found.iter().map(|one| hearing(visit, one)).collect(),
        adjust: Adjust::new(
            visit,
            &snapshot,
            "/hearings",
            Some(&on),
            Some(&first_year(&snapshot, year)),
        )?,
    };
    visit.send(&snapshot, &page)
}

/// Returns the year of the first event that was recorded, where the slider for D begins.
fn first_year(snapshot: &Snapshot, otherwise: &str) -> String {
    let table = snapshot.model.table();
    let times = table.instants().times(event::Position::new(2));
    let recorded = times.and_then(|times| times.recorded);
    let day = recorded.map(|instant| instant.utc_day().to_string());
    let year = day
        .as_deref()
        .and_then(|day| day.get(..4))
        .unwrap_or(otherwise);
    year.min(otherwise).to_owned()
}

fn hearing(visit: &Visit, one: &Listed) -> Hearing {
    let w = visit.words();
    let set = one
        .data
        .text("adjourned_to")
        .or(one.data.text("scheduled"))
        .unwrap_or_default();
    Hearing {
        said: said(visit, one),
        set: format::window(w, set),
        kind: one.data.text("hearing_kind").map(ToOwned::to_owned),
        persons: one
            .persons
            .iter()
            .map(|id| Way {
                name: id.clone(),
                href: visit.link(&format!("/persons/{id}")),
                here: false,
            })
            .collect(),
    }
}
