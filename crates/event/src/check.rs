//! The check of `data`: the common block and a kind's own fields, judged by their tables.
//!
//! Start at [`data`]. The first failure is returned: the common block in the order of its table,
//! then the kind's fields in theirs, then what concerns several fields.
//!
//! Never here: the attributes around `data` (`envelope`), and what is only the gate's (`admit`).

use crate::ids::{is_charge, is_org, is_scoped};
use crate::kinds::{COMMON, GROUP, LANG_TEXT, QUANTITY, TARGET, fields};
use crate::rejection::{excerpt, unsaid};
use crate::shapes::{
    is_currency, is_language, is_place, is_sha256, is_uri_reference, is_url, is_uuid, term,
};
use crate::sorts::{ITEMS_MAX, LINE, TAG_CHARS_MAX, TAGS_MAX};
use crate::{
    Code, DateError, Day, Edtf, Field, Instant, Json, Kind, Rejection, Shape, Sort, Term, list,
};

/// What a date is, for the reader of a rejection.
const DATE: &str = "a date like 2020-09-07, 2020-09 or 2020, with ?, ~ or % after it where in doubt, or an interval like 2020-09-01/2020-09-11, ../2020-12-10 or 2020-12-10/..";
/// Most bytes of a name in an object of free names.
const NAME_BYTES_MAX: usize = 100;
/// The list of the four-valued answers.
const ANSWERS: &str = "four_valued";
/// A list of at most so many codes is shown whole where none of them is near.
const SHORT_LIST_CODES_MAX: usize = 8;
/// What `data` is, for the reader of a rejection.
const DATA: &str = "an object: the common block and the kind's own fields";

/// How much is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    /// Sorts and shapes. What the fold asks: a new code list never judges old leaves anew.
    Structure,
    /// Codes too, and places. What the gate asks.
    Codes,
}

/// Whether an object is all there is, or what changes in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it: what is required must be there.
    Whole,
    /// A merge patch of it: what is absent stays as it is.
    Patch,
}

type Outcome = Result<(), Rejection>;

/// Judges `data`, and `time` (whose day in its own offset is `time_day`) by it.
///
/// The pointers of the rejections begin at the event.
pub(crate) fn data(kind: Kind, data: &Json, time_day: Option<Day>, strength: Strength) -> Outcome {
    block_and_fields(kind, data, strength).map_err(|rejection| rejection.under("data"))?;
    let Some(day) = time_day.filter(|_| time_lies_outside(data, time_day)) else {
        return Ok(());
    };
    let found = format!("an instant on {day} in its own offset");
    let hint = "write `time` with the offset of the place, not in UTC";
    let expected = "an instant inside `data.occurred`";
    Err(Rejection::new(Code::TimeOutside, found, expected)
        .hint(hint)
        .under("time"))
}

/// Whether a `time` on `time_day` lies outside of the days of `occurred`, before any cap.
pub(crate) fn time_lies_outside(data: &Json, time_day: Option<Day>) -> bool {
    let occurred = data.text("occurred").map(Edtf::parse);
    match (occurred, time_day) {
        (Some(Ok(Edtf { days, .. })), Some(day)) => day < days.earliest || day > days.latest,
        _ => false,
    }
}

/// Judges the structure of the fields with these names, and what concerns several of them.
pub(crate) fn fields_of(kind: Kind, data: &Json, names: &[&str]) -> Outcome {
    let named = |table: &[Field]| -> Outcome {
        let named = table.iter().filter(|field| names.contains(&field.name));
        named
            .copied()
            .try_for_each(|field| object(&[field], data, Extent::Whole, Strength::Structure))
    };
    named(COMMON)?;
    if names.contains(&"occurred") {
        has_occurred(kind, data)?;
    }
    named(fields(kind))?;
    if kind == Kind::AggregateClaim {
        bounds(data)
    } else {
        Ok(())
    }
}

fn has_occurred(kind: Kind, data: &Json) -> Outcome {
    if kind.is_record() || data.text("occurred").is_some() {
        return Ok(());
    }
    let hint = "where the day is not known, send what bounds it, e.g. ../2020-12-10";
    Err(Rejection::new(Code::Missing, "nothing", DATE)
        .hint(hint)
        .under("occurred"))
}

