//! Held now: who is held at the end of a day, how long, and who has passed 6, 12 and 18 months.
//!
//! The lines and the figure come from one walk (`figures::held_list`).
//!
//! Never here: who counts as held.

use answers::{DaysBody, TraitsBody};
use askama::Template;
use axum::response::Response;
use event::{Day, Days, PersonId};
use figures::{Answer, HeldList, HeldPerson, Query};

use crate::http::{Problem, Sort};
use crate::page::address::Address;
use crate::page::chart::{Tone, span};
use crate::page::layout::{Layout, Way};
use crate::page::parts::controls::{self, Adjust, Chip};
use crate::page::parts::findings;
use crate::page::request::PageRequest;
use crate::page::text::format;
use crate::query::question;
use crate::query::snapshot::Snapshot;

/// How many people stand on one page.
const LINES: usize = 50;
/// The marks, in months.
const MARKS: [i16; 3] = [6, 12, 18];

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
    "rights_exercised",
    "rights_violated",
    "role",
    "sex",
    "minor",
    "authority",
    "org",
    "case",
    "person",
    "assessment",
    "verification",
    "from",
];

/// Shows who is held.
pub(crate) async fn show(request: PageRequest) -> Response {
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
    let page = tokio::task::block_in_place(|| made(request, &snapshot, &query, &state, from))?;
    request.send(&snapshot, &page)
}

/// Parses a question about custody: of anyone detained where it names no definition.
///
/// # Errors
/// [`Problem`]: a wrong question, or one that is not about custody.
pub(crate) fn query(state: &Address) -> Result<(Query, Address), Problem> {
    let definition = state.get("definition").unwrap_or("detained/any");
    let state = state.with("definition", definition);
    let query = question::parse(state.pairs())?;
    if !query.is_held() {
        let detail = format!("definition is {definition:?}, but must be one of custody");
        return Err(Problem::new(Sort::Parameter, detail));
    }
    Ok((query, state))
}

fn made<'v>(
    request: &'v PageRequest,
    snapshot: &Snapshot,
    query: &Query,
    state: &Address,
    from: usize,
) -> Result<Page<'v>, Problem> {
    let w = request.words();
    let standing = question::standing(snapshot, query, &request.may);
    let (answer, holdings) = snapshot.model.held(&standing);
    let day = answer
        .on
        .as_deref()
        .and_then(Day::parse)
        .unwrap_or(Day::MIN);
    let longest = holdings.since().map(|since| since.days.earliest).min();
    let axis = span::Axis::over(longest.into_iter().chain([day]));
    let shown = holdings.lines(&snapshot.model.table(), from..from.saturating_add(LINES));
    let lines = (from..)
        .zip(&shown)
        .map(|(at, one)| line(request, snapshot, one, day, axis.map(|axis| (axis, at))))
        .collect::<Result<Vec<_>, _>>()?;
    let (_, definition) = format::explained(w, query);
    let next = from.saturating_add(LINES);
    let heading = format::title(w, query, None, &answer);
    let first = longest
        .and_then(Day::ymd)
        .map(|(year, _, _)| year.to_string());
    Ok(Page {
        layout: Layout::at(request, heading.clone(), snapshot),
        number: w.number(answer.total.count),
        bounds: format::bounds(w, &answer.total),
        definition,
        href: request.href("/figures", state),
        definitions: definitions(request, "/held", state),
        chips: controls::chips(request, "/held", "from"),
        passed: passed(request, &holdings, day),
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

/// Returns the day on which someone held since `day` has been held for `months`.
fn mark(day: Day, months: i16) -> Option<Day> {
    let (year, month, of_month) = day.ymd()?;
    let month = i16::from(month) - 1 + months;
    let (year, month) = (year + month / 12, i8::try_from(month % 12 + 1).ok()?);
    // Who is held since the 31st has been held for months at the end of a shorter one.
    (0..4).find_map(|back| Day::from_ymd(year, month, of_month - back))
}

/// Returns the last day since which someone has been held for `months` at the end of `day`.
fn latest_past(months: i16, day: Day) -> Day {
    // No month has more than 31 days; the ends of some fall together in a shorter one.
    let long_past = day.number().saturating_sub(i32::from(months) * 31 + 1);
    let days = (long_past..day.number()).map(Day::from_number);
    let past = days.take_while(|since| mark(*since, months).is_some_and(|mark| mark <= day));
    past.last().unwrap_or(Day::MIN)
}

/// Says whether someone held since one of `since` has passed a mark at the end of `day`.
fn has_passed(since: Days, months: i16, day: Day) -> &'static str {
    let by = |start: Day| mark(start, months).is_some_and(|mark| mark <= day);
    match (by(since.latest), by(since.earliest)) {
        (true, _) => "yes",
        (false, true) => "perhaps",
        (false, false) => "no",
    }
}

fn passed(request: &PageRequest, holdings: &HeldList, day: Day) -> Vec<Passed> {
    let w = request.words();
    MARKS
        .iter()
        .map(|months| {
            let latest = latest_past(*months, day);
            let passed = holdings
                .since()
                .filter(|since| since.counted && since.days.latest <= latest);
            let number = u64::try_from(passed.count()).unwrap_or(u64::MAX);
            let months = w.number(u64::try_from(*months).unwrap_or(0));
            Passed {
                number: w.number(number),
                label: w.fill("held.passed", &[("months", &months)]),
            }
        })
        .collect()
}

fn line(
    request: &PageRequest,
    snapshot: &Snapshot,
    one: &HeldPerson,
    day: Day,
    axis: Option<(span::Axis, usize)>,
) -> Result<Line, Problem> {
    let w = request.words();
    let days = |since: Day| u64::try_from(day.number().saturating_sub(since.number())).unwrap_or(0);
    let since = one.since.days;
    let (least, most) = (days(since.latest), days(since.earliest));
    let said = if least == most {
        w.count("held.days", least, &[])
    } else {
        w.fill(
            "held.days_between",
            &[("least", &w.number(least)), ("most", &w.number(most))],
        )
    };
    let marks = MARKS.iter().map(|months| {
        let class = has_passed(since, *months, day);
        let number = w.number(u64::try_from(*months).unwrap_or(0));
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
                ..DaysBody::from(since)
            };
            let days = format::when(w, &days);
            if least == most {
                w.fill("held.since", &[("when", &days)])
            } else {
                w.fill("held.since_between", &[("when", &days)])
            }
        },
        days: said,
        marks: marks.collect(),
        bar: bar.unwrap_or_default(),
        counted: one.since.counted,
    })
}

