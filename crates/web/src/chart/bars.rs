//! Ranked bars: one row a value, as the cell of a table that holds its number in words too.
//!
//! Never here: the table around it (templates).

use super::{Item, Tone, hatch, scaled};

/// Draws the bar of one row, over the whole width it is given; `longest` fills it.
pub(crate) fn bar(id: &str, item: &Item, longest: u64, tone: Tone) -> String {
    let at = |n: u64| scaled(n, longest, 100.0);
    let mut svg = format!(
        "<svg class=\"bar {}\" width=\"100%\" height=\"10\" aria-hidden=\"true\" focusable=\"false\">",
        tone.class()
    );
    if item.count < item.most {
        svg.push_str(&format!("<defs>{}</defs>", hatch(id, tone)));
    }
    for stretch in item.stretches() {
        let (from, to) = (at(stretch.from), at(stretch.to));
        svg.push_str(&format!(
            "<rect {} x=\"{from:.2}%\" y=\"0\" width=\"{:.2}%\" height=\"10\"/>",
            stretch.attributes(tone, id),
            to - from
        ));
    }
    svg.push_str("</svg>");
    svg
}
