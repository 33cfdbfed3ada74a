//! The charts of the overview, month by month: arrested, released, held at the end of each month; where
//! nobody was arrested, what the first sentence names in place of it.
//!
//! Start at [`panels`].
//!
//! Never here: counting, and how a chart is drawn (see [`crate::chart`]).

use event::Day;
use figures::{Answer, Count};

use crate::address::Address;
use crate::chart::columns::Columns;
use crate::chart::{Item, Tone};
use crate::http::Problem;
use crate::parts::headline::Headline;
use crate::parts::panel_questions::{ARRESTED, PanelAnswer, PanelQuestions, Period, RELEASED};
use crate::text::format;

/// One of the charts over time.
pub(crate) struct Panel {
    pub(crate) heading: String,
    pub(crate) note: String,
    pub(crate) svg: String,
    pub(crate) items: Vec<Item>,
    pub(crate) href: String,
}

impl Panel {
    fn draws_any(&self) -> bool {
        self.items.iter().any(|item| item.end() > 0)
    }
}

/// The charts month by month: arrested, released, held at the end of each month.
///
/// `held` says of each month who was held at its end. A chart of nothing is left out beside one of something.
pub(crate) fn panels(
    ask: &PanelQuestions<'_>,
    months: &[String],
    held: &[Count],
    named: &[Headline],
) -> Result<Vec<Panel>, Problem> {
    let w = ask.request.words();
    let Some(last) = months.last().map(|month| last_day(month)) else {
        return Ok(Vec::new());
    };
    let by_month = |fixed: &[(&str, &str)]| -> Result<(Address, Vec<Item>), Problem> {
        let (state, _, answer) = ask.grouped(fixed, "month")?;
        Ok((state, of_months(ask, &answer, months)))
    };
    let panel =
        |id: &str, tone: Tone, heading: &str, note: &str, state: &Address, items: Vec<Item>| {
            let columns = Columns {
                id,
                title: heading,
                items: &items,
                tone,
                wide: false,
            };
            Panel {
                svg: columns.draw(w),
                heading: heading.to_owned(),
                note: note.to_owned(),
                items,
                href: ask.href(state),
            }
        };
    let (mut arrested, mut arrested_items) = by_month(ARRESTED)?;
    let mut heading = w.t("panel.arrested").to_owned();
    if arrested_items.iter().all(|item| item.end() == 0)
        && let Some((named, (state, _, answer))) = in_place_of_arrests(ask, named)?
    {
        (arrested, arrested_items, heading) = (state, of_months(ask, &answer, months), named);
    }
    let (released, released_items) = by_month(RELEASED)?;
    let on = last.to_string();
    let (last, _) = ask.question(&[("definition", "detained/any"), ("on", &on)], Period::Any)?;
    let held = months.iter().zip(held);
    let held = held.map(|(month, count)| item(ask, month, count)).collect();
    let (note, note_held) = (w.t("panel.people"), w.t("panel.at_end"));
    let mut panels = vec![
        panel(
            "p1",
            Tone::Arrested,
            &heading,
            note,
            &arrested,
            arrested_items,
        ),
        panel(
            "p2",
            Tone::Released,
            w.t("panel.released"),
            note,
            &released,
            released_items,
        ),
        panel("p3", Tone::Held, w.t("panel.held"), note_held, &last, held),
    ];
    if panels.iter().any(Panel::draws_any) {
        panels.retain(Panel::draws_any);
    }
    Ok(panels)
}

/// Returns what the first sentence names first, by month, where it is not about who is held.
fn in_place_of_arrests(
    ask: &PanelQuestions<'_>,
    named: &[Headline],
) -> Result<Option<(String, PanelAnswer)>, Problem> {
    let first = named.first().filter(|figure| !figure.answer.1.is_held());
    let Some(figure) = first else {
        return Ok(None);
    };
    let answer = ask.of(figure.answer.0.with("group_by", "month"))?;
    Ok(Some((figure.label(ask.request.words()), answer)))
}

fn of_months(ask: &PanelQuestions<'_>, answer: &Answer, months: &[String]) -> Vec<Item> {
    let items = months.iter().map(|month| of_month(ask, answer, month));
    items.collect()
}

fn of_month(ask: &PanelQuestions<'_>, answer: &Answer, month: &str) -> Item {
    let is = |value: Option<&Option<String>>| value.is_some_and(|v| v.as_deref() == Some(month));
    let row = answer.rows.iter().find(|row| is(row.group.get("month")));
    let none = Count {
        count: 0,
        at_least: 0,
        at_most: 0,
        unnamed: None,
    };
    item(ask, month, row.map_or(&none, |row| &row.count))
}

fn item(ask: &PanelQuestions<'_>, month: &str, figure: &Count) -> Item {
    let w = ask.request.words();
    let number = month.get(5..7).and_then(|m| m.parse().ok()).unwrap_or(0);
    let name = w.period(month);
    let said = format::counted(w, figure);
    Item::new(
        w.month_short(number),
        w.fill("value.named", &[("name", &name), ("value", &said)]),
        figure,
    )
}

/// Returns the months of a window, where they are few enough to be drawn side by side.
pub(crate) fn months(window: &str) -> Vec<String> {
    let Ok(edtf) = event::Edtf::parse(window) else {
        return Vec::new();
    };
    let (Some(from), Some(to)) = (edtf.days.earliest.ymd(), edtf.days.latest.ymd()) else {
        return Vec::new();
    };
    let number = |year: i16, month: i8| i32::from(year) * 12 + i32::from(month) - 1;
    let (first, last) = (number(from.0, from.1), number(to.0, to.1));
    if last - first >= 12 {
        return Vec::new();
    }
    (first..=last)
        .map(|month| {
            format!(
                "{:04}-{:02}",
                month.div_euclid(12),
                month.rem_euclid(12) + 1
            )
        })
        .collect()
}

pub(crate) fn last_day(month: &str) -> Day {
    let edtf = event::Edtf::parse(month);
    edtf.map_or(Day::MIN, |edtf| edtf.days.latest)
}
