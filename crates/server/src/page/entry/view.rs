//! What a form shows, in the words of a language: labels, choices, what was typed and what is wrong with it.
//!
//! Start at [`rows`].
//!
//! Never here: which inputs there are (crate `form`), and HTML.

use std::collections::BTreeMap;

use event::Kind;
use form::{Control, DateParts, Extent, Input, Pairs, Row, TextKind};

use super::inputs::{Choice, DateEndView, Head, RowView, WrongView};
use super::making::Wrong;
use super::submission::Act;
use web::text::format;
use web::text::words::Words;

/// Returns the form of `kind` as it is shown, without the fields `besides`, which nobody types here.
pub(super) fn rows(
    w: &Words,
    kind: Kind,
    (pairs, besides): (&Pairs, &[&str]),
    wrong: &BTreeMap<String, Wrong>,
) -> Vec<RowView> {
    let all = form::rows(kind, pairs);
    let mut view = View {
        w,
        wrong: placed(&all, wrong),
        rows: Vec::new(),
        open: Vec::new(),
    };
    let mut left_out = 0_usize;
    for row in all {
        let begins = matches!(row, Row::Begin(_) | Row::Item { .. });
        let is_besides = match &row {
            Row::Begin(input) | Row::Input(input) => {
                input.of.is_empty() && besides.contains(&input.field)
            }
            Row::Item { .. } | Row::End | Row::More | Row::EndMore | Row::Add { .. } => false,
        };
        if left_out > 0 || (is_besides && begins) {
            match row {
                Row::Begin(_) | Row::Item { .. } => left_out += 1,
                Row::End => left_out -= 1,
                Row::More | Row::EndMore | Row::Add { .. } | Row::Input(_) => {}
            }
        } else if !is_besides {
            view.add(row);
        }
    }
    open_where_said(&mut view.rows);
    view.rows
}

/// Opens what stands behind "more" where something in it is said, or wrong.
fn open_where_said(rows: &mut [RowView]) {
    // From behind, so that what is inside is met before its beginning.
    let mut is_said_inside = Vec::new();
    for row in rows.iter_mut().rev() {
        let is_said = row.is_said();
        match row {
            RowView::EndMore => is_said_inside.push(false),
            RowView::More { is_open } => {
                *is_open = is_said_inside.pop().unwrap_or_default();
                let inside = *is_open;
                is_said_inside
                    .last_mut()
                    .into_iter()
                    .for_each(|above| *above |= inside);
            }
            RowView::Begin(_)
            | RowView::Item { .. }
            | RowView::End
            | RowView::EndItem
            | RowView::Add { .. }
            | RowView::Line { .. }
            | RowView::Prose { .. }
            | RowView::Choice { .. }
            | RowView::Choices { .. }
            | RowView::Date { .. }
            | RowView::Entry { .. } => {
                let inside = is_said_inside.last_mut().filter(|_| is_said);
                inside.into_iter().for_each(|inside| *inside = true);
            }
        }
    }
}

/// Returns the input of the case, or of another attribute beside `data`.
pub(super) fn attribute(
    w: &Words,
    name: &str,
    value: String,
    wrong: &BTreeMap<String, Wrong>,
) -> RowView {
    let field = name.trim_start_matches('/');
    let head = Head {
        id: id(name),
        name: name.to_owned(),
        label: w.t(&format!("input.{field}")).to_owned(),
        lang: None,
        required: false,
        about: None,
        wrong: wrong.get(name).map(|wrong| wrong_view(w, wrong)),
    };
    line(head, value, TextKind::Id)
}

fn line(head: Head, value: String, typing: TextKind) -> RowView {
    let (mode, dir, list) = match typing {
        TextKind::Words => ("text", "auto", None),
        TextKind::Whole => ("numeric", "auto", None),
        TextKind::Number => ("decimal", "auto", None),
        TextKind::Id => ("text", "ltr", None),
        TextKind::Url => ("url", "ltr", None),
        TextKind::Place => ("text", "auto", Some(PLACES)),
    };
    RowView::Line {
        head,
        value,
        mode,
        dir,
        list,
    }
}

/// The id of the list of places in the page.
const PLACES: &str = "places";

/// Returns the places that the language names, by their codes: what is mostly typed.
pub(super) fn places(w: &Words) -> Vec<Choice> {
    let named = w.named_places().map(|(code, name)| Choice {
        code: code.to_owned(),
        label: name.to_owned(),
        chosen: false,
    });
    named.collect()
}

