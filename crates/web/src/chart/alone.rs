//! A figure alone: a chart with its title, what it is true for and where it comes from, as one SVG
//! that a newsroom can print and a site can show as an image.
//!
//! Never here: which question it answers.

use std::collections::BTreeSet;

use super::columns::Columns;
use super::{Item, Stretch, Tone, escape, hatch, longest, scaled};
use crate::text::words::Words;

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
/// Where the bars of a ranking begin, and how wide a digit beside one is at most.
const BAR_LEFT: f64 = 260.0;
const DIGIT: f64 = 7.6;
/// How many letters of a name fit beside its bar, and in how many lines.
const NAME_LETTERS: usize = 36;
const NAME_LINES: usize = 2;

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
        let key = key(w, items, tone);
        self.sheet(high, key, |top| {
            inner.replacen("{top}", &format!("{top}"), 1)
        })
    }

    /// Draws a ranking.
    pub(crate) fn ranked(&self, w: &Words, items: &[Item], tone: Tone) -> String {
        let shown = items.get(..ROWS_MAX.min(items.len())).unwrap_or_default();
        let most = longest(items);
        let numbers = shown.iter().map(|item| item.number(w).chars().count());
        let letters = u32::try_from(numbers.max().unwrap_or(0)).unwrap_or(0);
        let wide = (WIDTH - BAR_LEFT - 16.0 - DIGIT * f64::from(letters)).max(100.0);
        let rows = u32::try_from(shown.len()).unwrap_or(0);
        let key = key(w, shown, tone);
        self.sheet(ROW * f64::from(rows), key, |top| {
            let mut svg = format!("<defs>{}</defs>", hatch("chart-hatch", tone));
            for (item, row) in shown.iter().zip(0_u32..) {
                row_of(
                    &mut svg,
                    (w, tone),
                    item,
                    (most, wide),
                    top + ROW * f64::from(row),
                );
            }
            svg
        })
    }

    /// Draws `inner`, `high` units high, between what stands above it and below, and its key above it.
    fn sheet(&self, high: f64, key: Option<String>, inner: impl FnOnce(f64) -> String) -> String {
        let above = [TITLE.broken(self.title), FIGURE.broken(self.figure)].concat();
        let below = [
            NOTE.broken(self.as_of),
            NOTE.broken(self.caveat),
            SOURCE.broken(self.source),
        ]
        .concat();
        let mut text = String::new();
        let mut y = 12.0;
        write_lines(&mut text, &above, &mut y);
        if let Some(key) = key {
            y += KEY_HIGH;
            text.push_str(&format!(
                "<g transform=\"translate({LEFT} {y:.1})\">{key}</g>"
            ));
        }
        let top = (y + 20.0).ceil();
        y = top + high + 6.0;
        write_lines(&mut text, &below, &mut y);
        let height = (y + 12.0).ceil();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" xml:lang=\"{}\" \
             font-family=\"Georgia, 'Noto Serif', 'Noto Sans Khmer', 'Noto Serif Khmer', serif\">\
             <title>{}</title><rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fffefb\"/>\
             <rect width=\"{WIDTH}\" height=\"4\" fill=\"#1d1b17\"/>{text}{}</svg>",
            escape(self.language),
            escape(self.title),
            inner(top)
        )
    }
}

/// How a text is set: its size, its colour, how high a line is and how many letters it holds.
#[derive(Clone, Copy)]
struct Setting {
    size: u32,
    fill: &'static str,
    high: f64,
    letters: usize,
}

impl Setting {
    /// Breaks a text into lines, each with how it is set.
    fn broken(self, text: &str) -> Vec<(Self, String)> {
        let lines = lines(text, self.letters).into_iter();
        lines.map(|line| (self, line)).collect()
    }
}

const TITLE: Setting = Setting {
    size: 22,
    fill: "#1d1b17",
    high: 26.0,
    letters: 62,
};
const FIGURE: Setting = Setting {
    size: 14,
    fill: "#5d5a52",
    high: 20.0,
    letters: 100,
};
const NOTE: Setting = Setting {
    size: 12,
    fill: "#5d5a52",
    high: 16.0,
    letters: 116,
};
const SOURCE: Setting = Setting {
    size: 11,
    fill: "#5d5a52",
    high: 16.0,
    letters: 124,
};

/// Writes lines one below the other, and moves `y` to the last one's foot.
fn write_lines(svg: &mut String, lines: &[(Setting, String)], y: &mut f64) {
    for (setting, line) in lines {
        let is_tall = line.chars().any(is_tall);
        *y += setting.high * if is_tall { 1.4 } else { 1.0 };
        let (size, fill, line) = (setting.size, setting.fill, escape(line));
        svg.push_str(&format!(
            "<text x=\"{LEFT}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{fill}\">{line}</text>"
        ));
    }
}

/// How high the key of a chart is.
const KEY_HIGH: f64 = 20.0;

