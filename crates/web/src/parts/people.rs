//! People as pages show them: names, traits, custody as a bar and in words, charges, what differs.
//!
//! Never here: who may see whom (crate `answers`: bodies are made for a scope).

use answers::{
    BoundBody, ChargeBody, ContradictionBody, CustodyBody, DaysBody, FactsBody, TraitsBody,
};
use event::Day;

use super::timeline_entry::{self, Source};
use crate::chart::{Tone, escape, span};
use crate::request::PageRequest;
use crate::text::format;
use crate::text::words::Words;

/// Who someone is.
pub struct Named {
    /// The id.
    pub id: String,
    /// The address of the person's page.
    pub href: String,
    /// Each name with its language tag and what kind of name it is.
    pub names: Vec<(String, String, Option<String>)>,
    /// Roles, sex and birth, in words.
    pub traits: Vec<String>,
}

/// An interval of custody, in words.
pub(crate) struct Interval {
    pub(crate) state: String,
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) from: (String, String),
    pub(crate) to: Option<(String, String)>,
    pub(crate) implied: bool,
}

/// A charge, in words.
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) law: Option<String>,
    pub(crate) article: Option<String>,
    pub(crate) status: String,
    /// Status, day, position and address of each step.
    pub(crate) history: Vec<(String, String, String, String)>,
}

/// What holds of one person in one case.
pub(crate) struct InCase {
    pub(crate) named: Option<Named>,
    pub(crate) case: Option<(String, String)>,
    pub(crate) bar: Option<String>,
    /// The labels of the bar's axis.
    pub(crate) axis: Option<String>,
    pub(crate) custody: Vec<Interval>,
    pub(crate) charges: Vec<Charge>,
    pub(crate) misfits: Vec<(String, String, String)>,
    pub(crate) contradictions: Vec<Contradiction>,
}

/// What organisations say differently, each with its sources.
pub(crate) struct Contradiction {
    pub(crate) text: String,
    pub(crate) sides: Vec<Side>,
}

/// What one of them says.
pub(crate) struct Side {
    pub(crate) org: String,
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) when: String,
    pub(crate) verification: String,
    pub(crate) place: Option<String>,
    pub(crate) value: Option<String>,
    pub(crate) sources: Vec<Source>,
    pub(crate) shown: bool,
}

/// Says who someone is.
#[must_use]
pub fn named(request: &PageRequest, id: &str, traits: &TraitsBody) -> Named {
    let w = request.words();
    let names = traits.names.iter().map(|name| {
        let kind = name.kind.as_deref().filter(|kind| *kind != "legal");
        (
            name.text.clone(),
            format::script_language(name.script.as_deref()).to_owned(),
            kind.map(|kind| w.label("name_kind", kind)),
        )
    });
    let sex = traits
        .sex
        .filter(|sex| *sex != "unknown")
        .map(|sex| w.label("sex", sex));
    let birth = traits.birth.as_ref().map(|birth| {
        let day = format::when(w, birth);
        w.fill("person.born", &[("when", &day)])
    });
    let roles = traits.roles.iter().map(|role| w.label("role", role));
    Named {
        id: id.to_owned(),
        href: request.link(&format!("/persons/{id}")),
        names: names.collect(),
        traits: roles.chain(sex).chain(birth).collect(),
    }
}

/// Says what holds of someone in a case.
pub(crate) fn in_case(
    request: &PageRequest,
    facts: &FactsBody,
    axis: Option<span::Axis>,
    id: &str,
) -> InCase {
    let w = request.words();
    let link = |position: event::Position| {
        (
            w.number(position.get()),
            request.link(&format!("/events/{position}")),
        )
    };
    let custody = facts.custody.iter().map(|interval| Interval {
        state: w.label("custody_state", interval.state),
        class: class(interval.state),
        text: edges(w, &interval.from, interval.to.as_ref()),
        from: link(interval.from.position),
        to: interval.to.as_ref().map(|to| link(to.position)),
        implied: interval.from.implied || interval.to.as_ref().is_some_and(|to| to.implied),
    });
    let contradictions = facts
        .contradictions
        .iter()
        .map(|found| contradiction(request, found));
    let misfits = facts.inconsistencies.iter().map(|misfit| {
        let (number, href) = link(misfit.position);
        let key = format!("misfit.{}", misfit.inconsistency);
        (w.t(&key).to_owned(), number, href)
    });
    let spans: Vec<span::Span> = facts.custody.iter().map(span_of).collect();
    InCase {
        named: None,
        case: None,
        bar: axis
            .filter(|_| !spans.is_empty())
            .map(|axis| axis.bar(id, &spans, 22, Tone::Held)),
        axis: axis
            .filter(|_| !spans.is_empty())
            .map(|axis| axis_labels(w, axis)),
        custody: custody.collect(),
        charges: facts
            .charges
            .iter()
            .map(|charge| said_charge(request, charge))
            .collect(),
        misfits: misfits.collect(),
        contradictions: contradictions.collect(),
    }
}

