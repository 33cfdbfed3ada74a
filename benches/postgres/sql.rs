//! A question as SQL, and an answer as the rows that the SQL gives.
//!
//! Start at [`select`]. A question is one statement: who or what passes (`hit`), the total, each
//! group, and the unnamed beside both.
//!
//! Never here: tables (see [`super::facts`]) and processes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::as_conversions,
    reason = "a bench may stop at the first surprise"
)]

use std::collections::BTreeSet;

use event::{
    Assessment, AuthorityKind, ChargeStatus, Day, FourValued, Kind, ReleaseKind, Right, Role, Sex,
    Verification,
};
use figures::{Answer, Count, Definition, DefinitionName, Dimension, Measure, Query};

use super::facts::{Dictionary, Names, mask, month};
use super::runs::{BEGINNING, INFINITY, day};
use crate::asked::{Question, scopes};

/// The most months, quarters or years of one uncertain date: docs/reference/limits.md.
const SPREAD_MAX: i64 = 1_200;

fn numbers(texts: impl Iterator<Item = Option<usize>>) -> String {
    let found: Vec<String> = texts.flatten().map(|number| number.to_string()).collect();
    if found.is_empty() {
        "-1".into()
    } else {
        found.join(",")
    }
}

fn codes<T: Copy>(wanted: &Option<Vec<T>>, index: impl Fn(T) -> usize) -> Option<String> {
    wanted
        .as_ref()
        .map(|wanted| numbers(wanted.iter().map(|code| Some(index(*code)))))
}

fn ids<T>(wanted: Option<&Vec<T>>, text: impl Fn(&T) -> &str, of: &Dictionary) -> Option<String> {
    wanted.map(|wanted| numbers(wanted.iter().map(|id| of.number(text(id)))))
}

/// The condition that a row is known at R and seen.
fn seen(table: &str, question: &Question) -> String {
    let at = question.at;
    let bit = scopes()
        .iter()
        .position(|scope| *scope == question.scope)
        .unwrap();
    format!(
        "{table}.known_from <= {at} and {table}.known_to > {at} and {table}.scopes & {} <> 0",
        1_u32 << bit
    )
}

const MINOR: &str = "case when o.age < 18 then 0 when o.age is not null then 1 \
    when o.latest < t.adult_from then 0 when o.earliest >= t.adult_to then 1 else 3 end";
const SEX: &str = "coalesce(t.sex, 3)";

/// What `where` says of the filters.
fn conditions(question: &Question, names: &Names) -> Vec<String> {
    let q = &question.query;
    let mut all = vec![seen("o", question)];
    let kinds = match &q.definition {
        Some(DefinitionName::BuiltIn(Definition::ArrestedForRights, _)) => {
            all.push("o.rights_exercised <> 0".into());
            Some(Kind::Arrest.index().to_string())
        }
        _ => codes(&q.kind, Kind::index),
    };
    let passing = Verification::ALL.iter().copied();
    let passing = passing.filter(|v| v.passes(q.threshold()));
    let level = format!(
        "o.verification in ({})",
        numbers(passing.map(|v| Some(v.index())))
    );
    all.push(level);
    let lies_in = |place: &str, wanted: &str| {
        place == wanted
            || place
                .strip_prefix(wanted)
                .is_some_and(|rest| rest.starts_with('-'))
    };
    let places = q.place.as_ref().map(|wanted| {
        let found = names.places.texts.iter().enumerate();
        numbers(found.map(|(n, place)| wanted.iter().any(|w| lies_in(place, w)).then_some(n)))
    });
    for (column, wanted) in [
        ("o.kind", kinds),
        ("o.place", places),
        ("o.authority", codes(&q.authority, AuthorityKind::index)),
        ("o.assessment", codes(&q.assessment, Assessment::index)),
        ("o.release_kind", codes(&q.release_kind, ReleaseKind::index)),
        ("o.org", ids(q.org.as_ref(), |id| id.as_str(), &names.orgs)),
        (
            "o.kase",
            ids(q.case.as_ref(), |id| id.as_str(), &names.cases),
        ),
        (
            "o.person",
            ids(q.person.as_ref(), |id| id.as_str(), &names.persons),
        ),
        ("o.law", ids(q.law.as_deref(), |text| text, &names.laws)),
        (
            "o.article",
            ids(q.article.as_deref(), |text| text, &names.articles),
        ),
        ("o.status", codes(&q.charge_status, ChargeStatus::index)),
        (SEX, codes(&q.sex, Sex::index)),
        (MINOR, codes(&q.minor, FourValued::index)),
    ] {
        if let Some(wanted) = wanted {
            all.push(format!("{column} in ({wanted})"));
        }
    }
    for (column, wanted) in [
        ("o.rights_exercised", q.rights_exercised.as_deref().copied()),
        ("o.rights_violated", q.rights_violated.as_deref().copied()),
        ("t.roles", q.role.as_deref().copied()),
    ] {
        if let Some(wanted) = wanted {
            all.push(format!("{column} & {} <> 0", mask(wanted)));
        }
    }
    all
}