fn block_and_fields(kind: Kind, data: &Json, strength: Strength) -> Outcome {
    match data {
        Json::Null => return Err(Rejection::new(Code::Missing, "nothing", DATA)),
        Json::Object(_) => {}
        Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
            return Err(wrong(data, DATA));
        }
    }
    object(COMMON, data, Extent::Whole, strength)?;
    has_occurred(kind, data)?;
    object(fields(kind), data, Extent::Whole, strength)?;
    if kind == Kind::AggregateClaim {
        bounds(data)?;
        modality(data, strength)
    } else {
        Ok(())
    }
}

/// Judges the fields of an object by their table; a field that the table lacks is ignored.
pub(crate) fn object(
    table: &[Field],
    object: &Json,
    extent: Extent,
    strength: Strength,
) -> Outcome {
    for field in table {
        let outcome = match object.get(field.name) {
            None | Some(Json::Null) if field.required && extent == Extent::Whole => Err(
                Rejection::new(Code::Missing, "nothing", expected(&field.sort)).hint(field.about),
            ),
            None | Some(Json::Null) => Ok(()),
            Some(found) => value(&field.sort, found, extent, strength),
        };
        outcome.map_err(|rejection| rejection.under(field.name))?;
    }
    Ok(())
}

/// Judges one value. A `null` is absent where a field may be; here it is of the wrong sort.
pub(crate) fn value(sort: &Sort, found: &Json, extent: Extent, strength: Strength) -> Outcome {
    match sort {
        Sort::Text { max } => text(sort, found).and_then(|text| length(text, *max)),
        Sort::Texts { max } if found.as_list().is_some() => items(found, ITEMS_MAX, |item| {
            text(&Sort::Text { max: *max }, item).and_then(|text| length(text, *max))
        }),
        Sort::Note { .. } if found.as_object().is_some() => {
            object(LANG_TEXT, found, extent, strength)
        }
        Sort::Texts { max } | Sort::Note { max } => {
            text(sort, found).and_then(|text| length(text, *max))
        }
        Sort::LangText { max } => entries(sort, found, |name, found| {
            let expected = "a language tag as name, e.g. km";
            shaped(Code::Format, is_language(name), "another name", expected)?;
            text(&Sort::Text { max: *max }, found).and_then(|text| length(text, *max))
        }),
        Sort::Code(name) => text(sort, found).and_then(|text| code(name, text, strength)),
        Sort::Codes(name) => items(found, ITEMS_MAX, |item| {
            text(&Sort::Code(name), item).and_then(|text| code(name, text, strength))
        }),
        Sort::Answer => text(sort, found).and_then(|text| code(ANSWERS, text, strength)),
        Sort::Answers => entries(sort, found, |_, found| {
            text(&Sort::Answer, found).and_then(|text| code(ANSWERS, text, strength))
        }),
        Sort::Date => text(sort, found).and_then(date),
        Sort::Is(shape) => {
            let text = text(sort, found)?;
            let (code, is) = shape_of(*shape, text);
            if is {
                Ok(())
            } else {
                Err(Rejection::new(code, unsaid(text), expected(sort)))
            }
        }
        Sort::Integer { min, max } => integer(sort, found, *min, *max),
        Sort::Number { min, max } => number(sort, found, *min, *max),
        Sort::Money => number(sort, found, 0.0, f64::MAX),
        Sort::Place => text(sort, found).and_then(|text| place(text, strength)),
        Sort::Target => whole(TARGET, sort, found, Extent::Whole, strength),
        Sort::Group => whole(GROUP, sort, found, extent, strength).and_then(|()| bounds(found)),
        Sort::Quantity => {
            whole(QUANTITY, sort, found, extent, strength)?;
            bounds(found)?;
            match extent {
                Extent::Whole => modality(found, strength),
                Extent::Patch => Ok(()),
            }
        }
        Sort::Tags if strength == Strength::Structure => Ok(()),
        Sort::Tags => tags(found),
        Sort::Object(table) => whole(table, sort, found, extent, strength),
        Sort::Pair => pair(sort, found),
        Sort::Bool => sorted(matches!(found, Json::Bool(_)), sort, found),
        // A list is replaced as a whole, so in a patch too its items are whole.
        Sort::List { of, max } => {
            items(found, *max, |item| value(of, item, Extent::Whole, strength))
        }
        Sort::Patch => sorted(matches!(found, Json::Object(_)), sort, found),
        Sort::Filter => entries(sort, found, |_, found| text(&LINE, found).map(|_| ())),
        Sort::Free => Ok(()),
    }
}

