//! The sentence of a figure: what is counted, when, and by which filters. Title, chart, frame, feed,
//! citation and table all say it.
//!
//! Start at [`title`].
//!
//! Never here: the number, and words in any language ([`super::words`]).

use std::borrow::Cow;

use figures::{Answer, DefinitionName, Query, list_values};

use super::format::{dimension, is_unseen, value, values, window};
use super::words::Words;

/// Says what a question counts, as a title: "People arrested for exercising their rights".
pub(crate) fn subject(w: &Words, query: &Query) -> String {
    let key = subject_key(query);
    if w.has(&key) {
        return w.t(&key).to_owned();
    }
    let definition = query.definition_name();
    let name = definition.strip_suffix(".v1").unwrap_or(&definition);
    let measure = query.measure.name();
    let Some(kinds) = name.strip_prefix("kind:").filter(|kinds| *kinds != "any") else {
        return w.t(&format!("subject.{measure}")).to_owned();
    };
    let own = format!("subject.{measure}.{kinds}");
    if w.has(&own) {
        return w.t(&own).to_owned();
    }
    let kinds = values(w, "kind", kinds);
    w.fill(&format!("subject.{measure}.kinds"), &[("kinds", &kinds)])
}

/// Says what a question counts in which window, or on which day: the figure's title.
///
/// Each filter of the question stands in it, so that two figures which count otherwise have two titles.
pub(crate) fn title(w: &Words, query: &Query, answer: &Answer) -> String {
    let title = in_window(w, query, answer.on.as_deref());
    with_filters(w, query, title)
}

/// Says what two organisations are compared by: the title of their question, without their names.
pub(crate) fn compared_by(w: &Words, query: &Query, on: Option<&str>) -> String {
    let said = filters(w, query).filter(|(name, _)| name != "org");
    let said = said.map(|(_, filter)| filter).collect();
    where_all(w, in_window(w, query, on), said)
}

/// Says what a question counts with its filters, whatever the window: a label where the window is said.
pub(crate) fn without_window(w: &Words, query: &Query) -> String {
    with_filters(w, query, subject(w, query))
}

/// Adds each filter of a question to what is said of it.
pub(crate) fn with_filters(w: &Words, query: &Query, title: String) -> String {
    let said = filters(w, query).map(|(_, filter)| filter).collect();
    where_all(w, title, said)
}

fn where_all(w: &Words, title: String, filters: Vec<String>) -> String {
    if filters.is_empty() {
        return title;
    }
    let filters = filters.join(w.t("title.and"));
    w.fill("title.where", &[("title", &title), ("filters", &filters)])
}

/// Says each filter of a question, beside its name: "sex: female".
fn filters(w: &Words, query: &Query) -> impl Iterator<Item = (String, String)> {
    let definition = query.definition_name();
    // What no subject has words for stands among the filters.
    let unsaid = definition
        .split_once(':')
        .filter(|_| !w.has(&subject_key(query)))
        .and_then(|(name, value)| match name {
            "kind" => None,
            "custody_state" => Some(("custody_state", value.to_owned())),
            _ => Some(("definition", definition.clone())),
        });
    let default = |(name, value): &(&str, String)| *name == "verification" && value == "reported";
    let filters = query.filters().filter(move |filter| !default(filter));
    unsaid.into_iter().chain(filters).map(|(name, list)| {
        let name_said = dimension(w, name);
        let values = told_apart(w, name, &list);
        let filter = [("dimension", &*name_said), ("values", &values)];
        (name.to_owned(), w.fill("title.filter", &filter))
    })
}

/// Says the values of a filter so that other values are said otherwise: a text that could be read as two,
/// or as what stands around it, in quotes; a place whose name another has too with its code.
fn told_apart(w: &Words, name: &str, list: &str) -> String {
    let list = match (name, list) {
        // It selects this and what is more certain.
        ("verification", "corroborated") => "corroborated,verified",
        (_, list) => list,
    };
    let said = list_values(list).into_iter().map(|one| match name {
        "place" if w.shares_its_name(&one) => format!("{} ({one})", value(w, name, Some(&one))),
        "article" => quoted(&one).into_owned(),
        _ => value(w, name, Some(&quoted(&one))),
    });
    said.collect::<Vec<_>>().join(w.t("list.or"))
}

/// Puts a text in quotes unless it is one word of plain letters, digits and few signs. What would end the
/// quotes, and what no one sees, is written as an escape.
fn quoted(text: &str) -> Cow<'_, str> {
    if text
        .chars()
        .all(|c| c.is_alphanumeric() || "-._~:/".contains(c))
    {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::from('“');
    for c in text.chars() {
        match c {
            '”' | '\\' => quoted.extend(['\\', c]),
            c if is_unseen(c) => quoted.extend(c.escape_unicode()),
            c => quoted.push(c),
        }
    }
    quoted.push('”');
    Cow::Owned(quoted)
}

/// Returns the key of the words for what a question counts.
fn subject_key(query: &Query) -> String {
    let definition = query.definition_name();
    let name = definition.strip_suffix(".v1").unwrap_or(&definition);
    format!("subject.{}.{name}", query.measure.name())
}

