//! The page of a figure: the number with its bounds, what it counts, its chart and table, how to
//! cite, take and show it elsewhere; and the form that asks another question.
//!
//! Never here: counting.

use askama::Template;
use axum::response::Response;
use event::{Day, Days, Edtf};
use figures::{Query, list_value};

use crate::address::Address;
use crate::chart::columns::Columns;
use crate::chart::{Item, Tone, bars, escape, longest};
use crate::formats::Figure;
use crate::http::Problem;
use crate::layout::{Files, Layout, Way};
use crate::parts::cite::Cite;
use crate::parts::controls::{self, Adjust, Builder, Chip};
use crate::parts::periods::Drawn;
use crate::parts::ranking::RankRow;
use crate::request::PageRequest;
use crate::text::{format, sentence};

/// The most rows a table shows; the downloads have all. Source: docs/reference/limits.md.
const ROWS_MAX: usize = 400;

/// A row of the table.
struct Row {
    cells: Vec<Cell>,
    number: String,
    least: String,
    most: String,
    unnamed: Option<String>,
    bar: String,
}

struct Cell {
    text: String,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "figure.html")]
struct Page<'v> {
    layout: Layout<'v>,
    figure_title: String,
    number: String,
    bounds: Option<String>,
    unnamed: Option<String>,
    unit: String,
    definition: String,
    definition_name: String,
    chips: Vec<Chip>,
    chart: Option<String>,
    head: Vec<String>,
    rows: Vec<Row>,
    left: Option<String>,
    sums: Option<String>,
    with_unnamed: bool,
    cite: Cite,
    why: String,
    records: String,
    funnel: Vec<RankRow>,
    json: String,
    files: Files,
    svg: String,
    atom: String,
    embed_frame: String,
    embed_image: String,
    adjust: Adjust,
    builder: Builder,
}

#[derive(Template)]
#[template(path = "figures.html")]
struct Index<'v> {
    layout: Layout<'v>,
    questions: Vec<Way>,
    builder: Builder,
}

#[derive(Template)]
#[template(path = "embed.html")]
struct Embed<'v> {
    layout: Layout<'v>,
    figure_title: String,
    number: String,
    bounds: Option<String>,
    unnamed: Option<String>,
    chart: Option<String>,
    page: String,
}

/// Shows a figure, or what can be asked where nothing is.
pub async fn show(request: PageRequest) -> Response {
    let made = page(&request).await;
    request.answer(made)
}

/// Shows a figure for a layout on another site.
pub async fn embed(request: PageRequest) -> Response {
    let made = embedded(&request).await;
    request.answer(made)
}

async fn page(request: &PageRequest) -> Result<Response, Problem> {
    if let Some(moved) = controls::day_chosen(request)? {
        return Ok(moved);
    }
    if let Some(moved) = controls::question_chosen(request)? {
        return Ok(moved);
    }
    if request.address.without("at").pairs().is_empty() {
        return index(request).await;
    }
    let figure = Figure::of(request, request.address.pairs()).await?;
    let is_signed = request.is_signed(&figure.snapshot, figure.snapshot.position);
    let request = &request.clone().showing(format!("signed {is_signed}"));
    if let Some(same) = request.unchanged(&figure.snapshot) {
        return Ok(same);
    }
    let page = made(request, &figure)?;
    request.send(&figure.snapshot, &page)
}

fn made<'v>(request: &'v PageRequest, figure: &Figure) -> Result<Page<'v>, Problem> {
    let w = request.words();
    let title = figure.title(w);
    let (unit, definition) = sentence::explained(w, &figure.question.query);
    let total = &figure.answer.total;
    let query = request.address.query();
    let language = format!("lang={}", w.language.code);
    let origin = request.origin();
    let embed = request.href("/embed", &request.address);
    // What is pasted into a page stands there as HTML.
    let image = escape(&format!("{origin}/v1/figures.svg?{query}&{language}"));
    let (frame, alt) = (escape(&format!("{origin}{embed}")), escape(&title));
    let head = figure
        .question
        .query
        .group_by
        .iter()
        .map(|group| format::dimension(w, group.name()));
    let left = figure.answer.rows.len().saturating_sub(ROWS_MAX);
    let on = figure
        .answer
        .on
        .as_deref()
        .filter(|_| figure.question.query.is_held());
    let atom = format!(
        "/v1/figures.atom?{}&{language}",
        request.address.without("at").query()
    );
    Ok(Page {
        layout: Layout::at(request, title.clone(), &figure.snapshot).with_feed(atom.clone()),
        files: Files::new("/v1/figures", &request.address),
        number: w.number(total.count),
        bounds: format::bounds(w, total),
        unnamed: format::unnamed(w, total),
        unit,
        definition,
        definition_name: figure.answer.definition.clone(),
        chips: controls::chips(request, "/figures", ""),
        chart: chart(request, figure),
        head: head.collect(),
        rows: rows(request, figure),
        left: u64::try_from(left)
            .ok()
            .filter(|left| *left > 0)
            .map(|left| w.count("figure.rows_left", left, &[])),
        sums: figure.against_total(w).filter(|_| !figure.is_over_time()),
        with_unnamed: format::someone_unnamed(total).is_some(),
        cite: Cite::of_figure(request, figure, &title),
        records: request.href("/records", &request.address.whole()),
        funnel: funnel(request, figure),
        why: request.href("/why", &request.address.whole()),
        json: format!("/v1/figures?{query}"),
        svg: format!("/v1/figures.svg?{query}&{language}"),
        embed_frame: format!(
            "<iframe src=\"{frame}\" width=\"640\" height=\"420\" title=\"{alt}\"></iframe>"
        ),
        embed_image: format!("<img src=\"{image}\" alt=\"{alt}\">"),
        atom,
        adjust: Adjust::new(request, &figure.snapshot, "/figures", on, None)?,
        builder: Builder::new(request),
        figure_title: title,
    })
}

