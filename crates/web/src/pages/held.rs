//! Held now: who is held at the end of a day, how long, and who has passed 6, 12 and 18 months.
//!
//! The lines and the figure come from one walk (`figures::held_list`).
//!
//! Never here: who counts as held.

use answers::{DaysBody, Question, TraitsBody};
use askama::Template;
use axum::response::Response;
use event::{Day, Days, PersonId};
use figures::{
    Answer, HeldList, HeldPerson, HeldStart, LongestHeld, Query, TERMS_MONTHS, last_start,
};

use crate::address::Address;
use crate::chart::{Tone, span};
use crate::http::{Problem, Sort};
use crate::layout::{Layout, Way};
use crate::parts::controls::{self, Adjust, Chip};
use crate::parts::findings;
use crate::record::{ReadFailure, Snapshot};
use crate::request::PageRequest;
use crate::text::words::Words;
use crate::text::{format, sentence};

/// How many people stand on one page.
const LINES: usize = 50;

/// One individual who is held.
struct Line {
    names: Vec<(String, String)>,
    ids: Vec<Way>,
    cases: Vec<Way>,
    state: String,
    place: Option<String>,
    since: String,
    days: String,
    /// Which marks are passed: `yes`, `no` or `perhaps`, as classes and in words.
    marks: Vec<Mark>,
    bar: String,
    counted: bool,
}

struct Mark {
    months: String,
    class: &'static str,
    said: String,
}

/// How many have passed a mark.
struct Passed {
    number: String,
    label: String,
}

#[derive(Template)]
#[template(path = "held.html")]
struct Page<'v> {
    layout: Layout<'v>,
    heading: String,
    number: String,
    bounds: Option<String>,
    definition: String,
    href: String,
    definitions: Vec<Way>,
    chips: Vec<Chip>,
    passed: Vec<Passed>,
    lines: Vec<Line>,
    shown: Option<String>,
    next: Option<String>,
    adjust: Adjust,
}

/// The parameters of a question about custody, and those of its pages.
pub(crate) const TAKES: &[&str] = &[
    "at",
    "on",
    "d",
    "definition",
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
    "case",
    "person",
    "assessment",
    "verification",
    "from",
];

/// Shows who is held.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    request.takes(TAKES)?;
    if let Some(moved) = controls::day_chosen(request)? {
        return Ok(moved);
    }
    let (query, state) = query(&request.address.without("from"))?;
    let from = findings::from(request)?;
    let snapshot = request.snapshot().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let page = tokio::task::block_in_place(|| {
        let question = of_custody(&snapshot, query, request)?;
        made(request, &snapshot, &question, &state, from)
    })?;
    request.send(&snapshot, &page)
}

/// Parses a question about custody: of anyone detained where it names no definition.
///
/// # Errors
/// [`Problem`] of a wrong question. Whether it is about custody, [`of_custody`] says.
pub(crate) fn query(state: &Address) -> Result<(Query, Address), Problem> {
    let definition = state.get("definition").unwrap_or("detained/any");
    let state = state.with("definition", definition);
    let query = Query::parse(state.pairs())?;
    Ok((query, state))
}

/// Takes what an organisation's own definition counts into the question, as known at R.
///
/// # Errors
/// [`Problem`] of a definition that is not known, or is not about custody.
pub(crate) fn of_custody(
    snapshot: &Snapshot,
    query: Query,
    request: &PageRequest,
) -> Result<Question, Problem> {
    let question = snapshot.question(query, request.scope())?;
    if question.query.is_held() {
        return Ok(question);
    }
    let definition = question.query.definition_name();
    let detail = format!("definition is {definition:?}, but must be one of custody");
    Err(Problem::new(Sort::Parameter, detail))
}

fn made<'v>(
    request: &'v PageRequest,
    snapshot: &Snapshot,
    question: &Question,
    state: &Address,
    from: usize,
) -> Result<Page<'v>, Problem> {
    let w = request.words();
    let (answer, holdings) = snapshot.held(question)?;
    let day = answer
        .on
        .as_deref()
        .and_then(Day::parse)
        .unwrap_or(Day::MIN);
    let longest = holdings.since().map(|since| since.days.earliest).min();
    let axis = span::Axis::over(longest.into_iter().chain([day]));
    let shown = holdings.lines(&snapshot.columns(), from..from.saturating_add(LINES));
    let lines = (from..)
        .zip(&shown)
        .map(|(at, one)| line(request, snapshot, one, day, axis.map(|axis| (axis, at))))
        .collect::<Result<Vec<_>, _>>()?;
    let (_, definition) = sentence::explained(w, &question.query);
    let next = from.saturating_add(LINES);
    let heading = sentence::title(w, &question.query, &answer);
    let first = longest
        .and_then(Day::ymd)
        .map(|(year, _, _)| year.to_string());
    Ok(Page {
        layout: Layout::at(request, heading.clone(), snapshot)
            .with_files("/v1/figures/held", state)
            .with_calendar("/v1/figures/held", state),
        number: w.number(answer.total.count),
        bounds: format::bounds(w, &answer.total),
        definition,
        href: request.href("/figures", state),
        definitions: definitions(request, "/held", state),
        chips: controls::chips(request, "/held", "from"),
        passed: passed(request, &holdings),
        shown: shown_of(request, from, lines.len(), &answer),
        next: (next < holdings.len())
            .then(|| request.href("/held", &request.address.with("from", &next.to_string()))),
        lines,
        adjust: Adjust::new(
            request,
            snapshot,
            "/held",
            answer.on.as_deref(),
            first.as_deref(),
        )?,
        heading,
    })
}