/// Judges a text by its shape; returns the code under which another is rejected.
fn shape_of(shape: Shape, text: &str) -> (Code, bool) {
    match shape {
        Shape::Day => (Code::Date, Day::parse(text).is_some()),
        Shape::Instant => (Code::Instant, Instant::parse(text).is_some()),
        Shape::Currency => (Code::Format, is_currency(text)),
        Shape::Duration => (Code::Format, matches!(term(text), Some(Term::Twelfths(_)))),
        Shape::Term => (Code::Format, term(text).is_some()),
        Shape::Source => (Code::Source, is_uri_reference(text)),
        Shape::EventId => (Code::EventId, is_uuid(text)),
        Shape::ChargeId => (Code::Id, is_charge(text)),
        Shape::PersonId | Shape::CaseId => (Code::Id, is_scoped(text)),
        Shape::OrgId => (Code::Org, is_org(text)),
        Shape::Sha256 => (Code::Format, is_sha256(text)),
        Shape::Lang => (Code::Format, is_language(text)),
        Shape::Url => (Code::Format, is_url(text)),
    }
}

fn shaped(code: Code, is: bool, found: impl Into<String>, expected: impl Into<String>) -> Outcome {
    if is {
        Ok(())
    } else {
        Err(Rejection::new(code, found, expected))
    }
}

fn wrong(found: &Json, expected: impl Into<String>) -> Rejection {
    Rejection::new(Code::WrongSort, found.sort(), expected)
}

fn sorted(is: bool, sort: &Sort, found: &Json) -> Outcome {
    if is {
        Ok(())
    } else {
        Err(wrong(found, expected(sort)))
    }
}

fn text<'a>(sort: &Sort, found: &'a Json) -> Result<&'a str, Rejection> {
    found.as_text().ok_or_else(|| wrong(found, expected(sort)))
}

fn length(text: &str, max: usize) -> Outcome {
    // A text never has more characters than bytes, so most are not counted.
    if text.len() <= max || text.chars().count() <= max {
        return Ok(());
    }
    Err(Rejection::new(
        Code::Length,
        unsaid(text),
        format!("at most {max} characters"),
    ))
}

fn items(found: &Json, max: usize, judge: impl Fn(&Json) -> Outcome) -> Outcome {
    let list = found.as_list().ok_or_else(|| wrong(found, "a list"))?;
    if list.len() > max {
        let found = format!("{} items", list.len());
        return Err(Rejection::new(
            Code::Length,
            found,
            format!("at most {max} items"),
        ));
    }
    list.iter()
        .enumerate()
        .try_for_each(|(i, item)| judge(item).map_err(|rejection| rejection.under(i)))
}

/// Judges an organisation's own words for an event.
pub(crate) fn tags(found: &Json) -> Outcome {
    sorted(found.as_list().is_some(), &Sort::Tags, found)?;
    items(found, TAGS_MAX, |item| {
        let tag = text(&Sort::Text { max: TAG_CHARS_MAX }, item)?;
        let expected = "a tag without blanks before and behind it";
        let is = !tag.is_empty() && tag.trim() == tag;
        shaped(Code::Format, is, unsaid(tag), expected)?;
        length(tag, TAG_CHARS_MAX)
    })
}

