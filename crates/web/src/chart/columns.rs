//! Columns over time: a column a month, its certain part full, the doubtful part lighter, and what
//! it might be at most hatched above.
//!
//! Never here: which months there are.

use super::{Item, Tone, escape, hatch, longest, scaled};
use crate::text::format;
use crate::text::words::Words;

/// A chart over time.
pub(crate) struct Columns<'a> {
    /// An id, alone on its page.
    pub(crate) id: &'a str,
    /// What it shows, for those who cannot see it; the numbers stand in a table beside it.
    pub(crate) title: &'a str,
    /// A column each, in the order of time.
    pub(crate) items: &'a [Item],
    pub(crate) tone: Tone,
    /// Whether it stands across the whole page.
    pub(crate) wide: bool,
}

const BELOW: f64 = 20.0;
const ABOVE: f64 = 16.0;
/// The width of a letter of the labels.
const LETTER: f64 = 6.6;

impl Columns<'_> {
    /// Returns width and height of the drawing.
    pub(crate) const fn size(&self) -> (f64, f64) {
        if self.wide {
            (720.0, 230.0)
        } else {
            (340.0, 150.0)
        }
    }

    /// Draws it.
    pub(crate) fn draw(&self, w: &Words) -> String {
        let (width, height) = self.size();
        let base = height - BELOW;
        let most = longest(self.items);
        let count = u32::try_from(self.items.len().max(1)).unwrap_or(u32::MAX);
        let slot = width / f64::from(count);
        let mut svg = format!(
            "<svg class=\"chart columns {}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{}-title\"><title id=\"{}-title\">{}</title><defs>{}</defs>",
            self.tone.class(),
            self.id,
            self.id,
            escape(self.title),
            hatch(&format!("{}-hatch", self.id), self.tone),
        );
        let every = labels_every(self.items, slot);
        for (at, (item, index)) in self.items.iter().zip(0_u32..).enumerate() {
            let left = match w.is_rtl() {
                // Time runs as the page is read, and as its sliders do.
                true => width - slot * f64::from(index + 1),
                false => slot * f64::from(index),
            };
            self.column(&mut svg, item, left, slot, most);
            if at.is_multiple_of(every) {
                let (x, anchor) = label_at(&item.label, left + slot / 2.0, width);
                svg.push_str(&format!(
                    "<text class=\"tick\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\" \
                     font-size=\"11\" fill=\"#5d5a52\">{}</text>",
                    height - 5.0,
                    escape(&item.label)
                ));
            }
            if slot >= 17.0 && item.end() > 0 {
                let top = base - scaled(item.end(), most, base - ABOVE);
                svg.push_str(&format!(
                    "<text class=\"value\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" \
                     font-size=\"11.5\" fill=\"#1d1b17\">{}</text>",
                    left + slot / 2.0,
                    top - 4.0,
                    number_within(item, w, slot)
                ));
            }
        }
        svg.push_str(&format!(
            "<line class=\"axis\" x1=\"0\" y1=\"{base}\" x2=\"{width}\" y2=\"{base}\" \
             stroke=\"#1d1b17\" stroke-width=\"1\"/></svg>"
        ));
        svg
    }

    fn column(&self, svg: &mut String, item: &Item, left: f64, slot: f64, most: u64) {
        let (_, height) = self.size();
        let base = height - BELOW;
        let up = |n: u64| scaled(n, most, base - ABOVE);
        // Who is held goes on from month to month, so its columns touch.
        let gap = if self.tone == Tone::Held {
            0.5
        } else {
            (slot * 0.16).max(0.5)
        };
        let (x, wide) = (left + gap, (slot - 2.0 * gap).max(0.8));
        let hatch = format!("{}-hatch", self.id);
        svg.push_str(&format!("<g><title>{}</title>", escape(&item.name)));
        for stretch in item.stretches() {
            let (from, to) = (up(stretch.from), up(stretch.to));
            svg.push_str(&format!(
                "<rect {} x=\"{x:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"{:.1}\"/>",
                stretch.attributes(self.tone, &hatch),
                base - to,
                to - from
            ));
        }
        svg.push_str("</g>");
    }
}

/// Says the number of an item in the room of its column: where it is too narrow, of nobody named the unnamed
/// alone, and else the unnamed by a sign alone.
fn number_within(item: &Item, w: &Words, slot: f64) -> String {
    let fits = |text: &String| {
        let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        f64::from(letters) * LETTER <= slot
    };
    let number = item.number(w);
    let Some(unnamed) = item.unnamed.filter(|_| !fits(&number)) else {
        return number;
    };
    if item.count > 0 {
        return format!("{}+", w.number(item.count));
    }
    let beside = format!("+{}", format::unnamed_short(w, unnamed));
    Some(beside).filter(fits).unwrap_or_else(|| "+".to_owned())
}

/// Returns where a label stands, and how it is set there: in the middle of its column, unless it would run
/// over an edge.
fn label_at(label: &str, middle: f64, width: f64) -> (f64, &'static str) {
    let letters = u32::try_from(label.chars().count()).unwrap_or(u32::MAX);
    let half = f64::from(letters) * LETTER / 2.0;
    if middle < half {
        (0.0, "start")
    } else if middle + half > width {
        (width, "end")
    } else {
        (middle, "middle")
    }
}

/// Returns every how many columns a label has room.
fn labels_every(items: &[Item], slot: f64) -> usize {
    let longest = items.iter().map(|item| item.label.chars().count()).max();
    let letters = u32::try_from(longest.unwrap_or(1)).unwrap_or(1);
    let letters = f64::from(letters) * LETTER;
    // One that is wider than its column may be moved by half of itself, off the edge.
    let moved = if letters > slot { letters / 2.0 } else { 0.0 };
    let room = letters + moved + 4.0;
    let mut every = 1_u32;
    while slot * f64::from(every) < room && every < 64 {
        every += 1;
    }
    usize::try_from(every).unwrap_or(1)
}
