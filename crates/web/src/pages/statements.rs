//! What organisations say in public: statements with the responses to them, and claims beside what is
//! documented.
//!
//! Each is what `answers` makes of the record at R, in words.
//!
//! Never here: whether a claim is reached.

use std::ops::Range;

use answers::{ClaimComparison, EventBody, Reach, STATEMENT_KINDS, StatementBody, StatementWindow};
use askama::Template;
use axum::response::Response;
use event::{Json, Kind};
use fold::Scope;

use crate::address::Address;
use crate::chart::{Item, Tone, bars, longest};
use crate::http::Problem;
use crate::layout::Layout;
use crate::parts::controls::Adjust;
use crate::parts::event_summary::{EventSummary, summary};
use crate::parts::findings;
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;
use crate::text::format;

/// How many events are read while the store is read once. Source: docs/reference/limits.md.
const PIECE_EVENTS: usize = 64;

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
    next: Option<String>,
    adjust: Adjust,
}

/// What the page lists, of which each page shows the same places of each list.
struct Lists {
    claims: Vec<EventBody>,
    statements: Vec<StatementBody>,
    others: Vec<EventBody>,
    /// How many items the longest of them has.
    all: usize,
}

impl Lists {
    /// Reads the most that can stand on the page that begins after `from` places.
    fn read(snapshot: &Snapshot, scope: &Scope, from: usize) -> Result<Self, ReadFailure> {
        let at = snapshot.position;
        let listed = |kinds: &[Kind]| snapshot.columns().listed(kinds, at, scope);
        let places = from..from.saturating_add(findings::LINES);
        let mut claims = listed(&[Kind::AggregateClaim]);
        let mut part = StatementWindow::new(listed(&STATEMENT_KINDS), places.clone());
        for piece in listed(&[Kind::OfficialResponse]).chunks(PIECE_EVENTS) {
            part.add_responses(&snapshot.read()?, piece, at)?;
        }
        let all = part.all().max(claims.len());
        cut(&mut claims, places);
        let reading = snapshot.read()?;
        let positions = part.positions().to_vec();
        Ok(Self {
            claims: answers::events_at(&reading, &claims, at)?,
            statements: part.statements(&reading, &positions, at)?,
            others: part.into_others(),
            all,
        })
    }

    /// Cuts the lists to the page, which begins after `from` places; returns where the next one begins, if there
    /// is one.
    fn cut(&mut self, from: usize) -> Option<usize> {
        let text = |event: Option<&EventBody>| {
            let data = event.map(|event| serde_json::to_string(&event.data));
            data.map_or(0, |data| data.map_or(0, |text| text.len()))
        };
        let bytes = (0..self.all.saturating_sub(from)).map(|place| {
            let statement = self.statements.get(place);
            let responses = statement.into_iter().flat_map(|one| &one.responses);
            let events = [
                self.claims.get(place),
                statement.map(|one| &one.event),
                self.others.get(place),
            ];
            let events = events.into_iter().chain(responses.map(Some));
            events.map(text).sum()
        });
        let fitting = findings::fitting(bytes);
        self.claims.truncate(fitting);
        self.statements.truncate(fitting);
        self.others.truncate(fitting);
        Some(from.saturating_add(fitting)).filter(|end| *end < self.all)
    }
}

fn cut<T>(list: &mut Vec<T>, places: Range<usize>) {
    list.truncate(places.end);
    list.drain(..places.start.min(list.len()));
}

/// Shows statements and claims.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    let (snapshot, from) = findings::page_start(request).await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let scope = request.scope();
    let at = snapshot.position;
    let (part, claims, next) = tokio::task::block_in_place(|| {
        let mut part = Lists::read(&snapshot, scope, from)?;
        let next = part.cut(from);
        let claims = std::mem::take(&mut part.claims).into_iter();
        // One at a time: nothing is written while one is counted.
        let claims =
            claims.map(|event| ClaimComparison::compute(&snapshot.columns(), event, at, scope));
        let claims: Vec<_> = claims.collect();
        Ok((part, claims, next))
    })
    .map_err(|failure: ReadFailure| Problem::failed(&failure))?;
    let Lists {
        statements, others, ..
    } = part;
    let w = request.words();
    let next = next.map(|next| {
        let state = request.address.with("from", &next.to_string());
        request.href("/statements", &state)
    });
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
        layout: Layout::at(request, w.t("statements.title").to_owned(), &snapshot)
            .with_files("/v1/statements", &request.address.only(&["at"])),
        claims: claims
            .iter()
            .enumerate()
            .map(|(at, claim)| beside(request, claim, at))
            .collect(),
        statements: statements.collect(),
        others: others.iter().map(|one| response(request, one)).collect(),
        next,
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
