//! A figure in other forms, from the same question as `/v1/figures`: CSV, SVG, an Atom feed.
//!
//! Never here: counting.

use axum::extract::State as Handed;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use fold::Query;
use fold::figure::Answer;

use super::chart::alone::Alone;
use super::chart::{Item, Tone, escape};
use super::question;
use super::say;
use super::state::encode;
use super::visit::Visit;
use super::words::Words;
use crate::access::MayRead;
use crate::http::ask::{self, Asked};
use crate::http::{App, Problem, figures};

/// How many periods a chart over time draws; more are in the table. Source: docs/reference/limits.md.
pub(super) const PERIODS_MAX: usize = 240;

/// A figure with its question.
pub(super) struct Figure {
    pub(super) asked: Asked,
    pub(super) query: Query,
    pub(super) answer: Answer,
    /// The window as it was asked for.
    pub(super) occurred: Option<String>,
}

impl Figure {
    /// Answers the question in `pairs`.
    ///
    /// # Errors
    /// [`Problem`]: a wrong question, a position above the newest, or no model yet.
    pub(super) async fn of(
        app: &App,
        may: &MayRead,
        pairs: &[(String, String)],
    ) -> Result<Self, Problem> {
        let (asked, query) = question::ask(app, may, pairs).await?;
        let answer = tokio::task::block_in_place(|| figures::answer(&asked, &query, may));
        let occurred = pairs.iter().find(|(name, _)| name == "occurred");
        Ok(Self {
            occurred: occurred.map(|(_, value)| value.clone()),
            asked,
            query,
            answer,
        })
    }

    /// Returns the figure's title.
    pub(super) fn title(&self, w: &Words) -> String {
        let title = say::title(w, &self.query, self.occurred.as_deref(), &self.answer);
        let groups: Vec<String> = self
            .query
            .group_by
            .iter()
            .map(|group| say::dimension(w, group.name()).to_lowercase())
            .collect();
        if groups.is_empty() {
            return title;
        }
        let groups = groups.join(w.t("list.and"));
        w.fill("title.by", &[("title", &title), ("groups", &groups)])
    }

    /// Returns the tone of its charts.
    pub(super) fn tone(&self) -> Tone {
        let kinds = self.query.kind.as_deref().unwrap_or_default();
        if self.query.is_held() {
            Tone::Held
        } else if kinds.contains(&event::Kind::Release) {
            Tone::Released
        } else {
            Tone::Arrested
        }
    }

    /// Whether it is grouped by time alone, so that it is drawn as columns.
    pub(super) fn is_over_time(&self) -> bool {
        let names: Vec<&str> = self
            .query
            .group_by
            .iter()
            .map(|group| group.name())
            .collect();
        matches!(names.as_slice(), ["month" | "quarter" | "year"])
    }

    /// Returns what a chart draws: a figure over time in its order and without gaps, a ranking with
    /// the greatest first.
    pub(super) fn items(&self, w: &Words) -> Vec<Item> {
        let item = |row: &fold::figure::Row| {
            let said: Vec<String> = self
                .query
                .group_by
                .iter()
                .map(|group| {
                    let value = row.group.get(group.name()).cloned().flatten();
                    say::value(w, group.name(), value.as_deref())
                })
                .collect();
            let name = said.join(" · ");
            let full = w.fill(
                "value.named",
                &[("name", &name), ("value", &say::counted(w, &row.count))],
            );
            Item::new(name, full, &row.count)
        };
        if self.is_over_time() {
            return super::periods::filled(w, &self.query, &self.answer);
        }
        let mut rows: Vec<_> = self.answer.rows.iter().collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.count.count, row.count.at_most)));
        rows.into_iter().map(item).collect()
    }

    /// Draws it alone.
    pub(super) fn drawn(&self, w: &Words, origin: &str) -> String {
        let title = self.title(w);
        let figure = say::counted(w, &self.answer.total);
        let as_of = say::as_known(w, &self.asked);
        let alone = Alone {
            title: &title,
            figure: &figure,
            as_of: &as_of,
            source: &format!("{origin}{}", self.answer.query),
            caveat: w.t("caveat.short"),
            language: &w.language.code,
        };
        let items = self.items(w);
        if self.is_over_time() && items.len() <= PERIODS_MAX {
            alone.over_time(w, &items, self.tone())
        } else {
            alone.ranked(w, &items, self.tone())
        }
    }
}

/// A format is asked for in a language by `lang`, which is no part of the question.
async fn figure(visit: &Visit) -> Result<Figure, Problem> {
    Figure::of(&visit.app, &visit.may, visit.state.without("lang").pairs()).await
}

fn words(visit: &Visit) -> &Words {
    let asked = visit
        .state
        .get("lang")
        .and_then(|code| visit.app.pages.words.get(code));
    asked.unwrap_or_else(|| visit.words())
}

