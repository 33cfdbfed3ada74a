//! What does not fit together: kept and shown, never repaired.
//!
//! Never here: what fits (crate `fold`).

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use fold::{Fact, Finding, Misfit};

use crate::http::Problem;
use crate::page::layout::Frame;
use crate::page::parts::controls::Adjust;
use crate::page::parts::findings::{self, LINES, Part, Place};
use crate::page::request::Visit;

#[derive(Template)]
#[template(path = "inconsistencies.html")]
struct Inconsistencies<'v> {
    frame: Frame<'v>,
    part: Part<Unfit>,
    json: String,
    adjust: Adjust,
}

/// Something that does not fit.
struct Unfit {
    place: Place,
    what: String,
    number: String,
    href: String,
}

/// Shows what does not fit together.
pub(crate) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made)
}

async fn page(visit: &Visit) -> Result<Response, Problem> {
    let (snapshot, from) = findings::page_start(visit).await?;
    if let Some(same) = visit.unchanged(&snapshot) {
        return Ok(same);
    }
    let part = tokio::task::block_in_place(|| {
        let table = snapshot.model.table();
        let all = table.findings(snapshot.position, visit.may.scope());
        let found: Vec<(&Finding, Misfit, event::Position)> = all
            .into_iter()
            .filter_map(|finding| match &finding.fact {
                Fact::Misfit(misfit, position) => Some((finding, *misfit, *position)),
                Fact::Contradiction(_) | Fact::Custody(_) | Fact::Charge(_) | Fact::Same => None,
            })
            .collect();
        let persons = found.iter().map(|(finding, ..)| &finding.person);
        let persons = persons.flatten().collect::<BTreeSet<_>>().len();
        let part = found.iter().skip(from).take(LINES);
        let lines =
            part.map(|(finding, misfit, position)| unfit(visit, finding, *misfit, *position));
        findings::shown(visit, "/inconsistencies", from, found.len(), persons, lines)
    });
    let w = visit.words();
    let page = Inconsistencies {
        frame: Frame::at(visit, w.t("inconsistencies.title").to_owned(), &snapshot),
        part,
        json: visit.state.without("from").href("/v1/inconsistencies"),
        adjust: Adjust::new(visit, &snapshot, "/inconsistencies", None, None)?,
    };
    visit.send(&snapshot, &page)
}

fn unfit(visit: &Visit, finding: &Finding, misfit: Misfit, position: event::Position) -> Unfit {
    let w = visit.words();
    Unfit {
        place: findings::place(visit, finding.case.as_ref(), finding.person.as_ref()),
        what: w.t(&format!("misfit.{}", misfit.name())).to_owned(),
        number: w.number(position.get()),
        href: visit.link(&format!("/events/{position}")),
    }
}
