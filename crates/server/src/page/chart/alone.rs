//! A figure alone: a chart with its title, what it is true for and where it comes from, as one SVG
//! that a newsroom can print and a site can show as an image.
//!
//! Never here: which question it answers.

use super::columns::Columns;
use super::{Item, Tone, escape, hatch, longest, scaled};
use crate::page::text::words::Words;

/// What stands around the chart.
pub(crate) struct Alone<'a> {
    pub(crate) title: &'a str,
    /// The figure in words, with its bounds.
    pub(crate) figure: &'a str,
    /// R, in words.
    pub(crate) as_of: &'a str,
    /// Its permanent address.
    pub(crate) source: &'a str,
    pub(crate) caveat: &'a str,
    pub(crate) language: &'a str,
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 20.0;
/// How many rows a ranking shows; the rest stands in the table. Source: docs/reference/limits.md.
pub(crate) const ROWS_MAX: usize = 24;
const ROW: f64 = 24.0;
const LINE_LETTERS: usize = 62;

impl Alone<'_> {
    /// Draws columns over time.
    pub(crate) fn over_time(&self, w: &Words, items: &[Item], tone: Tone) -> String {
        let columns = Columns {
            id: "chart",
            title: self.title,
            items,
            tone,
            wide: true,
        };
        let (wide, high) = columns.size();
        let inner = columns.draw(w).replacen(
            "<svg ",
            &format!("<svg x=\"{LEFT}\" y=\"{{top}}\" width=\"{wide}\" height=\"{high}\" "),
            1,
        );
        self.sheet(high, |top| inner.replacen("{top}", &format!("{top}"), 1))
    }

    /// Draws a ranking.
    pub(crate) fn ranked(&self, w: &Words, items: &[Item], tone: Tone) -> String {
        let shown = items.get(..ROWS_MAX.min(items.len())).unwrap_or_default();
        let most = longest(items);
        let rows = u32::try_from(shown.len()).unwrap_or(0);
        self.sheet(ROW * f64::from(rows), |top| {
            let mut svg = format!("<defs>{}</defs>", hatch("chart-hatch", tone));
            for (item, row) in shown.iter().zip(0_u32..) {
                row_of(&mut svg, w, item, most, top + ROW * f64::from(row), tone);
            }
            svg
        })
    }

    fn sheet(&self, high: f64, inner: impl FnOnce(f64) -> String) -> String {
        let title = lines(self.title);
        let below_title = 34.0 + 26.0 * f64::from(u32::try_from(title.len()).unwrap_or(1));
        let top = below_title + 22.0;
        let height = top + high + 66.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" xml:lang=\"{}\" \
             font-family=\"Georgia, 'Noto Serif', 'Noto Sans Khmer', 'Noto Serif Khmer', serif\">\
             <title>{}</title><rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fffefb\"/>\
             <rect width=\"{WIDTH}\" height=\"4\" fill=\"#1d1b17\"/>",
            escape(self.language),
            escape(self.title)
        );
        let mut text = |y: f64, size: u32, fill: &str, text: &str| {
            svg.push_str(&format!(
                "<text x=\"{LEFT}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\">{}</text>",
                escape(text)
            ));
        };
        for (line, at) in title.iter().zip(0_u32..) {
            text(38.0 + 26.0 * f64::from(at), 22, "#1d1b17", line);
        }
        text(below_title + 2.0, 14, "#5d5a52", self.figure);
        text(height - 44.0, 12, "#5d5a52", self.as_of);
        text(height - 28.0, 12, "#5d5a52", self.caveat);
        text(height - 12.0, 11, "#5d5a52", self.source);
        svg.push_str(&inner(top));
        svg.push_str("</svg>");
        svg
    }
}

fn row_of(svg: &mut String, w: &Words, item: &Item, most: u64, y: f64, tone: Tone) {
    let (left, wide) = (260.0, 420.0);
    let at = |n: u64| scaled(n, most, wide);
    svg.push_str(&format!(
        "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"13\" fill=\"#1d1b17\">{}</text>",
        left - 10.0,
        y + 15.0,
        escape(&item.label)
    ));
    for stretch in item.stretches() {
        let (from, to) = (at(stretch.from), at(stretch.to));
        svg.push_str(&format!(
            "<rect {} x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"13\"/>",
            stretch.attributes(tone, "chart-hatch"),
            left + from,
            y + 4.0,
            to - from
        ));
    }
    svg.push_str(&format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"13\" fill=\"#1d1b17\">{}</text>",
        left + at(item.end()) + 7.0,
        y + 15.0,
        item.number(w)
    ));
}

/// Breaks a title into lines at its blanks.
fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else {
            break;
        };
        if !line.is_empty() && line.chars().count() + word.chars().count() >= LINE_LETTERS {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