/// Says what organisations say differently, the shown one first.
pub(crate) fn contradiction(request: &PageRequest, found: &ContradictionBody) -> Contradiction {
    let w = request.words();
    let because = w.t(&format!("because.{}", found.because)).to_owned();
    let kind = w.label("kind", found.kind);
    let shown = w.number(found.shown.get());
    let sides = found.said.iter().map(|said| Side {
        org: said.org.clone(),
        number: w.number(said.position.get()),
        href: request.link(&format!("/events/{}", said.position)),
        when: format::when(w, &said.occurred),
        verification: w.label("verification", said.verification),
        place: said.place.as_deref().map(|code| w.place(code)),
        value: said.value.clone(),
        sources: said
            .sources
            .iter()
            .filter_map(event::Json::as_list)
            .flatten()
            .map(|source| timeline_entry::source_of(w, |name| source.text(name)))
            .collect(),
        shown: said.position == found.shown,
    });
    Contradiction {
        text: w.fill(
            "case.contradiction",
            &[("kind", &kind), ("shown", &shown), ("because", &because)],
        ),
        sides: sides.collect(),
    }
}

/// Returns the class by which a state is drawn.
fn class(state: &str) -> &'static str {
    match state {
        "police_custody" | "pretrial" | "serving" | "administrative" => "custody",
        "house_arrest" => "house",
        "disappeared" => "gone",
        "free_with_restrictions" => "restricted",
        "dead" => "dead",
        _ => "free",
    }
}

fn span_of(interval: &CustodyBody) -> span::Span {
    span::Span {
        from: interval.from.when.days,
        to: interval.to.as_ref().map(|to| to.when.days),
        class: class(interval.state),
    }
}

fn edges(w: &Words, from: &BoundBody, to: Option<&BoundBody>) -> String {
    let day = |edge: &BoundBody| format::when(w, &edge.when);
    match to {
        Some(to) => w.fill("custody.from_to", &[("from", &day(from)), ("to", &day(to))]),
        None => w.fill("custody.from", &[("from", &day(from))]),
    }
}

fn said_charge(request: &PageRequest, charge: &ChargeBody) -> Charge {
    let w = request.words();
    let day = |when: &DaysBody| format::when(w, when);
    let history = charge.history.iter().map(|step| {
        (
            w.label("charge_status", step.status),
            day(&step.when),
            w.number(step.position.get()),
            request.link(&format!("/events/{}", step.position)),
        )
    });
    Charge {
        id: charge.charge.clone(),
        law: charge.law.clone(),
        article: charge
            .article
            .as_deref()
            .map(|article| w.fill("value.article", &[("article", article)])),
        status: w.label("charge_status", charge.status),
        history: history.collect(),
    }
}

/// Returns the two days of a date.
pub(crate) const fn days_of(when: &DaysBody) -> [Day; 2] {
    [when.days.earliest, when.days.latest]
}

/// Draws the labels of an axis.
fn axis_labels(w: &Words, axis: span::Axis) -> String {
    let ticks = axis.labelled();
    let few = ticks
        .iter()
        .any(|(_, day)| day.ymd().is_some_and(|(_, _, day)| day != 1));
    let mut svg =
        String::from("<svg class=\"axis\" width=\"100%\" height=\"18\" aria-hidden=\"true\">");
    for (at, day) in &ticks {
        let Some((year, month, of_month)) = day.ymd() else {
            continue;
        };
        let label = if few {
            let month = w.month_short(month);
            let day = w.digits(&of_month.to_string());
            w.fill("date.short", &[("d", &day), ("m", &month)])
        } else if month == 1 {
            w.digits(&year.to_string())
        } else {
            w.month_short(month)
        };
        // A label stands behind its day, as the page is read; the last one would run over the edge.
        let (x, is_behind) = if w.is_rtl() {
            (100.0 - at, *at <= span::END)
        } else {
            (*at, *at > span::END)
        };
        let anchor = if is_behind {
            " text-anchor=\"end\""
        } else {
            ""
        };
        svg.push_str(&format!(
            "<text class=\"tick\" x=\"{x:.2}%\" y=\"13\"{anchor}>{}</text>",
            escape(&label)
        ));
    }
    svg.push_str("</svg>");
    svg
}
