//! Rankings, and the map of places.
//!
//! Never here: which rankings a page has.

use std::collections::BTreeMap;

use figures::Row;

use crate::chart::{Item, Tone, bars, longest, map};
use crate::parts::panel_questions::{PanelAnswer, PanelQuestions};
use crate::text::format;

/// How many rows a ranking has beside others; the figure's own page has all.
const ROWS: usize = 8;

/// A ranking with its bars.
pub(crate) struct Ranking {
    pub(crate) heading: String,
    pub(crate) rows: Vec<RankRow>,
    pub(crate) more: Option<String>,
    pub(crate) href: String,
    pub(crate) note: bool,
}

/// One row of a ranking.
pub(crate) struct RankRow {
    pub(crate) label: String,
    pub(crate) href: Option<String>,
    pub(crate) number: String,
    pub(crate) bounds: Option<String>,
    pub(crate) bar: String,
}

/// The map, by country or by the operator's provinces, and the ranking of places.
pub(crate) fn whereabouts(
    ask: &PanelQuestions<'_>,
    figure: &PanelAnswer,
) -> (Option<String>, Ranking) {
    let w = ask.request.words();
    let ranking = ranking(ask, w.t("overview.by_place"), figure);
    let mut items: Vec<(String, Item)> = Vec::new();
    let mut countries: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in &figure.2.rows {
        if let Some(Some(code)) = row.group.get("place") {
            let country = code.split('-').next().unwrap_or(code);
            countries.entry(country.to_owned()).or_default().push(row);
            let name = w.place(code);
            let said = format::counted(w, &row.count);
            let full = w.fill("value.named", &[("name", &name), ("value", &said)]);
            items.push((code.clone(), Item::new(name, full, &row.count)));
        }
    }
    let title = w.t("overview.map");
    let only = countries.keys().next().filter(|_| countries.len() == 1);
    let provinces = only.and_then(|country| ask.request.pages.provinces.as_ref()?.of(country));
    if let Some(provinces) = provinces {
        return (map::draw(w, title, provinces, &items), ranking);
    }
    if countries.len() < 2 {
        return (None, ranking);
    }
    // A person may be counted in two provinces of one country, so a country is asked for itself.
    let mut by_country = Vec::new();
    for country in countries.keys() {
        let Ok((_, _, answer)) = ask.figure(&[("kind", "arrest"), ("place", country)]) else {
            continue;
        };
        let name = w.place(country);
        let said = format::counted(w, &answer.total);
        let full = w.fill("value.named", &[("name", &name), ("value", &said)]);
        by_country.push((country.clone(), Item::new(name, full, &answer.total)));
    }
    (map::draw(w, title, map::world(), &by_country), ranking)
}

/// Makes a ranking of a figure by one group, the greatest first.
pub(crate) fn ranking(
    ask: &PanelQuestions<'_>,
    heading: &str,
    (state, query, answer): &PanelAnswer,
) -> Ranking {
    let w = ask.request.words();
    let group = query.group_by.first().map_or("", |group| group.name());
    let mut rows: Vec<_> = answer.rows.iter().collect();
    rows.sort_by_key(|row| format::by_size(&row.count));
    let item = |row: &&Row| Item::new(String::new(), String::new(), &row.count);
    let items: Vec<Item> = rows.iter().map(item).collect();
    let most = longest(&items);
    let left = rows.len().saturating_sub(ROWS);
    let shown = rows.into_iter().zip(items).take(ROWS).enumerate();
    let rows = shown.map(|(at, (row, item))| {
        let value = row.group.get(group).cloned().flatten();
        let label = format::row_value(w, group, value.as_deref());
        let alone = state.without("group_by");
        RankRow {
            href: value
                .filter(|value| !format::is_whole_country(group, value))
                .map(|value| ask.href(&alone.with(group, &figures::list_value(&value)))),
            number: item.number(w),
            bounds: format::bounds(w, &row.count),
            bar: bars::bar(&format!("{group}{at}"), &item, most, Tone::Arrested),
            label,
        }
    });
    Ranking {
        heading: heading.to_owned(),
        rows: rows.collect(),
        more: u64::try_from(left)
            .ok()
            .filter(|left| *left > 0)
            .map(|left| w.count("ranking.more", left, &[])),
        href: ask.href(state),
        note: answer.note.is_some(),
    }
}
