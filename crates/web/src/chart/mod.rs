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

use figures::{Count, Unnamed};

use super::text::format;
use super::text::words::Words;

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
    /// People who are not named, where there are any: they stand beside the figure, in no part of it.
    pub(crate) unnamed: Option<Unnamed>,
}

/// A stretch of a bar.
pub(super) struct Stretch {
    /// The class that the style sheet knows.
    pub(super) class: &'static str,
    pub(super) from: u64,
    pub(super) to: u64,
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
            unnamed: format::someone_unnamed(figure),
        }
    }

    /// Returns the stretches of its bar, one behind the other: certain, in doubt, possible at most, and
    /// beside these the unnamed, at least and at most.
    pub(super) fn stretches(&self) -> impl Iterator<Item = Stretch> + use<> {
        let lower = self.unnamed.map_or(0, |unnamed| unnamed.lower);
        let least = self.most.saturating_add(lower);
        [
            ("sure", 0, self.least),
            ("doubt", self.least, self.count),
            ("maybe", self.count, self.most),
            ("unnamed", self.most, least),
            // Without an upper bound, nothing is drawn beyond the lower one.
            ("unnamed-most", least, self.end()),
        ]
        .into_iter()
        .filter(|(_, from, to)| from < to)
        .map(|(class, from, to)| Stretch { class, from, to })
    }

    /// Returns where its bar ends: at most, and the unnamed beside it.
    pub(crate) fn end(&self) -> u64 {
        let unnamed = self.unnamed;
        let unnamed = unnamed.map_or(0, |unnamed| unnamed.upper.unwrap_or(unnamed.lower));
        self.most.saturating_add(unnamed)
    }

    /// Says its number: the count, and in few letters who stands unnamed beside it.
    pub(crate) fn number(&self, w: &Words) -> String {
        let count = w.number(self.count);
        match self
            .unnamed
            .map(|unnamed| format::unnamed_short(w, unnamed))
        {
            Some(unnamed) => format!("{count} + {unnamed}"),
            None => count,
        }
    }
}

impl Stretch {
    /// Returns class and colours as attributes; `hatch` is the id of what is uncertain.
    pub(super) fn attributes(&self, tone: Tone, hatch: &str) -> String {
        let (sure, doubt) = tone.colours();
        let class = self.class;
        match class {
            "sure" => format!("class=\"sure\" fill=\"{sure}\""),
            "doubt" => format!("class=\"doubt\" fill=\"{doubt}\""),
            "maybe" => format!("class=\"maybe\" fill=\"url(#{hatch})\""),
            "unnamed" => format!("class=\"unnamed\" fill=\"none\" stroke=\"{sure}\""),
            _ => format!(
                "class=\"{class}\" fill=\"none\" stroke=\"{doubt}\" stroke-dasharray=\"2 2\""
            ),
        }
    }
}

/// Returns where the longest bar of `items` ends.
pub(crate) fn longest<'i>(items: impl IntoIterator<Item = &'i Item>) -> u64 {
    items.into_iter().map(Item::end).max().unwrap_or(0)
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
    // Charts are drawn to a tenth of a unit: what a float leaves out cannot be seen.
    let half = |n: u64| f64::from(u32::try_from(n & 0xffff_ffff).unwrap_or(u32::MAX));
    let float = |n: u64| half(n >> 32) * 4_294_967_296.0 + half(n);
    float(part) / float(whole.max(1)) * length
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
    fn the_unnamed_stand_behind_what_is_counted() {
        let unnamed = |lower, upper| Some(figures::Unnamed { lower, upper });
        let figures = [
            ((2, 3, 5, None), "sure 0-2, doubt 2-3, maybe 3-5; 5"),
            ((0, 0, 0, unnamed(450, Some(450))), "unnamed 0-450; 450"),
            ((1, 1, 1, unnamed(24, None)), "sure 0-1, unnamed 1-25; 25"),
            (
                (0, 0, 2, unnamed(0, Some(9))),
                "maybe 0-2, unnamed-most 2-11; 11",
            ),
            (
                (0, 1, 1, unnamed(3, Some(u64::MAX))),
                "doubt 0-1, unnamed 1-4, unnamed-most 4-18446744073709551615; 18446744073709551615",
            ),
        ];
        for ((at_least, count, at_most, unnamed), expected) in figures {
            let figure = Count {
                count,
                at_least,
                at_most,
                unnamed,
            };
            let item = Item::new(String::new(), String::new(), &figure);
            let stretches = item.stretches();
            let said: Vec<_> = stretches
                .map(|s| format!("{} {}-{}", s.class, s.from, s.to))
                .collect();
            assert_eq!(format!("{}; {}", said.join(", "), item.end()), expected);
        }
    }

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