fn shown_of(request: &PageRequest, from: usize, lines: usize, answer: &Answer) -> Option<String> {
    let w = request.words();
    let of = answer.total.at_most;
    let (first, last) = (u64::try_from(from).ok()?, u64::try_from(from + lines).ok()?);
    (lines > 0 && last - first < of).then(|| {
        let numbers = [w.number(first + 1), w.number(last), w.number(of)];
        let [first, last, of] = &numbers;
        w.fill(
            "list.shown",
            &[("first", first), ("last", last), ("of", of)],
        )
    })
}

/// Returns the ways to a page for each definition of custody.
pub(crate) fn definitions(request: &PageRequest, path: &str, state: &Address) -> Vec<Way> {
    let w = request.words();
    let all = [
        "detained/any",
        "detained/state_custody",
        "detained/incl_house_arrest",
    ];
    all.into_iter()
        .map(|name| Way {
            name: w.t(&format!("definition_name.{name}")).to_owned(),
            href: request.href(
                path,
                &request.address.without("from").with("definition", name),
            ),
            here: state.get("definition") == Some(name),
        })
        .collect()
}

/// Says whether someone has been held since `last`, or longer.
fn has_passed(longest: &LongestHeld, last: Day) -> &'static str {
    match (longest.counted, longest.earliest <= last) {
        (Some(counted), _) if counted <= last => "yes",
        (_, true) => "perhaps",
        (_, false) => "no",
    }
}

/// Says how many have passed each term.
fn passed(request: &PageRequest, holdings: &HeldList) -> Vec<Passed> {
    let w = request.words();
    TERMS_MONTHS
        .iter()
        .map(|months| Passed {
            number: w.number(holdings.count_past(*months).count),
            label: w.fill("held.passed", &[("months", &w.number(number(*months)))]),
        })
        .collect()
}

fn number(months: i16) -> u64 {
    u64::try_from(months).unwrap_or(0)
}

/// Says for how long someone has been held at the end of `day`: without an upper number where the beginning
/// is not known.
fn time_held(w: &Words, longest: &LongestHeld, least: Day, day: Day) -> String {
    let days = |since: Day| u64::try_from(day.number().saturating_sub(since.number())).unwrap_or(0);
    let (least, most) = (days(least), days(longest.earliest));
    let said = w.number(least);
    if longest.earliest == Day::MIN {
        w.fill("held.days_at_least", &[("least", &said)])
    } else if least == most {
        w.count("held.days", least, &[])
    } else {
        w.fill(
            "held.days_between",
            &[("least", &said), ("most", &w.number(most))],
        )
    }
}

fn line(
    request: &PageRequest,
    snapshot: &Snapshot,
    one: &HeldPerson,
    day: Day,
    axis: Option<(span::Axis, usize)>,
) -> Result<Line, Problem> {
    let w = request.words();
    let HeldStart {
        days: since,
        longest,
    } = one.since;
    let marks = TERMS_MONTHS.iter().map(|months| {
        let class = has_passed(&longest, last_start(*months, day));
        let number = w.number(number(*months));
        let key = format!("held.mark_{class}");
        Mark {
            said: w.fill(&key, &[("months", &number)]),
            months: number,
            class,
        }
    });
    let way = |path: &str, id: &String| Way {
        name: id.clone(),
        href: request.link(&format!("/{path}/{id}")),
        here: false,
    };
    let bar = axis.map(|(axis, at)| {
        let span = span::Span {
            from: since,
            to: Some(Days::one(day)),
            class: "custody",
        };
        axis.bar(&format!("held{at}"), &[span], 10, Tone::Held)
    });
    Ok(Line {
        names: names(request, snapshot, &one.persons)?,
        ids: one.persons.iter().map(|id| way("persons", id)).collect(),
        cases: one.cases.iter().map(|id| way("cases", id)).collect(),
        state: w.label("custody_state", one.state.code()),
        place: one.place.as_deref().map(|code| w.place(code)),
        since: {
            let days = DaysBody {
                doubt: one.doubt,
                days: since,
            };
            let days = format::when(w, &days);
            if since.earliest == since.latest {
                w.fill("held.since", &[("when", &days)])
            } else {
                w.fill("held.since_between", &[("when", &days)])
            }
        },
        days: time_held(w, &longest, longest.counted.unwrap_or(since.latest), day),
        marks: marks.collect(),
        bar: bar.unwrap_or_default(),
        counted: longest.counted.is_some(),
    })
}

/// Returns the names under which someone is known to the reader, with the script of each.
pub(crate) fn names(
    request: &PageRequest,
    snapshot: &Snapshot,
    ids: &[String],
) -> Result<Vec<(String, String)>, Problem> {
    let failed = |failure: ReadFailure| Problem::failed(&failure);
    let reading = snapshot.read().map_err(failed)?;
    let mut names: Vec<(String, String)> = Vec::new();
    for id in ids.iter().filter_map(|id| PersonId::parse(id).ok()) {
        let Some(person) = fold::View::person(&reading, &id).map_err(failed)? else {
            continue;
        };
        let traits = TraitsBody::build(&person, snapshot.position, request.scope());
        for name in traits.names {
            let pair = (
                name.text,
                format::script_language(name.script.as_deref()).to_owned(),
            );
            if !names.contains(&pair) {
                names.push(pair);
            }
        }
    }
    Ok(names)
}