fn is_of_time(group: Dimension) -> bool {
    matches!(
        group,
        Dimension::Month | Dimension::Quarter | Dimension::Year
    )
}

fn months(group: Dimension) -> i64 {
    if group == Dimension::Quarter {
        3
    } else if group == Dimension::Year {
        12
    } else {
        1
    }
}

/// Stops: the tables have no column for this group, by which no question of the bench groups.
fn not_asked(group: Dimension) -> ! {
    panic!("the tables have no {}", group.name())
}

/// The column of a group before sets are spread.
fn column(group: Dimension) -> String {
    match group {
        Dimension::Month | Dimension::Quarter | Dimension::Year => "null".into(),
        Dimension::Sex => SEX.into(),
        Dimension::Minor => MINOR.into(),
        Dimension::Role => "t.roles_list".into(),
        Dimension::RightsExercised => "o.exercised_list".into(),
        Dimension::RightsViolated => "o.violated_list".into(),
        Dimension::Case => "o.kase".into(),
        Dimension::ChargeStatus => "o.status".into(),
        Dimension::Kind
        | Dimension::Org
        | Dimension::Place
        | Dimension::Authority
        | Dimension::Verification
        | Dimension::Assessment
        | Dimension::Person
        | Dimension::Law
        | Dimension::Article
        | Dimension::ReleaseKind
        | Dimension::Court
        | Dimension::InCustody
        | Dimension::Visibility => format!("o.{}", group.name()),
        Dimension::Locality | Dimension::Tag | Dimension::Nationality => not_asked(group),
    }
}

fn needs_traits(q: &Query) -> bool {
    let grouped =
        |group: &Dimension| matches!(group, Dimension::Sex | Dimension::Minor | Dimension::Role);
    q.sex.is_some() || q.minor.is_some() || q.role.is_some() || q.group_by.iter().any(grouped)
}

/// Which rows are asked of, and the level at which each counts: 3 at least, 2 count, 1 at most.
fn from(question: &Question, answer: &Answer, names: &Names) -> (String, String) {
    let q = &question.query;
    let mut conditions = conditions(question, names);
    let mut joins = format!(
        "left join individuals i on i.person = o.person and {}",
        seen("i", question)
    );
    if needs_traits(q) {
        let traits = seen("t", question);
        joins.push_str(&format!(
            " left join traits t on t.person = o.person and {traits}"
        ));
    }
    let sure = "case when o.doubt then 2 else 3 end";
    if q.is_held() {
        let on = answer
            .on
            .as_deref()
            .and_then(Day::parse)
            .map_or(BEGINNING, day);
        let definition = match &q.definition {
            Some(DefinitionName::BuiltIn(Definition::DetainedStateCustody, _)) => 1,
            Some(DefinitionName::BuiltIn(Definition::DetainedInclHouseArrest, _)) => 2,
            _ => 0,
        };
        conditions.push(format!("o.definition = {definition}"));
        conditions.push(format!("o.during @> {on}"));
        conditions.push(format!("{on} < coalesce(d.latest, {INFINITY})"));
        joins.push_str(&format!(
            " left join (select coalesce(i.individual, d.person) unit, min(d.earliest) earliest, \
             min(d.latest) latest from deaths d left join individuals i on i.person = d.person and {} \
             where {} group by 1) d on d.unit = coalesce(i.individual, o.person)",
            seen("i", question),
            seen("d", question)
        ));
        let level = format!(
            "case when o.start_latest <= {on} and {on} < o.end_earliest \
             and {on} < coalesce(d.earliest, {INFINITY}) then {sure} else 1 end"
        );
        return (
            level,
            format!("runs o {joins} where {}", conditions.join(" and ")),
        );
    }
    let table = if q.is_of_charges() {
        "charges"
    } else {
        "occurrences"
    };
    let level = match q.window() {
        None => sure.into(),
        Some(window) => {
            let (first, last) = (day(window.earliest), day(window.latest));
            conditions.push(format!("o.earliest <= {last} and o.latest >= {first}"));
            format!("case when o.earliest >= {first} and o.latest <= {last} then {sure} else 1 end")
        }
    };
    (
        level,
        format!("{table} o {joins} where {}", conditions.join(" and ")),
    )
}