fn sent(
    visit: &Visit,
    headers: &HeaderMap,
    figure: &Figure,
    media_type: &'static str,
    body: String,
) -> Response {
    let question = format!(
        "{media_type} {} {}",
        visit.state.query(),
        words(visit).language.code
    );
    let mut response = ask::tagged(
        headers,
        &visit.may,
        &question,
        figure.asked.position,
        media_type,
        body.into_bytes(),
    );
    let headers = response.headers_mut();
    headers.append(
        header::VARY,
        HeaderValue::from_static("cookie, accept-language"),
    );
    // Opened by itself, an SVG is a document: it may load and run nothing.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'"),
    );
    response
}

/// Answers `GET /v1/figures.csv`: a row a group, or one row for the total.
///
/// UTF-8, RFC 4180, a header line; a cell that a spreadsheet would take for a formula begins with
/// an apostrophe.
pub(super) async fn csv(visit: Visit, headers: HeaderMap) -> Result<Response, Problem> {
    let figure = figure(&visit).await?;
    let names: Vec<&str> = figure
        .query
        .group_by
        .iter()
        .map(|group| group.name())
        .collect();
    let mut text = String::new();
    let mut line = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| cell_of(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    };
    let fixed = [
        "count",
        "at_least",
        "at_most",
        "unnamed_lower",
        "unnamed_upper",
    ];
    let head = names.iter().chain(&fixed).map(|name| (*name).to_owned());
    line(head.collect());
    let numbers = |count: &fold::figure::Count| {
        let unnamed = count.unnamed;
        let upper = unnamed.and_then(|unnamed| unnamed.upper);
        vec![
            count.count.to_string(),
            count.at_least.to_string(),
            count.at_most.to_string(),
            unnamed
                .map(|unnamed| unnamed.lower.to_string())
                .unwrap_or_default(),
            upper.map(|upper| upper.to_string()).unwrap_or_default(),
        ]
    };
    if names.is_empty() {
        line(numbers(&figure.answer.total));
    }
    for row in &figure.answer.rows {
        let group = names
            .iter()
            .map(|name| row.group.get(name).cloned().flatten().unwrap_or_default());
        line(group.chain(numbers(&row.count)).collect());
    }
    let mut response = sent(&visit, &headers, &figure, "text/csv; charset=utf-8", text);
    let name = format!(
        "attachment; filename=\"figure-{}.csv\"",
        figure.asked.position
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, name);
    }
    let link = format!("<{}>; rel=\"canonical\"", figure.answer.query);
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

/// Writes one cell.
fn cell_of(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let safe = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if safe.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

/// Answers `GET /v1/figures.svg`: the chart with its title, bounds, R and address.
pub(super) async fn svg(visit: Visit, headers: HeaderMap) -> Result<Response, Problem> {
    let figure = figure(&visit).await?;
    let drawn = figure.drawn(words(&visit), &visit.origin());
    Ok(sent(&visit, &headers, &figure, "image/svg+xml", drawn))
}

/// Answers `GET /v1/figures.atom`: a feed whose one entry is the figure as it now stands, new
/// whenever the figure is.
pub(super) async fn atom(
    _: Handed<App>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let figure = figure(&visit).await?;
    let w = words(&visit);
    let origin = visit.origin();
    let query = visit.state.without("lang").without("at").query();
    let title = escape(&figure.title(w));
    let total = &figure.answer.total;
    let value = format!("{}-{}-{}", total.count, total.at_least, total.at_most);
    let updated = {
        let table = figure.asked.model.table();
        let times = table.instants().times(figure.asked.position);
        let received = times.and_then(|times| times.received);
        received.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), rfc3339)
    };
    let here = escape(&format!("{origin}/v1/figures.atom?{query}"));
    let page = escape(&format!("{origin}/figures?{query}"));
    let fixed = escape(&format!("{origin}{}", figure.answer.query));
    let said = escape(&say::counted(w, total));
    let as_of = escape(&say::as_known(w, &figure.asked));
    let language = escape(&w.language.code);
    let feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{language}\">\
         <id>{page}</id><title>{title}</title><updated>{updated}</updated>\
         <link rel=\"self\" href=\"{here}\"/><link href=\"{page}\"/>\
         <author><name>Habeas</name></author>\
         <entry><id>{page}#{}</id><title>{title}: {said}</title><updated>{updated}</updated>\
         <link href=\"{page}\"/><link rel=\"related\" type=\"application/json\" href=\"{fixed}\"/>\
         <content type=\"text\">{said} {as_of}</content></entry></feed>\n",
        encode(&value)
    );
    Ok(sent(
        &visit,
        &headers,
        &figure,
        "application/atom+xml; charset=utf-8",
        feed,
    ))
}

/// Writes an instant as RFC 3339, to the second.
fn rfc3339(instant: event::Instant) -> String {
    let (seconds, _) = instant.parts();
    let of_day = seconds.rem_euclid(86_400);
    format!(
        "{}T{:02}:{:02}:{:02}Z",
        instant.utc_day(),
        of_day / 3_600,
        of_day / 60 % 60,
        of_day % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_no_formula() {
        assert_eq!(cell_of("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(cell_of("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(cell_of("KH-12"), "KH-12");
    }
}