/// Says what a question counts in which window, or on which day.
fn in_window(w: &Words, query: &Query, on: Option<&str>) -> String {
    let subject = subject(w, query);
    let occurred = query.occurred.as_ref().map(|window| window.text());
    match (occurred, on) {
        (_, Some(on)) if query.is_held() => {
            let on = w.day_text(on);
            let by_period = query.group_by.iter().any(|group| group.is_period());
            let key = if by_period {
                "title.on_each"
            } else {
                "title.on"
            };
            let title = w.fill(key, &[("subject", &subject), ("on", &on)]);
            let Some(occurred) = occurred else {
                return title;
            };
            let window = window(w, occurred);
            w.fill("title.within", &[("title", &title), ("window", &window)])
        }
        (Some(occurred), _) => {
            let window = window(w, occurred);
            w.fill("title.in", &[("subject", &subject), ("window", &window)])
        }
        _ => subject,
    }
}

/// Explains what a question counts: the unit, and the definition.
pub(crate) fn explained(w: &Words, query: &Query) -> (String, String) {
    let unit = w.t(&format!("unit.{}", query.measure.name())).to_owned();
    let name = query.definition_name();
    let key = format!("definition.{}", name.strip_suffix(".v1").unwrap_or(&name));
    let states = name.strip_prefix("custody_state:");
    let definition = if w.has(&key) {
        w.t(&key).to_owned()
    } else if let Some(states) = states {
        let states = values(w, "custody_state", states);
        w.fill("definition.custody_state", &[("states", &states)])
    } else if let Some(DefinitionName::Own(own)) = &query.definition {
        let org = own.org.to_string();
        w.fill("definition.own", &[("org", &org), ("name", &quoted(&name))])
    } else if let Some(kinds) = name.strip_prefix("kind:").filter(|kinds| *kinds != "any") {
        w.fill("definition.kinds", &[("kinds", &values(w, "kind", kinds))])
    } else {
        w.t("definition.kind:any").to_owned()
    };
    (unit, definition)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use event::Position;
    use figures::ColumnStore;
    use fold::Scope;

    use super::*;
    use crate::text::words::Catalogues;

    /// Questions that count differently.
    const QUESTIONS: &[&str] = &[
        "kind=death",
        "kind=death&sex=female",
        "kind=death&sex=female,male",
        "kind=death&minor=yes",
        "kind=death&role=journalist",
        "kind=death&place=KH-12",
        "kind=death&org=riverside",
        "kind=death&case=riverside:c1",
        "kind=death&person=riverside:p1",
        "kind=death&authority=police",
        "kind=death&rights_exercised=expression",
        "kind=death&rights_violated=expression",
        "kind=death&assessment=violation",
        "kind=death&verification=verified",
        "kind=death&visibility=public",
        "kind=death&in_custody=yes",
        "kind=death&occurred=2020",
        "kind=arrest,death",
        "measure=events&kind=death",
        "kind=release&release_kind=pardon",
        "custody_state=pretrial",
        "custody_state=house_arrest",
        "definition=detained/any",
        "definition=riverside:own.v1",
        "definition=riverside:own.v2",
        "measure=person_charges",
        "measure=person_charges&law=code",
        "measure=person_charges&article=495",
        "measure=person_charges&court=first",
        "measure=person_charges&charge_status=dropped",
        "definition=detained/any&occurred=2019&group_by=month",
        "definition=detained/any&occurred=2020&group_by=month",
        "measure=person_charges&law=code%20or%20press",
        "measure=person_charges&law=code,press",
        "measure=person_charges&law=code%5C,press",
        "measure=person_charges&law=code%E2%80%9D%20or%20%E2%80%9Cpress",
        "measure=person_charges&law=%01",
        "measure=person_charges&law=%02",
        "kind=death&place=GE",
        "kind=death&place=US-GA",
    ];

    fn title_of(w: &Words, question: &str) -> String {
        let pairs = figures::parse_query(question).unwrap();
        let query = Query::parse(&pairs).unwrap();
        let columns = ColumnStore::default();
        let answer = figures::answer(&columns, &query, Position::ZERO, None, &Scope::Public);
        title(w, &query, &answer.unwrap())
    }

    #[test]
    fn questions_that_count_differently_have_different_sentences() {
        let words = Catalogues::load(None).unwrap();
        for language in ["en", "km"] {
            let w = words.get(language).unwrap();
            let titles: BTreeSet<String> = QUESTIONS.iter().map(|q| title_of(w, q)).collect();
            assert_eq!(titles.len(), QUESTIONS.len(), "{titles:#?}");
        }
    }

    #[test]
    fn a_filter_stands_in_the_words_of_the_language() {
        let words = Catalogues::load(None).unwrap();
        let w = words.get("en").unwrap();
        assert_eq!(
            title_of(w, "kind=death&occurred=2020&sex=female&org=riverside"),
            "People who died, 2020 (Sex: Female; Organisation: riverside)"
        );
        assert_eq!(
            title_of(w, "kind=death&verification=reported"),
            "People who died"
        );
    }
}