/// Returns the statement.
pub(super) fn select(question: &Question, answer: &Answer, names: &Names) -> String {
    let q = &question.query;
    let (level, rows) = from(question, answer, names);
    let unit = match q.measure {
        Measure::Events => "o.event",
        Measure::Persons => "coalesce(i.individual, o.person)",
        Measure::PersonCharges => "coalesce(i.individual, o.person)::bigint << 32 | o.charge",
    };
    let with_unnamed = answer.total.unnamed.is_some();
    let mut hit = vec![format!("{unit} unit"), format!("{level} lv")];
    for (n, group) in q.group_by.iter().enumerate() {
        hit.push(format!("{} c{n}", column(*group)));
    }
    let timed = q
        .group_by
        .iter()
        .copied()
        .filter(|group| is_of_time(*group))
        .min();
    if timed.is_some() {
        hit.push("o.month_from, o.month_to".into());
    }
    // Charges have no group events, though a figure of persons shows the sum of none.
    let lower = with_unnamed && !q.is_of_charges();
    if lower {
        hit.push("o.event, o.lower, o.upper".into());
    }
    let cell = cell(q, timed, lower);
    let grouped = !q.group_by.is_empty();
    let counts = "count(*), count(*) filter (where lv >= 2), count(*) filter (where lv >= 3)";
    let sums = "coalesce(sum(lower), 0), \
        case when bool_or(upper is null) then null else coalesce(sum(upper), 0) end";
    let columns: Vec<String> = (0..q.group_by.len()).map(|n| format!("g{n}")).collect();
    let columns = columns.join(", ");
    let empty = ", null".repeat(q.group_by.len());
    // The groups come first, so that the union takes the types of their columns.
    let mut parts = Vec::new();
    if grouped {
        parts.push(format!(
            "select 'g', {columns}, {counts} from (select {columns}, unit, max(lv) lv from cell \
             where unit is not null group by {columns}, unit) x group by {columns}"
        ));
    }
    if grouped && lower {
        parts.push(format!(
            "select 'v', {columns}, {sums}, null from (select distinct {columns}, event, lower, \
             upper from cell where lv >= 2 and lower is not null) x group by {columns}"
        ));
    }
    parts.push(format!(
        "select 't'{empty}, {counts} from (select unit, max(lv) lv from hit \
         where unit is not null group by unit) x"
    ));
    if lower {
        parts.push(format!(
            "select 'u'{empty}, {sums}, null from \
             (select distinct event, lower, upper from hit where lv >= 2 and lower is not null) x"
        ));
    }
    let cells = if grouped {
        format!(", cell as ({cell})")
    } else {
        String::new()
    };
    format!(
        "with hit as (select {} from {rows}){cells} {}",
        hit.join(", "),
        parts.join(" union all ")
    )
}

/// The statement that spreads what passes over the groups it stands in.
fn cell(q: &Query, timed: Option<Dimension>, lower: bool) -> String {
    let mut columns = vec!["unit".to_owned()];
    let mut spread = String::new();
    for (n, group) in q.group_by.iter().enumerate() {
        let value = match (group, timed) {
            (group, Some(finest)) if is_of_time(*group) => {
                format!("w.v / {}", months(*group) / months(finest))
            }
            (Dimension::RightsExercised | Dimension::RightsViolated | Dimension::Role, _) => {
                spread.push_str(&format!(" left join lateral unnest(c{n}) s{n}(v) on true"));
                format!("s{n}.v")
            }
            _ => format!("c{n}"),
        };
        columns.push(format!("{value} g{n}"));
    }
    match timed {
        Some(finest) => {
            let (first, last) = q.window().map_or((BEGINNING, INFINITY), |window| {
                let last = window
                    .latest
                    .ymd()
                    .map_or(INFINITY, |_| month(window.latest));
                (month(window.earliest), last)
            });
            let unit = months(finest);
            spread.push_str(&format!(
                " cross join lateral generate_series(greatest(greatest(month_from, {first}) / {unit}, \
                 least(month_to, {last}) / {unit} - {SPREAD_MAX}), least(month_to, {last}) / {unit}) w(v)"
            ));
            columns.push(format!(
                "case when month_from / {unit} = month_to / {unit} then lv else 1 end lv"
            ));
        }
        None => columns.push("lv".into()),
    }
    if lower {
        columns.push("event, lower, upper".into());
    }
    format!("select {} from hit{spread}", columns.join(", "))
}

