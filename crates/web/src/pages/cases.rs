//! The list of cases: the newest first, and those that somebody looks for by a name, a place or a day.
//!
//! Never here: what a case holds (see [`super::case`]).

use answers::{CASE_NAMES_MAX, CaseSummary};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use event::Days;

use crate::http::case_question::CaseQuestion;
use crate::http::parameters::Parameters;
use crate::http::{Problem, Sort};
use crate::layout::Layout;
use crate::record::Snapshot;
use crate::request::PageRequest;
use crate::text::format;

/// How many cases stand on one page.
const LINES: usize = 100;

/// What of the address says which cases stand there.
const ASKED: &[&str] = &["name", "open", "order", "place", "recorded"];

struct Line {
    id: String,
    href: String,
    names: Vec<String>,
    /// How many people are named in no name.
    others: Option<String>,
    places: Vec<String>,
    when: String,
    recorded: Option<String>,
    persons: String,
    events: String,
    states: Vec<String>,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct Page<'v> {
    layout: Layout<'v>,
    lines: Vec<Line>,
    next: Option<String>,
    go: String,
    missing: Option<String>,
    form: Form,
}

/// What the form of the list holds.
struct Form {
    name: String,
    place: String,
    recorded: String,
    is_open: bool,
    is_by_id: bool,
    at: Option<String>,
    /// The list of what came in on the day of R.
    today: Option<String>,
}

/// Shows the list, or leads to the case that was looked for.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    let takes: Vec<&str> = [&["at", "from", "case"], ASKED].concat();
    request.takes(&takes)?;
    let mut question = question(request)?;
    let snapshot = match question.name().cloned() {
        Some(name) => {
            let (snapshot, people) = request.people_of_name(&name).await?;
            question.filter.persons = Some(people);
            snapshot
        }
        None => request.snapshot_hiding().await?,
    };
    if let Some(id) = request.address.get("case") {
        let id = id.trim();
        let path = if event::CaseId::parse(id).is_ok() {
            format!("/cases/{id}")
        } else {
            "/cases".into()
        };
        if path != "/cases" {
            return Ok(request.lead_to(&request.link(&path)));
        }
    }
    let make = || made(request, &snapshot, &question);
    if question.name().is_some() {
        // What is found hangs on how far the index is.
        let page = tokio::task::block_in_place(make)?;
        return request.send_fresh(StatusCode::OK, &page);
    }
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(make)?;
    request.send(&snapshot, &page)
}

/// Reads which cases are asked for: the newest first, where the address does not say it. A place may be said by its name.
fn question(request: &PageRequest) -> Result<CaseQuestion, Problem> {
    let asked = request.address.only(ASKED);
    let mut parameters = Parameters(asked.pairs().to_vec());
    parameters.default("order", "order", "newest");
    for (name, value) in &mut parameters.0 {
        if name == "place"
            && let Some(code) = request.words().place_named(value)
        {
            code.clone_into(value);
        }
    }
    CaseQuestion::take(&mut parameters)
}

/// Returns the address of the feed of the same cases; a name is not taken there.
fn feed(request: &PageRequest) -> String {
    let asked = request.address.only(&["open", "place", "recorded"]);
    let asked = asked.with("lang", &request.words().language.code);
    asked.href("/v1/cases.atom")
}

fn made<'v>(
    request: &'v PageRequest,
    snapshot: &Snapshot,
    question: &CaseQuestion,
) -> Result<Page<'v>, Problem> {
    let w = request.words();
    let after = request.address.get("from").map(|from| {
        question.parse_place(from).ok_or_else(|| {
            let detail = format!("from is {from:?}, which no page of this list gave");
            Problem::new(Sort::Parameter, detail)
        })
    });
    let (found, last) = snapshot
        .cases(
            request.scope(),
            (&question.filter, question.order),
            after.transpose()?,
            LINES,
        )
        .map_err(|failure| Problem::failed(&failure))?;
    Ok(Page {
        layout: Layout::at(request, w.t("cases.title").to_owned(), snapshot)
            .with_files(
                "/v1/cases",
                &request.address.only(&[&["at"], ASKED].concat()),
            )
            .with_feed(feed(request)),
        lines: found
            .cases
            .iter()
            .map(|summary| line(request, snapshot, summary))
            .collect(),
        next: last.map(|last| {
            let rest = request.address.with("from", &question.place(&last));
            request.href("/cases", &rest)
        }),
        go: request.href("/cases", &crate::address::Address::default()),
        missing: request
            .address
            .get("case")
            .map(|id| w.fill("cases.not_an_id", &[("id", id)])),
        form: form(request, snapshot),
    })
}

fn form(request: &PageRequest, snapshot: &Snapshot) -> Form {
    let said = |name: &str| request.address.get(name).unwrap_or_default().to_owned();
    let columns = snapshot.columns();
    let received = columns.instants().received_at(snapshot.position);
    let today = received.map(|received| {
        let day = received.utc_day().to_string();
        let today = request.address.only(&["at"]).with("recorded", &day);
        request.href("/cases", &today)
    });
    Form {
        name: said("name"),
        place: said("place"),
        recorded: said("recorded"),
        is_open: request.address.get("open") == Some("true"),
        is_by_id: request.address.get("order") == Some("id"),
        at: request.address.get("at").map(ToOwned::to_owned),
        today,
    }
}

fn line(request: &PageRequest, snapshot: &Snapshot, summary: &CaseSummary) -> Line {
    let w = request.words();
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let states = summary.states.iter().map(|(state, people)| {
        let label = w.label("custody_state", state);
        w.fill(
            "cases.state",
            &[("state", &label), ("n", &w.number(number(*people)))],
        )
    });
    let others = summary.persons.saturating_sub(summary.names.len());
    let received = snapshot.columns().instants().received_at(summary.newest);
    Line {
        names: summary.names.clone(),
        others: (others > 0 && summary.persons > CASE_NAMES_MAX)
            .then(|| w.fill("cases.others", &[("n", &w.number(number(others)))])),
        places: summary.places.iter().map(|place| w.place(place)).collect(),
        recorded: received.map(|received| w.day(received.utc_day())),
        id: summary.case.clone(),
        href: request.link(&format!("/cases/{}", summary.case)),
        when: format::days(
            w,
            Days {
                earliest: summary.earliest,
                latest: summary.latest,
            },
        ),
        persons: w.number(number(summary.persons)),
        events: w.number(number(summary.events)),
        states: states.collect(),
    }
}