/// Writes the names of places that were typed as their codes, where a name is that of one place alone.
pub(super) fn code_places(w: &Words, kind: Kind, pairs: &mut Pairs) {
    for row in form::rows(kind, pairs) {
        let Row::Input(Input {
            name,
            control:
                Control::Line {
                    value,
                    typing: TextKind::Place,
                },
            ..
        }) = row
        else {
            continue;
        };
        if let Some(code) = w.place_named(&value) {
            pairs.set(name, code);
        }
    }
}

/// The attributes beside `data` that have an input.
const ATTRIBUTES: [&str; 2] = ["/subject", "/time"];

/// Puts what is wrong at the inputs of a form: at the value itself, or where there is none at what holds it.
fn placed(rows: &[Row], wrong: &BTreeMap<String, Wrong>) -> BTreeMap<String, Wrong> {
    let has = |name: &str| {
        rows.iter().any(|row| match row {
            Row::Begin(input) | Row::Input(input) => input.name == name,
            Row::Item { .. } | Row::End | Row::More | Row::EndMore | Row::Add { .. } => false,
        })
    };
    let mut placed = BTreeMap::new();
    for (pointer, wrong) in wrong {
        let mut name = pointer.as_str();
        while !has(name) && !ATTRIBUTES.contains(&name) {
            let Some((above, _)) = name.rsplit_once('/') else {
                break;
            };
            name = above;
        }
        placed
            .entry(name.to_owned())
            .or_insert_with(|| wrong.clone());
    }
    placed
}

/// Returns what is wrong with no input of the form: the event as a whole.
pub(super) fn wrong_of_all(
    w: &Words,
    kind: Kind,
    pairs: &Pairs,
    wrong: &BTreeMap<String, Wrong>,
) -> Vec<WrongView> {
    let placed = placed(&form::rows(kind, pairs), wrong);
    let of_all = |(name, _): &(&String, &Wrong)| {
        !name.starts_with("/data/") && !ATTRIBUTES.contains(&name.as_str())
    };
    let of_all = placed.iter().filter(of_all);
    of_all.map(|(_, wrong)| wrong_view(w, wrong)).collect()
}

/// Says what is wrong.
pub(super) fn wrong_view(w: &Words, wrong: &Wrong) -> WrongView {
    let key = format!("wrong.{}", wrong.code);
    let text = if w.has(&key) {
        w.t(&key)
    } else {
        w.t("wrong.other")
    };
    WrongView {
        code: wrong.code,
        text: text.to_owned(),
        detail: format!("found {}, expected {}", wrong.found, wrong.expected),
        hint: wrong.hint.clone(),
    }
}

/// Returns the id of an input in the page.
pub(super) fn id(name: &str) -> String {
    name.trim_start_matches('/').replace(['/', '#'], ".")
}

/// Says what a field is called; the language of the words where it is not the page's.
pub(super) fn label(w: &Words, input: &Input) -> (String, Option<&'static str>) {
    let field = input.field.trim_start_matches('#');
    let keys = [
        format!("input.{}.{field}", input.of),
        format!("input.{field}"),
    ];
    let known = keys.iter().find(|key| w.has(key));
    match known {
        Some(key) => (w.t(key).to_owned(), None),
        // A new field has no word yet: it is called what its table says of it.
        None => (input.about.to_owned(), Some("en")),
    }
}

struct View<'w> {
    w: &'w Words,
    wrong: BTreeMap<String, Wrong>,
    rows: Vec<RowView>,
    /// How what has begun ends.
    open: Vec<RowView>,
}