/// Returns the names under which someone is known to the reader, with the script of each.
pub(crate) fn names(
    request: &PageRequest,
    snapshot: &Snapshot,
    ids: &[String],
) -> Result<Vec<(String, String)>, Problem> {
    let failed = |failure: store::Failure| Problem::failed(&failure);
    let reading = snapshot.model.store().read().map_err(failed)?;
    let mut names: Vec<(String, String)> = Vec::new();
    for id in ids.iter().filter_map(|id| PersonId::parse(id).ok()) {
        let Some(person) = fold::View::person(&reading, &id).map_err(failed)? else {
            continue;
        };
        let traits = TraitsBody::build(&person, snapshot.position, request.may.scope());
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

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_mark_is_so_many_calendar_months_later() {
        assert_eq!(mark(day("2020-06-15"), 6), Some(day("2020-12-15")));
        assert_eq!(mark(day("2020-08-31"), 6), Some(day("2021-02-28")));
        assert_eq!(mark(day("2020-08-13"), 18), Some(day("2022-02-13")));
    }

    #[test]
    fn the_last_day_before_a_mark_is_the_last_that_has_passed_it() {
        let one = |day: Day| has_passed(Days::one(day), 6, self::day("2021-02-28")) == "yes";
        let days = (-400..0).map(|back| Day::from_number(day("2021-02-28").number() + back));
        let (past, not): (Vec<Day>, Vec<Day>) = days.partition(|day| one(*day));
        assert_eq!(past.last().copied(), Some(day("2020-08-31")));
        assert!(past.iter().max() < not.iter().min());
        for (months, on) in [(6, "2021-02-28"), (12, "2024-02-29"), (18, "2022-12-31")] {
            let latest = latest_past(months, day(on));
            let next = Day::from_number(latest.number() + 1);
            assert_eq!(has_passed(Days::one(latest), months, day(on)), "yes");
            assert_eq!(has_passed(Days::one(next), months, day(on)), "no");
        }
    }

    #[test]
    fn who_may_have_been_held_long_enough_has_perhaps_passed() {
        let since = Days {
            earliest: day("2020-06-01"),
            latest: day("2020-06-30"),
        };
        assert_eq!(has_passed(since, 6, day("2020-11-30")), "no");
        assert_eq!(has_passed(since, 6, day("2020-12-01")), "perhaps");
        assert_eq!(has_passed(since, 6, day("2020-12-30")), "yes");
    }
}
