//! Charts, drawn here as SVG: the same drawing stands on a page, in a download and in an embed.
//!
//! Every shape carries the light colours as attributes, for use alone, and a class, by which the
//! page's style sheet sets those of light, dark and print. What is uncertain is hatched, so that no
//! chart says by colour alone what it says.
//!
//! Never here: counting, and where the numbers come from.

pub(super) mod alone;
pub(super) mod bars;
pub(super) mod columns;
pub(super) mod map;
pub(super) mod span;

use figures::Count;

/// One thing to draw: its name, and the figure of it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What stands under or beside it.
    pub(crate) label: String,
    /// What it is called in full.
    pub(crate) name: String,
    /// At least, count and at most.
    pub(crate) least: u64,
    pub(crate) count: u64,
    pub(crate) most: u64,
}

impl Item {
    /// Makes an item of a figure.
    pub(crate) fn new(label: String, name: String, figure: &Count) -> Self {
        Self {
            label,
            name,
            least: figure.at_least,
            count: figure.count,
            most: figure.at_most,
        }
    }
}

/// What a chart shows, which sets its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Arrests, and whatever has no tone of its own.
    Arrested,
    /// Releases.
    Released,
    /// Those held.
    Held,
}

impl Tone {
    /// Returns the class that the style sheet knows.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Arrested => "arrested",
            Self::Released => "released",
            Self::Held => "held",
        }
    }

    /// Returns the colours in use alone: certain, and carrying a doubt mark.
    const fn colours(self) -> (&'static str, &'static str) {
        match self {
            Self::Arrested => ("#a33b20", "#cf8b77"),
            Self::Released => ("#2c6e5b", "#82ac9f"),
            Self::Held => ("#26435f", "#7e93a8"),
        }
    }
}

/// Writes a text as it stands in XML: what XML 1.0 does not allow is replaced. Source: XML 1.0, 2.2.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

/// Returns `part` of `whole`, drawn over `length`.
fn scaled(part: u64, whole: u64, length: f64) -> f64 {
    // Charts are drawn to a tenth of a unit; counts lose nothing that could be seen.
    let narrow = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    narrow(part) / narrow(whole.max(1)) * length
}

/// The pattern of what is uncertain, under an id of its own on the page.
fn hatch(id: &str, tone: Tone) -> String {
    let (sure, _) = tone.colours();
    format!(
        "<pattern id=\"{id}\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><line class=\"hatch {}\" x1=\"0\" y1=\"0\" x2=\"0\" \
         y2=\"4\" stroke=\"{sure}\" stroke-width=\"1.6\"/></pattern>",
        tone.class()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(escape("<a b='\">&"), "&lt;a b=&#39;&quot;&gt;&amp;");
    }

    #[test]
    fn what_xml_does_not_allow_is_replaced() {
        // Source: XML 1.0, 2.2, Char.
        let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        for c in ('\0'..=char::MAX).filter(|c| !is_allowed(*c)) {
            assert_eq!(escape(&c.to_string()), "\u{fffd}", "{c:?}");
        }
        assert!(
            escape(&('\0'..=char::MAX).collect::<String>())
                .chars()
                .all(is_allowed)
        );
    }
}