/// Judges an object of free names; `null` stands for an absent entry.
fn entries(sort: &Sort, found: &Json, judge: impl Fn(&str, &Json) -> Outcome) -> Outcome {
    let object = found
        .as_object()
        .ok_or_else(|| wrong(found, expected(sort)))?;
    // A name stands in the pointer of a rejection, which must stay short.
    if object.iter().any(|(name, _)| name.len() > NAME_BYTES_MAX) {
        let expected = format!("names of at most {NAME_BYTES_MAX} bytes");
        return Err(Rejection::new(Code::Length, "a longer name", expected));
    }
    object
        .iter()
        .filter(|(_, value)| *value != Json::Null)
        .try_for_each(|(name, value)| judge(name, value).map_err(|r| r.under(name)))
}

fn whole(
    table: &[Field],
    sort: &Sort,
    found: &Json,
    extent: Extent,
    strength: Strength,
) -> Outcome {
    sorted(found.as_object().is_some(), sort, found)?;
    object(table, found, extent, strength)
}

fn code(name: &str, text: &str, strength: Strength) -> Outcome {
    let Some(list) = list(name).filter(|_| strength == Strength::Codes) else {
        return Ok(());
    };
    if list.has(text) {
        return Ok(());
    }
    let expected = format!("a code of the list {name}, version {}", list.version);
    let rejection = Rejection::new(Code::UnknownCode, excerpt(text), expected);
    let all = || {
        list.codes
            .iter()
            .map(|label| label.code)
            .collect::<Vec<_>>()
            .join(", ")
    };
    Err(rejection.hint(match list.nearest(text).as_slice() {
        [] if list.codes.len() <= SHORT_LIST_CODES_MAX => format!("one of: {}", all()),
        [] => format!("the whole list: /v1/codes/{name}"),
        nearest => format!("the nearest known: {}", nearest.join(", ")),
    }))
}

fn date(text: &str) -> Outcome {
    let found = match Edtf::parse(text) {
        Ok(_) => return Ok(()),
        Err(DateError::Shape) => unsaid(text),
        Err(error @ (DateError::NoSuchDay | DateError::Reversed)) => error.to_string(),
    };
    Err(Rejection::new(Code::Date, found, DATE))
}

fn place(text: &str, strength: Strength) -> Outcome {
    let is = strength == Strength::Structure || is_place(text);
    shaped(Code::Place, is, excerpt(text), expected(&Sort::Place))
}

fn integer(sort: &Sort, found: &Json, min: i64, max: i64) -> Outcome {
    let Json::Number(number) = found else {
        return Err(wrong(found, expected(sort)));
    };
    let inside = number
        .as_i64()
        .is_some_and(|number| (min..=max).contains(&number));
    shaped(Code::Range, inside, number.to_string(), expected(sort))
}

fn number(sort: &Sort, found: &Json, min: f64, max: f64) -> Outcome {
    let Json::Number(number) = found else {
        return Err(wrong(found, expected(sort)));
    };
    let inside = number
        .as_f64()
        .is_some_and(|number| (min..=max).contains(&number));
    shaped(Code::Range, inside, number.to_string(), expected(sort))
}

/// Judges `lower` by `upper`, where both are there.
fn bounds(object: &Json) -> Outcome {
    let bound = |name| object.get(name).and_then(Json::as_u64);
    match (bound("lower"), bound("upper")) {
        (Some(lower), Some(upper)) if lower > upper => {
            let found = format!("{lower}, which is above `upper`, {upper}");
            Err(Rejection::new(Code::Range, found, "at most `upper`").under("lower"))
        }
        _ => Ok(()),
    }
}

/// Judges that the bound which a modality speaks of is there. Leaves are not judged: one that was taken
/// before stays a claim without a number.
fn modality(object: &Json, strength: Strength) -> Outcome {
    let bounds: &[&str] = match object.text("modality") {
        Some("more_than" | "at_least") => &["lower"],
        Some("up_to") => &["upper"],
        Some("between") => &["lower", "upper"],
        _ => return Ok(()),
    };
    let is_absent = |name: &&&str| object.get(name).is_none_or(|found| *found == Json::Null);
    let Some(absent) = bounds
        .iter()
        .find(is_absent)
        .filter(|_| strength == Strength::Codes)
    else {
        return Ok(());
    };
    let hint = match object.text("modality") {
        Some("more_than") => "more than 120 is 121: send lower 121",
        _ => "send the number that the words name, or leave out modality",
    };
    let expected = "the bound that the modality speaks of";
    Err(Rejection::new(Code::Missing, "nothing", expected)
        .hint(hint)
        .under(absent))
}

