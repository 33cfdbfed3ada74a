//! Formatting of values in the words of a language: bounds, days, times, filters.
//!
//! Never here: what a page holds, and HTML.

use std::cmp::Reverse;

use answers::DaysBody;
use event::{Day, Days, Edtf, Instant};
use figures::{Count, Unnamed};

use super::words::Words;
use crate::record::Snapshot;

/// Says when something was, with the mark of doubt where it carries one.
pub(crate) fn when(w: &Words, when: &DaysBody) -> String {
    let text = days(w, when.days);
    if when.doubt {
        w.fill("date.doubt", &[("date", &text)])
    } else {
        text
    }
}

/// Says the days on which something may have been: a whole month or year by its name.
pub(crate) fn days(w: &Words, days: Days) -> String {
    let (Some(from), Some(to)) = (days.earliest.ymd(), days.latest.ymd()) else {
        return open(w, days);
    };
    let last_of = |year: i16, month: i8| {
        let (next_year, next) = if month == 12 {
            (year + 1, 1)
        } else {
            (year, month + 1)
        };
        Day::from_ymd(next_year, next, 1).map(|day| day.plus(-1))
    };
    if days.earliest == days.latest {
        w.day(days.earliest)
    } else if from.2 == 1 && from.1 == 1 && to.0 == from.0 && (to.1, to.2) == (12, 31) {
        w.period(&format!("{:04}", from.0))
    } else if from.2 == 1
        && (from.0, from.1) == (to.0, to.1)
        && last_of(to.0, to.1) == Some(days.latest)
    {
        w.period(&format!("{:04}-{:02}", from.0, from.1))
    } else {
        let (from, to) = (w.day(days.earliest), w.day(days.latest));
        w.fill("date.between", &[("from", &from), ("to", &to)])
    }
}

/// Says an interval that has no beginning or no end.
fn open(w: &Words, days: Days) -> String {
    match (days.earliest.ymd(), days.latest.ymd()) {
        (None, Some(_)) => w.fill("date.until", &[("to", &w.day(days.latest))]),
        (Some(_), None) => w.fill("date.from", &[("from", &w.day(days.earliest))]),
        _ => w.t("date.any").to_owned(),
    }
}

/// Says a date with its doubt, open ends included, in words; any other text as it stands.
pub fn date_or_text(w: &Words, text: &str) -> String {
    let Ok(Edtf { days, doubt }) = Edtf::parse(text) else {
        return text.to_owned();
    };
    when(w, &DaysBody { days, doubt })
}

/// Says a window as it stands in an address: `2020`, `2020-06`, `2020-01-01/2020-12-10`.
pub(crate) fn window(w: &Words, text: &str) -> String {
    match Edtf::parse(text) {
        Ok(edtf) => days(w, edtf.days),
        Err(_) => text.to_owned(),
    }
}

/// Says what the bounds of a figure leave open; none where they leave nothing open.
pub(crate) fn bounds(w: &Words, count: &Count) -> Option<String> {
    if count.at_least == count.at_most {
        return None;
    }
    let (least, most) = (w.number(count.at_least), w.number(count.at_most));
    Some(w.fill("figure.bounds", &[("least", &least), ("most", &most)]))
}

/// Returns the unnamed beside a figure; none where nobody can be.
pub(crate) fn someone_unnamed(count: &Count) -> Option<Unnamed> {
    count.unnamed.filter(|unnamed| unnamed.upper != Some(0))
}

/// Says how many people stand unnamed beside a figure; none where nobody does.
pub(crate) fn unnamed(w: &Words, count: &Count) -> Option<String> {
    let unnamed = someone_unnamed(count)?;
    let lower = w.number(unnamed.lower);
    Some(match (unnamed.lower, unnamed.upper) {
        (least, Some(most)) if least == most => w.count("figure.unnamed_one", least, &[]),
        (0, Some(most)) => w.count("figure.unnamed_most", most, &[]),
        (_, Some(most)) => {
            let upper = w.number(most);
            w.fill("figure.unnamed", &[("lower", &lower), ("upper", &upper)])
        }
        (0, None) => w.t("figure.unnamed_any").to_owned(),
        (least, None) => w.count("figure.unnamed_open", least, &[]),
    })
}

/// Says how many people stand unnamed beside a row, in few letters.
pub(crate) fn unnamed_short(w: &Words, unnamed: Unnamed) -> String {
    let lower = w.number(unnamed.lower);
    match unnamed.upper {
        Some(upper) if upper == unnamed.lower => lower,
        Some(upper) => format!("{lower}–{}", w.number(upper)),
        None if unnamed.lower == 0 => "?".to_owned(),
        None => format!("{lower}+"),
    }
}

/// Returns the key by which figures are sorted with the greatest first: by what is counted and the unnamed
/// beside it, which are drawn as one bar, then by what may be.
pub(crate) fn by_size(count: &Count) -> Reverse<(u64, u64)> {
    let unnamed = count.unnamed.map_or(0, |unnamed| unnamed.lower);
    Reverse((count.count.saturating_add(unnamed), count.at_most))
}

/// Says what the counts of rows add up to, and the unnamed beside them: a sum of rows, no figure.
pub(crate) fn added_up<'c>(w: &Words, rows: impl Iterator<Item = &'c Count>) -> String {
    let none = Unnamed {
        lower: 0,
        upper: Some(0),
    };
    let (count, all) = rows.fold((0_u64, none), |(count, all), row| {
        let unnamed = row.unnamed.unwrap_or(none);
        let upper = all.upper.zip(unnamed.upper);
        let all = Unnamed {
            lower: all.lower.saturating_add(unnamed.lower),
            upper: upper.map(|(one, other)| one.saturating_add(other)),
        };
        (count.saturating_add(row.count), all)
    });
    let sum = Count {
        count,
        at_least: count,
        at_most: count,
        unnamed: Some(all),
    };
    counted(w, &sum)
}