impl View<'_> {
    fn head(&self, input: &Input) -> Head {
        let (label, lang) = label(self.w, input);
        let is_english = self.w.language.code == "en" && lang.is_none();
        let wrong = self.wrong.get(&input.name);
        Head {
            id: id(&input.name),
            name: input.name.clone(),
            label,
            lang,
            required: input.required,
            about: Some(input.about).filter(|_| is_english),
            wrong: wrong.map(|wrong| wrong_view(self.w, wrong)),
        }
    }

    fn add(&mut self, row: Row) {
        let w = self.w;
        let row = match row {
            Row::Begin(input) => {
                self.open.push(RowView::End);
                RowView::Begin(self.head(&input))
            }
            Row::Item { name, number } => {
                self.open.push(RowView::EndItem);
                RowView::Item {
                    // An item that is one text has an input of the same name.
                    id: format!("{}.item", id(&name)),
                    label: w.number(u64::try_from(number).unwrap_or(0)),
                    drop: Act::Drop(name).value(),
                }
            }
            Row::End => self.open.pop().unwrap_or(RowView::End),
            Row::More => RowView::More { is_open: false },
            Row::EndMore => RowView::EndMore,
            Row::Add { name, field } => {
                let key = format!("input.{field}");
                let what = if w.has(&key) { w.t(&key) } else { "" };
                RowView::Add {
                    anchor: id(&name),
                    act: Act::Add(name).value(),
                    label: w.fill("enter.add", &[("what", what)]),
                }
            }
            Row::Input(input) => {
                let head = self.head(&input);
                input_view(w, head, input.control)
            }
        };
        self.rows.push(row);
    }
}

fn input_view(w: &Words, head: Head, control: Control) -> RowView {
    match control {
        Control::Group => RowView::Begin(head),
        Control::Line { value, typing } => line(head, value, typing),
        Control::Prose { value } => RowView::Prose {
            head,
            value,
            is_json: false,
        },
        Control::Json { value } => RowView::Prose {
            head,
            value,
            is_json: true,
        },
        Control::Choice { list, value } => RowView::Choice {
            head,
            choices: choices(w, list, &[value]),
        },
        Control::Choices { list, values } => RowView::Choices {
            head,
            choices: choices(w, list, &values),
        },
        Control::Date(parts) => date(w, head, &parts),
        Control::Entry { key, value, list } => RowView::Entry {
            choices: list.map_or_else(Vec::new, |list| {
                choices(w, list, std::slice::from_ref(&value))
            }),
            head,
            key,
            value,
        },
    }
}

/// What the gate refuses, and so no form offers: nothing can be sealed yet.
const REFUSED: (&str, &str) = ("visibility", "sealed");

/// Returns the choices of a list, those that are chosen first, in their order; a code that the list does not have
/// is one too.
pub(super) fn choices(w: &Words, list: &str, chosen: &[String]) -> Vec<Choice> {
    let choice = |code: &str, chosen| Choice {
        code: code.to_owned(),
        label: w.label(list, code),
        chosen,
    };
    let first = chosen.iter().filter(|code| !code.is_empty());
    let codes = event::list(list).map_or(&[][..], |list| &list.codes);
    let rest = codes
        .iter()
        .filter(|label| (list, label.code) != REFUSED)
        .filter(|label| !chosen.iter().any(|code| code == label.code));
    first
        .map(|code| choice(code, true))
        .chain(rest.map(|label| choice(label.code, false)))
        .collect()
}

fn date(w: &Words, head: Head, parts: &DateParts) -> RowView {
    let extents = Extent::ALL.into_iter().map(|extent| Choice {
        code: extent.code().to_owned(),
        label: w.t(&format!("enter.date.{}", extent.code())).to_owned(),
        chosen: extent == parts.extent,
    });
    let ends = [("", &parts.first), ("2", &parts.last)].map(|(number, end)| DateEndView {
        number,
        year: end.year.clone(),
        day: end.day.clone(),
        months: months(w, &end.month),
        doubts: [("", "sure"), ("~", "about"), ("?", "unsure"), ("%", "both")]
            .into_iter()
            .map(|(mark, key)| Choice {
                code: mark.to_owned(),
                label: w.t(&format!("enter.date.{key}")).to_owned(),
                chosen: mark == end.doubt,
            })
            .collect(),
    });
    let said = parts
        .edtf()
        .map(|text| (format::date_or_text(w, &text), text));
    RowView::Date {
        head,
        extents: extents.collect(),
        ends: ends.into_iter().collect(),
        said,
    }
}

fn months(w: &Words, chosen: &str) -> Vec<Choice> {
    let number = chosen.trim_start_matches('0');
    let known = (1..=12_u8).map(|month| Choice {
        code: month.to_string(),
        label: w.month(month),
        chosen: month.to_string() == number,
    });
    let mut months: Vec<Choice> = known.collect();
    // What was sent and is no month is shown, so that it can be put right.
    if !chosen.is_empty() && !months.iter().any(|month| month.chosen) {
        months.push(Choice {
            code: chosen.to_owned(),
            label: chosen.to_owned(),
            chosen: true,
        });
    }
    months
}