fn pair(sort: &Sort, found: &Json) -> Outcome {
    let list = found
        .as_list()
        .ok_or_else(|| wrong(found, expected(sort)))?;
    if list.len() != 2 {
        return Err(Rejection::new(
            Code::Length,
            format!("{} items", list.len()),
            expected(sort),
        ));
    }
    let person = Sort::Is(Shape::PersonId);
    items(found, 2, |item| {
        value(&person, item, Extent::Whole, Strength::Structure)
    })
}

/// Says what is right, for the reader of a rejection.
fn expected(sort: &Sort) -> String {
    match sort {
        Sort::Text { max } => format!("a text of at most {max} characters"),
        Sort::Texts { max } => format!("a text of at most {max} characters, or a list of such"),
        Sort::Note { max } => format!("a text of at most {max} characters, or {{text, lang}}"),
        Sort::LangText { .. } => "an object of language tags and texts".to_owned(),
        Sort::Code(name) => format!("a code of the list {name}"),
        Sort::Codes(name) => format!("a list of codes of the list {name}"),
        Sort::Answer => "yes, no, not_applicable or unknown, as a text".to_owned(),
        Sort::Answers => "an object of answers: yes, no, not_applicable or unknown".to_owned(),
        Sort::Date => DATE.to_owned(),
        Sort::Is(shape) => shape_expected(*shape).to_owned(),
        Sort::Integer { min, max } => format!("a whole number from {min} to {max}"),
        Sort::Number { min, max } => format!("a number from {min} to {max}"),
        Sort::Money => "a number from 0 on, in units of the currency".to_owned(),
        Sort::Place => "a country or subdivision of ISO 3166, e.g. KH or KH-12".to_owned(),
        Sort::Target => "an event, as {org, source, id}".to_owned(),
        Sort::Pair => "a list of two person ids".to_owned(),
        Sort::Bool => "true or false".to_owned(),
        Sort::List { of, max } => format!("a list of at most {max}, each {}", expected(of)),
        Sort::Object(table) => {
            let names: Vec<_> = table.iter().map(|field| field.name).collect();
            format!("an object with {}", names.join(", "))
        }
        Sort::Tags => {
            format!("a list of at most {TAGS_MAX} texts, each of 1 to {TAG_CHARS_MAX} characters")
        }
        Sort::Group => "{lower, upper, verbatim, lang}".to_owned(),
        Sort::Quantity => "{lower, upper, verbatim, lang, modality}".to_owned(),
        Sort::Patch => "a JSON merge patch of the target's data, as an object".to_owned(),
        Sort::Filter => "the parameters of a figure's filter, as an object of texts".to_owned(),
        Sort::Free => "any JSON".to_owned(),
    }
}

const fn shape_expected(shape: Shape) -> &'static str {
    match shape {
        Shape::Day => "a day like 2020-09-07",
        Shape::Instant => "an instant like 2020-09-07T08:30:00+07:00",
        Shape::Currency => "a currency's code of three letters, e.g. KHR",
        Shape::Duration => "a duration like P18M, P2Y or P30D",
        Shape::Term => "a duration like P18M, P2Y or P30D, or life",
        Shape::Source => "a URI-reference like //licadho.example/kobo",
        Shape::EventId => "a UUID as lower-case hyphenated text",
        Shape::ChargeId => "a charge as <case>/<local>, e.g. licadho:2020-0114/1",
        Shape::PersonId => "a person as <org>:<local>, local being 1 to 64 of A-Z a-z 0-9 . _ ~ -",
        Shape::CaseId => "a case as <org>:<local>, local being 1 to 64 of A-Z a-z 0-9 . _ ~ -",
        Shape::OrgId => "an organisation, 2 to 32 of a-z, 0-9 and -, not beginning with -",
        Shape::Sha256 => "a SHA-256 as 64 lower-case hexadecimal digits",
        Shape::Lang => "a language tag like km or zh-Hant",
        Shape::Url => "a URL like https://licadho.example/a",
    }
}