/// Draws what the stretches of the bars mean, where some mean more than what is certain.
fn key(w: &Words, items: &[Item], tone: Tone) -> Option<String> {
    let drawn: BTreeSet<&str> = items
        .iter()
        .flat_map(Item::stretches)
        .map(|stretch| stretch.class)
        .collect();
    if drawn.iter().all(|class| *class == "sure") {
        return None;
    }
    let classes = ["sure", "doubt", "maybe", "unnamed", "unnamed-most"];
    let mut key = String::new();
    let mut x = 0.0;
    for class in classes.into_iter().filter(|class| drawn.contains(class)) {
        let name = format!("key.{class}");
        let words = w.t(&name);
        let stretch = Stretch {
            class,
            from: 0,
            to: 0,
        };
        key.push_str(&format!(
            "<rect {} x=\"{x:.1}\" y=\"-9\" width=\"14\" height=\"10\"/>\
             <text x=\"{:.1}\" y=\"0\" font-size=\"12\" fill=\"#5d5a52\">{}</text>",
            stretch.attributes(tone, "chart-hatch"),
            x + 19.0,
            escape(words)
        ));
        let letters = u32::try_from(words.chars().count()).unwrap_or(0);
        x += 19.0 + 6.2 * f64::from(letters) + 16.0;
    }
    Some(key)
}

/// Draws a row: its name, its bar, of `most` at `wide` units, and its number.
fn row_of(
    svg: &mut String,
    (w, tone): (&Words, Tone),
    item: &Item,
    (most, wide): (u64, f64),
    y: f64,
) {
    let left = BAR_LEFT;
    let at = |n: u64| scaled(n, most, wide);
    name_of(svg, &item.label, left - 10.0, y);
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

/// Writes the name of a row, in two lines where it is long; of one that is longer still the middle is left
/// out, and it stands whole as its title.
fn name_of(svg: &mut String, name: &str, right: f64, y: f64) {
    let mut broken = lines(name, NAME_LETTERS);
    if broken.len() > NAME_LINES {
        broken = vec![broken.swap_remove(0), end_of(name)];
    }
    let (size, first) = if broken.len() > 1 {
        (11, 10.0)
    } else {
        (13, 15.0)
    };
    for (line, step) in broken.iter().zip(0_u32..) {
        svg.push_str(&format!(
            "<text x=\"{right}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"{size}\" fill=\"#1d1b17\">\
             <title>{}</title>{}</text>",
            y + first + 11.0 * f64::from(step),
            escape(name),
            escape(line)
        ));
    }
}

/// Returns the end of a name, as much as fits in a line.
fn end_of(name: &str) -> String {
    let mut room = TENTHS * (NAME_LETTERS - 1);
    let mut from = name.len();
    for (at, c) in name.char_indices().rev() {
        let Some(left) = room.checked_sub(width(c)) else {
            break;
        };
        (room, from) = (left, at);
    }
    format!("…{}", name.get(from..).unwrap_or_default())
}

/// The width of a usual letter, in the unit of [`width`].
const TENTHS: usize = 10;

/// Returns about how wide a letter is set, in tenths of a usual one: a mark that stands on another one is
/// narrow, a capital and a sign of East Asia are wide.
fn width(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' | '\u{17b4}'..='\u{17d3}' | '\u{200b}'..='\u{200f}' => 2,
        '%' | '@' => 16,
        c if c.is_uppercase() => 14,
        '\u{2e80}'..='\u{ffef}' => 20,
        _ => TENTHS,
    }
}

/// Breaks a text into lines of about so many letters: at its blanks, and a word that is longer anywhere.
fn lines(text: &str, letters: usize) -> Vec<String> {
    let room = TENTHS * letters;
    let mut lines = vec![];
    let (mut line, mut held) = (String::new(), 0);
    for word in text.split(' ') {
        let wide: usize = word.chars().map(width).sum();
        if held > 0 && held + TENTHS + wide > room {
            lines.push(std::mem::take(&mut line));
            held = 0;
        }
        if held > 0 {
            line.push(' ');
            held += TENTHS;
        }
        for c in word.chars() {
            if held > 0 && held + width(c) > room {
                lines.push(std::mem::take(&mut line));
                held = 0;
            }
            line.push(c);
            held += width(c);
        }
    }
    lines.push(line);
    lines
}

/// Whether a script needs more room between lines: marks stand above and below its letters.
fn is_tall(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6ff}' | '\u{900}'..='\u{1aff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_at_blanks_and_a_long_word_anywhere() {
        for (text, broken) in [
            ("", &[""][..]),
            ("one two", &["one two"]),
            ("one two three", &["one two", "three"]),
            (
                "/v1/figures?kind=arrest",
                &["/v1/figu", "res?kind", "=arrest"],
            ),
            ("ភ្នំពេញ", &["ភ្នំពេញ"]),
        ] {
            assert_eq!(lines(text, 8), broken, "{text}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_beginning_and_stands_whole_as_title() {
        let name = "Court of First Instance of the Province of Somewhere, Chamber of Appeals, Second Bench";
        let mut svg = String::new();
        name_of(&mut svg, name, 250.0, 0.0);
        assert!(
            svg.contains(&format!("<title>{name}</title>Court of First")),
            "{svg}"
        );
        assert_eq!(svg.matches("<text").count(), NAME_LINES, "{svg}");
        assert!(svg.contains("…"), "{svg}");
    }
}