/// Says a figure in one line: the count, its bounds, and who stands beside it.
pub(crate) fn counted(w: &Words, count: &Count) -> String {
    let parts = [bounds(w, count), unnamed(w, count)];
    let mut said = w.number(count.count);
    for part in parts.into_iter().flatten() {
        said = w.fill("figure.with", &[("number", &said), ("part", &part)]);
    }
    said
}

/// Says a scope.
pub(crate) fn scope(w: &Words, name: &str) -> String {
    match name {
        "public" => w.t("scope.public").to_owned(),
        "partners" => w.t("scope.partners").to_owned(),
        "operator" => w.t("scope.operator").to_owned(),
        name => {
            let org = name.strip_prefix("org:").unwrap_or(name);
            w.fill("scope.org", &[("org", org)])
        }
    }
}

/// Says R: the position, and when it was received.
pub(crate) fn as_known(w: &Words, snapshot: &Snapshot) -> String {
    let position = w.number(snapshot.position.get());
    let received = {
        let table = snapshot.columns();
        table.instants().received_at(snapshot.position)
    };
    match received {
        Some(instant) => {
            let time = instant_text(w, instant);
            w.fill("as_of.position", &[("n", &position), ("time", &time)])
        }
        None => w.fill("as_of.position_only", &[("n", &position)]),
    }
}

/// Says an instant to the minute, in UTC.
pub(crate) fn instant_text(w: &Words, instant: Instant) -> String {
    let (seconds, _) = instant.parts();
    let of_day = seconds.rem_euclid(86_400);
    let clock = format!("{:02}:{:02}", of_day / 3_600, of_day / 60 % 60);
    let day = w.day(instant.utc_day());
    w.fill(
        "date.instant",
        &[("day", &day), ("clock", &w.digits(&clock))],
    )
}

/// Says the value of a row: a country is what is known of no part of it, where as a filter it has all parts.
pub(crate) fn row_value(w: &Words, dimension: &str, value: Option<&str>) -> String {
    let said = self::value(w, dimension, value);
    match value {
        Some(code) if is_whole_country(dimension, code) => {
            w.fill("value.place_alone", &[("place", &said)])
        }
        _ => said,
    }
}

/// Whether a value is a country, which as a row stands for itself and as a filter for its parts too.
pub(crate) fn is_whole_country(dimension: &str, value: &str) -> bool {
    dimension == "place" && !value.contains('-')
}

/// Says the value of a dimension or filter; `null` is not known.
pub(crate) fn value(w: &Words, dimension: &str, value: Option<&str>) -> String {
    let Some(value) = value else {
        // Days outside of the span are known: they lie in none of its periods.
        let key = match dimension {
            "month" | "quarter" | "year" => "value.outside",
            _ => "value.unknown",
        };
        return w.t(key).to_owned();
    };
    match dimension {
        "month" | "quarter" | "year" => w.period(value),
        "place" => w.place(value),
        "rights_exercised" | "rights_violated" => w.label("right", value),
        "role" => w.label("role", value),
        "sex" => w.label("sex", value),
        "minor" | "in_custody" => w.label("four_valued", value),
        "authority" => w.label("authority_kind", value),
        "kind" | "custody_state" | "visibility" | "verification" | "assessment"
        | "charge_status" | "release_kind" => w.label(dimension, value),
        "occurred" => window(w, value),
        "on" => w.day_text(value),
        "article" if value.starts_with(|first: char| first.is_ascii_digit()) => {
            w.fill("value.article", &[("article", value)])
        }
        "article" => seen(value),
        "law" | "court" | "locality" | "tag" | "nationality" => seen(value),
        _ => value.to_owned(),
    }
}

/// Writes what no one sees of a text as an escape, so that no text is drawn as another.
pub(crate) fn seen(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match is_unseen(c) {
            true => out.extend(c.escape_unicode()),
            false => out.push(c),
        }
    }
    out
}

/// Whether a character is not seen, or turns the order of those around it: controls, marks of direction,
/// and what is no character. Source: Unicode, UAX 9, 2.1 to 2.4; the standard, 23.7.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// Says each of the values of a filter, which commas part.
pub(crate) fn values(w: &Words, dimension: &str, list: &str) -> String {
    if dimension == "occurred" {
        return window(w, list);
    }
    let values: Vec<String> = figures::list_values(list)
        .iter()
        .map(|one| value(w, dimension, Some(one)))
        .collect();
    values.join(w.t("list.or"))
}

/// Says what a dimension or filter is called.
pub(crate) fn dimension(w: &Words, name: &str) -> String {
    let key = format!("dimension.{name}");
    w.t(&key).to_owned()
}

/// Returns the language tag for a text in a script, so that browsers choose its font and breaks.
pub(crate) fn script_language(script: Option<&str>) -> &'static str {
    match script {
        Some("Khmr") => "km",
        Some("Mymr") => "my",
        Some("Arab") => "und-Arab",
        Some("Cyrl") => "und-Cyrl",
        Some("Thai") => "th",
        Some("Laoo") => "lo",
        Some("Hans") => "zh-Hans",
        Some("Hant" | "Hani") => "zh-Hant",
        Some("Latn") => "und-Latn",
        _ => "und",
    }
}
