//! Ranked bars: one row a value, as the cell of a table that holds its number in words too.
//!
//! Never here: the table around it (templates).

use super::{Item, Tone, hatch, scaled};

/// Draws the bar of one row, over the whole width it is given; `most` fills it.
pub(crate) fn bar(id: &str, item: &Item, most: u64, tone: Tone) -> String {
    let (sure, doubt) = tone.colours();
    let at = |n: u64| scaled(n, most, 100.0);
    let hatched = format!("url(#{id})");
    let parts = [
        ("sure", sure, 0, item.least),
        ("doubt", doubt, item.least, item.count),
        ("maybe", hatched.as_str(), item.count, item.most),
    ];
    let mut svg = format!(
        "<svg class=\"bar {}\" width=\"100%\" height=\"10\" aria-hidden=\"true\" focusable=\"false\">",
        tone.class()
    );
    if item.count < item.most {
        svg.push_str(&format!("<defs>{}</defs>", hatch(id, tone)));
    }
    for (class, fill, from, to) in parts.into_iter().filter(|(_, _, from, to)| from < to) {
        svg.push_str(&format!(
            "<rect class=\"{class}\" x=\"{:.2}%\" y=\"0\" width=\"{:.2}%\" height=\"10\" \
             fill=\"{fill}\"/>",
            at(from),
            at(to) - at(from)
        ));
    }
    svg.push_str("</svg>");
    svg
}
