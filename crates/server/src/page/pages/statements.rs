//! What organisations say in public: statements with the responses to them, and claims beside what is
//! documented.
//!
//! Each is what `answers` makes of the record at R, in words.
//!
//! Never here: whether a claim is reached.

use answers::{ClaimComparison, EventBody, Reach};
use askama::Template;
use axum::response::Response;
use event::Json;

use crate::http::Problem;
use crate::page::address::Address;
use crate::page::chart::{Item, Tone, bars, longest};
use crate::page::layout::Layout;
use crate::page::parts::controls::Adjust;
use crate::page::parts::event_summary::{EventSummary, summary};
use crate::page::request::PageRequest;
use crate::page::text::format;

fn codes(request: &PageRequest, data: &Json, field: &str, list: &str) -> Vec<String> {
    let w = request.words();
    data.texts(field).map(|code| w.label(list, code)).collect()
}

/// A claim beside what is documented.
struct ClaimLine {
    said: EventSummary,
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
    said: EventSummary,
    issuers: Option<String>,
    demands: Vec<String>,
    responses: Vec<EventSummary>,
}

#[derive(Template)]
#[template(path = "statements.html")]
struct Statements<'v> {
    layout: Layout<'v>,
    claims: Vec<ClaimLine>,
    statements: Vec<Statement>,
    others: Vec<EventSummary>,
    adjust: Adjust,
}

/// Shows statements and claims.
pub(crate) async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(&["at"])?;
    let snapshot = request.snapshot().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let scope = request.may.scope();
    let (claims, (statements, others)) = tokio::task::block_in_place(|| {
        let reading = snapshot.read()?;
        let table = snapshot.model.table();
        let claims = answers::compare_claims(&reading, &table, snapshot.position, scope)?;
        let statements = answers::list_statements(&reading, &table, snapshot.position, scope)?;
        Ok((claims, statements))
    })
    .map_err(|failure: store::Failure| Problem::failed(&failure))?;
    let w = request.words();
    let statements = statements.iter().map(|one| Statement {
        said: summary(request, &one.event),
        issuers: one.issuers.map(|n| w.count("statement.issuers", n, &[])),
        demands: codes(request, &one.event.data, "demands", "demand"),
        responses: one
            .responses
            .iter()
            .map(|one| response(request, one))
            .collect(),
    });
    let page = Statements {
        layout: Layout::at(request, w.t("statements.title").to_owned(), &snapshot),
        claims: claims
            .iter()
            .enumerate()
            .map(|(at, claim)| beside(request, claim, at))
            .collect(),
        statements: statements.collect(),
        others: others.iter().map(|one| response(request, one)).collect(),
        adjust: Adjust::new(request, &snapshot, "/statements", None, None)?,
    };
    request.send(&snapshot, &page)
}

fn response(request: &PageRequest, one: &EventBody) -> EventSummary {
    let position = one
        .data
        .text("position")
        .map(|code| request.words().label("response_position", code));
    EventSummary {
        facts: position.into_iter().collect(),
        ..summary(request, one)
    }
}

fn beside(request: &PageRequest, claim: &ClaimComparison, at: usize) -> ClaimLine {
    let w = request.words();
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
        Reach::Yes => ("yes", w.t("claim.reached")),
        Reach::Perhaps => ("perhaps", w.t("claim.perhaps")),
        Reach::No => ("no", w.t("claim.not_reached")),
        Reach::NotComparable if claim.documented.is_some() => ("none", w.t("claim.no_lower")),
        Reach::NotComparable => ("none", w.t("claim.not_comparable")),
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
            unnamed: None,
            ..documented.clone()
        };
        let longest = longest([&claimed, &documented]);
        (
            bars::bar(&format!("c{at}"), &claimed, longest, Tone::Held),
            bars::bar(&format!("d{at}"), &documented, longest, Tone::Arrested),
        )
    });
    let query = claim
        .documented
        .as_ref()
        .and_then(|answer| answer.query.split_once('?'));
    let address = |path: &str| {
        query.map(|(_, query)| format!("{}?{query}", request.href(path, &Address::default())))
    };
    ClaimLine {
        said: summary(request, &claim.event),
        claimed,
        documented: total.map(|total| w.number(total.count)),
        bounds: total.and_then(|total| format::bounds(w, total)),
        unnamed: total.and_then(|total| format::unnamed(w, total)),
        reached: reached.to_owned(),
        class,
        bars,
        href: address("/figures"),
        records: address("/records"),
        not_comparable: claim.not_comparable.clone(),
    }
}