/// Draws the chart: columns over time, else nothing, since the rows of the table carry their bars.
fn chart(request: &PageRequest, figure: &Figure) -> Option<String> {
    let w = request.words();
    let drawn = figure.drawn(w);
    if !figure.is_over_time() || drawn.items.is_empty() {
        return None;
    }
    let columns = Columns {
        id: "chart",
        title: &figure.title(w),
        items: &drawn.items,
        tone: figure.tone(),
        wide: true,
    };
    Some(with_caption(columns.draw(w), drawn.left_out.as_deref()))
}

/// Adds to a chart what it leaves out.
fn with_caption(mut chart: String, left_out: Option<&str>) -> String {
    if let Some(left_out) = left_out {
        let said = crate::chart::escape(left_out);
        chart.push_str(&format!("<figcaption class=\"fine\">{said}</figcaption>"));
    }
    chart
}

/// Returns how far the individuals of a figure came; nothing where it counts no individuals, or
/// those held.
fn funnel(request: &PageRequest, figure: &Figure) -> Vec<RankRow> {
    let persons = figure.question.query.measure == figures::Measure::Persons;
    if !persons || figure.question.query.is_held() || !figure.question.query.group_by.is_empty() {
        return Vec::new();
    }
    let w = request.words();
    let funnel = tokio::task::block_in_place(|| figure.snapshot.funnel(&figure.question));
    let stages = &funnel.stages;
    let most = stages.first().map_or(0, |first| first.count.at_most);
    stages
        .iter()
        .map(|stage| {
            let count = figures::Count {
                count: stage.count.count,
                at_least: stage.count.at_least,
                at_most: stage.count.at_most,
                unnamed: None,
            };
            let label = w.t(&format!("funnel.{}", stage.stage)).to_owned();
            let item = Item::new(label.clone(), label.clone(), &count);
            RankRow {
                href: None,
                number: w.number(count.count),
                bounds: format::bounds(w, &count),
                bar: bars::bar(&format!("f-{}", stage.stage), &item, most, figure.tone()),
                label,
            }
        })
        .collect()
}

fn rows(request: &PageRequest, figure: &Figure) -> Vec<Row> {
    let w = request.words();
    let groups: Vec<&str> = figure
        .question
        .query
        .group_by
        .iter()
        .map(|group| group.name())
        .collect();
    let mut rows: Vec<_> = figure.answer.rows.iter().collect();
    if !figure.is_over_time() {
        rows.sort_by_key(|row| format::by_size(&row.count));
    }
    let item = |row: &&figures::Row| Item::new(String::new(), String::new(), &row.count);
    let items: Vec<Item> = rows.iter().map(item).collect();
    let most = longest(&items);
    let shown = rows.into_iter().zip(items).take(ROWS_MAX).enumerate();
    shown
        .map(|(at, (row, item))| {
            let cells = groups.iter().map(|group| {
                let value = row.group.get(*group).cloned().flatten();
                let text = format::value(w, group, value.as_deref());
                Cell {
                    href: value.and_then(|value| narrower(request, figure, group, &value)),
                    text,
                }
            });
            Row {
                cells: cells.collect(),
                number: w.number(row.count.count),
                least: w.number(row.count.at_least),
                most: w.number(row.count.at_most),
                unnamed: item
                    .unnamed
                    .map(|unnamed| format::unnamed_short(w, unnamed)),
                bar: bars::bar(&format!("row{at}"), &item, most, figure.tone()),
            }
        })
        .collect()
}

