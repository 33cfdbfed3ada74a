//! People as pages show them: names, traits, custody as a bar and in words, charges, what differs.
//!
//! Never here: who may see whom (the answers of [`crate::http`] are made for a scope).

use event::{Day, Days};
use fold::shown::{ChargeShape, ContradictionShape, CustodyShape, Edge, Facts, TraitsShape, When};

use super::chart::{Tone, escape, span};
use super::entry::{self, Source};
use super::say;
use super::visit::Visit;
use super::words::Words;

/// Who someone is.
pub(super) struct Named {
    pub(super) id: String,
    pub(super) href: String,
    /// Each name with its language tag and what kind of name it is.
    pub(super) names: Vec<(String, String, Option<String>)>,
    pub(super) traits: Vec<String>,
}

/// An interval of custody, in words.
pub(super) struct Interval {
    pub(super) state: String,
    pub(super) class: &'static str,
    pub(super) text: String,
    pub(super) from: (String, String),
    pub(super) to: Option<(String, String)>,
    pub(super) implied: bool,
}

/// A charge, in words.
pub(super) struct Charge {
    pub(super) id: String,
    pub(super) law: Option<String>,
    pub(super) article: Option<String>,
    pub(super) status: String,
    /// Status, day, position and address of each step.
    pub(super) history: Vec<(String, String, String, String)>,
}

/// What holds of one person in one case.
pub(super) struct InCase {
    pub(super) named: Option<Named>,
    pub(super) case: Option<(String, String)>,
    pub(super) bar: Option<String>,
    /// The labels of the bar's axis.
    pub(super) axis: Option<String>,
    pub(super) custody: Vec<Interval>,
    pub(super) charges: Vec<Charge>,
    pub(super) misfits: Vec<(String, String, String)>,
    pub(super) contradictions: Vec<Contradiction>,
}

/// What organisations say differently, each with its sources.
pub(super) struct Contradiction {
    pub(super) text: String,
    pub(super) sides: Vec<Side>,
}

/// What one of them says.
pub(super) struct Side {
    pub(super) org: String,
    pub(super) number: String,
    pub(super) href: String,
    pub(super) when: String,
    pub(super) verification: String,
    pub(super) place: Option<String>,
    pub(super) value: Option<String>,
    pub(super) sources: Vec<Source>,
    pub(super) shown: bool,
}

/// Says who someone is.
pub(super) fn named(visit: &Visit, id: &str, traits: &TraitsShape) -> Named {
    let w = visit.words();
    let names = traits.names.iter().map(|name| {
        let kind = name.kind.as_deref().filter(|kind| *kind != "legal");
        (
            name.text.clone(),
            say::script_language(name.script.as_deref()).to_owned(),
            kind.map(|kind| w.label("name_kind", kind)),
        )
    });
    let sex = traits
        .sex
        .filter(|sex| *sex != "unknown")
        .map(|sex| w.label("sex", sex));
    let birth = traits.birth.as_ref().map(|birth| {
        let day = say::days(w, &birth.earliest, &birth.latest, birth.doubt);
        w.fill("person.born", &[("when", &day)])
    });
    let roles = traits.roles.iter().map(|role| w.label("role", role));
    Named {
        id: id.to_owned(),
        href: visit.link(&format!("/persons/{id}")),
        names: names.collect(),
        traits: roles.chain(sex).chain(birth).collect(),
    }
}

/// Says what holds of someone in a case.
pub(super) fn in_case(visit: &Visit, facts: &Facts, axis: Option<span::Axis>, id: &str) -> InCase {
    let w = visit.words();
    let link = |position: event::Position| {
        (
            w.number(position.get()),
            visit.link(&format!("/events/{position}")),
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
        .map(|found| contradiction(visit, found));
    let misfits = facts.inconsistencies.iter().map(|misfit| {
        let (number, href) = link(misfit.position);
        let key = format!("misfit.{}", misfit.inconsistency);
        (w.t(&key).to_owned(), number, href)
    });
    let spans: Vec<span::Span> = facts.custody.iter().filter_map(span_of).collect();
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
            .map(|charge| said_charge(visit, charge))
            .collect(),
        misfits: misfits.collect(),
        contradictions: contradictions.collect(),
    }
}

/// Says what organisations say differently, the shown one first.
pub(super) fn contradiction(visit: &Visit, found: &ContradictionShape) -> Contradiction {
    let w = visit.words();
    let because = w.t(&format!("because.{}", found.because)).to_owned();
    let kind = w.label("kind", found.kind);
    let shown = w.number(found.shown.get());
    let sides = found.said.iter().map(|said| Side {
        org: said.org.clone(),
        number: w.number(said.position.get()),
        href: visit.link(&format!("/events/{}", said.position)),
        when: say::days(
            w,
            &said.occurred.earliest,
            &said.occurred.latest,
            said.occurred.doubt,
        ),
        verification: w.label("verification", said.verification),
        place: said.place.as_deref().map(|code| w.place(code)),
        value: said.value.clone(),
        sources: said
            .sources
            .iter()
            .filter_map(event::Json::as_list)
            .flatten()
            .map(|source| entry::source_of(w, |name| source.text(name)))
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

fn span_of(interval: &CustodyShape) -> Option<span::Span> {
    Some(span::Span {
        from: span_days(&interval.from.when)?,
        to: match &interval.to {
            Some(to) => Some(span_days(&to.when)?),
            None => None,
        },
        class: class(interval.state),
    })
}

fn span_days(when: &When) -> Option<Days> {
    Some(Days {
        earliest: Day::parse(&when.earliest)?,
        latest: Day::parse(&when.latest)?,
    })
}

fn edges(w: &Words, from: &Edge, to: Option<&Edge>) -> String {
    let day = |edge: &Edge| say::days(w, &edge.when.earliest, &edge.when.latest, edge.when.doubt);
    match to {
        Some(to) => w.fill("custody.from_to", &[("from", &day(from)), ("to", &day(to))]),
        None => w.fill("custody.from", &[("from", &day(from))]),
    }
}

fn said_charge(visit: &Visit, charge: &ChargeShape) -> Charge {
    let w = visit.words();
    let day = |when: &When| say::days(w, &when.earliest, &when.latest, when.doubt);
    let history = charge.history.iter().map(|step| {
        (
            w.label("charge_status", step.status),
            day(&step.when),
            w.number(step.position.get()),
            visit.link(&format!("/events/{}", step.position)),
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
pub(super) fn days_of(when: &When) -> Vec<Day> {
    [&when.earliest, &when.latest]
        .into_iter()
        .filter_map(|day| Day::parse(day))
        .collect()
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