/// Returns an answer as the lines that the statement gives.
pub(super) fn counted(answer: &Answer, question: &Question, names: &Names) -> BTreeSet<String> {
    let q = &question.query;
    let mut lines = BTreeSet::new();
    let counts = |count: &Count| format!("{}|{}|{}", count.at_most, count.count, count.at_least);
    let sums = |count: &Count| {
        count.unnamed.map(|unnamed| {
            let upper = unnamed
                .upper
                .map_or(String::new(), |upper| upper.to_string());
            format!("{}|{upper}|", unnamed.lower)
        })
    };
    let empty = "|".repeat(q.group_by.len());
    lines.insert(format!("t{empty}|{}", counts(&answer.total)));
    if let Some(sums) = sums(&answer.total).filter(|_| !q.is_of_charges()) {
        lines.insert(format!("u{empty}|{sums}"));
    }
    for row in &answer.rows {
        let value = |group: &Dimension| {
            let name = row.group.get(group.name()).unwrap().as_deref();
            name.map_or(String::new(), |name| {
                number(*group, name, names).to_string()
            })
        };
        let cell: Vec<String> = q.group_by.iter().map(value).collect();
        let cell = cell.join("|");
        if row.count.at_most > 0 {
            lines.insert(format!("g|{cell}|{}", counts(&row.count)));
        }
        let sums = sums(&row.count).filter(|_| row.count.unnamed.is_some_and(|u| u.lower > 0));
        if let Some(sums) = sums {
            lines.insert(format!("v|{cell}|{sums}"));
        }
    }
    lines
}

/// Returns the number under which the tables know the value of a group.
fn number(group: Dimension, name: &str, names: &Names) -> i64 {
    let time = |per_year: i64| {
        let digits = |text: &str| text.trim_start_matches('Q').parse::<i64>().unwrap();
        let (year, part) = name.split_once('-').unwrap_or((name, "1"));
        digits(year) * per_year + digits(part) - 1
    };
    let found = match group {
        Dimension::Month => return time(12),
        Dimension::Quarter => return time(4),
        Dimension::Year => return time(1),
        Dimension::Locality | Dimension::Tag | Dimension::Nationality => not_asked(group),
        Dimension::Kind => Kind::parse(name).map(Kind::index),
        Dimension::Org => names.orgs.number(name),
        Dimension::Place => names.places.number(name),
        Dimension::RightsExercised | Dimension::RightsViolated => {
            Right::parse(name).map(Right::index)
        }
        Dimension::Role => Role::parse(name).map(Role::index),
        Dimension::Sex => Sex::parse(name).map(Sex::index),
        Dimension::Minor => FourValued::parse(name).map(FourValued::index),
        Dimension::Authority => AuthorityKind::parse(name).map(AuthorityKind::index),
        Dimension::Verification => Verification::parse(name).map(Verification::index),
        Dimension::Assessment => Assessment::parse(name).map(Assessment::index),
        Dimension::Case => names.cases.number(name),
        Dimension::Person => names.persons.number(name),
        Dimension::Law => names.laws.number(name),
        Dimension::Article => names.articles.number(name),
        Dimension::ChargeStatus => ChargeStatus::parse(name).map(ChargeStatus::index),
        // The tables do not have them, and no question of the bench groups by them.
        Dimension::Court | Dimension::InCustody | Dimension::Visibility => None,
        Dimension::ReleaseKind => ReleaseKind::parse(name).map(ReleaseKind::index),
    };
    i64::try_from(found.unwrap()).unwrap()
}