/// Returns the address of one row's figure alone: the same question with the row as a filter; none where no
/// question asks for just that.
fn narrower(request: &PageRequest, figure: &Figure, group: &str, value: &str) -> Option<String> {
    let rest: Vec<&str> = request
        .address
        .get("group_by")
        .unwrap_or_default()
        .split(',')
        .filter(|other| *other != group)
        .collect();
    let state = match rest.join(",") {
        rest if rest.is_empty() => request.address.without("group_by"),
        rest => request.address.with("group_by", &rest),
    };
    let state = match group {
        "case" => return Some(request.link(&format!("/cases/{value}"))),
        "person" => return Some(request.link(&format!("/persons/{value}"))),
        "quarter" => return None,
        // Who is held in a period is who is held on its last day, or on D in the period of D.
        "month" | "year" if figure.question.query.is_held() => {
            let last = Edtf::parse(value).ok()?.days.latest;
            let asked = figure.answer.on.as_deref().and_then(Day::parse);
            let on = asked.map_or(last, |asked| asked.min(last));
            state.without("occurred").with("on", &on.to_string())
        }
        // What is asked of a part of the period is asked of that part.
        "month" | "year" => state.with("occurred", &within(figure.question.query.window(), value)?),
        // An event of several values stands in each row, so that two filters of one name are needed.
        "role" | "tag" | "rights_exercised" | "rights_violated"
            if request.address.get(group).is_some() =>
        {
            return None;
        }
        // Who is held is counted by the state, not by one event.
        "in_custody" | "kind" | "release_kind" if figure.question.query.is_held() => return None,
        // The row has what is so certain, the filter what is more certain too.
        "verification" if value != "verified" => return None,
        _ if format::is_whole_country(group, value) => return None,
        _ => state.with(group, &list_value(value)),
    };
    // Some questions take a group that they do not take as a filter.
    Query::parse(state.pairs()).ok()?;
    Some(request.href("/figures", &state))
}

/// Returns a period as a window, cut to the window that was asked.
fn within(asked: Option<Days>, period: &str) -> Option<String> {
    let days = Edtf::parse(period).ok()?.days;
    let Some(asked) = asked else {
        return Some(period.to_owned());
    };
    let first = asked.earliest.max(days.earliest);
    let last = asked.latest.min(days.latest);
    Some(if (first, last) == (days.earliest, days.latest) {
        period.to_owned()
    } else {
        format!("{first}/{last}")
    })
}

async fn embedded(request: &PageRequest) -> Result<Response, Problem> {
    let figure = Figure::of(request, request.address.pairs()).await?;
    let w = request.words();
    let total = &figure.answer.total;
    let chart = if figure.question.query.group_by.is_empty() {
        None
    } else {
        chart(request, &figure).or_else(|| Some(ranking(request, &figure)))
    };
    let page = Embed {
        layout: Layout::at(request, figure.title(w), &figure.snapshot),
        figure_title: figure.title(w),
        number: w.number(total.count),
        bounds: format::bounds(w, total),
        unnamed: format::unnamed(w, total),
        chart,
        page: request.href("/figures", &figure.address(request)),
    };
    request.send_embed(&figure.snapshot, &page)
}

/// Draws a ranking for a layout: names, bars and numbers, without the table.
fn ranking(request: &PageRequest, figure: &Figure) -> String {
    let w = request.words();
    let Drawn { items, left_out } = figure.drawn(w);
    let most = longest(&items);
    let tone: Tone = figure.tone();
    let shown = items.iter().take(crate::chart::alone::ROWS_MAX).enumerate();
    let rows: Vec<String> = shown
        .map(|(at, item)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"b\">{}</td></tr>",
                crate::chart::escape(&item.label),
                item.number(w),
                bars::bar(&format!("row{at}"), item, most, tone)
            )
        })
        .collect();
    let table = format!(
        "<table class=\"rank\"><tbody>{}</tbody></table>",
        rows.concat()
    );
    with_caption(table, left_out.as_deref())
}

/// The questions that groups must answer, each an address.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "question.by_right",
        "definition=arrested/for_rights&group_by=rights_exercised",
    ),
    (
        "question.by_month",
        "definition=arrested/for_rights&group_by=month",
    ),
    ("question.by_place", "kind=arrest&group_by=place"),
    ("question.held", "definition=detained/any"),
    (
        "question.articles",
        "measure=person_charges&group_by=article,charge_status",
    ),
    (
        "question.releases",
        "measure=events&kind=release&group_by=release_kind",
    ),
    ("question.minors", "kind=arrest&group_by=minor"),
    ("question.sex", "kind=arrest&group_by=sex"),
    ("question.role", "kind=arrest&group_by=role"),
    ("question.verified", "kind=arrest&verification=verified"),
    ("question.deaths", "kind=death&group_by=year"),
    ("question.whereabouts", "kind=disappearance,left_custody"),
    (
        "question.authorities",
        "measure=events&kind=arrest&group_by=authority",
    ),
    ("question.organisations", "measure=events&group_by=org"),
];

async fn index(request: &PageRequest) -> Result<Response, Problem> {
    let snapshot = request.snapshot().await?;
    if let Some(same) = request.unchanged(&snapshot) {
        return Ok(same);
    }
    let w = request.words();
    let at = request
        .address
        .get("at")
        .map(|at| format!("&at={at}"))
        .unwrap_or_default();
    let questions = QUESTIONS.iter().map(|(key, query)| Way {
        name: w.t(key).to_owned(),
        href: format!(
            "{}?{query}{at}",
            request.href("/figures", &Address::default())
        ),
        here: false,
    });
    let page = Index {
        layout: Layout::at(request, w.t("figures.title").to_owned(), &snapshot),
        questions: questions.collect(),
        builder: Builder::new(request),
    };
    request.send(&snapshot, &page)
}
